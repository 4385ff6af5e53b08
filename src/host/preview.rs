//! The site as its writer sees it while writing: every page with a small script that follows the builds.
//!
//! Entry points: [`Preview`], [`preview_routes`]. What visitors get is told by `pages` and `headers`; here nothing is
//! compressed or kept by the browser, and no policy forbids what a theme does: the strict one is for the host.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CACHE_CONTROL};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;

use super::front::{self, PlainPath};
use super::headers::Lax;
use super::pages::{self, Entry};
use super::{deliver, path};
use crate::output::{Body as Stored, Output};

const SCRIPT: &str = include_str!("preview.js");
const TAG: &[u8] = b"<script src=\"/__repere/reload.js\" defer></script>";

/// What is shown, and who waits for the next build.
#[derive(Debug)]
pub struct Preview {
    site: ArcSwap<Shown>,
    news: watch::Sender<News>,
}

/// One build.
#[derive(Debug, Default)]
struct Shown {
    outputs: HashMap<String, Stored>,
    /// Files that somebody asked for, ready to be sent.
    ready: Mutex<HashMap<String, Arc<Entry>>>,
}

/// What pages are told.
#[derive(Debug, Clone, Default, serde::Serialize)]
struct News {
    build: String,
    problems: String,
}

impl Default for Preview {
    fn default() -> Self {
        Self { site: ArcSwap::default(), news: watch::channel(News::default()).0 }
    }
}

impl Preview {
    /// Shows a build from the next request on, and has open pages loaded again. `build` is another word each time.
    pub fn show(&self, outputs: &[Output], build: String) {
        let outputs = outputs.iter().map(|output| (output.path.clone(), output.body.clone())).collect();
        self.site.store(Arc::new(Shown { outputs, ready: Mutex::default() }));
        self.news.send_replace(News { build, problems: String::new() });
    }

    /// Tells what is wrong on top of every page, which stays as it was; nothing takes it away again.
    pub fn tell(&self, problems: String) {
        self.news.send_modify(|news| news.problems = problems);
    }
}

impl Shown {
    fn find(&self, path: &str) -> Option<Arc<Entry>> {
        let key = path.trim_start_matches('/');
        let key = if key.is_empty() || key.ends_with('/') { format!("{key}index.html") } else { key.to_owned() };
        let body = self.outputs.get(&key)?;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = ready.get(&key) {
            return Some(Arc::clone(entry));
        }
        let entry = match body {
            Stored::Bytes(bytes) => {
                let bytes = if key.ends_with(".html") { with_script(bytes) } else { bytes.clone() };
                Entry::made(&key, bytes, SystemTime::now())
            }
            Stored::File(file) => pages::from_disk(&key, file).ok()?,
        };
        let entry = Arc::new(entry);
        ready.insert(key, Arc::clone(&entry));
        Some(entry)
    }

    /// The page of the nearest folder for what is not there.
    fn missing(&self, path: &str) -> Arc<Entry> {
        let mut folder = path.trim_matches('/');
        loop {
            let key = if folder.is_empty() { "404.html".to_owned() } else { format!("{folder}/404.html") };
            if let Some(entry) = self.find(&key) {
                return entry;
            }
            if folder.is_empty() {
                break;
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        let page =
            "<!doctype html><meta charset=\"utf-8\"><title>repere</title><body><p>There is nothing here.</p></body>";
        Arc::new(Entry::made("404.html", with_script(&Bytes::from_static(page.as_bytes())), SystemTime::now()))
    }
}

/// Before the end of the body, or at the end of a page that leaves it out.
fn with_script(page: &[u8]) -> Bytes {
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|window| window == end).unwrap_or(page.len());
    [&page[..at], TAG, &page[at..]].concat().into()
}

/// The routes of a preview.
pub fn preview_routes(preview: Arc<Preview>) -> Router {
    Router::new()
        .route("/__repere/reload.js", get(script))
        .route("/__repere/events", get(events))
        .fallback(page)
        .with_state(preview)
}

async fn script() -> Response<Body> {
    let entry = Entry::made("reload.js", Bytes::from_static(SCRIPT.as_bytes()), SystemTime::now());
    fresh(deliver::entry(&entry, &Method::GET, &axum::http::HeaderMap::new(), None).await)
}

/// The build that is shown, now and whenever it changes.
async fn events(State(preview): State<Arc<Preview>>) -> Response<Body> {
    fresh(Sse::new(told(preview.news.subscribe())).keep_alive(KeepAlive::default()).into_response())
}

fn told(news: watch::Receiver<News>) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold((news, true), |(mut news, first)| async move {
        if !first {
            news.changed().await.ok()?;
        }
        let data = serde_json::to_string(&*news.borrow_and_update()).unwrap_or_default();
        Some((Ok(Event::default().event("build").data(data)), (news, false)))
    })
}

async fn page(State(preview): State<Arc<Preview>>, request: Request<Body>) -> Response<Body> {
    let site = preview.site.load_full();
    let plain = request.extensions().get::<PlainPath>().map_or("/", |plain| plain.0.as_str());
    let (method, headers, query) = (request.method(), request.headers(), request.uri().query());
    let response = match site.find(plain) {
        Some(_) if !matches!(*method, Method::GET | Method::HEAD) => {
            let mut response = deliver::status(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
            response
        }
        Some(entry) => deliver::entry(&entry, method, headers, query).await,
        None if !plain.ends_with('/') && site.find(&format!("{plain}/")).is_some() => {
            front::redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{}/", path::encode(plain)), query)
        }
        None => deliver::missing(Some(&site.missing(plain)), method, headers),
    };
    fresh(response)
}

/// Nothing is kept by a browser, and nothing is forbidden to it.
fn fresh(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(Lax);
    response
}

/// Whether two builds show the same.
pub fn same(
    before: &BTreeMap<String, crate::output::FileEntry>,
    now: &BTreeMap<String, crate::output::FileEntry>,
) -> bool {
    before.len() == now.len() && before.iter().zip(now).all(|((a, before), (b, now))| a == b && before.hash == now.hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_gets_the_script_and_nothing_else_does() {
        let preview = Preview::default();
        let outputs = [Output::bytes("a/index.html", "<body>x</body>", "a"), Output::bytes("a.txt", "x", "a")];
        preview.show(&outputs, "1".to_owned());
        let site = preview.site.load();
        let bytes = |path: &str| match &site.find(path).unwrap().stored {
            pages::Stored::Memory(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            pages::Stored::Disk(..) => panic!("a page is in memory"),
        };
        assert!(bytes("/a/").ends_with("</script></body>"));
        assert_eq!(bytes("/a.txt"), "x");
    }
}
