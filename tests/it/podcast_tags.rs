//! Two series that fill every tag their sources can: the feed as a strict parser (badpod) and an XML reader find it.
//! The same feeds are read by feedsmith, podcast-partytime and feedparser in `tests/clients/podcast_tags`.

use std::path::{Path, PathBuf};

use repere::diagnostic;
use roxmltree::{Document, Node};

use crate::podcast::{Made, PODCAST, copy, file, make, output};

fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/series")
}

/// Every `podcast:` element of one name among the children, as `text|attribute=value…`, attributes sorted.
fn tags(parent: Node<'_, '_>, name: &str) -> Vec<String> {
    let own = |node: &Node<'_, '_>| node.tag_name().name() == name && node.tag_name().namespace() == Some(PODCAST);
    parent.children().filter(own).map(|node| written(node)).collect()
}

fn written(node: Node<'_, '_>) -> String {
    let mut attributes: Vec<String> = node.attributes().map(|a| format!("{}={}", a.name(), a.value())).collect();
    attributes.sort();
    format!("{}|{}", node.text().unwrap_or_default().trim(), attributes.join(" "))
}

fn channel<'a>(document: &'a Document<'a>) -> Node<'a, 'a> {
    document.root_element().first_element_child().unwrap()
}

#[test]
fn every_tag_of_a_series_has_the_value_of_its_source() {
    let made = make(&site());
    assert_eq!(diagnostic::render(&made.problems), "");
    let document = Document::parse(output(&made.contribution, "podcast/ecouter/feed.xml")).unwrap();
    let channel = channel(&document);
    for (name, want) in [
        ("guid", vec!["9b024349-ccf0-5f69-a609-6b82873eab3c|"]),
        ("locked", vec!["yes|owner=podcast@exemple.fr"]),
        ("medium", vec!["course|"]),
        ("license", vec!["cc-by-sa-4.0|url=https://creativecommons.org/licenses/by-sa/4.0/"]),
        ("funding", vec!["Soutenir la série|url=https://exemple.fr/don"]),
        (
            "person",
            vec![
                "Camille|group=cast href=https://exemple.fr/camille img=https://exemple.fr/podcast/ecouter/camille.png role=host",
                "Ada|group=audio post-production role=audio editor",
            ],
        ),
        ("location", vec!["Lille|country=FR geo=geo:50.63,3.06 osm=R58404 rel=subject"]),
        (
            "image",
            vec![
                "|alt=Un phare dans la nuit aspect-ratio=1/1 height=1400 href=https://exemple.fr/podcast/ecouter/couverture.png purpose=artwork type=image/png width=1400",
                "|alt=La mer height=40 href=https://exemple.fr/podcast/ecouter/banniere.png purpose=banner type=image/png width=120",
            ],
        ),
        ("updateFrequency", vec!["Un épisode par mois|dtstart=2026-01-06 rrule=FREQ=MONTHLY;BYDAY=1TU"]),
        ("block", vec!["yes|id=amazon", "yes|id=spotify"]),
        ("txt", vec!["true|purpose=ai-content", "a1b2c3|purpose=applepodcastsverify"]),
        ("socialInteract", vec!["|protocol=disabled"]),
    ] {
        assert_eq!(tags(channel, name), want, "{name}");
    }
    let trailer = &tags(channel, "trailer")[0];
    assert!(trailer.starts_with("Bientôt|length="), "{trailer}");
    assert!(trailer.contains("pubdate=Fri, 02 Jan 2026 08:00:00 +0100 season=1 type=audio/mpeg"), "{trailer}");
    let nested = |name: &str| {
        let outer = channel.children().find(|n| n.tag_name().name() == name).unwrap();
        outer.children().filter(|n| n.is_element()).map(written).collect::<Vec<_>>()
    };
    assert_eq!(
        nested("podroll"),
        [
            "|feedGuid=917393e3-1b1e-5cef-ace4-edaa54e1f810 feedUrl=https://mp3s.nashownotes.com/pc20rss.xml title=Une autre"
        ]
    );
    assert_eq!(
        nested("publisher"),
        ["|feedGuid=1b3a1d0c-4f1f-5d3e-9d0e-3a0f4f8b2c11 feedUrl=https://exemple.fr/editeur.xml medium=publisher"]
    );
}

#[test]
fn every_tag_of_an_episode_has_the_value_of_its_source() {
    let made = make(&site());
    let document = Document::parse(output(&made.contribution, "podcast/ecouter/feed.xml")).unwrap();
    let item = channel(&document).children().find(|n| n.tag_name().name() == "item").unwrap();
    let folder = "https://exemple.fr/podcast/ecouter/parler/";
    assert_eq!(
        tags(item, "person"),
        [
            "Camille|group=cast href=https://exemple.fr/camille img=https://exemple.fr/podcast/ecouter/camille.png role=host",
            "Noé|group=cast role=guest",
        ],
        "an episode's list replaces that of the series, so who is still there is repeated, and who is absent is not"
    );
    assert_eq!(tags(item, "soundbite"), ["Je te crois|duration=15 startTime=2"]);
    assert_eq!(tags(item, "location"), ["Roubaix|country=FR rel=creator"]);
    assert_eq!(tags(item, "season"), ["1|name=Comprendre"]);
    assert_eq!(tags(item, "episode"), ["1|"]);
    assert_eq!(tags(item, "funding"), ["Cet épisode|url=https://exemple.fr/don-1"]);
    assert_eq!(tags(item, "license"), ["etalab-2.0|url=https://www.etalab.gouv.fr/licence-ouverte-open-licence/"]);
    assert_eq!(
        tags(item, "txt"),
        ["true|purpose=ai-content", "2026-03-01|purpose=release", "ok|purpose=verify"],
        "the last correction dates the release"
    );
    assert_eq!(
        tags(item, "image"),
        [format!(
            "|alt=Deux chaises aspect-ratio=1/1 height=1400 href={folder}couverture.png purpose=artwork type=image/png width=1400"
        )]
    );
    assert_eq!(
        tags(item, "transcript"),
        [
            format!("|language=fr-FR type=text/vtt url={folder}transcription.vtt"),
            format!("|language=fr-FR type=application/x-subrip url={folder}transcription.srt"),
            format!("|language=fr-FR type=application/json url={folder}transcription.json"),
            format!("|language=fr-FR type=text/html url={folder}"),
        ]
    );
    let forms: Vec<_> = item.children().filter(|n| n.tag_name().name() == "alternateEnclosure").collect();
    assert_eq!(forms.len(), 2, "the sound itself, and the easy one");
    assert_eq!((forms[0].attribute("default"), forms[0].attribute("type")), (Some("true"), Some("audio/mpeg")));
    assert_eq!((forms[1].attribute("rel"), forms[1].attribute("lang")), (Some("falc"), Some("fr")));
    assert_eq!(
        (forms[1].attribute("type"), forms[1].attribute("title")),
        (Some("audio/opus"), Some("En mots faciles"))
    );
    for (form, name, kind) in [(forms[0], "parler.mp3", "audio/mpeg"), (forms[1], "facile.opus", "audio/ogg")] {
        // The sound is published with its chapters inside, the easy form as it stands beside the page.
        let bytes = match kind {
            "audio/mpeg" => std::fs::read(file(&made.contribution, "podcast/ecouter/parler/parler.mp3")).unwrap(),
            _ => std::fs::read(site().join("episodes/ecouter/parler").join(name)).unwrap(),
        };
        assert_eq!(form.attribute("length"), Some(bytes.len().to_string().as_str()));
        let [integrity, source] =
            ["integrity", "source"].map(|n| form.children().find(|c| c.tag_name().name() == n).unwrap());
        assert_eq!(written(source), format!("|contentType={kind} uri={folder}{name}"));
        use base64::Engine as _;
        use sha2::Digest as _;
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha384::digest(&bytes));
        assert_eq!(written(integrity), format!("|type=sri value=sha384-{digest}"));
    }
    let description = item.children().find(|n| n.tag_name().name() == "description").and_then(|n| n.text()).unwrap();
    assert!(
        description.contains("<p>Correction du 1er\u{a0}mars\u{a0}2026\u{a0}: Le second nombre était faux.</p>"),
        "{description}"
    );
    assert!(description.contains("<p>00:00:05 Milieu</p><p>00:00:12 Fin</p>"), "a hidden chapter is not listed");
}

#[test]
fn a_second_series_has_its_own_feed_and_only_what_it_says() {
    let made = make(&site());
    let document = Document::parse(output(&made.contribution, "podcast/comprendre/feed.xml")).unwrap();
    let channel = channel(&document);
    let itunes = |parent: Node<'_, '_>, name: &str| {
        let itunes = Some(crate::podcast::ITUNES);
        let found = parent.children().find(|n| n.tag_name().name() == name && n.tag_name().namespace() == itunes);
        found.and_then(|n| n.text()).map(str::to_owned)
    };
    assert_eq!(itunes(channel, "block").as_deref(), Some("Yes"));
    assert_eq!(itunes(channel, "complete").as_deref(), Some("Yes"));
    assert_eq!(itunes(channel, "new-feed-url").as_deref(), Some("https://exemple.fr/podcast/comprendre/feed.xml"));
    assert_eq!(tags(channel, "block"), ["yes|"]);
    let item = channel.children().find(|n| n.tag_name().name() == "item").unwrap();
    assert_eq!(itunes(item, "block").as_deref(), Some("Yes"));
    assert_eq!(tags(item, "person"), Vec::<String>::new(), "without a list of its own, that of the series counts");
    let opml = Document::parse(output(&made.contribution, "podcast/series.opml")).unwrap();
    assert_eq!(opml.descendants().filter(|n| n.has_attribute("xmlUrl")).count(), 2);
    assert_eq!(made.contribution.values["podcast/ecouter/_index.md"]["series"]["seasons"][0]["name"], "Comprendre");
}

/// What badpod could not take: each is `Other((value, reason))` in what it gives.
fn refused(made: &Made, path: &str) -> Vec<String> {
    let read = format!("{:?}", badpod::from_str(output(&made.contribution, path)).unwrap());
    read.match_indices("Other((").map(|(at, _)| read[at..].chars().take(90).collect()).collect()
}

/// Values of today's namespace that are not in badpod's older lists: two licences, a medium, purposes of `txt`, and what
/// HTTP calls Opus.
const UNKNOWN: [&str; 7] =
    ["etalab-2.0", "cc-by-sa-4.0", "course", "ai-content", "release", "applepodcastsverify", "audio/ogg"];

#[test]
fn a_strict_parser_finds_no_value_that_it_must_refuse() {
    let made = make(&site());
    let own = make(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (made, path) in
        [(&made, "podcast/ecouter/feed.xml"), (&made, "podcast/comprendre/feed.xml"), (&own, "podcast/feed.xml")]
    {
        let refused = refused(made, path);
        let unexpected: Vec<_> =
            refused.iter().filter(|told| !UNKNOWN.iter().any(|value| told.contains(&format!("\"{value}\"")))).collect();
        assert!(unexpected.is_empty(), "{path}: {unexpected:?}");
    }
    let feed = badpod::from_str(output(&made.contribution, "podcast/ecouter/feed.xml")).unwrap();
    let item = &feed.channel[0].item[0];
    assert_eq!(item.podcast_alternate_enclosure.len(), 2);
    assert_eq!(item.podcast_soundbite.len(), 1);
    assert_eq!(feed.channel[0].podcast_block.len(), 2);
    assert_eq!(feed.channel[0].podcast_trailer.len(), 1);
}

#[test]
fn what_a_series_says_wrongly_is_told_with_its_remedy() {
    let told = |name: &str, from: &str, to: &str| {
        let folder = tempfile::tempdir().unwrap();
        copy(&site(), folder.path());
        let path = folder.path().join("episodes").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} does not hold {from:?}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let said = diagnostic::render(&make(folder.path()).problems);
        let help = said.lines().find_map(|line| line.trim().strip_prefix("= help: ")).unwrap_or_default().to_owned();
        assert!(said.contains("  --> episodes/"), "no place: {said}");
        (said.lines().next().unwrap_or_default().to_owned(), help)
    };
    let series = |from: &str, to: &str| told("ecouter/_index.md", from, to).0;
    let episode = |from: &str, to: &str| told("ecouter/parler/index.md", from, to).0;
    assert_eq!(
        told("ecouter/_index.md", "\"amazon\"", "\"amazone\""),
        ("error: no platform is called `amazone`".into(), "did you mean `amazon`?".into())
    );
    assert_eq!(series("geo:50.63", "50.63"), "error: `50.63,3.06` is not what `geo` takes");
    assert_eq!(
        series("FREQ=MONTHLY;", "FREQ=PARFOIS;"),
        "error: `rrule` is not a rule of RFC 5545: `FREQ=PARFOIS` has a value that it cannot have"
    );
    assert_eq!(series("fr-FR", "français"), "error: `français` is not a language code");
    assert_eq!(series("podcast@exemple.fr", "podcast exemple"), "error: `podcast exemple` is not an e-mail address");
    assert_eq!(
        series("purpose: \"banner\"", "purpose: \"banière\""),
        "error: no purpose of a picture is called `banière`"
    );
    assert_eq!(series("917393e3-1b1e", "917393e3"), "error: `917393e3-5cef-ace4-edaa54e1f810` is not a UUID");
    assert_eq!(
        series("purpose: \"applepodcastsverify\"", "purpose: \"ai-content\""),
        "error: `ai-content` is not written here"
    );
    assert_eq!(series("{ number: 1, name: \"Comprendre\" }", "{ number: 1 }"), "error: this season is not complete");
    assert_eq!(series("https://exemple.fr/don", "don"), "error: `don` is not an address of the web");
    assert_eq!(
        episode("duration: 15", "duration: 30"),
        "error: this passage ends at 0:32, after the end of the sound (0:20)"
    );
    assert_eq!(episode("duration: 15", "duration: 3"), "warning: this passage lasts 3\u{a0}s");
    assert_eq!(episode("date: 2026-02-01", "date: 2025-02-01"), "error: this correction is older than the episode");
    assert_eq!(
        episode("name: \"Ada\", absent", "name: \"Ida\", absent"),
        "error: `Ida` is absent, but not among the `persons` of the series"
    );
    assert_eq!(episode("hidden: true", "hiden: true"), "error: unknown key `hiden` here");
    assert_eq!(episode("facile.opus", "facil.opus"), "error: there is no file `facil.opus` beside this page");
    assert_eq!(
        episode("title: \"Parler", "title: \"Épisode 1 : Parler"),
        "warning: the title begins with the number of the episode"
    );
    assert_eq!(episode("  number: 1\n", ""), "error: an episode of a serial needs `number`");
    assert_eq!(
        episode(
            "date: 2026-01-06T08:00:00+01:00\nepisode:",
            "date: 2026-01-06T08:00:00+01:00\nepisode:\n  embargo: \"demain\""
        ),
        "error: `demain` is not a moment"
    );
    assert_eq!(
        told("comprendre/premier/index.md", "comprendre-1", "ecouter-1").0,
        "error: this guid is already that of episodes/comprendre/premier/index.md",
        "whichever series it is in"
    );
}

#[test]
fn an_embargo_hides_an_episode_and_dates_it() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    let path = folder.path().join("episodes/comprendre/premier/index.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let until = |moment: &str| text.replace("episode:\n", &format!("episode:\n  embargo: {moment}\n"));
    std::fs::write(&path, until("2026-12-01T06:00:00+01:00")).unwrap();
    let made = make(folder.path());
    assert_eq!(diagnostic::render(&made.problems), "");
    assert!(made.contribution.outputs.iter().all(|output| !output.path.contains("premier")));
    assert!(made.library.page("podcast/comprendre/premier/index.md").is_none());
    std::fs::write(&path, until("2026-11-20T06:00:00+01:00")).unwrap();
    let made = make(folder.path());
    assert!(
        output(&made.contribution, "podcast/comprendre/feed.xml")
            .contains("<pubDate>Fri, 20 Nov 2026 06:00:00 +0100</pubDate>")
    );
}

#[test]
fn a_title_another_host_and_another_sound_leave_the_identifier() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    let guid = |root: &Path| {
        let made = make(root);
        let episode = made.series.iter().flat_map(|s| &s.episodes).find(|e| e.source.contains("premier")).unwrap();
        (episode.guid.clone(), episode.audio.facts.bytes, episode.audio.url.clone())
    };
    let before = guid(folder.path());
    let episode = folder.path().join("episodes/comprendre/premier");
    let page = std::fs::read_to_string(episode.join("index.md")).unwrap();
    std::fs::write(episode.join("index.md"), page.replace("title: \"Premier\"", "title: \"Autre titre\"")).unwrap();
    std::fs::copy(site().join("../podcast/episodes/un/un.mp3"), episode.join("premier.mp3")).unwrap();
    let mut longer = std::fs::read(episode.join("premier.mp3")).unwrap();
    // One more frame of sound: another length.
    let frame = longer[longer.len() - 104..].to_vec();
    longer.extend(frame);
    std::fs::write(episode.join("premier.mp3"), longer).unwrap();
    let config = std::fs::read_to_string(folder.path().join("zola.toml")).unwrap();
    std::fs::write(folder.path().join("zola.toml"), config.replace("exemple.fr", "autre.example")).unwrap();
    let after = guid(folder.path());
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1, "the new length is told");
    assert!(after.2.starts_with("https://autre.example/"));
}
