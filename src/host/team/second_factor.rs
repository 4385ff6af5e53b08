//! The second step: an authenticator app is set up by a QR code, recovery codes are shown once.
//!
//! The secret that is proposed is made from the sign-in with the key that is not in the database, so that showing the page
//! writes nothing and the form brings nothing that the server would have to believe.

use std::time::Instant;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::signed::{Halfway, Signed};
use super::{account, qr};
use crate::calendar::FieldError;
use crate::calendar::form::Fields;
use crate::calendar::staff::totp;
use crate::host::desk::{Reach, now};
use crate::host::posted::Posted;
use crate::host::values::with_form;

/// Where somebody without a second step is led.
pub(super) const ADDRESS: &str = "/equipe/compte/code";

/// `GET /equipe/compte/code`
pub(in crate::host) async fn page(Halfway(signed): Halfway) -> Response<Body> {
    show(&signed, StatusCode::OK, &Fields::default(), &[])
}

/// `POST /equipe/compte/code`: the app shows the right code. Who already has one also gives the password.
pub(in crate::host) async fn set(Halfway(signed): Halfway, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let me = &signed.who.staff;
    let mut errors = Vec::new();
    if me.has_second_factor && !signed.knows_password(&fields).await {
        errors.push(FieldError { field: "password_now", key: "calendar_error_password_now" });
    }
    let secret = match proposed(&signed) {
        Ok(secret) => secret,
        Err(error) => return signed.desk.failed(error),
    };
    let allowed = signed.desk.codes().allow(&me.id, Instant::now());
    let step = totp::accepted(&secret, fields.get("code"), now(), 0).filter(|_| allowed);
    let Some(step) = step.filter(|_| errors.is_empty()) else {
        if step.is_none() {
            errors.push(FieldError { field: "code", key: "calendar_staff_wrong_code" });
        }
        return show(&signed, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors);
    };
    match signed.desk.store().set_second_factor(me, &secret, step, &signed.who.sign_in.id, now()).await {
        Ok(codes) => show_codes(&signed, &codes),
        Err(error) => signed.desk.failed(error),
    }
}

/// `POST /equipe/compte/secours`: new recovery codes, for the password.
pub(in crate::host) async fn renew(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    if !signed.knows_password(&fields).await {
        let errors = [FieldError { field: "password_now", key: "calendar_error_password_now" }];
        return account::show(&signed, StatusCode::UNPROCESSABLE_ENTITY, "", &errors).await;
    }
    match signed.desk.store().renew_recovery_codes(&signed.who.staff, now()).await {
        Ok(codes) => show_codes(&signed, &codes),
        Err(error) => signed.desk.failed(error),
    }
}

/// The secret a sign-in proposes: the same while it lasts, another one once it was taken.
fn proposed(signed: &Signed) -> anyhow::Result<String> {
    let again = if signed.who.staff.has_second_factor { "again" } else { "first" };
    let seed = format!("authenticator {again} {} {}", signed.who.sign_in.id, signed.who.csrf);
    Ok(totp::secret_from(&signed.desk.store().proposed(&seed)?))
}

fn show(signed: &Signed, status: StatusCode, fields: &Fields, errors: &[FieldError]) -> Response<Body> {
    let secret = match proposed(signed) {
        Ok(secret) => secret,
        Err(error) => return signed.desk.failed(error),
    };
    let address = totp::address(&secret, &signed.who.staff.email, &signed.desk.publisher().name);
    let grouped: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    let context = with_form(signed.context("/equipe/compte/"), fields, errors)
        .with("qr", &qr::svg(&address, &signed.desk.publisher().name).unwrap_or_default())
        .with("secret", &grouped.join(" "))
        .with("address", &address);
    signed.desk.page(status, Reach::Secret, "equipe/second-facteur.html", &context)
}

fn show_codes(signed: &Signed, codes: &[String]) -> Response<Body> {
    let context = signed.context("/equipe/compte/").with("codes", codes);
    signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/codes.html", &context)
}
