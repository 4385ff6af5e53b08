//! Messages and their delivery; the only place that knows SMTP.
//!
//! Entry points: [`Mailer::new`], [`Mailer::render`] (also the preview of the staff area), [`deliver_due`] for one round,
//! [`run`] for the worker. Letters come from the outbox of `store`, at least once, with a Message-ID that tells twins.
//! Words are the theme's: `mail/<kind>.txt` holds the subject and the text, `mail/frame.txt` and `mail/frame.html` what
//! stands around them; a theme that wants its own HTML of a letter adds `mail/<kind>.html`.

mod deliver;
mod mime;
mod render;
mod samples;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::calendar::ics::Publisher;
use crate::calendar::{Epoch, Letter, LetterKind};
use crate::templates::Renderer;

pub use deliver::{deliver_due, run};

/// How mail leaves the machine. The password comes from the environment (`REPERE_SMTP_PASSWORD`), never from a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Host name of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Login; empty for none.
    pub user: String,
    /// Password; empty for none.
    pub password: String,
    /// How the connection is protected.
    pub security: Security,
}

/// A password must not reach a log by way of a debug print.
impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
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

/// What one generation of the site says, and as whom: its templates and its settings, which belong together.
#[derive(Debug)]
pub struct Voice {
    /// Templates and what the site says of itself.
    pub renderer: Renderer,
    /// Whom mails come from and how they leave.
    pub settings: Settings,
}

/// Renders and delivers letters.
#[derive(Clone)]
pub struct Mailer {
    voice: Arc<dyn Fn() -> Arc<Voice> + Send + Sync>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("voice", &self.voice()).finish()
    }
}

impl Mailer {
    /// A mailer that asks before each letter how the site speaks now: another generation changes the next mail too.
    pub fn new(voice: impl Fn() -> Arc<Voice> + Send + Sync + 'static) -> Self {
        Self { voice: Arc::new(voice) }
    }

    /// A mailer of one generation.
    pub fn of(voice: Voice) -> Self {
        let voice = Arc::new(voice);
        Self::new(move || Arc::clone(&voice))
    }

    /// How the site speaks now.
    pub fn voice(&self) -> Arc<Voice> {
        (self.voice)()
    }

    /// Removes the mails of the local folder that were written before `before`; returns how many.
    pub fn forget(&self, before: Epoch) -> Result<u64> {
        deliver::forget(&self.voice().settings.folder, before)
    }

    /// A letter of a kind with invented values, for its preview.
    pub fn sample(&self, kind: LetterKind) -> Letter {
        let Voice { renderer, settings } = &*self.voice();
        let word = |key: &str| renderer.loaded().text(&settings.lang, key).unwrap_or(key).to_owned();
        samples::sample(kind, &word)
    }

    /// The words of a letter.
    pub fn render(&self, letter: &Letter) -> Result<Rendered> {
        self.voice().render(letter)
    }

    /// The whole mail as it travels, with its date and its Message-ID.
    pub fn message(&self, letter: &Letter, created: Epoch) -> Result<Vec<u8>> {
        Ok(self.voice().message(letter, created)?.formatted())
    }
}

impl Voice {
    fn render(&self, letter: &Letter) -> Result<Rendered> {
        render::render(letter, &self.settings, &self.renderer)
    }

    fn message(&self, letter: &Letter, created: Epoch) -> Result<lettre::Message> {
        mime::message(letter, &self.render(letter)?, created, &self.settings)
    }
}
