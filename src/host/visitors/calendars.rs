//! Calendars as files: the public feed, one session, a trainer's own feed. Conditional like every file of the site.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::{public_session, window};
use crate::calendar::ics::Publisher;
use crate::calendar::{Kind, Session, departements, ics};
use crate::host::desk::Desk;
use crate::host::{deliver, pages};

/// Cancelled and past sessions stay in the feed for this long, so that programs take the change in.
const DAYS_BACK: i64 = 30;
const DAYS_AHEAD: i64 = 3 * 366;

/// `GET /calendrier.ics`
pub(in crate::host) async fn feed(desk: Desk, method: Method, headers: HeaderMap) -> Response<Body> {
    let (from, to) = window(DAYS_BACK, DAYS_AHEAD);
    match desk.store().public_sessions(from, to).await {
        Ok(listed) => {
            let sessions: Vec<Session> = listed.into_iter().map(|l| l.session).collect();
            answer(&ics::feed(&sessions, &desk.publisher()), &sessions, &method, &headers).await
        }
        Err(error) => desk.failed(error),
    }
}

/// `GET /calendrier/departement/2A.ics`: what takes place there, and webinars, which are for everybody.
pub(in crate::host) async fn departement(
    desk: Desk,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let code = file.strip_suffix(".ics").unwrap_or_default();
    let Some(name) = departements::name(code) else { return desk.message(StatusCode::NOT_FOUND, "no_calendar") };
    let here = |session: &Session| session.departement == code || session.kind == Kind::Webinar;
    some(&desk, &format!("{name} ({code})"), here, &method, &headers).await
}

/// `GET /calendrier/public/equipes-educatives.ics`: what is for an audience, by its name as addresses write it. Empty for
/// one that nothing is for: a program that subscribed keeps its subscription between two seasons.
pub(in crate::host) async fn audience(
    desk: Desk,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let wanted = file.strip_suffix(".ics").filter(|slug| !slug.is_empty() && slug.len() <= 160);
    let Some(wanted) = wanted.filter(|wanted| slug::slugify(wanted) == *wanted) else {
        return desk.message(StatusCode::NOT_FOUND, "no_calendar");
    };
    let meant = |session: &Session| slug::slugify(&session.audience) == wanted;
    some(&desk, &wanted.replace('-', " "), meant, &method, &headers).await
}

/// A part of the public feed, under its own name.
async fn some(
    desk: &Desk,
    name: &str,
    wanted: impl Fn(&Session) -> bool,
    method: &Method,
    headers: &HeaderMap,
) -> Response<Body> {
    let (from, to) = window(DAYS_BACK, DAYS_AHEAD);
    match desk.store().public_sessions(from, to).await {
        Ok(listed) => {
            let sessions: Vec<Session> = listed.into_iter().map(|l| l.session).filter(wanted).collect();
            let publisher = Publisher { name: format!("{} – {name}", desk.publisher().name), ..desk.publisher() };
            answer(&ics::feed(&sessions, &publisher), &sessions, method, headers).await
        }
        Err(error) => desk.failed(error),
    }
}

/// `GET /calendrier/{session}.ics`
pub(in crate::host) async fn one(desk: &Desk, id: &str, method: &Method, headers: &HeaderMap) -> Response<Body> {
    let session = match public_session(desk, id).await {
        Ok(listed) => listed.session,
        Err(response) => return response,
    };
    let sessions = [session];
    let mut response = answer(&ics::feed(&sessions, &desk.publisher()), &sessions, method, headers).await;
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"seance.ics\""));
    response
}

/// `GET /calendrier/agenda/{token}.ics`: the link is the key, so it is neither kept by proxies nor told.
pub(in crate::host) async fn trainer(
    desk: Desk,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    let owner = match desk.store().feed_owner(token).await {
        Ok(Some(owner)) => owner,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    let (from, to) = window(DAYS_BACK, DAYS_AHEAD);
    match desk.store().staff_sessions(from, to, Some(&owner.id)).await {
        Ok(listed) => {
            let sessions: Vec<Session> = listed.into_iter().map(|l| l.session).collect();
            let mut response =
                answer(&ics::trainer_feed(&sessions, &desk.publisher()), &sessions, &method, &headers).await;
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
            response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            response
        }
        Err(error) => desk.failed(error),
    }
}

async fn answer(text: &str, sessions: &[Session], method: &Method, headers: &HeaderMap) -> Response<Body> {
    let changed = sessions.iter().map(|s| s.changed).max().unwrap_or(0);
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(changed.unsigned_abs());
    let entry = pages::Entry::made("calendrier.ics", text.to_owned().into(), modified);
    deliver::entry(&entry, method, headers, None).await
}
