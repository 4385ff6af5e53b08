//! `get_image_metadata` and `resize_image`.

use serde_json::{Map, Value as Json, json};

use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use super::files;
use crate::config::Dialect;
use crate::media::image::{self, Request};

/// `get_image_metadata(path, allow_missing=false)`.
pub(super) fn get_image_metadata(call: &Call) -> Answer {
    let path = call.must_text("path")?;
    let allow_missing = call.flag("allow_missing", false)?;
    let Some(file) = files::find_source(call.shared, path)? else {
        if allow_missing {
            return Ok(Given::NONE);
        }
        return Err(format!("`get_image_metadata`: there is no file `{path}`"));
    };
    let found = call.shared.images.metadata(&file).map_err(|problem| format!("`{path}`: {problem}"))?;
    let mut fields = object(json!({
        "width": found.width,
        "height": found.height,
        "format": found.format,
        "mime": found.mime,
    }));
    if call.shared.loaded.dialect == Dialect::Zola023 {
        fields.insert("description".to_owned(), found.description.into());
        fields.insert("created".to_owned(), found.created.into());
    }
    Ok(Given::Plain(Json::Object(fields)))
}

/// `resize_image(path, width, height, op="fill", format="auto", quality, speed)`; in dialect 0.23 also `filter`.
pub(super) fn resize_image(call: &Call) -> Answer {
    let shared = call.shared;
    let path = call.must_text("path")?;
    let file = files::find_source(shared, path)?.ok_or_else(|| format!("`resize_image`: there is no file `{path}`"))?;
    let filter = match shared.loaded.dialect {
        Dialect::Zola022 => None,
        Dialect::Zola023 => call.text("filter")?,
    };
    let request = Request {
        width: call.number::<u32>("width")?,
        height: call.number::<u32>("height")?,
        operation: image::Operation::named(call.text("op")?.unwrap_or("fill")).map_err(|e| e.to_string())?,
        format: image::Format::named(call.text("format")?.unwrap_or("auto")).map_err(|e| e.to_string())?,
        quality: call.number::<u8>("quality")?,
        speed: call.number::<u8>("speed")?,
        filter: filter.map(image::Filter::named).transpose()?.unwrap_or_default(),
        // Since 0.23.5.
        weighted: shared.loaded.dialect == Dialect::Zola023,
    };
    let (made, order) = shared
        .images
        .request(&file, &files::plain(path, shared.loaded.dialect), request)
        .map_err(|problem| format!("`resize_image`: `{path}`: {problem}"))?;
    note(|| Read::Copy(order));
    let address = shared.loaded.config.file_address(&made.path);
    Ok(Given::Image(object(json!({
        "url": address,
        "static_path": format!("static/{}", made.path),
        "width": made.width,
        "height": made.height,
        "orig_width": made.orig_width,
        "orig_height": made.orig_height,
    }))))
}

fn object(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
