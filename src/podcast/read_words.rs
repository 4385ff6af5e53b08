//! What is said in an episode, and where its chapters begin.
//!
//! Entry points: [`transcript`], [`chapters`], [`soundbites`], [`corrections`]; problems go into the table being read.

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::chapters::{self, Chapter};
use super::read_lists::{self as lists, fits, only, word};
use super::series::{Correction, Soundbite};
use super::transcript::Transcript;
use super::{VTT, beside, captions, read_transcript};
use crate::content::{Facet, Page};
use crate::diagnostic::Diagnostic;
use crate::media::words;

/// The transcript, and the address of its WebVTT form.
pub(super) fn transcript(
    page: &Page,
    facet: &mut Facet<'_>,
    duration: Option<Duration>,
) -> Option<(Transcript, String)> {
    let Some(name) = facet.text("transcript") else {
        if !facet.has("transcript") {
            let help = "write a WebVTT file with `<v Name>` voices beside it: `transcript: \"episode.vtt\"`";
            facet.error("transcript", "the episode has no transcript: people who cannot hear it get nothing", help);
        }
        return None;
    };
    if let Some(stem) = name.strip_suffix(".md") {
        let help = format!("rename it to `{stem}.txt`, its words stay as they are: Markdown files are pages");
        facet.error("transcript", format!("`{name}` would be a page of its own"), help);
        return None;
    }
    let asset = beside(facet, &page.assets, "transcript", &name)?;
    let transcript = read_transcript(facet, "transcript", page, &asset.source, &name, duration)?;
    if let (Some(last), Some(duration)) = (transcript.cues.last(), duration)
        && last.start > duration
    {
        let message = format!(
            "the transcript goes on at {}, after the end of the sound ({})",
            words::clock(last.start),
            words::clock(duration)
        );
        facet.error("transcript", message, "check that transcript and sound are of the same recording");
    }
    captions::check_transcript(facet, page, &asset.source, &name, &transcript);
    let published = if name.ends_with(".vtt") { name.as_str() } else { VTT };
    Some((transcript, format!("{}{published}", page.permalink)))
}

/// `chapters`, in order.
pub(super) fn chapters(facet: &mut Facet<'_>, duration: Option<Duration>) -> Vec<Chapter> {
    let mut list: Vec<Chapter> = Vec::new();
    let mut places = Vec::new();
    for (table, place) in facet.tables("chapters") {
        only(facet, &table, &place, &["start", "title", "url", "hidden"]);
        let title = word(&table, "title").unwrap_or_default();
        match moment(&table, "start") {
            Some(start) if !title.is_empty() => {
                let url = word(&table, "url").filter(|url| lists::web(facet, &place, url));
                let hidden = table.get("hidden").and_then(Value::as_bool).unwrap_or(false);
                list.push(Chapter { start, title, id: format!("c-{}", list.len() + 1), url, hidden });
                places.push(place);
            }
            _ => facet.push(
                Diagnostic::error("this chapter is not complete")
                    .at(place)
                    .help("write its start and its title: `- { start: \"00:01:23\", title: \"Écouter\" }`"),
            ),
        }
    }
    if let Some((index, message)) = chapters::fault(&list, duration.unwrap_or(Duration::MAX)) {
        let help = "chapters are in order of time, and start before the end of the sound";
        facet.push(Diagnostic::error(message).at(places[index].clone()).help(help));
    } else if let Some(place) = places.first().filter(|_| list[0].start > Duration::ZERO) {
        let help = "write `start: \"00:00:00\"`: apps take the list for chapters only when it begins with the episode";
        facet.push(
            Diagnostic::warning("the first chapter does not begin with the episode").at(place.clone()).help(help),
        );
    }
    list
}

/// `HH:MM:SS` as a text, or seconds as a number.
fn moment(table: &Map<String, Value>, key: &str) -> Option<Duration> {
    match table.get(key)? {
        Value::String(text) => chapters::parse_start(text),
        Value::Number(seconds) => {
            let seconds = seconds.as_f64().filter(|s| (0.0..360_000.0).contains(s))?;
            Some(Duration::from_millis((seconds * 1000.0).round() as u64))
        }
        _ => None,
    }
}

/// `soundbites`: passages worth hearing alone.
pub(super) fn soundbites(facet: &mut Facet<'_>, duration: Option<Duration>) -> Vec<Soundbite> {
    let mut out = Vec::new();
    for (table, place) in facet.tables("soundbites") {
        only(facet, &table, &place, &["start", "duration", "title"]);
        let (Some(start), Some(length)) = (moment(&table, "start"), moment(&table, "duration")) else {
            let help = "write where it begins and its seconds: `- { start: \"00:01:23\", duration: 30, title: \"…\" }`";
            facet.push(Diagnostic::error("this passage is not complete").at(place).help(help));
            continue;
        };
        let title = word(&table, "title").unwrap_or_default();
        fits(facet, &place, "the title of this passage", &title, 128);
        if duration.is_some_and(|end| start + length > end) {
            let clock = words::clock;
            let message = format!(
                "this passage ends at {}, after the end of the sound ({})",
                clock(start + length),
                clock(duration.unwrap_or_default())
            );
            facet.push(Diagnostic::error(message).at(place).help("shorten it, or let it begin earlier"));
            continue;
        }
        if !(15..=120).contains(&length.as_secs()) {
            let message = format!("this passage lasts {}", words::duration(length));
            facet.push(Diagnostic::warning(message).at(place).help("apps expect 15 seconds to two minutes"));
        }
        out.push(Soundbite { start, duration: length, title });
    }
    out
}

/// `corrections`: what was put right, and when. The guid stays.
pub(super) fn corrections(facet: &mut Facet<'_>, published: Option<Date>) -> Vec<Correction> {
    let mut out: Vec<Correction> = Vec::new();
    for (table, place) in facet.tables("corrections") {
        only(facet, &table, &place, &["date", "text"]);
        let written = word(&table, "date");
        let day = written.as_deref().and_then(|text| text.get(..10)).and_then(|day| day.parse::<Date>().ok());
        let (Some(date), Some(text)) = (day, word(&table, "text")) else {
            let help = "write `- { date: 2026-12-01, text: \"Le numéro cité à 3:12 était ancien.\" }`";
            facet.push(Diagnostic::error("this correction is not complete").at(place).help(help));
            continue;
        };
        if published.is_some_and(|published| date < published) {
            let problem = Diagnostic::error("this correction is older than the episode");
            facet.push(problem.at(place).help("what was put right before publication is no correction"));
            continue;
        }
        out.push(Correction { date, text });
    }
    out.sort_by_key(|correction| correction.date);
    out
}
