//! The outbox for the coordinator: what was sent, what is kept to be read here, what could not be delivered and can be
//! sent again; and how each message of the theme looks, with invented values.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::Signed;
use crate::calendar::{Letter, LetterKind, french};
use crate::host::desk::{Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::store::{Post, PostState};

/// A mail has its styles in itself, and asks for nothing.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
);

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
pub(in crate::host) async fn list(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    match signed.desk.store().posts(200).await {
        Ok(posts) => {
            let lines: Vec<Line> = posts.iter().map(line).collect();
            let context =
                signed.context("/equipe/messages/").with("posts", &lines).with("done", &!query.get("fait").is_empty());
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/messages.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// `GET /equipe/messages/{key}`: as the person reads it.
pub(in crate::host) async fn one(signed: Signed, Path(key): Path<String>) -> Response<Body> {
    match post(&signed, &key).await {
        Ok(post) => {
            let html = format!("/equipe/messages/{key}/html");
            show(&signed, &post.letter, Some(&line(&post)), &html)
        }
        Err(response) => response,
    }
}

/// `GET /equipe/messages/{key}/html`: the same in HTML, as a mail program shows it.
pub(in crate::host) async fn html(signed: Signed, Path(key): Path<String>) -> Response<Body> {
    match post(&signed, &key).await {
        Ok(post) => as_html(&signed, &post.letter),
        Err(response) => response,
    }
}

/// `POST /equipe/messages/{key}`: one that could not be delivered, or was kept, is tried again.
pub(in crate::host) async fn send_again(
    signed: Signed,
    Path(key): Path<String>,
    Posted(fields): Posted,
) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    match post(&signed, &key).await {
        Ok(_) => match signed.desk.store().send_again(&key, now()).await {
            Ok(()) => see("/equipe/messages?fait=1"),
            Err(error) => signed.desk.failed(error),
        },
        Err(response) => response,
    }
}

/// `GET /equipe/messages/modeles`: every kind of message.
pub(in crate::host) async fn models(signed: Signed) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let kinds: Vec<&str> = LetterKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let context = signed.context("/equipe/messages/").with("kinds", &kinds);
    signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/modeles.html", &context)
}

/// `GET /equipe/messages/modeles/{kind}`: with invented values.
pub(in crate::host) async fn model(signed: Signed, Path(kind): Path<String>) -> Response<Body> {
    match sample(&signed, &kind) {
        Ok(letter) => show(&signed, &letter, None, &format!("/equipe/messages/modeles/{kind}/html")),
        Err(response) => response,
    }
}

/// `GET /equipe/messages/modeles/{kind}/html`
pub(in crate::host) async fn model_html(signed: Signed, Path(kind): Path<String>) -> Response<Body> {
    match sample(&signed, &kind) {
        Ok(letter) => as_html(&signed, &letter),
        Err(response) => response,
    }
}

fn sample(signed: &Signed, kind: &str) -> Result<Letter, Response<Body>> {
    signed.coordinator()?;
    let kind = LetterKind::parse(kind).ok_or_else(|| signed.desk.message(StatusCode::NOT_FOUND, "no_message"))?;
    Ok(signed.desk.mailer().sample(kind))
}

async fn post(signed: &Signed, key: &str) -> Result<Post, Response<Body>> {
    signed.coordinator()?;
    match signed.desk.store().post(key).await {
        Ok(Some(post)) if !post.letter.to.is_empty() => Ok(post),
        Ok(_) => Err(signed.desk.message(StatusCode::NOT_FOUND, "no_message")),
        Err(error) => Err(signed.desk.failed(error)),
    }
}

fn show(signed: &Signed, letter: &Letter, post: Option<&Line>, html: &str) -> Response<Body> {
    match signed.desk.mailer().render(letter) {
        Ok(mail) => {
            let context = signed
                .context("/equipe/messages/")
                .with("post", &post)
                .with("kind", letter.kind.as_str())
                .with("html", html)
                .with("subject", &mail.subject)
                .with("text", &mail.text)
                .with("invitation", &mail.calendar.is_some());
            signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/message.html", &context)
        }
        Err(error) => signed.desk.failed(error),
    }
}

fn as_html(signed: &Signed, letter: &Letter) -> Response<Body> {
    match signed.desk.mailer().render(letter) {
        Ok(mail) => {
            let mut response = signed.desk.html(StatusCode::OK, Reach::Secret, mail.html);
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, MAIL_POLICY);
            response
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
