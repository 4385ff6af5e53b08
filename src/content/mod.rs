//! The library of a site: sections, pages, taxonomies and pagers, as values that know each other by cheap keys.
//!
//! Entry point: [`load`], which reads `content/` (and `episodes/`, mounted at `podcast/`) and gives a [`Library`] whose
//! Markdown is not rendered yet: [`crate::markdown::render_library`] fills [`Rendered`] in. No template is known here.

mod assemble;
mod cascade;
mod data_pages;
mod dates;
mod facet;
mod fallback;
mod files;
mod front_matter;
mod html;
mod kept;
mod library;
mod load;
mod node;
mod pagination;
mod parse;
mod raw;
pub mod schedule;
pub mod services;
mod sort;
mod taxonomy;
mod texts;
mod words;

pub use facet::Facet;
pub use front_matter::{Date, PageFrontMatter, SectionFrontMatter, SortBy};
pub use html::Html;
pub use kept::{Kept, Texts};
pub use library::{Library, Node, PageKey, SectionKey};
pub use load::{load, load_with, read_front_matter, recalled_page, recalled_section, reread};
pub use node::{Asset, BodyPrints, FileInfo, Heading, InternalLink, Page, Rendered, Section};
pub use pagination::{Pager, PaginationRoot, Paginator};
pub use raw::Raw;
pub use sort::sort_pages;
pub use taxonomy::{Taxonomy, TaxonomyKey, Term};
pub use words::reading;

/// What a caller may ask of [`load`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Keep drafts.
    pub drafts: bool,
    /// `expires` counts (see [`schedule`], which uses it).
    pub schedule: bool,
    /// What a language lacks is borrowed from the default language.
    pub fallback: bool,
    /// Links of the file system that lead out of the site are refused, not only told.
    pub inside: bool,
}
