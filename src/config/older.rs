//! Keys and forms of older Zolas: what they are called now, each with a warning that says so.
//!
//! [`gone`] and [`renamed`] look at one table, [`languages_as_list`] and what follows at the whole configuration. They say
//! whether there was anything to tell. What a key means is known where it is read.

use std::ops::Range;

use super::keys::{Entry, Item, Raw, Reader, Table};
use crate::diagnostic::Diagnostic;

/// Keys of older Zolas and what to write now.
const OLDER_KEYS: &[(&str, &str)] = &[
    ("highlight_code", "colours are now asked for by `[markdown.highlighting]` and its `theme`"),
    ("highlight_theme", "write `theme` in `[markdown.highlighting]`, with the name of a giallo theme"),
    ("highlight_themes_css", "write `style = \"class\"` in `[markdown.highlighting]`"),
    ("extra_syntaxes", "write `extra_grammars` in `[markdown.highlighting]`, with TextMate grammars in JSON"),
    ("extra_syntaxes_and_themes", "write `extra_grammars` and `extra_themes` in `[markdown.highlighting]`"),
    ("error_on_missing_highlight", "write `error_on_missing_language` in `[markdown.highlighting]`"),
    ("check_external_links", "links are now looked at by `repere check`"),
];

/// Keys that only changed their name.
const RENAMED: &[(&str, &str)] = &[
    ("generate_feed", "generate_feeds"),
    ("generate_rss", "generate_feeds"),
    ("feed_filename", "feed_filenames"),
    ("rss_limit", "feed_limit"),
];

/// Whether a key is one that Zola gave up before 0.23, under its name at least.
pub(super) fn is_older(key: &str) -> bool {
    // What Hugo and older documents call the default language; no key of a Zola that is read here.
    key == "language_code" || OLDER_KEYS.iter().chain(RENAMED).any(|(older, _)| *older == key)
}

/// Takes keys of older Zolas out, each with a warning that says what to write now; `strict` makes errors of them.
pub(super) fn gone(reader: &mut Reader, table: &mut Table, place: &str, strict: bool) -> bool {
    let mut any = false;
    for (key, help) in OLDER_KEYS {
        let Some(entry) = table.take(key) else { continue };
        any = true;
        let message = format!("`{key}` in {place} is a key of an older Zola");
        tell(reader, &entry.key_span, message, help, strict);
    }
    any
}

/// Gives keys that only changed their name the new one, in the root or in the table of a language.
pub(super) fn renamed(reader: &mut Reader, table: &mut Table, strict: bool) -> bool {
    let mut any = false;
    for (old, new) in RENAMED {
        let Some(mut entry) = table.take(old) else { continue };
        any = true;
        if table.entries.iter().any(|entry| entry.key == *new) {
            let message = format!("`{old}` is the older name of `{new}`, which is set too");
            let place = reader.place(&entry.key_span);
            reader.problems.push(Diagnostic::error(message).at(place).help("leave it out"));
            continue;
        }
        let message = format!("`{old}` is a key of an older Zola");
        tell(reader, &entry.key_span, message, &format!("write `{new}`"), strict);
        if *old == "feed_filename" {
            let span = entry.item.span.clone();
            entry.item = Item { value: Raw::Array(vec![entry.item]), span };
        }
        (*new).clone_into(&mut entry.key);
        table.entries.push(entry);
    }
    any
}

/// `rss` of a taxonomy is `feed` in a configuration that has other keys of older Zolas (`is_older`). Those that refuse
/// these take no notice of it.
pub(super) fn feeds_of_terms(reader: &mut Reader, taxonomy: &mut Table, is_older: bool) {
    let Some(mut entry) = taxonomy.take("rss") else { return };
    if !is_older {
        let help = "write `feed` for feeds of its terms, or leave it out";
        return reader.warn(&entry.key_span, "`rss` is a key of an older Zola, without effect here", help);
    }
    reader.warn(&entry.key_span, "`rss` is a key of an older Zola", "write `feed`");
    "feed".clone_into(&mut entry.key);
    taxonomy.entries.push(entry);
}

fn tell(reader: &mut Reader, span: &Range<usize>, message: String, help: &str, strict: bool) {
    let problem = if strict { Diagnostic::error(message) } else { Diagnostic::warning(message) };
    reader.problems.push(problem.at(reader.place(span)).help(help));
}

/// Before 0.14: `languages = [{code = "fr", feed = true}]`.
pub(super) fn languages_as_list(reader: &mut Reader, root: &mut Table) -> bool {
    let Some(mut entry) = root.take("languages") else { return false };
    let Raw::Array(items) = entry.item.value else {
        root.entries.push(entry);
        return false;
    };
    reader.warn(
        &entry.key_span,
        "`languages` as a list is the form of an older Zola",
        "write a table `[languages.xx]` for each language",
    );
    let mut table = Table::default();
    for item in items {
        let Raw::Table(mut inner) = item.value else { continue };
        let Some(code) = inner.take("code") else { continue };
        let Raw::String(name) = code.item.value else { continue };
        for (old, new) in [("feed", "generate_feeds"), ("rss", "generate_feeds"), ("search", "build_search_index")] {
            if let Some(mut entry) = inner.take(old) {
                entry.key = new.to_owned();
                inner.entries.push(entry);
            }
        }
        let span = item.span.clone();
        table.entries.push(Entry { key: name, key_span: code.key_span, item: Item { value: Raw::Table(inner), span } });
    }
    entry.item.value = Raw::Table(table);
    root.entries.push(entry);
    true
}

/// Before 0.14: `[translations.fr]` at the root.
pub(super) fn texts_at_the_root(reader: &mut Reader, rooted: &mut Table, root: &mut Table, default: &str) -> bool {
    let find = |entry: &Entry, key: &str| entry.key == key;
    let mut any = false;
    if let Some(Entry { item: Item { value: Raw::Table(texts), .. }, .. }) =
        rooted.entries.iter_mut().find(|entry| find(entry, "translations"))
    {
        for entry in std::mem::take(&mut texts.entries) {
            let Raw::Table(of_language) = entry.item.value else {
                texts.entries.push(entry);
                continue;
            };
            any = true;
            let help = format!("write `[languages.{}.translations]`", entry.key);
            let older = "texts of a language at the root are the form of an older Zola";
            match language_table(root, &entry.key) {
                _ if entry.key == default => {
                    reader.warn(&entry.key_span, older, "write them straight below `[translations]`".to_owned());
                    texts.entries.extend(of_language.entries);
                }
                Some(table) => {
                    reader.warn(&entry.key_span, older, help);
                    match table.entries.iter_mut().find(|entry| find(entry, "translations")) {
                        // What stands in the language's own table counts more.
                        Some(Entry { item: Item { value: Raw::Table(known), .. }, .. }) => {
                            let new = of_language.entries.into_iter();
                            let new: Vec<Entry> =
                                new.filter(|text| !known.entries.iter().any(|k| k.key == text.key)).collect();
                            known.entries.extend(new);
                        }
                        _ => {
                            let item = Item { value: Raw::Table(of_language), span: entry.item.span };
                            table.entries.push(Entry {
                                key: "translations".to_owned(),
                                key_span: entry.key_span,
                                item,
                            });
                        }
                    }
                }
                None => {
                    let message = format!("the site has no language `{}`: these texts are left out", entry.key);
                    reader.warn(&entry.key_span, &message, format!("add `[languages.{}]`, and {help}", entry.key));
                }
            }
        }
    }
    any
}

/// Before 0.14: in the root's list taxonomies with `lang = "fr"`. As with `rss`, that is so where other keys are as old.
pub(super) fn taxonomies_at_the_root(reader: &mut Reader, rooted: &mut Table, root: &mut Table, default: &str) {
    let find = |entry: &Entry, key: &str| entry.key == key;
    if let Some(Entry { key, key_span, item: Item { value: Raw::Array(items), span } }) =
        rooted.entries.iter_mut().find(|entry| find(entry, "taxonomies"))
    {
        for mut item in std::mem::take(items) {
            let lang = if let Raw::Table(taxonomy) = &mut item.value { taxonomy.take("lang") } else { None };
            let Some(Entry { key_span: at, item: Item { value: Raw::String(lang), .. }, .. }) = lang else {
                items.push(item);
                continue;
            };
            let help = format!("put the taxonomy into `[languages.{lang}]`");
            let table = language_table(root, &lang);
            let message = match &table {
                None if lang != default => format!("the site has no language `{lang}`: this taxonomy is left out"),
                _ => "`lang` of a taxonomy is a key of an older Zola".to_owned(),
            };
            reader.warn(&at, &message, help);
            match table {
                _ if lang == default => items.push(item),
                Some(table) => match table.entries.iter_mut().find(|entry| find(entry, "taxonomies")) {
                    Some(Entry { item: Item { value: Raw::Array(known), .. }, .. }) => known.push(item),
                    _ => {
                        let item = Item { value: Raw::Array(vec![item]), span: span.clone() };
                        table.entries.push(Entry { key: key.clone(), key_span: key_span.clone(), item });
                    }
                },
                None => {}
            }
        }
    }
}

/// The tables `[languages.X]`.
pub(super) fn language_tables(root: &mut Table) -> impl Iterator<Item = &mut Table> {
    named_tables(root).map(|(_, table)| table)
}

/// `[languages.X]`, when the configuration has it.
fn language_table<'t>(root: &'t mut Table, lang: &str) -> Option<&'t mut Table> {
    named_tables(root).find_map(|(name, table)| (name == lang).then_some(table))
}

fn named_tables(root: &mut Table) -> impl Iterator<Item = (&str, &mut Table)> {
    let languages = root.entries.iter_mut().find(|entry| entry.key == "languages");
    let tables = match languages.map(|entry| &mut entry.item.value) {
        Some(Raw::Table(languages)) => languages.entries.as_mut_slice(),
        _ => &mut [],
    };
    tables.iter_mut().filter_map(|entry| match &mut entry.item.value {
        Raw::Table(table) => Some((entry.key.as_str(), table)),
        _ => None,
    })
}
