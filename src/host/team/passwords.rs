//! Passwords that are replaced: forgotten ones by a link, known ones on the account page.
//!
//! Asking for a link gets the same page whether or not the address is somebody's; the letter tells. A link lives ten
//! minutes, works once, ends every sign-in and leaves the second step as it was.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path};
use axum::http::{HeaderMap, Response, StatusCode};

use super::{Signed, account};
use crate::calendar::form::{Fields, is_email};
use crate::calendar::{FieldError, Refusal, Staff, staff};
use crate::host::desk::{Desk, Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::Error;

/// `GET /equipe/mot-de-passe`; `?envoye=1` after the form.
pub(in crate::host) async fn forgotten(desk: Desk, Asked(query): Asked) -> Response<Body> {
    show_forgotten(&desk, StatusCode::OK, &Fields::default(), &[], !query.get("envoye").is_empty())
}

/// `POST /equipe/mot-de-passe`
pub(in crate::host) async fn ask(
    desk: Desk,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Response<Body> {
    let email = fields.get("email").to_lowercase();
    if !is_email(&email) {
        let errors = [FieldError { field: "email", key: "calendar_error_email" }];
        return show_forgotten(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors, false);
    }
    let visitor = desk.visitor(peer, &headers).unwrap_or_default();
    let instant = Instant::now();
    // Three letters at once, then one every ten minutes: nobody's mailbox is filled.
    let allowed = desk.letters().allow(&format!("reset {email}"), instant)
        && (visitor.is_empty() || desk.sign_ins().allow(&format!("from {visitor}"), instant));
    if allowed && let Err(error) = desk.store().ask_reset(&email, now()).await {
        return desk.failed(error);
    }
    see("/equipe/mot-de-passe?envoye=1")
}

/// `GET /equipe/mot-de-passe/{token}`
pub(in crate::host) async fn reset_form(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    match desk.store().reset_by_token(&token, now()).await {
        Ok(Some(person)) => show_password(&desk, "mot-de-passe", &token, &person.name, &Fields::default(), &[]),
        Ok(None) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// `POST /equipe/mot-de-passe/{token}`
pub(in crate::host) async fn replace(desk: Desk, Path(token): Path<String>, Posted(fields): Posted) -> Response<Body> {
    let found = desk.store().reset_by_token(&token, now()).await;
    let hash = match chosen(&desk, "mot-de-passe", &token, found, &fields).await {
        Ok(hash) => hash,
        Err(response) => return response,
    };
    match desk.store().reset_password(&token, &hash, now()).await {
        Ok(()) => see("/equipe/connexion?fait=mot-de-passe"),
        Err(Error::Refused(Refusal::NotFound)) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// The hash of the password that somebody chose by a link of a mail, or the answer that says what is wrong. `way` is that
/// of [`show_password`], `found` whose link it is.
pub(super) async fn chosen(
    desk: &Desk,
    way: &str,
    token: &str,
    found: anyhow::Result<Option<Staff>>,
    fields: &Fields,
) -> Result<String, Response<Body>> {
    let person = match found {
        Ok(Some(person)) => person,
        Ok(None) => return Err(desk.message(StatusCode::GONE, "dead_link")),
        Err(error) => return Err(desk.failed(error)),
    };
    let errors = password_errors(fields, &[&person.name, &person.email]);
    if !errors.is_empty() {
        return Err(show_password(desk, way, token, &person.name, fields, &errors));
    }
    let hash = desk.hash(untrimmed(fields, "password").to_owned()).await;
    hash.ok_or_else(|| desk.message(StatusCode::SERVICE_UNAVAILABLE, "failed"))
}

/// `POST /equipe/compte/mot-de-passe`: with the present password.
pub(in crate::host) async fn change(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let (desk, me) = (&signed.desk, &signed.who.staff);
    let mut errors = Vec::new();
    if !signed.knows_password(&fields).await {
        errors.push(FieldError { field: "password_now", key: "calendar_error_password_now" });
    }
    errors.extend(password_errors(&fields, &[&me.name, &me.email]));
    if !errors.is_empty() {
        return account::show(&signed, StatusCode::UNPROCESSABLE_ENTITY, "", &errors).await;
    }
    let Some(hash) = desk.hash(untrimmed(&fields, "password").to_owned()).await else {
        return desk.message(StatusCode::SERVICE_UNAVAILABLE, "failed");
    };
    match desk.store().change_password(me, &hash, &signed.who.sign_in.id, now()).await {
        Ok(()) => see("/equipe/compte?fait=password"),
        Err(error) => desk.failed(error),
    }
}

impl Signed {
    /// Whether the field `password_now` is the password of who is signed in. Tries are limited as at sign-in.
    pub(super) async fn knows_password(&self, fields: &Fields) -> bool {
        let me = &self.who.staff;
        if !self.desk.sign_ins().allow(&format!("who {}", me.email), Instant::now()) {
            return false;
        }
        let Ok(found) = self.desk.store().staff_by_email(&me.email).await else { return false };
        let hash = found.and_then(|(_, hash)| hash);
        self.desk.verify(untrimmed(fields, "password_now").to_owned(), hash).await
    }
}

/// What is wrong with a new password typed twice; it must not be made of `own` words either.
pub(super) fn password_errors(fields: &Fields, own: &[&str]) -> Vec<FieldError> {
    let password = untrimmed(fields, "password");
    if let Some(key) = staff::password_problem(password, own) {
        return vec![FieldError { field: "password", key }];
    }
    if password != untrimmed(fields, "password_again") {
        return vec![FieldError { field: "password_again", key: "calendar_error_password_again" }];
    }
    Vec::new()
}

/// Spaces at the ends may be part of a password.
pub(super) fn untrimmed<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The form of a new password: `way` is where it came from and the first part of its address.
pub(super) fn show_password(
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

fn show_forgotten(
    desk: &Desk,
    status: StatusCode,
    fields: &Fields,
    errors: &[FieldError],
    sent: bool,
) -> Response<Body> {
    let context = with_form(desk.context("/equipe/mot-de-passe/"), fields, errors).with("sent", &sent);
    desk.page(status, Reach::Secret, "equipe/oubli.html", &context)
}
