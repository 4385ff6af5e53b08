//! Institutions' requests: the list, and the refusal of one. Accepting and proposing are forms of a session
//! (`session_form`).

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use crate::calendar::form::{self, Fields};
use crate::calendar::{Command, FieldError, Reason, school, view};
use crate::host::desk::{Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;

/// `GET /equipe/demandes`
pub(in crate::host) async fn list(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    show(&signed, StatusCode::OK, !query.get("fait").is_empty(), "", &Fields::default(), &[]).await
}

/// `POST /equipe/demandes/{id}`: declines with a reason and an answer.
pub(in crate::host) async fn answer(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    let (reason, answer) = match form::decline(&fields) {
        Ok(read) => read,
        Err(errors) => return show(&signed, StatusCode::UNPROCESSABLE_ENTITY, false, &id, &fields, &errors).await,
    };
    let command = Command::DeclineRequest { request: id, reason, answer };
    match signed.desk.store().execute(&command, &signed.actor(), now()).await {
        Ok(_) => see("/equipe/demandes?fait=1"),
        Err(error) => signed.desk.failed(error),
    }
}

async fn show(
    signed: &Signed,
    status: StatusCode,
    done: bool,
    unanswered: &str,
    fields: &Fields,
    errors: &[FieldError],
) -> Response<Body> {
    match signed.desk.store().requests().await {
        Ok(requests) => {
            let shown: Vec<view::Asked> = requests.iter().map(view::asked).collect();
            let zones: BTreeMap<&str, &str> = requests
                .iter()
                .filter_map(|request| {
                    Some((request.departement.as_str(), school::zone(&request.departement)?.as_str()))
                })
                .collect();
            let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
            let context = with_form(signed.context("/equipe/demandes/"), fields, errors)
                .with("requests", &shown)
                .with("zones", &zones)
                .with("reasons", &reasons)
                .with("done", &done)
                .with("unanswered", unanswered);
            signed.desk.page(status, Reach::Secret, "equipe/demandes.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}
