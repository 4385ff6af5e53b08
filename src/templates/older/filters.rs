//! Zola's own filters for Tera 1; the others are the engine's.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_format::ToFormattedString;
use regex::Regex;
use serde_json::Value as Json;
use tera1::{Error, Result, Tera};

use super::super::{Shared, filters};
use super::{Scope, bounds};

/// Registers the filters that Zola 0.22 adds.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    // As the engine's own, which overflows at the least of all numbers: there it stays what it is.
    tera.register_filter("abs", |value: &Json, _: &HashMap<String, Json>| match (value.as_i64(), value.as_f64()) {
        _ if value.is_u64() => Ok(value.clone()),
        (Some(number), _) => Ok(Json::from(number.wrapping_abs())),
        (None, Some(number)) => Ok(Json::from(number.abs())),
        (None, None) => Err(Error::msg("`abs` takes a number")),
    });
    tera.register_filter("base64_encode", |value: &Json, _: &HashMap<String, Json>| {
        Ok(Json::from(STANDARD.encode(text("base64_encode", value)?)))
    });
    tera.register_filter("base64_decode", |value: &Json, _: &HashMap<String, Json>| {
        let bytes =
            STANDARD.decode(text("base64_decode", value)?).map_err(|e| Error::msg(format!("`base64_decode`: {e}")))?;
        String::from_utf8(bytes).map(Json::from).map_err(|e| Error::msg(format!("`base64_decode`: {e}")))
    });
    tera.register_filter("regex_replace", |value: &Json, args: &HashMap<String, Json>| {
        let pattern = argument("regex_replace", args, "pattern")?;
        let pattern = Regex::new(pattern).map_err(|e| Error::msg(format!("`regex_replace`: {e}")))?;
        let (text, by) = (text("regex_replace", value)?, argument("regex_replace", args, "rep")?);
        bounds::replaced(&pattern, text, by).map(Json::from).map_err(Error::msg)
    });
    let default = shared.loaded.config.default_language.clone();
    tera.register_filter("num_format", move |value: &Json, args: &HashMap<String, Json>| {
        let number =
            value.as_i64().ok_or_else(|| Error::msg(format!("`num_format` takes a whole number, not `{value}`")))?;
        let name = args.get("locale").map(|name| text("num_format", name)).transpose()?.unwrap_or(&default);
        let locale = num_format::Locale::from_name(name)
            .map_err(|_| Error::msg(format!("`num_format` does not know the locale `{name}`")))?;
        Ok(Json::from(number.to_formatted_string(&locale)))
    });
    let shared = Arc::clone(shared);
    tera.register_filter("markdown", move |value: &Json, args: &HashMap<String, Json>| {
        let inline = match args.get("inline") {
            Some(given) => given.as_bool().ok_or_else(|| Error::msg("`markdown`: `inline` is true or false"))?,
            None => false,
        };
        let lang = &shared.loaded.config.default_language;
        let engine = shared.engine.get().and_then(std::sync::Weak::upgrade);
        // Shortcodes work here too, but know no page.
        let scope = engine.as_deref().map(Scope::empty);
        let shortcodes = scope.as_ref().map(|scope| scope as &dyn crate::markdown::Shortcodes);
        let place = filters::Place { lang, permalink: "", path: "", shortcodes };
        filters::markdown(&shared, text("markdown", value)?, inline, &place).map(Json::from).map_err(Error::msg)
    });
}

fn text<'a>(filter: &str, value: &'a Json) -> Result<&'a str> {
    value.as_str().ok_or_else(|| Error::msg(format!("`{filter}` takes a text, not `{value}`")))
}

fn argument<'a>(filter: &str, args: &'a HashMap<String, Json>, name: &str) -> Result<&'a str> {
    let value = args.get(name).ok_or_else(|| Error::msg(format!("`{filter}` needs the argument `{name}`")))?;
    text(filter, value)
}
