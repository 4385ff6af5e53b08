//! Coming in and going out: the first-run link, invitations, sign-in in two steps, sign-out.
//!
//! An unknown address and a wrong password get the same answer after the same time. After the password comes the code of
//! an authenticator app; who has none yet is signed in and led to `second_factor`, which [`Signed`] lets nobody pass by.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Response, StatusCode};

use super::account::device;
use super::passwords::{chosen, password_errors, show_password, untrimmed};
use super::signed::{self, Halfway};
use crate::calendar::FieldError;
use crate::calendar::form::{Fields, is_email, is_line};
use crate::host::desk::{Desk, Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::Error;

const HOME: &str = "/equipe/";

/// `GET /equipe/connexion`
pub(in crate::host) async fn sign_in_form(desk: Desk, Asked(query): Asked) -> Response<Body> {
    let done = query.get("fait") == "mot-de-passe";
    let context = with_form(desk.context("/equipe/connexion"), &Fields::default(), &[])
        .with("problem", "")
        .with("replaced", &done);
    desk.page(StatusCode::OK, Reach::Secret, "equipe/connexion.html", &context)
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
        Some(person) if person.has_second_factor => match desk.store().begin_second_step(&person.id, now()).await {
            Ok(step) => show_code(&desk, StatusCode::OK, &step, ""),
            Err(error) => desk.failed(error),
        },
        Some(person) => start(&desk, &person.id, &headers).await,
        None => show_sign_in(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, "calendar_staff_wrong_sign_in"),
    }
}

/// `POST /equipe/connexion/code`: the second step. The field `step` says whose, and ends with the first good code.
pub(in crate::host) async fn sign_in_code(desk: Desk, headers: HeaderMap, Posted(fields): Posted) -> Response<Body> {
    let step = fields.get("step");
    let person = match desk.store().second_step(step, now()).await {
        Ok(Some(person)) => person,
        Ok(None) => return show_sign_in(&desk, StatusCode::GONE, &Fields::default(), "calendar_staff_step_over"),
        Err(error) => return desk.failed(error),
    };
    if !desk.codes().allow(&person.id, Instant::now()) {
        return show_code(&desk, StatusCode::TOO_MANY_REQUESTS, step, "calendar_staff_too_many_tries");
    }
    match desk.store().accept_code(&person.id, fields.get("code"), now()).await {
        Ok(true) => start(&desk, &person.id, &headers).await,
        Ok(false) => show_code(&desk, StatusCode::UNPROCESSABLE_ENTITY, step, "calendar_staff_wrong_code"),
        Err(error) => desk.failed(error),
    }
}

/// `POST /equipe/deconnexion`
pub(in crate::host) async fn sign_out(
    Halfway(signed): Halfway,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Response<Body> {
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
    errors.extend(password_errors(&fields, &[name, &email]));
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
    let found = desk.store().invited(&token, now()).await;
    let hash = match chosen(&desk, "invitation", &token, found, &fields).await {
        Ok(hash) => hash,
        Err(response) => return response,
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
        _ if !is_line(name) => "calendar_error_characters",
        _ => return Vec::new(),
    };
    vec![FieldError { field: "name", key }]
}

fn show_sign_in(desk: &Desk, status: StatusCode, fields: &Fields, problem: &str) -> Response<Body> {
    let context =
        with_form(desk.context("/equipe/connexion"), fields, &[]).with("problem", problem).with("replaced", &false);
    desk.page(status, Reach::Secret, "equipe/connexion.html", &context)
}

fn show_code(desk: &Desk, status: StatusCode, step: &str, problem: &str) -> Response<Body> {
    let context = desk.context("/equipe/connexion").with("step", step).with("problem", problem);
    desk.page(status, Reach::Secret, "equipe/code.html", &context)
}
