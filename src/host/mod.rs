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

use arc_swap::ArcSwap;

pub use listen::serve;
pub use pages::Site;
pub use router::routes;

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    /// The site as it was last built; replaced as a whole.
    pub site: ArcSwap<Site>,
}
