//! A series and its episodes as values: what the folders `episodes/` say, checked against the files beside them.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde::{Serialize, Serializer};

use super::chapters::Chapter;
use super::transcript::Transcript;
use crate::media::audio::Facts;
use crate::media::sound::Measured;

/// A podcast: a section with a `series:` table.
#[derive(Debug, Clone, Serialize)]
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
    /// Path of its folder, below which its files are published (`podcast`).
    pub folder: String,
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
    /// Where to give.
    pub funding: Vec<Funding>,
    /// Who is in every episode that does not say otherwise.
    pub persons: Vec<Person>,
    /// What the series is about, or where it is made.
    pub locations: Vec<Location>,
    /// What its seasons are called.
    pub seasons: Vec<(u64, String)>,
    /// Pictures beside the cover: banner, canvas…
    pub images: Vec<Banner>,
    /// Who must not show it.
    pub block: Block,
    /// Free words: purpose and text.
    pub txt: Vec<(String, String)>,
    /// How often an episode comes.
    pub frequency: Option<Frequency>,
    /// Series that this one recommends.
    pub podroll: Vec<Remote>,
    /// The feed of its publisher.
    pub publisher: Option<Remote>,
    /// `podcast`, `course`…
    pub medium: &'static str,
    /// True when no episode will follow.
    pub complete: bool,
    /// Whether each episode is also a booklet on paper.
    pub booklet: bool,
    /// Where the feed has moved to.
    pub moved_to: Option<String>,
    /// Newest first.
    #[serde(skip)]
    pub episodes: Vec<Episode>,
}

/// One episode: a page with an `episode:` table.
#[derive(Debug, Clone, Serialize)]
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
    /// Who is in it: those of the series, then its own.
    pub persons: Vec<Person>,
    /// Whether that list differs from the one of the series: in a feed it then replaces that one.
    pub own_persons: bool,
    /// What is said, and the address of its WebVTT file.
    #[serde(serialize_with = "address")]
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
    /// Passages worth hearing alone.
    pub soundbites: Vec<Soundbite>,
    /// What it is about, or where it was made.
    pub locations: Vec<Location>,
    /// Its licence, when it is not that of the series.
    pub license: Option<License>,
    /// Where to give for it.
    pub funding: Vec<Funding>,
    /// What was put right after it was published, oldest first.
    pub corrections: Vec<Correction>,
    /// Other forms of it: sign language, easy words…
    pub alternates: Vec<Alternate>,
    /// True when directories must leave it out.
    pub blocked: bool,
    /// Free words: purpose and text.
    pub txt: Vec<(String, String)>,
}

/// The words themselves are not part of what a feed or a page's frame depends on.
fn address<S: Serializer>(transcript: &Option<(Transcript, String)>, to: S) -> Result<S::Ok, S::Error> {
    transcript.as_ref().map(|(_, address)| address).serialize(to)
}

impl Episode {
    /// True when it is not yet time.
    pub fn upcoming(&self, now: Timestamp) -> bool {
        self.date.timestamp() > now
    }
}

/// The sound of an episode.
#[derive(Debug, Clone, Serialize)]
pub struct Audio {
    /// Its address.
    pub url: String,
    /// Path of the file (`podcast/un/un.mp3`).
    pub path: String,
    /// The file that is published: the one beside the page, or the one made of it.
    pub file: PathBuf,
    /// The file beside the page.
    pub source: PathBuf,
    /// `sha384-…` of that one: two episodes never have the same.
    pub source_integrity: String,
    /// What was read from the file that is published.
    pub facts: Facts,
    /// `sha384-…` of it.
    pub integrity: String,
    /// Its figures, when it was decoded.
    pub measured: Option<Measured>,
    /// The Opus copy for small data plans.
    pub small: Option<Copy>,
}

impl Audio {
    /// How long it plays: as it was decoded, else as its head says.
    pub fn duration(&self) -> Duration {
        self.measured.as_ref().map(Measured::duration).filter(|time| !time.is_zero()).unwrap_or(self.facts.duration)
    }
}

/// Another file with the same sound.
#[derive(Debug, Clone, Serialize)]
pub struct Copy {
    /// Its address.
    pub url: String,
    /// Path of the file.
    pub path: String,
    /// The file.
    pub file: PathBuf,
    /// What was read from it.
    pub facts: Facts,
    /// `sha384-…` of it.
    pub integrity: String,
}

/// Another form of an episode: sign language, easy words, another language.
#[derive(Debug, Clone, Serialize)]
pub struct Alternate {
    /// The file.
    pub copy: Copy,
    /// What people choose it by.
    pub title: String,
    /// `lsf`, `falc`…
    pub rel: Option<String>,
    /// Its language, when it is another one.
    pub lang: Option<String>,
}

/// Somebody of a series or an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role of the podcast taxonomy (`host`, `guest`, `narrator`…), or a word of one's own for the page.
    pub role: String,
    /// A page about them.
    pub url: Option<String>,
    /// A picture of them, beside the page.
    pub image: Option<String>,
}

/// A picture beside a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Its address.
    pub url: String,
    /// The file.
    pub file: PathBuf,
    /// Pixels: width and height.
    pub size: Option<(u32, u32)>,
    /// What it shows.
    pub alt: Option<String>,
}

/// A picture beside the cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// The picture.
    pub picture: Picture,
    /// What it is for: `banner`, `canvas`, `social`…
    pub purpose: &'static str,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct License {
    /// Identifier, lower-cased (`cc-by-sa-4.0`).
    pub id: String,
    /// Where it is written.
    pub url: Option<String>,
}

/// Where to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Funding {
    /// An address.
    pub url: String,
    /// What the link says.
    pub text: String,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// As people call it.
    pub name: String,
    /// What it has to do with the episode: `subject` or `creator`.
    pub rel: &'static str,
    /// `geo:48.85,2.35`.
    pub geo: Option<String>,
    /// An object of OpenStreetMap: `R7444`.
    pub osm: Option<String>,
    /// ISO 3166-1, two letters.
    pub country: Option<String>,
}

/// A passage worth hearing alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Soundbite {
    /// When it begins.
    pub start: Duration,
    /// How long it plays.
    pub duration: Duration,
    /// A few words; may be empty.
    pub title: String,
}

/// What was put right after publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// When.
    pub date: Date,
    /// What, in a sentence.
    pub text: String,
}

/// Who is asked not to show a series.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Block {
    /// Every directory.
    pub everywhere: bool,
    /// Platforms by the names the podcast namespace gives them.
    pub platforms: Vec<String>,
}

/// How often an episode comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frequency {
    /// In words.
    pub text: String,
    /// The same as a recurrence rule of RFC 5545.
    pub rrule: Option<String>,
    /// From when.
    pub start: Option<Date>,
}

/// A series somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remote {
    /// Its identifier.
    pub guid: String,
    /// Address of its feed.
    pub feed_url: Option<String>,
    /// Its name.
    pub title: Option<String>,
}
