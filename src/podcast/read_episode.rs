//! The `episode:` table of a page, checked against the files beside it.
//!
//! Entry point: [`episode`]; problems go into the table being read.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};

use super::chapters::{self, Chapter};
use super::load::{cover, description_fits, short};
use super::series::{Audio, Episode, Person, Series};
use super::transcript::Transcript;
use super::{beside, read_transcript};
use crate::content::services::{self, Service};
use crate::content::{Date, Facet, Page};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::media::audio::{self, ProbeError};
use crate::media::words;

/// Where a page's time is meant when it names no zone.
const ZONE: &str = "Europe/Paris";

/// The keys there are.
pub(super) const KEYS: [&str; 13] = [
    "number",
    "season",
    "type",
    "audio",
    "guid",
    "explicit",
    "persons",
    "transcript",
    "chapters",
    "synthetic_voice",
    "content_note",
    "help",
    "image",
];

/// Reads it; `None` when too much is wrong to go on.
pub(super) fn episode(
    page: &Page,
    series: &Series,
    services: Option<&[Service]>,
    facet: &mut Facet<'_>,
) -> Option<Episode> {
    let title = page.meta.title.clone().unwrap_or_default();
    if title.trim().is_empty() {
        facet.error("title", "the episode has no title", "write `title: …` at the top of the front matter");
    }
    short(facet, "title", &title);
    let description = page.meta.description.clone().unwrap_or_default();
    description_fits(facet, &description, "the episode");
    let guid_help = format!(
        "write one that will never change: guid: \"{}\"",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, page.permalink.as_bytes())
    );
    let guid = facet.required("guid", &guid_help);
    let date = date(page, facet);
    let audio = sound(page, facet);
    let duration = audio.as_ref().map(Audio::duration);
    let transcript = words_of(page, facet, duration);
    let chapters = chapters_of(facet, duration);
    let kind = facet.one_of("type", &["full", "trailer", "bonus"]);
    let number = facet.number("number");
    if series.kind == "serial" && kind == "full" && !facet.has("number") {
        facet.error("number", "an episode of a serial needs `number`", "write its place in the season: `number: 1`");
    }
    let help = facet.texts("help");
    // Where the services cannot be read, that alone is told.
    let known: Option<Vec<&str>> = services.map(|services| services.iter().map(|s| s.id.as_str()).collect());
    for id in help.iter().filter(|id| known.as_ref().is_some_and(|known| !known.contains(&id.as_str()))) {
        let near = did_you_mean(id, known.iter().flatten().copied());
        let help = near.map_or_else(
            || format!("the services are listed in {}", services::FILE),
            |near| format!("did you mean `{near}`?"),
        );
        facet.error("help", format!("there is no help service `{id}`"), help);
    }
    let image = facet.text("image").and_then(|name| cover(facet, &page.assets, &page.permalink, &name, "image"));
    Some(Episode {
        source: page.file.relative.clone(),
        shown: page.file.shown.clone(),
        title,
        description,
        link: page.permalink.clone(),
        folder: page.path.trim_matches('/').to_owned(),
        guid: guid?,
        number,
        season: facet.number("season"),
        kind,
        date: date?,
        audio: audio?,
        explicit: facet.boolean("explicit").unwrap_or(series.explicit),
        persons: persons(facet),
        transcript,
        chapters,
        synthetic_voice: facet.boolean("synthetic_voice").unwrap_or(false),
        content_note: facet.text("content_note"),
        help,
        image,
    })
}

/// The moment of publication in the site's zone.
fn date(page: &Page, facet: &mut Facet<'_>) -> Option<Zoned> {
    let Some(date) = &page.meta.date else {
        facet.error(
            "date",
            "the episode has no date",
            "write `date: 2026-03-09T08:00:00+01:00` at the top of the front matter",
        );
        return None;
    };
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let Date { text, at, .. } = date;
    let zoned = if let Ok(instant) = text.parse::<Timestamp>() {
        Ok(instant.to_zoned(zone.clone()))
    } else if let Ok(local) = text.parse::<civil::DateTime>() {
        local.to_zoned(zone.clone())
    } else {
        date.day.to_zoned(zone.clone())
    };
    Some(zoned.unwrap_or_else(|_| at.to_zoned(zone)))
}

fn sound(page: &Page, facet: &mut Facet<'_>) -> Option<Audio> {
    let name = facet.required("audio", "name the MP3 beside the page: `audio: \"episode.mp3\"`")?;
    let asset = beside(facet, &page.assets, "audio", &name)?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "mp3"));
        let help = format!("rename it to `{}.{extension}`", slug::slugify(stem));
        facet.error("audio", format!("the name `{name}` has characters that podcast directories refuse"), help);
    }
    let facts = match audio::probe(&asset.source) {
        Ok(facts) => facts,
        Err(error) => {
            let help = match error {
                ProbeError::Io(_) => "check that the file is there and may be read",
                _ => "export the episode again as MP3, constant bit rate, 44.1 kHz",
            };
            facet.error("audio", format!("`{name}` cannot be read as sound: {error}"), help);
            return None;
        }
    };
    if !facts.agrees_with(&asset.source) {
        let (kind, right) = (facts.kind.name(), facts.kind.extensions()[0]);
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        facet.error("audio", format!("`{name}` is in truth {kind}"), format!("rename it to `{stem}.{right}`"));
    } else if !facts.kind.fits_a_feed() {
        let message = format!("podcast apps do not play {}", facts.kind.name());
        facet.error("audio", message, "export the episode as MP3");
    } else if facts.duration.as_millis() < 500 {
        facet.error("audio", format!("`{name}` holds no sound"), "export the episode again as MP3");
    }
    Some(Audio { url: format!("{}{name}", page.permalink), file: asset.source.clone(), facts })
}

fn words_of(page: &Page, facet: &mut Facet<'_>, duration: Option<Duration>) -> Option<(Transcript, String)> {
    let Some(name) = facet.text("transcript") else {
        if !facet.has("transcript") {
            let help = "write a WebVTT file with `<v Name>` voices beside it: `transcript: \"episode.vtt\"`";
            facet.error("transcript", "the episode has no transcript: people who cannot hear it get nothing", help);
        }
        return None;
    };
    let asset = beside(facet, &page.assets, "transcript", &name)?;
    let transcript = read_transcript(facet, "transcript", page, &asset.source, &name)?;
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
    Some((transcript, format!("{}{name}", page.permalink)))
}

fn chapters_of(facet: &mut Facet<'_>, duration: Option<Duration>) -> Vec<Chapter> {
    let mut list = Vec::new();
    let mut places = Vec::new();
    for (table, place) in facet.tables("chapters") {
        let title = table.get("title").and_then(|v| v.as_str()).unwrap_or_default().trim().to_owned();
        let start = match table.get("start") {
            Some(serde_json::Value::String(text)) => chapters::parse_start(text),
            _ => None,
        };
        match start {
            Some(start) if !title.is_empty() => {
                list.push(Chapter { start, title, id: format!("c-{}", list.len() + 1) });
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
    }
    list
}

fn persons(facet: &mut Facet<'_>) -> Vec<Person> {
    let mut persons = Vec::new();
    for (table, place) in facet.tables("persons") {
        let word = |key: &str| table.get(key).and_then(|v| v.as_str()).unwrap_or_default().trim().to_owned();
        if word("name").is_empty() {
            let help = "write `- { name: \"Camille\", role: \"host\" }`";
            facet.push(Diagnostic::error("this person has no name").at(place).help(help));
        } else {
            persons.push(Person { name: word("name"), role: word("role") });
        }
    }
    persons
}
