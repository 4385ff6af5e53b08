//! The outbox for the coordinator: what was sent, what is kept to be read here, what could not be delivered.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use crate::calendar::french;
use crate::host::desk::Reach;
use crate::store::{Post, PostState};

/// A line of the list.
#[derive(Serialize)]
struct Line {
    key: String,
    kind: &'static str,
    to: String,
    name: String,
    state: &'static str,
    created_text: String,
    attempts: u32,
    error: String,
}

/// `GET /equipe/messages`
pub(in crate::host) async fn list(signed: Signed) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    match signed.desk.store().posts(200).await {
        Ok(posts) => {
            let lines: Vec<Line> = posts.iter().map(line).collect();
            let context = signed.context("/equipe/messages/").with("posts", &lines);
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/messages.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `GET /equipe/messages/{key}`: as the person reads it.
pub(in crate::host) async fn one(signed: Signed, Path(key): Path<String>) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let post = match signed.desk.store().post(&key).await {
        Ok(Some(post)) if !post.letter.to.is_empty() => post,
        Ok(_) => return signed.desk.message(StatusCode::NOT_FOUND, "no_message"),
        Err(error) => return signed.desk.failed(error),
    };
    match signed.desk.mailer().render(&post.letter) {
        Ok(mail) => {
            let context = signed
                .context("/equipe/messages/")
                .with("post", &line(&post))
                .with("subject", &mail.subject)
                .with("text", &mail.text)
                .with("invitation", &mail.calendar.is_some());
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/message.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

fn line(post: &Post) -> Line {
    Line {
        key: post.key.clone(),
        kind: post.letter.kind.as_str(),
        to: post.letter.to.clone(),
        name: post.letter.name.clone(),
        state: match post.state {
            PostState::Due => "due",
            PostState::Sent => "sent",
            PostState::Kept => "kept",
            PostState::Dead => "dead",
            PostState::Cancelled => "cancelled",
        },
        created_text: french::moment(post.created, "Europe/Paris"),
        attempts: post.attempts,
        error: post.error.clone(),
    }
}
