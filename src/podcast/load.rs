//! Series and episodes, read from the library and checked against the files beside them.
//!
//! Entry point: [`load`]. Every problem is found in one pass, each with its file and line; an episode with an error is
//! left out of the series, the build stops anyway.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};

use super::chapters::{self, Chapter};
use super::series::{Audio, Episode, License, Person, Picture, Series};
use super::{beside, categories, feed, picture, transcript};
use crate::config::Loaded;
use crate::content::services::{self, Service};
use crate::content::{Asset, Date, Facet, Library, Page, Section, SectionKey};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::media::audio::{self, ProbeError};
use crate::media::words;

/// Where a page's time is meant when it names no zone.
const ZONE: &str = "Europe/Paris";

const SERIES_KEYS: [&str; 14] = [
    "title",
    "author",
    "owner_name",
    "owner_email",
    "language",
    "category",
    "explicit",
    "guid",
    "image",
    "copyright",
    "license",
    "type",
    "locked",
    "funding",
];
const EPISODE_KEYS: [&str; 13] = [
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

/// Every series of the site, newest episode first, and everything that is wrong with them.
pub fn load(library: &Library, loaded: &Loaded) -> (Vec<Series>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let services = match services::load(&loaded.root) {
        Ok(found) => found.services,
        Err(error) => {
            problems.push(Diagnostic::error(format!("{error:#}")).at(Place::file(services::FILE)));
            Vec::new()
        }
    };
    let mut all = Vec::new();
    for key in library.section_keys() {
        if library[key].meta.facets.contains_key("series") {
            let (series, found) = one_series(library, loaded, key, &services);
            problems.extend(found);
            all.extend(series);
        }
    }
    (all, problems)
}

fn one_series(
    library: &Library,
    loaded: &Loaded,
    key: SectionKey,
    services: &[Service],
) -> (Option<Series>, Vec<Diagnostic>) {
    let section = &library[key];
    let text = std::fs::read_to_string(&section.file.path).unwrap_or_default();
    let mut facet = Facet::new("series", &section.meta.facets["series"], &section.file.shown, &text, &SERIES_KEYS);
    let series = series(section, loaded, &mut facet);
    let mut problems = facet.finish();
    let Some(mut series) = series else { return (None, problems) };
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for page in library.pages.iter().filter(|page| page.section == Some(key)) {
        let Some(value) = page.meta.facets.get("episode") else { continue };
        let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
        let mut facet = Facet::new("episode", value, &page.file.shown, &text, &EPISODE_KEYS);
        let episode = episode(page, &series, services, &mut facet);
        if let Some(episode) = &episode
            && let Some(other) = seen.insert(episode.guid.clone(), page.file.shown.clone())
        {
            let help = "every episode keeps its own guid for life: give the newer of the two another one";
            facet.error("guid", format!("this guid is already that of {other}"), help);
        }
        problems.extend(facet.finish());
        series.episodes.extend(episode);
    }
    problems.extend(same_sound(&series.episodes, library));
    series.episodes.sort_by(|a, b| (b.date.timestamp(), &b.source).cmp(&(a.date.timestamp(), &a.source)));
    (Some(series), problems)
}

fn series(section: &Section, loaded: &Loaded, facet: &mut Facet<'_>) -> Option<Series> {
    let title = facet.text("title").or_else(|| section.meta.title.clone());
    if title.is_none() {
        facet.error("title", "the series has no title", "write `title: …` in `series`");
    }
    let title = title.unwrap_or_default();
    short(facet, "title", &title);
    let description = section.meta.description.clone().unwrap_or_default();
    description_fits(facet, &description, "the series");
    let feed_path = format!("{}feed.xml", section.path.trim_start_matches('/'));
    let feed_url = loaded.make_permalink(&feed_path);
    if !facet.has("guid") {
        facet.error(
            "guid",
            "`series` needs `guid`, the identifier of the show for life",
            format!("freeze it once, before the first publication: guid: \"{}\"", feed::guid(&feed_url)),
        );
    }
    let guid = facet.text("guid").unwrap_or_default();
    if !guid.is_empty() && uuid::Uuid::parse_str(&guid).is_err() {
        let help = format!("for this feed's address it would be \"{}\"", feed::guid(&feed_url));
        facet.error("guid", format!("`{guid}` is not a UUID"), help);
    }
    let author = facet.required("author", "write who makes the series: `author: …`")?;
    let image = facet.text("image").and_then(|name| cover(facet, &section.assets, &section.permalink, &name, "image"));
    if !facet.has("image") {
        facet.error(
            "image",
            "the series has no cover",
            "put a square PNG or JPEG of 1400 to 3000 pixels beside it and name it: `image: …`",
        );
    }
    Some(Series {
        source: section.file.relative.clone(),
        shown: section.file.shown.clone(),
        title,
        description,
        link: section.permalink.clone(),
        feed_path,
        feed_url,
        language: facet.text("language").unwrap_or_else(|| section.lang.clone()),
        owner_name: facet.text("owner_name").unwrap_or_else(|| author.clone()),
        owner_email: facet.text("owner_email"),
        author,
        categories: categories_of(facet),
        explicit: facet.boolean("explicit").unwrap_or(false),
        guid,
        image,
        copyright: copyright(facet),
        license: license(facet),
        kind: facet.one_of("type", &["episodic", "serial"]),
        locked: facet.boolean("locked").unwrap_or(true),
        funding: facet.text("funding"),
        episodes: Vec::new(),
    })
}

fn episode(page: &Page, series: &Series, services: &[Service], facet: &mut Facet<'_>) -> Option<Episode> {
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
    for id in help.iter().filter(|id| !services.iter().any(|service| service.id == **id)) {
        let near = did_you_mean(id, services.iter().map(|service| service.id.as_str()));
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
    Some(Audio { url: format!("{}{name}", page.permalink), facts })
}

fn words_of(
    page: &Page,
    facet: &mut Facet<'_>,
    duration: Option<std::time::Duration>,
) -> Option<(transcript::Transcript, String)> {
    let Some(name) = facet.text("transcript") else {
        if !facet.has("transcript") {
            let help = "write a WebVTT file with `<v Name>` voices beside it: `transcript: \"episode.vtt\"`";
            facet.error("transcript", "the episode has no transcript: people who cannot hear it get nothing", help);
        }
        return None;
    };
    let asset = beside(facet, &page.assets, "transcript", &name)?;
    let transcript = super::read_transcript(facet, "transcript", page, &asset.source, &name)?;
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

fn chapters_of(facet: &mut Facet<'_>, duration: Option<std::time::Duration>) -> Vec<Chapter> {
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
    if let Some((index, message)) = chapters::fault(&list, duration.unwrap_or(std::time::Duration::MAX)) {
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

fn categories_of(facet: &mut Facet<'_>) -> Vec<(String, Option<String>)> {
    let written = facet.texts("category");
    if written.is_empty() && !facet.has("category") {
        let help = "write at least one of Apple's: `category: [\"Kids & Family > Parenting\"]`";
        facet.error("category", "the series has no category", help);
    }
    let mut list = Vec::new();
    for text in written {
        match categories::parse(&text) {
            Ok(category) => list.push(category),
            Err(help) => facet.error("category", format!("`{text}` is not a category of Apple's list"), help),
        }
    }
    list
}

fn copyright(facet: &mut Facet<'_>) -> Option<String> {
    let holder = facet.text("copyright")?;
    let year = holder.split(|c: char| !c.is_ascii_digit()).any(|n| n.len() == 4);
    if holder.contains('©') || holder.to_lowercase().contains("copyright") || year {
        facet.error(
            "copyright",
            "`copyright` must be the holder's name only",
            "leave out the word, the sign and the year",
        );
    }
    Some(holder)
}

fn license(facet: &mut Facet<'_>) -> Option<License> {
    let written = facet.text("license")?;
    let lower = written.to_lowercase();
    let known = match lower.as_str() {
        "licence ouverte 2.0" | "etalab-2.0" => {
            Some(("etalab-2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/".to_owned()))
        }
        _ => None,
    };
    if let Some((id, url)) = known {
        return Some(License { id: id.to_owned(), url: Some(url) });
    }
    // CC-BY-SA-4.0 and its sisters say their own address.
    let parts = lower.strip_prefix("cc-").and_then(|rest| rest.rsplit_once('-'));
    let url = parts.map(|(rights, version)| format!("https://creativecommons.org/licenses/{rights}/{version}/"));
    Some(License { id: lower, url })
}

fn short(facet: &mut Facet<'_>, key: &str, title: &str) {
    let length = title.chars().count();
    if length > 255 {
        facet.error(key, format!("the title has {length} characters, directories cut at 255"), "shorten it");
    }
}

fn description_fits(facet: &mut Facet<'_>, description: &str, whose: &str) {
    let limit = super::notes::DESCRIPTION_LIMIT;
    if description.trim().is_empty() {
        let message = format!("{whose} has no description");
        facet.error("description", message, "write `description: …` at the top of the front matter");
    } else if description.len() > limit {
        let message = format!("the description has {} bytes, directories accept {limit}", description.len());
        facet.error("description", message, "shorten it; the rest can stand in the text of the page");
    }
}

fn cover(facet: &mut Facet<'_>, assets: &[Asset], permalink: &str, name: &str, key: &str) -> Option<Picture> {
    let asset = beside(facet, assets, key, name)?;
    if let Err((message, help)) = picture::check_cover(&asset.source, name) {
        facet.error(key, message, help);
    }
    Some(Picture { url: format!("{permalink}{name}"), file: asset.source.clone() })
}

/// Two episodes with the same sound: apps would keep one.
fn same_sound(episodes: &[Episode], library: &Library) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<(u64, Vec<u8>), &str> = BTreeMap::new();
    for episode in episodes {
        let twins = episodes.iter().filter(|e| e.audio.facts.bytes == episode.audio.facts.bytes).count();
        if twins < 2 {
            continue;
        }
        let Some(asset) = library
            .page(&episode.source)
            .and_then(|page| page.assets.iter().find(|asset| episode.audio.url.ends_with(&format!("/{}", asset.name))))
        else {
            continue;
        };
        let Ok(bytes) = std::fs::read(&asset.source) else { continue };
        let hash = blake3::hash(&bytes).as_bytes().to_vec();
        if let Some(other) = seen.insert((episode.audio.facts.bytes, hash), &episode.shown) {
            let text = std::fs::read_to_string(Path::new(
                &library.page(&episode.source).map_or_else(Default::default, |p| p.file.path.clone()),
            ))
            .unwrap_or_default();
            let place =
                Facet::new("episode", &serde_json::json!({}), &episode.shown, &text, &EPISODE_KEYS).place("audio");
            problems.push(
                Diagnostic::error(format!("this sound is also that of {other}"))
                    .at(place)
                    .help("one of the two episodes names the wrong file"),
            );
        }
    }
    problems
}
