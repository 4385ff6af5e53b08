//! The feeds of a series: RSS 2.0 with every required and recommended tag of PSP-1 and of Apple's list.
//!
//! Entry points: [`sheets`] (the feed, its older pages by RFC 5005, the light feed), [`xml`] (one of them) and [`guid`]
//! (the identifier of a show by its feed's address). The tags of the podcast namespace are in `feed_tags`. No
//! clock: the date of a feed is the date of its newest episode, so the same series gives the same bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Zoned;
use regex::Regex;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};
use rss::{Channel, Enclosure, Guid, Image, Item};
use serde::Serialize;
use uuid::Uuid;

use super::feed_tags;
use super::series::{Episode, Series};
use crate::media::words::rounded_seconds;

/// Namespace of identifiers of shows, fixed by the podcast namespace.
const SHOWS: Uuid = Uuid::from_u128(0xead4_c236_bf58_58c6_a2c6_a6b2_8d12_8cb6);
/// Namespace of the `podcast:` tags.
const PODCAST: &str = "https://podcastindex.org/namespace/1.0";

/// What apps show below an episode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// At most 4000 bytes of simple HTML.
    pub description: String,
    /// The page's text as HTML.
    pub content: String,
}

/// Words of a feed, in the language of the series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Name of the light feed.
    pub light_title: String,
    /// What the small copy is called in an app.
    pub small: String,
}

/// One feed document of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Path of the file.
    pub path: String,
    /// Its address.
    pub url: String,
    /// Links of RFC 5005: relation and address.
    pub links: Vec<(&'static str, String)>,
    /// Which episodes it holds, of those from newest to oldest.
    pub episodes: std::ops::Range<usize>,
    /// True for the feed of small copies, which directories leave out.
    pub light: bool,
    /// The hub that is told of every change.
    pub hub: Option<String>,
}

/// The identifier of a show whose feed is at `feed_url`, by the rule of the podcast namespace.
pub fn guid(feed_url: &str) -> String {
    let name = feed_url.split_once("://").map_or(feed_url, |(_, rest)| rest).trim_end_matches('/');
    Uuid::new_v5(&SHOWS, name.as_bytes()).to_string()
}

/// The feed documents of a series with `count` episodes. The first holds the newest `least` or more; older ones stand in
/// pages of `least`, numbered from the oldest: a new episode changes the first document and, once in `least` times, one
/// more.
pub fn sheets(series: &Series, count: usize, least: usize, hub: Option<&str>) -> Vec<Sheet> {
    let least = least.max(1);
    let older = (count / least).saturating_sub(1);
    let beside = |name: &str| {
        let path = series.feed_path.rsplit_once('/').map_or(name.to_owned(), |(folder, _)| format!("{folder}/{name}"));
        let url = format!("{}{name}", series.feed_url.strip_suffix("feed.xml").unwrap_or(&series.feed_url));
        (path, url)
    };
    let page = |number: usize| {
        if number > older {
            (series.feed_path.clone(), series.feed_url.clone())
        } else {
            beside(&format!("feed-{number}.xml"))
        }
    };
    let mut sheets: Vec<Sheet> = (1..=older + 1)
        .rev()
        .map(|number| {
            let (path, url) = page(number);
            let mut links = Vec::new();
            if older > 0 {
                links.push(("first", series.feed_url.clone()));
                links.push(("last", page(1).1));
                if number <= older {
                    links.push(("previous", page(number + 1).1));
                }
                if number > 1 {
                    links.push(("next", page(number - 1).1));
                }
            }
            // The oldest `least` are page 1.
            let newest = if number > older { 0 } else { count - number * least };
            let episodes = newest..count - (number - 1) * least;
            Sheet { path, url, links, episodes, light: false, hub: hub.map(str::to_owned) }
        })
        .collect();
    if series.episodes.iter().any(|episode| episode.audio.small.is_some()) {
        let (path, url) = beside("leger.xml");
        let episodes = sheets[0].episodes.clone();
        sheets.push(Sheet { path, url, episodes, light: true, hub: hub.map(str::to_owned), ..Sheet::default() });
    }
    sheets
}

/// A feed. `episodes` come with their notes, newest first; `sheet` says which of them it holds.
pub fn xml(series: &Series, episodes: &[(&Episode, Notes)], sheet: &Sheet, words: &Words) -> anyhow::Result<Vec<u8>> {
    let held = &episodes[sheet.episodes.clone()];
    let newest = held.iter().map(|(e, _)| &e.date).max().map(date);
    let image = series.image.as_ref().map(|image| image.url.clone());
    let owner = ITunesOwner { name: Some(clean(&series.owner_name)), email: series.owner_email.clone() };
    let title = if sheet.light { words.light_title.replace("{title}", &series.title) } else { series.title.clone() };
    let links = [("self", sheet.url.clone())].into_iter().chain(sheet.links.clone());
    let hub = sheet.hub.iter().map(|hub| Link { href: hub.clone(), rel: "hub".to_owned(), ..Link::default() });
    let mut channel = Channel {
        title: clean(&title),
        link: series.link.clone(),
        description: clean(&series.description),
        language: Some(series.language.clone()),
        copyright: series.copyright.as_deref().map(clean),
        pub_date: newest.clone(),
        last_build_date: newest,
        generator: Some("repere".to_owned()),
        image: image.clone().map(|url| Image {
            url,
            title: clean(&title),
            link: series.link.clone(),
            ..Image::default()
        }),
        items: held.iter().map(|(episode, notes)| item(series, episode, notes, sheet, words)).collect(),
        extensions: feed_tags::of_series(series, episodes.iter().map(|(episode, _)| *episode)),
        atom_ext: Some(AtomExtension {
            links: links
                .map(|(rel, href)| Link {
                    href,
                    rel: rel.to_owned(),
                    mime_type: Some("application/rss+xml".to_owned()),
                    ..Link::default()
                })
                .chain(hub)
                .collect(),
        }),
        itunes_ext: Some(ITunesChannelExtension {
            author: Some(clean(&series.author)),
            categories: series.categories.iter().map(category).collect(),
            image,
            explicit: Some(series.explicit.to_string()),
            owner: Some(owner),
            r#type: Some(series.kind.to_owned()),
            block: (sheet.light || series.block.everywhere).then(yes),
            complete: series.complete.then(yes),
            new_feed_url: series.moved_to.clone().filter(|_| !sheet.light),
            ..ITunesChannelExtension::default()
        }),
        ..Channel::default()
    };
    channel.namespaces = BTreeMap::from([
        ("podcast".to_owned(), PODCAST.to_owned()),
        // Apple wants it declared even while no episode has notes.
        ("content".to_owned(), "http://purl.org/rss/1.0/modules/content/".to_owned()),
    ]);
    let text = String::from_utf8(channel.pretty_write_to(Vec::new(), b' ', 2)?)?;
    let mut text = EMPTY.replace_all(&text, "$1/>").into_owned();
    text.push('\n');
    Ok(text.into_bytes())
}

/// The writer breaks the line inside empty elements; a strict reader would take the break for their value.
static EMPTY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(<(?:podcast|itunes):\w+[^<>]*)>\n *</(?:podcast|itunes):\w+>").expect("a fixed pattern")
});

fn item(series: &Series, episode: &Episode, notes: &Notes, sheet: &Sheet, words: &Words) -> Item {
    let image = episode.image.as_ref().or(series.image.as_ref()).map(|image| image.url.clone());
    let audio = &episode.audio;
    let small = audio.small.as_ref().filter(|_| sheet.light);
    let (url, facts) = small.map_or((&audio.url, &audio.facts), |small| (&small.url, &small.facts));
    Item {
        title: Some(clean(&episode.title)),
        link: Some(episode.link.clone()),
        description: Some(clean(&notes.description)),
        enclosure: Some(Enclosure {
            url: url.clone(),
            length: facts.bytes.to_string(),
            mime_type: facts.kind.mime().to_owned(),
        }),
        guid: Some(Guid { value: clean(&episode.guid), permalink: false }),
        pub_date: Some(date(&episode.date)),
        // The light feed is light to fetch, too.
        content: Some(clean(&notes.content)).filter(|content| !sheet.light && !content.trim().is_empty()),
        extensions: feed_tags::of_episode(series, episode, sheet.light, words),
        itunes_ext: Some(ITunesItemExtension {
            author: Some(clean(&series.author)),
            image,
            duration: Some(rounded_seconds(audio.duration()).max(1).to_string()),
            explicit: Some(episode.explicit.to_string()),
            episode: episode.number.map(|n| n.to_string()),
            season: episode.season.map(|n| n.to_string()),
            episode_type: Some(episode.kind.to_owned()),
            block: episode.blocked.then(yes),
            ..ITunesItemExtension::default()
        }),
        ..Item::default()
    }
}

/// Apple's word, with its capital letter: any other means nothing there.
fn yes() -> String {
    "Yes".to_owned()
}

fn category((name, below): &(String, Option<String>)) -> ITunesCategory {
    let subcategory = below.as_ref().map(|text| Box::new(ITunesCategory { text: text.clone(), subcategory: None }));
    ITunesCategory { text: name.clone(), subcategory }
}

/// RFC 2822: English names whatever the language, the offset of that day.
pub(super) fn date(date: &Zoned) -> String {
    date.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// Text without the characters XML 1.0 forbids, without spaces around it.
pub(super) fn clean(text: &str) -> String {
    let allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..) && !matches!(c, '\u{7f}'..='\u{9f}')
    };
    let text: Cow<'_, str> = if text.chars().all(|c| allowed(&c)) {
        text.into()
    } else {
        text.chars().filter(allowed).collect::<String>().into()
    };
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_are_identified_by_the_address_of_their_feed() {
        assert_eq!(guid("https://podnews.net/rss"), "9b024349-ccf0-5f69-a609-6b82873eab3c");
        assert_eq!(guid("podnews.net/rss/"), "9b024349-ccf0-5f69-a609-6b82873eab3c");
        assert_eq!(guid("https://mp3s.nashownotes.com/pc20rss.xml"), "917393e3-1b1e-5cef-ace4-edaa54e1f810");
    }

    #[test]
    fn dates_are_english_with_the_offset_of_their_season() {
        let say = |text: &str| date(&text.parse::<Zoned>().unwrap());
        assert_eq!(say("2026-11-04T09:00:00[Europe/Paris]"), "Wed, 04 Nov 2026 09:00:00 +0100");
        assert_eq!(say("2026-07-01T09:00:00[Europe/Paris]"), "Wed, 01 Jul 2026 09:00:00 +0200");
    }

    #[test]
    fn characters_that_xml_forbids_are_dropped() {
        assert_eq!(clean(" a\u{b}b\u{0}c\u{fffe}d & \u{1f600} "), "abcd & \u{1f600}");
    }
}
