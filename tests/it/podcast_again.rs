//! A series of many episodes, built again: what is made anew and what is written is what depends on the change, nothing
//! else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use repere::diagnostic;
use repere::site::{self, Body, Options};

use crate::podcast::{copy, now, site};

/// The small site with `count` episodes more, `e1` the oldest, each with a sound and words of its own.
pub(crate) fn many(root: &Path, count: usize) {
    copy(&site(), root);
    for folder in ["un", "deux", "demain"] {
        fs::remove_dir_all(root.join("episodes").join(folder)).unwrap();
    }
    (1..=count).for_each(|number| add(root, number, 200));
}

/// Episode `number`, an hour younger than the one before it, with `cues` sentences.
fn add(root: &Path, number: usize, cues: usize) {
    let folder = root.join(format!("episodes/e{number}"));
    fs::create_dir_all(&folder).unwrap();
    let date =
        "2026-01-01T08:00:00Z".parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_hours(number as i64);
    let page = format!(
        "---\ntitle: \"Un sujet parmi d’autres, le {number}e\"\ndescription: \"Ce qu’on y entend.\"\ndate: {date}\nepisode:\n  number: {number}\n  audio: \"son.mp3\"\n  guid: \"essai-{number}\"\n  help: [\"119\"]\n  transcript: \"son.vtt\"\n  chapters:\n    - {{ start: \"00:00:00\", title: \"Début\" }}\n    - {{ start: \"00:00:01\", title: \"Fin, la {number}e\" }}\n---\n\nUn paragraphe de notes, avec [un lien](/aide/).\n"
    );
    fs::write(folder.join("index.md"), page).unwrap();
    let mut words = String::from("WEBVTT\n\n");
    let step = 1300 / cues;
    for cue in 0..cues {
        let clock = |millis: usize| format!("00:{:02}.{:03}", millis / 1000, millis % 1000);
        let (from, to) = (clock(cue * step), clock((cue + 1) * step));
        let _ = write!(words, "{from} --> {to}\n<v Camille>Une phrase, la {cue}e, dite dans l’épisode {number}.\n\n");
    }
    fs::write(folder.join("son.vtt"), words).unwrap();
    // A tag with the number before the sound: no two sounds are the same.
    let mut sound = b"ID3\x03\0\0\0\0\0\x10TIT2\0\0\0\x06\0\0\0".to_vec();
    sound.extend(format!("{number:05}").bytes());
    sound.extend(fs::read(site().join("episodes/un/un.mp3")).unwrap());
    fs::write(folder.join("son.mp3"), sound).unwrap();
}

/// Ten episodes stand in a feed document, older ones in pages behind it.
fn with_templates(root: &Path) {
    fs::create_dir_all(root.join("templates")).unwrap();
    let page = "<h1>{{ page.title }}</h1>{{ page.content | safe }}{% if page.episode %}{{ page.episode.transcript.html | safe }}{% endif %}";
    let list = "<ul>{% for p in section.pages %}<li>{{ p.title }}</li>{% endfor %}</ul>";
    for (name, text) in [("page.html", page), ("section.html", list), ("index.html", "Accueil")] {
        fs::write(root.join("templates").join(name), text).unwrap();
    }
    let config = fs::read_to_string(root.join("repere.toml")).unwrap();
    assert!(config.contains("[podcast]\n"), "{config}");
    fs::write(root.join("repere.toml"), config.replace("[podcast]\n", "[podcast]\nfeed_episodes = 10\n")).unwrap();
}

/// Paths of a build: made anew, and written to the folder.
struct Touched {
    made: BTreeSet<String>,
    written: BTreeSet<String>,
}

impl Touched {
    fn of(&self, start: &str) -> Vec<&str> {
        self.made.iter().filter(|path| path.starts_with(start)).map(String::as_str).collect()
    }
}

/// Every published file with what tells that it was written again.
fn files(folder: &Path) -> BTreeMap<String, (u64, SystemTime)> {
    let walk = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file());
    let state = |path: PathBuf| {
        let about = fs::metadata(&path).unwrap();
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        (name, (about.ino(), about.modified().unwrap()))
    };
    walk.map(|entry| state(entry.into_path())).collect()
}

fn build(root: &Path) -> Touched {
    let public = root.join("public");
    let before = if public.is_dir() { files(&public) } else { BTreeMap::new() };
    let options = Options { root: root.to_owned(), at: Some(now()), ..Options::default() };
    let built = site::build(&options).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    // What was taken as it stands is a file of the folder.
    let made = built.outputs.iter().filter(|output| matches!(output.body, Body::Bytes(_)));
    let made = made.map(|output| output.path.clone()).collect();
    let after = files(&public);
    let written = after.iter().filter(|(path, state)| before.get(*path) != Some(*state)).map(|(path, _)| path.clone());
    Touched { made, written: written.collect() }
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} does not hold {from:?}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// Numbers of the episodes whose own files are among the paths.
fn episodes(paths: &BTreeSet<String>) -> BTreeSet<usize> {
    let number = |path: &String| path.strip_prefix("podcast/e")?.split_once('/')?.0.parse().ok();
    paths.iter().filter_map(number).collect()
}

#[test]
fn only_what_depends_on_an_episode_is_made_and_written_again() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    many(root, 40);
    with_templates(root);
    let first = build(root);
    assert_eq!(episodes(&first.made).len(), 40);
    assert_eq!(
        first.of("podcast/feed"),
        ["podcast/feed-1.xml", "podcast/feed-2.xml", "podcast/feed-3.xml", "podcast/feed.xml"]
    );

    let again = build(root);
    assert_eq!(again.of("podcast/"), ["podcast/series.opml"], "only what costs nothing is made again");
    assert_eq!(again.written, BTreeSet::new(), "and nothing is written");

    // A new episode: its own files, the first feed document, the pages that list it, the search.
    add(root, 41, 200);
    let new = build(root);
    assert_eq!(
        episodes(&new.made).into_iter().filter(|number| *number < 40).collect::<Vec<_>>(),
        [0; 0],
        "{:?}",
        new.made
    );
    assert!(new.made.contains("podcast/e41/transcription.srt") && new.made.contains("podcast/e41/chapters.json"));
    assert_eq!(new.of("podcast/feed"), ["podcast/feed.xml"], "the older documents stay");
    assert_eq!(new.of("podcast/paroles/e-"), ["podcast/paroles/e-40.json"], "the words of the others stay");
    assert_eq!(episodes(&new.written), BTreeSet::from([41]), "{:?}", new.written);
    let others: Vec<&String> = new
        .written
        .iter()
        .filter(|path| !path.starts_with("podcast/e41/") && !path.starts_with("podcast/paroles/"))
        .collect();
    assert_eq!(others, ["podcast/feed.xml", "podcast/index.html", "sitemap.xml"]);

    // Other words in an old episode: its forms, its page, the search; no feed.
    replace(&root.join("episodes/e5/son.vtt"), "la 7e,", "l’avant-dernière,");
    let words = build(root);
    // Its neighbours' pages could show it: they are made again, and are the same.
    assert!(episodes(&words.made).is_subset(&BTreeSet::from([4, 5, 6])), "{:?}", words.made);
    let others = words.made.iter().filter(|path| path.starts_with("podcast/e") && !path.ends_with("index.html"));
    assert!(
        others.clone().count() > 1 && others.clone().all(|path| path.starts_with("podcast/e5/")),
        "{:?}",
        words.made
    );
    assert_eq!(words.of("podcast/feed"), [""; 0]);
    assert_eq!(words.of("podcast/paroles/e-"), ["podcast/paroles/e-4.json"]);
    let own: Vec<&String> = words.written.iter().filter(|path| !path.starts_with("podcast/paroles/")).collect();
    assert_eq!(
        own,
        [
            "podcast/e5/index.html",
            "podcast/e5/son.vtt",
            "podcast/e5/transcription.json",
            "podcast/e5/transcription.srt"
        ]
    );

    // Another note for one: the one document that holds it.
    replace(&root.join("episodes/e15/index.md"), "Un paragraphe de notes", "D’autres notes");
    let notes = build(root);
    assert_eq!(notes.of("podcast/feed"), ["podcast/feed-2.xml"]);
    assert_eq!(notes.written.iter().filter(|path| path.ends_with(".xml")).collect::<Vec<_>>(), ["podcast/feed-2.xml"]);
    assert_eq!(episodes(&notes.written), BTreeSet::from([15]));

    // All of it is what a build without memory makes.
    fs::remove_dir_all(root.join(".repere-cache")).unwrap();
    let clean = root.join("clean");
    let options =
        Options { root: root.to_owned(), output_dir: Some(clean.clone()), at: Some(now()), ..Options::default() };
    site::build(&options).unwrap();
    let bytes = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        files(folder).into_keys().map(|path| (path.clone(), fs::read(folder.join(&path)).unwrap())).collect()
    };
    assert!(bytes(&root.join("public")) == bytes(&clean), "a clean build differs");
}

#[test]
fn names_by_content_do_not_make_what_is_no_page_again() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    many(root, 4);
    with_templates(root);
    let config = fs::read_to_string(root.join("repere.toml")).unwrap();
    fs::write(root.join("repere.toml"), format!("{config}[publish]\nfingerprint = true\n")).unwrap();
    fs::create_dir_all(root.join("static")).unwrap();
    fs::write(root.join("static/site.css"), "p{margin:0}").unwrap();
    let page = root.join("templates/page.html");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("<link rel=\"stylesheet\" href=\"/site.css\">{text}")).unwrap();
    assert_eq!(episodes(&build(root).made).len(), 4);
    assert!(fs::read_to_string(root.join("public/podcast/e1/index.html")).unwrap().contains("/site."));
    let again = build(root);
    assert!(again.made.contains("podcast/e1/index.html"), "a page is published with other names than it was made with");
    let others: Vec<&String> = again.made.iter().filter(|path| !path.ends_with(".html")).collect();
    assert!(!others.iter().any(|path| path.starts_with("podcast/e") || path.ends_with("feed.xml")), "{others:?}");
    assert_eq!(again.written, BTreeSet::new());
    // The new names are told where they belong, and only there.
    fs::write(root.join("static/site.css"), "p{margin:1px}").unwrap();
    let style = build(root);
    assert!(style.written.contains("podcast/e1/index.html") && !style.written.contains("podcast/e1/chapters.json"));
}
