//! How long each thing is kept, and why: one table for the job that erases, for the page that tells a person what is stored
//! of them, and for the page on privacy.
//!
//! Entry points: [`registration`] and [`request`] list what is stored of somebody with the day it goes. Nothing here
//! erases.

use serde::Serialize;

use super::{Epoch, Registration, RegistrationState, Request, RequestState, Session, SessionState};

const DAY: Epoch = 86_400;
/// What was given up or never confirmed is kept this long: enough to answer "why have I no seat?".
pub const GIVEN_UP: Epoch = 7 * DAY;
/// A request nobody answered is kept this long.
pub const UNANSWERED: Epoch = 365 * DAY;
/// How long what a letter said is kept.
pub const LETTERS: Epoch = 30 * DAY;
/// What somebody needs to take part (it may tell of their health) is kept this long after the session.
pub const NEEDS: Epoch = 7 * DAY;
/// Forms and keys that were already answered are known this long.
pub const SUBMISSIONS: Epoch = 7 * DAY;

/// One thing stored of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Which: translation keys `calendar_kept_<what>` and `calendar_kept_<what>_why`.
    pub what: &'static str,
    /// What is stored; empty where only its kind is told.
    pub value: String,
    /// When it goes; `None` for what stays without a name, to be counted.
    pub until: Option<Epoch>,
}

/// The day everything personal of a registration goes.
pub fn registration_until(one: &Registration, session: &Session, keep_days: u32) -> Epoch {
    let over = match session.state {
        SessionState::Postponed => session.changed.max(session.end()),
        _ => session.end(),
    };
    let after_session = over + Epoch::from(keep_days) * DAY;
    match one.state {
        RegistrationState::Cancelled | RegistrationState::Expired => after_session.min(one.changed + GIVEN_UP),
        _ => after_session,
    }
}

/// The day everything personal of a request goes; `session` is the one made of it.
pub fn request_until(one: &Request, session: Option<&Session>, keep_days: u32) -> Epoch {
    let keep = Epoch::from(keep_days) * DAY;
    match (one.state, session) {
        (RequestState::Withdrawn, _) => one.changed + GIVEN_UP,
        (RequestState::Declined, _) => one.changed + keep,
        (RequestState::Accepted, Some(session)) if session.state == SessionState::Postponed => {
            session.changed.max(session.end()) + keep
        }
        (RequestState::Accepted, Some(session)) => session.end() + keep,
        _ => one.created + UNANSWERED,
    }
}

/// What is stored of somebody registered.
pub fn registration(one: &Registration, session: &Session, keep_days: u32) -> Vec<Kept> {
    let until = Some(registration_until(one, session, keep_days));
    let personal = [
        ("name", one.name.clone()),
        ("email", one.email.clone()),
        ("function", one.function.clone()),
        ("organisation", one.organisation.clone()),
        ("names", one.names.join(", ")),
    ];
    let counted = [("departement", one.departement.clone()), ("seats", one.seats.to_string())];
    let mut kept = list(&personal, until, &counted);
    if !one.needs.is_empty() {
        // Sooner than the rest: it may tell of somebody's health.
        let until = until.map(|until| until.min(session.end() + NEEDS));
        kept.push(Kept { what: "needs", value: one.needs.clone(), until });
    }
    kept
}

/// What is stored of somebody who asked for a session.
pub fn request(one: &Request, session: Option<&Session>, keep_days: u32) -> Vec<Kept> {
    let until = Some(request_until(one, session, keep_days));
    let personal = [
        ("organisation", one.organisation.clone()),
        ("name", one.name.clone()),
        ("email", one.email.clone()),
        ("function", one.function.clone()),
        ("need", one.need.clone()),
        ("preferred", one.preferred.clone()),
        ("wishes", one.wishes.iter().map(|wish| wish.date.to_string()).collect::<Vec<_>>().join(", ")),
        ("answer", one.answer.clone()),
        ("reply", one.reply.clone()),
    ];
    let counted = [
        ("departement", one.departement.clone()),
        ("audience", one.audience.clone()),
        ("headcount", one.headcount.to_string()),
    ];
    list(&personal, until, &counted)
}

fn list(personal: &[(&'static str, String)], until: Option<Epoch>, counted: &[(&'static str, String)]) -> Vec<Kept> {
    let of =
        |until: Option<Epoch>| move |(what, value): &(&'static str, String)| Kept { what, value: value.clone(), until };
    let personal = personal.iter().map(of(until)).filter(|kept| !kept.value.is_empty());
    personal.chain(counted.iter().map(of(None))).collect()
}
