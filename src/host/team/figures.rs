//! The figures of a period, and the rows behind each of them.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use super::session::{no_number, own};
use crate::calendar::figures::{Filter, Held};
use crate::calendar::form::Fields;
use crate::calendar::{Kind, RequestState, view};
use crate::host::desk::{Reach, now, see};
use crate::host::period::Period;
use crate::host::posted::{Asked, Posted};
use crate::store::Counted;

/// More people than this do not come to one session.
const MOST_PEOPLE: u32 = 100_000;

/// A session behind a figure.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    session: view::Public,
    taken: u32,
    people: Option<u32>,
}

/// `GET /equipe/chiffres?de=2026-01-01&a=2026-12-31`
pub(in crate::host) async fn page(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let asked = Period::asked(&query);
    let status = if asked.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let wrong = asked.is_none();
    let period = asked.unwrap_or_else(Period::this_year);
    match signed.desk.store().figures(period.from, period.to, now()).await {
        Ok(figures) => {
            let context = signed
                .context("/equipe/chiffres/")
                .with("figures", &figures)
                .with("period", &period)
                .with("wrong_period", &wrong);
            signed.desk.page(status, Reach::Secret, "equipe/chiffres.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `GET /equipe/chiffres/seances?…`: the sessions one figure counts.
pub(in crate::host) async fn sessions(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let (period, filter) = filter(&query);
    let now = now();
    match signed.desk.store().figure_sessions(&filter, now).await {
        Ok(counted) => {
            let row = |counted: &Counted| Row {
                session: view::public(&counted.listed.session, counted.listed.seats, now),
                taken: counted.listed.seats.taken,
                people: counted.people,
            };
            let rows: Vec<Row> = counted.iter().map(row).collect();
            let people: u64 = rows.iter().filter_map(|row| row.people).map(u64::from).sum();
            let context = signed
                .context("/equipe/chiffres/")
                .with("period", &period)
                .with("sessions", &rows)
                .with("people", &people)
                .with("filter", &told(&filter));
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/chiffres-seances.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `GET /equipe/chiffres/demandes?…`: the requests one figure counts.
pub(in crate::host) async fn requests(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let (period, filter) = filter(&query);
    match signed.desk.store().figure_requests(&filter).await {
        Ok(requests) => {
            let context = signed
                .context("/equipe/chiffres/")
                .with("period", &period)
                .with("requests", &requests.iter().map(view::asked).collect::<Vec<_>>())
                .with("filter", &told(&filter));
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/chiffres-demandes.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `POST /equipe/seances/{id}/touchees`: how many people came, by a trainer of the session or a coordinator.
pub(in crate::host) async fn declare(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let listed = match own(&signed, &id).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    let Some(people) = fields.get("people").parse().ok().filter(|people| *people <= MOST_PEOPLE) else {
        return no_number(&signed, &listed, &fields, "people").await;
    };
    match signed.desk.store().declare_reached(&id, people, &signed.actor(), now()).await {
        Ok(()) => see(&format!("/equipe/seances/{id}?fait=touchees")),
        Err(error) => signed.desk.failed(error),
    }
}

/// The filter of a link. What is no word of ours does not narrow.
pub(super) fn filter(query: &Fields) -> (Period, Filter) {
    let period = Period::asked(query).unwrap_or_else(Period::this_year);
    let kind = query.get("type");
    let filter = Filter {
        from: period.from,
        to: period.to,
        kind: Kind::parse(kind),
        interventions: kind == "interventions",
        held: Held::parse(query.get("etat")),
        departement: query.get("departement").to_owned(),
        audience: query.get("public").to_owned(),
        declared: match query.get("declare") {
            "oui" => Some(true),
            "non" => Some(false),
            _ => None,
        },
        state: RequestState::parse(query.get("etat")).map_or("", RequestState::as_str).to_owned(),
        reason: query.get("motif").to_owned(),
    };
    (period, filter)
}

/// What the page says that it shows.
#[derive(Serialize)]
struct Told<'a> {
    kind: &'a str,
    held: &'a str,
    departement: &'a str,
    audience: &'a str,
    declared: &'a str,
    state: &'a str,
    reason: &'a str,
}

fn told(filter: &Filter) -> Told<'_> {
    Told {
        kind: if filter.interventions { "interventions" } else { filter.kind.map_or("", Kind::as_str) },
        held: filter.held.map_or("", Held::as_str),
        departement: &filter.departement,
        audience: &filter.audience,
        declared: match filter.declared {
            Some(true) => "oui",
            Some(false) => "non",
            None => "",
        },
        state: &filter.state,
        reason: &filter.reason,
    }
}
