//! The `episode:` table of a page, checked against the files beside it.
//!
//! Entry point: [`episode`]; problems go into the table being read. Its sound is read in `read_sound`, its words in
//! `read_words`, its people and places in `read_lists`.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};

use super::load::{cover, description_fits, short};
use super::read_lists as lists;
use super::series::{Episode, Person, Picture, Series};
use super::{read_sound, read_words};
use crate::content::services::{self, Service};
use crate::content::{Date, Facet, Page};
use crate::diagnostic::did_you_mean;
use crate::media::sound::Workshop;

/// Where a page's time is meant when it names no zone.
const ZONE: &str = "Europe/Paris";

/// The keys there are.
pub(super) const KEYS: [&str; 23] = [
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
    "image_alt",
    "embargo",
    "soundbites",
    "location",
    "license",
    "funding",
    "corrections",
    "alternates",
    "block",
    "txt",
];

/// Reads it; `None` when too much is wrong to go on.
pub(super) fn episode(
    page: &Page,
    series: &Series,
    services: Option<&[Service]>,
    workshop: &Workshop,
    facet: &mut Facet<'_>,
) -> Option<Episode> {
    let title = page.meta.title.clone().unwrap_or_default();
    if title.trim().is_empty() {
        facet.error("title", "the episode has no title", "write `title: …` at the top of the front matter");
    }
    short(facet, "title", &title);
    if numbered(&title) {
        let help = "take it out of the title: apps show `number` and `season` themselves";
        facet.warn("title", "the title begins with the number of the episode", help);
    }
    let description = page.meta.description.clone().unwrap_or_default();
    description_fits(facet, &description, "the episode");
    let guid_help = format!(
        "write one that will never change: guid: \"{}\"",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, page.permalink.as_bytes())
    );
    let guid = facet.required("guid", &guid_help);
    let date = date(page, facet);
    let source = read_sound::source(page, workshop, facet);
    let duration = source.as_ref().map(read_sound::Source::duration);
    let transcript = read_words::transcript(page, facet, duration);
    let chapters = read_words::chapters(facet, duration);
    let audio = source.map(|source| read_sound::publish(page, &title, source, &chapters, workshop, facet));
    let kind = facet.one_of("type", &["full", "trailer", "bonus"]);
    let number = facet.number("number");
    if series.kind == "serial" && kind == "full" && !facet.has("number") {
        facet.error("number", "an episode of a serial needs `number`", "write its place in the season: `number: 1`");
    }
    let help = help(facet, services);
    let image = facet.text("image").and_then(|name| cover(facet, &page.assets, &page.permalink, &name, "image"));
    let alt = facet.text("image_alt");
    let (persons, own_persons) = persons(page, series, facet);
    let block = lists::block(facet);
    if !block.platforms.is_empty() {
        let help = "write `block: true` here, or the platforms under `series` for all of it";
        facet.error("block", "an episode is left out everywhere or nowhere", help);
    }
    Some(Episode {
        source: page.file.relative.clone(),
        shown: page.file.shown.clone(),
        description,
        link: page.permalink.clone(),
        folder: page.path.trim_matches('/').to_owned(),
        guid: guid?,
        number,
        season: facet.number("season"),
        kind,
        explicit: facet.boolean("explicit").unwrap_or(series.explicit),
        persons,
        own_persons,
        transcript,
        chapters,
        synthetic_voice: facet.boolean("synthetic_voice").unwrap_or(false),
        content_note: facet.text("content_note"),
        help,
        image: image.map(|image| Picture { alt, ..image }),
        soundbites: read_words::soundbites(facet, duration),
        locations: lists::locations(facet),
        license: lists::license(facet),
        funding: lists::funding(facet, &title),
        corrections: read_words::corrections(facet, date.as_ref().map(Zoned::date)),
        alternates: read_sound::alternates(page, workshop, facet),
        blocked: block.everywhere,
        txt: lists::txt(facet),
        date: date?,
        audio: audio?,
        title,
    })
}

/// "Épisode 3", "S01E02", "#4": what apps say themselves.
fn numbered(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    let digit =
        |rest: &str| rest.trim_start_matches(['.', ' ', '\u{a0}', 'n', '°']).starts_with(|c: char| c.is_ascii_digit());
    ["épisode", "episode", "ép.", "ep.", "#"].iter().any(|word| lower.strip_prefix(word).is_some_and(digit))
        || lower.strip_prefix('s').is_some_and(|rest| {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            after.len() < rest.len() && after.strip_prefix('e').is_some_and(digit)
        })
}

/// The help services an episode names.
fn help(facet: &mut Facet<'_>, services: Option<&[Service]>) -> Vec<String> {
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
    help
}

/// Everybody of an episode: in a feed its list replaces that of the series, so the voices of the series are repeated.
fn persons(page: &Page, series: &Series, facet: &mut Facet<'_>) -> (Vec<Person>, bool) {
    let (written, absent) = lists::persons(facet, &page.assets, &page.permalink);
    for name in absent.iter().filter(|name| series.persons.iter().all(|person| person.name != **name)) {
        let message = format!("`{name}` is absent, but not among the `persons` of the series");
        facet.error("persons", message, "leave the name out");
    }
    let differs = !written.is_empty() || !absent.is_empty();
    let of_series = series
        .persons
        .iter()
        .filter(|person| !absent.contains(&person.name) && written.iter().all(|other| other.name != person.name));
    let persons: Vec<Person> = of_series.cloned().chain(written.iter().cloned()).collect();
    (persons, differs)
}

/// The moment of publication in the site's zone: the date of the page, or the end of the embargo when that is later.
fn date(page: &Page, facet: &mut Facet<'_>) -> Option<Zoned> {
    let Some(date) = &page.meta.date else {
        facet.error(
            "date",
            "the episode has no date",
            "write `date: 2026-03-09T08:00:00+01:00` at the top of the front matter",
        );
        return None;
    };
    let Date { text, at, .. } = date;
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let published = moment(text, &zone).unwrap_or_else(|| at.to_zoned(zone.clone()));
    let Some(written) = facet.text("embargo") else { return Some(published) };
    let Some(embargo) = moment(&written, &zone) else {
        let help = "write day and hour: `embargo: 2026-12-01T06:00:00+01:00`";
        facet.error("embargo", format!("`{written}` is not a moment"), help);
        return Some(published);
    };
    Some(if embargo.timestamp() > published.timestamp() { embargo } else { published })
}

/// A moment, with or without its zone, or the first minute of a day.
fn moment(text: &str, zone: &TimeZone) -> Option<Zoned> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.to_zoned(zone.clone()));
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return local.to_zoned(zone.clone()).ok();
    }
    text.parse::<civil::Date>().ok()?.to_zoned(zone.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_titles_are_recognised() {
        for title in ["Épisode 3 : écouter", "Ep. 12", "#4 Parler", "S01E02 Parler", "Épisode n°\u{a0}2"] {
            assert!(numbered(title), "{title}");
        }
        for title in ["Écouter", "119, un numéro", "Épisodes de vie", "Sept 2026", "Savoir"] {
            assert!(!numbered(title), "{title}");
        }
    }
}
