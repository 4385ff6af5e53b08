//! The functions of the older dialect: those of the whole room, and the few that Tera 1 brings.

use std::error::Error as _;

use serde_json::Map;
use tera::Value;

use super::super::functions::{ALL, Call};
use super::lists::Arguments;
use super::{Engine, plain};

/// What Tera 1 has itself, or Zola 0.22 had not.
const NOT_OURS: &[&str] = &["get_env", "text_direction"];
/// Functions whose text is printed as it is.
const SAFE: &[&str] = &["get_url", "get_taxonomy_url"];
/// What Tera 1 brings.
const ENGINES: &[&str] = &["get_env", "get_random", "range", "throw"];

/// How many numbers a `range` may give.
const LONGEST_RANGE: u64 = 1_000_000;

/// Every filter, for "did you mean".
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "addslashes",
    "as_str",
    "base64_decode",
    "base64_encode",
    "capitalize",
    "concat",
    "date",
    "default",
    "escape",
    "escape_xml",
    "filesizeformat",
    "filter",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "json_encode",
    "last",
    "length",
    "linebreaksbr",
    "lower",
    "map",
    "markdown",
    "nth",
    "num_format",
    "pluralize",
    "regex_replace",
    "replace",
    "reverse",
    "round",
    "safe",
    "slice",
    "slugify",
    "sort",
    "spaceless",
    "split",
    "striptags",
    "title",
    "trim",
    "trim_end",
    "trim_end_matches",
    "trim_start",
    "trim_start_matches",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlencode_strict",
    "wordcount",
];

/// Every function, for "did you mean".
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name).filter(|name| !NOT_OURS.contains(name)).chain(ENGINES.iter().copied())
}

/// What a function answers, and whether it is safe to print.
pub(super) fn call(engine: &Engine, name: &str, args: &Arguments) -> Result<(Value, bool), String> {
    let named = args.iter().map(|(name, value)| ((*name).to_owned(), plain::json(value)));
    let ours = ALL.iter().find(|(known, _)| *known == name && !NOT_OURS.contains(known));
    if let Some((known, body)) = ours {
        // The order of named arguments means nothing: they come sorted. Tera 1 does not tell a function what is being
        // rendered: without `lang` it is the default language.
        let call = Call::new(&engine.shared, named.collect::<Map<_, _>>(), None);
        let given = body(&call)?;
        return Ok((given.value(&engine.shared)?, SAFE.contains(known)));
    }
    let named: Map<String, serde_json::Value> = named.collect();
    if name == "range" {
        bounded(&named)?;
    }
    let function = engine.tera.get_function(name).map_err(|_| format!("there is no function `{name}`"))?;
    let value = function.call(&named.into_iter().collect()).map_err(|error| sentence(&error, name))?;
    Ok((plain::value(&value), function.is_safe()))
}

/// That a `range` ends, and within memory: the engine counts without asking.
fn bounded(args: &Map<String, serde_json::Value>) -> Result<(), String> {
    let number = |name: &str, otherwise: u64| args.get(name).map_or(Some(otherwise), serde_json::Value::as_u64);
    // What is no number the engine tells.
    let (Some(start), Some(end), Some(step)) = (number("start", 0), number("end", 0), number("step_by", 1)) else {
        return Ok(());
    };
    if step == 0 {
        return Err("`range` never ends with a `step_by` of 0".to_owned());
    }
    if end.saturating_sub(start).div_ceil(step) > LONGEST_RANGE || end.checked_add(step).is_none() {
        return Err(format!("`range` gives at most {LONGEST_RANGE} numbers"));
    }
    Ok(())
}

/// An error of Tera 1's own filters, tests and functions as a sentence.
pub(super) fn sentence(error: &tera1::Error, name: &str) -> String {
    let mut last = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        last = inner.to_string();
        cause = inner.source();
    }
    let text = last.trim().trim_end_matches('.').to_owned();
    if let Some(told) = unfit(&text) {
        return told;
    }
    if name == "throw" || text.contains(&format!("`{name}`")) { text } else { format!("`{name}`: {text}") }
}

/// That a filter cannot take its value, without words of Rust.
fn unfit(text: &str) -> Option<String> {
    let (filter, rest) = text.strip_prefix("Filter `")?.split_once("` ")?;
    let of_value = rest.strip_prefix("was called on an incorrect value: got `");
    let (got, wanted) = of_value
        .or_else(|| rest.strip_prefix("received an incorrect type for arg `value`: got `"))?
        .rsplit_once("` but expected ")?;
    if got.contains("$__toml_private_datetime") {
        return Some(format!(
            "`{filter}` cannot read a date of the configuration's `[extra]`: write it there as a text"
        ));
    }
    let wanted = match wanted.trim_start_matches("a ").trim_start_matches("an ") {
        "String" => "a text",
        "Vec<Value>" => "a list",
        "i64|u64|String" => "a text or a number of seconds",
        "i64" | "u64" | "f64" | "usize" | "Number" => "a number",
        _ => return None,
    };
    let got = match got.chars().next()? {
        _ if got.eq_ignore_ascii_case("null") => {
            return Some(format!("`{filter}` takes {wanted}, and there is none here"));
        }
        '[' | 'A' => "a list",
        '{' | 'O' => "a map",
        '"' | 'S' => "a text",
        't' | 'f' | 'B' => "true or false",
        _ => "a number",
    };
    Some(format!("`{filter}` takes {wanted}, not {got}"))
}

#[cfg(test)]
mod tests {
    use super::unfit;

    #[test]
    fn a_value_that_does_not_fit_is_told_without_words_of_rust() {
        let told = |text: &str| unfit(text).unwrap_or_default();
        let nothing = "Filter `upper` was called on an incorrect value: got `null` but expected a String";
        assert_eq!(told(nothing), "`upper` takes a text, and there is none here");
        let map = r#"Filter `date` received an incorrect type for arg `value`: got `Object {"a": Null}` but expected i64|u64|String"#;
        assert_eq!(told(map), "`date` takes a text or a number of seconds, not a map");
        let date = r#"Filter `date` received an incorrect type for arg `value`: got `Object {"$__toml_private_datetime": String("2020-02-03")}` but expected i64|u64|String"#;
        assert!(told(date).ends_with("write it there as a text"));
        assert_eq!(unfit("Filter `round` received an incorrect value for arg `method`: got `x`"), None);
    }
}
