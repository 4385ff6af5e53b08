//! Pages from data: a section's `pages_from` names a CSV, YAML, JSON or TOML file, each record of which is a page.
//!
//! Entry points: [`requests`] reads the key with its section, [`add`] makes the pages. A record is front matter: a column
//! called like a key of pages (`title`, `date`, `slug`, `draft`…) is that key, one called like a taxonomy holds terms,
//! `body` is the Markdown, and every other column goes to `extra`. `rename` says what a column is to be taken for.

use std::collections::HashSet;
use std::ops::Range;

use super::cascade::Cascades;
use super::load::{Source, finish_page};
use super::{FileInfo, Page, parse};
use crate::config::keys::{Entry, Item, Raw, Reader, Table};
use crate::config::{LanguageOptions, slugify_path, text};
use crate::diagnostic::{Diagnostic, Place, any_error, slashed};

/// Most bytes of a data file.
const LARGEST: u64 = 64 * 1024 * 1024;

const BODY: &str = "body";
const WHOLE_NUMBERS: &[&str] = &["weight"];
const TRUTHS: &[&str] = &["draft", "render", "in_search_index", "include_in_feeds", "hidden"];
const LISTS: &[&str] = &["authors", "aliases"];

/// A wish of a section.
#[derive(Debug, Clone)]
pub(super) struct Request {
    file: String,
    items: Option<String>,
    rename: Vec<(String, String)>,
    section: FileInfo,
    lang: String,
    place: Place,
}

/// One page to be.
struct Record {
    table: Table,
    /// Its bytes in the file, where they are known.
    span: Range<usize>,
}

/// Takes `pages_from` out of the front matter of a section.
pub(super) fn requests(reader: &mut Reader, table: &mut Table, section: &FileInfo, lang: &str) -> Vec<Request> {
    let Some(entry) = table.take("pages_from") else { return Vec::new() };
    let items = match entry.item.value {
        Raw::Array(items) => items,
        Raw::Table(_) => vec![entry.item],
        _ => {
            reader.error(&entry.item.span, "`pages_from` must be a table with `file`");
            return Vec::new();
        }
    };
    let mut requests = Vec::new();
    for item in items {
        let place = reader.place(&item.span);
        let Raw::Table(mut table) = item.value else {
            reader.error(&item.span, "`pages_from` must be a table with `file`");
            continue;
        };
        let file = reader.string(&mut table, "file");
        let items = reader.string(&mut table, "items");
        let rename = reader.texts(&mut table, "rename").unwrap_or_default();
        reader.unknown(&table, "`pages_from`", &["file", "items", "rename"], true);
        match file {
            Some(file) => {
                requests.push(Request { file, items, rename, section: section.clone(), lang: lang.to_owned(), place });
            }
            None => reader.problems.push(Diagnostic::error("`pages_from` does not say which file").at(place).help(
                "write `file = \"records.csv\"`, a file beside this one, or `/data/records.csv` from the site's folder",
            )),
        }
    }
    requests
}

/// Makes the pages of every request and adds them to those of files.
pub(super) fn add(
    pages: &mut Vec<Page>,
    requests: Vec<Request>,
    source: &Source,
    cascades: &Cascades,
    problems: &mut Vec<Diagnostic>,
) {
    if requests.is_empty() {
        return;
    }
    let mut taken: HashSet<String> = pages.iter().map(|page| page.file.relative.clone()).collect();
    for request in requests {
        match read(&request, source) {
            Ok((shown, text, records)) => {
                for (number, record) in records.into_iter().enumerate() {
                    let made = page(&request, &shown, &text, record, source, cascades, &mut taken);
                    let (page, found) = made;
                    pages.extend(page);
                    problems.extend(found.into_iter().map(|mut problem| {
                        problem.message = format!("record {}: {}", number + 1, problem.message);
                        problem
                    }));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    pages.sort_by(|a, b| a.file.relative.cmp(&b.file.relative));
}

/// The file a request names: its path for diagnostics, its text, its records.
fn read(request: &Request, source: &Source) -> Result<(String, String, Vec<Record>), Diagnostic> {
    let refuse = |message: String, help: &str| Err(Diagnostic::error(message).at(request.place.clone()).help(help));
    let climbs = std::path::Path::new(&request.file).components().any(|c| c == std::path::Component::ParentDir);
    if climbs {
        return refuse(format!("`{}` is outside the site", request.file), "keep the data in the site's folder");
    }
    let path = match request.file.strip_prefix('/') {
        Some(from_root) => source.root.join(from_root),
        None => request.section.folder.join(&request.file),
    };
    let shown = slashed(path.strip_prefix(source.root).unwrap_or(&path));
    match std::fs::metadata(&path) {
        Err(_) => return refuse(format!("there is no file `{shown}`"), "correct `file`, or write the file"),
        Ok(about) if about.len() > LARGEST => {
            return refuse(format!("`{shown}` is larger than 64 MB"), "part it: a site is read into memory");
        }
        Ok(_) => {}
    }
    let text = text::read(&path, &shown)?;
    let told = |(message, span): (String, Range<usize>)| {
        Diagnostic::error(format!("the data cannot be read: {message}")).at(Place::span(&shown, &text, span))
    };
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let records = match extension.as_str() {
        "csv" => csv_records(&text).map_err(told)?,
        "json" | "yaml" | "yml" | "toml" => {
            let whole = match extension.as_str() {
                "toml" => Table::from_toml(&text, 0).map(Raw::Table),
                "json" => Raw::from_json(&text),
                _ => Raw::from_yaml(&text),
            };
            records_of(whole.map_err(told)?, request, &shown)?
        }
        _ => {
            return refuse(
                format!("`{shown}` is no data that pages can be made of"),
                "use .csv, .yaml, .json or .toml",
            );
        }
    };
    Ok((shown, text, records))
}

/// The records of a list, which `items` may name inside tables (`a.b`).
fn records_of(whole: Raw, request: &Request, shown: &str) -> Result<Vec<Record>, Diagnostic> {
    let mut value = whole;
    for key in request.items.iter().flat_map(|items| items.split('.')) {
        let entry = match value {
            Raw::Table(mut table) => table.take(key),
            _ => None,
        };
        value = match entry {
            Some(entry) => entry.item.value,
            None => {
                let message = format!("`{shown}` has no `{key}`");
                return Err(Diagnostic::error(message).at(request.place.clone()).help("correct `items`"));
            }
        };
    }
    let Raw::Array(items) = value else {
        return Err(Diagnostic::error(format!("`{shown}` holds no list of records"))
            .at(request.place.clone())
            .help("name the list: `items = \"key\"`"));
    };
    let records = items.into_iter().enumerate().map(|(at, item)| match item.value {
        Raw::Table(table) => Ok(Record { table, span: item.span }),
        _ => Err(Diagnostic::error(format!("record {} of `{shown}` is no table", at + 1)).at(Place::file(shown))),
    });
    records.collect()
}

fn csv_records(text: &str) -> Result<Vec<Record>, (String, Range<usize>)> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let lead = text.len() - text.trim_start_matches('\u{feff}').len();
    let place = |position: Option<&csv::Position>| {
        let at = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0)) + lead;
        let end = text[at.min(text.len())..].find('\n').map_or(text.len(), |end| at + end);
        at.min(text.len())..end
    };
    let told = |error: csv::Error| {
        let message = error.to_string();
        let at = place(error.position());
        (message.split("): ").last().unwrap_or(&message).to_owned(), at)
    };
    let headers: Vec<String> = reader.headers().map_err(told)?.iter().map(|name| name.trim().to_owned()).collect();
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let span = place(record.position());
        let cells = headers.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        let entries = cells.map(|(name, cell)| Entry {
            key: name.clone(),
            key_span: span.clone(),
            item: Item { value: Raw::String(cell.to_owned()), span: span.clone() },
        });
        records.push(Record { table: Table { entries: entries.collect() }, span });
    }
    Ok(records)
}

/// One record as a page.
fn page(
    request: &Request,
    shown: &str,
    text: &str,
    record: Record,
    source: &Source,
    cascades: &Cascades,
    taken: &mut HashSet<String>,
) -> (Option<Page>, Vec<Diagnostic>) {
    let language = source.config.language(&request.lang);
    let mut reader = Reader::new(shown, text);
    let (mut table, body) = front_matter(request, record.table, language);
    let mut name = table.entries.iter().find(|entry| entry.key == "slug").and_then(|entry| entry.item.text());
    name = name.or_else(|| table.entries.iter().find(|entry| entry.key == "title").and_then(|entry| entry.item.text()));
    let Some(name) = name.map(|name| slugify_path(&name, source.config.slugify.paths)).filter(|name| !name.is_empty())
    else {
        reader.error(&record.span, "has neither `slug` nor `title` to make an address of");
        return (None, reader.problems);
    };
    let name = name.replace(['/', '\\', '.'], "-");
    let folder: String = request.section.components.iter().map(|part| format!("{part}/")).collect();
    let is_default = request.lang == source.config.default_language;
    let language_part = if is_default { String::new() } else { format!(".{}", request.lang) };
    let file = FileInfo {
        path: source.root.join(shown),
        shown: shown.to_owned(),
        relative: format!("{folder}{name}{language_part}.md"),
        canonical: format!("{folder}{name}.md"),
        name: name.clone(),
        components: request.section.components.clone(),
        colocated_path: None,
        folder: request.section.folder.clone(),
    };
    if name == "index" || name.starts_with("_index") || !taken.insert(file.relative.clone()) {
        reader.error(&record.span, format!("there is already a page `{}`: give it another `slug`", file.relative));
        return (None, reader.problems);
    }
    cascades.apply(&mut table, &file, &request.lang);
    let mut page = Page { meta: parse::page(&mut reader, table, language, source.options.schedule), ..Page::default() };
    page.raw_line = Place::span(shown, text, record.span).line;
    page.raw = body.into();
    page.broken = any_error(&reader.problems);
    finish_page(&mut page, file, request.lang.clone(), source);
    (Some(page), reader.problems)
}

/// The columns of a record sorted into front matter, and the Markdown.
fn front_matter(request: &Request, record: Table, language: &LanguageOptions) -> (Table, String) {
    let (mut table, mut extra, mut taxonomies) = (Table::default(), Table::default(), Table::default());
    let mut body = String::new();
    for mut entry in record.entries {
        if let Some((_, meant)) = request.rename.iter().find(|(column, _)| *column == entry.key) {
            entry.key.clone_from(meant);
        }
        let key = entry.key.as_str();
        if matches!(entry.item.value, Raw::Null) {
            // A record that says nothing of it.
        } else if key == BODY {
            body = entry.item.text().unwrap_or_default();
        } else if parse::PAGE_KEYS.contains(&key) {
            typed(&mut entry);
            table.entries.push(entry);
        } else if language.taxonomies.iter().any(|taxonomy| taxonomy.name == key) {
            listed(&mut entry.item);
            taxonomies.entries.push(entry);
        } else {
            extra.entries.push(entry);
        }
    }
    for (key, more) in [("extra", extra), ("taxonomies", taxonomies)] {
        if more.entries.is_empty() {
            continue;
        }
        match table.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.item.value) {
            Some(Raw::Table(own)) => own.entries.extend(more.entries),
            _ => {
                let span = more.entries[0].key_span.clone();
                let item = Item { value: Raw::Table(more), span: span.clone() };
                table.entries.push(Entry { key: key.to_owned(), key_span: span, item });
            }
        }
    }
    (table, body)
}

/// Cells of a CSV file are text: those of keys that are something else become it where they can.
fn typed(entry: &mut Entry) {
    let key = entry.key.as_str();
    if LISTS.contains(&key) {
        return listed(&mut entry.item);
    }
    let Raw::String(cell) = &entry.item.value else { return };
    if WHOLE_NUMBERS.contains(&key)
        && let Ok(number) = cell.trim().parse::<i64>()
    {
        entry.item.value = Raw::Integer(number);
    } else if TRUTHS.contains(&key)
        && let Ok(truth) = cell.trim().parse::<bool>()
    {
        entry.item.value = Raw::Bool(truth);
    }
}

/// `a; b` as a list.
fn listed(item: &mut Item) {
    let Raw::String(cell) = &item.value else { return };
    let parts = cell.split(';').map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.map(|part| Item { value: Raw::String(part.to_owned()), span: item.span.clone() });
    item.value = Raw::Array(parts.collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_csv_know_their_line() {
        let text = "slug,nom\na,Un\nb,\"Deux\nlignes\"\n";
        let records = csv_records(text).unwrap();
        assert_eq!(records.len(), 2);
        assert!(text[records[1].span.clone()].starts_with("b,\"Deux"));
        let (message, span) = csv_records("a,b\n1\n").err().unwrap();
        assert!(message.contains("found record with 1 fields") && span.start == 4, "{message} {span:?}");
    }
}
