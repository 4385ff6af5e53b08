//! Every route of the server, in one list; the pages of the site answer what the list does not name.
//!
//! Entry point: [`routes`].

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{ALLOW, CACHE_CONTROL};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use super::App;
use super::front::{self, PlainPath, Route};
use super::{deliver, path};

/// No form of ours is larger.
const LARGEST_FORM: usize = 64 * 1024;

/// The list.
pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route_layer(middleware::from_fn(front::name_route))
        .fallback(page)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(CatchPanicLayer::custom(front::panicked))
        .with_state(app)
}

/// The process lives.
async fn alive() -> Response<Body> {
    plain(StatusCode::OK, "ok\n")
}

/// The site is loaded and can be shown.
async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    if app.site().is_empty() {
        plain(StatusCode::SERVICE_UNAVAILABLE, "no site\n")
    } else {
        plain(StatusCode::OK, "ok\n")
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page or file of the site; its other spellings lead to it.
async fn page(State(app): State<Arc<App>>, request: Request<Body>) -> Response<Body> {
    let site = app.site();
    let plain = request.extensions().get::<PlainPath>().map_or("/", |plain| plain.0.as_str());
    let (method, headers, query) = (request.method(), request.headers(), request.uri().query());
    let folder = plain.strip_suffix("index.html").filter(|folder| folder.ends_with('/'));
    let mut response = match (site.find(plain), folder) {
        (Some(_), _) if !matches!(*method, Method::GET | Method::HEAD) => not_allowed(),
        (Some(_), Some(folder)) => front::redirect(StatusCode::PERMANENT_REDIRECT, &path::encode(folder), query),
        (Some(entry), None) => deliver::entry(entry, method, headers, query).await,
        (None, _) if !plain.ends_with('/') && site.find(&format!("{plain}/")).is_some() => {
            let folder = format!("{}/", path::encode(plain));
            front::redirect(StatusCode::PERMANENT_REDIRECT, &folder, query)
        }
        (None, _) => deliver::missing(site.not_found(plain), method, headers),
    };
    let known = response.status() != StatusCode::NOT_FOUND;
    response.extensions_mut().insert(Route(if known { plain.to_owned() } else { "(missing)".to_owned() }));
    response
}

fn not_allowed() -> Response<Body> {
    let mut response = deliver::status(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}
