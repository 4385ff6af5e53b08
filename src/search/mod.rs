//! The search index of each language, made at build time and searched in the visitor's browser.
//!
//! Entry point: [`outputs`]. Texts only: code, scripts and comments are not searched. `elasticlunr.min.js` beside this
//! file is the library of that name (MIT, its header says so), which sites load to search the index.

mod text;

use std::borrow::Cow;

use elasticlunr::{IndexBuilder, Language};
use serde::Serialize;

use crate::config::{Config, Dialect, IndexFormat, Search};
use crate::content::{Library, Page, Section};
use crate::diagnostic::{Diagnostic, Place};
use crate::output::Output;

const SCRIPT: &str = include_str!("elasticlunr.min.js");

/// One searchable page.
#[derive(Debug, Serialize)]
struct Item<'a> {
    url: &'a str,
    title: &'a str,
    description: &'a str,
    body: String,
    path: &'a str,
    #[serde(skip)]
    date: Cow<'a, str>,
}

impl Item<'_> {
    fn field(&self, name: &str) -> &str {
        match name {
            "title" => self.title,
            "description" => self.description,
            "date" => &self.date,
            "path" => self.path,
            _ => &self.body,
        }
    }
}

/// The index files of every language that asks for one.
pub fn outputs(library: &Library, config: &Config) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let mut outputs = Vec::new();
    let mut faults = Vec::new();
    let mut needs_script = false;
    // One format for the whole site; what is searched may differ between languages.
    let format = config.index_format();
    for (lang, options) in config.indexed() {
        faults.extend(hidden_home(library, lang));
        // The older dialect asks the default language what of a text a fuse index has, and how much.
        let is_fuse = matches!(format, IndexFormat::FuseJson | IndexFormat::FuseJavascript);
        let search = match config.dialect {
            Dialect::Zola022 if is_fuse => &config.default_options().search,
            _ => &options.search,
        };
        let items = items(library, lang, search, config.dialect, format);
        let fuse = || match config.dialect {
            Dialect::Zola022 => fuse_of_chosen(&items, search),
            Dialect::Zola023 => serde_json::to_string(&items).unwrap_or_default(),
        };
        let (text, extension) = match format {
            IndexFormat::FuseJson => (fuse(), "json"),
            IndexFormat::FuseJavascript => (in_script(&fuse()), "js"),
            format => match elasticlunr(&items, lang, &options.search, config) {
                Ok(json) => {
                    needs_script = true;
                    match format {
                        IndexFormat::ElasticlunrJson => (json, "json"),
                        _ => (in_script(&json), "js"),
                    }
                }
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            },
        };
        outputs.push(Output::bytes(format!("search_index.{lang}.{extension}"), text, "search"));
    }
    if needs_script {
        outputs.push(Output::bytes("elasticlunr.min.js", SCRIPT, "search"));
    }
    if faults.is_empty() { Ok(outputs) } else { Err(faults) }
}

/// Zola 0.22 writes the fields that are included, 0.23 all of them.
fn fuse_of_chosen(items: &[Item], search: &Search) -> String {
    let chosen = chosen_of(search);
    let items: Vec<serde_json::Map<_, _>> = items
        .iter()
        .map(|item| {
            let url = [("url".to_owned(), item.url.into())];
            let fields = ["title", "description", "body", "path"].into_iter().filter(|field| chosen.contains(field));
            url.into_iter().chain(fields.map(|field| (field.to_owned(), item.field(field).into()))).collect()
        })
        .collect();
    serde_json::to_string(&items).unwrap_or_default()
}

fn in_script(json: &str) -> String {
    format!("window.searchIndex = {json}")
}

/// The home cannot be left out: everything is below it.
fn hidden_home(library: &Library, lang: &str) -> Option<Diagnostic> {
    let home = library.sections.iter().find(|s| s.lang == lang && s.file.components.is_empty())?;
    (!home.meta.in_search_index).then(|| {
        Diagnostic::error("the home section cannot be left out of the search index")
            .at(Place::file(&home.file.shown))
            .help("remove `in_search_index = false`, or set `build_search_index = false`")
    })
}

fn items<'a>(
    library: &'a Library,
    lang: &str,
    search: &Search,
    dialect: Dialect,
    format: IndexFormat,
) -> Vec<Item<'a>> {
    // The older dialect lists for fuse what several sections show as often, and nothing of a section that leads elsewhere.
    let is_fuse = matches!(format, IndexFormat::FuseJson | IndexFormat::FuseJavascript);
    let goes_by_section = is_fuse && dialect == Dialect::Zola022;
    let mut items = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for section in
        library.sections.iter().filter(|s| s.lang == lang && s.meta.in_search_index && s.meta.hidden != Some(true))
    {
        if section.meta.redirect_to.is_none() {
            items.push(section_item(section, search));
        } else if goes_by_section {
            continue;
        }
        for key in &section.pages {
            let page = &library[*key];
            let is_new = seen.insert(*key) || goes_by_section;
            if is_new && page.meta.in_search_index && page.meta.hidden != Some(true) {
                items.push(page_item(page, search, dialect));
            }
        }
    }
    items
}

fn section_item<'a>(section: &'a Section, search: &Search) -> Item<'a> {
    Item {
        url: &section.permalink,
        title: section.meta.title.as_deref().unwrap_or_default(),
        description: section.meta.description.as_deref().unwrap_or_default(),
        body: body(&section.rendered.html, search),
        path: &section.path,
        date: Cow::Borrowed(""),
    }
}

fn page_item<'a>(page: &'a Page, search: &Search, dialect: Dialect) -> Item<'a> {
    Item {
        url: &page.permalink,
        title: page.meta.title.as_deref().unwrap_or_default(),
        description: page.meta.description.as_deref().unwrap_or_default(),
        body: body(&page.rendered.html, search),
        path: &page.path,
        date: page.meta.date.as_ref().map_or(Cow::Borrowed(""), |date| match dialect {
            // The older dialect shows the moment where a day begins, takes a time without a place for one of UTC, and
            // writes UTC as `Z` alone.
            Dialect::Zola022 => match date.text.split_once('T') {
                None => Cow::Owned(format!("{}T00:00:00Z", date.text)),
                Some((_, time)) if !time.contains(['Z', '+', '-']) => Cow::Owned(format!("{}Z", date.text)),
                Some(_) => date
                    .text
                    .strip_suffix("+00:00")
                    .map_or(Cow::Borrowed(date.text.as_str()), |at| Cow::Owned(format!("{at}Z"))),
            },
            Dialect::Zola023 => Cow::Borrowed(date.text.as_str()),
        }),
    }
}

fn body(html: &str, search: &Search) -> String {
    let text = text::of_html(html);
    match search.truncate_content_length {
        Some(limit) => text.chars().take(limit).collect(),
        None => text,
    }
}

fn elasticlunr(items: &[Item], lang: &str, search: &Search, config: &Config) -> Result<String, Diagnostic> {
    let fields = chosen_of(search);
    let older = config.dialect == Dialect::Zola022;
    let mut index = IndexBuilder::with_language(language(lang, config.dialect)?);
    for field in &fields {
        index = match *field {
            "path" => index.add_field_with_tokenizer(field, Box::new(path_words)),
            _ => index.add_field(field),
        };
    }
    let mut index = index.build();
    for item in items {
        // Zola 0.22 leaves a missing date out: what follows moves up.
        let row = fields.iter().filter(|field| !older || **field != "date" || !item.date.is_empty());
        index.add_doc(item.url, row.map(|field| without_monsters(item.field(field))));
    }
    Ok(index.to_json())
}

/// Bytes of a word that somebody could search for.
const LONGEST: usize = 1000;

/// A text without words that nobody types: the index goes down a step with each letter of a word, and at its end the
/// stack.
fn without_monsters(text: &str) -> Cow<'_, str> {
    if text.split(char::is_whitespace).all(|word| word.len() <= LONGEST) {
        return Cow::Borrowed(text);
    }
    let words = text.split(char::is_whitespace).filter(|word| word.len() <= LONGEST);
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

/// The fields an index has, in their order.
fn chosen_of(search: &Search) -> Vec<&'static str> {
    let chosen = [
        ("title", search.include_title),
        ("description", search.include_description),
        ("date", search.include_date),
        ("path", search.include_path),
        ("body", search.include_content),
    ];
    chosen.into_iter().filter_map(|(name, wanted)| wanted.then_some(name)).collect()
}

/// The words of a path: what slashes and hyphens part.
fn path_words(path: &str) -> Vec<String> {
    let parts = path.split(|c: char| c.is_whitespace() || c == '-' || c == '/');
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

fn language(lang: &str, dialect: Dialect) -> Result<Box<dyn Language>, Diagnostic> {
    // To the older dialect, which knows no countries, `en-GB` is as foreign as `eo`.
    let code = match dialect {
        Dialect::Zola022 => lang,
        Dialect::Zola023 => lang.split(['-', '_']).next().unwrap_or(lang),
    };
    // The index library calls Dutch `du`; Zola 0.22 did not know.
    let code = if code == "nl" && dialect == Dialect::Zola023 { "du" } else { code };
    elasticlunr::lang::from_code(code).ok_or_else(|| {
        Diagnostic::error(format!("the elasticlunr index does not know the language `{lang}`"))
            .help("set `index_format = \"fuse_json\"`, or `build_search_index = false` for that language")
    })
}
