//! What happens to every request, whatever it asks for: the onion around the router, outermost first.
//!
//! Entry point: [`answer`]. The order is: log, security headers, refusals of malformed requests, the plain path, a
//! deadline, then the router. Nothing here knows what a page or a session is.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::header::{ALLOW, CONTENT_LENGTH, HOST, LOCATION};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use axum::middleware::Next;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tower::ServiceExt as _;

use super::{deliver, headers, path};

/// A longer path is nobody's address.
const LONGEST_PATH: usize = 8 * 1024;
/// Reading a form and answering it takes no longer; a body sent drop by drop ends here.
const DEADLINE: Duration = Duration::from_secs(30);

/// The pattern of the route that answered, for the log: never the path itself, which may hold a token.
#[derive(Clone)]
pub(super) struct Route(pub(super) String);

/// The decoded path of a request.
#[derive(Clone)]
pub(super) struct PlainPath(pub(super) String);

/// Answers one request. `https` says that visitors reach us over TLS.
pub(super) async fn answer(router: Router, https: bool, request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let started = Instant::now();
    let method = request.method().clone();
    let mut response = match malformed(&request) {
        Some(status) => deliver::status(status),
        None => routed(router, request).await,
    };
    if response.extensions().get::<headers::Lax>().is_none() {
        headers::secure(response.headers_mut(), https);
    }
    if method == Method::HEAD {
        response = without_body(response);
    }
    log(&method, &response, started);
    Ok(response)
}

/// Requests that no server should try to understand.
fn malformed(request: &Request<Body>) -> Option<StatusCode> {
    let hosts = request.headers().get_all(HOST).iter().count();
    let host_missing = hosts == 0 && request.version() == Version::HTTP_11 && request.uri().host().is_none();
    if hosts > 1 || host_missing {
        return Some(StatusCode::BAD_REQUEST);
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_PATH) {
        return Some(StatusCode::URI_TOO_LONG);
    }
    match request.method().as_str() {
        "GET" | "HEAD" | "POST" | "OPTIONS" => None,
        "TRACE" | "CONNECT" | "PUT" | "DELETE" | "PATCH" => None,
        _ => Some(StatusCode::NOT_IMPLEMENTED),
    }
}

async fn routed(router: Router, mut request: Request<Body>) -> Response<Body> {
    let plain = match path::read(request.uri().path()) {
        path::Path::Plain(plain) => plain,
        path::Path::Elsewhere(to) => return redirect(StatusCode::PERMANENT_REDIRECT, &to, request.uri().query()),
        // A path nobody can have: programs get their own answer, people the site's page for what is not there.
        path::Path::Nowhere if request.uri().path().starts_with("/api/") => "/api/\u{fffd}".to_owned(),
        path::Path::Nowhere => "/\u{fffd}".to_owned(),
    };
    let target =
        request.uri().query().map_or_else(|| path::encode(&plain), |q| format!("{}?{q}", path::encode(&plain)));
    let Ok(uri) = Uri::try_from(target) else { return deliver::status(StatusCode::BAD_REQUEST) };
    *request.uri_mut() = uri;
    request.extensions_mut().insert(PlainPath(plain));
    let options = request.method() == Method::OPTIONS;
    let response = match tokio::time::timeout(DEADLINE, router.oneshot(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => deliver::status(StatusCode::REQUEST_TIMEOUT),
    };
    if options { allowed(response) } else { response }
}

/// A redirect to a path of this site, keeping the query.
pub(super) fn redirect(status: StatusCode, path: &str, query: Option<&str>) -> Response<Body> {
    let to = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut response = deliver::status(status);
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/")));
    response
}

/// OPTIONS is answered by what the route allows.
fn allowed(response: Response<Body>) -> Response<Body> {
    let Some(allow) = response.headers().get(ALLOW).cloned() else { return response };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(ALLOW, allow);
    answer
}

/// HEAD announces what GET would send.
fn without_body(mut response: Response<Body>) -> Response<Body> {
    if let Some(length) = response.body().size_hint().exact().filter(|length| *length > 0) {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert(length.into());
    }
    *response.body_mut() = Body::empty();
    response
}

/// Puts the pattern of the matched route into the answer, for the log.
pub(super) async fn name_route(request: Request<Body>, next: Next) -> Response<Body> {
    let pattern = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Some(pattern) = pattern {
        response.extensions_mut().insert(Route(pattern));
    }
    response
}

/// What a handler that panicked leaves: the cause is in the log already.
pub(super) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    tracing::error!("a handler panicked; the request was answered with 500");
    deliver::status(StatusCode::INTERNAL_SERVER_ERROR)
}

fn log(method: &Method, response: &Response<Body>, started: Instant) {
    let route = response.extensions().get::<Route>().map_or("-", |route| route.0.as_str());
    if route == "/healthz" || route == "/readyz" {
        return;
    }
    let length = response.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let bytes = length.or_else(|| response.body().size_hint().exact()).unwrap_or_default();
    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(
        method = %method,
        route,
        status = response.status().as_u16(),
        bytes,
        duration_ms = (duration_ms * 100.0).round() / 100.0,
        "answered"
    );
}

/// The body of a hyper connection as axum knows bodies.
pub(super) fn body(incoming: hyper::body::Incoming) -> Body {
    Body::new(incoming.map_err(axum::Error::new))
}
