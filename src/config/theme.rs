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
                merge_beneath(&mut config.extra, extra.into_json());
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

/// Adds what is missing, table by table.
fn merge_beneath(site: &mut Map<String, Value>, theme: Map<String, Value>) {
    for (key, below) in theme {
        match (site.get_mut(&key), below) {
            (Some(Value::Object(above)), Value::Object(below)) => merge_beneath(above, below),
            (Some(_), _) => {}
            (None, below) => {
                site.insert(key, below);
            }
        }
    }
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

    #[test]
    fn the_site_wins_inside_tables_too() {
        let object = |json: Value| json.as_object().cloned().unwrap();
        let mut site = object(serde_json::json!({"a": {"x": 1}, "b": 2}));
        merge_beneath(&mut site, object(serde_json::json!({"a": {"x": 9, "y": 3}, "c": 4})));
        assert_eq!(Value::Object(site), serde_json::json!({"a": {"x": 1, "y": 3}, "b": 2, "c": 4}));
    }
}
