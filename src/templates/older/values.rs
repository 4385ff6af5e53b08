//! Pages, sections and terms as Tera 1 sees them: plain values, copied whenever a template gets one.
//!
//! Entry point: [`Values::new`], once per build. A page is described once; lists are put together when they are first
//! asked for and kept, so that a look-up on every page costs one copy and not one description of everything.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::super::values::{Siblings, list, page_map, paginator, section_map, term_value};
use crate::content::{Library, PageKey, Pager, Paginator, SectionKey, TaxonomyKey};

/// Every value of a library, by the library's keys.
#[derive(Debug)]
pub(in crate::templates) struct Values {
    library: Arc<Library>,
    /// Without the pages beside them.
    alone: Vec<Json>,
    sections: Vec<OnceLock<Json>>,
    taxonomies: Vec<OnceLock<Json>>,
}

impl Values {
    /// Describes the pages of a library whose Markdown is rendered.
    pub(in crate::templates) fn new(library: &Arc<Library>) -> Self {
        let alone = library
            .pages
            .par_iter()
            .map(|page| Json::Object(page_map::<Json>(library, page, Siblings::none())))
            .collect();
        Self {
            library: Arc::clone(library),
            alone,
            sections: vec![OnceLock::new(); library.sections.len()],
            taxonomies: vec![OnceLock::new(); library.taxonomies.len()],
        }
    }

    /// A page with those beside it.
    pub(in crate::templates) fn page(&self, key: PageKey) -> Json {
        let page = &self.library[key];
        let mut value = self.alone(key);
        if let Json::Object(fields) = &mut value {
            fields.insert("lower".to_owned(), page.lower.map_or(Json::Null, |key| self.alone(key)));
            fields.insert("higher".to_owned(), page.higher.map_or(Json::Null, |key| self.alone(key)));
        }
        value
    }

    fn alone(&self, key: PageKey) -> Json {
        self.alone[key.0 as usize].clone()
    }

    /// A list of pages, each alone.
    pub(in crate::templates) fn pages(&self, keys: &[PageKey]) -> Json {
        list(keys.iter().map(|key| self.alone(*key)))
    }

    /// A section, with its pages or without.
    pub(in crate::templates) fn section(&self, key: SectionKey, with_pages: bool) -> Json {
        let section = &self.library[key];
        let pages = match with_pages {
            true => {
                let shown = section.pages.iter().filter(|key| self.library[**key].meta.render);
                list(shown.map(|key| self.page(*key)))
            }
            false => list([]),
        };
        Json::Object(section_map::<Json>(&self.library, section, pages))
    }

    /// A section that a template looked up: others will.
    pub(super) fn section_asked_for(&self, key: SectionKey) -> Json {
        self.sections[key.0 as usize].get_or_init(|| self.section(key, true)).clone()
    }

    /// A term by its place in the taxonomy, with its pages or without.
    pub(in crate::templates) fn term(&self, key: TaxonomyKey, index: usize, with_pages: bool) -> Json {
        let term = &self.library[key].items[index];
        term_value(term, if with_pages { self.pages(&term.pages) } else { list([]) })
    }

    /// Every term of a taxonomy.
    pub(in crate::templates) fn terms(&self, key: TaxonomyKey) -> Json {
        list((0..self.library[key].items.len()).map(|index| self.term(key, index, true)))
    }

    /// A taxonomy that a template looked up.
    pub(super) fn taxonomy(&self, key: TaxonomyKey) -> Json {
        let describe = || {
            let taxonomy = &self.library[key];
            json!({
                "kind": taxonomy.kind,
                "lang": taxonomy.lang,
                "permalink": taxonomy.permalink,
                "items": self.terms(key),
            })
        };
        self.taxonomies[key.0 as usize].get_or_init(describe).clone()
    }

    /// The `paginator` of one pager.
    pub(in crate::templates) fn paginator(&self, of: &Paginator, pager: &Pager) -> Json {
        paginator(of, pager, self.pages(&pager.pages))
    }
}
