//! What the pages of calendar and staff share: the store, the templates, the clock, and how a page is answered.
//!
//! Entry points: [`Office`], [`Desk`] as an extractor of every handler, [`Desk::page`], [`Desk::message`], [`Desk::failed`].
//! Templates get projections (`calendar::view`) and translation keys, never rows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use tokio::sync::Semaphore;

use super::limits::{self, Limits};
use super::{App, deliver};
use crate::calendar::ics::Publisher;
use crate::calendar::{Epoch, Refusal, staff};
use crate::config::Loaded;
use crate::mail::{Mailer, Voice};
use crate::store::{self, Store};
use crate::templates::Context;

/// The desk behind the counter: cheap to clone. A request sees the templates and settings of one generation of the
/// site in it, from its beginning to its answer.
#[derive(Debug, Clone)]
pub struct Desk {
    inside: Arc<Inside>,
    voice: Arc<Voice>,
}

/// The room behind it, whichever generation of the site is shown: what lives longer than a request keeps this, and asks for
/// the desk of now.
#[derive(Debug, Clone)]
pub struct Office(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    store: Store,
    mailer: Mailer,
    lang: String,
    forms: Limits,
    sign_ins: Limits,
    codes: Limits,
    letters: Limits,
    hashing: Semaphore,
}

/// How an answer may be kept and passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// A public page: may be kept, must be asked for again.
    Public,
    /// Opened by a link of a mail or by a sign-in: never kept, never listed, its address never told.
    Secret,
}

impl Office {
    /// An office over an open store, which speaks as its mailer does. Its language stays that of now.
    pub fn new(store: Store, mailer: Mailer) -> Self {
        let lang = mailer.voice().settings.lang.clone();
        Self(Arc::new(Inside {
            store,
            mailer,
            lang,
            // A staff room full of people behind one address may register together.
            forms: Limits::new(40, Duration::from_secs(10)),
            sign_ins: Limits::new(10, Duration::from_secs(30)),
            // Three codes of a million are good at any time: a day of guessing finds one in five hundred.
            codes: Limits::new(6, Duration::from_secs(120)),
            letters: Limits::new(3, Duration::from_secs(600)),
            // Each takes 19 MiB and a core for a moment.
            hashing: Semaphore::new(2),
        }))
    }

    /// The desk of the site that is shown now.
    pub fn desk(&self) -> Desk {
        Desk { inside: Arc::clone(&self.0), voice: self.0.mailer.voice() }
    }
}

impl Desk {
    /// How many days before a session its participants are reminded of it.
    pub fn reminders(&self) -> Vec<u16> {
        self.loaded().repere.calendar.reminders.days().to_vec()
    }

    /// How many days after a session personal data is erased.
    pub fn keep_days(&self) -> u32 {
        self.loaded().repere.calendar.keep_days
    }

    fn loaded(&self) -> &Loaded {
        self.voice.renderer.loaded()
    }

    /// Where participants say how a session was, unless a session says otherwise.
    pub(super) fn evaluation(&self) -> String {
        self.loaded().repere.calendar.evaluation.clone()
    }

    /// Whom a connection counts as, where tries are limited: see [`limits::visitor`].
    pub(super) fn visitor(&self, peer: SocketAddr, headers: &HeaderMap) -> Option<String> {
        limits::visitor(peer, headers, &self.loaded().repere.host.trusted_proxies)
    }

    pub(super) fn store(&self) -> &Store {
        &self.inside.store
    }

    pub(super) fn mailer(&self) -> &Mailer {
        &self.inside.mailer
    }

    pub(super) fn publisher(&self) -> Publisher {
        self.voice.settings.publisher.clone()
    }

    /// Visitors reach us over TLS.
    pub(super) fn https(&self) -> bool {
        self.voice.settings.publisher.base_url.starts_with("https://")
    }

    /// The language of its pages.
    pub(super) fn lang(&self) -> &str {
        &self.inside.lang
    }

    /// Whether the theme has a template of this name.
    pub(super) fn has(&self, template: &str) -> bool {
        self.voice.renderer.has(template)
    }

    /// Yesterday in Paris, as `2026-11-21`: the last day that is over.
    pub(super) fn yesterday(&self) -> String {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC);
        jiff::Timestamp::now().to_zoned(zone).date().yesterday().unwrap_or(jiff::civil::Date::MIN).to_string()
    }

    /// Tries to send forms.
    pub(super) fn forms(&self) -> &Limits {
        &self.inside.forms
    }

    /// Tries to sign in.
    pub(super) fn sign_ins(&self) -> &Limits {
        &self.inside.sign_ins
    }

    /// What people read for a translation key; the key itself when the theme does not have it.
    pub(super) fn word(&self, key: &str) -> String {
        self.loaded().text(&self.inside.lang, key).map_or_else(|| key.to_owned(), str::to_owned)
    }

    /// Tries to show a code.
    pub(super) fn codes(&self) -> &Limits {
        &self.inside.codes
    }

    /// Letters that anybody can have written to an address.
    pub(super) fn letters(&self) -> &Limits {
        &self.inside.letters
    }

    /// The values every page has; `path` is what the menu marks as current.
    pub(super) fn context(&self, path: &str) -> Context {
        self.voice.renderer.context(&self.inside.lang, path).with("keep_days", &self.keep_days())
    }

    /// A page from a template.
    pub(super) fn page(&self, status: StatusCode, reach: Reach, template: &str, context: &Context) -> Response<Body> {
        let html = match self.voice.renderer.render(template, context) {
            Ok(html) => html,
            Err(problem) => {
                tracing::error!(template, problem = %problem.message, "a template of the theme failed");
                return deliver::status(StatusCode::INTERNAL_SERVER_ERROR);
            }
        };
        self.html(status, reach, html)
    }

    /// An answer in HTML that is already made.
    pub(super) fn html(&self, status: StatusCode, reach: Reach, html: String) -> Response<Body> {
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        reach.describe(headers);
        response
    }

    /// A calm page of one message: `calendar_message_<word>_title` and `calendar_message_<word>_text`.
    pub(super) fn message(&self, status: StatusCode, word: &str) -> Response<Body> {
        let context = self.context("/calendrier/message/").with("word", word).with("status", &status.as_u16());
        self.page(status, Reach::Secret, "calendrier/message.html", &context)
    }

    /// The page for a command that was refused, when no form can show it.
    pub(super) fn refused(&self, refusal: &Refusal) -> Response<Body> {
        let status = refused_status(refusal);
        let key = refusal.key();
        let context = self.context("/calendrier/message/").with("refusal", key).with("status", &status.as_u16());
        self.page(status, Reach::Secret, "calendrier/message.html", &context)
    }

    /// The page for an error of the store: what a person did is told, what broke is logged.
    pub(super) fn failed(&self, error: impl Into<store::Error>) -> Response<Body> {
        match error.into() {
            store::Error::Refused(refusal) => self.refused(&refusal),
            store::Error::Failed(error) => {
                tracing::error!(error = format!("{error:#}"), "the store failed");
                self.message(StatusCode::SERVICE_UNAVAILABLE, "failed")
            }
        }
    }

    /// Hashes a password away from the threads that answer.
    pub(super) async fn hash(&self, password: String) -> Option<String> {
        let _place = self.inside.hashing.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || staff::hash_password(&password)).await.ok()
    }

    /// Verifies a password away from the threads that answer; takes as long without a hash.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let Ok(_place) = self.inside.hashing.acquire().await else { return false };
        tokio::task::spawn_blocking(move || staff::verify_password(&password, hash.as_deref())).await.unwrap_or(false)
    }
}

impl Reach {
    fn describe(self, headers: &mut HeaderMap) {
        if self == Self::Public {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            return;
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
}

/// The status that goes with a refusal.
pub(super) fn refused_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Invalid(_) | Refusal::TooManySeats { .. } | Refusal::CapacityBelowTaken { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Over | Refusal::ProposalOver => StatusCode::GONE,
        Refusal::Closed | Refusal::AlreadyRegistered | Refusal::TrainerBusy { .. } | Refusal::Changed => {
            StatusCode::CONFLICT
        }
    }
}

/// After a form: the browser asks for `path` with GET, so that reloading sends nothing twice.
pub(super) fn see(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    Reach::Secret.describe(headers);
    response
}

/// Now, as the calendar counts.
pub(super) fn now() -> Epoch {
    jiff::Timestamp::now().as_second()
}

impl FromRequestParts<Arc<App>> for Desk {
    type Rejection = Response<Body>;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        app.desk().ok_or_else(|| deliver::status(StatusCode::NOT_FOUND))
    }
}
