//! The `podcast:` tags of a series and of an episode: everything the sources can fill.
//!
//! Entry points: [`of_series`] and [`of_episode`]. Left out on purpose: money by Lightning (`value…`), live items, chat,
//! podping (nobody sends it), and comments, which are declined.

use std::collections::BTreeMap;

use rss::extension::{Extension, ExtensionMap};

use super::feed::{Words, clean, date};
use super::roles;
use super::series::{Copy, Episode, Funding, License, Location, Person, Picture, Remote, Series};
use crate::media::audio::{Facts, Kind};
use crate::output::mime_of;

/// The tags of the show; `episodes` are all that are published, newest first.
pub(super) fn of_series<'a>(series: &Series, episodes: impl Iterator<Item = &'a Episode> + Clone) -> ExtensionMap {
    let mut tags = Tags::default();
    tags.add("guid", &series.guid, &[]);
    tags.add("locked", yes(series.locked), &[("owner", series.owner_email.as_deref())]);
    tags.add("medium", series.medium, &[]);
    tags.license(series.license.as_ref());
    tags.funding(&series.funding);
    tags.persons(&series.persons);
    tags.locations(&series.locations);
    if let Some(cover) = &series.image {
        tags.picture(cover, "artwork");
    }
    for image in &series.images {
        tags.picture(&image.picture, image.purpose);
    }
    for episode in episodes.clone().filter(|episode| episode.kind == "trailer") {
        let length = episode.audio.facts.bytes.to_string();
        let season = episode.season.map(|n| n.to_string());
        tags.add(
            "trailer",
            &cut(&episode.title, 128),
            &[
                ("url", Some(&episode.audio.url)),
                ("pubdate", Some(&date(&episode.date))),
                ("length", Some(&length)),
                ("type", Some(episode.audio.facts.kind.mime())),
                ("season", season.as_deref()),
            ],
        );
    }
    if let Some(frequency) = &series.frequency {
        let start = frequency.start.map(|day| day.to_string());
        tags.add(
            "updateFrequency",
            &clean(&frequency.text),
            &[
                ("complete", series.complete.then_some("true")),
                ("dtstart", start.as_deref()),
                ("rrule", frequency.rrule.as_deref()),
            ],
        );
    }
    if series.block.everywhere {
        tags.add("block", "yes", &[]);
    }
    for platform in &series.block.platforms {
        tags.add("block", "yes", &[("id", Some(platform))]);
    }
    if !series.podroll.is_empty() {
        tags.nest("podroll", series.podroll.iter().map(|remote| remote_item(remote, None)).collect());
    }
    if let Some(publisher) = &series.publisher {
        tags.nest("publisher", vec![remote_item(publisher, Some("publisher"))]);
    }
    // No comments wanted: minors listen.
    tags.add("socialInteract", "", &[("protocol", Some("disabled"))]);
    let synthetic = episodes.clone().any(|episode| episode.synthetic_voice);
    tags.add("txt", if synthetic { "true" } else { "false" }, &[("purpose", Some("ai-content"))]);
    tags.txt(&series.txt);
    tags.finish()
}

/// The tags of an episode. The light feed offers no other sound than its own.
pub(super) fn of_episode(series: &Series, episode: &Episode, light: bool, words: &Words) -> ExtensionMap {
    let mut tags = Tags::default();
    if let Some((_, vtt)) = &episode.transcript {
        let made = |name: &str| super::made_url(episode, name);
        for (url, kind) in [
            (vtt.as_str(), "text/vtt"),
            (&made(super::SRT), "application/x-subrip"),
            (&made(super::JSON), "application/json"),
            (&episode.link, "text/html"),
        ] {
            let language = ("language", Some(series.language.as_str()));
            tags.add("transcript", "", &[("url", Some(url)), ("type", Some(kind)), language]);
        }
    }
    if !episode.chapters.is_empty() {
        let url = super::made_url(episode, super::CHAPTERS);
        tags.add("chapters", "", &[("url", Some(&url)), ("type", Some("application/json+chapters"))]);
    }
    for bite in &episode.soundbites {
        let seconds = |moment: std::time::Duration| format!("{}", moment.as_millis() as f64 / 1000.0);
        let (start, length) = (seconds(bite.start), seconds(bite.duration));
        tags.add("soundbite", &clean(&bite.title), &[("startTime", Some(&start)), ("duration", Some(&length))]);
    }
    if episode.own_persons {
        tags.persons(&episode.persons);
    }
    tags.locations(&episode.locations);
    tags.license(episode.license.as_ref());
    tags.funding(&episode.funding);
    if let Some(season) = episode.season {
        let name = series.seasons.iter().find(|(number, _)| *number == season).map(|(_, name)| name.as_str());
        tags.add("season", &season.to_string(), &[("name", name)]);
    }
    if let Some(number) = episode.number {
        tags.add("episode", &number.to_string(), &[]);
    }
    if let Some(image) = &episode.image {
        tags.picture(image, "artwork");
    }
    if !light {
        let audio = &episode.audio;
        let main = Offer { url: &audio.url, facts: &audio.facts, integrity: &audio.integrity };
        tags.enclosure(&main, &[("default", Some("true")), ("title", Some(audio.facts.kind.name()))]);
        if let Some(small) = &audio.small {
            tags.enclosure(&offer(small), &[("codecs", Some("opus")), ("title", Some(&words.small))]);
        }
        for other in &episode.alternates {
            tags.enclosure(
                &offer(&other.copy),
                &[
                    ("title", Some(&clean(&other.title))),
                    ("rel", other.rel.as_deref()),
                    ("lang", other.lang.as_deref()),
                ],
            );
        }
    }
    tags.add("socialInteract", "", &[("protocol", Some("disabled"))]);
    tags.add("txt", if episode.synthetic_voice { "true" } else { "false" }, &[("purpose", Some("ai-content"))]);
    if let Some(last) = episode.corrections.last() {
        tags.add("txt", &last.date.to_string(), &[("purpose", Some("release"))]);
    }
    tags.txt(&episode.txt);
    tags.finish()
}

fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

/// At most that many characters.
fn cut(text: &str, most: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).collect::<String>().trim_end().to_owned() + "…"
}

/// A file that an app may choose.
struct Offer<'a> {
    url: &'a str,
    facts: &'a Facts,
    integrity: &'a str,
}

fn offer(copy: &Copy) -> Offer<'_> {
    Offer { url: &copy.url, facts: &copy.facts, integrity: &copy.integrity }
}

fn remote_item(remote: &Remote, medium: Option<&str>) -> Extension {
    element(
        "remoteItem",
        "",
        &[
            ("feedGuid", Some(&remote.guid)),
            ("feedUrl", remote.feed_url.as_deref()),
            ("title", remote.title.as_deref()),
            ("medium", medium),
        ],
    )
}

fn element(name: &str, value: &str, attributes: &[(&str, Option<&str>)]) -> Extension {
    let written = attributes.iter().filter_map(|(k, v)| Some(((*k).to_owned(), clean((*v)?))));
    Extension {
        name: format!("podcast:{name}"),
        value: (!value.is_empty()).then(|| value.to_owned()),
        attrs: written.collect(),
        children: BTreeMap::new(),
    }
}

/// `podcast:` tags being collected.
#[derive(Default)]
struct Tags(BTreeMap<String, Vec<Extension>>);

impl Tags {
    fn add(&mut self, name: &str, value: &str, attributes: &[(&str, Option<&str>)]) {
        self.0.entry(name.to_owned()).or_default().push(element(name, value, attributes));
    }

    fn nest(&mut self, name: &str, children: Vec<Extension>) {
        let mut outer = element(name, "", &[]);
        outer.children = BTreeMap::from([("remoteItem".to_owned(), children)]);
        self.0.entry(name.to_owned()).or_default().push(outer);
    }

    fn license(&mut self, license: Option<&License>) {
        if let Some(license) = license {
            self.add("license", &clean(&license.id), &[("url", license.url.as_deref())]);
        }
    }

    fn funding(&mut self, funding: &[Funding]) {
        for one in funding {
            self.add("funding", &cut(&one.text, 128), &[("url", Some(&one.url))]);
        }
    }

    fn persons(&mut self, persons: &[Person]) {
        for person in persons {
            let role = person.role.to_lowercase();
            // A role outside the taxonomy is for the page; apps would show it as it is.
            let group = roles::group(&role);
            self.add(
                "person",
                &clean(&person.name),
                &[
                    ("role", group.map(|_| role.as_str())),
                    ("group", Some(group.unwrap_or("cast"))),
                    ("href", person.url.as_deref()),
                    ("img", person.image.as_deref()),
                ],
            );
        }
    }

    fn locations(&mut self, locations: &[Location]) {
        for place in locations {
            self.add(
                "location",
                &clean(&place.name),
                &[
                    ("rel", Some(place.rel)),
                    ("geo", place.geo.as_deref()),
                    ("osm", place.osm.as_deref()),
                    ("country", place.country.as_deref()),
                ],
            );
        }
    }

    fn picture(&mut self, picture: &Picture, purpose: &str) {
        let side = |pick: fn((u32, u32)) -> u32| picture.size.map(|size| pick(size).to_string());
        let (width, height) = (side(|size| size.0), side(|size| size.1));
        let ratio = picture.size.filter(|(w, h)| w == h).map(|_| "1/1");
        self.add(
            "image",
            "",
            &[
                ("href", Some(&picture.url)),
                ("alt", picture.alt.as_deref()),
                ("width", width.as_deref()),
                ("height", height.as_deref()),
                ("aspect-ratio", ratio),
                ("type", Some(&mime_of(&picture.url))),
                ("purpose", Some(purpose)),
            ],
        );
    }

    fn txt(&mut self, texts: &[(String, String)]) {
        for (purpose, text) in texts {
            self.add("txt", &clean(text), &[("purpose", Some(purpose).filter(|p| !p.is_empty()).map(String::as_str))]);
        }
    }

    fn enclosure(&mut self, offer: &Offer<'_>, attributes: &[(&str, Option<&str>)]) {
        // The namespace and its readers say `audio/opus` for what HTTP calls `audio/ogg`.
        let http = offer.facts.kind.mime();
        let kind = if offer.facts.kind == Kind::Ogg { "audio/opus" } else { http };
        let (bytes, seconds) = (offer.facts.bytes, offer.facts.duration.as_secs_f64());
        let rate = if seconds > 0.0 { (bytes as f64 * 8.0 / seconds).round() as u64 } else { 0 };
        let (length, rate) = (bytes.to_string(), rate.to_string());
        let own = [("type", Some(kind)), ("length", Some(length.as_str())), ("bitrate", Some(rate.as_str()))];
        let all: Vec<(&str, Option<&str>)> = own.into_iter().chain(attributes.iter().copied()).collect();
        let mut outer = element("alternateEnclosure", "", &all);
        let source = element("source", "", &[("uri", Some(offer.url)), ("contentType", Some(http))]);
        let integrity = element("integrity", "", &[("type", Some("sri")), ("value", Some(offer.integrity))]);
        outer.children =
            BTreeMap::from([("source".to_owned(), vec![source]), ("integrity".to_owned(), vec![integrity])]);
        self.0.entry("alternateEnclosure".to_owned()).or_default().push(outer);
    }

    fn finish(self) -> ExtensionMap {
        BTreeMap::from([("podcast".to_owned(), self.0)])
    }
}
