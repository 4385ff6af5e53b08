//! How often episodes are downloaded, for the staff: the figures everybody may have, to this minute.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};

use super::Signed;
use crate::host::App;
use crate::host::counts::shown::{self, LEAST};
use crate::host::desk::Reach;

/// Later than any day: what is stored, all of it.
const ALL: &str = "9999";
/// Days of an episode that are listed; the file has all of them.
const DAYS: usize = 31;

/// `GET /equipe/ecoutes`
pub(in crate::host) async fn page(signed: Signed, State(app): State<Arc<App>>) -> Response<Body> {
    let rows = match signed.desk.store().downloads(ALL).await {
        Ok(rows) => rows,
        Err(error) => return signed.desk.failed(error),
    };
    let mut figures = shown::figures(&rows, app.site().sounds());
    for episode in &mut figures.episodes {
        // The newest first: that is what one comes to look at.
        episode.days.shown.reverse();
        episode.days.shown.truncate(DAYS);
        episode.apps.shown.sort_by(|(_, a), (_, b)| b.cmp(a));
        episode.formats.shown.sort_by(|(_, a), (_, b)| b.cmp(a));
    }
    let context = signed.context("/equipe/ecoutes/").with("figures", &figures).with("least", &LEAST);
    signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/ecoutes.html", &context)
}
