//! A content file split into front matter and Markdown, and its front matter read.
//!
//! Entry points: [`split`], then [`page`] or [`section`].

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use super::texts::as_written;
use super::{Date, PageFrontMatter, SectionFrontMatter, SortBy};
use crate::config::keys::{Entry, Raw, Reader, Table};
use crate::config::{ANCHORS, Dialect, LanguageOptions};
use crate::diagnostic::{Diagnostic, Place};

/// Keys of a page.
pub(super) const PAGE_KEYS: &[&str] = &[
    "title",
    "description",
    "date",
    "updated",
    "expires",
    "weight",
    "draft",
    "render",
    "slug",
    "path",
    "aliases",
    "authors",
    "in_search_index",
    "include_in_feeds",
    "hidden",
    "template",
    "taxonomies",
    "extra",
    "episode",
    "series",
    "tool",
    "video",
];

/// How a fault begins that names a taxonomy which is not there.
pub(super) const NO_TAXONOMY: &str = "the configuration has no taxonomy";

const SECTION_KEYS: &[&str] = &[
    "title",
    "description",
    "draft",
    "weight",
    "template",
    "page_template",
    "sort_by",
    "paginate_by",
    "paginate_path",
    "paginate_reversed",
    "insert_anchor_links",
    "in_search_index",
    "hidden",
    "render",
    "redirect_to",
    "transparent",
    "generate_feeds",
    "aliases",
    "extra",
    "cascade",
    "pages_from",
    "episode",
    "series",
    "tool",
    "video",
];

/// Our own top-level tables, kept for the rooms that know them.
const FACETS: &[&str] = &["episode", "series", "tool", "video"];

/// A file in its parts.
pub(super) struct Parts {
    /// Bytes of the front matter, fences not included.
    pub(super) front: Range<usize>,
    /// `+++` is TOML, `---` YAML.
    pub(super) is_toml: bool,
    /// Where the Markdown begins.
    pub(super) body: usize,
}

/// Finds the front matter; `None` when there is none or its fence does not close.
///
/// By Zola's rule the fence that ends it is the first with nothing but blanks after it in its line, wherever it stands there.
pub(super) fn split(text: &str) -> Option<Parts> {
    let lead = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let fence = [("+++", true), ("---", false)].into_iter().find(|(fence, _)| text[lead..].starts_with(fence));
    let (fence, is_toml) = fence?;
    let first = lead + 3 + text[lead + 3..].find('\n')?;
    if !text[lead + 3..first].trim().is_empty() {
        return None;
    }
    let start = first + 1;
    let mut from = start;
    loop {
        let end = from + text[from..].find(fence)?;
        let after = &text[end + 3..];
        let blanks = after.len() - after.trim_start_matches(is_blank).len();
        let body = match after[..blanks].rfind('\n') {
            _ if blanks == after.len() => Some(text.len()),
            newline => newline.map(|newline| end + 3 + newline + 1),
        };
        if let Some(body) = body {
            return Some(Parts { front: start..end, is_toml, body });
        }
        from = end + 1;
    }
}

/// What counts as a blank around the fences.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// Tells why [`split`] found no front matter.
pub(super) fn no_front_matter(file: &str, text: &str) -> Diagnostic {
    let lead = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    match ["+++", "---"].into_iter().find(|fence| text[lead..].starts_with(fence)) {
        Some(fence) => Diagnostic::error("the front matter does not end")
            .at(Place::span(file, text, lead..lead + 3))
            .help(format!("put a line with `{fence}` alone before and after it")),
        None => Diagnostic::error("this file has no front matter")
            .at(Place::file(file))
            .help("begin it with `+++`, a line such as `title = \"…\"`, and `+++`"),
    }
}

/// The front matter as a table; nothing when it cannot be read, which is then told.
pub(super) fn table(reader: &mut Reader, text: &str, parts: &Parts) -> Option<Table> {
    let front = &text[parts.front.clone()];
    let parsed = if parts.is_toml {
        Table::from_toml(front, parts.front.start)
    } else {
        Table::from_yaml(front, parts.front.start)
    };
    match parsed {
        Ok(mut table) => {
            if !parts.is_toml {
                as_written(&mut table, front);
            }
            Some(table)
        }
        Err((message, span)) => {
            let problem = Diagnostic::error(format!("the front matter cannot be read: {message}"));
            reader.problems.push(problem.at(reader.place(&span)).help(if parts.is_toml {
                "it is TOML: `key = \"text\"`, dates and numbers without quotation marks"
            } else {
                "it is YAML: `key: \"text\"`, indented with blanks, never with tabs"
            }));
            None
        }
    }
}

/// Reads the front matter of a page of a language. `clock`: whether `expires` counts.
pub(super) fn page(reader: &mut Reader, mut table: Table, language: &LanguageOptions, clock: bool) -> PageFrontMatter {
    let mut meta = PageFrontMatter::default();
    let table = &mut table;
    meta.title = reader.string(table, "title");
    meta.description = reader.string(table, "description");
    meta.date = date(reader, table, "date");
    meta.updated = date(reader, table, "updated");
    match clock {
        true => {
            // A key of ours, which a writer may leave open.
            table.entries.retain(|entry| entry.key != "expires" || !matches!(entry.item.value, Raw::Null));
            meta.expires = date(reader, table, "expires");
        }
        // Of a plain Zola site it is nobody's business.
        false => drop(table.take("expires")),
    }
    meta.weight = reader.number(table, "weight");
    reader.bool(table, "draft", &mut meta.draft);
    reader.bool(table, "render", &mut meta.render);
    meta.slug = not_empty(reader, table, "slug");
    meta.path = not_empty(reader, table, "path");
    meta.aliases = reader.strings(table, "aliases").unwrap_or_default();
    meta.authors = reader.strings(table, "authors").unwrap_or_default();
    reader.bool(table, "in_search_index", &mut meta.in_search_index);
    reader.bool(table, "include_in_feeds", &mut meta.include_in_feeds);
    meta.hidden = hidden(reader, table);
    meta.template = reader.string(table, "template");
    meta.taxonomies = taxonomies(reader, table, language);
    if let Some(extra) = reader.table(table, "extra") {
        meta.extra = extra.into_json();
    }
    meta.facets = facets(reader, table);
    // Zola takes any other key; only a slip of the pen is worth a word.
    table.entries.retain(|e| crate::diagnostic::did_you_mean(&e.key, PAGE_KEYS.iter().copied()).is_some());
    reader.unknown(table, "the front matter of a page", PAGE_KEYS, false);
    meta
}

/// Reads the front matter of a section. `cascade` and `pages_from` were taken out before.
pub(super) fn section(reader: &mut Reader, mut table: Table, dialect: Dialect) -> SectionFrontMatter {
    let mut meta = SectionFrontMatter::default();
    let table = &mut table;
    // What it asks for would not happen.
    if dialect == Dialect::Zola022
        && let Some(entry) = table.take("hidden")
    {
        let message = "`hidden` of a section came with Zola 0.23, and this site is for 0.22";
        let place = reader.place(&entry.key_span);
        let help = "leave it out, or write `dialect = \"0.23\"` in repere.toml when the templates are for that";
        reader.problems.push(Diagnostic::error(message).at(place).help(help));
    }
    meta.title = reader.string(table, "title");
    meta.description = reader.string(table, "description");
    reader.bool(table, "draft", &mut meta.draft);
    let is_nothing = |entry: &&Entry| entry.key == "weight" && matches!(entry.item.value, Raw::Null);
    if let Some(nothing) = table.entries.iter().find(is_nothing) {
        reader.error(&nothing.item.span, "`weight` must be a whole number, not nothing");
    }
    meta.weight = reader.number(table, "weight").unwrap_or(0);
    meta.template = reader.string(table, "template");
    meta.page_template = reader.string(table, "page_template");
    let orders = [
        ("none", SortBy::None),
        ("date", SortBy::Date),
        ("update_date", SortBy::UpdateDate),
        ("title", SortBy::Title),
        ("title_bytes", SortBy::TitleBytes),
        ("weight", SortBy::Weight),
        ("slug", SortBy::Slug),
        ("permalink", SortBy::Permalink),
    ];
    meta.sort_by = reader.choice(table, "sort_by", &orders).unwrap_or_default();
    meta.paginate_by = reader.number(table, "paginate_by");
    if let Some(path) = reader.string(table, "paginate_path") {
        meta.paginate_path = path;
    }
    reader.bool(table, "paginate_reversed", &mut meta.paginate_reversed);
    meta.insert_anchor_links = reader.choice(table, "insert_anchor_links", ANCHORS);
    reader.bool(table, "in_search_index", &mut meta.in_search_index);
    meta.hidden = hidden(reader, table);
    reader.bool(table, "render", &mut meta.render);
    meta.redirect_to = reader.string(table, "redirect_to");
    reader.bool(table, "transparent", &mut meta.transparent);
    reader.bool(table, "generate_feeds", &mut meta.generate_feeds);
    meta.aliases = reader.strings(table, "aliases").unwrap_or_default();
    if let Some(extra) = reader.table(table, "extra") {
        meta.extra = extra.into_json();
    }
    meta.facets = facets(reader, table);
    // Of Zola before 0.16.
    if let Some(entry) = table.take("generate_rss") {
        reader.warn(&entry.key_span, "`generate_rss` is a key of an older Zola", "write `generate_feeds`");
    }
    reader.unknown(table, "the front matter of a section", SECTION_KEYS, true);
    meta
}

/// Our own tables of a page. What has such a name and is no table is the writer's own affair: Zola takes any key.
fn facets(reader: &mut Reader, table: &mut Table) -> BTreeMap<String, Value> {
    let mut facets = BTreeMap::new();
    for name in FACETS {
        let Some(entry) = table.take(name) else { continue };
        match entry.item.value {
            Raw::Table(_) => drop(facets.insert(entry.key, entry.item.into_json())),
            Raw::Null => {}
            _ => reader.warn(
                &entry.key_span,
                format!("`{name}` is no table, so it counts for nothing"),
                format!("write a table `[{name}]`, or put the key into `[extra]`"),
            ),
        }
    }
    facets
}

/// `hidden`, when it is said.
fn hidden(reader: &mut Reader, table: &mut Table) -> Option<bool> {
    let mut hidden = false;
    let is_said = table.entries.iter().any(|entry| entry.key == "hidden");
    reader.bool(table, "hidden", &mut hidden);
    is_said.then_some(hidden)
}

fn not_empty(reader: &mut Reader, table: &mut Table, key: &str) -> Option<String> {
    let span = table.entries.iter().find(|e| e.key == key).map(|e| e.item.span.clone());
    let text = reader.string(table, key)?;
    if text.is_empty() {
        reader.error(&span.unwrap_or(0..0), format!("`{key}` must not be empty"));
        return None;
    }
    Some(text)
}

fn date(reader: &mut Reader, table: &mut Table, key: &str) -> Option<Date> {
    let Entry { item, .. } = table.take(key)?;
    let text = match &item.value {
        Raw::Date(text) | Raw::String(text) => text.clone(),
        _ => String::new(),
    };
    let date = Date::parse(&text);
    if date.is_none() {
        let place = reader.place(&item.span);
        reader.problems.push(
            Diagnostic::error(format!("`{key}` is not a date"))
                .at(place)
                .help("write 2026-03-01 or 2026-03-01T18:00:00+01:00"),
        );
    }
    date
}

fn taxonomies(reader: &mut Reader, table: &mut Table, language: &LanguageOptions) -> Vec<(String, Vec<String>)> {
    let Some(mut inner) = reader.table(table, "taxonomies") else { return Vec::new() };
    let mut read = Vec::with_capacity(inner.entries.len());
    let names: Vec<(String, Range<usize>)> =
        inner.entries.iter().map(|e| (e.key.clone(), e.key_span.clone())).collect();
    for (name, span) in names {
        if !language.taxonomies.iter().any(|t| t.name == name) {
            let known = language.taxonomies.iter().map(|t| t.name.as_str());
            let near = crate::diagnostic::did_you_mean(&name, known).map(|n| format!("did you mean `{n}`?"));
            let place = reader.place(&span);
            let problem = Diagnostic::error(format!("{NO_TAXONOMY} `{name}`")).at(place);
            let help = near.unwrap_or_else(|| format!("add `{{ name = \"{name}\" }}` to `taxonomies`"));
            reader.problems.push(problem.help(help));
        }
        let Some(terms) = reader.strings_at(&mut inner, &name) else { continue };
        for (term, span) in &terms {
            if term.trim().is_empty() {
                reader.error(span, format!("a term of `{name}` is empty"));
            }
        }
        read.push((name, terms.into_iter().map(|(term, _)| term).collect()));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Option<&str> {
        split(text).map(|p| &text[p.body..])
    }

    #[test]
    fn the_body_begins_after_the_blank_lines() {
        assert_eq!(body("+++\na = 1\n+++\n\n\n    code\n"), Some("    code\n"));
        assert_eq!(body("\u{feff}\n---\r\na: 1\r\n---\r\nText"), Some("Text"));
        assert_eq!(body("+++\n+++"), Some(""));
        assert_eq!(body("+++\na = 1\n"), None);
        assert_eq!(body("Text"), None);
    }

    #[test]
    fn the_fence_that_ends_need_not_begin_its_line() {
        let front = |text: &'static str| split(text).map(|parts| (&text[parts.front], &text[parts.body..]));
        assert_eq!(front("+++\na = 1\n  +++ \nText"), Some(("a = 1\n  ", "Text")));
        assert_eq!(front("---\na: b ---\n\n  Text"), Some(("a: b ", "  Text")));
        assert_eq!(front("+++\na = '+++' # +\n+++\n"), Some(("a = '+++' # +\n", "")));
        assert_eq!(front("+++\na = 1\n++++\n"), Some(("a = 1\n+", "")));
        assert_eq!(front("+++\na = 1\n+++ Text"), None);
    }

    #[test]
    fn our_tables_are_kept_aside() {
        let text = "---\ntitle: A\nepisode:\n  number: 1\n---\n";
        let mut reader = Reader::new("a.md", text);
        let table = table(&mut reader, text, &split(text).unwrap()).unwrap();
        let meta = page(&mut reader, table, &LanguageOptions::default(), false);
        assert_eq!(meta.facets["episode"], serde_json::json!({"number": 1}));
        assert!(reader.problems.is_empty(), "{:?}", reader.problems);
    }
}
