//! A table read key by key: every wrong type and unknown key becomes a diagnostic with its place, none stops the rest.
//!
//! Entry points: [`Table::from_toml`] and [`Table::from_yaml`], then [`Reader`]'s methods, then [`Reader::unknown`].
//! Configuration and front matter share it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::str::FromStr as _;

use serde_json::{Map, Value};

use super::yaml;
use crate::diagnostic::{Diagnostic, Lines, Place, did_you_mean};

/// A value and the bytes of the file it was written in.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) value: Raw,
    pub(crate) span: Range<usize>,
}

/// A value as both languages know it.
#[derive(Debug, Clone)]
pub(crate) enum Raw {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    Date(String),
    Array(Vec<Item>),
    Table(Table),
}

/// A table, in file order. Reading takes entries out of it: what is left at the end is unknown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key, where it is, and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) item: Item,
}

impl Table {
    /// Parses TOML. `offset` is where `text` begins in the file.
    pub(crate) fn from_toml(text: &str, offset: usize) -> Result<Self, (String, Range<usize>)> {
        match toml::de::DeTable::parse(text) {
            Ok(table) => {
                let mut table = toml_table(table.get_ref());
                table.shift(offset);
                Ok(table)
            }
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                Err((error.message().replace('\n', ", "), span.start + offset..span.end + offset))
            }
        }
    }

    /// Parses YAML, whose values have no place of their own: each gets the one of its top-level key.
    pub(crate) fn from_yaml(text: &str, offset: usize) -> Result<Self, (String, Range<usize>)> {
        let value = yaml::values(text).map_err(|(message, span)| (message, span.start + offset..span.end + offset))?;
        let places: HashMap<String, (Range<usize>, Range<usize>)> =
            yaml_places(text).into_iter().rev().map(|(name, key, whole)| (name, (key, whole))).collect();
        let mut table = match yaml_value(value, &(0..0)) {
            Raw::Table(table) => table,
            Raw::Null => Self::default(),
            _ => return Err(("front matter must be a list of `key: value` lines".to_owned(), offset..offset)),
        };
        for entry in &mut table.entries {
            if let Some((key, whole)) = places.get(&entry.key) {
                entry.key_span = key.clone();
                entry.item.place(whole);
            }
        }
        table.shift(offset);
        Ok(table)
    }

    /// Takes a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|e| e.key == key)?;
        Some(self.entries.remove(at))
    }

    fn shift(&mut self, by: usize) {
        for entry in &mut self.entries {
            entry.key_span = entry.key_span.start + by..entry.key_span.end + by;
            entry.item.shift(by);
        }
    }

    /// As JSON; dates are strings.
    pub(crate) fn into_json(self) -> Map<String, Value> {
        self.entries.into_iter().map(|e| (e.key, e.item.into_json())).collect()
    }

    /// As JSON the way Zola shows `[extra]` of a configuration: a date is a map with the name its parser uses inside.
    pub(crate) fn into_extra(mut self) -> Map<String, Value> {
        self.entries.iter_mut().for_each(|e| e.item.wrap_dates());
        self.into_json()
    }
}

impl Raw {
    /// Parses JSON of any shape; its values have no place of their own.
    pub(crate) fn from_json(text: &str) -> Result<Self, (String, Range<usize>)> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = (before + error.column().saturating_sub(1)).min(text.len());
            let message = error.to_string();
            (message.split(" at line ").next().unwrap_or(&message).to_owned(), at..at)
        })?;
        Ok(json_value(value))
    }

    /// Parses YAML of any shape; its values have no place of their own.
    pub(crate) fn from_yaml(text: &str) -> Result<Self, (String, Range<usize>)> {
        Ok(yaml_value(yaml::values(text)?, &(0..0)))
    }
}

fn json_value(value: Value) -> Raw {
    let item = |value| Item { value: json_value(value), span: 0..0 };
    match value {
        Value::Null => Raw::Null,
        Value::Bool(b) => Raw::Bool(b),
        Value::Number(n) => n.as_i64().map_or_else(|| Raw::Float(n.as_f64().unwrap_or(0.0)), Raw::Integer),
        Value::String(s) => Raw::String(s),
        Value::Array(items) => Raw::Array(items.into_iter().map(item).collect()),
        Value::Object(map) => {
            let entries = map.into_iter().map(|(key, value)| Entry { key, key_span: 0..0, item: item(value) });
            Raw::Table(Table { entries: entries.collect() })
        }
    }
}

impl Item {
    /// A text, a number or a date as text.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.value {
            Raw::String(s) | Raw::Date(s) => Some(s.clone()),
            Raw::Integer(i) => Some(i.to_string()),
            Raw::Float(f) => Some(f.to_string()),
            _ => None,
        }
    }

    fn shift(&mut self, by: usize) {
        self.span = self.span.start + by..self.span.end + by;
        match &mut self.value {
            Raw::Array(items) => items.iter_mut().for_each(|i| i.shift(by)),
            Raw::Table(table) => table.shift(by),
            _ => {}
        }
    }

    fn place(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.value {
            Raw::Array(items) => items.iter_mut().for_each(|i| i.place(span)),
            Raw::Table(table) => table.entries.iter_mut().for_each(|e| {
                e.key_span = span.clone();
                e.item.place(span);
            }),
            _ => {}
        }
    }

    fn wrap_dates(&mut self) {
        match &mut self.value {
            Raw::Date(_) => {
                let date = std::mem::replace(&mut self.value, Raw::Null);
                let item = Self { value: date, span: self.span.clone() };
                let key = "$__toml_private_datetime".to_owned();
                self.value = Raw::Table(Table { entries: vec![Entry { key, key_span: self.span.clone(), item }] });
            }
            Raw::Array(items) => items.iter_mut().for_each(Self::wrap_dates),
            Raw::Table(table) => table.entries.iter_mut().for_each(|e| e.item.wrap_dates()),
            _ => {}
        }
    }

    /// As JSON; dates are strings.
    pub(crate) fn into_json(self) -> Value {
        match self.value {
            Raw::Null => Value::Null,
            Raw::Bool(b) => Value::Bool(b),
            Raw::Integer(i) => Value::from(i),
            Raw::Float(f) => Value::from(f),
            Raw::String(s) | Raw::Date(s) => Value::String(s),
            Raw::Array(items) => Value::Array(items.into_iter().map(Self::into_json).collect()),
            Raw::Table(table) => Value::Object(table.into_json()),
        }
    }

    fn kind(&self) -> &'static str {
        match self.value {
            Raw::Null => "nothing",
            Raw::Bool(_) => "true or false",
            Raw::Integer(_) => "a whole number",
            Raw::Float(_) => "a number",
            Raw::String(_) => "a text",
            Raw::Date(_) => "a date",
            Raw::Array(_) => "a list",
            Raw::Table(_) => "a table",
        }
    }
}

fn toml_table(table: &toml::de::DeTable) -> Table {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().to_string(),
        key_span: key.span(),
        item: toml_item(value),
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by_key(|e| e.key_span.start);
    Table { entries }
}

fn toml_item(value: &toml::Spanned<toml::de::DeValue>) -> Item {
    use toml::de::DeValue;
    let raw = match value.get_ref() {
        DeValue::String(s) => Raw::String(s.to_string()),
        DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
            Ok(i) => Raw::Integer(i),
            Err(_) => Raw::Float(f64::from_str(i.as_str()).unwrap_or_default()),
        },
        DeValue::Float(f) => Raw::Float(f64::from_str(f.as_str()).unwrap_or_default()),
        DeValue::Boolean(b) => Raw::Bool(*b),
        DeValue::Datetime(d) => Raw::Date(toml_date(*d)),
        DeValue::Array(items) => Raw::Array(items.iter().map(toml_item).collect()),
        DeValue::Table(table) => Raw::Table(toml_table(table)),
    };
    Item { value: raw, span: value.span() }
}

fn yaml_value(value: serde_yaml::Value, span: &Range<usize>) -> Raw {
    let item = |v| Item { value: yaml_value(v, span), span: span.clone() };
    match value {
        serde_yaml::Value::Null => Raw::Null,
        serde_yaml::Value::Bool(b) => Raw::Bool(b),
        serde_yaml::Value::Number(n) => n.as_i64().map_or_else(|| Raw::Float(n.as_f64().unwrap_or(0.0)), Raw::Integer),
        serde_yaml::Value::String(s) => Raw::String(s),
        serde_yaml::Value::Sequence(items) => Raw::Array(items.into_iter().map(item).collect()),
        serde_yaml::Value::Mapping(map) => {
            let entries = map.into_iter().map(|(key, value)| Entry {
                key: key.as_str().map_or_else(
                    || serde_yaml::to_string(&key).map(|s| s.trim().to_owned()).unwrap_or_default(),
                    str::to_owned,
                ),
                key_span: span.clone(),
                item: item(value),
            });
            Raw::Table(Table { entries: entries.collect() })
        }
        serde_yaml::Value::Tagged(tagged) => yaml_value(tagged.value, span),
    }
}

/// Top-level keys of YAML: name, bytes of the key, bytes of its value's first line.
fn yaml_places(text: &str) -> Vec<(String, Range<usize>, Range<usize>)> {
    let mut places = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with([' ', '\t', '#', '-']) {
            continue;
        }
        let Some(colon) = line.find(':') else { continue };
        let name = line[..colon].trim().trim_matches(['"', '\'']).to_owned();
        let rest = &line[colon + 1..];
        let value_start = start + colon + 1 + (rest.len() - rest.trim_start().len());
        let value_end = start + colon + 1 + rest.trim_end().len();
        let key = start..start + colon;
        let value = if value_end > value_start { value_start..value_end } else { key.clone() };
        places.push((name, key, value));
    }
    places
}

/// Reads tables of one file and gathers what is wrong with them.
pub(crate) struct Reader<'a> {
    file: &'a str,
    lines: RefCell<Lines<'a>>,
    /// What was found so far.
    pub(crate) problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader of `file`, whose whole content is `text`.
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, lines: RefCell::new(Lines::new(text)), problems: Vec::new() }
    }

    /// A place of the file.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        self.lines.borrow_mut().place(self.file, span.clone())
    }

    /// Adds an error at a place.
    pub(crate) fn error(&mut self, span: &Range<usize>, message: impl Into<String>) {
        let place = self.place(span);
        self.problems.push(Diagnostic::error(message).at(place));
    }

    /// Adds a warning at a place.
    pub(crate) fn warn(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let place = self.place(span);
        self.problems.push(Diagnostic::warning(message).at(place).help(help));
    }

    fn wrong(&mut self, entry: &Entry, wanted: &str) {
        self.error(&entry.item.span, format!("`{}` must be {wanted}, not {}", entry.key, entry.item.kind()));
    }

    /// A text; `null` counts as absent.
    pub(crate) fn string(&mut self, table: &mut Table, key: &str) -> Option<String> {
        let entry = table.take(key)?;
        match entry.item.value {
            Raw::String(s) => Some(s),
            Raw::Null => None,
            _ => {
                self.wrong(&entry, "a text");
                None
            }
        }
    }

    /// True or false, into `into` when present.
    pub(crate) fn bool(&mut self, table: &mut Table, key: &str, into: &mut bool) {
        let Some(entry) = table.take(key) else { return };
        match entry.item.value {
            Raw::Bool(b) => *into = b,
            _ => self.wrong(&entry, "true or false"),
        }
    }

    /// A whole number from 0 on; `null` counts as absent.
    pub(crate) fn number(&mut self, table: &mut Table, key: &str) -> Option<usize> {
        let entry = table.take(key)?;
        match entry.item.value {
            Raw::Integer(i) if i >= 0 => usize::try_from(i).ok(),
            Raw::Null => None,
            Raw::Integer(_) => {
                self.error(&entry.item.span, format!("`{key}` must not be below 0"));
                None
            }
            _ => {
                self.wrong(&entry, "a whole number");
                None
            }
        }
    }

    /// A list of texts, with their places.
    pub(crate) fn strings_at(&mut self, table: &mut Table, key: &str) -> Option<Vec<(String, Range<usize>)>> {
        let entry = table.take(key)?;
        let Raw::Array(items) = entry.item.value else {
            self.wrong(&entry, "a list of texts");
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.value {
                Raw::String(s) => texts.push((s, item.span)),
                _ => self.error(&item.span, format!("`{key}` must be a list of texts, this is {}", item.kind())),
            }
        }
        Some(texts)
    }

    /// A list of texts.
    pub(crate) fn strings(&mut self, table: &mut Table, key: &str) -> Option<Vec<String>> {
        Some(self.strings_at(table, key)?.into_iter().map(|(text, _)| text).collect())
    }

    /// One word of a few.
    pub(crate) fn choice<T: Copy>(&mut self, table: &mut Table, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let entry = table.take(key)?;
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let Raw::String(word) = &entry.item.value else {
            self.wrong(&entry, &format!("one of {}", quoted(&names)));
            return None;
        };
        if let Some((_, value)) = choices.iter().find(|(name, _)| name == word) {
            return Some(*value);
        }
        let place = self.place(&entry.item.span);
        let mut problem = Diagnostic::error(format!("`{word}` is not a value of `{key}`")).at(place);
        if let Some(near) = did_you_mean(word, names.iter().copied()) {
            problem = problem.help(format!("did you mean `{near}`?"));
        }
        self.problems.push(problem.help(format!("`{key}` is one of {}", quoted(&names))));
        None
    }

    /// A table. What has nothing behind it in YAML is an empty one to Zola, too.
    pub(crate) fn table(&mut self, table: &mut Table, key: &str) -> Option<Table> {
        let entry = table.take(key)?;
        match entry.item.value {
            Raw::Table(table) => Some(table),
            Raw::Null => None,
            _ => {
                self.wrong(&entry, "a table");
                None
            }
        }
    }

    /// A table of texts.
    pub(crate) fn texts(&mut self, table: &mut Table, key: &str) -> Option<Vec<(String, String)>> {
        let inner = self.table(table, key)?;
        let mut texts = Vec::with_capacity(inner.entries.len());
        for entry in inner.entries {
            match entry.item.value {
                Raw::String(s) => texts.push((entry.key, s)),
                _ => self.wrong(&entry, "a text"),
            }
        }
        Some(texts)
    }

    /// Tells what was left in the table: errors, or warnings where Zola accepts anything.
    pub(crate) fn unknown(&mut self, table: &Table, place: &str, known: &[&str], refuse: bool) {
        for entry in &table.entries {
            let at = self.place(&entry.key_span);
            let message = format!("unknown key `{}` in {place}", entry.key);
            let mut problem = if refuse { Diagnostic::error(message) } else { Diagnostic::warning(message) }.at(at);
            problem = match did_you_mean(&entry.key, known.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None if refuse && place == "the configuration" => {
                    problem.help("keys of your own belong into `[extra]`")
                }
                None => problem,
            };
            self.problems.push(problem);
        }
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// A date of TOML as templates see it: seconds may be left out in the file and are written all the same.
pub(crate) fn toml_date(mut date: toml::value::Datetime) -> String {
    if let Some(time) = &mut date.time {
        time.second.get_or_insert(0);
    }
    date.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_keeps_its_places_and_its_order() {
        let text = "b = 1\na = \"x\"\n[t]\nz = true\n";
        let table = Table::from_toml(text, 0).unwrap();
        let keys: Vec<&str> = table.entries.iter().map(|e| e.key.as_str()).collect();
        assert_eq!(keys, ["b", "a", "t"]);
        assert_eq!(&text[table.entries[1].item.span.clone()], "\"x\"");
    }

    #[test]
    fn every_problem_of_a_table_is_told_with_its_line() {
        let text = "---\ntitle: 3\nwieght: 1\nweight: -1\n";
        let mut table = Table::from_yaml(&text[4..], 4).unwrap();
        let mut reader = Reader::new("a.md", text);
        assert_eq!(reader.string(&mut table, "title"), None);
        assert_eq!(reader.number(&mut table, "weight"), None);
        reader.unknown(&table, "a section", &["weight"], true);
        let lines: Vec<usize> = reader.problems.iter().map(|p| p.place.as_ref().unwrap().line).collect();
        assert_eq!(lines, [2, 4, 3]);
        assert_eq!(reader.problems[2].help, ["did you mean `weight`?"]);
    }
}
