//! The search without a script: `GET /recherche/?q=`, answered with pages and passages of episodes.
//!
//! Entry points: [`page`], and [`Finder`], which reads the index that the build made for browsers. The question is
//! neither logged nor kept; an answer is never stored by the browser.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use url::form_urlencoded;

use super::desk::Reach;
use super::{App, router};
use crate::find::ask::{self, Heard, SHOWN, Said};
use crate::find::pages::Pages;

/// The template of the theme; without it, the path is any page of the site.
const TEMPLATE: &str = "recherche.html";
/// Where the build puts the index of what is said.
const INDEX: &str = "podcast/paroles/";
/// Characters of a question.
const LONGEST: usize = 120;

/// What questions are asked of.
#[derive(Debug, Default)]
pub(super) struct Finder {
    pages: Pages,
    said: Said,
}

impl Finder {
    /// Reads the published files of an index, in the language `lang`.
    pub(super) fn load<'a>(files: impl Iterator<Item = (&'a str, Bytes)>, lang: &str) -> Self {
        let list = format!("search_index.{lang}.json");
        let (mut pages, mut parts) = (Pages::default(), Vec::new());
        for (path, bytes) in files {
            if path == list {
                pages = Pages::load(&bytes);
            } else if let Some(name) = path.strip_prefix(INDEX) {
                parts.push((name, bytes.to_vec()));
            }
        }
        Self { pages, said: Said::load(parts.into_iter()) }
    }
}

/// A passage as the template shows it.
#[derive(Debug, Serialize)]
struct Passage {
    title: String,
    url: String,
    audio: String,
    number: Option<u64>,
    #[serde(rename = "type")]
    kind: String,
    second: u64,
    clock: String,
    voice: String,
    /// Pieces of the words, and whether each was asked for.
    pieces: Vec<(String, bool)>,
}

/// `GET /recherche/`, with or without `q`.
pub(super) async fn page(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let Some(desk) = app.desk().filter(|desk| desk.has(TEMPLATE)) else {
        return router::page(State(app), request).await;
    };
    let query = request.uri().query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q").map(|(_, value)| value);
    let question: String = asked.unwrap_or_default().trim().chars().take(LONGEST).collect();
    let site = app.site();
    let finder = site.finder(desk.lang());
    let (all, heard) = finder.said.find(&question);
    let passages: Vec<Passage> = heard.iter().map(|heard| passage(heard, &question)).collect();
    let context = desk
        .context("/recherche/")
        .with("hosted", &true)
        .with("asked", &question)
        .with("found", &finder.pages.find(&question))
        .with("heard", &passages)
        .with("said_count", &all)
        .with("said_most", &SHOWN);
    desk.page(StatusCode::OK, Reach::Secret, TEMPLATE, &context)
}

fn passage(heard: &Heard, question: &str) -> Passage {
    let Heard { document, passage } = heard;
    let said = &document.said[*passage];
    Passage {
        title: document.title.clone(),
        url: document.url.clone(),
        audio: document.audio.clone(),
        number: document.number,
        kind: document.kind.clone(),
        second: said.0,
        clock: clock(said.0),
        voice: said.2.clone(),
        pieces: ask::marked(&said.1, question),
    }
}

/// `12:41`, `1:02:03`.
fn clock(second: u64) -> String {
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
