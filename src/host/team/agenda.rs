//! A trainer's agenda: sessions with their travel, times when they are not available, the address of their own calendar.
//!
//! Coordinators see everybody's. The guard against two places at once is the schema's; here its refusal is told.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use crate::calendar::form::{self, Fields};
use crate::calendar::{FieldError, Refusal, french, view};
use crate::host::desk::{Reach, now, refused_status, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::store::{Absence, Error};

const HERE: &str = "/equipe/agenda";

/// One line: a session or an absence.
#[derive(Serialize)]
struct Line {
    at: i64,
    day_text: String,
    /// "12 h 30 – 18 h 00", travel included.
    time_text: String,
    /// Who, when everybody is shown.
    who: String,
    session: Option<view::Trainer>,
    /// Id of the absence, when it is one's own and can be taken back.
    absence: String,
}

/// `GET /equipe/agenda`; `?tous=1` shows everybody to a coordinator.
pub(in crate::host) async fn page(signed: Signed, Asked(query): Asked) -> Response<Body> {
    let all = signed.is_coordinator() && !query.get("tous").is_empty();
    show(&signed, StatusCode::OK, all, query.get("fait"), &Fields::default(), &[], None).await
}

/// `POST /equipe/agenda`: the field `action` says what.
pub(in crate::host) async fn act(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let (store, me) = (signed.desk.store(), &signed.who.staff.id);
    match fields.get("action") {
        "absence" => absent(&signed, &fields).await,
        "revenir" => match store.remove_absence(me, fields.get("absence")).await {
            Ok(()) => see(&format!("{HERE}?fait=revenir")),
            Err(error) => signed.desk.failed(error),
        },
        "fin" => match store.end_feed(me).await {
            Ok(()) => see(&format!("{HERE}?fait=fin")),
            Err(error) => signed.desk.failed(error),
        },
        _ => match store.new_feed(me).await {
            Ok(token) => {
                let link = format!("{}/calendrier/agenda/{token}.ics", signed.desk.publisher().base_url);
                let context = signed.context("/equipe/agenda/").with("link", &link);
                signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/agenda-lien.html", &context)
            }
            Err(error) => signed.desk.failed(error),
        },
    }
}

async fn absent(signed: &Signed, fields: &Fields) -> Response<Body> {
    let (from, to) = match form::absence(fields, now()) {
        Ok(times) => times,
        Err(errors) => return show(signed, StatusCode::UNPROCESSABLE_ENTITY, false, "", fields, &errors, None).await,
    };
    match signed.desk.store().add_absence(&signed.who.staff.id, &from, &to, now()).await {
        Ok(_) => see(&format!("{HERE}?fait=absence")),
        Err(Error::Refused(refusal)) => {
            show(signed, refused_status(&refusal), false, "", fields, &[], Some(&refusal)).await
        }
        Err(error) => signed.desk.failed(error),
    }
}

async fn show(
    signed: &Signed,
    status: StatusCode,
    all: bool,
    done: &str,
    fields: &Fields,
    errors: &[FieldError],
    refusal: Option<&Refusal>,
) -> Response<Body> {
    let lines = match lines(signed, all).await {
        Ok(lines) => lines,
        Err(error) => return signed.desk.failed(error),
    };
    let feed = match signed.desk.store().has_feed(&signed.who.staff.id).await {
        Ok(feed) => feed,
        Err(error) => return signed.desk.failed(error),
    };
    let collides = match refusal {
        Some(Refusal::TrainerBusy { start, .. }) if *start > 0 => french::moment(*start, "Europe/Paris"),
        _ => String::new(),
    };
    let zones: Vec<&str> = french::ZONES.iter().map(|(id, _)| *id).collect();
    let context = with_form(signed.context("/equipe/agenda/"), fields, errors)
        .with("lines", &lines)
        .with("all", &all)
        .with("feed", &feed)
        .with("zones", &zones)
        .with("refusal", refusal.map_or("", Refusal::key))
        .with("collides", &collides)
        .with("done", if ["absence", "revenir", "fin"].contains(&done) { done } else { "" });
    signed.desk.page(status, Reach::Secret, "equipe/agenda.html", &context)
}

async fn lines(signed: &Signed, all: bool) -> anyhow::Result<Vec<Line>> {
    let (store, me, now) = (signed.desk.store(), &signed.who.staff.id, now());
    let own = (!all).then_some(me.as_str());
    let names: BTreeMap<String, String> = store.staff().await?.into_iter().map(|one| (one.id, one.name)).collect();
    let mut lines = Vec::new();
    for listed in store.staff_sessions(now - 86_400, now + 3 * 366 * 86_400, own).await? {
        let session = &listed.session;
        if !session.holds_trainers() || session.end() <= now {
            continue;
        }
        let shown = view::trainer(session, listed.seats, &[], now);
        let who: Vec<&str> = session.trainers.iter().filter_map(|id| names.get(id)).map(String::as_str).collect();
        lines.push(Line {
            at: session.busy().0,
            day_text: shown.participant.public.day_text.clone(),
            time_text: shown.away_text.clone(),
            who: who.join(", "),
            session: Some(shown),
            absence: String::new(),
        });
    }
    for absence in store.absences(own, now).await? {
        let who = names.get(&absence.staff).cloned().unwrap_or_default();
        lines.push(away(&absence, who, absence.staff == *me));
    }
    lines.sort_by(|a, b| (a.at, &a.who).cmp(&(b.at, &b.who)));
    Ok(lines)
}

/// Whole days are told as days: the midnight after the last one is nobody's hour.
fn away(absence: &Absence, who: String, own: bool) -> Line {
    let (from, to) = (french::civil(absence.from, &absence.zone), french::civil(absence.to, &absence.zone));
    let whole = from.time() == jiff::civil::Time::midnight() && to.time() == jiff::civil::Time::midnight();
    let last = if whole { to.date().yesterday().unwrap_or(to.date()) } else { to.date() };
    let day_text = if from.date() == last {
        french::day(last)
    } else {
        format!("{} – {}", french::day(from.date()), french::day(last))
    };
    let time_text =
        if whole { String::new() } else { format!("{} – {}", french::time(from.time()), french::time(to.time())) };
    let id = if own { absence.id.clone() } else { String::new() };
    Line { at: absence.from, day_text, time_text, who, session: None, absence: id }
}
