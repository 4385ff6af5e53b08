//! The functions handed to Tera 1: its arguments as a call, the answer as a plain value.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tera1::{Function, Tera};

use super::super::Shared;
use super::super::functions::{ALL, Answer, Call, Given};

/// What Tera 1 has itself, or Zola 0.22 had not.
const NOT_OURS: &[&str] = &["get_env", "text_direction"];
/// Functions whose text is printed as it is.
const SAFE: &[&str] = &["get_url", "get_taxonomy_url"];

/// Registers every function.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    for (name, body) in ALL.into_iter().filter(|(name, _)| !NOT_OURS.contains(name)) {
        tera.register_function(name, Bound { name, body, shared: Arc::clone(shared) });
    }
}

struct Bound {
    name: &'static str,
    body: fn(&Call) -> Answer,
    shared: Arc<Shared>,
}

impl Function for Bound {
    fn call(&self, args: &HashMap<String, Json>) -> tera1::Result<Json> {
        // The order of named arguments means nothing, but the memory of what was asked needs one.
        let mut named: Vec<(&String, &Json)> = args.iter().collect();
        named.sort_unstable_by_key(|(name, _)| *name);
        let args: Map<String, Json> = named.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        // Tera 1 does not tell a function what is being rendered: without `lang` it is the default language.
        let call = Call::new(&self.shared, args, None);
        let given = (self.body)(&call).map_err(tera1::Error::msg)?;
        value(&self.shared, given).ok_or_else(|| tera1::Error::msg("nothing can be looked up in a shortcode"))
    }

    fn is_safe(&self) -> bool {
        SAFE.contains(&self.name)
    }
}

fn value(shared: &Shared, given: Given) -> Option<Json> {
    let values = shared.older.get();
    Some(match given {
        Given::Plain(plain) => plain,
        Given::Safe(text) => Json::String(text),
        Given::Image(fields) => Json::Object(fields),
        Given::Data(data) => data.plain.clone(),
        Given::Page(key) => values?.page(key),
        Given::Section(key, true) => values?.section_asked_for(key),
        Given::Section(key, false) => values?.section(key, false),
        Given::Taxonomy(key) => values?.taxonomy(key),
        Given::Term(key, index, with_pages) => values?.term(key, index, with_pages),
    })
}
