//! A form on its way back to the person: everything typed is kept, secrets are not.
//!
//! Entry point: [`with_form`].

use std::collections::BTreeMap;

use crate::calendar::FieldError;
use crate::calendar::form::Fields;
use crate::templates::Context;

/// Adds what a form shows: `values` by field, `errors` in order, `wrong` by field.
pub(super) fn with_form(context: Context, fields: &Fields, errors: &[FieldError]) -> Context {
    let wrong: BTreeMap<&str, &str> = errors.iter().rev().map(|error| (error.field, error.key)).collect();
    context.with("values", &values(fields)).with("errors", errors).with("wrong", &wrong)
}

/// The first value of each field, by name; passwords are never sent back.
fn values(fields: &Fields) -> BTreeMap<&str, &str> {
    let mut values = BTreeMap::new();
    for (name, value) in &fields.0 {
        if !name.starts_with("password") && name != "code" {
            values.entry(name.as_str()).or_insert(value.as_str());
        }
    }
    values
}
