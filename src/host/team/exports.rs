//! Sessions, registrations and requests of a period as spreadsheets, for coordinators. Each export leaves a line in the
//! audit log: personal data left the program.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};

use super::Signed;
use super::figures::filter;
use crate::calendar::export::{self, Cell, Table};
use crate::calendar::figures::Filter;
use crate::calendar::{Epoch, Registration, Request, departements, french};
use crate::host::desk::{Desk, now};
use crate::host::posted::Asked;
use crate::store::{Counted, Listed};

/// `GET /equipe/exports/seances.csv?de=…&a=…`; also `inscriptions` and `demandes`, and `.xlsx`.
pub(in crate::host) async fn file(signed: Signed, Path(name): Path<String>, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let (period, filter) = filter(&query);
    let Some((what, kind)) = name.split_once('.').filter(|(_, kind)| matches!(*kind, "csv" | "xlsx")) else {
        return signed.desk.message(StatusCode::NOT_FOUND, "no_page");
    };
    let table = match what {
        "seances" => sessions(&signed.desk, &filter).await,
        "inscriptions" => registrations(&signed.desk, &filter).await,
        "demandes" => requests(&signed.desk, &filter).await,
        _ => return signed.desk.message(StatusCode::NOT_FOUND, "no_page"),
    };
    let table = match table {
        Ok(table) => table,
        Err(error) => return signed.desk.failed(error),
    };
    let action = if kind == "csv" { "export-csv" } else { "export-xlsx" };
    if let Err(error) = signed.desk.store().note(&signed.actor(), action, what, now()).await {
        return signed.desk.failed(error);
    }
    let (bytes, content_type) = if kind == "csv" {
        (export::csv(&table), "text/csv; charset=utf-8")
    } else {
        match export::xlsx(&table) {
            Ok(bytes) => (bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Err(error) => return signed.desk.failed(anyhow::Error::from(error)),
        }
    };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let named = format!("attachment; filename=\"{what}-{}-{}.{kind}\"", period.first, period.last);
    headers
        .insert(CONTENT_DISPOSITION, HeaderValue::from_str(&named).unwrap_or(HeaderValue::from_static("attachment")));
    response
}

async fn sessions(desk: &Desk, filter: &Filter) -> anyhow::Result<Table> {
    let staff = desk.store().staff().await?;
    let counted = desk.store().figure_sessions(filter, now()).await?;
    let listed = desk.store().staff_sessions(filter.from, filter.to, None).await?;
    let names = |id: &str| {
        let session = listed.iter().find(|listed| listed.session.id == id);
        let ids = session.map(|listed| listed.session.trainers.as_slice()).unwrap_or_default();
        let names = ids.iter().filter_map(|id| staff.iter().find(|one| one.id == *id)).map(|one| one.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let row = |Counted { listed: Listed { session, seats }, people }: &Counted| {
        vec![
            session.id.as_str().into(),
            desk.word(&format!("calendar_state_{}", session.state)).as_str().into(),
            desk.word(&format!("calendar_kind_{}", session.kind)).as_str().into(),
            session.title.as_str().into(),
            session.audience.as_str().into(),
            Cell::Moment(session.start.civil),
            session.start.zone.as_str().into(),
            session.minutes.into(),
            session.departement.as_str().into(),
            departements::name(&session.departement).unwrap_or_default().into(),
            session.place.public.as_str().into(),
            seats.capacity.into(),
            seats.taken.into(),
            seats.waiting.into(),
            Cell::count(*people),
            names(&session.id).as_str().into(),
        ]
    };
    let headings = [
        "id",
        "state",
        "kind",
        "title_column",
        "audience",
        "start",
        "zone",
        "minutes",
        "departement",
        "departement_name",
        "place",
        "capacity",
        "taken",
        "waiting",
        "people",
        "trainers",
    ];
    Ok(table(desk, "seances", &headings, counted.iter().map(row).collect()))
}

async fn registrations(desk: &Desk, filter: &Filter) -> anyhow::Result<Table> {
    let found = desk.store().registrations_between(filter.from, filter.to).await?;
    let row = |(one, title, start): &(Registration, String, jiff::civil::DateTime)| {
        vec![
            one.session.as_str().into(),
            title.as_str().into(),
            Cell::Moment(*start),
            desk.word(&format!("calendar_registration_{}", one.state)).as_str().into(),
            one.seats.into(),
            one.name.as_str().into(),
            one.email.as_str().into(),
            one.function.as_str().into(),
            one.organisation.as_str().into(),
            one.departement.as_str().into(),
            moment(one.created),
        ]
    };
    let headings = [
        "id",
        "title_column",
        "start",
        "state",
        "seats",
        "name",
        "email",
        "function",
        "organisation",
        "departement",
        "created",
    ];
    Ok(table(desk, "inscriptions", &headings, found.iter().map(row).collect()))
}

async fn requests(desk: &Desk, filter: &Filter) -> anyhow::Result<Table> {
    let found = desk.store().figure_requests(filter).await?;
    let row = |one: &Request| {
        vec![
            one.id.as_str().into(),
            desk.word(&format!("calendar_request_{}", one.state)).as_str().into(),
            one.reason.map_or(Cell::Empty, |reason| desk.word(&format!("calendar_reason_{reason}")).as_str().into()),
            moment(one.created),
            one.organisation.as_str().into(),
            one.name.as_str().into(),
            one.email.as_str().into(),
            one.function.as_str().into(),
            one.departement.as_str().into(),
            one.audience.as_str().into(),
            one.headcount.into(),
            one.need.as_str().into(),
            one.preferred.as_str().into(),
            one.answer.as_str().into(),
        ]
    };
    let headings = [
        "id",
        "state",
        "reason",
        "created",
        "organisation",
        "name",
        "email",
        "function",
        "departement",
        "audience",
        "headcount",
        "need",
        "preferred",
        "answer",
    ];
    Ok(table(desk, "demandes", &headings, found.iter().map(row).collect()))
}

fn moment(instant: Epoch) -> Cell {
    Cell::Moment(french::civil(instant, "Europe/Paris"))
}

fn table(desk: &Desk, name: &str, headings: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let headings = headings.iter().map(|key| desk.word(&format!("calendar_export_{key}"))).collect();
    Table { name: name.to_owned(), headings, rows }
}
