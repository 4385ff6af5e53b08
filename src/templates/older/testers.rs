//! The tests of Tera 1 (`is defined`, `is containing("a")`).

use tera::Value;

use super::{Engine, plain};

/// Every test.
pub(super) const NAMES: &[&str] = &[
    "containing",
    "defined",
    "divisibleby",
    "ending_with",
    "even",
    "iterable",
    "matching",
    "number",
    "object",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Whether a test holds. Those that ask for the kind only never copy a value.
pub(super) fn holds(engine: &Engine, name: &str, of: Option<&Value>, args: &[Value]) -> Result<bool, String> {
    let by_kind: Option<fn(&Value) -> bool> = match name {
        "string" => Some(Value::is_string),
        "number" => Some(Value::is_number),
        "iterable" => Some(|value| value.is_array() || value.is_map()),
        "object" => Some(Value::is_map),
        _ => None,
    };
    if let (Some(is), []) = (by_kind, args) {
        return of.map(is).ok_or_else(|| format!("`{name}` is asked of something that is not there"));
    }
    match (name, of, args) {
        ("defined", of, []) => Ok(of.is_some()),
        ("undefined", of, []) => Ok(of.is_none()),
        ("containing", Some(of), [wanted]) if of.is_array() => {
            Ok(of.as_array().into_iter().flatten().any(|item| plain::same(item, wanted)))
        }
        ("containing", Some(of), [wanted]) if of.is_map() && wanted.is_string() => {
            Ok(plain::step(of, wanted.as_str().unwrap_or_default()).is_some())
        }
        ("containing", Some(_), []) => Err("`containing` needs to be told what".to_owned()),
        _ => {
            let test = engine.tera.get_tester(name).map_err(|_| format!("there is no test `{name}`"))?;
            let args: Vec<_> = args.iter().map(plain::json).collect();
            test.test(of.map(plain::json).as_ref(), &args).map_err(|e| super::calls::sentence(&e, name))
        }
    }
}
