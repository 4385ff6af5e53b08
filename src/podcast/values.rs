//! What templates see of a series and of an episode.
//!
//! Entry points: [`series`] for `section.series`, [`episode`] for `page.episode`. Everything that is shown is made here,
//! so that a theme calculates nothing: times, sizes, the shape of the wave.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::series::{Copy, Episode, License, Location, Person, Series};
use super::transcript_forms::Paragraph;
use super::{JSON, SRT, made_url, opml, share, transcript_forms};
use crate::config::Loaded;
use crate::media::audio::Kind;
use crate::media::sound::waveform;
use crate::media::words;

/// `page.episode` of templates.
pub(super) fn episode(series: &Series, episode: &Episode) -> Value {
    let facts = &episode.audio.facts;
    let transcript = episode.transcript.as_ref().map(|(transcript, vtt)| {
        let said = transcript_forms::paragraphs(transcript, &transcript_forms::starts(&episode.chapters));
        json!({
            "html": transcript_forms::html_of(&said, &episode.chapters, &episode.audio.url),
            "url_vtt": vtt,
            "url_srt": made_url(episode, SRT),
            "url_json": made_url(episode, JSON),
            "paragraphs": paragraphs(&said, episode),
        })
    });
    let chapters: Vec<Value> = episode
        .chapters
        .iter()
        .map(|c| json!({ "start": c.start.as_secs(), "start_text": words::clock(c.start), "title": c.title, "id": c.id, "url": c.url }))
        .collect();
    let main = json!({ "url": episode.audio.url, "type": facts.kind.mime(), "bytes": facts.bytes, "size": words::size(facts.bytes) });
    // A browser takes the first form that it can play: the small one.
    let small = episode.audio.small.as_ref().map(copy);
    let sources: Vec<Value> = small.iter().cloned().chain([main]).collect();
    let wave = episode.audio.measured.as_ref().filter(|m| m.peaks.iter().any(|peak| *peak > 0));
    let season = series.seasons.iter().find(|(number, _)| Some(*number) == episode.season);
    json!({
        "number": episode.number,
        "season": episode.season,
        "type": episode.kind,
        "guid": episode.guid,
        "audio": {
            "url": episode.audio.url,
            "bytes": facts.bytes,
            "size": words::size(facts.bytes),
            "type": facts.kind.mime(),
            "format": facts.kind.name(),
            "duration": words::rounded_seconds(episode.audio.duration()),
            "duration_text": words::duration(episode.audio.duration()),
            "clock": words::clock(Duration::from_secs(words::rounded_seconds(episode.audio.duration()))),
            "sources": sources,
            "small": small,
            "loudness": episode.audio.measured.as_ref().and_then(|m| m.loudness),
        },
        "waveform": wave.map(|m| json!({ "path": waveform::path(&m.peaks), "peaks": m.peaks })),
        "booklet": series.booklet,
        "season_name": season.map(|(_, name)| name),
        "series": { "title": series.title, "link": series.link, "feed_url": series.feed_url, "feed_path": format!("/{}", series.feed_path) },
        "soundbites": episode.soundbites.iter().map(|bite| json!({
            "start": bite.start.as_secs(),
            "start_text": words::clock(bite.start),
            "duration": bite.duration.as_secs(),
            "duration_text": words::duration(bite.duration),
            "title": bite.title,
        })).collect::<Vec<_>>(),
        "corrections": episode.corrections.iter().map(|correction| json!({
            "date": correction.date.to_string(),
            "date_text": words::date(correction.date),
            "text": correction.text,
        })).collect::<Vec<_>>(),
        "alternates": episode.alternates.iter().map(|other| {
            let mut value = copy(&other.copy);
            value["title"] = other.title.as_str().into();
            value["rel"] = other.rel.as_deref().into();
            value["lang"] = other.lang.as_deref().into();
            value
        }).collect::<Vec<_>>(),
        "location": locations(&episode.locations),
        "license": license(episode.license.as_ref().or(series.license.as_ref())),
        "transcript": transcript,
        "chapters": chapters,
        "persons": persons(&episode.persons),
        "synthetic_voice": episode.synthetic_voice,
        "content_note": episode.content_note,
        "help": episode.help,
        "explicit": episode.explicit,
        "image": episode.image.as_ref().map(|image| image.url.clone()),
    })
}

fn copy(copy: &Copy) -> Value {
    json!({
        "url": copy.url,
        "type": copy.facts.kind.mime(),
        "codecs": (copy.facts.kind == Kind::Ogg).then_some("opus"),
        "bytes": copy.facts.bytes,
        "size": words::size(copy.facts.bytes),
        "format": copy.facts.kind.name(),
    })
}

fn paragraphs(said: &[Paragraph<'_>], episode: &Episode) -> Vec<Value> {
    let chapter =
        |start| episode.chapters.iter().rposition(|c| c.start <= start).map(|index| &episode.chapters[index].id);
    said.iter()
        .map(|p| {
            json!({
                "start": p.start.as_secs(),
                "start_text": words::clock(p.start),
                "speaker": p.voice,
                "text": p.text,
                "chapter": chapter(p.start),
            })
        })
        .collect()
}

fn persons(persons: &[Person]) -> Vec<Value> {
    persons.iter().map(|p| json!({ "name": p.name, "role": p.role, "url": p.url, "image": p.image })).collect()
}

fn locations(places: &[Location]) -> Vec<Value> {
    places
        .iter()
        .map(|p| json!({ "name": p.name, "rel": p.rel, "geo": p.geo, "osm": p.osm, "country": p.country }))
        .collect()
}

fn license(license: Option<&License>) -> Value {
    license.map_or(
        Value::Null,
        |license| json!({ "id": license.id, "url": license.url, "name": license_name(&license.id) }),
    )
}

/// "CC BY-SA 4.0" of `cc-by-sa-4.0`: what people call it.
fn license_name(id: &str) -> String {
    if id == "etalab-2.0" {
        return "Licence Ouverte 2.0".to_owned();
    }
    let creative = id.strip_prefix("cc-").and_then(|rest| rest.rsplit_once('-'));
    creative.map_or_else(|| id.to_uppercase(), |(rights, version)| format!("CC {} {version}", rights.to_uppercase()))
}

/// Seasons in their order, each with its episodes from the first to the last.
fn seasons(series: &Series, list: &[Value]) -> Vec<Value> {
    let mut seasons: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for episode in list.iter().rev() {
        if let Some(season) = episode["season"].as_u64() {
            seasons.entry(season).or_default().push(episode);
        }
    }
    seasons
        .into_iter()
        .map(|(number, episodes)| {
            let name = series.seasons.iter().find(|(other, _)| *other == number).map(|(_, name)| name);
            json!({ "number": number, "name": name, "episodes": episodes })
        })
        .collect()
}

/// `section.series` of templates.
pub(super) fn series(loaded: &Loaded, series: &Series, episodes: &[&Episode]) -> Value {
    let list: Vec<Value> = episodes
        .iter()
        .map(|episode| {
            let facts = &episode.audio.facts;
            json!({
                "title": episode.title,
                "description": episode.description,
                "permalink": episode.link,
                "date": episode.date.date().to_string(),
                "number": episode.number,
                "season": episode.season,
                "type": episode.kind,
                "duration": words::rounded_seconds(episode.audio.duration()),
                "duration_text": words::duration(episode.audio.duration()),
                "size": words::size(facts.bytes),
                "content_note": episode.content_note,
                "synthetic_voice": episode.synthetic_voice,
            })
        })
        .collect();
    json!({
        "title": series.title,
        "author": series.author,
        "feed_url": series.feed_url,
        "feed_path": format!("/{}", series.feed_path),
        "qr": share::qr(&format!("{}#s-abonner", series.link)),
        "language": series.language,
        "type": series.kind,
        "explicit": series.explicit,
        "guid": series.guid,
        "image": series.image.as_ref().map(|image| image.url.clone()),
        "copyright": series.copyright,
        "license": license(series.license.as_ref()),
        "light_feed_url": series.episodes.iter().any(|e| e.audio.small.is_some()).then(|| loaded.config.file_address(&format!("{}/leger.xml", series.folder))),
        "opml_url": loaded.config.file_address(opml::PATH),
        "funding": series.funding.iter().map(|f| json!({ "url": f.url, "text": f.text })).collect::<Vec<_>>(),
        "persons": persons(&series.persons),
        "location": locations(&series.locations),
        "frequency": series.frequency.as_ref().map(|f| &f.text),
        "complete": series.complete,
        "seasons": seasons(series, &list),
        "synthetic_voice": episodes.iter().any(|episode| episode.synthetic_voice),
        "episodes": list,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_have_the_names_that_people_know() {
        let names = ["etalab-2.0", "cc-by-sa-4.0", "cc0-1.0", "mit"].map(license_name);
        assert_eq!(names, ["Licence Ouverte 2.0", "CC BY-SA 4.0", "CC0-1.0", "MIT"]);
    }
}
