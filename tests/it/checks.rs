//! The publication checks over a library and hand-made outputs.

use std::collections::BTreeSet;
use std::path::Path;

use repere::content::{self, Options};
use repere::diagnostic::{self, Diagnostic};
use repere::output::Output;
use repere::{checks, config};

const CONFIG: &str = "base_url = 'https://a.test/sous'\ndefault_language = 'fr'\n";

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

fn run(safety: &str, sources: &[(&str, &str)], outputs: &[(&str, &str)]) -> Vec<Diagnostic> {
    let root = tempfile::tempdir().expect("a temporary folder");
    write(root.path(), "zola.toml", CONFIG);
    write(root.path(), "repere.toml", &format!("[safety]\n{safety}\n"));
    for (name, text) in sources {
        write(root.path(), name, text);
    }
    let (loaded, _) = config::load(root.path(), None).expect("a configuration");
    let (library, problems) = content::load(root.path(), &loaded.config, Options::default());
    assert!(!diagnostic::any_error(&problems), "{}", diagnostic::render(&problems));
    let outputs: Vec<Output> = outputs.iter().map(|(path, html)| Output::bytes(*path, *html, "")).collect();
    checks::run(&library, &loaded, &outputs, &BTreeSet::new())
}

fn told(problems: &[Diagnostic], wanted: &[&str]) {
    let told = diagnostic::render(problems);
    for line in wanted {
        assert!(told.contains(line), "{line:?} is not in\n{told}");
    }
    assert_eq!(problems.len(), wanted.len(), "{told}");
}

#[test]
fn a_plain_site_is_not_checked() {
    assert!(run("", &[], &[("index.html", "<img src=x>")]).is_empty());
}

#[test]
fn links_lead_somewhere_and_nothing_comes_from_elsewhere() {
    let home = "<a href='b/'>b</a><a href='/sous/b/#ici'>c</a><a href='https://a.test/sous/b/#la'>d</a><a href='bb/'>e</a>\
                <a href='/sous/calendrier/1/inscription'>f</a><a href='https://other.test/'>g</a><a href='tel:119'>h</a>\
                <img src='https://other.test/p.png' alt=''><link rel=stylesheet href='/sous/absent.css'>";
    let problems = run("links = true", &[], &[("index.html", home), ("b/index.html", "<p id=la>"), ("b/x.txt", "x")]);
    told(
        &problems,
        &[
            "`/sous/b/#ici` leads to a place that the page does not have",
            "`bb/` leads nowhere",
            "`https://other.test/p.png` is fetched from another site",
            "`/sous/absent.css` leads nowhere",
        ],
    );
}

#[test]
fn pages_have_what_everybody_needs() {
    let a = "<html lang=fr><title>T</title><h1>A</h1><h3>B</h3><img src=x>";
    let b = "<html><title>T</title><h1>A</h1><h1>B</h1><input name=q>";
    let problems = run("accessibility = true", &[], &[("a/index.html", a), ("b/index.html", b)]);
    told(
        &problems,
        &[
            "“B” is of level 3, right after level 1",
            "the image `x` has no `alt`",
            "the page does not say its language",
            "the page has 2 headings of level 1",
            "the field `q` has no label",
            "the title “T” is also that of",
        ],
    );
}

#[test]
fn words_are_weighed_by_audience_and_quotations_stand() {
    let sources = [
        ("content/ados/_index.md", "+++\n[extra]\naudience = 'ados'\n+++\n"),
        (
            "content/ados/mot.md",
            "+++\ntitle = 'x'\n+++\nUne mineure prostituée,\nle client,\nou « une mineure prostituée ».\n",
        ),
        ("content/ados/soin.md", "+++\ntitle = 'y'\ndescription = 'Elle a accepté.'\n+++\nProtège-toi.\n"),
        ("content/loi.md", "+++\ntitle = 'x'\n+++\nLe client est puni.\n"),
    ];
    let html = "<title>Violences</title><a download href='/exploitation.pdf'>x</a>";
    let outputs =
        [("ados/mot/index.html", html), ("ados/soin/index.html", "<title>y</title>"), ("loi/index.html", html)];
    let problems = run("words = true", &sources, &outputs);
    told(
        &problems,
        &[
            "content/ados/mot.md:4",
            "content/ados/mot.md:5",
            "content/ados/soin.md:3:16",
            "“protege toi” asks the young person",
            "“violences” shows in the title of a discreet page",
            "“exploitation” shows in the download `exploitation.pdf` of a discreet page",
        ],
    );
}

#[test]
fn services_are_sourced_dated_and_on_every_page() {
    let sources = [(
        "content/aide/services.yaml",
        "services:\n  - id: \"119\"\n    name: Allô\n    tel: \"119\"\n    short: true\n    source: S\n",
    )];
    let page = "<a href='tel:119'>119</a><a data-exit href='https://x.test/'>Quitter</a>";
    let problems = run("services = true", &sources, &[("index.html", page), ("b/index.html", "<p>")]);
    told(
        &problems,
        &["content/aide/services.yaml:2", "the page does not show the service `119`", "the page has no way out"],
    );
}

#[test]
fn films_sound_and_weight() {
    let page = "<video src=a.mp4></video><audio src=a.mp3></audio><style>".to_owned()
        + &(0..4000).map(|i| format!(".c{}{{}}", i * 7919)).collect::<String>();
    let problems = run("media = true\npage_budget_kb = 5", &[], &[("index.html", &page)]);
    told(
        &problems,
        &["the film `a.mp4` has no captions", "the page plays sound, but has no transcript", "5 are allowed"],
    );
}
