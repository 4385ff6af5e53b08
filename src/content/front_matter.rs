//! Front matter as values. Parsing and its diagnostics come with [`super::load`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::InsertAnchor;

/// Metadata of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageFrontMatter {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `date`, or the date of the file name.
    pub date: Option<Date>,
    /// `updated`.
    pub updated: Option<Date>,
    /// `expires`: the moment the page goes, when the site publishes by the clock.
    pub expires: Option<Date>,
    /// `weight`.
    pub weight: Option<usize>,
    /// `draft`.
    pub draft: bool,
    /// `render`: false keeps the page out of the output, not out of the library.
    pub render: bool,
    /// `slug`, as written.
    pub slug: Option<String>,
    /// `path`, as written.
    pub path: Option<String>,
    /// `aliases`.
    pub aliases: Vec<String>,
    /// `authors`.
    pub authors: Vec<String>,
    /// `in_search_index`.
    pub in_search_index: bool,
    /// `include_in_feeds` (0.23).
    pub include_in_feeds: bool,
    /// `hidden` (0.23): not in its section's pages, feeds, sitemap or search index, but rendered. What a page does not say
    /// its section says.
    pub hidden: Option<bool>,
    /// `template`.
    pub template: Option<String>,
    /// `[taxonomies]`: terms as written, taxonomies in file order.
    pub taxonomies: Vec<(String, Vec<String>)>,
    /// `[extra]`; dates are strings.
    #[serde(with = "crate::memory::json")]
    pub extra: Map<String, Value>,
    /// Our own top-level tables (`episode`, `series`, `tool`, `video`). Rooms may enrich them before rendering.
    #[serde(with = "crate::memory::json")]
    pub facets: BTreeMap<String, Value>,
}

impl Default for PageFrontMatter {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            date: None,
            updated: None,
            expires: None,
            weight: None,
            draft: false,
            render: true,
            slug: None,
            path: None,
            aliases: Vec::new(),
            authors: Vec::new(),
            in_search_index: true,
            include_in_feeds: true,
            hidden: None,
            template: None,
            taxonomies: Vec::new(),
            extra: Map::new(),
            facets: BTreeMap::new(),
        }
    }
}

/// Metadata of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionFrontMatter {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `draft`: the whole folder is.
    pub draft: bool,
    /// `weight` among subsections.
    pub weight: usize,
    /// `template`.
    pub template: Option<String>,
    /// `page_template` of the pages below.
    pub page_template: Option<String>,
    /// `sort_by`.
    pub sort_by: SortBy,
    /// `paginate_by`.
    pub paginate_by: Option<usize>,
    /// `paginate_path`.
    pub paginate_path: String,
    /// `paginate_reversed`.
    pub paginate_reversed: bool,
    /// `insert_anchor_links`, over the site's.
    pub insert_anchor_links: Option<InsertAnchor>,
    /// `in_search_index`.
    pub in_search_index: bool,
    /// `hidden` (0.23), for itself and what is in it.
    pub hidden: Option<bool>,
    /// `render`.
    pub render: bool,
    /// `redirect_to`.
    pub redirect_to: Option<String>,
    /// `transparent`: its pages are also its parent's.
    pub transparent: bool,
    /// `generate_feeds`.
    pub generate_feeds: bool,
    /// `aliases`.
    pub aliases: Vec<String>,
    /// `[extra]`; dates are strings.
    #[serde(with = "crate::memory::json")]
    pub extra: Map<String, Value>,
    /// Our own top-level tables (`series`, …).
    #[serde(with = "crate::memory::json")]
    pub facets: BTreeMap<String, Value>,
}

impl Default for SectionFrontMatter {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            draft: false,
            weight: 0,
            template: None,
            page_template: None,
            sort_by: SortBy::None,
            paginate_by: None,
            paginate_path: "page".to_owned(),
            paginate_reversed: false,
            insert_anchor_links: None,
            in_search_index: true,
            hidden: None,
            render: true,
            redirect_to: None,
            transparent: false,
            generate_feeds: false,
            aliases: Vec::new(),
            extra: Map::new(),
            facets: BTreeMap::new(),
        }
    }
}

impl SectionFrontMatter {
    /// True when the section has pagers.
    pub fn is_paginated(&self) -> bool {
        self.paginate_by.is_some_and(|by| by > 0)
    }
}

/// `sort_by`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortBy {
    /// By path of the file, so that it is the same every time.
    #[default]
    None,
    /// Newest first.
    Date,
    /// Newest `updated` (or `date`) first.
    UpdateDate,
    /// By title, as people sort.
    Title,
    /// By title, as bytes.
    TitleBytes,
    /// Lightest first.
    Weight,
    /// By slug, as people sort.
    Slug,
    /// By permalink, as bytes.
    Permalink,
}

/// A date of a page: the text as templates see it, and what sorting needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    /// As templates see it (RFC 3339, or a day).
    pub text: String,
    /// The instant in UTC; a date without time is midnight, a local time is taken as UTC.
    pub at: jiff::Timestamp,
    /// The civil day as written.
    pub day: jiff::civil::Date,
}
