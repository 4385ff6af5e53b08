//! Pages, sections, terms and pagers as templates see them.
//!
//! Entry point: [`LibraryValues::new`], made once per build: tera's values share their inside, so a page in a hundred
//! lists is still one page. Nothing here is serialised again when a template asks for it.

mod config;
mod form;
mod nodes;

use tera::{Map, Value};

use crate::content::{Library, PageKey, Pager, Paginator, SectionKey, TaxonomyKey};

pub(super) use config::config;
pub(super) use nodes::{Siblings, early, list, page_map, paginator, section_map, term_value};

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
        let alone: Vec<Map> =
            library.pages.iter().map(|page| page_map::<Value>(library, page, Siblings::none())).collect();
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
        let sections_without_pages: Vec<Value> = library
            .sections
            .iter()
            .map(|section| Value::from(section_map::<Value>(library, section, list([]))))
            .collect();
        let sections = library
            .sections
            .iter()
            .map(|section| {
                let pages = list(section.pages.iter().map(|key| pages[key.0 as usize].clone()));
                Value::from(section_map::<Value>(library, section, pages))
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
    pub(super) fn paginator(&self, of: &Paginator, pager: &Pager) -> Value {
        paginator(of, pager, list(pager.pages.iter().map(|key| self.page(*key))))
    }
}
