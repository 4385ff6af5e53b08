//! Defaults for the pages of a folder: the table `cascade` of a section's front matter.
//!
//! Entry points: [`take`] reads it with its section, [`Cascades`] gives it to the pages below, in the section's language.
//! What a page says itself wins, then the nearest section; tables (`extra`, `taxonomies`) are merged key by key.

use std::collections::HashMap;

use super::{FileInfo, Section, parse};
use crate::config::LanguageOptions;
use crate::config::keys::{Raw, Reader, Table};
use crate::diagnostic::any_error;
use crate::memory::Print;

/// What no two pages can share.
const OWN: [&str; 3] = ["slug", "path", "aliases"];

/// Takes `cascade` out of the front matter of a section. One with errors, which are told, is no default for anything.
pub(super) fn take(reader: &mut Reader, table: &mut Table, language: &LanguageOptions, clock: bool) -> Option<Table> {
    let defaults = reader.table(table, "cascade")?;
    let before = reader.problems.len();
    for entry in &defaults.entries {
        if OWN.contains(&entry.key.as_str()) {
            reader.error(&entry.key_span, format!("`{}` cannot be the same for several pages", entry.key));
        } else if !parse::PAGE_KEYS.contains(&entry.key.as_str()) {
            let near = crate::diagnostic::did_you_mean(&entry.key, parse::PAGE_KEYS.iter().copied());
            let help = near.map_or_else(
                || "keys of your own belong into `[cascade.extra]`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let place = reader.place(&entry.key_span);
            let message = format!("unknown key `{}` in `cascade`", entry.key);
            reader.problems.push(crate::diagnostic::Diagnostic::error(message).at(place).help(help));
        }
    }
    let mut known = defaults.clone();
    known.entries.retain(|entry| parse::PAGE_KEYS.contains(&entry.key.as_str()));
    // Read as a page's, for the sake of its mistakes.
    parse::page(reader, known, language, clock);
    (!any_error(&reader.problems[before..])).then_some(defaults)
}

/// Every cascade of a site.
#[derive(Default)]
pub(super) struct Cascades(HashMap<(String, String), Table>);

impl Cascades {
    /// Adds that of a section, when it has one.
    pub(super) fn add(&mut self, section: &Section, cascade: Option<Table>) {
        if let Some(cascade) = cascade {
            self.0.insert((section.file.components.join("/"), section.lang.clone()), cascade);
        }
    }

    /// The print of all of them: what a page was read with.
    pub(super) fn print(&self) -> Print {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        Print::of(format!("{all:?}").as_bytes())
    }

    /// Adds to a page's front matter what it does not say itself.
    pub(super) fn apply(&self, table: &mut Table, file: &FileInfo, lang: &str) {
        if self.0.is_empty() {
            return;
        }
        for depth in (0..=file.components.len()).rev() {
            if let Some(defaults) = self.0.get(&(file.components[..depth].join("/"), lang.to_owned())) {
                merge(table, defaults);
            }
        }
    }
}

/// Adds what is missing, tables key by key.
fn merge(own: &mut Table, defaults: &Table) {
    for entry in &defaults.entries {
        match own.entries.iter_mut().find(|own| own.key == entry.key) {
            None => own.entries.push(entry.clone()),
            Some(own) => {
                if let (Raw::Table(own), Raw::Table(below)) = (&mut own.item.value, &entry.item.value) {
                    merge(own, below);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_merged_and_values_are_not() {
        let mut own = Table::from_toml("template = 'a.html'\n[extra]\nx = 1\nl = [1]\n", 0).unwrap();
        let defaults =
            Table::from_toml("template = 'b.html'\ndraft = true\n[extra]\nx = 2\ny = 3\nl = [2]\n", 0).unwrap();
        merge(&mut own, &defaults);
        let json = serde_json::Value::Object(own.into_json());
        assert_eq!(json, serde_json::json!({"template": "a.html", "extra": {"x": 1, "l": [1], "y": 3}, "draft": true}));
    }
}
