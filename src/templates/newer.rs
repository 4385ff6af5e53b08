//! The functions handed to Tera 2: its arguments as a call, the answer as one of its values.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::Shared;
use super::functions::{ALL, Call, Given};
use super::values::LibraryValues;

/// Registers every function.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    for (name, body) in ALL {
        let shared = Arc::clone(shared);
        tera.register_function(name, move |kwargs: Kwargs, state: &State| {
            let call = Call::new(&shared, arguments(&kwargs)?, state.get::<String>("lang")?);
            let given = body(&call).map_err(tera::Error::message)?;
            value(&shared, given)
        });
    }
    tera.register_function("get_random", tera_contrib::rand::get_random);
}

fn arguments(kwargs: &Kwargs) -> TeraResult<Map<String, Json>> {
    let mut args = Map::new();
    for (key, value) in kwargs.iter() {
        let plain = match value.as_str() {
            Some(text) => Json::from(text),
            None if value.is_undefined() => Json::Null,
            None => serde_json::to_value(value).map_err(tera::Error::message)?,
        };
        args.insert(key.as_value().to_string(), plain);
    }
    Ok(args)
}

fn value(shared: &Shared, given: Given) -> TeraResult<Value> {
    let from_library = |value: &dyn Fn(&LibraryValues) -> Value| match shared.newer.get() {
        Some(values) => Ok(value(values)),
        None => Err(tera::Error::message("nothing can be looked up before the site is read")),
    };
    match given {
        Given::Plain(plain) => Ok(Value::from_serializable(&plain)),
        Given::Safe(text) => Ok(Value::safe_string(&text)),
        Given::Image(fields) => {
            let mut map = tera::Map::new();
            for (name, field) in fields {
                let value = match (name.as_str(), field.as_str()) {
                    ("url", Some(url)) => Value::safe_string(url),
                    _ => Value::from_serializable(&field),
                };
                map.insert(name.into(), value);
            }
            Ok(Value::from(map))
        }
        Given::Page(key) => from_library(&|values| values.page(key)),
        Given::Section(key, true) => from_library(&|values| values.section(key)),
        Given::Section(key, false) => from_library(&|values| values.section_without_pages(key)),
        Given::Taxonomy(key) => from_library(&|values| values.taxonomy(key)),
        Given::Term(key, index, true) => from_library(&|values| values.term(key, index)),
        Given::Term(key, index, false) => from_library(&|values| values.term_without_pages(key, index)),
        Given::Data(data) => Ok(data.newer.get_or_init(|| Value::from_serializable(&data.plain)).clone()),
    }
}
