//! What is stored of the person a link of a mail belongs to: seen, taken away as a file, erased.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::calendar::retention::{self, Kept};
use crate::calendar::{french, view};
use crate::host::desk::{Desk, Reach, now};
use crate::host::posted::Posted;
use crate::store::{Error, Stored, Written};

const PARIS: &str = "Europe/Paris";

/// A line of the table.
#[derive(Serialize)]
struct Line {
    what: &'static str,
    value: String,
    until: String,
}

/// `GET /calendrier/donnees/{token}`; with `.json` at the end, the same as a file.
pub(in crate::host) async fn page(desk: Desk, Path(token): Path<String>) -> Response<Body> {
    let (token, file) = token.strip_suffix(".json").map_or((token.as_str(), false), |token| (token, true));
    let stored = match desk.store().stored(token, now()).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => return desk.failed(error),
    };
    let letters = match &stored {
        Stored::Registration(one, _) => desk.store().letters_about(&one.id).await,
        Stored::Request(..) => Ok(Vec::new()),
    };
    let letters = match letters {
        Ok(letters) => letters,
        Err(error) => return desk.failed(error),
    };
    let kept = kept(&stored, desk.keep_days());
    if file {
        return download(&stored, &kept, &letters);
    }
    let line = |kept: &Kept| Line {
        what: kept.what,
        value: kept.value.clone(),
        until: kept.until.map(|at| french::day(french::civil(at, PARIS).date())).unwrap_or_default(),
    };
    let written: Vec<(String, String)> =
        letters.iter().map(|one| (one.kind.clone(), french::moment(one.created, PARIS))).collect();
    let (title, request) = match &stored {
        Stored::Registration(_, listed) => (listed.session.title.clone(), false),
        Stored::Request(..) => (desk.word("calendar_ask"), true),
    };
    let context = desk
        .context("/calendrier/donnees/")
        .with("token", token)
        .with("title", &title)
        .with("is_request", &request)
        .with("kept", &kept.iter().map(line).collect::<Vec<_>>())
        .with("letters", &written);
    desk.page(StatusCode::OK, Reach::Secret, "calendrier/donnees.html", &context)
}

/// `POST /calendrier/donnees/{token}`: erases.
pub(in crate::host) async fn erase(desk: Desk, Path(token): Path<String>, Posted(_): Posted) -> Response<Body> {
    let now = now();
    let done = match desk.store().stored(&token, now).await {
        Ok(Some(Stored::Registration(one, _))) => desk.store().forget_registration(&one.id, now).await,
        Ok(Some(Stored::Request(one, _))) => desk.store().forget_request(&one.id, now).await,
        Ok(None) => return desk.message(StatusCode::GONE, "dead_link"),
        Err(error) => Err(Error::from(error)),
    };
    match done {
        Ok(()) => desk.message(StatusCode::OK, "erased"),
        Err(error) => desk.failed(error),
    }
}

fn kept(stored: &Stored, keep_days: u32) -> Vec<Kept> {
    match stored {
        Stored::Registration(one, listed) => retention::registration(one, &listed.session, keep_days),
        Stored::Request(one, listed) => {
            retention::request(one, listed.as_ref().map(|listed| &listed.session), keep_days)
        }
    }
}

fn download(stored: &Stored, kept: &[Kept], letters: &[Written]) -> Response<Body> {
    let fields: Vec<Value> = kept
        .iter()
        .map(|kept| {
            let until = kept.until.map(|at| french::rfc3339(at, PARIS));
            json!({"field": kept.what, "value": kept.value, "erased_from": until})
        })
        .collect();
    let letters: Vec<Value> = letters
        .iter()
        .map(|one| json!({"kind": one.kind, "written": french::rfc3339(one.created, PARIS), "content_erased": one.erased}))
        .collect();
    let about = match stored {
        Stored::Registration(one, listed) => json!({
            "state": one.state,
            "made": french::rfc3339(one.created, PARIS),
            "session": view::public(&listed.session, listed.seats, now()).title,
            "starts": french::rfc3339(listed.session.start.instant, &listed.session.start.zone),
        }),
        Stored::Request(one, _) => json!({"state": one.state, "made": french::rfc3339(one.created, PARIS)}),
    };
    let text = json!({"about": about, "stored": fields, "letters": letters});
    let mut response = Response::new(Body::from(format!("{text:#}\n")));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"mes-donnees.json\""));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}
