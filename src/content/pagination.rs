//! Pagers of sections and terms.

use super::{PageKey, SectionKey, TaxonomyKey};

/// What is split into pagers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaginationRoot {
    /// A section.
    Section(SectionKey),
    /// A term: its taxonomy and its place in `items`.
    Term(TaxonomyKey, usize),
}

/// Every pager of a section or term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paginator {
    /// What is split.
    pub root: PaginationRoot,
    /// Pages per pager.
    pub paginate_by: usize,
    /// Address before the number of a pager (`https://…/blog/page/`), as templates' `base_url`.
    pub base_url: String,
    /// The pagers; there is always one.
    pub pagers: Vec<Pager>,
    /// How many pages all pagers hold.
    pub total_pages: usize,
}

/// One pager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// Its number, from 1.
    pub index: usize,
    /// Its pages.
    pub pages: Vec<PageKey>,
    /// Path of its address (`/blog/page/2/`; the first has its root's).
    pub path: String,
    /// Absolute address.
    pub permalink: String,
}
