//! The server: listener and limits, one list of routes, pages from memory, media, the calendar's pages.
//!
//! Entry points: [`App`], [`routes`] and [`serve`]. A request travels `listen` → `front` (log, headers, plain path) →
//! `router` → a handler. The only room that names axum and hyper.

mod deliver;
mod encoding;
mod front;
mod headers;
mod kinds;
mod listen;
mod media;
mod pages;
mod path;
mod preconditions;
mod ranges;
mod router;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use listen::serve;
pub use pages::Site;
pub use router::routes;

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    site: ArcSwap<Site>,
}

impl App {
    /// An application that shows `site`.
    pub fn new(site: Site) -> Self {
        Self { site: ArcSwap::from_pointee(site) }
    }

    /// The site as it was last built.
    pub fn site(&self) -> Arc<Site> {
        self.site.load_full()
    }

    /// Shows another generation of the site from the next request on.
    pub fn show(&self, site: Site) {
        self.site.store(Arc::new(site));
    }
}
