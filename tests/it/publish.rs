//! What Zola does not have: publishing by the clock, defaults by section, pages from data, the fallback language.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use repere::diagnostic;
use repere::site::{self, Options, Site};

pub(crate) const CONFIG: (&str, &str) = ("zola.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\n");

pub(crate) fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

pub(crate) fn load(root: &Path, at: &str) -> Site {
    let at = (!at.is_empty()).then(|| at.parse().unwrap());
    let options = Options { root: root.to_owned(), at, ..Options::default() };
    site::load(&options).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)))
}

pub(crate) fn told(root: &Path) -> String {
    let options = Options { root: root.to_owned(), ..Options::default() };
    diagnostic::render(&site::load(&options).expect_err("the site has faults"))
}

/// Each output that is text, by its path.
pub(crate) fn texts(site: &Site) -> BTreeMap<String, String> {
    let read = |output: &site::Output| {
        (output.path.clone(), String::from_utf8_lossy(&output.body.read().unwrap()).into_owned())
    };
    site.outputs.iter().map(read).collect()
}

const BLOG: [(&str, &str); 8] = [
    CONFIG,
    ("repere.toml", "dialect = \"0.23\"\n[publish]\nschedule = true\n"),
    (
        "content/_index.md",
        "+++\nsort_by = \"date\"\ngenerate_feeds = true\n+++\n[bientôt](@/b.md) et [parti](@/a.md#x).\n",
    ),
    ("content/a.md", "+++\ntitle = \"A\"\ndate = 2026-03-01\nexpires = 2026-03-08T18:00:00\n+++\n## x\n"),
    ("content/b.md", "+++\ntitle = \"B\"\ndate = 2026-04-01\n[taxonomies]\ntags = [\"secret\"]\n+++\n[a](@/c.md)\n"),
    ("content/c.md", "+++\ntitle = \"C\"\ndate = 2026-01-01\n+++\n"),
    (
        "templates/index.html",
        "{% for p in section.pages %}[{{ p.title }}{% if p.lower %}<{{ p.lower.title }}{% endif %}]{% endfor %}\
         {{ section.content | safe }} {{ get_url(path=\"@/b.md\") }}",
    ),
    ("templates/page.html", "{{ page.content | safe }}{% for b in page.backlinks %}{{ b.title }}{% endfor %}"),
];

fn blog(root: &Path) {
    write(root, &BLOG);
    write(root, &[("zola.toml", "base_url = \"https://exemple.test\"\ntaxonomies = [{ name = \"tags\" }]\n")]);
    let empty = "<p>{{ lang }}</p>";
    write(root, &[("templates/taxonomy_list.html", empty), ("templates/taxonomy_single.html", empty)]);
}

#[test]
fn pages_come_and_go_by_the_clock_and_leave_no_trace() {
    let place = tempfile::tempdir().unwrap();
    blog(place.path());
    let before = load(place.path(), "2026-02-01T00:00:00Z");
    assert_eq!(before.next_change.unwrap().to_string(), "2026-02-28T23:00:00Z");
    let files = texts(&before);
    assert!(files["index.html"].starts_with("[C]<p>bientôt et parti.</p>"), "{}", files["index.html"]);
    assert!(!files.contains_key("a/index.html") && !files.contains_key("b/index.html"));
    assert!(!files.keys().any(|path| path.contains("secret")), "a term of a page that is not out");
    assert!(!files["sitemap.xml"].contains("/a/") && !files["atom.xml"].contains("/a/"));
    assert!(files["c/index.html"].is_empty(), "no backlink from what is not out: {}", files["c/index.html"]);

    let during = texts(&load(place.path(), "2026-03-05T00:00:00Z"));
    assert!(during["index.html"].starts_with("[A][C<A]"), "{}", during["index.html"]);
    assert!(during["index.html"].contains("bientôt et <a href=\"https://exemple.test/a/#x\">parti</a>"));

    let after = load(place.path(), "2026-04-02T00:00:00Z");
    assert_eq!(after.next_change, None);
    let after = texts(&after);
    assert!(after["index.html"].starts_with("[B][C<B]"), "{}", after["index.html"]);
    assert!(after.contains_key("tags/secret/index.html") && after["c/index.html"].contains('B'));
}

#[test]
fn a_plain_site_publishes_whatever_its_dates() {
    let place = tempfile::tempdir().unwrap();
    blog(place.path());
    write(place.path(), &[("repere.toml", "dialect = \"0.23\"\n")]);
    write(place.path(), &[("content/d.md", "+++\ntitle = \"D\"\nexpires = \"jamais\"\ndate = 2020-01-01\n+++\n")]);
    let site = load(place.path(), "2026-02-01T00:00:00Z");
    assert_eq!(site.next_change, None);
    assert!(texts(&site)["index.html"].starts_with("[B][A<B][C<A][D<C]"));
}

/// The program, ended with the test.
struct Host(Child, SocketAddr);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Host {
    fn start(root: &Path, data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
        command.arg("--root").arg(root).args(["host", "--listen", &address.to_string(), "--data"]).arg(data);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), address)
    }

    fn status(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.1).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.1).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        String::from_utf8_lossy(&answer).split(' ').nth(1).map(str::to_owned)
    }

    fn until(&self, path: &str, status: &str) {
        let start = Instant::now();
        while self.status(path).as_deref() != Some(status) {
            assert!(start.elapsed() < Duration::from_secs(60), "{path} does not become {status}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn the_host_publishes_and_retires_by_itself() {
    let place = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    blog(place.path());
    let soon = jiff::Timestamp::now() + Duration::from_secs(4);
    let comes = format!("+++\ntitle = \"Vient\"\ndate = \"{soon}\"\n+++\n");
    let goes = format!("+++\ntitle = \"Part\"\ndate = 2026-01-01\nexpires = \"{soon}\"\n+++\n");
    write(place.path(), &[("content/vient.md", &comes), ("content/part.md", &goes)]);
    let host = Host::start(place.path(), data.path());
    host.until("/healthz", "200");
    if jiff::Timestamp::now() < soon {
        assert_eq!(host.status("/part/").as_deref(), Some("200"));
        assert_eq!(host.status("/vient/").as_deref(), Some("404"));
    }
    host.until("/vient/", "200");
    assert_eq!(host.status("/part/").as_deref(), Some("404"), "both in one switch");
    assert!(jiff::Timestamp::now() >= soon, "never early");
}

#[test]
fn a_section_gives_defaults_to_the_pages_below() {
    let place = tempfile::tempdir().unwrap();
    write(
        place.path(),
        &[
            CONFIG,
            ("repere.toml", "dialect = \"0.23\"\n"),
            (
                "content/_index.md",
                "+++\n[cascade]\ntemplate = \"carte.html\"\nauthors = [\"Nous\"]\n[cascade.extra]\nimage = \"a.png\"\nx = 1\n+++\n",
            ),
            ("content/s/_index.md", "---\ncascade:\n  extra:\n    x: 2\n  draft: true\n---\n"),
            ("content/a.md", "+++\ntitle = \"A\"\n+++\n"),
            ("content/s/b.md", "+++\ntitle = \"B\"\ndraft = false\nauthors = []\n[extra]\nimage = \"b.png\"\n+++\n"),
            ("content/s/c.md", "+++\ntitle = \"C\"\n+++\n"),
            ("templates/index.html", ""),
            ("templates/section.html", ""),
            (
                "templates/carte.html",
                "{{ page.title }} {{ page.authors | join(sep=\",\") }} {{ page.extra.image }} {{ page.extra.x }}",
            ),
        ],
    );
    let files = texts(&load(place.path(), ""));
    assert_eq!(files["a/index.html"], "A Nous a.png 1");
    assert_eq!(files["s/b/index.html"], "B  b.png 2");
    assert!(!files.contains_key("s/c/index.html"), "a draft by default");
    write(place.path(), &[("content/_index.md", "+++\n[cascade]\nslug = \"x\"\nwieght = 1\ndate = \"hier\"\n+++\n")]);
    assert_eq!(
        told(place.path()),
        r#"error: `slug` cannot be the same for several pages
  --> content/_index.md:3:1
   |
 3 | slug = "x"
   | ^^^^

error: unknown key `wieght` in `cascade`
  --> content/_index.md:4:1
   |
 4 | wieght = 1
   | ^^^^^^
  = help: did you mean `weight`?

error: `date` is not a date
  --> content/_index.md:5:8
   |
 5 | date = "hier"
   |        ^^^^^^
  = help: write 2026-03-01 or 2026-03-01T18:00:00+01:00

"#
    );
}

const PLACES: [(&str, &str); 8] = [
    ("zola.toml", "base_url = \"https://exemple.test\"\ntaxonomies = [{ name = \"villes\" }]\n"),
    ("repere.toml", "dialect = \"0.23\"\n"),
    ("content/_index.md", "+++\n+++\n[le premier](@/lieux/un-lieu.md)\n"),
    (
        "content/lieux/_index.md",
        "+++\nsort_by = \"weight\"\n[pages_from]\nfile = \"lieux.csv\"\nrename = { nom = \"title\", ordre = \"weight\" }\n\
         [cascade.extra]\npays = \"France\"\n+++\n",
    ),
    (
        "content/lieux/lieux.csv",
        "nom,ordre,villes,téléphone,body\nUn lieu,2,Lyon; Paris,01,**gras**\n\"Deux, ou trois\",1,,02,\n",
    ),
    ("templates/index.html", "{{ section.content | safe }}"),
    ("templates/section.html", "{% for p in section.pages %}{{ p.title }}={{ p.path }};{% endfor %}"),
    ("templates/page.html", "{{ page.title }}"),
];

#[test]
fn records_of_data_become_pages() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), &PLACES);
    write(place.path(), &[("templates/taxonomy_list.html", ""), ("templates/taxonomy_single.html", "")]);
    let template = "{{ page.title }}|{{ page.extra[\"téléphone\"] }}|{{ page.extra.pays }}|{{ page.content | safe }}";
    write(place.path(), &[("templates/page.html", template)]);
    let files = texts(&load(place.path(), ""));
    assert_eq!(files["lieux/un-lieu/index.html"], "Un lieu|01|France|<p><strong>gras</strong></p>\n");
    assert_eq!(files["lieux/deux-ou-trois/index.html"], "Deux, ou trois|02|France|");
    assert_eq!(files["lieux/index.html"], "Deux, ou trois=/lieux/deux-ou-trois/;Un lieu=/lieux/un-lieu/;");
    assert!(files.contains_key("villes/lyon/index.html") && files.contains_key("villes/paris/index.html"));
    assert!(files["index.html"].contains("https://exemple.test/lieux/un-lieu/"));

    for (name, text) in [
        ("data.json", "{\"a\": {\"b\": [{\"slug\": \"x\", \"title\": \"X\", \"téléphone\": 3}]}}"),
        ("data.yaml", "a:\n  b:\n    - slug: x\n      title: X\n      téléphone: 3\n"),
        ("data.toml", "[[a.b]]\nslug = \"x\"\ntitle = \"X\"\n\"téléphone\" = 3\n"),
    ] {
        let section = format!("+++\n[[pages_from]]\nfile = \"/{name}\"\nitems = \"a.b\"\n+++\n");
        write(
            place.path(),
            &[("content/lieux/_index.md", &section), (name, text), ("content/_index.md", "+++\n+++\n")],
        );
        write(place.path(), &[("templates/page.html", "{{ page.title }}|{{ page.extra[\"téléphone\"] }}")]);
        assert_eq!(texts(&load(place.path(), ""))["lieux/x/index.html"], "X|3", "{name}");
    }
}

#[test]
fn mistakes_in_data_are_told_at_their_record() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), &PLACES);
    write(place.path(), &[("content/_index.md", "+++\n+++\n")]);
    let csv = "nom,ordre,date\nUn,lourd,\nDeux,1,hier\n,2,\nUn,3,\n";
    write(place.path(), &[("content/lieux/lieux.csv", csv)]);
    let sentences: Vec<String> = told(place.path())
        .lines()
        .filter(|l| l.starts_with(['e', 'w']) || l.starts_with("  -->"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        sentences,
        [
            "error: record 1: `weight` must be a whole number, not a text",
            "  --> content/lieux/lieux.csv:2:1",
            "error: record 2: `date` is not a date",
            "  --> content/lieux/lieux.csv:3:1",
            "error: record 3: has neither `slug` nor `title` to make an address of",
            "  --> content/lieux/lieux.csv:4:1",
            "error: record 4: there is already a page `lieux/un.md`: give it another `slug`",
            "  --> content/lieux/lieux.csv:5:1",
        ]
    );
    let section = "+++\n[[pages_from]]\nfile = \"rien.csv\"\n[[pages_from]]\nfile = \"../../x.csv\"\n[[pages_from]]\nfil = \"a\"\n+++\n";
    write(place.path(), &[("content/lieux/_index.md", section)]);
    let text = told(place.path());
    for wanted in [
        "there is no file `content/lieux/rien.csv`",
        "`../../x.csv` is outside the site",
        "unknown key `fil`",
        "does not say which file",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
}

#[test]
fn a_language_borrows_what_it_lacks() {
    let place = tempfile::tempdir().unwrap();
    write(
        place.path(),
        &[
            (
                "zola.toml",
                "base_url = \"https://exemple.test\"\ndefault_language = \"fr\"\n[translations]\nbonjour = \"Bonjour\"\n[languages.en]\ngenerate_feeds = true\n",
            ),
            ("repere.toml", "dialect = \"0.23\"\n[publish]\nfallback = true\n"),
            ("content/_index.md", "+++\ntitle = \"Accueil\"\n+++\n"),
            ("content/s/_index.md", "+++\ntitle = \"Rubrique\"\n+++\n"),
            ("content/s/a.md", "+++\ntitle = \"A\"\ndate = 2026-01-01\n+++\n[b](@/s/b.md)\n"),
            ("content/s/b.md", "+++\ntitle = \"B\"\n+++\n"),
            ("content/s/b.en.md", "+++\ntitle = \"B in English\"\n+++\n"),
            ("templates/index.html", "{{ section.title }} {{ trans(key=\"bonjour\") }}"),
            (
                "templates/section.html",
                "{% for p in section.pages %}{{ p.title }};{% endfor %}{{ section.fallback | default(value=\"\") }}",
            ),
            (
                "templates/page.html",
                "{{ lang }} {{ page.fallback | default(value=lang) }} {{ page.content | safe }}{{ page.translations | length }}",
            ),
        ],
    );
    let site = load(place.path(), "");
    let files = texts(&site);
    assert_eq!(files["en/index.html"], "Accueil Bonjour");
    assert_eq!(files["en/s/index.html"], "A;B in English;fr");
    assert_eq!(files["en/s/a/index.html"], "en fr <p><a href=\"https://exemple.test/en/s/b/\">b</a></p>\n2");
    assert_eq!(files["s/a/index.html"], "fr fr <p><a href=\"https://exemple.test/s/b/\">b</a></p>\n2");
    assert!(!files["sitemap.xml"].contains("/en/s/a/") && files["sitemap.xml"].contains("/en/s/b/"));
    assert!(!files["en/atom.xml"].contains("/s/a/"));
    write(place.path(), &[("repere.toml", "dialect = \"0.23\"\n")]);
    write(place.path(), &[("templates/index.html", "")]);
    assert!(!texts(&load(place.path(), "")).contains_key("en/s/a/index.html"));
}

#[test]
fn files_that_pages_fetch_are_named_after_their_content() {
    let place = tempfile::tempdir().unwrap();
    write(
        place.path(),
        &[
            CONFIG,
            ("repere.toml", "dialect = \"0.23\"\n[publish]\nfingerprint = true\n[safety]\nlinks = true\n"),
            ("content/_index.md", "+++\n+++\n![a](/img/a.svg)\n"),
            ("static/img/a.svg", "<svg/>"),
            ("sass/site.scss", "p { background: url(\"img/a.svg\") }"),
            ("zola.toml", "base_url = \"https://exemple.test\"\ncompile_sass = true\n"),
            (
                "templates/index.html",
                "<link rel=\"stylesheet\" href=\"{{ get_url(path=\"site.css\") }}\">{{ section.content | safe }}<a href=\"/img/a.svg\">a</a>",
            ),
        ],
    );
    let files = texts(&load(place.path(), ""));
    let named =
        |start: &str| files.keys().find(|path| path.starts_with(start) && path.matches('.').count() == 2).unwrap();
    let (sheet, image) = (named("site."), named("img/a."));
    let page = &files["index.html"];
    assert!(page.contains(&format!("href=\"https://exemple.test/{sheet}\"")), "{page}");
    assert!(page.contains(&format!("src=\"/{image}\"")) && page.contains("<a href=\"/img/a.svg\">"), "{page}");
    assert!(files[sheet].contains(image.as_str()) && files["site.css"].contains("url(\"img/a.svg\")"), "{files:?}");
    let again = texts(&load(place.path(), ""));
    assert_eq!(files, again);
}
