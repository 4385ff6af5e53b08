//! The first page of the staff area: sessions to come, and what waits for an answer.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::Signed;
use crate::calendar::{RequestState, view};
use crate::host::desk::{Reach, now};
use crate::host::posted::Asked;
use crate::store::PostState;

/// `GET /equipe/`; `?passees=1` shows the past year instead.
pub(in crate::host) async fn page(signed: Signed, Asked(query): Asked) -> Response<Body> {
    let past = !query.get("passees").is_empty();
    let now = now();
    let (from, to) = if past { (now - 366 * 86_400, now) } else { (now - 86_400, now + 3 * 366 * 86_400) };
    let own = (!signed.is_coordinator()).then_some(signed.who.staff.id.as_str());
    let store = signed.desk.store();
    let sessions = match store.staff_sessions(from, to, own).await {
        Ok(sessions) => sessions,
        Err(error) => return signed.desk.failed(error),
    };
    let (mut requests, mut kept, mut dead) = (0, 0, 0);
    if signed.is_coordinator() {
        match (store.requests().await, store.posts(500).await) {
            (Ok(all), Ok(posts)) => {
                requests = all.iter().filter(|r| r.state == RequestState::Received).count();
                kept = posts.iter().filter(|p| p.state == PostState::Kept).count();
                dead = posts.iter().filter(|p| p.state == PostState::Dead).count();
            }
            (Err(error), _) | (_, Err(error)) => return signed.desk.failed(error),
        }
    }
    let shown: Vec<view::Trainer> = sessions.iter().map(|l| view::trainer(&l.session, l.seats, &[], now)).collect();
    let context = signed
        .context("/equipe/")
        .with("sessions", &shown)
        .with("past", &past)
        .with("requests", &requests)
        .with("kept", &kept)
        .with("dead", &dead);
    signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/accueil.html", &context)
}
