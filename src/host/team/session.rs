//! One session for staff: who is registered, and what can be done with it.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use crate::calendar::form::Fields;
use crate::calendar::{Command, FieldError, Refusal, view};
use crate::host::desk::{Reach, now, refused_status, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::{Error, Listed};

/// `GET /equipe/seances/{id}`
pub(in crate::host) async fn page(signed: Signed, Path(id): Path<String>, Asked(query): Asked) -> Response<Body> {
    match own(&signed, &id).await {
        Ok(listed) => show(&signed, &listed, &Told { done: query.get("fait"), ..Told::default() }).await,
        Err(response) => response,
    }
}

/// `POST /equipe/seances/{id}`: the field `action` says what.
pub(in crate::host) async fn act(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    let listed = match own_form(&signed, &id, &fields).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    let session = id.clone();
    let action = fields.get("action");
    let command = match action {
        "publier" => Command::PublishSession { session },
        "reporter" => Command::PostponeSession { session },
        "annuler" => Command::CancelSession { session },
        "terminer" => Command::FinishSession { session },
        "maintenir" => Command::KeepSession { session },
        "places" => match fields.get("capacity").parse().ok().filter(|seats| (1..=5000).contains(seats)) {
            Some(capacity) => Command::ChangeCapacity { session, capacity },
            None => return no_number(&signed, &listed, &fields, "capacity").await,
        },
        _ => return signed.desk.message(StatusCode::UNPROCESSABLE_ENTITY, "malformed"),
    };
    carry_out(&signed, &listed, &command, action).await
}

/// `POST /equipe/seances/{id}/inscriptions/{registration}`: gives the seat back, the person is told.
pub(in crate::host) async fn cancel_registration(
    signed: Signed,
    Path((id, registration)): Path<(String, String)>,
    Posted(fields): Posted,
) -> Response<Body> {
    let listed = match own_form(&signed, &id, &fields).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    // The registration must be one of this session, or a trainer could reach into another's.
    match signed.desk.store().registrations(&id).await {
        Ok(all) if all.iter().any(|r| r.id == registration) => {}
        Ok(_) => return signed.desk.message(StatusCode::NOT_FOUND, "no_session"),
        Err(error) => return signed.desk.failed(error),
    }
    carry_out(&signed, &listed, &Command::Cancel { registration }, "inscription").await
}

/// Registrations that belong on one list: a printed list of participants must not mix those who wait among them.
#[derive(serde::Serialize)]
struct Group<'a> {
    /// `registered`, `waiting` or `gone`.
    word: &'static str,
    rows: Vec<&'a view::Registered>,
}

fn groups(all: &[view::Registered]) -> Vec<Group<'_>> {
    let word = |one: &view::Registered| match one.state {
        "waiting" => "waiting",
        "cancelled" | "expired" => "gone",
        _ => "registered",
    };
    let group = |wanted| Group { word: wanted, rows: all.iter().filter(|one| word(one) == wanted).collect() };
    ["registered", "waiting", "gone"].into_iter().map(group).filter(|group| !group.rows.is_empty()).collect()
}

/// The session, when it exists and this person may see it; otherwise the same page for both.
pub(super) async fn own(signed: &Signed, id: &str) -> Result<Listed, Response<Body>> {
    match signed.desk.store().session(id).await {
        Ok(Some(listed)) if signed.may_see(&listed.session) => Ok(listed),
        Ok(_) => Err(signed.desk.message(StatusCode::NOT_FOUND, "no_session")),
        Err(error) => Err(signed.desk.failed(error)),
    }
}

async fn own_form(signed: &Signed, id: &str, fields: &Fields) -> Result<Listed, Response<Body>> {
    signed.own_form(fields)?;
    own(signed, id).await
}

async fn carry_out(signed: &Signed, listed: &Listed, command: &Command, done: &str) -> Response<Body> {
    match signed.desk.store().execute(command, &signed.actor(), now()).await {
        Ok(_) => see(&format!("/equipe/seances/{}?fait={done}", listed.session.id)),
        Err(Error::Refused(refusal)) if refusal != Refusal::NotFound => {
            let told = Told { status: refused_status(&refusal), problem: refusal.key(), ..Told::default() };
            show(signed, listed, &told).await
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// The page again, with what was typed: `field` wants a number.
pub(super) async fn no_number(
    signed: &Signed,
    listed: &Listed,
    fields: &Fields,
    field: &'static str,
) -> Response<Body> {
    let errors = &[FieldError { field, key: "calendar_error_number" }];
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show(signed, listed, &Told { status, errors, fields: fields.clone(), ..Told::default() }).await
}

/// What the page says beside the session: what was done, or why it was not.
#[derive(Default)]
struct Told<'a> {
    status: StatusCode,
    done: &'a str,
    problem: &'a str,
    fields: Fields,
    errors: &'a [FieldError],
}

async fn show(signed: &Signed, listed: &Listed, told: &Told<'_>) -> Response<Body> {
    let store = signed.desk.store();
    let (registrations, staff) = match (store.registrations(&listed.session.id).await, store.staff().await) {
        (Ok(registrations), Ok(staff)) => (registrations, staff),
        (Err(error), _) | (_, Err(error)) => return signed.desk.failed(error),
    };
    let names: Vec<&str> =
        staff.iter().filter(|s| listed.session.trainers.contains(&s.id)).map(|s| s.name.as_str()).collect();
    let reached = match store.reached(&listed.session.id).await {
        Ok(reached) => reached,
        Err(error) => return signed.desk.failed(error),
    };
    let known = [
        "touchees",
        "publier",
        "reporter",
        "annuler",
        "terminer",
        "maintenir",
        "places",
        "inscription",
        "creer",
        "serie",
        "modifier",
        "proposer",
    ];
    let session = &listed.session;
    let dates = if session.series.is_empty() { Ok(Vec::new()) } else { store.series(&session.series).await };
    let dates: Vec<view::Public> = match dates {
        Ok(dates) => dates.iter().map(|one| view::public(&one.session, one.seats, now())).collect(),
        Err(error) => return signed.desk.failed(error),
    };
    let shown = view::trainer(&listed.session, listed.seats, &registrations, now());
    let context = with_form(signed.context("/equipe/seances/"), &told.fields, told.errors)
        .with("groups", &groups(&shown.registrations))
        .with("session", &shown)
        .with("reached", &reached)
        .with("trainer_names", &names)
        .with("dates", &dates)
        .with("evaluation", &session.evaluation)
        .with("done", if known.contains(&told.done) { told.done } else { "" })
        .with("problem", told.problem);
    signed.desk.page(told.status, Reach::Secret, "equipe/seance.html", &context)
}
