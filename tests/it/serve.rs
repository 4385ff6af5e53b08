//! `repere serve`: every change is seen and told to open pages, a fault is shown and the last good site stays.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The preview server, ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(root: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_repere"))
            .args(["serve", "--port", "0"])
            .args(more)
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()))
            .unwrap();
        // The pipe is read on, or the server would stop at a full one.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        stream
    }

    fn get(&self, path: &str) -> String {
        let mut answer = Vec::new();
        self.ask(path).read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[track_caller]
    fn wait(&self, path: &str, wanted: &str) -> String {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.get(path);
            if answer.contains(wanted) {
                return answer;
            }
            assert!(Instant::now() < end, "no `{wanted}` at {path}: {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What an open page is told.
    fn events(&self) -> Receiver<serde_json::Value> {
        let lines = BufReader::new(self.ask("/__repere/events")).lines();
        let (sender, told) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Some(data) = line.strip_prefix("data:") else { continue };
                if sender.send(serde_json::from_str(data).unwrap()).is_err() {
                    return;
                }
            }
        });
        told
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A site in a folder.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn file(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.file(path).parent().unwrap()).unwrap();
        fs::write(self.file(path), text).unwrap();
    }
}

const SITE: &[(&str, &str)] = &[
    ("zola.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\ncompile_sass = true\ntheme = \"t\"\n"),
    ("repere.toml", "dialect = \"0.23\"\n"),
    ("content/_index.md", "+++\n+++\nAccueil.\n"),
    ("content/a.md", "+++\ntitle = \"A\"\n+++\nUn.\n"),
    ("content/b.md", "+++\ntitle = \"B\"\ndraft = true\n+++\nBrouillon.\n"),
    ("data/x.toml", "x = 1\n"),
    ("sass/site.scss", "body { color: red; }\n"),
    ("static/a.txt", "un"),
    ("themes/t/theme.toml", ""),
    ("themes/t/templates/page.html", "<p>thème</p>{{ page.content | safe }}<script>let x = 1;</script>"),
    (
        "templates/index.html",
        "{% set d = load_data(path=\"data/x.toml\") %}<body>{{ config.title }} {{ d.x }} {{ section.content | safe }}</body>",
    ),
];

#[test]
fn every_kind_of_change_is_seen() {
    let place = Place::new(SITE);
    let server = Server::start(place.0.path(), &[]);
    assert!(server.get("/").contains("/__repere/reload.js"));
    let told = server.events();
    let first = told.recv_timeout(Duration::from_secs(10)).unwrap();
    // Content, saved as editors do: a new file renamed over the old one, then twice in a row.
    place.write("content/.a.md.tmp", "+++\ntitle = \"A\"\n+++\nDeux.\n");
    fs::rename(place.file("content/.a.md.tmp"), place.file("content/a.md")).unwrap();
    server.wait("/a/", "Deux.");
    assert_ne!(told.recv_timeout(Duration::from_secs(10)).unwrap()["build"], first["build"]);
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\nTrois.\n");
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\nQuatre.\n");
    server.wait("/a/", "Quatre.");
    place.write("data/x.toml", "x = 2\n");
    server.wait("/", "Essai 2 ");
    place.write("sass/site.scss", "body { color: navy; }\n");
    server.wait("/site.css", "navy");
    place.write("static/a.txt", "deux");
    server.wait("/a.txt", "deux");
    place.write("themes/t/templates/page.html", "<p>autre</p>{{ page.content | safe }}");
    server.wait("/a/", "<p>autre</p>");
    place.write("zola.toml", &SITE[0].1.replace("Essai", "Titre"));
    server.wait("/", "Titre 2 ");
    // A template of the site over the theme's, and away again.
    place.write("templates/page.html", "<p>site</p>");
    server.wait("/a/", "<p>site</p>");
    fs::remove_file(place.file("templates/page.html")).unwrap();
    server.wait("/a/", "<p>autre</p>");
    fs::rename(place.file("content/a.md"), place.file("content/c.md")).unwrap();
    server.wait("/c/", "Quatre.");
    assert!(server.get("/a/").starts_with("HTTP/1.1 404"));
    // A folder that was not there, and one that is replaced.
    fs::rename(place.file("static"), place.file("static2")).unwrap();
    server.wait("/a.txt", "404");
    place.write("static3/d.txt", "trois");
    fs::rename(place.file("static3"), place.file("static")).unwrap();
    server.wait("/d.txt", "trois");
    place.write("static/d.txt", "quatre");
    server.wait("/d.txt", "quatre");
}

#[test]
fn a_page_comes_at_its_time_though_nobody_saves_anything() {
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
    let page = format!("+++\ntitle = \"Bientôt\"\ndate = {soon:.0}\n+++\nà venir\n");
    let place = Place::new(SITE);
    place.write("repere.toml", "dialect = \"0.23\"\n[publish]\nschedule = true\n");
    place.write("content/b.md", &page);
    let server = Server::start(place.0.path(), &[]);
    server.wait("/b/", "à venir");
}

#[test]
fn a_fault_is_told_to_open_pages_and_keeps_the_last_good_site() {
    let place = Place::new(SITE);
    let server = Server::start(place.0.path(), &[]);
    let told = server.events();
    let good = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(good["problems"], "");
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\n{{ inconnu }}\n");
    let bad = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(bad["problems"].as_str().unwrap().contains("--> content/a.md:4:4"), "{bad}");
    assert_eq!(bad["build"], good["build"]);
    assert!(server.get("/a/").contains("Un."));
    // Mended: nothing changed for whoever looks.
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\nUn.\n");
    let mended = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!((&mended["problems"], &mended["build"]), (&good["problems"], &good["build"]));
}

#[test]
fn a_site_that_never_was_good_shows_its_faults() {
    let place = Place::new(SITE);
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\n{{ inconnu }}\n");
    let server = Server::start(place.0.path(), &[]);
    assert!(server.get("/").contains("/__repere/reload.js"));
    let told = server.events().recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(told["problems"].as_str().unwrap().contains("content/a.md"), "{told}");
    place.write("content/a.md", "+++\ntitle = \"A\"\n+++\nUn.\n");
    server.wait("/a/", "Un.");
}

#[test]
fn drafts_are_shown_on_request_and_inline_scripts_may_run() {
    let place = Place::new(SITE);
    let server = Server::start(place.0.path(), &["--drafts", "--fast", "--interface", "127.0.0.1"]);
    let page = server.get("/b/");
    assert!(page.contains("Brouillon.") && page.contains("let x = 1;"), "{page}");
    let head = page.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
    assert!(!head.contains("content-security-policy") && !head.contains("cross-origin"), "{head}");
    assert!(head.contains("cache-control: no-store"));
    assert!(
        server.get("/../zola.toml").starts_with("HTTP/1.1 404") || !server.get("/../zola.toml").contains("base_url")
    );
}
