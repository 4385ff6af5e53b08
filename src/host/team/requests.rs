//! Institutions' requests: the list, and the answer to one.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use crate::calendar::{Command, view};
use crate::host::desk::{Reach, now, see};
use crate::host::posted::{Asked, Posted};

/// `GET /equipe/demandes`
pub(in crate::host) async fn list(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    show(&signed, StatusCode::OK, !query.get("fait").is_empty(), "").await
}

/// `POST /equipe/demandes/{id}`: declines with a reason. Accepting is making a session of it (`session_form`).
pub(in crate::host) async fn answer(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    let answer = fields.get("answer").to_owned();
    if answer.is_empty() || answer.chars().count() > 2000 {
        return show(&signed, StatusCode::UNPROCESSABLE_ENTITY, false, &id).await;
    }
    let command = Command::DeclineRequest { request: id, answer };
    match signed.desk.store().execute(&command, &signed.actor(), now()).await {
        Ok(_) => see("/equipe/demandes?fait=1"),
        Err(error) => signed.desk.failed(error),
    }
}

async fn show(signed: &Signed, status: StatusCode, done: bool, unanswered: &str) -> Response<Body> {
    match signed.desk.store().requests().await {
        Ok(requests) => {
            let shown: Vec<view::Asked> = requests.iter().map(view::asked).collect();
            let context = signed
                .context("/equipe/demandes/")
                .with("requests", &shown)
                .with("done", &done)
                .with("unanswered", unanswered);
            signed.desk.page(status, Reach::Secret, "equipe/demandes.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}
