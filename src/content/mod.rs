//! The library of a site: sections, pages, taxonomies and pagers, as values that know each other by cheap keys.
//!
//! Entry point: [`load`], which reads `content/` (and `episodes/`, mounted at `podcast/`) and gives a [`Library`] whose
//! Markdown is not rendered yet: [`crate::markdown::render_library`] fills [`Rendered`] in. No template is known here.

mod front_matter;
mod library;
mod node;
mod pagination;
mod taxonomy;

use std::path::Path;

use crate::config::Config;
use crate::diagnostic::Diagnostic;

pub use front_matter::{Date, PageFrontMatter, SectionFrontMatter, SortBy};
pub use library::{Library, Node, PageKey, SectionKey};
pub use node::{Asset, FileInfo, Heading, InternalLink, Page, Rendered, Section};
pub use pagination::{Pager, PaginationRoot, Paginator};
pub use taxonomy::{Taxonomy, TaxonomyKey, Term};

/// What a caller may ask of [`load`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Keep drafts.
    pub drafts: bool,
}

/// Reads everything under `root` that is content. All problems come back together.
pub fn load(root: &Path, config: &Config, options: Options) -> (Library, Vec<Diagnostic>) {
    let _ = (root, config, options);
    (Library::default(), vec![Diagnostic::error("content loading is not there yet")])
}
