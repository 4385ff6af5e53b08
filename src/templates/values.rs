//! Pages, sections, terms and pagers as templates see them.
//!
//! Entry point: [`LibraryValues::new`], made once per build: tera's values share their inside, so a page in a hundred
//! lists is still one page. Nothing here is serialised again when a template asks for it.

use serde::Serialize;
use tera::{Map, Value};

use crate::config::Config;
use crate::content::{Library, Node, Page, PageKey, Pager, Paginator, Section, SectionKey, TaxonomyKey, Term};

/// Every value of a library, by the library's keys.
#[derive(Debug)]
pub(super) struct LibraryValues {
    pages: Vec<Value>,
    sections: Vec<Value>,
    sections_without_pages: Vec<Value>,
    taxonomies: Vec<Value>,
    terms: Vec<Vec<Value>>,
    terms_without_pages: Vec<Vec<Value>>,
}

impl LibraryValues {
    /// Builds the values of a library whose Markdown is rendered.
    pub(super) fn new(library: &Library) -> Self {
        let alone: Vec<Map> = library.pages.iter().map(|page| page_map(library, page)).collect();
        let shared: Vec<Value> = alone.iter().cloned().map(Value::from).collect();
        let sibling = |key: Option<PageKey>| key.map_or_else(Value::none, |key| shared[key.0 as usize].clone());
        let pages: Vec<Value> = library
            .pages
            .iter()
            .zip(alone)
            .map(|(page, mut map)| {
                map.insert("lower".into(), sibling(page.lower));
                map.insert("higher".into(), sibling(page.higher));
                Value::from(map)
            })
            .collect();
        let sections_without_pages: Vec<Value> =
            library.sections.iter().map(|section| Value::from(section_map(library, section))).collect();
        let sections = library
            .sections
            .iter()
            .map(|section| {
                let mut map = section_map(library, section);
                map.insert("pages".into(), list(section.pages.iter().map(|key| pages[key.0 as usize].clone())));
                Value::from(map)
            })
            .collect();
        let mut terms = Vec::new();
        let mut terms_without_pages = Vec::new();
        let mut taxonomies = Vec::new();
        for taxonomy in &library.taxonomies {
            let full: Vec<Value> = taxonomy
                .items
                .iter()
                .map(|term| term_value(term, list(term.pages.iter().map(|key| pages[key.0 as usize].clone()))))
                .collect();
            let mut map = Map::new();
            map.insert("kind".into(), Value::from_serializable(&taxonomy.kind));
            map.insert("lang".into(), Value::from(taxonomy.lang.as_str()));
            map.insert("permalink".into(), Value::from(taxonomy.permalink.as_str()));
            map.insert("items".into(), Value::from(full.clone()));
            taxonomies.push(Value::from(map));
            terms_without_pages.push(taxonomy.items.iter().map(|term| term_value(term, list([]))).collect());
            terms.push(full);
        }
        Self { pages, sections, sections_without_pages, taxonomies, terms, terms_without_pages }
    }

    pub(super) fn page(&self, key: PageKey) -> Value {
        self.pages[key.0 as usize].clone()
    }

    pub(super) fn section(&self, key: SectionKey) -> Value {
        self.sections[key.0 as usize].clone()
    }

    pub(super) fn section_without_pages(&self, key: SectionKey) -> Value {
        self.sections_without_pages[key.0 as usize].clone()
    }

    pub(super) fn taxonomy(&self, key: TaxonomyKey) -> Value {
        self.taxonomies[key.0 as usize].clone()
    }

    pub(super) fn term(&self, key: TaxonomyKey, index: usize) -> Value {
        self.terms[key.0 as usize][index].clone()
    }

    pub(super) fn term_without_pages(&self, key: TaxonomyKey, index: usize) -> Value {
        self.terms_without_pages[key.0 as usize][index].clone()
    }

    /// The `terms` of a taxonomy's list.
    pub(super) fn terms(&self, key: TaxonomyKey) -> Value {
        Value::from(self.terms[key.0 as usize].clone())
    }

    /// The `paginator` of one pager.
    pub(super) fn paginator(&self, paginator: &Paginator, pager: &Pager) -> Value {
        let at = pager.index - 1;
        let permalink = |index: usize| paginator.pagers.get(index).map(|p| Value::from(p.permalink.as_str()));
        let last = paginator.pagers.len().saturating_sub(1);
        let mut map = Map::new();
        map.insert("paginate_by".into(), Value::from(paginator.paginate_by));
        map.insert("base_url".into(), Value::from(paginator.base_url.as_str()));
        map.insert("number_pagers".into(), Value::from(paginator.pagers.len()));
        map.insert("first".into(), permalink(0).unwrap_or_else(Value::none));
        map.insert("last".into(), permalink(last).unwrap_or_else(Value::none));
        let previous = at.checked_sub(1).and_then(permalink);
        map.insert("previous".into(), previous.unwrap_or_else(Value::none));
        map.insert("next".into(), permalink(at + 1).unwrap_or_else(Value::none));
        map.insert("pages".into(), list(pager.pages.iter().map(|key| self.page(*key))));
        map.insert("current_index".into(), Value::from(pager.index));
        map.insert("total_pages".into(), Value::from(paginator.total_pages));
        Value::from(map)
    }
}

/// A page or section while its own text is templated: what is made from texts is still empty.
pub(super) fn early(library: &Library, node: Node) -> (&'static str, Value) {
    match node {
        Node::Page(key) => {
            let page = &library[key];
            let mut map = page_map(library, page);
            insert_reading(&mut map, &page.rendered);
            ("page", Value::from(map))
        }
        Node::Section(key) => {
            let section = &library[key];
            let mut map = section_map(library, section);
            insert_reading(&mut map, &section.rendered);
            map.insert("subsections".into(), list([]));
            ("section", Value::from(map))
        }
    }
}

/// Words are counted as they are written, so they are known before anything is rendered.
fn insert_reading(map: &mut Map, rendered: &crate::content::Rendered) {
    map.insert("word_count".into(), Value::from(rendered.word_count));
    map.insert("reading_time".into(), Value::from(rendered.reading_time));
}

fn page_map(library: &Library, page: &Page) -> Map {
    let mut map = Map::new();
    let date = page.meta.date.as_ref();
    map.insert("relative_path".into(), Value::from(page.file.relative.as_str()));
    map.insert("colocated_path".into(), optional(page.file.colocated_path.as_deref()));
    map.insert("content".into(), Value::from(page.rendered.html.as_str()));
    map.insert("permalink".into(), Value::from(page.permalink.as_str()));
    map.insert("slug".into(), Value::from(page.slug.as_str()));
    map.insert("ancestors".into(), ancestors(library, &page.ancestors));
    map.insert("title".into(), optional(page.meta.title.as_deref()));
    map.insert("description".into(), optional(page.meta.description.as_deref()));
    map.insert("updated".into(), optional(page.meta.updated.as_ref().map(|d| d.text.as_str())));
    map.insert("date".into(), optional(date.map(|d| d.text.as_str())));
    map.insert("year".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.year()))));
    map.insert("month".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.month()))));
    map.insert("day".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.day()))));
    let taxonomies: Map =
        page.meta.taxonomies.iter().map(|(name, terms)| (name.clone().into(), serialized(terms))).collect();
    map.insert("taxonomies".into(), Value::from(taxonomies));
    map.insert("authors".into(), serialized(&page.meta.authors));
    map.insert("extra".into(), serialized(&page.meta.extra));
    map.insert("path".into(), Value::from(page.path.as_str()));
    map.insert("components".into(), serialized(&page.components));
    map.insert("summary".into(), optional(page.rendered.summary.as_deref()));
    map.insert("toc".into(), serialized(&page.rendered.toc));
    map.insert("word_count".into(), Value::from(page.rendered.word_count));
    map.insert("reading_time".into(), Value::from(page.rendered.reading_time));
    map.insert("assets".into(), list(page.assets.iter().map(|asset| Value::from(asset.listed.as_str()))));
    map.insert("draft".into(), Value::from(page.meta.draft));
    map.insert("lang".into(), Value::from(page.lang.as_str()));
    map.insert("lower".into(), Value::none());
    map.insert("higher".into(), Value::none());
    let translations = page.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.insert("translations".into(), list(translations));
    map.insert("backlinks".into(), backlinks(library, &page.backlinks));
    for (name, value) in &page.meta.facets {
        map.insert(name.clone().into(), serialized(value));
    }
    map
}

fn section_map(library: &Library, section: &Section) -> Map {
    let mut map = Map::new();
    map.insert("relative_path".into(), Value::from(section.file.relative.as_str()));
    map.insert("colocated_path".into(), optional(section.file.colocated_path.as_deref()));
    map.insert("content".into(), Value::from(section.rendered.html.as_str()));
    map.insert("permalink".into(), Value::from(section.permalink.as_str()));
    map.insert("draft".into(), Value::from(section.meta.draft));
    map.insert("ancestors".into(), ancestors(library, &section.ancestors));
    map.insert("title".into(), optional(section.meta.title.as_deref()));
    map.insert("description".into(), optional(section.meta.description.as_deref()));
    map.insert("extra".into(), serialized(&section.meta.extra));
    map.insert("path".into(), Value::from(section.path.as_str()));
    map.insert("components".into(), serialized(&section.components));
    map.insert("toc".into(), serialized(&section.rendered.toc));
    map.insert("word_count".into(), Value::from(section.rendered.word_count));
    map.insert("reading_time".into(), Value::from(section.rendered.reading_time));
    map.insert("lang".into(), Value::from(section.lang.as_str()));
    map.insert("assets".into(), list(section.assets.iter().map(|asset| Value::from(asset.listed.as_str()))));
    map.insert("pages".into(), list([]));
    let subsections = section.subsections.iter().map(|key| Value::from(library[*key].file.relative.as_str()));
    map.insert("subsections".into(), list(subsections));
    let translations = section.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.insert("translations".into(), list(translations));
    map.insert("backlinks".into(), backlinks(library, &section.backlinks));
    map.insert("generate_feeds".into(), Value::from(section.meta.generate_feeds));
    map.insert("transparent".into(), Value::from(section.meta.transparent));
    map.insert("paginate_by".into(), section.meta.paginate_by.map_or_else(Value::none, Value::from));
    map.insert("paginate_reversed".into(), Value::from(section.meta.paginate_reversed));
    for (name, value) in &section.meta.facets {
        map.insert(name.clone().into(), serialized(value));
    }
    map
}

fn term_value(term: &Term, pages: Value) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), Value::from(term.name.as_str()));
    map.insert("slug".into(), Value::from(term.slug.as_str()));
    map.insert("path".into(), Value::from(term.path.as_str()));
    map.insert("permalink".into(), Value::from(term.permalink.as_str()));
    map.insert("pages".into(), pages);
    map.insert("page_count".into(), Value::from(term.pages.len()));
    Value::from(map)
}

fn translation(lang: &str, permalink: &str, title: Option<&str>, path: &std::path::Path) -> Value {
    let mut map = Map::new();
    map.insert("lang".into(), Value::from(lang));
    map.insert("permalink".into(), Value::from(permalink));
    map.insert("title".into(), optional(title));
    map.insert("path".into(), Value::from(path.to_string_lossy()));
    Value::from(map)
}

fn backlinks(library: &Library, nodes: &[Node]) -> Value {
    list(nodes.iter().map(|node| {
        let (permalink, title) = match node {
            Node::Page(key) => (&library[*key].permalink, &library[*key].meta.title),
            Node::Section(key) => (&library[*key].permalink, &library[*key].meta.title),
        };
        let mut map = Map::new();
        map.insert("permalink".into(), Value::from(permalink.as_str()));
        map.insert("title".into(), optional(title.as_deref()));
        Value::from(map)
    }))
}

fn ancestors(library: &Library, keys: &[SectionKey]) -> Value {
    list(keys.iter().map(|key| Value::from(library[*key].file.relative.as_str())))
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::from(values.into_iter().collect::<Vec<Value>>())
}

pub(super) fn serialized<T: Serialize + ?Sized>(value: &T) -> Value {
    Value::from_serializable(value)
}

/// `config` as templates of one language see it.
pub(super) fn config(config: &Config, lang: &str) -> Value {
    let options = config.language(lang);
    let mut map = Map::new();
    map.insert("base_url".into(), Value::from(config.base_url.as_str()));
    map.insert("mode".into(), serialized(&config.mode));
    map.insert("title".into(), optional(options.title.as_deref()));
    map.insert("description".into(), optional(options.description.as_deref()));
    let others: Map = config
        .languages
        .iter()
        .filter(|(code, _)| code.as_str() != lang)
        .map(|(code, other)| (code.clone().into(), language(other)))
        .collect();
    map.insert("languages".into(), Value::from(others));
    map.insert("default_language".into(), Value::from(config.default_language.as_str()));
    map.insert("generate_feed".into(), Value::from(options.generate_feeds));
    map.insert("generate_feeds".into(), Value::from(options.generate_feeds));
    map.insert("feed_filenames".into(), serialized(&options.feed_filenames));
    map.insert("taxonomies".into(), serialized(&options.taxonomies));
    map.insert("author".into(), optional(config.author.as_deref()));
    map.insert("build_search_index".into(), Value::from(options.build_search_index));
    map.insert("extra".into(), serialized(&config.extra));
    map.insert("markdown".into(), serialized(&config.markdown));
    let mut search = Map::new();
    search.insert("index_format".into(), serialized(&options.search.index_format));
    map.insert("search".into(), Value::from(search));
    map.insert("generate_sitemap".into(), Value::from(config.generate_sitemap));
    map.insert("generate_robots_txt".into(), Value::from(config.generate_robots_txt));
    map.insert("exclude_paginated_pages_in_sitemap".into(), serialized(&config.exclude_paginated_pages_in_sitemap));
    Value::from(map)
}

fn language(options: &crate::config::LanguageOptions) -> Value {
    let mut map = Map::new();
    map.insert("title".into(), optional(options.title.as_deref()));
    map.insert("description".into(), optional(options.description.as_deref()));
    map.insert("generate_feeds".into(), Value::from(options.generate_feeds));
    map.insert("feed_filenames".into(), serialized(&options.feed_filenames));
    map.insert("taxonomies".into(), serialized(&options.taxonomies));
    map.insert("build_search_index".into(), Value::from(options.build_search_index));
    map.insert("search".into(), serialized(&options.search));
    map.insert("translations".into(), serialized(&options.translations));
    Value::from(map)
}
