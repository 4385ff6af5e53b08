//! Filters and tests: those of tera-contrib under the names Zola gives them, and Zola's own.

use std::collections::HashMap;
use std::sync::Arc;

use num_format::ToFormattedString;
use tera::value::{Key, ValueKind};
use tera::{Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::Shared;
use super::trace::{Read, note};
use crate::markdown;

/// Registers everything a template may write after `|` and after `is`.
pub(super) fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    tera.register_filter("base64_encode", tera_contrib::base64::b64_encode);
    tera.register_filter("base64_decode", tera_contrib::base64::b64_decode);
    tera.register_filter("date", tera_contrib::dates::date);
    tera.register_filter("filesizeformat", tera_contrib::filesize_format::filesize_format);
    tera.register_filter("filesize_format", tera_contrib::filesize_format::filesize_format);
    tera.register_filter("format", tera_contrib::format::format);
    tera.register_filter("group_by", group_by);
    tera.register_filter("json_encode", tera_contrib::json::json_encode);
    tera.register_filter("shuffle", tera_contrib::rand::shuffle);
    tera.register_filter("striptags", tera_contrib::regex::striptags);
    tera.register_filter("spaceless", tera_contrib::regex::spaceless);
    tera.register_filter("regex_replace", tera_contrib::regex::RegexReplace::default());
    tera.register_filter("slugify", tera_contrib::slug::slug);
    tera.register_filter("slug", tera_contrib::slug::slug);
    tera.register_filter("urlencode", tera_contrib::urlencode::urlencode);
    tera.register_filter("urlencode_strict", tera_contrib::urlencode::urlencode_strict);
    tera.register_test("matching", tera_contrib::regex::Matching::default());
    tera.register_test("before", tera_contrib::dates::is_before);
    tera.register_test("after", tera_contrib::dates::is_after);

    let default = shared.loaded.config.default_language.clone();
    tera.register_filter("num_format", move |number: i128, kwargs: Kwargs, _: &State| {
        let locale = kwargs.get::<&str>("locale")?.unwrap_or(&default);
        num_format(number, locale)
    });
    let shared = Arc::clone(shared);
    tera.register_filter("markdown", move |text: StringInput<'_>, kwargs: Kwargs, state: &State| {
        let inline = kwargs.get::<bool>("inline")?.unwrap_or(false);
        markdown_filter(&shared, text.as_str(), inline, state)
    });
}

/// Address and file of the page or section being rendered: what relative links and fragments start from. What a template
/// calls `page` comes first, as in Zola, whether it has an address or not.
fn current(state: &State) -> TeraResult<(String, String)> {
    for name in ["page", "section"] {
        let Some(value) = state.get::<Value>(name)? else { continue };
        let text = |key: &str| value.get_from_path(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        return Ok((text("permalink"), text("relative_path")));
    }
    Ok((String::new(), String::new()))
}

/// As Tera's, with the groups in the order in which they first appear: Tera's have another one each time.
fn group_by(items: &[Value], kwargs: Kwargs, _: &State) -> TeraResult<tera::Map> {
    let mut groups: Vec<(Key, Vec<Value>)> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    let attribute = if items.is_empty() { "" } else { kwargs.must_get::<&str>("attribute")? };
    for (at, item) in items.iter().enumerate() {
        let Some(value) = item.get_from_path(attribute) else {
            let name = item.name();
            let told = format!("Value at index {at} (a {name}) does not have an attribute at path: {attribute}");
            return Err(tera::Error::message(told));
        };
        if value.is_none() {
            continue;
        }
        let key = key(value).ok_or_else(|| tera::Error::message("Not a valid key type"))?;
        let place = *places.entry(key.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((key, Vec::new()));
        }
        groups[place].1.push(item.clone());
    }
    Ok(groups.into_iter().map(|(key, items)| (key, Value::from(items))).collect())
}

/// What a map may have a value under.
fn key(value: &Value) -> Option<Key<'static>> {
    Some(match value.kind() {
        ValueKind::String => value.as_str()?.to_owned().into(),
        ValueKind::Bool => Key::Bool(value.as_bool()?),
        ValueKind::U64 => Key::U64(value.as_u64()?),
        ValueKind::I64 => Key::I64(value.as_i64()?),
        ValueKind::U128 => value.as_u128()?.into(),
        ValueKind::I128 => value.as_i128()?.into(),
        _ => return None,
    })
}

fn num_format(number: i128, locale: &str) -> TeraResult<String> {
    let locale = num_format::Locale::from_name(locale)
        .map_err(|_| tera::Error::message(format!("`num_format` does not know the locale `{locale}`")))?;
    Ok(number.to_formatted_string(&locale))
}

fn markdown_filter(shared: &Shared, text: &str, inline: bool, state: &State) -> TeraResult<Value> {
    let lang = state.get::<String>("lang")?.unwrap_or_else(|| shared.loaded.config.default_language.clone());
    let (permalink, path) = current(state)?;
    let place = Place { lang: &lang, permalink: &permalink, path: &path, shortcodes: None };
    markdown(shared, text, inline, &place).map(Value::from).map_err(tera::Error::message)
}

/// Where a text of the `markdown` filter stands.
pub(super) struct Place<'a> {
    pub(super) lang: &'a str,
    pub(super) permalink: &'a str,
    pub(super) path: &'a str,
    pub(super) shortcodes: Option<&'a dyn markdown::Shortcodes>,
}

/// The `markdown` filter of both engines.
pub(super) fn markdown(shared: &Shared, text: &str, inline: bool, place: &Place) -> Result<String, String> {
    let library = shared.library();
    let mut context =
        markdown::Context::plain(&shared.loaded.config, library.as_deref(), shared.highlighter.as_deref());
    context.lang = place.lang;
    context.permalink = place.permalink;
    context.path = place.path;
    context.shortcodes = place.shortcodes;
    let (rendered, faults) = markdown::render(text, &context);
    if let Some(fault) = faults.iter().find(|d| d.level == crate::diagnostic::Level::Error) {
        return Err(format!("the Markdown cannot be rendered: {}", fault.message));
    }
    if !faults.is_empty() {
        note(|| Read::Unknowable);
    }
    for link in &rendered.internal_links {
        note(|| Read::Address(link.path.clone(), place.lang.to_owned()));
    }
    let mut html = rendered.html.as_str();
    if inline {
        html = html.strip_prefix("<p>").unwrap_or(html);
        html = html.strip_suffix("</p>\n").unwrap_or(html);
    }
    Ok(html.to_owned())
}
