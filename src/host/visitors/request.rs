//! An institution asks for a session: the form, the page after it, the link to follow it and to answer a proposal.
//!
//! The form shows what falls on the days that are wished: before it is sent when a département was chosen, and once more
//! instead of being sent when a wished day is a holiday. Sending it again sends it.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::departement_choices;
use crate::calendar::form::{self, Fields};
use crate::calendar::{
    Actor, Command, FieldError, Half, Purpose, Refusal, RequestState, Seats, Wish, departements, french, holidays,
    school, view,
};
use crate::host::desk::{Desk, Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::{Error, fresh_token};

const TRAP: &str = "site_web";
const RECEIVED: &str = "/calendrier/demande/recue";
/// How far ahead the form shows holidays.
const MONTHS: i64 = 12;

/// A line of what is known of the year in a département.
#[derive(Serialize)]
struct Rest {
    key: String,
    text: String,
}

/// `GET /calendrier/demande`; `?departement=35` shows its holidays.
pub(in crate::host) async fn form(desk: Desk, Asked(query): Asked) -> Response<Body> {
    // As a person writes it: `2a` and `1` are Corse-du-Sud and Ain.
    let written = query.get("departement").trim().to_uppercase();
    let padded = format!("{written:0>2}");
    let chosen = if departements::name(&padded).is_some() { padded } else { written };
    let fields = Fields(vec![("departement".to_owned(), chosen)]);
    show(&desk, StatusCode::OK, &fields, &[], &[])
}

/// `POST /calendrier/demande`
pub(in crate::host) async fn send(desk: Desk, Posted(fields): Posted) -> Response<Body> {
    if !fields.get(TRAP).is_empty() {
        return see(RECEIVED);
    }
    let request = match form::request(&fields, today(fields.get("departement"))) {
        Ok(request) => request,
        Err(errors) => return show(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors, &[]),
    };
    // What was shown once is known: the same days are not asked about again.
    if fields.get("jours_vus") != days(&request.wishes) {
        let noted: Vec<view::Wished> = request
            .wishes
            .iter()
            .map(|wish| view::wished(&request.departement, *wish))
            .filter(|day| !day.notes.is_empty())
            .collect();
        if !noted.is_empty() {
            return show(&desk, StatusCode::UNPROCESSABLE_ENTITY, &fields, &[], &noted);
        }
    }
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
    show_followed(&desk, &token, StatusCode::OK, &Fields::default(), &[]).await
}

/// `POST /calendrier/demande/{token}`: accepts what is proposed, asks for another date, or gives the request up.
pub(in crate::host) async fn answer(desk: Desk, Path(token): Path<String>, Posted(fields): Posted) -> Response<Body> {
    let by_token = |command: fn(String, String) -> Command, reply: String| {
        let (desk, token) = (&desk, &token);
        async move {
            let made = |request| command(request, reply);
            match desk.store().execute_by_token(Purpose::Request, token, made, now()).await {
                Err(Error::Refused(Refusal::NotFound)) => desk.message(StatusCode::GONE, "dead_link"),
                Ok(_) => see(&format!("/calendrier/demande/{token}")),
                Err(error) => desk.failed(error),
            }
        }
    };
    match fields.get("action") {
        "accepter" => by_token(|request, _| Command::AcceptProposal { request }, String::new()).await,
        "autre-date" => match form::reply(&fields) {
            Ok(reply) => by_token(|request, reply| Command::RefuseProposal { request, reply }, reply).await,
            Err(errors) => show_followed(&desk, &token, StatusCode::UNPROCESSABLE_ENTITY, &fields, &errors).await,
        },
        _ => by_token(|request, _| Command::WithdrawRequest { request }, String::new()).await,
    }
}

async fn show_followed(
    desk: &Desk,
    token: &str,
    status: StatusCode,
    fields: &Fields,
    errors: &[FieldError],
) -> Response<Body> {
    let request = match desk.store().request_by_token(token, now()).await {
        Ok(Some(request)) => request,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    let mut context = with_form(desk.context("/calendrier/demande/"), fields, errors)
        .with("request", &view::asked(&request))
        .with("token", token);
    if let Some(id) = request.session.as_deref().filter(|_| request.state != RequestState::Declined) {
        match desk.store().session(id).await {
            // It is their session: they see where it is, not who runs it or who comes.
            Ok(Some(listed)) => {
                let seats = Seats { waiting: 0, ..listed.seats };
                context.insert("session", &view::participant(&listed.session, seats, now()));
            }
            Ok(None) => {}
            Err(error) => return desk.failed(error),
        }
    }
    desk.page(status, Reach::Secret, "calendrier/demande-suivi.html", &context)
}

fn show(
    desk: &Desk,
    status: StatusCode,
    fields: &Fields,
    errors: &[FieldError],
    noted: &[view::Wished],
) -> Response<Body> {
    let submission = fields.get("submission");
    let submission = if submission.is_empty() { fresh_token() } else { submission.to_owned() };
    let departement = fields.get("departement");
    let seen: Vec<String> = noted.iter().map(|day| day.date.clone()).collect();
    let halves: Vec<&str> = Half::ALL.iter().map(|half| half.as_str()).collect();
    let wishes = if noted.is_empty() {
        String::new()
    } else {
        form::request(fields, today(departement)).map(|request| days(&request.wishes)).unwrap_or_default()
    };
    let context = with_form(desk.context("/calendrier/demande/"), fields, errors)
        .with("submission", &submission)
        .with("noted", noted)
        .with("seen", &wishes)
        .with("noted_days", &seen)
        .with("halves", &halves)
        .with("zone", &school::zone(departement).map_or("", |zone| zone.as_str()))
        .with("departement_name", departements::name(departement).unwrap_or_default())
        .with("rests", &rests(departement))
        .with("departements", &departement_choices());
    desk.page(status, Reach::Secret, "calendrier/demande.html", &context)
}

/// Public and school holidays of the months to come, by date.
fn rests(departement: &str) -> Vec<Rest> {
    if departements::name(departement).is_none() {
        return Vec::new();
    }
    let first = today(departement);
    let last = first.saturating_add(MONTHS.months());
    let mut all: Vec<(Date, Rest)> = (first.year()..=last.year())
        .flat_map(|year| holidays::of_year(departement, year))
        .filter(|(day, _)| (first..=last).contains(day))
        .map(|(day, holiday)| {
            (day, Rest { key: format!("calendar_holiday_{}", holiday.as_str()), text: french::day(day) })
        })
        .collect();
    all.extend(school::holidays(departement, first, last).into_iter().map(|span| {
        let text = format!("{} – {}", french::day(span.first), french::day(span.last));
        (span.first, Rest { key: format!("calendar_school_{}", span.holiday.as_str()), text })
    }));
    all.sort_by_key(|(day, _)| *day);
    all.into_iter().map(|(_, rest)| rest).collect()
}

/// The wished days as one text: what somebody has seen the notes of.
fn days(wishes: &[Wish]) -> String {
    wishes.iter().map(|wish| wish.date.to_string()).collect::<Vec<_>>().join(" ")
}

/// The day it is in a département.
fn today(departement: &str) -> Date {
    french::civil(now(), departements::zone(departement)).date()
}
