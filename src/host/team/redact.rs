//! Removing a text that must not be kept: somebody described a child in a form.

use axum::body::Body;
use axum::extract::Path;
use axum::http::Response;

use super::Signed;
use crate::host::desk::{now, see};
use crate::host::posted::Posted;

/// `POST /equipe/demandes/{id}/effacer`: the free texts of a request and what letters said of it.
pub(in crate::host) async fn request(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    match signed.desk.store().redact_request(&id, &signed.actor(), now()).await {
        Ok(()) => see("/equipe/demandes?fait=1"),
        Err(error) => signed.desk.failed(error),
    }
}
