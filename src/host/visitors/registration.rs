//! A seat: the form, the page after it, the link that confirms, the link that manages.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::{departement_choices, public_session};
use crate::calendar::form::{self, Fields};
use crate::calendar::{Actor, Command, FieldError, MOST_SEATS, Purpose, Refusal, Shown, french, view};
use crate::host::desk::{Desk, Reach, now, refused_status, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::{Error, Listed, fresh_token};

/// A field no person sees: who fills it in is a program.
const TRAP: &str = "site_web";

/// `GET /calendrier/{session}/inscription`
pub(in crate::host) async fn form(desk: Desk, Path(id): Path<String>) -> Response<Body> {
    match public_session(&desk, &id).await {
        Ok(listed) => show(&desk, &listed, StatusCode::OK, &Fields::default(), &[], false),
        Err(response) => response,
    }
}

/// `POST /calendrier/{session}/inscription`
pub(in crate::host) async fn register(desk: Desk, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    let listed = match public_session(&desk, &id).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    if !fields.get(TRAP).is_empty() {
        return see(&received_at(&id, Shown::Held));
    }
    let register = match form::registration(&id, &fields) {
        Ok(register) => register,
        Err(errors) => return show(&desk, &listed, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors, false),
    };
    let (seats, command) = (register.seats, Command::Register(register));
    // The form promised a seat and the last one went meanwhile: ask before putting somebody on a list. Unless it went
    // to this very form, sent twice.
    let promised = fields.get("liste_attente").is_empty();
    if promised && listed.session.is_open(now()) && listed.seats.left() < seats && seats <= listed.seats.capacity {
        match desk.store().answered(&command).await {
            Ok(Some(outcome)) => return see(&received_at(&id, outcome.shown)),
            Ok(None) => return show(&desk, &listed, StatusCode::CONFLICT, &fields, &[], true),
            Err(error) => return desk.failed(error),
        }
    }
    match desk.store().execute(&command, &Actor::Visitor, now()).await {
        Ok(outcome) => see(&received_at(&id, outcome.shown)),
        // The mail tells; the page must not say whose address is known.
        Err(Error::Refused(Refusal::AlreadyRegistered)) => {
            see(&received_at(&id, if listed.seats.is_full() { Shown::Waiting } else { Shown::Held }))
        }
        Err(Error::Refused(refusal @ Refusal::TooManySeats { .. })) => {
            let error = FieldError { field: "seats", key: refusal.key() };
            show(&desk, &listed, refused_status(&refusal), &fields, &[error], false)
        }
        Err(error) => desk.failed(error),
    }
}

/// `GET /calendrier/{session}/inscription/recue`
pub(in crate::host) async fn received(desk: Desk, Path(id): Path<String>, Asked(query): Asked) -> Response<Body> {
    let listed = match public_session(&desk, &id).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    let waiting = query.get("etat") == Shown::Waiting.as_str();
    let context = desk
        .context("/calendrier/inscription/")
        .with("session", &view::public(&listed.session, listed.seats, now()))
        .with("waiting", &waiting);
    desk.page(StatusCode::OK, Reach::Secret, "calendrier/inscription-recue.html", &context)
}

/// `GET /calendrier/confirmer/{token}`: shows; the button acts.
pub(in crate::host) async fn confirmation(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    show_link(&desk, Purpose::Confirm, &token, None).await
}

/// `POST /calendrier/confirmer/{token}`
pub(in crate::host) async fn confirm(desk: Desk, Path(token): Path<String>, Posted(_): Posted) -> Response<Body> {
    act(&desk, Purpose::Confirm, &token, |registration| Command::Confirm { registration }).await
}

/// `GET /calendrier/gerer/{token}`
pub(in crate::host) async fn manage(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    show_link(&desk, Purpose::Manage, &token, None).await
}

/// `POST /calendrier/gerer/{token}`: gives the names of a group when `action` says so, cancels otherwise.
pub(in crate::host) async fn managed(desk: Desk, Path(token): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if fields.get("action") != "noms" {
        return act(&desk, Purpose::Manage, &token, |registration| Command::Cancel { registration }).await;
    }
    let seats = match desk.store().registration_by_token(Purpose::Manage, &token, now()).await {
        Ok(Some((registration, _))) => registration.seats,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    match form::names(&fields, seats) {
        Ok(names) => {
            let command = |registration| Command::NameSeats { registration, names };
            act(&desk, Purpose::Manage, &token, command).await
        }
        Err(errors) => show_link(&desk, Purpose::Manage, &token, Some((&fields, &errors))).await,
    }
}

fn received_at(id: &str, shown: Shown) -> String {
    format!("/calendrier/{id}/inscription/recue?etat={shown}")
}

fn show(
    desk: &Desk,
    listed: &Listed,
    status: StatusCode,
    fields: &Fields,
    errors: &[FieldError],
    taken_meanwhile: bool,
) -> Response<Body> {
    let session = view::public(&listed.session, listed.seats, now());
    let submission = fields.get("submission");
    let submission = if submission.is_empty() { fresh_token() } else { submission.to_owned() };
    let context = with_form(desk.context("/calendrier/inscription/"), fields, errors)
        .with("most_seats", &MOST_SEATS.min(session.capacity))
        .with("session", &session)
        .with("submission", &submission)
        .with("taken_meanwhile", &taken_meanwhile)
        .with("departements", &departement_choices());
    desk.page(status, Reach::Secret, "calendrier/inscription.html", &context)
}

/// The page of a link; `wrong` is the form of the names as it came, with its mistakes.
async fn show_link(
    desk: &Desk,
    purpose: Purpose,
    token: &str,
    wrong: Option<(&Fields, &[FieldError])>,
) -> Response<Body> {
    let now = now();
    let (registration, listed) = match desk.store().registration_by_token(purpose, token, now).await {
        Ok(Some(found)) => found,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    let before = match desk.store().waiting_before(&registration).await {
        Ok(before) => before,
        Err(error) => return desk.failed(error),
    };
    let confirmed = registration.state == crate::calendar::RegistrationState::Confirmed;
    let known = Fields(vec![("names".to_owned(), registration.names.join("\n"))]);
    let (fields, errors) = wrong.unwrap_or((&known, &[]));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let session = &listed.session;
    let mut context = with_form(desk.context("/calendrier/gerer/"), fields, errors)
        .with("purpose", purpose.as_str())
        .with("names_open", &(registration.seats > 1 && now < session.names_until()))
        .with("names_until", &french::moment(session.names_until(), &session.start.zone))
        .with("token", token)
        .with("registration", &view::registered(&registration, &listed.session.start.zone))
        .with("verified", &registration.verified)
        .with("waiting_before", &before);
    // Address and link are for those who have a seat.
    if confirmed {
        context.insert("session", &view::participant(&listed.session, listed.seats, now));
    } else {
        context.insert("session", &view::public(&listed.session, listed.seats, now));
    }
    let deadline = registration.deadline.map(|at| french::moment(at, &listed.session.start.zone));
    context.insert("deadline", &deadline.unwrap_or_default());
    desk.page(status, Reach::Secret, "calendrier/gerer.html", &context)
}

async fn act(desk: &Desk, purpose: Purpose, token: &str, command: impl FnOnce(String) -> Command) -> Response<Body> {
    match desk.store().execute_by_token(purpose, token, command, now()).await {
        Err(Error::Refused(Refusal::NotFound)) => desk.message(StatusCode::GONE, "dead_link"),
        Ok(_) => {
            let word = if purpose == Purpose::Confirm { "confirmer" } else { "gerer" };
            see(&format!("/calendrier/{word}/{token}"))
        }
        Err(error) => desk.failed(error),
    }
}
