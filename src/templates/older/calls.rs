//! The functions of the older dialect: those of the whole room, and the few that Tera 1 brings.

use std::error::Error as _;

use serde_json::Map;
use tera::Value;

use super::super::functions::{ALL, Call};
use super::lists::Arguments;
use super::{Engine, bounds, plain};

/// What Tera 1 has itself, or Zola 0.22 had not.
const NOT_OURS: &[&str] = &["get_env", "text_direction"];
/// Functions whose text is printed as it is.
const SAFE: &[&str] = &["get_url", "get_taxonomy_url"];
/// What Tera 1 brings.
const ENGINES: &[&str] = &["get_env", "get_random", "range", "throw"];

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
    args.iter().try_for_each(|(_, value)| bounds::spread(value))?;
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
    if name == "range"
        && let Some(range) = Range::of(args)?
    {
        return Ok((range.list()?, false));
    }
    if name == "get_random" {
        between(args)?;
    }
    let function = engine.tera.get_function(name).map_err(|_| format!("there is no function `{name}`"))?;
    let value = function.call(&named.into_iter().collect()).map_err(|error| sentence(&error, name))?;
    Ok((plain::value(&value), function.is_safe()))
}

/// That there is a number to choose: the engine ends the program when there is none.
fn between(args: &Arguments) -> Result<(), String> {
    let number = |name: &str| args.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_i128());
    match (number("start").unwrap_or(0), number("end")) {
        (start, Some(end)) if start >= end => Err("`get_random` needs a `start` below its `end`".to_owned()),
        _ => Ok(()),
    }
}

/// The numbers of a `range`, not one of them made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    start: u64,
    step: u64,
    count: u64,
}

impl Range {
    /// Reads the arguments. `None` for those that the engine refuses, in its words.
    pub(super) fn of(args: &Arguments) -> Result<Option<Self>, String> {
        let number = |name: &str, otherwise: Option<u64>| match args.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => plain::json(value).as_u64(),
            None => otherwise,
        };
        let numbers = (number("start", Some(0)), number("end", None), number("step_by", Some(1)));
        let (Some(start), Some(end), Some(step)) = numbers else { return Ok(None) };
        if step == 0 {
            return Err("`range` never ends with a `step_by` of 0".to_owned());
        }
        Ok((start <= end).then(|| Self { start, step, count: (end - start).div_ceil(step) }))
    }

    /// How many they are, for a loop over them.
    pub(super) fn counted(self) -> Result<usize, String> {
        Self::at_most(self.count, bounds::MOST_STEPS)
    }

    /// All of them.
    fn list(self) -> Result<Value, String> {
        let count = Self::at_most(self.count, bounds::MOST_ITEMS as u64)
            .map_err(|told| format!("{told} in one list; a loop over `range` itself keeps none of them"))?;
        Ok(Value::from((0..count).map(|at| self.nth(at)).collect::<Vec<_>>()))
    }

    /// One of them.
    pub(super) fn nth(self, at: usize) -> Value {
        Value::from(self.start + self.step * at as u64)
    }

    fn at_most(count: u64, most: u64) -> Result<usize, String> {
        let fits = usize::try_from(count).ok().filter(|_| count <= most);
        fits.ok_or_else(|| format!("`range` gives at most {most} numbers"))
    }
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
