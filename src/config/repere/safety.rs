//! `[safety]`: which publication checks a site asks for. All are off for a plain Zola site.

use serde::{Deserialize, Serialize};

/// `[safety]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Most kilobytes of a text page (HTML, style sheets and scripts, compressed); 0 does not look.
    pub page_budget_kb: u64,
    /// Links of the file system in `content`, `episodes` and `static` stay inside the site's folder.
    pub inside: bool,
    /// Paths that the host answers for: links to them need no file.
    pub host_paths: Vec<String>,
}

impl Default for Safety {
    fn default() -> Self {
        Self {
            links: false,
            accessibility: false,
            words: false,
            services: false,
            media: false,
            page_budget_kb: 0,
            inside: false,
            host_paths: ["calendrier", "calendrier.ics", "ecoutes.csv", "ecoutes.json", "equipe"]
                .map(str::to_owned)
                .to_vec(),
        }
    }
}
