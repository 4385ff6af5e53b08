//! `load_data`: values from files, literals or other servers, read once per build.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, OnceLock};

use super::super::Shared;
use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use super::{bibtex, files};
use crate::config::Dialect;
use crate::config::keys::toml_date;
use crate::config::text::too_deep;
use crate::config::yaml;
use crate::diagnostic::did_you_mean;
use crate::work;
use serde_json::{Map, Value as Json, json};

/// Elements of XML that may stand in one another, as many as lists of JSON.
const DEEPEST_ELEMENT: usize = 128;

/// Attributes that an element of XML may have.
const MOST_ATTRIBUTES: usize = 10_000;

/// Bytes that a server may answer with.
const MOST_BYTES: u64 = 256 << 20;

/// What was loaded already, by everything the value depends on.
#[derive(Debug, Default)]
pub(crate) struct DataCache(Mutex<HashMap<String, Arc<Data>>>);

/// Loaded data, and the same as a value once a template asked.
#[derive(Debug, Default)]
pub(crate) struct Data {
    pub(crate) plain: Json,
    pub(crate) value: OnceLock<tera::Value>,
}

enum Source<'a> {
    File(&'a str),
    Literal(&'a str),
    Url(&'a str),
}

/// `load_data(path, literal or url, format, required=true, method, body, content_type, headers)`.
pub(super) fn load_data(call: &Call) -> Answer {
    let source = match (call.text("path")?, call.text("literal")?, call.text("url")?) {
        (Some(path), None, None) => Source::File(path),
        (None, Some(literal), None) => Source::Literal(literal),
        (None, None, Some(url)) => Source::Url(url),
        // As in Zola, what is not required need not be named either.
        _ if !call.flag("required", true)? => return Ok(Given::NONE),
        _ => return Err(unnamed(call)),
    };
    match source {
        Source::File(path) => note(|| Read::File(path.to_owned())),
        Source::Url(_) => note(|| Read::Unknowable),
        Source::Literal(_) => {}
    }
    let headers = call.texts("headers")?;
    let posts = match call.text("method")?.unwrap_or("GET").to_ascii_uppercase().as_str() {
        "GET" => false,
        "POST" => true,
        other => return Err(format!("`load_data`: method is GET or POST, not {other}")),
    };
    let key = cache_key(call);
    if let Some(value) = call.shared.data.0.lock().ok().and_then(|cache| cache.get(&key).cloned()) {
        return Ok(Given::Data(value));
    }
    let required = call.flag("required", true)?;
    let format = call.text("format")?;
    // Only a path tells a format by itself: what a server calls its answer does not count.
    let (text, found_format, name) = match source {
        Source::Literal(literal) => (Some(literal.to_owned()), "plain", "the literal".to_owned()),
        Source::File(path) => (read(call.shared, path, required)?, format_of(path), format!("`{path}`")),
        Source::Url(url) => (work::aside(|| fetch(url, call, posts, &headers, required))?, "plain", format!("`{url}`")),
    };
    let value = match text {
        None if required => return Err(format!("`load_data`: {name} does not exist")),
        // Not kept: it may be made before the next one asks.
        None => return Ok(Given::NONE),
        Some(text) => parse(&text, &format.unwrap_or(found_format).to_lowercase(), call.shared.loaded.dialect)
            .map_err(|problem| {
                format!("`load_data`: {name} cannot be read: {}", placed(problem, source, call.shared))
            })?,
    };
    let value = Arc::new(Data { plain: value, value: OnceLock::new() });
    if let Ok(mut cache) = call.shared.data.0.lock() {
        cache.insert(key, Arc::clone(&value));
    }
    Ok(Given::Data(value))
}

/// That nothing, or more than one thing, is named to be loaded.
fn unnamed(call: &Call) -> String {
    let names = ["path", "url", "literal"];
    let one = "`load_data` takes one of `path`, `url` and `literal`";
    if names.iter().any(|name| call.get(name).is_some()) {
        return one.to_owned();
    }
    let known = ["format", "required", "method", "body", "content_type", "headers"];
    let mut unknown = call.args.keys().map(String::as_str).filter(|given| !known.contains(given));
    let meant = unknown.find_map(|given| Some((given, did_you_mean(given, names)?)));
    meant.map_or_else(|| one.to_owned(), |(given, name)| format!("{one}; is `{name}` meant by `{given}`?"))
}

fn cache_key(call: &Call) -> String {
    let mut parts: Vec<String> = call.args.iter().map(|(key, value)| format!("{key}={value}\u{0}")).collect();
    parts.sort();
    parts.concat()
}

fn read(shared: &Shared, path: &str, required: bool) -> Result<Option<String>, String> {
    let file = match files::find(shared, path) {
        Ok(Some(file)) => file,
        Err(problem) if required => return Err(problem),
        _ => return Ok(None),
    };
    let bytes = file.read().map_err(|e| format!("`{path}` cannot be read: {e}"))?;
    let text = String::from_utf8(bytes.into()).map_err(|e| format!("`{path}` cannot be read: {e}"))?;
    Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
}

fn format_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase().as_str() {
        "toml" => "toml",
        "json" => "json",
        "csv" => "csv",
        "yaml" | "yml" => "yaml",
        "bibtex" => "bibtex",
        "xml" => "xml",
        _ => "plain",
    }
}

fn fetch(url: &str, call: &Call, posts: bool, given: &[&str], required: bool) -> Result<Option<String>, String> {
    let settings = ureq::Agent::config_builder()
        .timeout_global(Some(std::time::Duration::from_secs(30)))
        .user_agent(concat!("repere/", env!("CARGO_PKG_VERSION")));
    let agent = ureq::Agent::new_with_config(settings.build());
    // Blanks and letters that are not ASCII are written as a server reads them.
    let url = &*url::Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in given {
        let (name, value) =
            header.split_once('=').ok_or_else(|| format!("`load_data`: header `{header}` is not `name=value`"))?;
        headers.push((name.to_owned(), value.to_owned()));
    }
    // After those that the template gives, which a server may prefer.
    headers.push(("accept".to_owned(), kind_of(call.text("format")?.unwrap_or("plain")).to_owned()));
    let answer = if posts {
        let mut request = agent.post(url);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        if let Some(kind) = call.text("content_type")? {
            request = request.header("content-type", kind);
        }
        request.send(call.text("body")?.unwrap_or_default())
    } else {
        let mut request = agent.get(url);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        request.call()
    };
    match answer {
        Ok(mut answer) => {
            let mut bytes = Vec::new();
            // What is bounded is what comes out where the answer is compressed.
            let mut body = answer.body_mut().with_config().limit(u64::MAX).reader().take(MOST_BYTES + 1);
            body.read_to_end(&mut bytes).map_err(|e| format!("`{url}`: {e}"))?;
            if bytes.len() as u64 > MOST_BYTES {
                return Err(format!("`{url}` answers with more than {} MB", MOST_BYTES >> 20));
            }
            // It is taken for UTF-8 whatever the server calls it.
            Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
        }
        Err(_) if !required => Ok(None),
        Err(problem) => Err(format!("`load_data`: `{url}` cannot be fetched: {problem}")),
    }
}

/// What a server is asked for: some answer in several formats.
fn kind_of(format: &str) -> &'static str {
    match format.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "csv" => "text/csv",
        "toml" => "application/toml",
        "bibtex" => "application/x-bibtex",
        "xml" => "text/xml",
        "yaml" | "yml" => "application/x-yaml",
        _ => "text/plain",
    }
}

fn parse(text: &str, format: &str, dialect: Dialect) -> Result<Json, String> {
    match format {
        "plain" => Ok(Json::from(text)),
        "json" => serde_json::from_str::<Json>(text).map_err(|e| json_fault(text, &e)),
        "yaml" | "yml" if too_deep(text).is_some() => Err("too many brackets stand in one another".to_owned()),
        // By way of its own values: keys may be numbers, which become texts.
        "yaml" | "yml" => yaml::data(text).and_then(|value| serde_json::to_value(value).map_err(|e| e.to_string())),
        "toml" => {
            let mut value = text.parse::<toml::Table>().map(from_toml_table).map_err(|e| toml_fault(text, &e))?;
            // The older dialect knows no order of keys in TOML but that of their letters.
            if dialect == Dialect::Zola022 {
                value.sort_all_objects();
            }
            Ok(value)
        }
        "csv" => csv_value(text),
        "xml" => xml_value(text, dialect),
        "bibtex" => bibtex::value(text),
        other => Err(format!("the format `{other}` is none of toml, json, csv, bibtex, yaml, xml, plain")),
    }
}

/// Its columns are bytes, and those of people characters.
fn json_fault(text: &str, error: &serde_json::Error) -> String {
    let told = error.to_string();
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or(line.as_bytes());
    let column = String::from_utf8_lossy(before).chars().count() + 1;
    match told.rsplit_once(" column ") {
        Some((told, _)) => format!("{told} column {column}"),
        None => told,
    }
}

/// In one line, as the other formats tell theirs.
fn toml_fault(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', ", ");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return message };
    let (line, column) =
        (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1);
    format!("{message} at line {line} column {column}")
}

/// What is wrong in a file, with its place as `report` reads it: `a colon is missing (data/a.json:1:9)`.
fn placed(problem: String, source: Source, shared: &Shared) -> String {
    let file = || match source {
        Source::File(path) => files::find_source(shared, path).ok().flatten(),
        _ => None,
    };
    let Some((message, line, column)) = position(&problem) else { return problem };
    let Some(file) = file() else { return problem };
    let shown = crate::diagnostic::slashed(file.strip_prefix(&shared.loaded.root).unwrap_or(&file));
    format!("{message} ({shown}:{line}:{column})")
}

/// The message of a reader of data without its place, and that: readers write it in three ways.
fn position(problem: &str) -> Option<(&str, usize, usize)> {
    if let Some((message, at)) = problem.rsplit_once(" at line ") {
        let (line, column) = at.split_once(" column ")?;
        return Some((message, line.parse().ok()?, column.parse().ok()?));
    }
    if let Some((_, rest)) = problem.split_once("(line: ") {
        let (line, rest) = rest.split_once(", byte: ")?;
        let (_, message) = rest.split_once("): ")?;
        return Some((message, line.parse().ok()?, 1));
    }
    let (message, at) = problem.rsplit_once(" at ")?;
    let (line, column) = at.split_once(':')?;
    Some((message, line.parse().ok()?, column.parse().ok()?))
}

fn from_toml_table(table: toml::Table) -> Json {
    Json::Object(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect())
}

/// Dates become text, as in front matter.
fn from_toml(value: toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(yes) => Json::Bool(yes),
        toml::Value::Datetime(date) => Json::String(toml_date(date)),
        toml::Value::Array(items) => Json::Array(items.into_iter().map(from_toml).collect()),
        toml::Value::Table(table) => from_toml_table(table),
    }
}

fn csv_value(text: &str) -> Result<Json, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers: Vec<String> = reader.headers().map_err(|e| e.to_string())?.iter().map(str::to_owned).collect();
    let mut records = Vec::new();
    for record in reader.records() {
        records.push(record.map_err(|e| e.to_string())?.iter().map(str::to_owned).collect::<Vec<_>>());
    }
    Ok(json!({ "headers": headers, "records": records }))
}

fn xml_value(text: &str, dialect: Dialect) -> Result<Json, String> {
    // The reader compares each attribute with all others of its element.
    let attributes = |tag: &str| tag.split('>').next().map_or(0, |inside| inside.matches('=').count());
    if text.split('<').any(|tag| attributes(tag) > MOST_ATTRIBUTES) {
        return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
    }
    let document = roxmltree::Document::parse(text).map_err(|e| e.to_string())?;
    let mut depths: Vec<usize> = Vec::new();
    for node in document.descendants() {
        let above = node.parent().and_then(|parent| depths.get(parent.id().get_usize())).copied().unwrap_or_default();
        depths.resize(node.id().get_usize() + 1, above + 1);
        if above > DEEPEST_ELEMENT {
            return Err(format!("more than {DEEPEST_ELEMENT} elements stand in one another"));
        }
    }
    let root = document.root_element();
    Ok(json!({ root.tag_name().name(): xml_node(root, dialect) }))
}

/// Attributes as `@name`, text as `#text` (or the text alone), elements of one name as a list when there are several. Of
/// texts only that before the first element or comment counts, and an element that has one shows no others; an empty one is
/// an empty map.
fn xml_node(node: roxmltree::Node, dialect: Dialect) -> Json {
    let mut map = Map::new();
    for attribute in node.attributes() {
        map.insert(format!("@{}", attribute.name()), scalar(attribute.value()));
    }
    let text = node.children().take_while(|n| n.is_text()).filter_map(|n| n.text()).collect::<String>();
    let text = text.trim();
    if !text.is_empty() {
        if map.is_empty() {
            return scalar(text);
        }
        map.insert("#text".to_owned(), scalar(text));
        return Json::Object(map);
    }
    for child in node.children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        let value = xml_node(child, dialect);
        match map.get_mut(name) {
            Some(Json::Array(items)) => items.push(value),
            // The older dialect takes the first of several out, the last entry going to its place, and puts the list behind.
            Some(_) if dialect == Dialect::Zola022 => {
                let first = map.swap_remove(name);
                map.insert(name.to_owned(), Json::Array(first.into_iter().chain([value]).collect()));
            }
            Some(first) => *first = Json::Array(vec![first.take(), value]),
            None => {
                map.insert(name.to_owned(), value);
            }
        }
    }
    Json::Object(map)
}

/// Numbers and truth values of XML as such. Below zero a number is a fraction, and `01.5` is a text.
fn scalar(text: &str) -> Json {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        return json!(number);
    }
    let is_padded = text.starts_with('0') && !text.starts_with("0.");
    match text {
        "true" => json!(true),
        "false" => json!(false),
        _ if is_padded => json!(text),
        _ => text.parse::<f64>().ok().filter(|n| n.is_finite()).map_or_else(|| json!(text), |number| json!(number)),
    }
}
