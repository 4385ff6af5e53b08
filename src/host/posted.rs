//! What came with a request: the fields of a form, or those of a query.
//!
//! Entry points: the extractors [`Posted`] and [`Asked`]. A form that cannot be read is answered with a calm page.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use url::form_urlencoded;

use super::App;
use super::desk::Desk;
use crate::calendar::form::Fields;

/// More fields than any form of ours has.
const MOST_FIELDS: usize = 200;

/// The fields of a submitted form.
#[derive(Debug)]
pub(super) struct Posted(pub(super) Fields);

/// The fields of the query.
#[derive(Debug)]
pub(super) struct Asked(pub(super) Fields);

impl FromRequest<Arc<App>> for Posted {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let desk = Desk::from_request_parts(&mut parts, app).await?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        if let Some(visitor) = peer.and_then(|peer| desk.visitor(peer, &parts.headers))
            && !desk.forms().allow(&visitor, Instant::now())
        {
            return Err(desk.message(StatusCode::TOO_MANY_REQUESTS, "too_often"));
        }
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(desk.message(StatusCode::UNSUPPORTED_MEDIA_TYPE, "malformed"));
        }
        let bytes = Bytes::from_request(Request::from_parts(parts, body), app).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => desk.message(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
                _ => desk.message(StatusCode::BAD_REQUEST, "malformed"),
            }
        })?;
        Ok(Self(fields(&bytes)))
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(fields(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

fn fields(encoded: &[u8]) -> Fields {
    Fields(form_urlencoded::parse(encoded).into_owned().take(MOST_FIELDS).collect())
}
