//! The filters of Tera 1 that take or give lists and maps, over shared values: the engine's own would copy every page
//! of a list to give its first one.
//!
//! Entry point: [`Native::named`]. What they answer is what Tera 1.20 answers, errors apart.

use std::collections::HashSet;

use tera::{Map, Value};

use super::bounds;
use super::plain::{self, dotted, encoded, field, is_nothing, kind, number, same};

/// The arguments of a call, by name.
pub(in crate::templates) type Arguments<'p> = Vec<(&'p str, Value)>;

/// A filter that keeps values shared.
#[derive(Clone, Copy)]
pub(super) struct Native(pub(super) fn(&Value, &Arguments) -> Result<Value, String>);

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Native")
    }
}

impl Native {
    /// The filter of a name, when it is one of these.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(Self(match name {
            "first" => |value, _| Ok(list("first", value)?.first().cloned().unwrap_or_else(|| Value::from(""))),
            "last" => |value, _| Ok(list("last", value)?.last().cloned().unwrap_or_else(|| Value::from(""))),
            "nth" => nth,
            "join" => join,
            "sort" => sort,
            "unique" => unique,
            "group_by" => group_by,
            "filter" => filter,
            "map" => map,
            "slice" => slice,
            "concat" => concat,
            "length" => length,
            "reverse" => reverse,
            "get" => get,
            "as_str" => |value, _| {
                bounds::spread(value)?;
                Ok(Value::from(plain::text(value)))
            },
            "json_encode" => |value, args| {
                bounds::spread(value)?;
                let pretty = arg(args, "pretty").and_then(Value::as_bool).unwrap_or(false);
                encoded(value, pretty).map(Value::from)
            },
            _ => return None,
        }))
    }
}

fn arg<'a>(args: &'a Arguments, name: &str) -> Option<&'a Value> {
    args.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn list<'v>(filter: &str, value: &'v Value) -> Result<&'v [Value], String> {
    value.as_array().ok_or_else(|| format!("`{filter}` takes a list, not {}", kind(value)))
}

fn text_arg<'a>(filter: &str, args: &'a Arguments, name: &str) -> Result<Option<&'a str>, String> {
    let Some(value) = arg(args, name) else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| format!("`{filter}`: the argument `{name}` is a text, not {}", kind(value)))
}

fn must_text<'a>(filter: &str, args: &'a Arguments, name: &str) -> Result<&'a str, String> {
    text_arg(filter, args, name)?.ok_or_else(|| format!("`{filter}` needs the argument `{name}`"))
}

fn nth(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("nth", value)?;
    if items.is_empty() {
        return Ok(Value::from(""));
    }
    let n = arg(args, "n").ok_or("`nth` needs the argument `n`")?;
    let n = n.as_u64().ok_or_else(|| format!("`nth`: the argument `n` is a whole number, not {}", kind(n)))?;
    Ok(usize::try_from(n).ok().and_then(|n| items.get(n)).cloned().unwrap_or_else(|| Value::from("")))
}

fn join(value: &Value, args: &Arguments) -> Result<Value, String> {
    // A template cannot write a line break into a string, so these two stand for themselves.
    let between = text_arg("join", args, "sep")?.unwrap_or_default().replace("\\n", "\n").replace("\\t", "\t");
    bounds::joined(list("join", value)?, &between).map(Value::from)
}

fn missing(attribute: &str) -> String {
    format!("not every item has the attribute `{attribute}`")
}

fn sort(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("sort", value)?;
    if items.is_empty() {
        return Ok(value.clone());
    }
    let attribute = text_arg("sort", args, "attribute")?.unwrap_or_default();
    let keys: Vec<&Value> = items
        .iter()
        .map(|item| dotted(item, attribute).ok_or_else(|| format!("`sort`: {}", missing(attribute))))
        .collect::<Result<_, _>>()?;
    let Some(first) = keys.first().copied() else { return Ok(value.clone()) };
    let mixed = |other: &Value| format!("`sort` cannot compare {} with {}", kind(first), kind(other));
    let mut order: Vec<usize> = (0..items.len()).collect();
    if first.is_bool() {
        let keys = all(&keys, Value::as_bool, mixed)?;
        order.sort_by_key(|at| keys[*at]);
    } else if first.is_number() {
        let keys = all(&keys, number, mixed)?;
        order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
    } else if first.is_string() {
        let keys = all(&keys, Value::as_str, mixed)?;
        order.sort_by_key(|at| keys[*at]);
    } else if first.is_array() {
        let keys = all(&keys, |value| value.as_array().map(<[Value]>::len), mixed)?;
        order.sort_by_key(|at| keys[*at]);
    } else {
        return Err(format!("`sort` cannot order by {}", kind(first)));
    }
    Ok(Value::from(order.into_iter().map(|at| items[at].clone()).collect::<Vec<_>>()))
}

fn all<'v, T>(
    keys: &[&'v Value],
    read: impl Fn(&'v Value) -> Option<T>,
    mixed: impl Fn(&Value) -> String,
) -> Result<Vec<T>, String> {
    keys.iter().map(|key| read(key).ok_or_else(|| mixed(key))).collect()
}

fn unique(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("unique", value)?;
    let Some(first) = items.first() else { return Ok(value.clone()) };
    let with_case = match arg(args, "case_sensitive") {
        Some(given) => given
            .as_bool()
            .ok_or_else(|| format!("`unique`: the argument `case_sensitive` is true or false, not {}", kind(given)))?,
        None => false,
    };
    let attribute = text_arg("unique", args, "attribute")?.unwrap_or_default();
    let first = kind(dotted(first, attribute).ok_or_else(|| format!("`unique`: {}", missing(attribute)))?);
    let mut seen: HashSet<String> = HashSet::new();
    let mut kept = Vec::new();
    for item in items {
        let Some(key) = dotted(item, attribute) else { continue };
        if kind(key) != first {
            return Err(format!("`unique` cannot compare {first} with {}", kind(key)));
        }
        if !(key.is_string() || key.is_bool() || key.as_i64().is_some()) {
            return Err(format!("`unique` cannot compare {}", if key.is_f64() { "fractions" } else { first }));
        }
        let text = plain::text(key);
        if seen.insert(if with_case { text.into_owned() } else { text.to_lowercase() }) {
            kept.push(item.clone());
        }
    }
    Ok(Value::from(kept))
}

fn group_by(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("group_by", value)?;
    if items.is_empty() {
        return Ok(Value::from(Map::new()));
    }
    let attribute = must_text("group_by", args, "attribute")?;
    let mut names: Vec<String> = Vec::new();
    let mut groups: std::collections::HashMap<String, Vec<Value>> = std::collections::HashMap::new();
    for item in items {
        let Some(key) = dotted(item, attribute).filter(|key| !is_nothing(key)) else { continue };
        let name = match key.as_str() {
            Some(text) => text.to_owned(),
            None => encoded(key, false)?,
        };
        groups
            .entry(name)
            .or_insert_with_key(|name| {
                names.push(name.clone());
                Vec::new()
            })
            .push(item.clone());
    }
    let mut grouped = Map::new();
    for name in names {
        let group = groups.remove(&name).unwrap_or_default();
        grouped.insert(name.into(), Value::from(group));
    }
    Ok(Value::from(grouped))
}

fn filter(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("filter", value)?;
    if items.is_empty() {
        return Ok(value.clone());
    }
    let attribute = must_text("filter", args, "attribute")?;
    let wanted = arg(args, "value").filter(|value| !is_nothing(value));
    let fits = |item: &&Value| match (dotted(item, attribute), wanted) {
        (Some(found), Some(wanted)) => same(found, wanted),
        (Some(found), None) => !is_nothing(found),
        (None, _) => false,
    };
    Ok(Value::from(items.iter().filter(fits).cloned().collect::<Vec<_>>()))
}

fn map(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("map", value)?;
    if items.is_empty() {
        return Ok(value.clone());
    }
    let attribute = must_text("map", args, "attribute")?;
    let found = items.iter().filter_map(|item| dotted(item, attribute).filter(|value| !is_nothing(value)));
    Ok(Value::from(found.cloned().collect::<Vec<_>>()))
}

fn slice(value: &Value, args: &Arguments) -> Result<Value, String> {
    let items = list("slice", value)?;
    let place = |name: &str, otherwise: usize| -> Result<usize, String> {
        let Some(given) = arg(args, name) else { return Ok(otherwise) };
        let at =
            number(given).ok_or_else(|| format!("`slice`: the argument `{name}` is a number, not {}", kind(given)))?;
        Ok(if at >= 0.0 { at as usize } else { (items.len() as f64 + at) as usize })
    };
    if items.is_empty() {
        return Ok(value.clone());
    }
    let start = place("start", 0)?;
    let end = place("end", items.len())?.min(items.len());
    if start >= end {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    Ok(Value::from(items[start..end].to_vec()))
}

fn concat(value: &Value, args: &Arguments) -> Result<Value, String> {
    let with = arg(args, "with").ok_or("`concat` needs the argument `with`")?;
    let items = list("concat", value)?;
    bounds::items(items.len() + with.as_array().map_or(1, <[Value]>::len))?;
    let mut items = items.to_vec();
    match with.as_array() {
        Some(more) => items.extend_from_slice(more),
        None => items.push(with.clone()),
    }
    Ok(Value::from(items))
}

fn length(value: &Value, _: &Arguments) -> Result<Value, String> {
    let count = match (value.as_array(), value.as_map(), value.as_str()) {
        (Some(items), ..) => items.len(),
        (_, Some(map), _) => map.len(),
        (.., Some(text)) => text.chars().count(),
        _ => return Err(format!("`length` takes a list, a map or a text, not {}", kind(value))),
    };
    Ok(Value::from(count))
}

fn reverse(value: &Value, _: &Arguments) -> Result<Value, String> {
    match (value.as_array(), value.as_str()) {
        (Some(items), _) => Ok(Value::from(items.iter().rev().cloned().collect::<Vec<_>>())),
        (_, Some(text)) => Ok(Value::from(text.chars().rev().collect::<String>())),
        _ => Err(format!("`reverse` takes a list or a text, not {}", kind(value))),
    }
}

fn get(value: &Value, args: &Arguments) -> Result<Value, String> {
    let key = must_text("get", args, "key")?;
    let map = value.as_map().ok_or_else(|| format!("`get` takes a map, not {}", kind(value)))?;
    match (field(map, key), arg(args, "default")) {
        (Some(found), _) => Ok(found.clone()),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => {
            let mut message = format!("`get`: there is no key `{key}`");
            if let Some(near) = crate::diagnostic::did_you_mean(key, map.keys().filter_map(|key| key.as_str())) {
                message.push_str(&format!("; did you mean `{near}`?"));
            }
            Err(message)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Value as Json, json};

    use super::*;

    /// Every filter of this file against the engine's.
    #[test]
    fn lists_are_filtered_as_tera_1_does() {
        let engine = tera1::Tera::default();
        let pages = json!([
            {"t": "b", "n": 2, "d": null, "e": {"x": true}}, {"t": "A", "n": 1.5, "d": "2", "e": {"x": false}},
            {"t": "b", "n": 10, "d": "1", "e": {"x": true}}, {"n": 3},
        ]);
        let values =
            [pages, json!([3, 1, 2, 1]), json!(["b", "B", "a"]), json!([]), json!("abé"), json!({"a": 1}), json!(null)];
        let args = [
            json!({}),
            json!({"attribute": "t"}),
            json!({"attribute": "n"}),
            json!({"attribute": "d"}),
            json!({"attribute": "e.x"}),
            json!({"attribute": "e.x", "value": true}),
            json!({"attribute": "n", "value": 2}),
            json!({"attribute": "n", "value": 2.0}),
            json!({"start": 1}),
            json!({"start": -2, "end": 10}),
            json!({"end": -1}),
            json!({"n": 1}),
            json!({"sep": "\\n, "}),
            json!({"with": [1]}),
            json!({"with": 4}),
            json!({"key": "a"}),
            json!({"key": "b", "default": 0}),
            json!({"case_sensitive": true}),
            json!({"pretty": true}),
        ];
        let names =
            "first last nth join sort unique group_by filter map slice concat length reverse get as_str json_encode";
        for name in names.split(' ') {
            let native = Native::named(name).unwrap();
            for value in &values {
                for args in &args {
                    let theirs: HashMap<String, Json> = args.as_object().unwrap().clone().into_iter().collect();
                    let ours: Vec<(&str, Value)> =
                        theirs.iter().map(|(k, v)| (k.as_str(), Value::from_serializable(v))).collect();
                    let theirs = engine.get_filter(name).unwrap().filter(value, &theirs).ok();
                    let ours = (native.0)(&Value::from_serializable(value), &ours).ok();
                    let ours = ours.map(|value| plain::json(&value));
                    assert_eq!(ours, theirs, "{value} | {name}({args})");
                }
            }
        }
    }
}
