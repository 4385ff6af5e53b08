//! The people who sign in: the list, an invitation, switching somebody off; and one's own calendar link.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use super::access::name_errors;
use crate::calendar::form::{Fields, is_email};
use crate::calendar::{FieldError, Role};
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

/// `POST /equipe/personnes/{id}`: off or on. Nobody switches themselves off.
pub(in crate::host) async fn switch(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    if id == signed.who.staff.id {
        return signed.desk.message(StatusCode::CONFLICT, "not_yourself");
    }
    match signed.desk.store().set_staff_active(&id, fields.get("active") == "1").await {
        Ok(()) => see("/equipe/personnes"),
        Err(error) => signed.desk.failed(error),
    }
}

/// `POST /equipe/agenda`: a new secret address for one's own calendar; the one before ends.
pub(in crate::host) async fn feed(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    match signed.desk.store().new_feed(&signed.who.staff.id).await {
        Ok(token) => {
            let link = format!("{}/calendrier/agenda/{token}.ics", signed.desk.publisher().base_url);
            let context = signed.context("/equipe/agenda/").with("link", &link);
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/agenda.html", &context)
        }
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
