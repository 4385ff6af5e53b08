//! The people who sign in: the list, an invitation, ending somebody's access or sign-ins.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use super::access::name_errors;
use crate::calendar::form::{Fields, is_email};
use crate::calendar::{FieldError, Refusal, Role};
use crate::host::desk::{Reach, now, see};
use crate::host::posted::Posted;
use crate::host::values::with_form;
use crate::store::Error;

/// `GET /equipe/personnes`
pub(in crate::host) async fn list(signed: Signed) -> Response<Body> {
    match signed.coordinator() {
        Ok(()) => show(&signed, StatusCode::OK, &Fields::default(), &[], None).await,
        Err(response) => response,
    }
}

/// `POST /equipe/personnes`: invites. The link is shown once, and written to the person.
pub(in crate::host) async fn add(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    let (name, email) = (fields.get("name"), fields.get("email").to_lowercase());
    let role = Role::parse(fields.get("role"));
    let mut errors = name_errors(name);
    if !is_email(&email) {
        errors.push(FieldError { field: "email", key: "calendar_error_email" });
    }
    let Some(role) = role.filter(|_| errors.is_empty()) else {
        if role.is_none() {
            errors.push(FieldError { field: "role", key: "calendar_error_choice" });
        }
        return show(&signed, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors, None).await;
    };
    match signed.desk.store().add_staff(name, &email, role, now()).await {
        Ok((_, token)) => {
            let link = format!("{}/equipe/invitation/{token}", signed.desk.publisher().base_url);
            show(&signed, StatusCode::OK, &Fields::default(), &[], Some(&link)).await
        }
        Err(Error::Refused(_)) => {
            let errors = [FieldError { field: "email", key: "calendar_staff_email_used" }];
            show(&signed, StatusCode::CONFLICT, &fields, &errors, None).await
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `POST /equipe/personnes/{id}`: the field `action` says what: access off or on, all sign-ins ended, the second step to
/// be set up again. Nobody does it to themselves: that is what the account page is for.
pub(in crate::host) async fn switch(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    if id == signed.who.staff.id {
        return signed.desk.message(StatusCode::CONFLICT, "not_yourself");
    }
    let (store, me) = (signed.desk.store(), &signed.who.staff.id);
    let person = match store.staff_by_id(&id).await {
        Ok(Some(person)) => person,
        Ok(None) => return signed.desk.refused(&Refusal::NotFound),
        Err(error) => return signed.desk.failed(error),
    };
    let done = match fields.get("action") {
        "retirer" => store.set_staff_active(&id, false).await,
        "rendre" => store.set_staff_active(&id, true).await,
        "deconnecter" => store.end_sign_ins(&id, me, now()).await,
        "code" => store.forget_second_factor(&person, me, now()).await,
        _ => return signed.desk.message(StatusCode::UNPROCESSABLE_ENTITY, "malformed"),
    };
    match done {
        Ok(()) => see("/equipe/personnes"),
        Err(error) => signed.desk.failed(error),
    }
}

async fn show(
    signed: &Signed,
    status: StatusCode,
    fields: &Fields,
    errors: &[FieldError],
    link: Option<&str>,
) -> Response<Body> {
    match signed.desk.store().staff().await {
        Ok(staff) => {
            let context = with_form(signed.context("/equipe/personnes/"), fields, errors)
                .with("staff", &staff)
                .with("link", link.unwrap_or_default());
            signed.desk.page(status, Reach::Secret, "equipe/personnes.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}
