//! Problems in the form of RFC 9457: a status, a stable code for programs, a sentence for people.
//!
//! Entry points: [`Problem`] and [`not_there`].

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::calendar::{FieldError, Refusal};
use crate::host::desk::{Desk, refused_status};
use crate::store;

/// What went wrong.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
}

/// One value of the request that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Wrong {
    /// Where it is: a JSON pointer into the body, or the name of a parameter.
    pub(super) pointer: String,
    /// Stable, for programs.
    pub(super) code: String,
    /// A sentence, for people.
    pub(super) detail: String,
}

impl Problem {
    /// A problem of this status with its code.
    pub(super) fn new(status: StatusCode, code: &str) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            code: code.to_owned(),
            detail: String::new(),
            errors: Vec::new(),
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Every value that is wrong, at once.
    pub(super) fn wrong(status: StatusCode, errors: Vec<Wrong>) -> Self {
        Self { errors, ..Self::new(status, "invalid") }
    }

    /// Fields that the calendar's forms refuse too: the same rules, the same words.
    pub(super) fn fields(desk: &Desk, errors: &[FieldError]) -> Self {
        let wrong = |error: &FieldError| Wrong {
            pointer: pointer(error.field),
            code: code_of(error.key),
            detail: desk.word(error.key),
        };
        Self::wrong(StatusCode::UNPROCESSABLE_ENTITY, errors.iter().map(wrong).collect())
    }

    /// What the rules refuse, or that the store failed (which is logged, not told).
    pub(super) fn of(desk: &Desk, error: impl Into<store::Error>) -> Self {
        match error.into() {
            store::Error::Refused(Refusal::Invalid(errors)) => Self::fields(desk, &errors),
            store::Error::Refused(refusal) => {
                Self::new(refused_status(&refusal), &code_of(refusal.key())).detail(desk.word(refusal.key()))
            }
            store::Error::Failed(error) => {
                tracing::error!(error = format!("{error:#}"), "the store failed");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "failed").detail(desk.word("calendar_message_failed_text"))
            }
        }
    }

    /// As an answer.
    pub(super) fn answer(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::from(serde_json::to_string(&self).unwrap_or_default()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
        }
        response
    }
}

/// Any other address below `/api/`.
pub(in crate::host) async fn not_there(desk: Desk) -> Response<Body> {
    nothing(&desk).answer()
}

pub(super) fn nothing(desk: &Desk) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found").detail(desk.word("calendar_api_not_found"))
}

/// `required` of `calendar_error_required`.
fn code_of(key: &str) -> String {
    let code = key.strip_prefix("calendar_error_").or_else(|| key.strip_prefix("calendar_refused_"));
    code.unwrap_or(key).to_owned()
}

/// Where the member of a field stands: the days that would suit are a list.
fn pointer(field: &str) -> String {
    let place = |prefix: &str| field.strip_prefix(prefix).and_then(|number| number.parse::<usize>().ok());
    match (place("wish_"), place("half_")) {
        (Some(number @ 1..), _) => format!("/wishes/{}/date", number - 1),
        (_, Some(number @ 1..)) => format!("/wishes/{}/half", number - 1),
        _ => format!("/{field}"),
    }
}
