//! The functions handed to Tera 2: its arguments as a call, the answer as one of its values.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tera::{Kwargs, State, Tera, TeraResult};

use super::Shared;
use super::functions::{ALL, Call};
use crate::work;

/// Registers every function.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    for (name, body) in ALL {
        let shared = Arc::clone(shared);
        tera.register_function(name, move |kwargs: Kwargs, state: &State| {
            work::overdue().map_or(Ok(()), |told| Err(tera::Error::message(told)))?;
            let call = Call::new(&shared, arguments(&kwargs)?, state.get::<String>("lang")?);
            body(&call).and_then(|given| given.value(&shared)).map_err(tera::Error::message)
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
