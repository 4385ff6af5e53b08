//! Which Zola a site is for when nothing names one and its templates are both.

use std::fs;
use std::path::Path;

use repere::config::{self, Dialect};
use repere::diagnostic::{self, Diagnostic};
use repere::site::{self, Options};

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

/// A site whose page `a` is made by `page`.
fn silent(root: &Path, page: &str) {
    write(
        root,
        &[
            ("config.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\n"),
            ("content/a.md", "+++\ntitle = \"A\"\n[extra]\nlist = [\"x\"]\n+++\nBonjour.\n"),
            ("templates/index.html", "{{ config.title }}"),
            ("templates/page.html", page),
        ],
    );
}

fn built(root: &Path) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let options = Options { root: root.to_owned(), ..Options::default() };
    let site = site::build(&options)?;
    Ok((fs::read_to_string(root.join("public/a/index.html")).unwrap(), site.warnings))
}

#[test]
fn what_builds_a_site_elsewhere_tells_its_dialect() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("docs");
    silent(&root, "{{ page.extra.list }}");
    let guess = || {
        let (loaded, _) = config::load(&root, None).expect("a configuration");
        (loaded.dialect, loaded.dialect_reason.expect("a reason"))
    };
    let workflow = (".github/workflows/pages.yml", "steps:\n  - uses: shalzz/zola-deploy-action@v0.21.0\n");
    write(place.path(), &[workflow]);
    assert_eq!(guess().0, Dialect::Zola023, "what is above a site that is no repository is somebody else's");
    write(place.path(), &[(".git/HEAD", "ref: refs/heads/main\n")]);
    let (dialect, reason) = guess();
    assert_eq!(dialect, Dialect::Zola022);
    assert!(reason.ends_with("pages.yml builds it with Zola 0.21.0"), "{reason}");
    write(&root, &[("netlify.toml", "[build.environment]\nZOLA_VERSION = \"0.23.2\"\n")]);
    assert_eq!(guess(), (Dialect::Zola023, "netlify.toml builds it with Zola 0.23.2".to_owned()));
    write(&root, &[("templates/page.html", "{% import \"m.html\" as m %}"), ("templates/m.html", "")]);
    assert_eq!(guess().0, Dialect::Zola022, "what a template is written in tells more");
}

#[test]
fn a_workflow_that_comes_above_the_site_is_seen() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("docs");
    silent(&root, "{{ page.extra.list }}");
    write(place.path(), &[(".git/HEAD", "ref: refs/heads/main\n")]);
    let (newer, _) = built(&root).unwrap();
    write(place.path(), &[(".github/workflows/d.yml", "uses: shalzz/zola-deploy-action@v0.19.2\n")]);
    let options = Options { root: root.clone(), ..Options::default() };
    assert!(site::refresh(&options).is_none(), "it may be of another dialect now");
    let (older, _) = built(&root).unwrap();
    assert_ne!(newer, older);
}

#[test]
fn a_workflow_that_changes_its_zola_makes_the_site_anew() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{{ page.extra.list }}");
    write(place.path(), &[(".git/HEAD", ""), ("netlify.toml", "ZOLA_VERSION = \"0.23.2\"\n")]);
    let older = |html: &str| html == "[x]";
    assert!(!older(&built(place.path()).unwrap().0));
    assert!(!older(&built(place.path()).unwrap().0));
    write(place.path(), &[("netlify.toml", "ZOLA_VERSION = \"0.22.1\"\n")]);
    assert!(older(&built(place.path()).unwrap().0));
}

#[test]
fn a_site_without_a_sign_that_the_newer_engine_refuses_is_one_of_the_older() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{% if page.extra.none.at_all %}no{% endif %}{{ page.extra.list }}");
    let (html, warnings) = built(place.path()).unwrap();
    assert_eq!(html, "[x]");
    let told = warnings.iter().find(|warning| warning.message.contains("nothing shows which Zola")).unwrap();
    assert!(told.message.contains("as one of 0.23 it has an error, as one of 0.22 none"), "{}", told.message);
    let shown = diagnostic::render(&warnings);
    assert!(shown.contains("templates/page.html:1"), "{shown}");
    // A body may change what it is: it is asked again.
    write(place.path(), &[("content/a.md", "+++\ntitle = \"A\"\n[extra]\nlist = [\"y\"]\n+++\nBonsoir.\n")]);
    assert_eq!(built(place.path()).unwrap().0, "[y]");
    // Without its fault it is one of the newer, as a clean build says.
    write(place.path(), &[("templates/page.html", "{% if page.extra.none %}no{% endif %}{{ page.extra.list }}")]);
    assert_eq!(built(place.path()).unwrap().0, "[&quot;y&quot;]");
}

#[test]
fn a_site_that_neither_engine_takes_is_told_what_the_newer_finds() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{% if page.extra.none.at_all %}{% endif %}{{ nobody }}");
    let problems = built(place.path()).unwrap_err();
    let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(told.iter().any(|told| told.contains("none")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("nobody")), "{told:?}");
}

#[test]
fn a_site_taken_for_the_older_one_is_coloured_as_one() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{% if page.extra.a.b %}{% endif %}{{ page.content | safe }}");
    let highlighting = "\n[markdown.highlighting]\ntheme = \"nord\"\nstyle = \"class\"\n";
    let config = fs::read_to_string(place.path().join("config.toml")).unwrap();
    write(
        place.path(),
        &[("config.toml", &(config + highlighting)), ("content/a.md", "+++\n+++\n```rust\nfn a() {}\n```\n")],
    );
    let (guessed, _) = built(place.path()).unwrap();
    write(place.path(), &[("repere.toml", "dialect = \"0.22\"\n")]);
    let (named, _) = built(place.path()).unwrap();
    assert_eq!(guessed, named);
    assert!(guessed.contains("z-keyword"), "{guessed}");
}

#[test]
fn another_mistake_does_not_make_templates_wrong_that_the_older_engine_takes() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{% if page.extra.a.b %}{% endif %}");
    write(place.path(), &[("content/a.md", "+++\n+++\n[b](@/b.md)\n")]);
    let found = built(place.path()).unwrap_err();
    let told: Vec<&str> =
        found.iter().filter(|f| f.level == diagnostic::Level::Error).map(|f| f.message.as_str()).collect();
    assert_eq!(told, ["the link `@/b.md` leads to no page or section"]);
}

#[test]
fn a_damaged_cache_is_no_reason_for_another_dialect() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{{ page.permalink }}{{ page.content | safe }}");
    let (first, _) = built(place.path()).unwrap();
    let bodies = place.path().join(".repere-cache/bodies.bin");
    let mut bytes = fs::read(&bodies).unwrap();
    bytes.iter_mut().for_each(|byte| *byte ^= 0xff);
    fs::write(&bodies, bytes).unwrap();
    silent(place.path(), "{{ page.permalink }}{{ page.content | safe }}.");
    let (second, warnings) = built(place.path()).unwrap();
    assert_eq!(second, format!("{first}."));
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_damaged_cache_of_a_site_taken_for_the_older_one_is_made_anew() {
    let place = tempfile::tempdir().unwrap();
    let page = "{% if page.extra.a.b %}{% endif %}{{ page.content | safe }}";
    silent(place.path(), page);
    let (first, _) = built(place.path()).unwrap();
    let bodies = place.path().join(".repere-cache/bodies.bin");
    let mut bytes = fs::read(&bodies).unwrap();
    bytes.iter_mut().for_each(|byte| *byte ^= 0xff);
    fs::write(&bodies, bytes).unwrap();
    silent(place.path(), &format!("{page}."));
    let (second, _) = built(place.path()).unwrap();
    assert_eq!(second, format!("{first}."));
}

#[test]
fn a_new_site_with_a_typing_error_stays_what_it_is() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{% if page.extra.imge.src %}{% endif %}");
    fs::rename(place.path().join("config.toml"), place.path().join("zola.toml")).unwrap();
    assert!(built(place.path()).is_err());
}

#[test]
fn a_theme_that_is_built_where_it_stands_says_its_version() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{{ page.title }}");
    write(place.path(), &[("theme.toml", "name = \"t\"\nmin_version = \"0.17.0\"\n")]);
    let (loaded, _) = config::load(place.path(), None).expect("a configuration");
    assert_eq!(loaded.dialect, Dialect::Zola022);
}

#[test]
fn braces_in_code_that_cannot_be_run_are_of_an_older_site() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    silent(root, "{{ page.content | safe }}");
    let code = "+++\ntitle = \"A\"\n+++\nIn code: `{{ user.name }}`, `${#names[@]}`.\n";
    write(root, &[("content/a.md", code)]);
    for _ in 0..2 {
        let (page, warnings) = built(root).unwrap();
        assert_eq!(page, "<p>In code: <code>{{ user.name }}</code>, <code>${#names[@]}</code>.</p>\n");
        let told = diagnostic::render(&warnings);
        assert!(told.contains("content/a.md:4:") && told.contains("`dialect = \"0.22\"`"), "{told}");
    }
    // What can be run is, and what another text means to be run leaves no doubt.
    write(root, &[("content/a.md", "+++\n+++\nIn code: `{{ page.path }}`.\n")]);
    assert_eq!(built(root).unwrap().0, "<p>In code: <code>/a/</code>.</p>\n");
    write(root, &[("content/a.md", code), ("content/b.md", "+++\n+++\n{{ config.title }}\n")]);
    let told = diagnostic::render(&built(root).unwrap_err());
    assert!(told.contains("content/a.md:4:"), "{told}");
    fs::remove_file(root.join("content/b.md")).unwrap();
    fs::rename(root.join("config.toml"), root.join("zola.toml")).unwrap();
    assert!(built(root).is_err(), "a new site has the new name");
}

#[test]
fn an_error_of_braces_in_prose_says_for_whom_they_would_be_words() {
    let place = tempfile::tempdir().unwrap();
    silent(place.path(), "{{ page.content | safe }}");
    write(place.path(), &[("content/a.md", "+++\n+++\nSo $x^{{2}}$, and {{ nobody }}.\n")]);
    let told = diagnostic::render(&built(place.path()).unwrap_err());
    let help = "where a site is for Zola 0.22, such braces are words: `dialect = \"0.22\"` in repere.toml says so";
    assert_eq!(told.matches(help).count(), 1, "{told}");
}
