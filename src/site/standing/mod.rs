//! What a build into a folder leaves so that the next one need not understand ten thousand records to make one page anew:
//! the states of all files that were looked at, and what the rest of the site says of each page.
//!
//! Entry points: [`refresh`] instead of a build, as far as nothing but bodies of pages changed; [`leave`] at the end of
//! a build; [`refreshed`], what was refreshed since. One file has what the build left, another beside it what was
//! refreshed since. Neither is believed when a byte of it is not as it was written, when the program, an option or the
//! configuration is another, or when a file that it names is not in the state it names. Whatever is not plainly the same is
//! left to a build as always.

mod again;
mod few;
mod leave;
mod listings;
mod manifest;
mod pages;
mod shown;
mod states;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Options;
use super::remember::Made;
use crate::config::Dialect;
use crate::content::{Asset, PageKey, Taxonomy};
use crate::memory::{Print, Slot, Stamp};
use crate::templates::Fields;

pub use again::{Refreshed, refresh};
pub(super) use leave::{Built, leave};

use listings::Listing;
use states::{Bytes, State, States, state};

/// What a build left.
#[derive(Debug, Serialize, Deserialize)]
struct Standing<'a> {
    /// Of the program, the configuration and the options.
    environment: Print,
    /// The folder that the site was published in.
    folder: String,
    /// How the dialect was guessed, and whether the content was asked for it.
    guessed: Option<(Dialect, String)>,
    content_decides: bool,
    today: jiff::civil::Date,
    now: jiff::Timestamp,
    next_change: Option<jiff::Timestamp>,
    /// What is told of the site, and of what in which files.
    summary: String,
    warnings: String,
    told: Vec<String>,
    /// There is a search index, which changes with every body.
    searched: bool,
    /// What variables of the environment were read, and what they said.
    variables: Vec<(String, Option<String>)>,
    /// The files of records.
    records: Vec<State>,
    /// Where those of the prints of files and of the style sheets stand.
    files: Option<Slot>,
    sheets: Vec<(String, Slot)>,
    /// What describes the published files.
    manifest: State,
    listings: Vec<Listing>,
    /// Everything that was read: first the pages, then the sections, both in the order of the library, then the rest.
    #[serde(borrow)]
    sources: States<'a>,
    pages: u32,
    sections: u32,
    /// The published files.
    #[serde(borrow)]
    outputs: States<'a>,
    /// Those that were written so lately that they have to be read.
    lately: Vec<(u32, Hash)>,
    /// What is known of each page, then of each section, as bytes, and where each begins.
    #[serde(borrow)]
    around: Bytes<'a>,
    begins: Vec<u32>,
    taxonomies: Vec<Taxonomy>,
    /// Pages that are not out, as the library has them.
    waiting: BTreeMap<String, String>,
}

/// The blake3 of a file's content.
type Hash = [u8; 32];

/// What the rest of the site says of a page or section, by numbers of pages and sections.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Around {
    section: Option<u32>,
    ancestors: Vec<u32>,
    subsections: Vec<u32>,
    /// The pages of a section in their order.
    pages: Vec<PageKey>,
    template: Option<String>,
    lower: Option<u32>,
    higher: Option<u32>,
    translations: Vec<u32>,
    /// Whether it is a page, and its number.
    backlinks: Vec<(bool, u32)>,
    assets: Vec<Asset>,
    /// A link leads to a part of it.
    is_led_to: bool,
    /// What others may show of what its Markdown became.
    shown: Fields,
    /// The file that it is published as, where the record of that stands, and the print of its bytes.
    output: Option<(String, Slot, Print)>,
    /// Which state of its text this is of: another build may have left its records since.
    identity: Print,
    /// Where its records stand.
    text: Slot,
    body: Slot,
}

impl<'a> Standing<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, Print)> {
        whole(bytes)
    }

    fn around(&self, number: u32) -> Option<Around> {
        let begin = usize::try_from(*self.begins.get(number as usize)?).ok()?;
        postcard::take_from_bytes(self.around.0.get(begin..)?).ok().map(|(around, _)| around)
    }
}

/// What was refreshed since a build left what it left.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Since {
    /// The print of what the build left.
    of: Print,
    sources: Vec<(u32, State)>,
    listings: Vec<(u32, State)>,
    outputs: Vec<Written>,
    manifest: Option<State>,
}

/// A file that was published anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    number: u32,
    path: String,
    hash: Hash,
    size: u64,
    stamp: Stamp,
    at: i128,
}

/// Sets what is known of a number.
fn set<T>(list: &mut Vec<(u32, T)>, number: u32, value: T) {
    list.retain(|(other, _)| *other != number);
    list.push((number, value));
}

fn get<T: Copy>(list: &[(u32, T)], number: u32) -> Option<T> {
    list.iter().find(|(other, _)| *other == number).map(|(_, value)| *value)
}

/// What was published after a build.
pub(super) struct Later {
    /// Of the build.
    pub(super) environment: Print,
    /// Where it was published.
    pub(super) folder: PathBuf,
    pub(super) outputs: Vec<(String, Made)>,
}

/// The files of one way to call the program, for one folder.
#[derive(Debug)]
struct Place {
    cache: PathBuf,
    name: String,
}

impl Place {
    fn of(cache: &Path, options: &Options) -> Self {
        let asked = (options.config.as_ref(), options.output_dir.as_ref());
        let print = postcard::to_stdvec(&Print::of(format!("{asked:?}").as_bytes())).unwrap_or_default();
        Self { cache: cache.to_owned(), name: hex::encode(&print[..print.len().min(8)]) }
    }

    fn standing(&self) -> PathBuf {
        self.cache.join(format!("standing-{}.bin", self.name))
    }

    fn since(&self) -> PathBuf {
        self.cache.join(format!("since-{}.bin", self.name))
    }

    fn read_since(&self, of: Print) -> Option<Since> {
        let bytes = std::fs::read(self.since()).ok()?;
        let (since, _): (Since, Print) = whole(&bytes)?;
        (since.of == of).then_some(since)
    }

    /// Writes a value with its print: whole or not at all.
    fn write(&self, file: &Path, value: &impl Serialize) -> anyhow::Result<()> {
        use std::io::Write as _;
        let bytes = postcard::to_stdvec(value)?;
        let mut fresh = tempfile::NamedTempFile::new_in(&self.cache)?;
        fresh.write_all(&postcard::to_stdvec(&Print::of(&bytes))?)?;
        fresh.write_all(&bytes)?;
        fresh.persist(file)?;
        Ok(())
    }
}

/// What [`Place::write`] wrote, and its print; none when the bytes are not those.
fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<(T, Print)> {
    let (print, rest) = postcard::take_from_bytes::<Print>(bytes).ok()?;
    let value = postcard::from_bytes(rest).ok().filter(|_| print == Print::of(rest))?;
    Some((value, print))
}

/// What was published since the build that these outputs are of, as the next build may believe it: the bytes are known, and
/// not from what they were made.
pub(super) fn refreshed(cache: &Path, options: &Options) -> Option<Later> {
    let place = Place::of(cache, options);
    let bytes = std::fs::read(place.standing()).ok()?;
    let (standing, print) = Standing::read(&bytes)?;
    let since = place.read_since(print)?;
    let folder = PathBuf::from(standing.folder);
    // Somebody else may have built since.
    if standing.records != records(cache, &folder) {
        return None;
    }
    let made = |written: Written| {
        let mut made = Made::plain(written.hash, written.size);
        made.file = Some((written.stamp, written.at));
        (written.path, made)
    };
    let outputs = since.outputs.into_iter().map(made).collect();
    Some(Later { environment: standing.environment, folder, outputs })
}

/// The states of the files of records.
fn records(cache: &Path, folder: &Path) -> Vec<State> {
    super::remember::files(cache, folder).iter().map(|file| state(file)).collect()
}
