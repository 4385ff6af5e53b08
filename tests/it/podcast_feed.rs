//! Long archives: pages of a feed, what a new episode changes, and how long five thousand episodes take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use repere::media::audio::{Facts, Kind};
use repere::output::Body;
use repere::podcast::feed::{self, Notes, Sheet, Words};
use repere::podcast::series::{Copy, Episode, Series};
use repere::podcast::{self, chapters, notes, transcript};
use repere::{config, site::Contribution};
use roxmltree::Document;

use crate::podcast::{ATOM, copy, make, now, output, site};

/// The series of the small site with that many episodes, each an hour younger than the one below it.
fn long(count: usize) -> Series {
    let made = make(&site());
    let mut series = made.series.into_iter().next().unwrap();
    let model = series.episodes.iter().find(|episode| episode.guid == "essai-1").unwrap().clone();
    series.episodes = (0..count)
        .map(|n| {
            let age = count - n;
            let mut episode = model.clone();
            episode.guid = format!("essai-{age}");
            episode.title = format!("Un sujet parmi d’autres, le {age}e");
            episode.source = format!("podcast/e{age}/index.md");
            episode.folder = format!("podcast/e{age}");
            episode.link = format!("https://exemple.fr/podcast/e{age}/");
            episode.audio.url = format!("{}son.mp3", episode.link);
            episode.audio.path = format!("{}/son.mp3", episode.folder);
            episode.number = Some(age as u64);
            episode.date = &model.date + jiff::Span::new().hours(age as i64);
            episode
        })
        .collect();
    series
}

fn sheet_of(series: &Series) -> Sheet {
    feed::sheets(series, series.episodes.len(), usize::MAX, None).remove(0)
}

/// What a feed's page holds: the guids of its episodes, and its links by relation.
type Page = (Vec<String>, Vec<(String, String)>);

fn pages(series: &Series, least: usize) -> BTreeMap<String, Page> {
    let with_notes: Vec<(&Episode, Notes)> = series.episodes.iter().map(|e| (e, Notes::default())).collect();
    let sheets = feed::sheets(series, series.episodes.len(), least, None);
    sheets
        .into_iter()
        .map(|sheet| {
            let xml = feed::xml(series, &with_notes, &sheet, &Words::default()).unwrap();
            let text = String::from_utf8(xml).unwrap();
            let document = Document::parse(&text).unwrap();
            let guids =
                document.descendants().filter(|n| n.tag_name().name() == "guid" && n.tag_name().namespace().is_none());
            let links = document.descendants().filter(|n| n.tag_name().namespace() == Some(ATOM));
            let links = links.map(|n| {
                let last =
                    |a: &str| n.attribute(a).unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
                (last("rel"), last("href"))
            });
            (sheet.path.clone(), (guids.map(|n| n.text().unwrap_or_default().to_owned()).collect(), links.collect()))
        })
        .collect()
}

#[test]
fn a_long_archive_has_pages_that_are_chained_both_ways() {
    let read = pages(&long(7), 2);
    let names: Vec<&str> = read.keys().map(String::as_str).collect();
    assert_eq!(names, ["podcast/feed-1.xml", "podcast/feed-2.xml", "podcast/feed.xml"]);
    let guids = |path: &str| read[path].0.iter().map(|g| g.trim_start_matches("essai-").to_owned()).collect::<Vec<_>>();
    assert_eq!(guids("podcast/feed.xml"), ["7", "6", "5"], "at least as many as asked, the newest first");
    assert_eq!(guids("podcast/feed-2.xml"), ["4", "3"]);
    assert_eq!(guids("podcast/feed-1.xml"), ["2", "1"]);
    let links = |path: &str| read[path].1.iter().map(|(rel, to)| format!("{rel} {to}")).collect::<Vec<_>>();
    assert_eq!(links("podcast/feed.xml"), ["self feed.xml", "first feed.xml", "last feed-1.xml", "next feed-2.xml"]);
    assert_eq!(
        links("podcast/feed-2.xml"),
        ["self feed-2.xml", "first feed.xml", "last feed-1.xml", "previous feed.xml", "next feed-1.xml"]
    );
    assert_eq!(
        links("podcast/feed-1.xml"),
        ["self feed-1.xml", "first feed.xml", "last feed-1.xml", "previous feed-2.xml"]
    );
}

#[test]
fn a_short_archive_has_one_page_and_no_chain() {
    for count in [0, 1, 2, 3] {
        let read = pages(&long(count), 2);
        assert_eq!(read.len(), 1, "{count}");
        assert_eq!(read["podcast/feed.xml"].1.len(), 1, "itself alone");
        assert_eq!(read["podcast/feed.xml"].0.len(), count);
    }
}

#[test]
fn a_new_episode_leaves_the_older_pages_as_they_are() {
    let bytes = |count: usize| {
        let series = long(count);
        let with_notes: Vec<(&Episode, Notes)> = series.episodes.iter().map(|e| (e, Notes::default())).collect();
        let sheets = feed::sheets(&series, count, 3, None);
        let written = |sheet: Sheet| {
            let xml = feed::xml(&series, &with_notes, &sheet, &Words::default()).unwrap();
            (sheet.path, xml)
        };
        sheets.into_iter().map(written).collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (bytes(10), bytes(11));
    assert_eq!(before.len(), 3);
    let changed: Vec<&String> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert_eq!(changed, ["podcast/feed.xml"]);
}

#[test]
fn the_light_feed_offers_the_small_copies_and_asks_to_be_left_out() {
    let mut series = long(2);
    let facts =
        Facts { kind: Kind::Ogg, duration: Duration::from_secs(2), bytes: 1234, bit_rate: Some(24), channels: Some(1) };
    let small = Copy {
        url: "https://exemple.fr/podcast/e2/son.opus".into(),
        path: "podcast/e2/son.opus".into(),
        file: "/nowhere".into(),
        facts,
        integrity: "sha384-x".into(),
    };
    series.episodes[0].audio.small = Some(small);
    let notes = Notes { description: "<p>Court</p>".into(), content: "<p>Long</p>".into() };
    let with_notes: Vec<(&Episode, Notes)> = series.episodes.iter().map(|e| (e, notes.clone())).collect();
    let sheets = feed::sheets(&series, 2, 500, Some("https://hub.example/"));
    let words = Words { light_title: "{title}, version légère".into(), small: "Version légère".into() };
    assert_eq!(sheets.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["podcast/feed.xml", "podcast/leger.xml"]);
    let light = String::from_utf8(feed::xml(&series, &with_notes, &sheets[1], &words).unwrap()).unwrap();
    assert!(light.contains("<itunes:block>Yes</itunes:block>"), "directories leave it out");
    assert!(light.contains("<title>Écouter &amp; comprendre, version légère</title>"));
    assert!(
        light
            .contains("<enclosure url=\"https://exemple.fr/podcast/e2/son.opus\" length=\"1234\" type=\"audio/ogg\"/>")
    );
    assert!(
        light.contains("<enclosure url=\"https://exemple.fr/podcast/e1/son.mp3\""),
        "what has no copy is offered as it is"
    );
    assert!(light.contains("<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>"), "the same show");
    assert!(!light.contains("content:encoded") && !light.contains("alternateEnclosure"));
    assert!(light.contains("rel=\"hub\"") && light.contains("https://hub.example/"));
    let full = String::from_utf8(feed::xml(&series, &with_notes, &sheets[0], &words).unwrap()).unwrap();
    assert!(full.contains("title=\"Version légère\" type=\"audio/opus\""), "the full feed offers it beside the sound");
}

/// What a contribution says, by path or source.
fn told(contribution: &Contribution) -> BTreeMap<String, Vec<u8>> {
    let files = contribution.outputs.iter().map(|output| {
        let bytes = match &output.body {
            Body::File(path) => path.to_string_lossy().into_owned().into_bytes(),
            body => body.read().unwrap().to_vec(),
        };
        (output.path.clone(), bytes)
    });
    let values =
        contribution.values.iter().map(|(source, values)| (source.clone(), serde_json::to_vec(values).unwrap()));
    files.chain(values).collect()
}

#[test]
fn a_new_episode_touches_only_what_depends_on_it() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    let mine = |contribution: &Contribution| {
        // Files made in a workshop have its folder in their path: their names say their content.
        told(contribution).into_iter().filter(|(path, _)| !path.ends_with(".mp3")).collect::<BTreeMap<_, _>>()
    };
    let before = mine(&make(folder.path()).contribution);
    let new = folder.path().join("episodes/trois");
    copy(&folder.path().join("episodes/deux"), &new);
    std::fs::rename(new.join("deux.vtt"), new.join("trois.vtt")).unwrap();
    let mut sound = std::fs::read(new.join("deux.mp3")).unwrap();
    let frame = sound[sound.len() - 104..].to_vec();
    sound.extend(frame);
    std::fs::write(new.join("trois.mp3"), sound).unwrap();
    std::fs::remove_file(new.join("deux.mp3")).unwrap();
    let page = std::fs::read_to_string(new.join("index.md")).unwrap();
    std::fs::write(
        new.join("index.md"),
        page.replace("deux.", "trois.").replace("essai-2", "essai-9").replace("2026-07-01", "2026-08-01"),
    )
    .unwrap();
    let made = make(folder.path());
    assert_eq!(repere::diagnostic::render(&made.problems), "");
    let after = mine(&made.contribution);
    let changed: BTreeSet<&str> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(*bytes)).map(|(path, _)| path.as_str()).collect();
    let others: Vec<&&str> =
        changed.iter().filter(|path| !path.contains("trois") && !path.starts_with("podcast/paroles")).collect();
    assert_eq!(others, [&"podcast/_index.md", &"podcast/feed.xml"]);
    assert!(before.keys().all(|path| after.contains_key(path)), "nothing is gone");
}

#[test]
fn without_a_hub_that_is_told_no_feed_names_one() {
    let made = make(&site());
    assert!(!output(&made.contribution, "podcast/feed.xml").contains("rel=\"hub\""));
}

/// `tests/bench/feed` runs it in the release profile.
#[test]
#[ignore = "a benchmark"]
fn five_thousand_episodes() {
    let mut series = long(5000);
    let said: String = (0..200).fold("WEBVTT\n\n".to_owned(), |text, n| {
        let clock = |s: u32| format!("{:02}:{:02}.000", s / 60, s % 60);
        format!(
            "{text}{} --> {}\n<v Camille>Une phrase, la {n}e, que quelqu’un dit ici.\n\n",
            clock(n * 3),
            clock(n * 3 + 3)
        )
    });
    let said = transcript::parse(&said).unwrap();
    let marks: Vec<chapters::Chapter> = (0..8)
        .map(|n| chapters::Chapter {
            start: Duration::from_secs(n * 60),
            title: format!("Chapitre, le {n}e"),
            id: format!("c-{n}"),
            url: None,
            hidden: false,
        })
        .collect();
    for episode in &mut series.episodes {
        episode.transcript = Some((said.clone(), format!("{}son.vtt", episode.link)));
        episode.chapters = marks.clone();
        episode.soundbites = vec![podcast::series::Soundbite {
            start: Duration::from_secs(60),
            duration: Duration::from_secs(30),
            title: "Je te crois".into(),
        }];
        episode.audio.small = Some(Copy {
            url: format!("{}son.opus", episode.link),
            path: format!("{}/son.opus", episode.folder),
            file: "/nowhere".into(),
            facts: Facts { kind: Kind::Ogg, ..episode.audio.facts.clone() },
            integrity: episode.audio.integrity.clone(),
        });
        episode.own_persons = true;
    }
    let html = "<p>Un paragraphe de notes avec <a href=\"/aide/\">un lien</a> et <strong>un mot</strong>, assez long pour compter.</p>\n".repeat(20);

    let start = Instant::now();
    let with_notes: Vec<(&Episode, Notes)> = {
        use rayon::prelude::*;
        let of = |episode| {
            (
                episode,
                Notes {
                    description: notes::description(episode, &notes::Words::default(), &["119".to_owned()]),
                    content: notes::content(&html, &episode.link),
                },
            )
        };
        series.episodes.par_iter().map(of).collect()
    };
    let xml = feed::xml(&series, &with_notes, &sheet_of(&series), &Words::default()).unwrap();
    let written = start.elapsed();

    let start = Instant::now();
    let read = rss::Channel::read_from(&xml[..]).unwrap();
    let parsed = start.elapsed();
    assert_eq!(read.items().len(), 5000);

    let mut parts = BTreeMap::from([("feed", written), ("feed read back", parsed)]);
    let (loaded, _) = config::load(&site(), None).unwrap();
    let library = make(&site()).library;
    let start = Instant::now();
    let (_, works) = podcast::prepare(&library, &loaded, std::slice::from_ref(&series), now());
    parts.insert("values for pages, and keys", start.elapsed());
    let mut count = 0;
    for (part, belongs) in [
        ("feeds as files", (|name| name.ends_with(".xml")) as fn(&str) -> bool),
        ("transcripts and chapters", |name| name.ends_with(".md")),
        ("search in what is said", |name| name.starts_with("podcast said")),
    ] {
        let start = Instant::now();
        let own: Vec<_> = works.iter().filter(|work| belongs(work.name())).collect();
        let made: Vec<_> = {
            use rayon::prelude::*;
            own.par_iter().map(|work| work.run().unwrap().len()).collect()
        };
        parts.insert(part, start.elapsed());
        count += made.iter().sum::<usize>();
    }
    let (first, again) = reading();
    parts.insert("reading the sources", first);
    parts.insert("reading them again", again);
    let parts: serde_json::Map<String, serde_json::Value> = parts
        .into_iter()
        .map(|(part, time)| (part.to_owned(), ((time.as_secs_f64() * 1e3).round() / 1e3).into()))
        .collect();
    let megabytes = (xml.len() as f64 / 1e5).round() / 10.0;
    println!("{}", serde_json::json!({ "episodes": 5000, "megabytes": megabytes, "files": count, "seconds": parts }));
}

/// How long five thousand episodes in a folder take to be read, with sound to be measured and without.
fn reading() -> (Duration, Duration) {
    let place = tempfile::tempdir().unwrap();
    crate::podcast_again::many(place.path(), 5000);
    let (loaded, _) = config::load(place.path(), None).unwrap();
    let (library, _) = repere::content::load(place.path(), &loaded.config, repere::content::Options::default());
    let read = || {
        let start = Instant::now();
        let (series, problems) = podcast::load(&library, &loaded);
        assert!(!repere::diagnostic::any_error(&problems), "{}", repere::diagnostic::render(&problems));
        assert_eq!(series[0].episodes.len(), 5000);
        start.elapsed()
    };
    (read(), read())
}
