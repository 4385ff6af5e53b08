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

use crate::config;
use crate::mail::{Mailer, Voice};

pub use counts::Counts;
pub use desk::{Desk, Office};
pub use listen::{Door, serve};
pub use pages::Site;
pub use preview::{Preview, preview_routes, same};
pub use router::routes;

/// All that one build of the site decides: its files, its templates with the settings of mail and calendar, how many may
/// come. It is replaced as a whole.
#[derive(Debug)]
pub struct Generation {
    /// Its files.
    pub site: Arc<Site>,
    /// Its templates and settings.
    pub voice: Arc<Voice>,
    /// How many may come, and which proxies speak for others.
    pub limits: Arc<config::repere::Host>,
}

/// The generation that is shown. Whoever serves reads it here: one store switches everything.
#[derive(Debug, Clone)]
pub struct Shown(Arc<ArcSwap<Generation>>);

impl Shown {
    /// Shows the first generation.
    pub fn new(first: Generation) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(first)))
    }

    /// Shows another one from the next request, letter and connection on.
    pub fn show(&self, next: Generation) {
        self.0.store(Arc::new(next));
    }

    /// What is shown now.
    pub fn now(&self) -> Arc<Generation> {
        self.0.load_full()
    }

    /// A mailer that speaks as the generation that is shown.
    pub fn mailer(&self) -> Mailer {
        let shown = self.clone();
        Mailer::new(move || Arc::clone(&shown.now().voice))
    }

    /// A door with the limits of the generation that is shown.
    pub fn door(&self, https: bool) -> Door {
        let shown = self.clone();
        Door::new(https, move || Arc::clone(&shown.now().limits))
    }

    /// An application that shows it.
    pub fn app(&self, office: Option<Office>) -> App {
        let shown = self.clone();
        App::new(move || Arc::clone(&shown.now().site), office)
    }
}

/// What the handlers share.
pub struct App {
    site: Arc<dyn Fn() -> Arc<Site> + Send + Sync>,
    office: Option<Office>,
    counts: Counts,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("office", &self.office).field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl App {
    /// An application that asks before each answer which site is shown, and the calendar when there is an office.
    pub fn new(site: impl Fn() -> Arc<Site> + Send + Sync + 'static, office: Option<Office>) -> Self {
        Self { site: Arc::new(site), office, counts: Counts::default() }
    }

    /// An application of one site.
    pub fn of(site: Site, office: Option<Office>) -> Self {
        let site = Arc::new(site);
        Self::new(move || Arc::clone(&site), office)
    }

    /// The desk of the site that is shown now.
    fn desk(&self) -> Option<Desk> {
        self.office.as_ref().map(Office::desk)
    }

    /// The site as it is shown now.
    pub fn site(&self) -> Arc<Site> {
        (self.site)()
    }

    /// What is being counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}
