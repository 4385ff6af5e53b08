//! One of our own front matter tables (`episode`, `series`, `tool`, `video`), read key by key with places in the file.
//!
//! Entry point: [`Facet::new`], then a getter a key; [`Facet::finish`] gives every problem found. Values only: the text
//! of the file is handed in, and searched for the line of a key, since the parsers keep no place.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Place, did_you_mean};

/// A table of front matter being read.
#[derive(Debug)]
pub struct Facet<'a> {
    name: &'a str,
    map: Map<String, Value>,
    file: PathBuf,
    text: &'a str,
    problems: Vec<Diagnostic>,
}

impl<'a> Facet<'a> {
    /// Begins to read the table `name` of `file`, whose whole content is `text`. Keys outside `known` are problems.
    pub fn new(name: &'a str, value: &Value, file: impl Into<PathBuf>, text: &'a str, known: &[&str]) -> Self {
        let map = value.as_object().cloned();
        let mut facet =
            Self { name, map: map.clone().unwrap_or_default(), file: file.into(), text, problems: Vec::new() };
        if map.is_none() {
            let place = facet.place("");
            facet.problems.push(
                Diagnostic::error(format!("`{name}` must be a table of keys and values"))
                    .at(place)
                    .help(format!("its keys are: {}", known.join(", "))),
            );
        }
        for key in facet.map.keys().cloned().collect::<Vec<_>>() {
            if !known.contains(&key.as_str()) {
                let help = match did_you_mean(&key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys of `{name}` are: {}", known.join(", ")),
                };
                facet.error(&key, format!("unknown key `{key}` in `{name}`"), help);
            }
        }
        facet
    }

    /// True when the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|v| !v.is_null())
    }

    /// The value as written.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }

    /// A text without spaces around it; numbers are taken as text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let text = match self.value(key)? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        if text.is_none() {
            self.wrong(key, "a text");
        }
        text.filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &str, help: &str) -> Option<String> {
        let wrong_before = self.problems.len();
        let text = self.text(key);
        if text.is_none() && self.problems.len() == wrong_before {
            self.error(key, format!("`{}` needs `{key}`", self.name), help);
        }
        text
    }

    /// A whole number above zero.
    pub fn number(&mut self, key: &str) -> Option<u64> {
        let number = self.value(key)?.as_u64().filter(|n| *n > 0);
        if number.is_none() {
            self.wrong(key, "a whole number above zero");
        }
        number
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let boolean = self.value(key)?.as_bool();
        if boolean.is_none() {
            self.wrong(key, "`true` or `false`");
        }
        boolean
    }

    /// A day.
    pub fn date(&mut self, key: &str) -> Option<Date> {
        let date = self.value(key)?.as_str().and_then(|text| text.get(..10)).and_then(|text| text.parse().ok());
        if date.is_none() {
            self.wrong(key, "a day such as `2026-03-09`");
        }
        date
    }

    /// A list of texts (numbers are taken as text); a single text is a list of one.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let one = |v: &Value| match v {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let list = match self.value(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.iter().map(one).collect::<Option<Vec<_>>>(),
            Some(value) => one(value).map(|text| vec![text]),
        };
        list.unwrap_or_else(|| {
            self.wrong(key, "a list of texts");
            Vec::new()
        })
    }

    /// One of a few words; the first is meant when nothing is written.
    pub fn one_of(&mut self, key: &str, words: &[&'static str]) -> &'static str {
        let Some(text) = self.text(key) else { return words[0] };
        if let Some(word) = words.iter().find(|word| **word == text) {
            return word;
        }
        let help = match did_you_mean(&text, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("choose one of: {}", words.join(", ")),
        };
        self.error(key, format!("`{key}` cannot be `{text}`"), help);
        words[0]
    }

    /// The items of a list of tables, with their places; anything else is a problem.
    pub fn tables(&mut self, key: &str) -> Vec<(Map<String, Value>, Place)> {
        let tables = match self.value(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.iter().map(|v| v.as_object().cloned()).collect::<Option<Vec<_>>>(),
            Some(_) => None,
        };
        let Some(tables) = tables else {
            self.wrong(key, "a list of tables");
            return Vec::new();
        };
        tables.into_iter().enumerate().map(|(i, table)| (table, self.place_of_item(key, i))).collect()
    }

    /// Adds a problem at a key (at the table itself when the key is not written).
    pub fn error(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let place = self.place(key);
        self.problems.push(Diagnostic::error(message).at(place).help(help));
    }

    /// Adds a remark at a key.
    pub fn warn(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let place = self.place(key);
        self.problems.push(Diagnostic::warning(message).at(place).help(help));
    }

    /// Adds a problem with its own place.
    pub fn push(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The file it is written in, for diagnostics.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Every problem found.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.problems
    }

    fn wrong(&mut self, key: &str, expected: &str) {
        self.error(key, format!("`{key}` must be {expected}"), format!("write {expected} after `{key}`"));
    }

    /// Where a key is written; the head of the table when it is not.
    pub fn place(&self, key: &str) -> Place {
        let head = self.head();
        let found = head.and_then(|(start, body)| find_key(self.text, start, body, key));
        match (found, head) {
            (Some(at), _) => Place::span(&self.file, self.text, at..at + key.len()),
            (None, Some((start, _))) => Place::span(&self.file, self.text, start..start + self.name.len()),
            (None, None) => Place::file(&self.file),
        }
    }

    /// Where the item of a list is written: the line of its dash, in YAML.
    pub fn place_of_item(&self, key: &str, index: usize) -> Place {
        let from = self.head().and_then(|(start, body)| find_key(self.text, start, body, key));
        let Some(from) = from else { return self.place(key) };
        let mut at = from;
        let mut left = index;
        for line in self.text[from..].split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if line.trim_start().starts_with("- ") {
                if left == 0 {
                    return Place::span(&self.file, self.text, at + indent..at + line.trim_end().len());
                }
                left -= 1;
            }
            at += line.len();
        }
        self.place(key)
    }

    /// Where the table's name is written, and where the file's front matter ends.
    fn head(&self) -> Option<(usize, usize)> {
        let end = front_matter_end(self.text);
        let mut at = 0;
        for line in self.text[..end].split_inclusive('\n') {
            // `episode:` (YAML), `[episode]` (TOML), `episode = { … }`.
            let bare = line.trim_start_matches('[');
            let after = bare.strip_prefix(self.name).map(|rest| rest.trim_start());
            if after.is_some_and(|rest| rest.starts_with([':', ']', '='])) {
                return Some((at + line.len() - bare.len(), end));
            }
            at += line.len();
        }
        None
    }
}

/// Where a key follows the head of its table: at the start of a line, or within an inline table.
fn find_key(text: &str, head: usize, end: usize, key: &str) -> Option<usize> {
    if key.is_empty() {
        return None;
    }
    let mut at = head;
    for (number, line) in text[head..end].split_inclusive('\n').enumerate() {
        let top_level = line.starts_with(|c: char| c.is_alphanumeric());
        let yaml = text[head..].split_once('\n').is_some_and(|(first, _)| first.trim_end().ends_with(':'));
        if number > 0 && (line.starts_with('[') || (yaml && top_level)) {
            return None;
        }
        let mut from = 0;
        while let Some(found) = line[from..].find(key) {
            let start = from + found;
            let before = line[..start].trim_end_matches(['"', '\'']).chars().next_back();
            let after = line[start + key.len()..].trim_start_matches(['"', '\'']).trim_start();
            let begins = before.is_none_or(|c| c.is_whitespace() || c == '{' || c == ',' || c == '-');
            if begins && after.starts_with([':', '=']) {
                return Some(at + start);
            }
            from = start + key.len();
        }
        at += line.len();
    }
    None
}

/// Where front matter ends: its closing fence.
fn front_matter_end(text: &str) -> usize {
    let fence = text.get(..3).unwrap_or_default();
    if fence != "+++" && fence != "---" {
        return text.len();
    }
    text[3..].find(&format!("\n{fence}")).map_or(text.len(), |at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::render;

    const YAML: &str = "---\ntitle: Un\nepisode:\n  nubmer: 1\n  audio: 3\n  chapters:\n    - start: \"0:00\"\n      title: A\n    - start: \"1:00\"\n      title: B\nextra:\n  audio: x\n---\nTexte\n";

    fn yaml() -> Value {
        serde_json::json!({"nubmer": 1, "explicit": "non", "chapters": [{"title": "A"}, {"title": "B"}]})
    }

    #[test]
    fn problems_point_at_their_line() {
        let known = ["number", "explicit", "chapters", "guid"];
        let mut facet = Facet::new("episode", &yaml(), "episodes/un/index.md", YAML, &known);
        facet.required("guid", "write one");
        assert_eq!(
            render(&facet.finish()),
            "error: `episode` needs `guid`\n  --> episodes/un/index.md:3:1\n   |\n 3 | episode:\n   | ^^^^^^^\n  = help: write one\n\n\
             error: unknown key `nubmer` in `episode`\n  --> episodes/un/index.md:4:3\n   |\n 4 |   nubmer: 1\n   |   ^^^^^^\n  = help: did you mean `number`?\n\n"
        );
    }

    #[test]
    fn items_of_lists_have_their_own_line() {
        let mut facet = Facet::new("episode", &yaml(), "a.md", YAML, &["nubmer", "explicit", "chapters"]);
        let lines: Vec<usize> = facet.tables("chapters").into_iter().map(|(_, place)| place.line).collect();
        assert_eq!(lines, [7, 9]);
    }

    #[test]
    fn toml_tables_are_found_too() {
        let text = "+++\ntitle = \"Guide\"\n[tool]\nkind = \"gide\"\n[extra]\nkind = 1\n+++\n";
        let mut facet = Facet::new("tool", &serde_json::json!({"kind": "gide"}), "a.md", text, &["kind"]);
        assert_eq!(facet.one_of("kind", &["guide", "kit"]), "guide");
        assert_eq!(
            render(&facet.finish()),
            "error: `kind` cannot be `gide`\n  --> a.md:4:1\n   |\n 4 | kind = \"gide\"\n   | ^^^^\n  = help: did you mean `guide`?\n\n"
        );
    }
}
