//! A series and its episodes as values: what the folders `episodes/` say, checked against the files beside them.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, Zoned};

use super::chapters::Chapter;
use super::transcript::Transcript;
use crate::media::audio::Facts;

/// A podcast: a section with a `series:` table.
#[derive(Debug, Clone)]
pub struct Series {
    /// The section's file below the content root (`podcast/_index.md`).
    pub source: String,
    /// The same for diagnostics and outputs (`episodes/_index.md`).
    pub shown: String,
    /// Its name only, no keywords.
    pub title: String,
    /// What it is about, plain text.
    pub description: String,
    /// Address of its page.
    pub link: String,
    /// Path of its feed (`podcast/feed.xml`).
    pub feed_path: String,
    /// Address of its feed.
    pub feed_url: String,
    /// `fr`.
    pub language: String,
    /// Who makes it.
    pub author: String,
    /// Whom directories write to; a role, not a person.
    pub owner_name: String,
    /// Public once the feed is: a role address, or none.
    pub owner_email: Option<String>,
    /// Apple's categories, the first counts.
    pub categories: Vec<(String, Option<String>)>,
    /// Whether directories must warn.
    pub explicit: bool,
    /// UUID of the show, for life.
    pub guid: String,
    /// The square cover.
    pub image: Option<Picture>,
    /// Holder of the rights, no sign, no year.
    pub copyright: Option<String>,
    /// Licence of the episodes.
    pub license: Option<License>,
    /// `episodic` or `serial`.
    pub kind: &'static str,
    /// Whether other platforms are asked not to import the feed.
    pub locked: bool,
    /// Where to give: text and address.
    pub funding: Option<String>,
    /// Newest first.
    pub episodes: Vec<Episode>,
}

/// One episode: a page with an `episode:` table.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The page's file below the content root (`podcast/un/index.md`).
    pub source: String,
    /// The same for diagnostics and outputs (`episodes/un/index.md`).
    pub shown: String,
    /// Without number.
    pub title: String,
    /// A few sentences of plain text.
    pub description: String,
    /// Address of its page.
    pub link: String,
    /// Path of its folder (`podcast/un`), below which its files are published.
    pub folder: String,
    /// Never changes.
    pub guid: String,
    /// Place in its season.
    pub number: Option<u64>,
    /// Season, from 1.
    pub season: Option<u64>,
    /// `full`, `trailer` or `bonus`.
    pub kind: &'static str,
    /// When it is published.
    pub date: Zoned,
    /// The sound.
    pub audio: Audio,
    /// Whether directories must warn.
    pub explicit: bool,
    /// Who speaks.
    pub persons: Vec<Person>,
    /// What is said, and the address of its WebVTT file.
    pub transcript: Option<(Transcript, String)>,
    /// In order.
    pub chapters: Vec<Chapter>,
    /// True when no human voice is heard.
    pub synthetic_voice: bool,
    /// What one may prefer to know before listening.
    pub content_note: Option<String>,
    /// Help services by id.
    pub help: Vec<String>,
    /// Its own cover.
    pub image: Option<Picture>,
}

impl Episode {
    /// True when it is not yet time.
    pub fn upcoming(&self, now: Timestamp) -> bool {
        self.date.timestamp() > now
    }
}

/// A sound file beside a page.
#[derive(Debug, Clone)]
pub struct Audio {
    /// Its address.
    pub url: String,
    /// The file.
    pub file: PathBuf,
    /// What was read from it.
    pub facts: Facts,
}

impl Audio {
    /// How long it plays.
    pub fn duration(&self) -> Duration {
        self.facts.duration
    }
}

/// A voice of an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role of the podcast taxonomy (`host`, `guest`, `narrator`…).
    pub role: String,
}

/// A picture beside a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its address.
    pub url: String,
    /// The file.
    pub file: PathBuf,
}

/// The licence of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// Identifier, lower-cased (`cc-by-sa-4.0`).
    pub id: String,
    /// Where it is written.
    pub url: Option<String>,
}
