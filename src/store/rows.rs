//! Rows of the database as values of the calendar, and back.

use anyhow::{Context, Result};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::calendar::{
    Outlook, Place, Reason, Registration, RegistrationState, Request, RequestState, Role, Session, SessionState, Staff,
    Start, Wish,
};

pub(super) fn text(row: &AnyRow, column: &str) -> Result<String> {
    Ok(row.try_get::<String, _>(column)?)
}

pub(super) fn number(row: &AnyRow, column: &str) -> Result<i64> {
    Ok(row.try_get::<i64, _>(column)?)
}

pub(super) fn count(row: &AnyRow, column: &str) -> Result<u32> {
    u32::try_from(number(row, column)?).with_context(|| format!("column {column} is out of range"))
}

pub(super) fn flag(row: &AnyRow, column: &str) -> Result<bool> {
    Ok(number(row, column)? != 0)
}

pub(super) fn optional(row: &AnyRow, column: &str) -> Result<Option<i64>> {
    Ok(row.try_get::<Option<i64>, _>(column)?)
}

pub(super) fn word<T>(row: &AnyRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let value = text(row, column)?;
    parse(&value).with_context(|| format!("column {column} holds the unknown word {value}"))
}

/// A session without its trainers, which are rows of their own.
pub(super) fn session(row: &AnyRow) -> Result<Session> {
    Ok(Session {
        id: text(row, "id")?,
        kind: word(row, "kind", crate::calendar::Kind::parse)?,
        title: text(row, "title")?,
        audience: text(row, "audience")?,
        programme: text(row, "programme")?,
        place: Place {
            public: text(row, "place_public")?,
            exact: text(row, "place_exact")?,
            link: text(row, "place_link")?,
        },
        departement: text(row, "departement")?,
        authority: text(row, "authority")?,
        start: Start {
            civil: text(row, "start_civil")?.parse().context("column start_civil")?,
            zone: text(row, "start_zone")?,
            instant: number(row, "start_at")?,
        },
        minutes: count(row, "minutes")?,
        capacity: count(row, "capacity")?,
        least: count(row, "least")?,
        decides: optional(row, "decides")?,
        outlook: word(row, "outlook", Outlook::parse)?,
        opens: optional(row, "opens")?,
        closes: optional(row, "closes")?,
        state: word(row, "state", SessionState::parse)?,
        listed: flag(row, "listed")?,
        series: text(row, "series")?,
        materials: text(row, "materials")?,
        evaluation: text(row, "evaluation")?,
        uid: text(row, "uid")?,
        previous: optional(row, "previous_at")?,
        sequence: count(row, "sequence")?,
        trainers: Vec::new(),
        travel_before: count(row, "travel_before")?,
        travel_after: count(row, "travel_after")?,
        created: number(row, "created")?,
        changed: number(row, "changed")?,
        version: count(row, "version")?,
    })
}

pub(super) fn registration(row: &AnyRow) -> Result<Registration> {
    Ok(Registration {
        id: text(row, "id")?,
        session: text(row, "session")?,
        name: text(row, "name")?,
        email: text(row, "email")?,
        function: text(row, "role")?,
        organisation: text(row, "organisation")?,
        departement: text(row, "departement")?,
        seats: count(row, "seats")?,
        names: text(row, "names")?.lines().map(str::to_owned).collect(),
        needs: text(row, "needs")?,
        state: word(row, "state", RegistrationState::parse)?,
        position: number(row, "position")?,
        verified: flag(row, "verified")?,
        deadline: optional(row, "deadline")?,
        created: number(row, "created")?,
        changed: number(row, "changed")?,
        version: count(row, "version")?,
    })
}

pub(super) fn request(row: &AnyRow) -> Result<Request> {
    Ok(Request {
        id: text(row, "id")?,
        organisation: text(row, "organisation")?,
        name: text(row, "name")?,
        email: text(row, "email")?,
        function: text(row, "role")?,
        departement: text(row, "departement")?,
        audience: text(row, "audience")?,
        headcount: count(row, "headcount")?,
        need: text(row, "need")?,
        preferred: text(row, "preferred")?,
        wishes: text(row, "wishes")?.lines().filter_map(Wish::parse).collect(),
        state: word(row, "state", RequestState::parse)?,
        answer: text(row, "answer")?,
        reason: Reason::parse(&text(row, "reason")?),
        reply: text(row, "reply")?,
        deadline: optional(row, "deadline")?,
        session: row.try_get::<Option<String>, _>("session")?,
        created: number(row, "created")?,
        changed: number(row, "changed")?,
        version: count(row, "version")?,
    })
}

pub(super) fn staff(row: &AnyRow) -> Result<Staff> {
    Ok(Staff {
        id: text(row, "id")?,
        name: text(row, "name")?,
        email: text(row, "email")?,
        role: word(row, "role", Role::parse)?,
        active: flag(row, "active")?,
        has_password: row.try_get::<Option<String>, _>("password")?.is_some(),
        has_second_factor: row.try_get::<Option<String>, _>("totp")?.is_some(),
        created: number(row, "created")?,
    })
}
