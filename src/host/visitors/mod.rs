//! The calendar's public pages: what takes place, a seat, a request, the calendars to subscribe to.
//!
//! Each file is one subject; `router` lists their addresses. No cookie, no account, no script: a visitor is known by the
//! link of a mail alone. A GET never acts, because mail programs open links before people do.

mod calendars;
mod downloads;
mod figures;
mod lists;
mod registration;
mod request;
mod rights;
mod session;

pub(super) use calendars::{audience as audience_feed, departement as departement_feed, feed, trainer};
pub(super) use downloads::{csv as downloads_csv, json as downloads_json};
pub(super) use figures::{Shown as ShownFigures, page as figures, years as figure_years};
pub(super) use lists::{list, month};
pub(super) use registration::{confirm, confirmation, form as register_form, manage, managed, received, register};
pub(super) use request::{
    answer as answer_proposal, follow, form as request_form, received as request_received, send as send_request,
};
pub(super) use rights::{erase as erase_own, page as own_data};
pub(super) use session::page as session;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::desk::{Desk, now};
use crate::calendar::departements;
use crate::store::Listed;

/// A session everybody may see, or the page that says there is none.
async fn public_session(desk: &Desk, id: &str) -> Result<Listed, Response<Body>> {
    match desk.store().session(id).await {
        Ok(Some(listed)) if listed.session.is_public() => Ok(listed),
        Ok(_) => Err(desk.message(StatusCode::NOT_FOUND, "no_session")),
        Err(error) => Err(desk.failed(error)),
    }
}

/// What a form chooses a département from: code and label.
pub(super) fn departement_choices() -> Vec<(&'static str, String)> {
    departements::choices().map(|(code, name)| (code, format!("{code} – {name}"))).collect()
}

/// Epochs of a window of sessions around now.
fn window(days_back: i64, days_ahead: i64) -> (i64, i64) {
    let now = now();
    (now - days_back * 86_400, now + days_ahead * 86_400)
}
