//! Registrations and requests from other programs: the same forms, rules and messages as the pages, as JSON.
//!
//! Every POST carries an `Idempotency-Key`: the same key with the same body gets the same answer and does nothing twice;
//! with another body it is refused. As on the pages, the answer never tells whether an address is known: the mail does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, Path, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::problem::{Problem, Wrong, nothing};
use crate::calendar::form::{self, Fields};
use crate::calendar::{Actor, Command, Refusal, Shown, french};
use crate::host::App;
use crate::host::desk::{Desk, now};
use crate::store::Error;

const REGISTRATION: &[&str] = &["name", "email", "function", "organisation", "departement", "seats", "needs"];
const REQUEST: &[&str] =
    &["organisation", "name", "email", "function", "departement", "audience", "headcount", "need", "preferred", WISHES];
/// Days that would suit, the first the best.
const WISHES: &str = "wishes";
/// As many as the form of the page has.
const MOST_WISHES: usize = 3;
/// Members that are whole numbers; the others are texts.
const NUMBERS: &[&str] = &["seats", "headcount"];

/// What came: the members of a JSON object, under a key that makes sending it again harmless.
pub(in crate::host) struct Sent {
    desk: Desk,
    key: String,
    members: Map<String, Value>,
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let desk = <Desk as axum::extract::FromRequestParts<_>>::from_request_parts(&mut parts, app).await?;
        read(&desk, parts.headers.clone(), peer(&parts), Request::from_parts(parts, body), app)
            .await
            .map(|(key, members)| Self { desk, key, members })
            .map_err(Problem::answer)
    }
}

/// `POST /api/v1/sessions/{id}/registrations`
pub(in crate::host) async fn register(Path(id): Path<String>, sent: Sent) -> Response<Body> {
    let desk = &sent.desk;
    match desk.store().session(&id).await {
        Ok(Some(listed)) if listed.session.is_listed() => {}
        Ok(_) => return nothing(desk).answer(),
        Err(error) => return Problem::of(desk, error).answer(),
    }
    let registration =
        sent.fields(REGISTRATION, &id).and_then(|fields| form::registration(&id, &fields).map_err(|e| sent.wrong(&e)));
    let command = match registration {
        Ok(registration) => Command::Register(registration),
        Err(problem) => return problem.answer(),
    };
    match desk.store().execute(&command, &Actor::Visitor, now()).await {
        Ok(outcome) => taken(&json!({"state": outcome.shown}), outcome.repeated),
        // The mail tells; the answer must not say whose address is known.
        Err(Error::Refused(Refusal::AlreadyRegistered)) => {
            let full = matches!(desk.store().session(&id).await, Ok(Some(listed)) if listed.seats.is_full());
            taken(&json!({"state": if full { Shown::Waiting } else { Shown::Held }}), false)
        }
        Err(error) => Problem::of(desk, error).answer(),
    }
}

/// `POST /api/v1/requests`
pub(in crate::host) async fn request(sent: Sent) -> Response<Body> {
    let request = sent.fields(REQUEST, "").and_then(|fields| {
        form::request(&fields, french::civil(now(), "Europe/Paris").date()).map_err(|e| sent.wrong(&e))
    });
    let command = match request {
        Ok(request) => Command::SendRequest(Box::new(request)),
        Err(problem) => return problem.answer(),
    };
    match sent.desk.store().execute(&command, &Actor::Visitor, now()).await {
        Ok(outcome) => taken(&json!({"state": outcome.shown}), outcome.repeated),
        Err(error) => Problem::of(&sent.desk, error).answer(),
    }
}

impl Sent {
    /// The members as the fields of the page's form. `place` says what the key is for: one key for two sessions is two.
    fn fields(&self, known: &[&str], place: &str) -> Result<Fields, Problem> {
        let mut errors = Vec::new();
        let mut fields = vec![("submission".to_owned(), digest(&[&self.key, place])[..40].to_owned())];
        for (name, value) in &self.members {
            let number = NUMBERS.contains(&name.as_str());
            let wrong = |key: &str| Wrong {
                pointer: format!("/{}", name.replace('~', "~0").replace('/', "~1")),
                code: key.trim_start_matches("calendar_").trim_start_matches("error_").to_owned(),
                detail: self.desk.word(key),
            };
            match value {
                _ if !known.contains(&name.as_str()) => errors.push(wrong("calendar_api_unknown")),
                Value::Array(days) if name == WISHES => match wishes(days) {
                    Some(wishes) => fields.extend(wishes),
                    None => errors.push(wrong("calendar_api_type")),
                },
                _ if name == WISHES => errors.push(wrong("calendar_api_type")),
                Value::String(text) if !number => fields.push((name.clone(), text.clone())),
                Value::Number(value) if number && value.is_u64() => fields.push((name.clone(), value.to_string())),
                _ => errors.push(wrong("calendar_api_type")),
            }
        }
        if errors.is_empty() {
            Ok(Fields(fields))
        } else {
            Err(Problem::wrong(StatusCode::UNPROCESSABLE_ENTITY, errors))
        }
    }

    fn wrong(&self, errors: &[crate::calendar::FieldError]) -> Problem {
        Problem::fields(&self.desk, errors)
    }
}

/// Days that would suit as the fields of the form: `[{"date": "2027-03-04", "half": "morning"}]`.
fn wishes(days: &[Value]) -> Option<Vec<(String, String)>> {
    if days.len() > MOST_WISHES {
        return None;
    }
    let mut fields = Vec::new();
    for (number, day) in (1..).zip(days) {
        let day = day.as_object().filter(|day| day.contains_key("date"))?;
        for (name, value) in day {
            let field = match name.as_str() {
                "date" => format!("wish_{number}"),
                "half" => format!("half_{number}"),
                _ => return None,
            };
            fields.push((field, value.as_str().filter(|text| !text.trim().is_empty())?.to_owned()));
        }
    }
    Some(fields)
}

fn peer(parts: &axum::http::request::Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0)
}

async fn read(
    desk: &Desk,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
    request: Request,
    app: &Arc<App>,
) -> Result<(String, Map<String, Value>), Problem> {
    let visitor = peer.and_then(|peer| desk.visitor(peer, &headers));
    if visitor.is_some_and(|visitor| !desk.forms().allow(&visitor, Instant::now())) {
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_often"));
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let essence = header(CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/json" {
        let told = desk.word("calendar_api_media_type");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type").detail(told));
    }
    // RFC 8941 writes it as a string in quotes; many clients leave them out.
    let key = header("idempotency-key").trim_matches('"').to_owned();
    if !(8..=128).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key").detail(desk.word("calendar_api_key")));
    }
    let bytes =
        Bytes::from_request(request, app).await.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            _ => Problem::new(StatusCode::BAD_REQUEST, "malformed"),
        })?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(members)) => {
            let same = desk.store().same_content(&digest(&[&key]), &fingerprint(&members), now()).await;
            match same {
                Ok(true) => Ok((key, members)),
                Ok(false) => {
                    let told = desk.word("calendar_api_key_used");
                    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_used").detail(told))
                }
                Err(error) => Err(Problem::of(desk, error)),
            }
        }
        Ok(_) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "type").detail(desk.word("calendar_api_type"))),
        Err(error) => Err(Problem::new(StatusCode::BAD_REQUEST, "malformed").detail(error.to_string())),
    }
}

/// 202: it is taken; the mail asks for a confirmation or says how things stand.
fn taken(value: &Value, repeated: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{value}\n")));
    *response.status_mut() = StatusCode::ACCEPTED;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if repeated {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// The same members in another order are the same content.
fn fingerprint(members: &Map<String, Value>) -> String {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    digest(&[&serde_json::to_string(&sorted).unwrap_or_default()])
}

fn digest(parts: &[&str]) -> String {
    hex::encode(Sha256::digest(parts.join("\n").as_bytes()))
}
