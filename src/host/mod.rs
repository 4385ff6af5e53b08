//! The server: listener and limits, one list of routes, pages from memory, media, the calendar's pages.
//!
//! Entry points: [`App`], [`routes`] and [`serve`]. A request travels `listen` → `front` (log, headers, plain path) →
//! `router` → a handler: `router` itself for pages and files, `visitors` for the calendar, `team` for the staff area. The only room that names axum and hyper.

mod api;
mod counts;
mod deliver;
mod desk;
mod encoding;
mod front;
mod guests;
mod headers;
mod kinds;
mod limits;
mod listen;
mod media;
mod pages;
mod path;
mod period;
mod podcast;
mod posted;
mod preconditions;
mod preview;
mod ranges;
mod router;
mod search;
mod team;
mod values;
mod visitors;
pub mod websub;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use counts::Counts;
pub use desk::Desk;
pub use listen::{Door, serve};
pub use pages::Site;
pub use preview::{Preview, preview_routes, same};
pub use router::routes;

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    site: ArcSwap<Site>,
    desk: Option<Desk>,
    counts: Counts,
}

impl App {
    /// An application that shows `site`, and the calendar when there is a desk.
    pub fn new(site: Site, desk: Option<Desk>) -> Self {
        Self { site: ArcSwap::from_pointee(site), desk, counts: Counts::default() }
    }

    /// The site as it was last built.
    pub fn site(&self) -> Arc<Site> {
        self.site.load_full()
    }

    /// What is being counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Shows another generation of the site from the next request on.
    pub fn show(&self, site: Site) {
        self.site.store(Arc::new(site));
    }
}
