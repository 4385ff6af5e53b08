//! Form values on their way back to the form: everything typed is kept, secrets are not.

use std::collections::BTreeMap;

use crate::calendar::form::Fields;

/// The first value of each field, by name; passwords are never sent back.
pub(super) fn values(fields: &Fields) -> BTreeMap<&str, &str> {
    let mut values = BTreeMap::new();
    for (name, value) in &fields.0 {
        if !name.starts_with("password") {
            values.entry(name.as_str()).or_insert(value.as_str());
        }
    }
    values
}
