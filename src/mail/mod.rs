//! Messages and their delivery; the only place that knows SMTP.
//!
//! Entry points: [`Mailer::new`], [`Mailer::render`] (also the preview of the staff area), [`deliver_due`] for one round,
//! [`run`] for the worker. Letters come from the outbox of `store`, at least once, with a Message-ID that tells twins.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::calendar::ics::Publisher;
use crate::calendar::{Epoch, Letter};
use crate::store::Store;
use crate::templates::Renderer;

/// How mail leaves the machine. The password comes from the environment (`REPERE_SMTP_PASSWORD`), never from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Host name of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Login; empty for none.
    pub user: String,
    /// Password; empty for none.
    pub password: String,
    /// `starttls`, `tls` or `none`.
    pub security: Security,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain, then upgraded; refused when the server cannot.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Plain: a relay on the same machine.
    None,
}

/// What the mailer needs to know of the site.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whom mails come from, and the address of the site.
    pub publisher: Publisher,
    /// Language of the mails.
    pub lang: String,
    /// The mail server; `None` keeps mails in `folder`.
    pub smtp: Option<Smtp>,
    /// `DATA/mail`.
    pub folder: PathBuf,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rendered {
    /// Neutral subject, one line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// The calendar object, when it has one.
    pub calendar: Option<String>,
}

/// Renders and delivers letters.
#[derive(Debug, Clone)]
pub struct Mailer {
    settings: Arc<Settings>,
    renderer: Arc<Renderer>,
}

impl Mailer {
    /// A mailer with the site's templates.
    pub fn new(settings: Settings, renderer: Arc<Renderer>) -> Self {
        Self { settings: Arc::new(settings), renderer }
    }

    /// The words of a letter.
    pub fn render(&self, letter: &Letter) -> Result<Rendered> {
        let _ = (letter, &self.settings, &self.renderer);
        unimplemented!()
    }
}

/// Delivers every letter that is due, once. Returns how many were handled.
pub async fn deliver_due(store: &Store, mailer: &Mailer, now: Epoch) -> Result<usize> {
    let _ = (store, mailer, now);
    unimplemented!()
}

/// The worker: every few seconds, until `stop` is told.
pub async fn run(store: Store, mailer: Mailer, stop: tokio::sync::watch::Receiver<bool>) {
    let _ = (store, mailer, stop);
    unimplemented!()
}
