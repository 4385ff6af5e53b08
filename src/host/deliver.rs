//! Sends one entry of the site: negotiation, conditions, ranges, headers.
//!
//! Entry points: [`entry`] for what was asked, [`missing`] for the page that says there is nothing. HEAD is GET without
//! the body, header for header, except that ranges are for GET alone (RFC 9110 §14.2).

use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use bytes::Bytes;

use super::encoding::{Coding, choose};
use super::kinds::IMMUTABLE;
use super::media::{self, Source};
use super::pages::{Entry, Stored};
use super::preconditions::{Validators, Verdict, evaluate, range_still_valid};
use super::ranges::{self, Wanted};

/// The answer to a GET or HEAD of `entry`.
pub(super) async fn entry(entry: &Entry, method: &Method, headers: &HeaderMap, query: Option<&str>) -> Response<Body> {
    let coding = negotiate(entry, headers);
    let (source, etag, modified) = match open(entry, coding).await {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, "a file of the site cannot be read; build it again or send SIGHUP");
            return status(StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), entry, query, &etag, modified);
    let validators = Validators { etag: &etag, modified: Some(modified) };
    match evaluate(headers, validators) {
        Verdict::NotModified => return with_status(response, StatusCode::NOT_MODIFIED),
        Verdict::Failed => return with_status(response, StatusCode::PRECONDITION_FAILED),
        Verdict::Proceed => {}
    }
    if let Some(coding) = coding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    } else {
        response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    // A range of a compressed form would be of no use to any player: such a request gets the whole.
    let ranged =
        *method == Method::GET && coding.is_none() && range_still_valid(headers, validators, SystemTime::now());
    let range = headers.get(RANGE).and_then(|v| v.to_str().ok()).filter(|_| ranged);
    send(response, entry, source, range, *method == Method::HEAD)
}

/// The page for what is not there, with its status; conditions and ranges do not apply to it.
pub(super) fn missing(page: Option<&Entry>, method: &Method, headers: &HeaderMap) -> Response<Body> {
    let Some(Entry { stored: Stored::Memory(bytes), kind, .. }) = page else {
        return status(StatusCode::NOT_FOUND);
    };
    let coding = page.and_then(|page| negotiate(page, headers));
    let body = page.and_then(|page| form(page, coding)).unwrap_or(bytes).clone();
    let mut response = Response::new(Body::empty());
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, kind.content_type.clone());
    head.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    head.insert(VARY, HeaderValue::from_static("accept-encoding"));
    head.insert(CONTENT_LENGTH, body.len().into());
    if let Some(coding) = coding {
        head.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    if *method != Method::HEAD {
        *response.body_mut() = body.into();
    }
    with_status(response, StatusCode::NOT_FOUND)
}

/// A bare status with its name as text, for answers nobody reads as a page.
pub(super) fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{}\n", status.canonical_reason().unwrap_or_default())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_status(response, status)
}

fn with_status(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    *response.status_mut() = status;
    response
}

fn negotiate(entry: &Entry, headers: &HeaderMap) -> Option<Coding> {
    let accept = headers.get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    choose(accept, |coding| entry.forms.iter().any(|(known, _)| *known == coding))
}

fn form(entry: &Entry, coding: Option<Coding>) -> Option<&Bytes> {
    entry.forms.iter().find(|(known, _)| Some(*known) == coding).map(|(_, bytes)| bytes)
}

async fn open(entry: &Entry, coding: Option<Coding>) -> std::io::Result<(Source, String, SystemTime)> {
    match (&entry.stored, form(entry, coding)) {
        (_, Some(bytes)) => Ok((Source::Memory(bytes.clone()), entry.etag(coding), entry.modified)),
        (Stored::Memory(bytes), None) => Ok((Source::Memory(bytes.clone()), entry.etag(None), entry.modified)),
        (Stored::Disk(path, length), None) => {
            let (file, now_length, modified) = media::open(path).await?;
            // Replaced behind our back: its own validators, so that nobody joins halves of two files.
            let etag = if now_length == *length && modified == entry.modified {
                entry.etag(None)
            } else {
                let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                format!("\"{:x}-{now_length:x}\"", since.as_nanos())
            };
            Ok((Source::Disk(file, now_length), etag, modified))
        }
    }
}

/// The headers that 200, 206 and 304 have in common.
fn describe(head: &mut HeaderMap, entry: &Entry, query: Option<&str>, etag: &str, modified: SystemTime) {
    head.insert(CONTENT_TYPE, entry.kind.content_type.clone());
    let cache = if !entry.kind.page && entry.fingerprinted_by(query) { IMMUTABLE } else { entry.kind.cache };
    head.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        head.insert(ETAG, etag);
    }
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(modified)) {
        head.insert(LAST_MODIFIED, date);
    }
    if entry.kind.text {
        head.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if entry.kind.shared {
        head.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        head.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("accept-ranges, content-length, content-range, etag"),
        );
    }
}

fn send(
    mut response: Response<Body>,
    entry: &Entry,
    source: Source,
    range: Option<&str>,
    head: bool,
) -> Response<Body> {
    let length = source.len();
    let wanted = range.map_or(Wanted::Whole, |range| ranges::read(range, length));
    let (status, body, sent) = match wanted {
        Wanted::Nothing => {
            let headers = response.headers_mut();
            headers.insert(CONTENT_RANGE, value(format!("bytes */{length}")));
            headers.insert(CONTENT_LENGTH, 0.into());
            headers.remove(CONTENT_TYPE);
            return with_status(response, StatusCode::RANGE_NOT_SATISFIABLE);
        }
        Wanted::Whole => (StatusCode::OK, media::body(source, media::whole(length)), length),
        Wanted::One(range) => {
            let about = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            response.headers_mut().insert(CONTENT_RANGE, value(about));
            let sent = range.end - range.start;
            (StatusCode::PARTIAL_CONTENT, media::body(source, vec![media::Piece::Range(range)]), sent)
        }
        Wanted::Several(ranges) => {
            let boundary = format!("repere-{}", &entry.hash[..24]);
            let (pieces, sent) = media::multipart(&ranges, length, &entry.kind.content_type, &boundary);
            let about = value(format!("multipart/byteranges; boundary={boundary}"));
            response.headers_mut().insert(CONTENT_TYPE, about);
            (StatusCode::PARTIAL_CONTENT, media::body(source, pieces), sent)
        }
    };
    response.headers_mut().insert(CONTENT_LENGTH, sent.into());
    if !head {
        *response.body_mut() = body;
    }
    with_status(response, status)
}

/// A header value of our own making: digits, hexadecimal and punctuation.
fn value(text: String) -> HeaderValue {
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
