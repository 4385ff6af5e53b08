//! Films: what a page learns from the files beside it, and the mistakes of its `video` table.

use std::fs;
use std::path::Path;

use repere::diagnostic;
use repere::podcast::video;
use repere::{config, content};
use serde_json::Value;

const TABLE: &str = "file = \"film.mp4\"\ncaptions = \"film.vtt\"\nposter = \"affiche.webp\"\n";

/// `page.video` of a page with this table beside the film of this repository, and what is wrong with it.
fn film(table: &str, leave_out: &str) -> (Option<Value>, String) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("content/film");
    fs::create_dir_all(&folder).unwrap();
    fs::write(place.path().join("zola.toml"), "base_url = \"https://exemple.test\"\n").unwrap();
    fs::write(folder.join("index.md"), format!("+++\ntitle = \"Film\"\n[video]\n{table}+++\n")).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/videos/capsule");
    for (from, to) in [("capsule.mp4", "film.mp4"), ("capsule.vtt", "film.vtt"), ("affiche.webp", "affiche.webp")] {
        if to != leave_out {
            fs::copy(own.join(from), folder.join(to)).unwrap();
        }
    }
    let (loaded, _) = config::load(place.path(), None).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    let (library, found) = content::load(place.path(), &loaded.config, content::Options::default());
    assert!(!diagnostic::any_error(&found), "{}", diagnostic::render(&found));
    let (contribution, problems) = video::contribute(&library);
    let value = contribution.values.get("film/index.md").and_then(|values| values.get("video")).cloned();
    (value, diagnostic::render(&problems))
}

#[test]
fn a_film_tells_its_length_and_carries_its_words() {
    let (value, problems) = film(TABLE, "");
    assert_eq!(problems, "");
    let value = value.unwrap();
    assert_eq!(value["url"], "https://exemple.test/film/film.mp4");
    assert_eq!(value["type"], "video/mp4");
    assert_eq!(value["captions_url"], "https://exemple.test/film/film.vtt");
    assert_eq!(value["poster_url"], "https://exemple.test/film/affiche.webp");
    assert!(value["duration"].as_u64().is_some_and(|seconds| seconds > 30));
    assert!(value["transcript_html"].as_str().is_some_and(|html| html.contains("119")));
    assert_eq!(value["file"], "film.mp4", "what the page says stays");
}

#[test]
fn a_film_without_captions_is_refused() {
    let (value, problems) = film("file = \"film.mp4\"\n", "");
    assert!(value.is_none());
    assert_eq!(
        problems,
        "error: `video` needs `captions`\n  --> content/film/index.md:3:2\n   |\n 3 | [video]\n   |  ^^^^^\n  \
         = help: write the captions beside the page: `captions: \"capsule.vtt\"`\n\n"
    );
}

#[test]
fn mistakes_of_a_film_are_told_word_by_word() {
    let first = |(_, problems): (Option<Value>, String)| problems.lines().next().unwrap_or_default().to_owned();
    assert_eq!(first(film(TABLE, "film.mp4")), "error: there is no file `film.mp4` beside this page");
    assert_eq!(first(film(TABLE, "film.vtt")), "error: there is no file `film.vtt` beside this page");
    assert_eq!(first(film(TABLE, "affiche.webp")), "error: there is no file `affiche.webp` beside this page");
    assert_eq!(first(film(&format!("{TABLE}captoins = \"x\"\n"), "")), "error: unknown key `captoins` in `video`");
    let (_, no_film) = film(&TABLE.replace("film.mp4", "affiche.webp"), "");
    assert!(no_film.starts_with("error: `affiche.webp` cannot be read as a film: "), "{no_film}");
}
