//! The feeds of the podcast, for people and for hubs.
//!
//! Entry points: [`person`], which leads a browser that opens a feed to the page that says what to do with it, and
//! [`websub::tell`](super::websub::tell) for hubs. Browsers no longer show a feed as a page, and the style sheets that
//! made one of it (XSLT) are leaving them: whoever follows a link to a feed would see code or be asked to save a file.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::pages::{Entry, Site};
use super::{front, path};

/// Where the page says how to subscribe.
const ANCHOR: &str = "#s-abonner";

/// The way to the series' page, for a person who opens its feed in a browser; `?xml` shows the feed itself. Apps and
/// directories never send what browsers say of themselves when a person follows a link.
pub(super) fn person(
    site: &Site,
    plain: &str,
    entry: &Entry,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Option<Response<Body>> {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|header| header.as_bytes() == value.as_bytes());
    if !says("sec-fetch-dest", "document") || !says("sec-fetch-mode", "navigate") || query == Some("xml") {
        return None;
    }
    let folder = &plain[..=plain.rfind('/')?];
    if !is_feed(plain, entry) || site.find(folder).is_none() {
        return None;
    }
    let mut response = front::redirect(StatusCode::SEE_OTHER, &format!("{}{ANCHOR}", path::encode(folder)), None);
    let headers = response.headers_mut();
    // An app must never get this answer from a cache.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("sec-fetch-dest, sec-fetch-mode"));
    Some(response)
}

/// True for a feed of the podcast.
pub(super) fn is_feed(plain: &str, entry: &Entry) -> bool {
    plain.trim_start_matches('/').starts_with("podcast/")
        && entry.kind.content_type.as_bytes().starts_with(b"application/rss+xml")
}
