//! Series, episodes, transcripts, chapters and the feed.
//!
//! Entry points, in the order of a build: [`load`] once the library is read (episodes of the future included: they are
//! checked early, then `content::schedule` takes them out), [`leave_out_sources`] right after, [`prepare`] once Markdown is
//! rendered (the feeds carry the text of the pages), or [`contribute`], which also does the work. Films have [`video::contribute`]. Captions and pictures
//! beside a page are published by `site`, as any file beside a page; sound too, unless another file was made of it.

pub mod captions;
pub mod categories;
pub mod chapters;
pub mod feed;
mod feed_tags;
mod load;
pub mod notes;
pub mod opml;
pub mod picture;
mod read_episode;
mod read_lists;
mod read_series;
mod read_sound;
mod read_words;
pub mod roles;
pub mod series;
pub mod share;
mod sheets;
pub mod sounds;
pub mod spoken;
pub mod transcript;
pub mod transcript_forms;
pub mod transcript_sources;
mod values;
pub mod video;
mod work;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rayon::prelude::*;

use crate::config::Loaded;
use crate::content::services;
use crate::content::{Asset, Facet, Library, Node, Page};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::memory::Print;
use crate::output::{Contribution, Output};

pub use load::{load, load_with};
pub use series::{Episode, Series};
pub use work::Work;

/// Files made beside an episode's page.
const VTT: &str = "transcription.vtt";
const SRT: &str = "transcription.srt";
const JSON: &str = "transcription.json";
const CHAPTERS: &str = "chapters.json";

/// Sound that is published in another form (a WAV beside the page) is no file of the site.
pub fn leave_out_sources(library: &mut Library, series: &[Series]) {
    for episode in series.iter().flat_map(|series| &series.episodes) {
        let other = episode.audio.file != episode.audio.source;
        if let Some(Node::Page(key)) = library.node(&episode.source).filter(|_| other) {
            library[key].assets.retain(|asset| asset.source != episode.audio.source);
        }
    }
}

/// What the series of a site add to it at the moment `now`: feeds, transcripts, chapters, values for templates.
pub fn contribute(
    library: &Library,
    loaded: &Loaded,
    series: &[Series],
    now: Timestamp,
) -> (Contribution, Vec<Diagnostic>) {
    let (mut out, works) = prepare(library, loaded, series, now);
    let made: Vec<_> = works.par_iter().map(Work::run).collect();
    let mut problems = Vec::new();
    for made in made {
        match made {
            Ok(files) => out.outputs.extend(files),
            Err(problem) => problems.push(problem),
        }
    }
    (out, problems)
}

/// The same, with the files that cost something as work still to be done: each is right as long as its key is the same.
pub fn prepare<'a>(
    library: &Library,
    loaded: &Loaded,
    series: &'a [Series],
    now: Timestamp,
) -> (Contribution, Vec<Work<'a>>) {
    let mut out = Contribution::default();
    let mut works = Vec::new();
    let services = services::load(&loaded.root).unwrap_or_default().services;
    let mut told: Vec<&Episode> = Vec::new();
    for series in series {
        let episodes: Vec<&Episode> = series.episodes.iter().filter(|episode| !episode.upcoming(now)).collect();
        works.extend(sheets::works(series, &episodes, library, loaded, &services));
        works.extend(episodes.iter().copied().filter_map(forms));
        for episode in &episodes {
            let audio = &episode.audio;
            if audio.file != audio.source {
                out.outputs.push(Output::file(&audio.path, &audio.file, &episode.shown));
            }
            if let Some(small) = &audio.small {
                out.outputs.push(Output::file(&small.path, &small.file, &episode.shown));
            }
        }
        let values: Vec<_> = episodes.par_iter().map(|episode| values::episode(series, episode)).collect();
        for (episode, value) in episodes.iter().zip(values) {
            out.set(&episode.source, "episode", value);
        }
        out.set(&series.source, "series", values::series(loaded, series, &episodes));
        told.extend(episodes);
    }
    works.extend(spoken::works(&told));
    if !series.is_empty() {
        out.outputs.push(Output::bytes(opml::PATH, opml::xml(series), "podcast"));
    }
    (out, works)
}

/// Transcript forms and chapters of an episode.
fn forms(episode: &Episode) -> Option<Work<'_>> {
    if episode.transcript.is_none() && episode.chapters.is_empty() {
        return None;
    }
    let key = (&episode.folder, &episode.transcript, &episode.chapters, episode.audio.duration());
    let name = format!("podcast {}", episode.source);
    Some(Work::new(name, Print::of_value(&key), || {
        let mut files = Vec::new();
        let mut add = |name: &str, text: String| {
            files.push(Output::bytes(format!("{}/{name}", episode.folder), text, &episode.shown));
        };
        if let Some((transcript, vtt)) = &episode.transcript {
            if vtt.ends_with(&format!("/{VTT}")) {
                add(VTT, transcript_forms::vtt(transcript));
            }
            add(SRT, transcript_forms::srt(transcript));
            add(JSON, transcript_forms::json(transcript));
        }
        if !episode.chapters.is_empty() {
            add(CHAPTERS, chapters::json(&episode.chapters, episode.audio.duration()));
        }
        Ok(files)
    }))
}

/// Address of a file made for an episode.
fn made_url(episode: &Episode, name: &str) -> String {
    format!("{}{name}", episode.link)
}

/// The file a key names, beside the page; otherwise the problem is told.
fn beside<'a>(facet: &mut Facet<'_>, assets: &'a [Asset], key: &str, name: &str) -> Option<&'a Asset> {
    if let Some(asset) = assets.iter().find(|asset| asset.name == name) {
        return Some(asset);
    }
    let ending = |name: &str| name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let alike = assets.iter().map(|asset| asset.name.as_str()).filter(|other| ending(other) == ending(name));
    let near = did_you_mean(name, alike);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if assets.is_empty() => "there is no file beside this page: put it in the same folder".to_owned(),
        None => {
            let mut names: Vec<&str> = assets.iter().map(|asset| asset.name.as_str()).collect();
            names.sort_unstable();
            format!("the files beside this page are: {}", names.join(", "))
        }
    };
    facet.error(key, format!("there is no file `{name}` beside this page"), help);
    None
}

/// Reads the transcript a key names; what is wrong points into that file.
fn read_transcript(
    facet: &mut Facet<'_>,
    key: &str,
    page: &Page,
    file: &Path,
    name: &str,
    duration: Option<Duration>,
) -> Option<transcript::Transcript> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            facet.error(key, format!("`{name}` cannot be read: {error}"), "save the transcript as text in UTF-8");
            return None;
        }
    };
    match transcript_sources::read(name, &text, duration) {
        Ok(transcript) => Some(transcript),
        Err(error) => {
            let folder = page.file.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
            let place = Place::line(format!("{folder}/{name}"), &text, error.line);
            facet.push(Diagnostic::error(error.message).at(place).help(error.help));
            None
        }
    }
}
