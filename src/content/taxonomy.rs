//! Taxonomies and their terms.

use super::PageKey;
use crate::config::TaxonomyConfig;

/// A taxonomy of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonomyKey(pub u32);

/// A taxonomy in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// As configured; `slug` is set.
    pub kind: TaxonomyConfig,
    /// Its language.
    pub lang: String,
    /// Path of its list (`/tags/`).
    pub path: String,
    /// Absolute address of its list.
    pub permalink: String,
    /// Its terms, as people sort.
    pub items: Vec<Term>,
}

/// A term: spellings with the same slug are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The first spelling found.
    pub name: String,
    /// Its slug.
    pub slug: String,
    /// Path (`/tags/rust/`).
    pub path: String,
    /// Absolute address.
    pub permalink: String,
    /// Its pages, newest first (by title or path when undated).
    pub pages: Vec<PageKey>,
}

impl Taxonomy {
    /// A term by name, exactly as one of its spellings, or by slug.
    pub fn term(&self, name: &str) -> Option<&Term> {
        self.items.iter().find(|t| t.name == name).or_else(|| self.items.iter().find(|t| t.slug == name))
    }
}
