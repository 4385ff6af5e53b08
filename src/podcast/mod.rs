//! Series, episodes, transcripts, chapters and the feed.
//!
//! Entry points, in the order of a build: [`load`] once the library is read (episodes of the future included: they are
//! checked early, then `content::schedule` takes them out), [`leave_out_sources`] right after, [`contribute`] once
//! Markdown is rendered (the feeds carry the text of the pages). Films have [`video::contribute`]. Captions and pictures
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
pub mod sounds;
pub mod spoken;
pub mod transcript;
pub mod transcript_forms;
pub mod transcript_sources;
mod values;
pub mod video;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rayon::prelude::*;

use crate::config::Loaded;
use crate::content::services::{self, Service};
use crate::content::{Asset, Facet, Library, Node, Page};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::media::words;
use crate::output::{Contribution, Output};

pub use load::{load, load_with};
pub use series::{Episode, Series};

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
    let mut out = Contribution::default();
    let mut problems = Vec::new();
    let services = services::load(&loaded.root).unwrap_or_default().services;
    for series in series {
        let episodes: Vec<&Episode> = series.episodes.iter().filter(|episode| !episode.upcoming(now)).collect();
        let words = notes_words(loaded, &series.language);
        let with_notes: Vec<(&Episode, feed::Notes)> = episodes
            .par_iter()
            .map(|episode| {
                let html = library.page(&episode.source).map_or("", |page| page.rendered.html.as_str());
                let help = help_lines(episode, &services);
                let notes = feed::Notes {
                    description: notes::description(episode, &words, &help),
                    content: notes::content(html, &episode.link),
                };
                (*episode, notes)
            })
            .collect();
        let of_feed = feed::Words {
            light_title: words::say(loaded, &series.language, "podcast_light_title", &[]),
            small: words::say(loaded, &series.language, "podcast_small", &[]),
        };
        let podcast = &loaded.repere.podcast;
        for sheet in feed::sheets(series, episodes.len(), podcast.feed_episodes, podcast.hub.as_deref()) {
            match feed::xml(series, &with_notes, &sheet, &of_feed) {
                Ok(xml) => out.outputs.push(Output::bytes(sheet.path, xml, &series.shown)),
                Err(error) => problems.push(
                    Diagnostic::error(format!("the feed cannot be written: {error:#}")).at(Place::file(&series.shown)),
                ),
            }
        }
        let made: Vec<_> =
            episodes.par_iter().map(|episode| (files(episode), values::episode(series, episode))).collect();
        for (episode, (files, value)) in episodes.iter().zip(made) {
            out.outputs.extend(files);
            out.set(&episode.source, "episode", value);
        }
        out.set(&series.source, "series", values::series(loaded, series, &episodes));
    }
    let told: Vec<&Episode> =
        series.iter().flat_map(|series| &series.episodes).filter(|episode| !episode.upcoming(now)).collect();
    out.outputs.extend(spoken::outputs(&told));
    if !series.is_empty() {
        out.outputs.push(Output::bytes(opml::PATH, opml::xml(series), "podcast"));
    }
    (out, problems)
}

/// Sound that was made, transcript forms and chapters of an episode.
fn files(episode: &Episode) -> Vec<Output> {
    let mut files = Vec::new();
    let audio = &episode.audio;
    if audio.file != audio.source {
        files.push(Output::file(&audio.path, &audio.file, &episode.shown));
    }
    if let Some(small) = &audio.small {
        files.push(Output::file(&small.path, &small.file, &episode.shown));
    }
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
        add(CHAPTERS, chapters::json(&episode.chapters, audio.duration()));
    }
    files
}

fn notes_words(loaded: &Loaded, language: &str) -> notes::Words {
    let say = |key: &str| words::say(loaded, language, key, &[]);
    notes::Words {
        chapters: say("podcast_notes_chapters"),
        synthetic_voice: say("podcast_notes_synthetic_voice"),
        help: say("podcast_notes_help"),
        page: say("podcast_notes_page"),
        correction: say("podcast_notes_correction"),
    }
}

/// "119, Allô Enfance en Danger", for each service the episode names.
fn help_lines(episode: &Episode, services: &[Service]) -> Vec<String> {
    let named = episode.help.iter().filter_map(|id| services.iter().find(|service| service.id == *id));
    let line = |service: &Service| {
        let (numbers, name) = (service.numbers(), service.name_alone());
        if numbers.contains(name) { numbers } else { format!("{numbers}, {name}") }
    };
    named.map(line).collect()
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
