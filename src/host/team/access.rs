//! Coming in and going out: the first-run link, invitations, sign-in, sign-out.
//!
//! An unknown address and a wrong password get the same answer after the same time.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Response, StatusCode};

use super::account::device;
use super::signed::{self, Signed};
use crate::calendar::form::{Fields, is_email};
use crate::calendar::{FieldError, staff};
use crate::host::desk::{Desk, Reach, now, see};
use crate::host::posted::Posted;
use crate::host::values::with_form;
use crate::store::Error;

const HOME: &str = "/equipe/";

/// `GET /equipe/connexion`
pub(in crate::host) async fn sign_in_form(desk: Desk) -> Response<Body> {
    show_sign_in(&desk, StatusCode::OK, &Fields::default(), "")
}

/// `POST /equipe/connexion`
pub(in crate::host) async fn sign_in(
    desk: Desk,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Response<Body> {
    let email = fields.get("email").to_lowercase();
    let visitor = desk.visitor(peer, &headers).unwrap_or_default();
    let instant = Instant::now();
    let allowed = desk.sign_ins().allow(&format!("who {email}"), instant)
        && (visitor.is_empty() || desk.sign_ins().allow(&format!("from {visitor}"), instant));
    if !allowed {
        return show_sign_in(&desk, StatusCode::TOO_MANY_REQUESTS, &fields, "calendar_staff_too_many_tries");
    }
    let found = match desk.store().staff_by_email(&email).await {
        Ok(found) => found,
        Err(error) => return desk.failed(error),
    };
    let (person, hash) = found.map_or((None, None), |(person, hash)| (Some(person), hash));
    // Spaces at the ends may be part of a password: taken as typed, not trimmed.
    let good = desk.verify(untrimmed(&fields, "password").to_owned(), hash).await;
    match person.filter(|person| good && person.active) {
        Some(person) => start(&desk, &person.id, &headers).await,
        None => show_sign_in(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, "calendar_staff_wrong_sign_in"),
    }
}

/// `POST /equipe/deconnexion`
pub(in crate::host) async fn sign_out(signed: Signed, headers: HeaderMap, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    if let Some(token) = signed::token(&headers, &signed.desk)
        && let Err(error) = signed.desk.store().sign_out(&token).await
    {
        return signed.desk.failed(error);
    }
    let mut response = see("/equipe/connexion");
    response.headers_mut().insert(SET_COOKIE, signed::no_cookie(&signed.desk));
    response
}

/// `GET /equipe/premier-acces/{token}`
pub(in crate::host) async fn bootstrap(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    match desk.store().is_bootstrap(&token, now()).await {
        Ok(true) => show_password(&desk, "premier-acces", &token, "", &Fields::default(), &[]),
        Ok(false) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// `POST /equipe/premier-acces/{token}`: the first coordinator.
pub(in crate::host) async fn complete_bootstrap(
    desk: Desk,
    Path(token): Path<String>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Response<Body> {
    match desk.store().is_bootstrap(&token, now()).await {
        Ok(true) => {}
        Ok(false) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    }
    let (name, email) = (fields.get("name"), fields.get("email").to_lowercase());
    let mut errors = name_errors(name);
    if !is_email(&email) {
        errors.push(FieldError { field: "email", key: "calendar_error_email" });
    }
    errors.extend(password_errors(&fields));
    if !errors.is_empty() {
        return show_password(&desk, "premier-acces", &token, "", &fields, &errors);
    }
    let Some(hash) = desk.hash(untrimmed(&fields, "password").to_owned()).await else {
        return desk.message(StatusCode::SERVICE_UNAVAILABLE, "failed");
    };
    match desk.store().complete_bootstrap(&token, name, &email, &hash, now()).await {
        Ok(person) => start(&desk, &person.id, &headers).await,
        Err(Error::Refused(_)) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// `GET /equipe/invitation/{token}`
pub(in crate::host) async fn invitation(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    match desk.store().invited(&token, now()).await {
        Ok(Some(person)) => show_password(&desk, "invitation", &token, &person.name, &Fields::default(), &[]),
        Ok(None) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// `POST /equipe/invitation/{token}`: the first password of somebody invited.
pub(in crate::host) async fn accept_invitation(
    desk: Desk,
    Path(token): Path<String>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Response<Body> {
    let person = match desk.store().invited(&token, now()).await {
        Ok(Some(person)) => person,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    let errors = password_errors(&fields);
    if !errors.is_empty() {
        return show_password(&desk, "invitation", &token, &person.name, &fields, &errors);
    }
    let Some(hash) = desk.hash(untrimmed(&fields, "password").to_owned()).await else {
        return desk.message(StatusCode::SERVICE_UNAVAILABLE, "failed");
    };
    match desk.store().accept_invitation(&token, &hash, now()).await {
        Ok(person) => start(&desk, &person.id, &headers).await,
        Err(Error::Refused(_)) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// A new sign-in: a new token, never one the browser brought.
async fn start(desk: &Desk, person: &str, headers: &HeaderMap) -> Response<Body> {
    let agent = device(headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default());
    match desk.store().sign_in(person, &agent, now()).await {
        Ok(token) => {
            let mut response = see(HOME);
            response.headers_mut().insert(SET_COOKIE, signed::cookie(desk, &token));
            response
        }
        Err(error) => desk.failed(error),
    }
}

pub(super) fn name_errors(name: &str) -> Vec<FieldError> {
    let key = match name.chars().count() {
        0 => "calendar_error_required",
        121.. => "calendar_error_long",
        _ if name.chars().any(char::is_control) => "calendar_error_characters",
        _ => return Vec::new(),
    };
    vec![FieldError { field: "name", key }]
}

fn password_errors(fields: &Fields) -> Vec<FieldError> {
    let password = untrimmed(fields, "password");
    if let Some(key) = staff::password_problem(password) {
        return vec![FieldError { field: "password", key }];
    }
    if password != untrimmed(fields, "password_again") {
        return vec![FieldError { field: "password_again", key: "calendar_error_password_again" }];
    }
    Vec::new()
}

fn untrimmed<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn show_sign_in(desk: &Desk, status: StatusCode, fields: &Fields, problem: &str) -> Response<Body> {
    let context = with_form(desk.context("/equipe/connexion"), fields, &[]).with("problem", problem);
    desk.page(status, Reach::Secret, "equipe/connexion.html", &context)
}

fn show_password(
    desk: &Desk,
    way: &str,
    token: &str,
    name: &str,
    fields: &Fields,
    errors: &[FieldError],
) -> Response<Body> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let context = with_form(desk.context("/equipe/premier-acces/"), fields, errors)
        .with("way", way)
        .with("token", token)
        .with("name", name);
    desk.page(status, Reach::Secret, "equipe/mot-de-passe.html", &context)
}
