//! Mistakes of writers, and the whole of what the terminal then says: every problem in one run, where, and what to do.

use std::fs;
use std::path::Path;
use std::process::Command;

const SITE: [(&str, &str); 5] = [
    ("zola.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\n"),
    ("repere.toml", "dialect = \"0.23\"\n"),
    ("content/_index.md", "+++\ntitle = \"Accueil\"\n+++\n"),
    ("templates/index.html", "<h1>{{ section.title }}</h1>"),
    ("templates/page.html", "<h1>{{ page.title }}</h1>{{ page.content | safe }}"),
];

const SERIES: (&str, &str) = (
    "episodes/_index.md",
    "---\ntitle: Le podcast\ndescription: Des épisodes courts.\nseries:\n  title: Le podcast\n  author: Nous\n  language: fr\n  category: [\"Education\"]\n  explicit: false\n  guid: \"4c9abceb-ae18-4a49-8dec-b41d8de3398c\"\n---\n",
);

const EPISODE: (&str, &str) = (
    "episodes/un/index.md",
    "---\ntitle: Un\ndescription: Le premier.\ndate: 2026-01-01\nepisode:\n  nubmer: 1\n  season: une\n  audio: \"un.mp3\"\n  guid: \"un\"\n---\n",
);

const OF_THE_EPISODE: &str = r#"error: the series has no cover
  --> episodes/_index.md:4:1
   |
 4 | series:
   | ^^^^^^
  = help: put a square PNG or JPEG of 1400 to 3000 pixels beside it and name it: `image: …`

error: the episode has no transcript: people who cannot hear it get nothing
  --> episodes/un/index.md:5:1
   |
 5 | episode:
   | ^^^^^^^
  = help: write a WebVTT file with `<v Name>` voices beside it: `transcript: "episode.vtt"`

error: unknown key `nubmer` in `episode`
  --> episodes/un/index.md:6:3
   |
 6 |   nubmer: 1
   |   ^^^^^^
  = help: did you mean `number`?

error: `season` must be a whole number above zero
  --> episodes/un/index.md:7:3
   |
 7 |   season: une
   |   ^^^^^^
  = help: write a whole number above zero after `season`

error: there is no file `un.mp3` beside this page
  --> episodes/un/index.md:8:3
   |
 8 |   audio: "un.mp3"
   |   ^^^^^
  = help: there is no file beside this page: put it in the same folder

"#;

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// Builds the small site with these files in it and gives what the terminal says. The site of before stays.
pub(crate) fn told(files: &[(&str, &[u8])]) -> String {
    let place = tempfile::tempdir().unwrap();
    for (path, text) in SITE {
        write(place.path(), path, text.as_bytes());
    }
    write(place.path(), "public/index.html", b"avant");
    for (path, bytes) in files {
        write(place.path(), path, bytes);
    }
    let done = Command::new(env!("CARGO_BIN_EXE_repere"))
        .arg("build")
        .current_dir(place.path())
        .env_remove("REPERE_DIALECT")
        .output()
        .unwrap();
    let text = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{text}");
    let old = fs::read_to_string(place.path().join("public/index.html")).unwrap();
    assert_eq!(old, "avant", "the old site is left alone");
    assert_eq!(fs::read_dir(place.path().join("public")).unwrap().count(), 1, "{text}");
    text
}

#[test]
fn broken_front_matter() {
    let text = told(&[
        ("content/a.md", b"+++\ntitle = A\n+++\n"),
        ("content/b.md", b"---\ntitle: B\ndate: hier\nweight: lourd\n---\n"),
        ("content/c.md", b"+++\ntitle = \"C\"\n"),
        ("content/d.md", b"Texte\n"),
        ("content/e.md", b"+++\ntitle = \"E\"\nwieght = 1\n+++\n"),
        ("content/f.md", b"+++\ntitle = \"\xc9t\xe9\"\n+++\n"),
    ]);
    assert_eq!(
        text,
        r#"error: the front matter cannot be read: string values must be quoted, expected literal string
  --> content/a.md:2:9
   |
 2 | title = A
   |         ^
  = help: it is TOML: `key = "text"`, dates and numbers without quotation marks

error: `date` is not a date
  --> content/b.md:3:7
   |
 3 | date: hier
   |       ^^^^
  = help: write 2026-03-01 or 2026-03-01T18:00:00+01:00

error: `weight` must be a whole number, not a text
  --> content/b.md:4:9
   |
 4 | weight: lourd
   |         ^^^^^

error: the front matter does not end
  --> content/c.md:1:1
   |
 1 | +++
   | ^^^
  = help: put a line with `+++` alone before and after it

error: this file has no front matter
  --> content/d.md
  = help: begin it with `+++`, a line such as `title = "…"`, and `+++`

warning: unknown key `wieght` in the front matter of a page
  --> content/e.md:3:1
   |
 3 | wieght = 1
   | ^^^^^^
  = help: did you mean `weight`?

error: this file is not text in UTF-8
  --> content/f.md:2:10
   |
 2 | title = "�t�"
   |          ^
  = help: save it again with the encoding UTF-8

6 errors; nothing was published
"#
    );
}

#[test]
fn a_missing_template() {
    let text = told(&[("content/a.md", b"+++\ntitle = \"A\"\ntemplate = \"pge.html\"\n+++\n")]);
    assert_eq!(
        text,
        r#"error: there is no template `pge.html`
  --> content/a.md:3:13
   |
 3 | template = "pge.html"
   |             ^^^^^^^^
  = help: did you mean `page.html`?

1 error; nothing was published
"#
    );
}

#[test]
fn a_broken_template() {
    let text = told(&[("templates/page.html", b"<h1>\n{% if %}\n")]);
    assert_eq!(
        text,
        "error: Found `%}` but expected one of: integer, float, string, bool, ident, `-`, `not`, `<`, `{`, `[` or `(`
  --> templates/page.html:2:7
   |
 2 | {% if %}
   |       ^^

1 error; nothing was published
"
    );
}

#[test]
fn a_broken_episode_without_its_sound() {
    // Whether ffmpeg is there is no matter of this site.
    let plain = ("repere.toml", b"dialect = \"0.23\"\n[podcast]\nencode = false\nsmall_kbps = 0\n".as_slice());
    let text = told(&[plain, (SERIES.0, SERIES.1.as_bytes()), (EPISODE.0, EPISODE.1.as_bytes())]);
    assert_eq!(text, format!("{OF_THE_EPISODE}5 errors; nothing was published\n"));
}

#[test]
fn mistakes_of_several_rooms_come_together() {
    let text = told(&[
        (SERIES.0, SERIES.1.as_bytes()),
        (EPISODE.0, EPISODE.1.as_bytes()),
        ("content/a.md", b"+++\ntitle = A\n+++\n"),
        ("templates/page.html", b"{% if %}"),
    ]);
    assert!(text.starts_with("error: the front matter cannot be read"), "{text}");
    assert!(text.contains(OF_THE_EPISODE) && text.contains("--> templates/page.html:1:7"), "{text}");
    assert!(text.ends_with("7 errors; nothing was published\n"), "{text}");
}

#[test]
fn broken_configuration() {
    let text = told(&[
        ("zola.toml", b"base_url = \"https://exemple.test\"\ntilte = \"Essai\"\n"),
        ("repere.toml", b"[safety]\nlnks = true\nwords = \"oui\"\n"),
    ]);
    assert_eq!(
        text,
        r#"error: unknown key `lnks` in `[safety]`
  --> repere.toml:2:1
   |
 2 | lnks = true
   | ^^^^
  = help: did you mean `links`?

error: `words` cannot be that: invalid type: string "oui", expected a boolean
  --> repere.toml:3:9
   |
 3 | words = "oui"
   |         ^^^^^

error: unknown key `tilte` in the configuration
  --> zola.toml:2:1
   |
 2 | tilte = "Essai"
   | ^^^^^
  = help: did you mean `title`?

3 errors; nothing was published
"#
    );
}

#[test]
fn links_that_lead_nowhere() {
    let text = told(&[
        ("content/a.md", b"+++\ntitle = \"A\"\n+++\n[x](@/nada.md)\n\n[y](#rien)\n"),
        ("content/b.md", b"+++\ntitle = \"B\"\n+++\n[x](@/rien.md)\n"),
    ]);
    assert_eq!(
        text,
        "error: the link `@/nada.md` leads to no page or section
  --> content/a.md:4:1
   |
 4 | [x](@/nada.md)
   | ^^^^^^^^^^^^^^
  = help: the path starts at `content/` and ends with `.md`

error: the link `#rien` leads to an anchor that `a.md` does not have
  --> content/a.md:6:5
   |
 6 | [y](#rien)
   |     ^^^^^
  = help: headings get their identifier from their text, or from `{#identifier}` after it

error: the link `@/rien.md` leads to no page or section
  --> content/b.md:4:1
   |
 4 | [x](@/rien.md)
   | ^^^^^^^^^^^^^^
  = help: the path starts at `content/` and ends with `.md`

3 errors; nothing was published
"
    );
}

#[test]
fn sources_are_never_replaced_by_the_site() {
    for folder in [".", "..", "content", "static/../themes"] {
        let config = format!("base_url = \"https://exemple.test\"\noutput_dir = \"{folder}\"\n");
        let text = told(&[("zola.toml", config.as_bytes())]);
        assert!(text.contains(": sources are there\n  = help: name a folder of its own"), "{folder}: {text}");
    }
}
