//! The feed of a series: RSS 2.0 with every required and recommended tag of PSP-1 and of Apple's list.
//!
//! Entry points: [`xml`], and [`guid`] (the identifier of a show by its feed's address). No clock: the date of the feed
//! is the date of its newest episode, so the same series gives the same bytes.

use std::collections::BTreeMap;

use jiff::Zoned;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};
use rss::extension::{Extension, ExtensionMap};
use rss::{Channel, Enclosure, Guid, Image, Item};
use uuid::Uuid;

use super::series::{Episode, Series};
use crate::media::words::rounded_seconds;

/// Namespace of identifiers of shows, fixed by the podcast namespace.
const SHOWS: Uuid = Uuid::from_u128(0xead4_c236_bf58_58c6_a2c6_a6b2_8d12_8cb6);
/// Namespace of the `podcast:` tags.
const PODCAST: &str = "https://podcastindex.org/namespace/1.0";

/// Roles of the podcast taxonomy, group "cast".
const ROLES: [&str; 8] = ["host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"];

/// What apps show below an episode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// At most 4000 bytes of simple HTML.
    pub description: String,
    /// The page's text as HTML.
    pub content: String,
}

/// The identifier of a show whose feed is at `feed_url`, by the rule of the podcast namespace.
pub fn guid(feed_url: &str) -> String {
    let name = feed_url.split_once("://").map_or(feed_url, |(_, rest)| rest).trim_end_matches('/');
    Uuid::new_v5(&SHOWS, name.as_bytes()).to_string()
}

/// The feed. `episodes` come with their notes, newest first.
pub fn xml(series: &Series, episodes: &[(&Episode, Notes)]) -> anyhow::Result<Vec<u8>> {
    let newest = episodes.iter().map(|(e, _)| &e.date).max().map(date);
    let image = series.image.as_ref().map(|image| image.url.clone());
    let owner = ITunesOwner { name: Some(clean(&series.owner_name)), email: series.owner_email.clone() };
    let mut channel = Channel {
        title: clean(&series.title),
        link: series.link.clone(),
        description: clean(&series.description),
        language: Some(series.language.clone()),
        copyright: series.copyright.as_deref().map(clean),
        pub_date: newest.clone(),
        last_build_date: newest,
        generator: Some("repere".to_owned()),
        image: image.clone().map(|url| Image {
            url,
            title: clean(&series.title),
            link: series.link.clone(),
            ..Image::default()
        }),
        items: episodes.iter().map(|(episode, notes)| item(series, episode, notes)).collect(),
        extensions: show_tags(series, episodes),
        atom_ext: Some(AtomExtension {
            links: vec![Link {
                href: series.feed_url.clone(),
                rel: "self".to_owned(),
                mime_type: Some("application/rss+xml".to_owned()),
                ..Link::default()
            }],
        }),
        itunes_ext: Some(ITunesChannelExtension {
            author: Some(clean(&series.author)),
            categories: series.categories.iter().map(category).collect(),
            image,
            explicit: Some(series.explicit.to_string()),
            owner: Some(owner),
            r#type: Some(series.kind.to_owned()),
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
    // The writer breaks the line inside empty elements; a strict reader would take the break for their value.
    let empty = regex::Regex::new(r"(<(?:podcast|itunes):\w+[^<>]*)>\n *</(?:podcast|itunes):\w+>")?;
    let mut text = empty.replace_all(&text, "$1/>").into_owned();
    text.push('\n');
    Ok(text.into_bytes())
}

fn item(series: &Series, episode: &Episode, notes: &Notes) -> Item {
    let image = episode.image.as_ref().or(series.image.as_ref()).map(|image| image.url.clone());
    Item {
        title: Some(clean(&episode.title)),
        link: Some(episode.link.clone()),
        description: Some(clean(&notes.description)),
        enclosure: Some(Enclosure {
            url: episode.audio.url.clone(),
            length: episode.audio.facts.bytes.to_string(),
            mime_type: episode.audio.facts.kind.mime().to_owned(),
        }),
        guid: Some(Guid { value: episode.guid.clone(), permalink: false }),
        pub_date: Some(date(&episode.date)),
        content: Some(clean(&notes.content)).filter(|content| !content.trim().is_empty()),
        extensions: episode_tags(series, episode),
        itunes_ext: Some(ITunesItemExtension {
            author: Some(clean(&series.author)),
            image,
            duration: Some(rounded_seconds(episode.audio.duration()).max(1).to_string()),
            explicit: Some(episode.explicit.to_string()),
            episode: episode.number.map(|n| n.to_string()),
            season: episode.season.map(|n| n.to_string()),
            episode_type: Some(episode.kind.to_owned()),
            ..ITunesItemExtension::default()
        }),
        ..Item::default()
    }
}

/// The `podcast:` tags of the show.
fn show_tags(series: &Series, episodes: &[(&Episode, Notes)]) -> ExtensionMap {
    let mut tags = Tags::default();
    tags.add("guid", &series.guid, &[]);
    let owner: Vec<(&str, &str)> = series.owner_email.iter().map(|email| ("owner", email.as_str())).collect();
    tags.add("locked", if series.locked { "yes" } else { "no" }, &owner);
    tags.add("medium", "podcast", &[]);
    if let Some(license) = &series.license {
        let url: Vec<(&str, &str)> = license.url.iter().map(|url| ("url", url.as_str())).collect();
        tags.add("license", &license.id, &url);
    }
    if let Some(url) = &series.funding {
        tags.add("funding", &clean(&series.title), &[("url", url)]);
    }
    // No comments wanted: minors listen.
    tags.add("socialInteract", "", &[("protocol", "disabled")]);
    let synthetic = episodes.iter().any(|(episode, _)| episode.synthetic_voice);
    tags.add("txt", if synthetic { "true" } else { "false" }, &[("purpose", "ai-content")]);
    tags.finish()
}

/// The `podcast:` tags of an episode.
fn episode_tags(series: &Series, episode: &Episode) -> ExtensionMap {
    let mut tags = Tags::default();
    if let Some((_, vtt)) = &episode.transcript {
        let language = ("language", series.language.as_str());
        tags.add("transcript", "", &[("url", vtt), ("type", "text/vtt"), language]);
        let made = |name: &str| super::made_url(episode, name);
        tags.add("transcript", "", &[("url", &made(super::SRT)), ("type", "application/x-subrip"), language]);
        tags.add("transcript", "", &[("url", &made(super::JSON)), ("type", "application/json"), language]);
        tags.add("transcript", "", &[("url", &episode.link), ("type", "text/html"), language]);
    }
    if !episode.chapters.is_empty() {
        let url = super::made_url(episode, super::CHAPTERS);
        tags.add("chapters", "", &[("url", &url), ("type", "application/json+chapters")]);
    }
    for person in &episode.persons {
        // A role outside the taxonomy is for the page; apps would show it as it is.
        let role = person.role.to_lowercase();
        let known = ROLES.contains(&role.as_str()).then_some(("role", role.as_str()));
        let attributes: Vec<(&str, &str)> = known.into_iter().chain([("group", "cast")]).collect();
        tags.add("person", &clean(&person.name), &attributes);
    }
    if let Some(season) = episode.season {
        tags.add("season", &season.to_string(), &[]);
    }
    if let Some(number) = episode.number {
        tags.add("episode", &number.to_string(), &[]);
    }
    tags.add("socialInteract", "", &[("protocol", "disabled")]);
    tags.add("txt", if episode.synthetic_voice { "true" } else { "false" }, &[("purpose", "ai-content")]);
    tags.finish()
}

/// `podcast:` tags being collected.
#[derive(Default)]
struct Tags(BTreeMap<String, Vec<Extension>>);

impl Tags {
    fn add(&mut self, name: &str, value: &str, attributes: &[(&str, &str)]) {
        self.0.entry(name.to_owned()).or_default().push(Extension {
            name: format!("podcast:{name}"),
            value: (!value.is_empty()).then(|| value.to_owned()),
            attrs: attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            children: BTreeMap::new(),
        });
    }

    fn finish(self) -> ExtensionMap {
        BTreeMap::from([("podcast".to_owned(), self.0)])
    }
}

fn category((name, below): &(String, Option<String>)) -> ITunesCategory {
    let subcategory = below.as_ref().map(|text| Box::new(ITunesCategory { text: text.clone(), subcategory: None }));
    ITunesCategory { text: name.clone(), subcategory }
}

/// RFC 2822: English names whatever the language, the offset of that day.
fn date(date: &Zoned) -> String {
    date.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// Text without the characters XML 1.0 forbids, without spaces around it.
pub(super) fn clean(text: &str) -> String {
    let allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..) && !matches!(c, '\u{7f}'..='\u{9f}')
    };
    text.chars().filter(allowed).collect::<String>().trim().to_owned()
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
