//! The functions templates may call, one file per subject.

mod data;
mod files;
mod images;
mod library;
mod urls;

use std::sync::Arc;

use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::Shared;

pub(super) use data::DataCache;

/// Registers every function.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    type Body = fn(&Shared, &Kwargs, &State) -> TeraResult<Value>;
    let all: [(&'static str, Body); 14] = [
        ("get_url", urls::get_url),
        ("get_hash", files::get_hash),
        ("trans", urls::trans),
        ("text_direction", urls::text_direction),
        ("get_page", library::get_page),
        ("get_section", library::get_section),
        ("get_taxonomy", library::get_taxonomy),
        ("get_taxonomy_term", library::get_taxonomy_term),
        ("get_taxonomy_url", library::get_taxonomy_url),
        ("load_data", data::load_data),
        ("get_image_metadata", images::get_image_metadata),
        ("resize_image", images::resize_image),
        ("now", now),
        ("get_env", get_env),
    ];
    for (name, body) in all {
        let shared = Arc::clone(shared);
        tera.register_function(name, move |kwargs: Kwargs, state: &State| body(&shared, &kwargs, state));
    }
    tera.register_function("get_random", tera_contrib::rand::get_random);
}

/// The language asked for, or the one being rendered, or the default one (inside components, which see no context).
fn language(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<String> {
    if let Some(lang) = kwargs.get::<String>("lang")? {
        return Ok(lang);
    }
    Ok(state.get::<String>("lang")?.unwrap_or_else(|| shared.loaded.config.default_language.clone()))
}

fn error(message: impl ToString) -> tera::Error {
    tera::Error::message(message)
}

/// `now(utc=false, timestamp=false)`: one instant for the whole build.
fn now(shared: &Shared, kwargs: &Kwargs, _: &State) -> TeraResult<Value> {
    if kwargs.get::<bool>("timestamp")?.unwrap_or(false) {
        return Ok(Value::from(shared.now.timestamp().as_second()));
    }
    let now = if kwargs.get::<bool>("utc")?.unwrap_or(false) {
        shared.now.with_time_zone(jiff::tz::TimeZone::UTC)
    } else {
        shared.now.clone()
    };
    Ok(Value::from(now.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()))
}

/// `get_env(name, default)`.
fn get_env(_: &Shared, kwargs: &Kwargs, _: &State) -> TeraResult<Value> {
    let name = kwargs.must_get::<&str>("name")?;
    match (std::env::var(name), kwargs.get::<Value>("default")?) {
        (Ok(value), _) => Ok(Value::from(value)),
        (Err(_), Some(default)) => Ok(default),
        (Err(_), None) => Err(error(format!("the environment variable `{name}` is not set"))),
    }
}
