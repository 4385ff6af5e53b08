//! The podcast of a small site: the feed as a directory reads it, and every mistake a writer can make, word by word.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use repere::content::schedule::{self, Clock};
use repere::content::{Library, Options};
use repere::diagnostic::{self, Diagnostic};
use repere::media::sound::{Wishes, Workshop};
use repere::podcast::{self, Series};
use repere::site::{Body, Contribution};
use repere::{config, content};
use roxmltree::{Document, Node};

pub(crate) const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
pub(crate) const PODCAST: &str = "https://podcastindex.org/namespace/1.0";
pub(crate) const ATOM: &str = "http://www.w3.org/2005/Atom";
pub(crate) const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";

pub(crate) fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/podcast")
}

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) struct Made {
    pub(crate) library: Library,
    pub(crate) series: Vec<Series>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) contribution: Contribution,
    /// Where files are made, as long as somebody looks at them.
    _workshop: tempfile::TempDir,
}

pub(crate) fn make(root: &Path) -> Made {
    let (loaded, _) = config::load(root, None).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    let (mut library, found) = content::load(root, &loaded.config, Options::default());
    assert!(!diagnostic::any_error(&found), "{}", diagnostic::render(&found));
    // Nothing is encoded here, whatever this machine could do: tests/clients/sound does that.
    let wishes = Wishes { encode: false, small_kbps: 0 };
    let folder = tempfile::tempdir().unwrap();
    let workshop = Workshop::open(folder.path(), wishes, None);
    let (series, mut problems) = podcast::load_with(&library, &loaded, &workshop);
    podcast::leave_out_sources(&mut library, &series);
    let clock = Clock { now: now(), zone: TimeZone::UTC, all_pages: false };
    schedule::hide(&mut library, &clock);
    for page in &mut library.pages {
        // Markdown has its own tests: the text is taken as the HTML here.
        std::sync::Arc::make_mut(&mut page.rendered).html = page.raw.to_string().into();
    }
    let (contribution, found) = podcast::contribute(&library, &loaded, &series, now());
    problems.extend(found);
    Made { library, series, problems, contribution, _workshop: folder }
}

pub(crate) fn output<'a>(contribution: &'a Contribution, path: &str) -> &'a str {
    let found = contribution.outputs.iter().find(|output| output.path == path);
    match found.map(|output| &output.body) {
        Some(Body::Bytes(bytes)) => std::str::from_utf8(bytes).unwrap(),
        _ => panic!("{path} is not among {:?}", contribution.outputs.iter().map(|o| &o.path).collect::<Vec<_>>()),
    }
}

/// The file on the disk that is published at a path.
pub(crate) fn file(contribution: &Contribution, path: &str) -> PathBuf {
    match contribution.outputs.iter().find(|output| output.path == path).map(|output| &output.body) {
        Some(Body::File(file)) => file.clone(),
        other => panic!("{path} is no file: {other:?}"),
    }
}

/// Text of the only child of that name (plain names have no namespace).
pub(crate) fn text<'a>(parent: Node<'a, '_>, name: (&str, &str)) -> &'a str {
    child(parent, name).text().unwrap_or_default()
}

pub(crate) fn child<'a, 'b>(parent: Node<'a, 'b>, (space, name): (&str, &str)) -> Node<'a, 'b> {
    let fits = |n: &Node<'_, '_>| {
        n.is_element() && n.tag_name().name() == name && n.tag_name().namespace().unwrap_or("") == space
    };
    let all: Vec<Node<'a, 'b>> = parent.children().filter(fits).collect();
    assert_eq!(all.len(), 1, "{name} stands {} times", all.len());
    all[0]
}

#[test]
fn the_feed_has_every_tag_directories_require_and_recommend() {
    let made = make(&site());
    assert_eq!(diagnostic::render(&made.problems), "");
    let xml = output(&made.contribution, "podcast/feed.xml");
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"), "{}", &xml[..60]);
    let (short, long) = (xml.find("<description><![CDATA["), xml.find("<content:encoded><![CDATA["));
    assert!(short.is_some() && short < long, "notes stand in CDATA, the short ones first");
    let document = Document::parse(xml).unwrap();
    assert_eq!(document.root_element().attribute("version"), Some("2.0"));
    let channel = child(document.root_element(), ("", "channel"));
    assert!(xml.contains("<podcast:socialInteract protocol=\"disabled\"/>"), "empty elements are empty");

    let own = child(channel, (ATOM, "link"));
    assert_eq!(own.attribute("rel"), Some("self"));
    assert_eq!(own.attribute("type"), Some("application/rss+xml"));
    assert_eq!(own.attribute("href"), Some("https://exemple.fr/podcast/feed.xml"));
    assert_eq!(text(channel, ("", "title")), "Écouter & comprendre");
    assert_eq!(text(channel, ("", "description")), "Une série d'essai.");
    assert_eq!(text(channel, ("", "link")), "https://exemple.fr/podcast/");
    assert_eq!(text(channel, ("", "language")), "fr");
    assert_eq!(text(channel, ("", "copyright")), "Exemple");
    let image = child(channel, ("", "image"));
    assert_eq!(
        [text(image, ("", "title")), text(image, ("", "link"))],
        ["Écouter & comprendre", "https://exemple.fr/podcast/"]
    );
    assert!(!xml.contains("<author>") && !xml.contains("psc:") && xml.matches("<enclosure ").count() == 2);
    assert_eq!(text(channel, ("", "lastBuildDate")), "Wed, 01 Jul 2026 08:00:00 +0200");
    assert_eq!(text(channel, (ITUNES, "explicit")), "false");
    assert_eq!(text(channel, (ITUNES, "author")), "Exemple");
    assert_eq!(text(channel, (ITUNES, "type")), "episodic");
    assert_eq!(text(child(channel, (ITUNES, "owner")), (ITUNES, "email")), "podcast@exemple.fr");
    assert_eq!(child(channel, (ITUNES, "image")).attribute("href"), Some("https://exemple.fr/podcast/couverture.png"));
    let categories: Vec<_> = channel.children().filter(|n| n.tag_name().name() == "category").collect();
    assert_eq!(categories.len(), 2);
    assert_eq!(categories[0].attribute("text"), Some("Kids & Family"));
    assert_eq!(child(categories[0], (ITUNES, "category")).attribute("text"), Some("Parenting"));
    assert_eq!(text(channel, (PODCAST, "guid")), "9b024349-ccf0-5f69-a609-6b82873eab3c");
    assert_eq!(text(channel, (PODCAST, "locked")), "yes");
    assert_eq!(text(channel, (PODCAST, "medium")), "podcast");
    assert_eq!(child(channel, (PODCAST, "socialInteract")).attribute("protocol"), Some("disabled"));
    assert_eq!(text(channel, (PODCAST, "license")), "cc-by-sa-4.0");
    assert_eq!(
        child(channel, (PODCAST, "license")).attribute("url"),
        Some("https://creativecommons.org/licenses/by-sa/4.0/")
    );
    let txt = child(channel, (PODCAST, "txt"));
    assert_eq!((txt.attribute("purpose"), txt.text()), (Some("ai-content"), Some("true")));

    let items: Vec<_> = channel.children().filter(|n| n.tag_name().name() == "item").collect();
    assert_eq!(items.len(), 2, "tomorrow's episode is not there yet");
    let item = items[1];
    assert_eq!(text(item, ("", "title")), "Premier & dernier");
    let enclosure = child(item, ("", "enclosure"));
    assert_eq!(enclosure.attribute("url"), Some("https://exemple.fr/podcast/un/un.mp3"));
    assert_eq!(enclosure.attribute("type"), Some("audio/mpeg"));
    let published = file(&made.contribution, "podcast/un/un.mp3");
    let size = fs::metadata(&published).unwrap().len();
    assert_eq!(enclosure.attribute("length"), Some(size.to_string().as_str()));
    let tag = id3::Tag::read_from_path(&published).unwrap();
    let marks: Vec<(u32, u32)> = tag.chapters().map(|c| (c.start_time, c.end_time)).collect();
    assert_eq!(marks, [(0, 1000), (1000, 1500)], "the file has its chapters inside");
    let guid = child(item, ("", "guid"));
    assert_eq!((guid.text(), guid.attribute("isPermaLink")), (Some("essai-1"), Some("false")));
    assert_eq!(text(item, ("", "link")), "https://exemple.fr/podcast/un/");
    assert_eq!(text(item, ("", "pubDate")), "Wed, 14 Jan 2026 08:00:00 +0100");
    assert_eq!(text(item, (ITUNES, "duration")), "2");
    assert_eq!(text(item, (ITUNES, "explicit")), "false");
    assert_eq!(text(item, (ITUNES, "episode")), "1");
    assert_eq!(text(item, (ITUNES, "season")), "1");
    assert_eq!(text(item, (ITUNES, "episodeType")), "full");
    assert_eq!(child(item, (ITUNES, "image")).attribute("href"), Some("https://exemple.fr/podcast/couverture.png"));
    assert_eq!(
        text(item, ("", "description")),
        "<p>Un essai avec ]]&gt; et &amp; et &lt;b&gt;.</p><p>On y parle d'essais.</p>\
         <p>Pour parler à quelqu’un :</p><ul><li>119, Allô Enfance en Danger</li></ul>\
         <p><a href=\"https://exemple.fr/podcast/un/\">Lire la transcription et les sources</a></p>\
         <p>Les voix de cet épisode sont des voix de synthèse.</p>\
         <p>Chapitres</p><p>00:00:00 Début</p><p>00:00:01 Fin &amp; suite</p>"
    );
    let notes: String = child(item, (CONTENT, "encoded")).children().filter_map(|n| n.text()).collect();
    assert_eq!(notes, "Les notes, avec ]]> et [l'aide](/aide/).");
    let transcripts: Vec<_> = item.children().filter(|n| n.tag_name().name() == "transcript").collect();
    let kinds: Vec<_> =
        transcripts.iter().map(|n| (n.attribute("type").unwrap(), n.attribute("url").unwrap())).collect();
    assert_eq!(
        kinds,
        [
            ("text/vtt", "https://exemple.fr/podcast/un/un.vtt"),
            ("application/x-subrip", "https://exemple.fr/podcast/un/transcription.srt"),
            ("application/json", "https://exemple.fr/podcast/un/transcription.json"),
            ("text/html", "https://exemple.fr/podcast/un/"),
        ]
    );
    let chapters = child(item, (PODCAST, "chapters"));
    assert_eq!(chapters.attribute("type"), Some("application/json+chapters"));
    assert_eq!(chapters.attribute("url"), Some("https://exemple.fr/podcast/un/chapters.json"));
    let persons: Vec<_> = item.children().filter(|n| n.tag_name().name() == "person").collect();
    let roles: Vec<_> = persons.iter().map(|n| (n.text().unwrap(), n.attribute("role"))).collect();
    assert_eq!(roles, [("Camille", Some("host")), ("Noé", None)]);
}

#[test]
fn the_same_site_gives_the_same_bytes() {
    let feed = |made: &Made| output(&made.contribution, "podcast/feed.xml").to_owned();
    assert_eq!(feed(&make(&site())), feed(&make(&site())));
}

#[test]
fn the_sites_own_podcast_is_without_fault() {
    let made = make(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(diagnostic::render(&made.problems), "");
    let xml = output(&made.contribution, "podcast/feed.xml");
    assert!(Document::parse(xml).is_ok());
    assert!(xml.matches("<enclosure ").count() >= 2);
}

#[test]
fn tomorrows_episode_is_nowhere() {
    let made = make(&site());
    assert!(made.contribution.outputs.iter().all(|output| !output.path.contains("demain")));
    assert!(!made.contribution.values.contains_key("podcast/demain/index.md"));
    assert!(made.library.page("podcast/demain/index.md").is_none());
    let section = made.library.section("podcast/_index.md").unwrap();
    assert_eq!(section.pages.len(), 2);
    let neighbours = section.pages.iter().flat_map(|key| [made.library[*key].lower, made.library[*key].higher]);
    assert!(neighbours.flatten().all(|key| section.pages.contains(&key)));
    assert_eq!(made.series[0].episodes.len(), 3, "it is checked all the same");
}

#[test]
fn what_is_said_can_be_searched_to_the_second_without_what_is_to_come() {
    let made = make(&site());
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(output(&made.contribution, &format!("podcast/paroles/{name}"))).unwrap()
    };
    let table = read("index.json");
    assert!(!table["parts"].as_array().unwrap().is_empty() && table["endings"].as_str().unwrap().len() > 20);
    let texts = made.contribution.outputs.iter().filter(|output| output.path.starts_with("podcast/paroles/e-"));
    assert!(texts.count() > 0);
    let episode = read("e-0.json");
    assert!(!episode["url"].as_str().unwrap().contains("demain"), "{episode}");
    assert!(episode["audio"].as_str().unwrap().ends_with(".mp3"), "{episode}");
    assert!(episode["said"].as_array().unwrap().iter().all(|p| p[0].is_u64() && p[1].is_string()), "{episode}");
}

#[test]
fn the_list_of_series_names_every_feed() {
    let made = make(&site());
    let opml = output(&made.contribution, "podcast/series.opml");
    let document = Document::parse(opml).unwrap();
    let feeds: Vec<&str> = document.descendants().filter_map(|node| node.attribute("xmlUrl")).collect();
    assert_eq!(feeds, made.series.iter().map(|series| series.feed_url.as_str()).collect::<Vec<_>>());
}

#[test]
fn templates_get_what_an_episode_page_shows() {
    let made = make(&site());
    let episode = &made.contribution.values["podcast/un/index.md"]["episode"];
    assert_eq!(episode["audio"]["duration_text"], "2\u{a0}s");
    assert_eq!(episode["audio"]["size"], "6\u{a0}Ko");
    assert_eq!(episode["waveform"]["peaks"].as_array().map(Vec::len), Some(200));
    assert_eq!(episode["chapters"][1]["start_text"], "0:01");
    assert_eq!(
        episode["transcript"]["html"],
        "<h3 id=\"c-1\">Début</h3>\n<p id=\"t-0\"><cite>Camille</cite> <a href=\"https://exemple.fr/podcast/un/un.mp3#t=0\" data-start=\"0\">\
         <time datetime=\"PT0S\">0:00</time></a> Bonjour &lt;script&gt;alert(1)&lt;/script&gt; &amp; \"tout\" le monde.</p>\n\
         <h3 id=\"c-2\">Fin &amp; suite</h3>\n<p id=\"t-1\"><cite>Noé</cite> <a href=\"https://exemple.fr/podcast/un/un.mp3#t=1\" data-start=\"1\">\
         <time datetime=\"PT1S\">0:01</time></a> Bonjour.</p>\n"
    );
    let series = &made.contribution.values["podcast/_index.md"]["series"];
    assert_eq!(series["feed_path"], "/podcast/feed.xml");
    assert_eq!(series["episodes"][0]["title"], "Deuxième");
    assert!(output(&made.contribution, "podcast/un/transcription.srt").starts_with("1\n00:00:00,000 --> 00:00:0"));
}

/// The small site with one text replaced in one file, as its problems are shown.
pub(crate) fn spoiled(file: &str, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not hold {from:?}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    diagnostic::render(&make(folder.path()).problems)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_misspelt_key_is_recognised() {
    assert_eq!(
        spoiled("episodes/un/index.md", "  number: 1", "  nubmer: 1"),
        "error: unknown key `nubmer` in `episode`\n  --> episodes/un/index.md:6:3\n   |\n 6 |   nubmer: 1\n   |   ^^^^^^\n\
         \x20 = help: did you mean `number`?\n\n"
    );
}

#[test]
fn a_missing_sound_is_told_with_its_neighbours() {
    assert_eq!(
        spoiled("episodes/un/index.md", "un.mp3", "une.mp3"),
        "error: there is no file `une.mp3` beside this page\n  --> episodes/un/index.md:8:3\n   |\n 8 |   audio: \"une.mp3\"\n   |   ^^^^^\n\
         \x20 = help: did you mean `un.mp3`?\n\n"
    );
}

#[test]
fn a_sound_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    fs::write(folder.path().join("episodes/un/un.mp3"), "ceci n'est pas un son").unwrap();
    assert_eq!(
        diagnostic::render(&make(folder.path()).problems),
        "error: `un.mp3` cannot be read as sound: its content is neither MP3, M4A, MP4, Ogg, FLAC nor WAV\n\
         \x20 --> episodes/un/index.md:8:3\n   |\n 8 |   audio: \"un.mp3\"\n   |   ^^^^^\n\
         \x20 = help: export the episode again as MP3, constant bit rate, 44.1 kHz\n\n"
    );
}

#[test]
fn a_sound_with_a_lying_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    let episode = folder.path().join("episodes/un");
    fs::rename(episode.join("un.mp3"), episode.join("un.m4a")).unwrap();
    let page = fs::read_to_string(episode.join("index.md")).unwrap().replace("un.mp3", "un.m4a");
    fs::write(episode.join("index.md"), page).unwrap();
    assert_eq!(
        diagnostic::render(&make(folder.path()).problems),
        "error: `un.m4a` is in truth MP3\n  --> episodes/un/index.md:8:3\n   |\n 8 |   audio: \"un.m4a\"\n   |   ^^^^^\n\
         \x20 = help: rename it to `un.mp3`\n\n"
    );
}

#[test]
fn chapters_out_of_order_or_past_the_end_are_told() {
    assert_eq!(
        spoiled("episodes/un/index.md", "\"00:00:01\"", "\"00:01:40\""),
        "error: the chapter “Fin & suite” starts at 1:40, after the end of the sound (0:01)\n  --> episodes/un/index.md:19:5\n    |\n\
         \x2019 |     - { start: \"00:01:40\", title: \"Fin & suite\" }\n    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n\
         \x20 = help: chapters are in order of time, and start before the end of the sound\n\n"
    );
}

#[test]
fn a_broken_transcript_is_told_in_its_own_file() {
    assert_eq!(
        spoiled("episodes/deux/deux.vtt", "00:00:01.000", "00:00:01,000"),
        "error: `00:00:01,000` is not a time\n  --> episodes/deux/deux.vtt:3\n   |\n 3 | 00:00:00.000 --> 00:00:01,000\n\
         \x20 = help: WebVTT writes milliseconds after a point: `00:01:23.000`\n\n"
    );
}

#[test]
fn two_episodes_with_one_guid_are_told() {
    assert_eq!(
        spoiled("episodes/un/index.md", "essai-1", "essai-2"),
        "error: this guid is already that of episodes/deux/index.md\n  --> episodes/un/index.md:9:3\n   |\n 9 |   guid: \"essai-2\"\n   |   ^^^^\n\
         \x20 = help: every episode keeps its own guid for life: give the newer of the two another one\n\n"
    );
}

#[test]
fn one_sound_for_two_episodes_is_told() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    fs::copy(folder.path().join("episodes/un/un.mp3"), folder.path().join("episodes/deux/deux.mp3")).unwrap();
    assert_eq!(
        diagnostic::render(&make(folder.path()).problems),
        "error: this sound is also that of episodes/un/index.md\n  --> episodes/deux/index.md:8:3\n   |\n 8 |   audio: \"deux.mp3\"\n   |   ^^^^^\n\
         \x20 = help: one of the two episodes names the wrong file\n\n"
    );
}

#[test]
fn a_series_without_identifier_is_given_the_one_to_freeze() {
    let told = spoiled("episodes/_index.md", "  guid: \"9b024349-ccf0-5f69-a609-6b82873eab3c\"\n", "");
    let guid = podcast::feed::guid("https://exemple.fr/podcast/feed.xml");
    assert_eq!(
        told,
        format!(
            "error: `series` needs `guid`, the identifier of the show for life\n  --> episodes/_index.md:5:1\n   |\n 5 | series:\n   | ^^^^^^\n\
             \x20 = help: freeze it once, before the first publication: guid: \"{guid}\"\n\n"
        )
    );
}

#[test]
fn what_directories_refuse_is_told_before_they_do() {
    let told = |file: &str, from: &str, to: &str| spoiled(file, from, to).lines().next().unwrap_or_default().to_owned();
    let series = |from: &str, to: &str| told("episodes/_index.md", from, to);
    let episode = |from: &str, to: &str| told("episodes/un/index.md", from, to);
    assert_eq!(series("\"Education\"", "\"Educatoin\""), "error: `Educatoin` is not a category of Apple's list");
    assert_eq!(
        series("copyright: \"Exemple\"", "copyright: \"© 2026 Exemple\""),
        "error: `copyright` must be the holder's name only"
    );
    assert_eq!(
        series("Une série d'essai.", &"é".repeat(2001)),
        "error: the description has 4002 bytes, directories accept 4000"
    );
    assert_eq!(series("Une série d'essai.", "Une <b>série</b>."), "error: the description of the series holds markup");
    assert_eq!(episode("transcript: \"un.vtt\"", "transcript: \"un.md\""), "error: `un.md` would be a page of its own");
    assert_eq!(series("couverture.png", "cuverture.png"), "error: there is no file `cuverture.png` beside this page");
    assert_eq!(series("9b024349-ccf0", "ccf0"), "error: `ccf0-5f69-a609-6b82873eab3c` is not a UUID");
    assert_eq!(
        episode("Premier & dernier", &"a".repeat(256)),
        "error: the title has 256 characters, directories cut at 255"
    );
    assert_eq!(episode("[\"119\"]", "[\"191\"]"), "error: there is no help service `191`");
    assert_eq!(
        episode("  transcript: \"un.vtt\"\n", ""),
        "error: the episode has no transcript: people who cannot hear it get nothing"
    );
    assert_eq!(episode("date: 2026-01-14T08:00:00+01:00\n", ""), "error: the episode has no date");
    assert_eq!(episode("number: 1", "number: un"), "error: `number` must be a whole number above zero");
}

#[test]
fn an_address_that_directories_refuse_is_told() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site(), folder.path());
    fs::rename(folder.path().join("episodes/un"), folder.path().join("episodes/écoute")).unwrap();
    let made = make(folder.path());
    assert_eq!(diagnostic::render(&made.problems), "");
    let feed = output(&made.contribution, "podcast/feed.xml");
    assert!(feed.contains("\"https://exemple.fr/podcast/ecoute/un.mp3\""), "an address has no accents: {feed}");
    let config = fs::read_to_string(folder.path().join("zola.toml")).unwrap();
    fs::write(folder.path().join("zola.toml"), format!("{config}[slugify]\npaths = \"off\"\n")).unwrap();
    let told = diagnostic::render(&make(folder.path()).problems);
    assert!(told.starts_with("error: the address `https://exemple.fr/podcast/"), "{told}");
    assert!(told.contains("`path: \"podcast/ecoute\"`"), "{told}");
}

#[test]
fn covers_that_directories_refuse_are_told() {
    let told = |make: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        copy(&site(), folder.path());
        make(&folder.path().join("episodes/couverture.png"));
        diagnostic::render(&self::make(folder.path()).problems).lines().next().unwrap_or_default().to_owned()
    };
    let small = told(&|path| image::RgbImage::new(1000, 1000).save(path).unwrap());
    assert_eq!(small, "error: the cover `couverture.png` has 1000 × 1000 pixels");
    let clear = told(&|path| image::RgbaImage::new(1400, 1400).save(path).unwrap());
    assert_eq!(clear, "error: the cover `couverture.png` has a transparent layer");
    let lying =
        told(&|path| image::RgbImage::new(1400, 1400).save_with_format(path, image::ImageFormat::Jpeg).unwrap());
    assert_eq!(lying, "error: `couverture.png` is in truth JPEG");
}
