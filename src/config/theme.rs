//! What a theme brings to the configuration: its `[extra]` and its `i18n/<lang>/*.toml`, both beneath the site's.

use std::path::Path;

use serde_json::{Map, Value};

use super::keys::{Reader, Table};
use super::{Config, Translations, shown};
use crate::diagnostic::{Diagnostic, Place};

/// Merges the theme in `dir` into `config`, whose file and text are `asked`: a theme that is not there is told at the
/// line that names it.
pub(super) fn merge(root: &Path, dir: &Path, config: &mut Config, asked: (&str, &str)) -> Vec<Diagnostic> {
    let file = dir.join("theme.toml");
    let name = shown(root, &file);
    if !dir.is_dir() {
        return vec![no_theme(root, config.theme.as_deref().unwrap_or_default(), asked)];
    }
    if !file.exists() {
        let problem = Diagnostic::error(format!("the theme has no `{name}`")).at(Place::file(name));
        return vec![problem.help("a theme's folder holds a file `theme.toml`, even an empty one")];
    }
    let text = match super::text::read(&file, &name) {
        Ok(text) => text,
        Err(problem) => return vec![problem],
    };
    let mut reader = Reader::new(&name, &text);
    match Table::from_toml(&text, 0) {
        Ok(mut table) => {
            if let Some(extra) = reader.table(&mut table, "extra") {
                // Dates of the site are tables there, those of a theme texts, as in Zola.
                let mut unlike = Vec::new();
                merge_beneath(&mut config.extra, extra.into_json(), "extra", &mut unlike);
                for Unlike { key, table_of_site } in unlike {
                    let (site, theme) = if table_of_site { ("a table", "none") } else { ("no table", "one") };
                    reader.problems.push(
                        Diagnostic::error(format!("`{key}` is {site} in `{}` and {theme} in the theme", asked.0))
                            .at(Place::file(&name))
                            .help("give it the theme's form in the configuration, or take it out there"),
                    );
                }
            }
        }
        Err((message, span)) => reader.error(&span, message),
    }
    let mut problems = reader.problems;
    for (lang, options) in &mut config.languages {
        let (texts, found) = translations(root, &dir.join("i18n").join(lang));
        problems.extend(found);
        for (key, text) in texts {
            options.translations.entry(key).or_insert(text);
        }
    }
    problems
}

/// A theme that is not in `themes/`, at the line that asks for it.
fn no_theme(root: &Path, theme: &str, (file, text): (&str, &str)) -> Diagnostic {
    let span = super::read::value_span(text, "theme").unwrap_or(0..0);
    let problem =
        Diagnostic::error(format!("there is no theme `{theme}` in `themes/`")).at(Place::span(file, text, span));
    let entries = std::fs::read_dir(root.join("themes")).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match crate::diagnostic::did_you_mean(theme, names.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => problem.help(format!("fetch the theme into `themes/{theme}`")),
        None => problem.help(format!("the themes there are: {}", names.join(", "))),
    }
}

/// A key that is a table in one of the two files only, which no merging can bring together.
#[derive(Debug, PartialEq)]
struct Unlike {
    key: String,
    table_of_site: bool,
}

/// Adds what is missing, table by table; `at` is the key of this one.
fn merge_beneath(site: &mut Map<String, Value>, theme: Map<String, Value>, at: &str, unlike: &mut Vec<Unlike>) {
    for (key, below) in theme {
        let path = format!("{at}.{key}");
        match (site.get_mut(&key), below) {
            (Some(Value::Object(above)), Value::Object(below)) if !is_date(above) => {
                merge_beneath(above, below, &path, unlike);
            }
            (Some(above), below) => {
                let table_of_site = above.as_object().is_some_and(|table| !is_date(table));
                if table_of_site != below.is_object() {
                    unlike.push(Unlike { key: path, table_of_site });
                }
            }
            (None, below) => {
                site.insert(key, below);
            }
        }
    }
}

/// A date of the site's `[extra]`, which is a table of one key as templates see it.
fn is_date(table: &Map<String, Value>) -> bool {
    table.contains_key("$__toml_private_datetime")
}

/// Every text of a folder of translations.
fn translations(root: &Path, folder: &Path) -> (Translations, Vec<Diagnostic>) {
    let mut texts = Translations::new();
    let mut problems = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return (texts, problems) };
    let mut files: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    for file in files {
        let name = shown(root, &file);
        let text = match super::text::read(&file, &name) {
            Ok(text) => text,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let mut reader = Reader::new(&name, &text);
        match Table::from_toml(&text, 0) {
            Ok(mut table) => {
                let keys: Vec<String> = table.entries.iter().map(|e| e.key.clone()).collect();
                for key in keys {
                    if let Some(value) = reader.string(&mut table, &key) {
                        texts.insert(key, value);
                    }
                }
            }
            Err((message, span)) => reader.error(&span, message),
        }
        problems.extend(reader.problems);
    }
    (texts, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &Value) -> Map<String, Value> {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn the_site_wins_inside_tables_too() {
        let mut site = object(&serde_json::json!({"a": {"x": 1}, "b": 2}));
        let mut unlike = Vec::new();
        merge_beneath(
            &mut site,
            object(&serde_json::json!({"a": {"x": 9, "y": 3}, "b": "", "c": 4})),
            "e",
            &mut unlike,
        );
        assert_eq!(Value::Object(site), serde_json::json!({"a": {"x": 1, "y": 3}, "b": 2, "c": 4}));
        assert!(unlike.is_empty(), "{unlike:?}");
    }

    #[test]
    fn a_table_and_something_else_do_not_go_together() {
        let date = serde_json::json!({"$__toml_private_datetime": "2026-01-01"});
        let mut site = object(&serde_json::json!({"a": {"x": {}}, "b": [1], "c": date, "d": date}));
        let mut unlike = Vec::new();
        let theme = serde_json::json!({"a": {"x": 1}, "b": {"y": 2}, "c": {"z": 3}, "d": "2025-01-01"});
        merge_beneath(&mut site, object(&theme), "extra", &mut unlike);
        let found: Vec<_> = unlike.iter().map(|u| (u.key.as_str(), u.table_of_site)).collect();
        assert_eq!(found, [("extra.a.x", true), ("extra.b", false), ("extra.c", false)]);
    }
}
