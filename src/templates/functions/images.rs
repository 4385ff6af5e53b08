//! `get_image_metadata` and `resize_image`.

use tera::{Kwargs, Map, State, TeraResult, Value};

use super::super::Shared;
use super::{error, files};
use crate::media::image::{self, Request};

/// `get_image_metadata(path, allow_missing=false)`.
pub(super) fn get_image_metadata(shared: &Shared, kwargs: &Kwargs, _: &State) -> TeraResult<Value> {
    let path = kwargs.must_get::<&str>("path")?;
    let Some(file) = files::find(shared, path)? else {
        if kwargs.get::<bool>("allow_missing")?.unwrap_or(false) {
            return Ok(Value::none());
        }
        return Err(error(format!("`get_image_metadata`: there is no file `{path}`")));
    };
    let found = shared.images.metadata(&file).map_err(|problem| error(format!("`{path}`: {problem}")))?;
    let mut map = Map::new();
    map.insert("width".into(), Value::from(found.width));
    map.insert("height".into(), Value::from(found.height));
    map.insert("format".into(), Value::from(found.format));
    map.insert("mime".into(), Value::from(found.mime));
    map.insert("description".into(), found.description.map_or_else(Value::none, Value::from));
    map.insert("created".into(), found.created.map_or_else(Value::none, Value::from));
    Ok(Value::from(map))
}

/// `resize_image(path, width, height, op="fill", format="auto", quality, speed)`.
pub(super) fn resize_image(shared: &Shared, kwargs: &Kwargs, _: &State) -> TeraResult<Value> {
    let path = kwargs.must_get::<&str>("path")?;
    let file = files::find(shared, path)?.ok_or_else(|| error(format!("`resize_image`: there is no file `{path}`")))?;
    let request = Request {
        width: kwargs.get::<u32>("width")?,
        height: kwargs.get::<u32>("height")?,
        operation: image::Operation::named(kwargs.get::<&str>("op")?.unwrap_or("fill")).map_err(error)?,
        format: image::Format::named(kwargs.get::<&str>("format")?.unwrap_or("auto")).map_err(error)?,
        quality: kwargs.get::<u8>("quality")?,
        speed: kwargs.get::<u8>("speed")?,
    };
    let made = shared
        .images
        .request(&file, request)
        .map_err(|problem| error(format!("`resize_image`: `{path}`: {problem}")))?;
    let address = shared.loaded.make_permalink(&made.path);
    let mut map = Map::new();
    map.insert("url".into(), Value::safe_string(address.strip_suffix('/').unwrap_or(&address)));
    map.insert("static_path".into(), Value::from(format!("static/{}", made.path)));
    map.insert("width".into(), Value::from(made.width));
    map.insert("height".into(), Value::from(made.height));
    map.insert("orig_width".into(), Value::from(made.orig_width));
    map.insert("orig_height".into(), Value::from(made.orig_height));
    Ok(Value::from(map))
}
