//! What everybody may know: sessions, départements, holidays, and the description of the interface.
//!
//! Answers carry an ETag and may be fetched by pages of other sites: it is open data.

use std::time::SystemTime;

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use super::OPENAPI;
use super::problem::{Problem, Wrong, nothing};
use crate::calendar::{Epoch, departements as codes, french, holidays as public, school, view};
use crate::host::desk::{Desk, now};
use crate::host::posted::Asked;
use crate::host::visitors::{ShownFigures, figure_years};
use crate::host::{deliver, pages};
use crate::store::Listed;

/// How far ahead the list goes when nothing is asked.
const DAYS_AHEAD: Epoch = 3 * 366;
/// The most sessions in one answer.
const MOST: usize = 200;
/// Years of which holidays are told.
const YEARS: std::ops::RangeInclusive<i16> = 2026..=2099;

/// A session as programs get it. A field that is here is a promise: see `openapi.json`.
#[derive(Debug, Serialize)]
struct Session<'a> {
    id: &'a str,
    kind: &'a str,
    title: &'a str,
    audience: &'a str,
    programme: &'a str,
    place: &'a str,
    online: bool,
    departement: &'a str,
    state: &'a str,
    start: &'a str,
    end: &'a str,
    minutes: u32,
    capacity: u32,
    seats_left: u32,
    open: bool,
    url: String,
    ics: String,
}

/// What a list was asked for.
struct Window {
    departement: String,
    audience: String,
    from: Epoch,
    to: Epoch,
    limit: usize,
    after: Option<(Epoch, String)>,
}

/// `GET /api/v1/sessions`
pub(in crate::host) async fn sessions(
    desk: Desk,
    method: Method,
    headers: HeaderMap,
    Asked(query): Asked,
) -> Response<Body> {
    let window = match window(&desk, &query) {
        Ok(window) => window,
        Err(problem) => return problem.answer(),
    };
    let from = window.after.as_ref().map_or(window.from, |(at, _)| window.from.max(*at));
    let listed = match desk.store().public_sessions(from, window.to).await {
        Ok(listed) => listed,
        Err(error) => return Problem::of(&desk, error).answer(),
    };
    let wanted = |one: &&Listed| {
        let session = &one.session;
        let later = window.after.as_ref().is_none_or(|(at, id)| (session.start.instant, &session.id) > (*at, id));
        let here = window.departement.is_empty() || session.departement == window.departement;
        later && here && (window.audience.is_empty() || session.audience == window.audience)
    };
    let found: Vec<&Listed> = listed.iter().filter(wanted).take(window.limit + 1).collect();
    let page = &found[..found.len().min(window.limit)];
    let next = (found.len() > window.limit).then(|| page.last()).flatten();
    let next = next.map(|one| format!("{}-{}", one.session.start.instant, one.session.id));
    let sessions: Vec<Value> = page.iter().map(|one| session_value(&desk, one)).collect();
    answer(&json!({"sessions": sessions, "next": next}), &method, &headers).await
}

/// `GET /api/v1/sessions/{id}`
pub(in crate::host) async fn session(
    desk: Desk,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    match desk.store().session(&id).await {
        Ok(Some(listed)) if listed.session.is_listed() => {
            answer(&session_value(&desk, &listed), &method, &headers).await
        }
        Ok(_) => nothing(&desk).answer(),
        Err(error) => Problem::of(&desk, error).answer(),
    }
}

/// `GET /api/v1/departements`
pub(in crate::host) async fn departements(desk: Desk, method: Method, headers: HeaderMap) -> Response<Body> {
    let base = desk.publisher().base_url;
    let one = |(code, name): (&str, &str)| {
        json!({
            "code": code,
            "name": name,
            "zone": codes::zone(code),
            "school_zone": school::zone(code),
            "ics": format!("{base}/calendrier/departement/{code}.ics"),
        })
    };
    answer(&json!({"departements": codes::choices().map(one).collect::<Vec<_>>()}), &method, &headers).await
}

/// `GET /api/v1/departements/{code}/holidays?year=2027`
pub(in crate::host) async fn holidays(
    desk: Desk,
    Path(code): Path<String>,
    Asked(query): Asked,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    if codes::name(&code).is_none() {
        return nothing(&desk).answer();
    }
    let asked = match query.get("year") {
        "" => Some(civil(now()).year()),
        text => text.parse().ok().filter(|year| YEARS.contains(year)),
    };
    let Some(year) = asked else {
        return bad(vec![wrong(&desk, "year", "calendar_error_number")]).answer();
    };
    let (first, last) = (jiff::civil::date(year, 1, 1), jiff::civil::date(year, 12, 31));
    let public = public::of_year(&code, year).into_iter().map(|(date, holiday)| {
        let name = desk.word(&format!("calendar_holiday_{holiday}"));
        json!({"date": date.to_string(), "holiday": holiday, "name": name})
    });
    let school = school::holidays(&code, first, last).into_iter().map(|span| {
        let name = desk.word(&format!("calendar_school_{}", span.holiday));
        let (first, last) = (span.first.to_string(), span.last.to_string());
        json!({"first": first, "last": last, "holiday": span.holiday, "name": name})
    });
    let known = school::known(&code).map(|(first, last)| json!({"first": first.to_string(), "last": last.to_string()}));
    let body = json!({
        "departement": code,
        "year": year,
        "public": public.collect::<Vec<_>>(),
        "school": school.collect::<Vec<_>>(),
        "school_known": known,
    });
    answer(&body, &method, &headers).await
}

/// `GET /api/v1/figures?year=2026`
pub(in crate::host) async fn figures(
    desk: Desk,
    Asked(query): Asked,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let asked = match query.get("year") {
        "" => figure_years().next(),
        text => text.parse().ok().filter(|year| figure_years().any(|known| known == *year)),
    };
    let Some(year) = asked else {
        return bad(vec![wrong(&desk, "year", "calendar_error_number")]).answer();
    };
    match ShownFigures::of_year(&desk, year).await {
        Ok(shown) => answer(&json!(shown), &method, &headers).await,
        Err(error) => Problem::of(&desk, error).answer(),
    }
}

/// `GET /api/v1/openapi.json`
pub(in crate::host) async fn description(method: Method, headers: HeaderMap) -> Response<Body> {
    deliver_json(OPENAPI.to_owned(), &method, &headers).await
}

fn session_value(desk: &Desk, listed: &Listed) -> Value {
    let public = view::public(&listed.session, listed.seats, now());
    let base = desk.publisher().base_url;
    let session = Session {
        id: &public.id,
        kind: public.kind,
        title: &public.title,
        audience: &public.audience,
        programme: &public.programme,
        place: &public.place,
        online: public.online,
        departement: &public.departement,
        state: public.state,
        start: &public.start,
        end: &public.end,
        minutes: public.minutes,
        capacity: public.capacity,
        seats_left: public.seats_left,
        open: public.open,
        url: format!("{base}/calendrier/{}/", public.id),
        ics: format!("{base}/calendrier/{}.ics", public.id),
    };
    serde_json::to_value(session).unwrap_or_default()
}

/// The filter of a list; every parameter that is wrong at once.
fn window(desk: &Desk, query: &crate::calendar::form::Fields) -> Result<Window, Problem> {
    let mut errors = Vec::new();
    let (departement, audience) = (query.get("departement").to_owned(), query.get("audience").to_owned());
    if !departement.is_empty() && codes::name(&departement).is_none() {
        errors.push(wrong(desk, "departement", "calendar_error_departement"));
    }
    if audience.chars().count() > 160 {
        errors.push(wrong(desk, "audience", "calendar_error_long"));
    }
    let mut day = |name: &str, default: Epoch| match query.get(name) {
        "" => default,
        text => midnight(text).unwrap_or_else(|| {
            errors.push(wrong(desk, name, "calendar_error_date"));
            default
        }),
    };
    let now = now();
    let from = day("from", now - 86_400);
    // Whole days: what starts on the last one is in.
    let to = day("to", now + DAYS_AHEAD * 86_400 - 86_400).saturating_add(86_400);
    let limit = match query.get("limit") {
        "" => Some(50),
        text => text.parse().ok().filter(|limit| (1..=MOST).contains(limit)),
    };
    if limit.is_none() {
        errors.push(wrong(desk, "limit", "calendar_error_number"));
    }
    let after = match query.get("after") {
        "" => None,
        text => {
            let cursor = text.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
            if cursor.is_none() {
                errors.push(wrong(desk, "after", "calendar_error_choice"));
            }
            cursor
        }
    };
    if !errors.is_empty() {
        return Err(bad(errors));
    }
    Ok(Window { departement, audience, from, to, limit: limit.unwrap_or(50), after })
}

fn wrong(desk: &Desk, parameter: &str, key: &str) -> Wrong {
    let code = key.trim_start_matches("calendar_error_").to_owned();
    Wrong { pointer: parameter.to_owned(), code, detail: desk.word(key) }
}

fn bad(errors: Vec<Wrong>) -> Problem {
    Problem::wrong(StatusCode::BAD_REQUEST, errors)
}

/// The start of a day in Paris; `None` for what is no day of this or the next century.
fn midnight(text: &str) -> Option<Epoch> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let zoned = date.to_zoned(paris).ok().filter(|_| (2000..2200).contains(&date.year()))?;
    Some(zoned.timestamp().as_second())
}

fn civil(instant: Epoch) -> Date {
    french::civil(instant, "Europe/Paris").date()
}

async fn answer(value: &Value, method: &Method, headers: &HeaderMap) -> Response<Body> {
    deliver_json(format!("{value}\n"), method, headers).await
}

/// JSON with a strong ETag. Seats change without a date anybody could compare, so there is no Last-Modified.
async fn deliver_json(text: String, method: &Method, headers: &HeaderMap) -> Response<Body> {
    let entry = pages::Entry::made("answer.json", text.into(), SystemTime::now());
    let mut response = deliver::entry(&entry, method, headers, None).await;
    let head = response.headers_mut();
    head.remove(LAST_MODIFIED);
    head.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    head.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
