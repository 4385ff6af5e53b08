//! The languages of a site: the root keys are those of the default one, `[languages.X]` has the others.

use std::collections::BTreeMap;

use super::keys::{Entry, Item, Raw, Reader, Table};
use super::older;
use super::slug::slugify_path;
use super::zola::{Config, IndexFormat, LanguageOptions, Search, TaxonomyConfig};

const LANGUAGE_KEYS: &[&str] = &[
    "title",
    "description",
    "generate_feeds",
    "feed_filenames",
    "taxonomies",
    "build_search_index",
    "search",
    "translations",
];

/// True for what looks like a Unicode language identifier (`fr`, `pt-BR`, `zh-Hant-TW`).
pub(super) fn is_code(code: &str) -> bool {
    let mut parts = code.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2 | 3 | 5..=8)
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (2..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Reads the root's language keys and `[languages]`. `strict` refuses keys of older Zolas; `is_older` says that the
/// configuration has some.
pub(super) fn read(
    reader: &mut Reader,
    root: &mut Table,
    config: &mut Config,
    strict: bool,
    is_older: bool,
) -> BTreeMap<String, LanguageOptions> {
    let mut languages = BTreeMap::new();
    let mut rooted = Table::default();
    for key in LANGUAGE_KEYS {
        rooted.entries.extend(root.take(key));
    }
    let asks = |key: &str| rooted.entries.iter().any(|e| e.key == key && matches!(e.item.value, Raw::Bool(true)));
    config.feeds_at_root = asks("generate_feeds");
    config.index_at_root = asks("build_search_index");
    config.format_at_root = format_of(&rooted);
    config.feed_names_at_root = names_of_feeds(&rooted).unwrap_or_else(|| LanguageOptions::default().feed_filenames);
    let config = &*config;
    let mut is_older = is_older;
    if !strict {
        is_older |= older::languages_as_list(reader, root);
        is_older |= older::texts_at_the_root(reader, &mut rooted, root, &config.default_language);
    }
    for table in older::language_tables(root) {
        is_older |= older::renamed(reader, table, strict);
    }
    if is_older && !strict {
        older::taxonomies_at_the_root(reader, &mut rooted, root, &config.default_language);
    }
    for entry in reader.table(root, "languages").unwrap_or_default().entries {
        if !is_code(&entry.key) {
            reader.error(&entry.key_span, format!("`{}` is not a language code", entry.key));
        }
        let Raw::Table(mut table) = entry.item.value else {
            reader.error(&entry.item.span, format!("`languages.{}` must be a table", entry.key));
            continue;
        };
        if entry.key == config.default_language {
            if strict {
                refuse_twice(reader, &mut rooted, &mut table);
            }
            merge(reader, &mut rooted, table);
            continue;
        }
        let options = language(reader, &mut table, config, is_older);
        reader.unknown(&table, &format!("`[languages.{}]`", entry.key), LANGUAGE_KEYS, true);
        languages.insert(entry.key, options);
    }
    let options = language(reader, &mut rooted, config, is_older);
    reader.unknown(&rooted, &format!("`[languages.{}]`", config.default_language), LANGUAGE_KEYS, true);
    languages.insert(config.default_language.clone(), options);
    languages
}

/// Adds `[languages.<default>]` to the root's keys; a key that is in both and says something in both is an error.
fn merge(reader: &mut Reader, rooted: &mut Table, table: Table) {
    for entry in table.entries {
        let Some(first) = rooted.take(&entry.key) else {
            rooted.entries.push(entry);
            continue;
        };
        if says_nothing(&entry.key, &entry.item.value) {
            rooted.entries.push(first);
            continue;
        }
        let is_flag = matches!(first.item.value, Raw::Bool(_));
        if !is_flag && !says_nothing(&first.key, &first.item.value) {
            let message = format!("`{}` of the default language is set twice, at the root and here", entry.key);
            reader.error(&entry.key_span, message);
        }
        rooted.entries.push(entry);
    }
}

/// Of two keys Zola takes what `[languages.<default>]` does not say for the default, and so for said twice. Names of feeds
/// may be told by one of both alone, what is searched by both alike.
fn refuse_twice(reader: &mut Reader, rooted: &mut Table, table: &mut Table) {
    for key in ["feed_filenames", "search"] {
        let Some(first) = rooted.take(key) else { continue };
        if says_nothing(key, &first.item.value) {
            continue;
        }
        match table.take(key) {
            None => {
                let message = format!("`{key}` of the default language belongs into its table under `languages`");
                reader.error(&first.key_span, message);
            }
            Some(here) if !agrees(&first.item.value, &here.item.value) => {
                let message = format!("`{key}` of the default language is set twice, at the root and here");
                reader.error(&here.key_span, message);
            }
            Some(_) => {}
        }
        rooted.entries.push(first);
    }
}

/// True where what the language says changes nothing: no names of feeds, or the same of searching.
fn agrees(root: &Raw, language: &Raw) -> bool {
    let told = |search: &Table| -> BTreeMap<String, String> {
        let told = search.entries.iter().filter(|entry| !is_default_of_search(entry));
        told.map(|entry| (entry.key.clone(), format!("{:?}", entry.item.value))).collect()
    };
    match (root, language) {
        (Raw::Table(root), Raw::Table(language)) => told(root) == told(language),
        (_, Raw::Array(names)) => names.is_empty(),
        _ => false,
    }
}

/// `feed_filenames` of a table.
fn names_of_feeds(table: &Table) -> Option<Vec<String>> {
    let names = table.entries.iter().find(|entry| entry.key == "feed_filenames")?;
    let Raw::Array(names) = &names.item.value else { return None };
    let name = |item: &Item| if let Raw::String(name) = &item.value { Some(name.clone()) } else { None };
    Some(names.iter().filter_map(name).collect())
}

/// `search.index_format` of a table.
fn format_of(table: &Table) -> IndexFormat {
    let search = table.entries.iter().find(|entry| entry.key == "search").map(|entry| &entry.item.value);
    let Some(Raw::Table(search)) = search else { return IndexFormat::default() };
    let format = search.entries.iter().find(|entry| entry.key == "index_format").map(|entry| &entry.item.value);
    let Some(Raw::String(name)) = format else { return IndexFormat::default() };
    FORMATS.iter().find(|(known, _)| known == name).map(|(_, format)| *format).unwrap_or_default()
}

/// True for a value that is the default.
fn says_nothing(key: &str, value: &Raw) -> bool {
    match value {
        Raw::Bool(on) => !on,
        Raw::Array(items) => {
            let only = if let [item] = items.as_slice() { Some(&item.value) } else { None };
            items.is_empty()
                || (key == "feed_filenames" && matches!(only, Some(Raw::String(name)) if name == "atom.xml"))
        }
        Raw::Table(table) if key == "search" => table.entries.iter().all(is_default_of_search),
        Raw::Table(table) => table.entries.is_empty(),
        _ => false,
    }
}

fn is_default_of_search(entry: &Entry) -> bool {
    match &entry.item.value {
        Raw::Bool(on) => *on == matches!(entry.key.as_str(), "include_title" | "include_content"),
        Raw::String(format) => format == FORMATS[0].0,
        _ => false,
    }
}

fn language(reader: &mut Reader, table: &mut Table, config: &Config, is_older: bool) -> LanguageOptions {
    let mut options = LanguageOptions {
        title: reader.string(table, "title"),
        description: reader.string(table, "description"),
        taxonomies: taxonomies(reader, table, config, is_older),
        translations: reader.texts(table, "translations").unwrap_or_default().into_iter().collect(),
        ..LanguageOptions::default()
    };
    reader.bool(table, "generate_feeds", &mut options.generate_feeds);
    reader.bool(table, "build_search_index", &mut options.build_search_index);
    if let Some(names) = reader.strings(table, "feed_filenames") {
        options.feed_filenames = names;
    }
    if let Some(mut inner) = reader.table(table, "search") {
        options.search = search(reader, &mut inner);
    }
    options
}

fn taxonomies(reader: &mut Reader, table: &mut Table, config: &Config, is_older: bool) -> Vec<TaxonomyConfig> {
    let Some(entry) = table.take("taxonomies") else { return Vec::new() };
    let Raw::Array(items) = entry.item.value else {
        reader.error(&entry.item.span, "`taxonomies` must be a list of tables");
        return Vec::new();
    };
    let mut taxonomies = Vec::with_capacity(items.len());
    for item in items {
        let Raw::Table(mut inner) = item.value else {
            reader.error(&item.span, "`taxonomies` must be a list of tables");
            continue;
        };
        let is_named = inner.entries.iter().any(|entry| entry.key == "name");
        if !is_named {
            reader.warn(&item.span, "this taxonomy has no `name`", "its pages would be written at the root: name it");
        }
        let Some(name) = reader.string(&mut inner, "name").or_else(|| (!is_named).then(String::new)) else { continue };
        older::feeds_of_terms(reader, &mut inner, is_older);
        let mut taxonomy = TaxonomyConfig {
            slug: slugify_path(&name, config.slugify.taxonomies),
            paginate_by: reader.number(&mut inner, "paginate_by"),
            paginate_path: reader.string(&mut inner, "paginate_path"),
            name,
            ..TaxonomyConfig::default()
        };
        reader.bool(&mut inner, "render", &mut taxonomy.render);
        reader.bool(&mut inner, "feed", &mut taxonomy.feed);
        reader.string(&mut inner, "slug");
        let known = ["name", "paginate_by", "paginate_path", "render", "feed"];
        reader.unknown(&inner, "a taxonomy", &known, false);
        taxonomies.push(taxonomy);
    }
    taxonomies
}

fn search(reader: &mut Reader, table: &mut Table) -> Search {
    let mut search = Search::default();
    for (key, into) in [
        ("include_title", &mut search.include_title),
        ("include_description", &mut search.include_description),
        ("include_date", &mut search.include_date),
        ("include_path", &mut search.include_path),
        ("include_content", &mut search.include_content),
    ] {
        reader.bool(table, key, into);
    }
    search.truncate_content_length = reader.number(table, "truncate_content_length");
    if let Some(format) = reader.choice(table, "index_format", &FORMATS) {
        search.index_format = format;
    }
    let known = [
        "include_title",
        "include_description",
        "include_date",
        "include_path",
        "include_content",
        "truncate_content_length",
        "index_format",
    ];
    reader.unknown(table, "`[search]`", &known, false);
    search
}

/// `index_format`, the default first.
const FORMATS: [(&str, IndexFormat); 4] = [
    ("elasticlunr_javascript", IndexFormat::ElasticlunrJavascript),
    ("elasticlunr_json", IndexFormat::ElasticlunrJson),
    ("fuse_javascript", IndexFormat::FuseJavascript),
    ("fuse_json", IndexFormat::FuseJson),
];
