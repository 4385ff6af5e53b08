//! What Tera 1 does with a value: how it is printed, escaped, compared and counted.

use std::borrow::Cow;
use std::io::Write as _;

use serde_json::Value as Json;
use tera::{Map, Value};

/// Appends a value as it is printed.
pub(in crate::templates) fn write(value: &Value, out: &mut String) {
    if let Some(text) = value.as_str() {
        return out.push_str(text);
    }
    if let Some(items) = value.as_array() {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            write(item, out);
        }
        return out.push(']');
    }
    if value.is_map() {
        return out.push_str("[object]");
    }
    out.push_str(&scalar(value));
}

/// A number or a truth value as text; nothing as the empty text.
pub(super) fn scalar(value: &Value) -> Cow<'static, str> {
    match (value.as_bool(), value.as_i128(), value.as_f64()) {
        (Some(true), ..) => "true".into(),
        (Some(false), ..) => "false".into(),
        (None, Some(whole), _) => whole.to_string().into(),
        (None, None, Some(number)) => number.to_string().into(),
        _ => "".into(),
    }
}

/// A value as text.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value.as_str() {
        Some(text) => text.into(),
        None => {
            let mut out = String::new();
            write(value, &mut out);
            out.into()
        }
    }
}

/// Appends a text with the six signs that HTML could take for its own replaced.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let replaced = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#x27;",
            b'/' => "&#x2F;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(replaced);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Whether two values are the same: a whole number is not a fraction, maps may differ in their order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (a.as_array(), b.as_array()) {
        // One list is itself, however often it holds others.
        return std::ptr::eq(a, b) || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    }
    if let (Some(a), Some(b)) = (a.as_map(), b.as_map()) {
        return a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)));
    }
    if a.is_number() && b.is_number() {
        return a.is_f64() == b.is_f64() && number(a) == number(b) && a.as_i128() == b.as_i128();
    }
    match (a.as_bool(), b.as_bool()) {
        (Some(a), Some(b)) => a == b,
        _ => is_nothing(a) && is_nothing(b),
    }
}

/// Null, in the words of Tera 1.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_none() || value.is_undefined()
}

/// A number as a fraction.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_i128().map(|whole| whole as f64).or_else(|| value.as_f64())
}

/// The value of a field.
pub(super) fn field<'v>(map: &'v Map, key: &'v str) -> Option<&'v Value> {
    map.get(&tera::value::Key::Str(key))
}

/// What a key leads to in a map or a list.
pub(super) fn step<'v>(value: &'v Value, key: &'v str) -> Option<&'v Value> {
    if let Some(map) = value.as_map() {
        return field(map, key);
    }
    value.as_array().and_then(|items| items.get(index(key)?))
}

/// A place in a list as JSON pointers write it: no sign, no leading zero.
fn index(key: &str) -> Option<usize> {
    if key.starts_with('+') || (key.starts_with('0') && key.len() != 1) {
        return None;
    }
    key.parse().ok()
}

/// What `extra.a` leads to.
pub(super) fn dotted<'v>(value: &'v Value, path: &'v str) -> Option<&'v Value> {
    let mut keys = path.split('.').map(|key| key.trim_matches('"')).filter(|key| !key.is_empty());
    keys.try_fold(value, step)
}

/// A value for the engine's own filters and functions.
pub(super) fn json(value: &Value) -> Json {
    match value.as_str() {
        Some(text) => Json::from(text),
        None => serde_json::to_value(value).unwrap_or_default(),
    }
}

/// The answer of one of them.
pub(super) fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::from(text.as_str()),
        other => Value::from_serializable(other),
    }
}

/// What kind of value this is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    if value.is_string() {
        "a text"
    } else if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else if value.is_number() {
        "a number"
    } else if value.is_bool() {
        "true or false"
    } else {
        "nothing"
    }
}

/// A value as JSON, on one line or on several.
pub(super) fn encoded(value: &Value, pretty: bool) -> Result<String, String> {
    let mut out = Vec::new();
    let done =
        if pretty { serde_json::to_writer_pretty(&mut out, value) } else { serde_json::to_writer(&mut out, value) };
    done.map_err(|e| e.to_string())?;
    out.flush().map_err(|e| e.to_string())?;
    String::from_utf8(out).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_printed_as_tera_1_prints_them() {
        for (value, printed) in
            [(json!([1, 2.0, "a"]), "[1, 2, a]"), (json!({"a": 1}), "[object]"), (json!(null), ""), (json!(1.5), "1.5")]
        {
            assert_eq!(text(&Value::from_serializable(&value)), printed);
        }
    }

    #[test]
    fn the_six_signs_are_escaped() {
        let mut out = String::new();
        escape("a/é<'\"&>", &mut out);
        assert_eq!(out, "a&#x2F;é&lt;&#x27;&quot;&amp;&gt;");
    }

    #[test]
    fn whole_numbers_are_not_fractions() {
        let value = |json| Value::from_serializable(&json);
        assert!(same(&value(json!([1])), &value(json!([1]))));
        assert!(!same(&value(json!([1])), &value(json!([1.0]))));
        assert!(same(&value(json!({"a": 1, "b": 2})), &value(json!({"b": 2, "a": 1}))));
    }
}
