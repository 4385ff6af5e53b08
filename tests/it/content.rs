//! A small site from its files to the library: places, order, languages, terms, and every problem at once.

use std::path::Path;

use repere::config::{self, Dialect};
use repere::content::{self, Options};
use repere::diagnostic::{self, Diagnostic};

/// Writes files into a fresh site.
fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    root
}

fn load(root: &Path) -> (content::Library, Vec<Diagnostic>) {
    let (loaded, _) = config::load(root, None).expect("a configuration");
    content::load(root, &loaded.config, Options::default())
}

const CONFIG: (&str, &str) =
    ("zola.toml", "base_url = 'https://a.test'\ntaxonomies = [{ name = 'tags' }]\n[languages.fr]\n");

#[test]
fn pages_know_their_place_their_neighbours_and_their_languages() {
    let root = site(&[
        CONFIG,
        ("content/blog/_index.md", "+++\nsort_by = 'date'\npage_template = 'post.html'\n+++\n"),
        ("content/blog/2024-01-02-second.md", "+++\ntags = 1\n[taxonomies]\ntags = ['Un Mot']\n+++\n"),
        ("content/blog/first/index.md", "+++\ndate = 2024-01-01\n[taxonomies]\ntags = ['un-mot']\n+++\n\n\nText"),
        ("content/blog/first/photo.png", "png"),
        ("content/blog/first/index.fr.md", "+++\ntitle = 'un'\n+++\n"),
        ("content/blog/draft.md", "+++\ndraft = true\n+++\n"),
        ("content/lost/page.md", "+++\n+++\n"),
        ("episodes/_index.md", "---\nseries:\n  author: A\n---\n"),
        ("episodes/un/index.md", "---\ntitle: Un\nepisode:\n  number: 1\n---\n"),
    ]);
    let (library, problems) = load(root.path());
    assert!(!diagnostic::any_error(&problems), "{}", diagnostic::render(&problems));

    let first = library.page("blog/first/index.md").expect("the page");
    assert_eq!((first.path.as_str(), first.slug.as_str()), ("/blog/first/", "first"));
    assert_eq!((first.raw.as_str(), first.raw_line), ("Text", 8));
    assert_eq!(first.assets[0].listed, "/blog/first/photo.png");
    assert_eq!(first.template.as_deref(), Some("post.html"));
    assert_eq!(first.translations.len(), 2);
    let lower = first.lower.expect("a newer page");
    assert_eq!(library[lower].path, "/blog/second/");
    assert_eq!(library.page("blog/first/index.fr.md").expect("the page").path, "/fr/blog/first/");

    let tags = library.taxonomy("en", "tags").expect("the taxonomy");
    assert_eq!((tags.items.len(), tags.items[0].pages.len()), (1, 2));
    assert!(tags.term("un-mot").is_some() && tags.term("Un Mot").is_some());

    assert!(library.page("blog/draft.md").is_none());
    assert_eq!(library.orphans.len(), 2, "the page of a folder without section, and the lone translation");
    let episode = library.page("podcast/un/index.md").expect("the episode");
    assert_eq!((episode.path.as_str(), episode.file.shown.as_str()), ("/podcast/un/", "episodes/un/index.md"));
    assert_eq!(episode.meta.facets["episode"]["number"], 1);
    assert_eq!(library.section("podcast/_index.md").expect("the series").pages.len(), 1);
}

#[test]
fn every_problem_is_told_in_one_run_with_its_line() {
    let root = site(&[
        CONFIG,
        ("content/_index.md", "+++\nsort_by = 'dte'\ntitlee = 'x'\n+++\n"),
        ("content/a.md", "+++\nweight = -1\n[taxonomies]\ntag = ['x']\n+++\n"),
        ("content/b.md", "no front matter\n"),
        ("content/c.de.md", "+++\n+++\n"),
        ("content/d.md", "+++\naliases = ['/e/']\n+++\n"),
        ("content/e.md", "+++\n+++\n"),
    ]);
    let (_, problems) = load(root.path());
    let told = diagnostic::render(&problems);
    for wanted in [
        "content/_index.md:2:11",
        "did you mean `date`?",
        "did you mean `title`?",
        "content/a.md:2:10",
        "did you mean `tags`?",
        "has no front matter",
        "the configuration has no language `de`",
        "the alias `/e/` is the address of content/e.md\n  --> content/d.md:2:13",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in\n{told}");
    }
}

#[test]
fn the_theme_stays_beneath_the_site_and_the_dialect_is_found() {
    let root = site(&[
        (
            "zola.toml",
            "base_url = 'https://a.test'\ntheme = 't'\ndefault_language = 'fr'\nhighlight_code = true\n[extra]\na = 1\n\
             [translations]\nbonjour = 'Salut'\n",
        ),
        ("themes/t/theme.toml", "name = 't'\n[extra]\na = 2\nb = 2\n"),
        ("themes/t/i18n/fr/site.toml", "bonjour = 'Bonjour'\nmerci = 'Merci'\n"),
        ("themes/t/templates/m.html", "{% macro x() %}{% endmacro %}"),
    ]);
    let (loaded, warnings) = config::load(root.path(), None).expect("a configuration");
    assert_eq!(loaded.config.extra["a"], 1);
    assert_eq!(loaded.config.extra["b"], 2);
    assert_eq!(loaded.text("fr", "bonjour"), Some("Salut"));
    assert_eq!(loaded.text("fr", "merci"), Some("Merci"));
    assert_eq!(loaded.dialect, Dialect::Zola022);
    assert!(warnings[0].message.contains("highlight_code"));
}

#[test]
fn a_theme_that_forgot_its_min_version_is_read_as_it_is_written() {
    let dialect = |index: &str| {
        let root = site(&[
            ("zola.toml", "base_url = 'https://a.test'\ntheme = 't'\n"),
            ("themes/t/theme.toml", "name = 't'\nmin_version = '0.4.0'\n"),
            ("themes/t/templates/index.html", index),
        ]);
        let (loaded, _) = config::load(root.path(), None).expect("a configuration");
        (loaded.dialect, loaded.dialect_reason.expect("a reason"))
    };
    let newer = dialect("{% set here = [page for page in section.pages if page.lang == lang] %}{{ here | length }}");
    assert_eq!(newer, (Dialect::Zola023, "themes/t/templates/index.html is written in Tera 2".to_owned()));
    let older = dialect("{{ section?.title }}{{ section.pages.0.title }}");
    assert_eq!(older, (Dialect::Zola022, "themes/t/templates/index.html is written in Tera 1".to_owned()));
    let silent = dialect("{{ section.title }}");
    assert_eq!(silent, (Dialect::Zola022, "the theme asks for Zola 0.4.0".to_owned()));
}

#[test]
fn what_the_dialects_write_differently_is_told_where_nothing_shows_one() {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("templates")).unwrap();
    std::fs::write(place.path().join("zola.toml"), "base_url = \"https://exemple.test\"\n").unwrap();
    std::fs::write(place.path().join("templates/index.html"), "<p>\n{{ 2.4 | round }}").unwrap();
    let told = |dialect: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_repere"));
        let done = command.arg("build").current_dir(place.path()).env("REPERE_DIALECT", dialect).output().unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    let text = told("");
    assert!(text.contains("templates/index.html:2:10") && text.contains("repere.toml says which one"), "{text}");
    assert!(!told("0.22").contains("index.html") && !told("0.23").contains("index.html"));
}
