//! `[safety]`: which publication checks a site asks for. All are off for a plain Zola site.

use serde::{Deserialize, Serialize};

/// `[safety]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Safety {
    /// Every link, image and fragment of every output leads somewhere.
    pub links: bool,
    /// Alternatives, titles, headings, labels, captions.
    pub accessibility: bool,
    /// Words the site avoids, and words of the subject on discreet pages.
    pub words: bool,
    /// Help services are sourced, dated and shown on every page.
    pub services: bool,
    /// Media exist and have their text alternatives.
    pub media: bool,
    /// Most kilobytes of a text page (HTML and style sheets); 0 does not look.
    pub page_budget_kb: u64,
}
