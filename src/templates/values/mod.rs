//! Pages, sections, terms and pagers as templates of either dialect see them.
//!
//! Entry point: [`LibraryValues::new`], made once per build: tera's values share their inside, so a page in a hundred
//! lists is still one page. Nothing here is serialised again when a template asks for it.

mod config;
mod nodes;

use rayon::prelude::*;
use tera::{Map, Value};

use crate::config::Dialect;
use crate::content::{Library, PageKey, Pager, Paginator, SectionKey, TaxonomyKey};

pub(super) use config::config;
pub(super) use nodes::early;

use nodes::{Siblings, list, page_map, paginator, section_map, term_value};

/// Every value of a library, by the library's keys.
#[derive(Debug)]
pub(super) struct LibraryValues {
    /// The older dialect shows the pages of terms, pagers and feeds without those beside them.
    is_older: bool,
    /// Without the pages beside them.
    alone: Vec<Value>,
    pages: Vec<Value>,
    sections: Vec<Value>,
    sections_without_pages: Vec<Value>,
    taxonomies: Vec<Value>,
    terms: Vec<Vec<Value>>,
    terms_without_pages: Vec<Vec<Value>>,
}

impl LibraryValues {
    /// Builds the values of a library whose Markdown is rendered.
    pub(super) fn new(library: &Library, dialect: Dialect) -> Self {
        let is_older = dialect == Dialect::Zola022;
        let maps: Vec<Map> = library.pages.par_iter().map(|page| page_map(library, page, Siblings::none())).collect();
        let alone: Vec<Value> = maps.par_iter().cloned().map(Value::from).collect();
        let sibling = |key: Option<PageKey>| key.map_or_else(Value::none, |key| alone[key.0 as usize].clone());
        let pages: Vec<Value> = library
            .pages
            .par_iter()
            .zip(maps)
            .map(|(page, mut map)| {
                map.insert("lower".into(), sibling(page.lower));
                map.insert("higher".into(), sibling(page.higher));
                Value::from(map)
            })
            .collect();
        let sections_without_pages: Vec<Value> =
            library.sections.par_iter().map(|section| Value::from(section_map(library, section, list([])))).collect();
        let sections = library
            .sections
            .par_iter()
            .map(|section| {
                let shown = section.pages.iter().filter(|key| !is_older || library[**key].meta.render);
                let pages = list(shown.map(|key| pages[key.0 as usize].clone()));
                Value::from(section_map(library, section, pages))
            })
            .collect();
        let mut values = Self {
            is_older,
            alone,
            pages,
            sections,
            sections_without_pages,
            taxonomies: Vec::new(),
            terms: Vec::new(),
            terms_without_pages: Vec::new(),
        };
        for taxonomy in &library.taxonomies {
            let full: Vec<Value> =
                taxonomy.items.iter().map(|term| term_value(term, values.listed(&term.pages))).collect();
            let mut map = Map::new();
            map.insert("kind".into(), Value::from_serializable(&taxonomy.kind));
            map.insert("lang".into(), Value::from(taxonomy.lang.as_str()));
            map.insert("permalink".into(), Value::from(taxonomy.permalink.as_str()));
            map.insert("items".into(), Value::from(full.clone()));
            values.taxonomies.push(Value::from(map));
            values.terms_without_pages.push(taxonomy.items.iter().map(|term| term_value(term, list([]))).collect());
            values.terms.push(full);
        }
        values
    }

    /// Pages as terms, pagers and feeds list them.
    pub(super) fn listed(&self, keys: &[PageKey]) -> Value {
        let from = if self.is_older { &self.alone } else { &self.pages };
        list(keys.iter().map(|key| from[key.0 as usize].clone()))
    }

    pub(super) fn page(&self, key: PageKey) -> Value {
        self.pages[key.0 as usize].clone()
    }

    /// A section with its pages.
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
        paginator(of, pager, self.listed(&pager.pages))
    }
}
