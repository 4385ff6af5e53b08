//! An institution asks for a session: the form, the page after it, the link to follow it.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::departement_choices;
use crate::calendar::form::{self, Fields};
use crate::calendar::{Actor, Command, FieldError, Purpose, Refusal, view};
use crate::host::desk::{Desk, Reach, now, see};
use crate::host::posted::Posted;
use crate::host::values::with_form;
use crate::store::{Error, fresh_token};

const TRAP: &str = "site_web";
const RECEIVED: &str = "/calendrier/demande/recue";

/// `GET /calendrier/demande`
pub(in crate::host) async fn form(desk: Desk) -> Response<Body> {
    show(&desk, StatusCode::OK, &Fields::default(), &[])
}

/// `POST /calendrier/demande`
pub(in crate::host) async fn send(desk: Desk, Posted(fields): Posted) -> Response<Body> {
    if !fields.get(TRAP).is_empty() {
        return see(RECEIVED);
    }
    let request = match form::request(&fields) {
        Ok(request) => request,
        Err(errors) => return show(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors),
    };
    match desk.store().execute(&Command::SendRequest(Box::new(request)), &Actor::Visitor, now()).await {
        Ok(_) => see(RECEIVED),
        Err(error) => desk.failed(error),
    }
}

/// `GET /calendrier/demande/recue`
pub(in crate::host) async fn received(desk: Desk) -> Response<Body> {
    desk.message(StatusCode::OK, "request_received")
}

/// `GET /calendrier/demande/{token}`
pub(in crate::host) async fn follow(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    match desk.store().request_by_token(&token, now()).await {
        Ok(Some(request)) => {
            let context =
                desk.context("/calendrier/demande/").with("request", &view::asked(&request)).with("token", &token);
            desk.page(StatusCode::OK, Reach::Secret, "calendrier/demande-suivi.html", &context)
        }
        Ok(None) => desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => desk.failed(error),
    }
}

/// `POST /calendrier/demande/{token}`: gives it up.
pub(in crate::host) async fn withdraw(desk: Desk, Path(token): Path<String>, Posted(_): Posted) -> Response<Body> {
    let withdraw = |request| Command::WithdrawRequest { request };
    match desk.store().execute_by_token(Purpose::Request, &token, withdraw, now()).await {
        Err(Error::Refused(Refusal::NotFound)) => desk.message(StatusCode::GONE, "dead_link"),
        Ok(_) => see(&format!("/calendrier/demande/{token}")),
        Err(error) => desk.failed(error),
    }
}

fn show(desk: &Desk, status: StatusCode, fields: &Fields, errors: &[FieldError]) -> Response<Body> {
    let submission = fields.get("submission");
    let submission = if submission.is_empty() { fresh_token() } else { submission.to_owned() };
    let context = with_form(desk.context("/calendrier/demande/"), fields, errors)
        .with("submission", &submission)
        .with("departements", &departement_choices());
    desk.page(status, Reach::Secret, "calendrier/demande.html", &context)
}
