//! HTTP behaviour as data: every case of `tests/http/*.toml` is sent, byte for byte, to a listening server.
//!
//! A case: `name`, `request` ("METHOD /target"), `host` (empty for none), `send` (headers), `status`, `headers` (must be
//! equal), `present`, `absent`, `body`, `body_contains`, `nginx` (what that one answers instead: `tests/clients/ranges`). `$etag` stands for the entity tag of the same target, `$hash`
//! for the fingerprint of `site.css`, `$long` for nine thousand letters.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use repere::host;
use repere::site::Output;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    request: String,
    host: Option<String>,
    #[serde(default)]
    send: BTreeMap<String, String>,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    present: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    body: Option<String>,
    body_contains: Option<String>,
    /// What nginx answers instead, and why we do not.
    #[serde(rename = "nginx")]
    #[expect(dead_code, reason = "`tests/clients/ranges` reads it")]
    of_nginx: Option<toml::Value>,
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// A style sheet large enough to be worth compressing.
fn css() -> String {
    "p{margin:0}\n".repeat(100)
}

#[test]
fn every_case_answers_as_written() {
    let server = Server::start();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/http");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let cases: Cases = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for case in cases.case {
            wrong.extend(check(server.address, &case).into_iter().map(|why| format!("{}: {why}", case.name)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_dribbled_header_is_cut_after_ten_seconds() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(14))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the server closes the connection");
}

#[test]
fn headers_without_end_are_refused() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let long = "x".repeat(64 * 1024);
    // The server may close before everything is written.
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {long}\r\n\r\n").as_bytes());
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
}

#[test]
fn a_new_generation_replaces_the_old_one_whole() {
    let server = Server::start();
    let before = ask(server.address, "GET /", None, &BTreeMap::new());
    let outputs = vec![Output::bytes("index.html", "<p>Nouveau</p>", "")];
    let old = server.app.site();
    server.shown.store(Arc::new(host::Site::load(outputs, Some(&old)).unwrap()));
    let after = ask(server.address, "GET /", None, &BTreeMap::new());
    assert_ne!(before.headers["etag"], after.headers["etag"]);
    assert_eq!(after.body, b"<p>Nouveau</p>");
    assert_eq!(ask(server.address, "GET /ados/", None, &BTreeMap::new()).status, 404);
}

fn check(address: SocketAddr, case: &Case) -> Vec<String> {
    let target = case.request.split_once(' ').unwrap().1;
    let mut send = case.send.clone();
    for value in send.values_mut().filter(|value| value.contains("$etag")) {
        let etag = ask(address, &format!("GET {target}"), None, &BTreeMap::new()).headers["etag"].clone();
        *value = value.replace("$etag", &etag);
    }
    let hash = hex::encode(Sha256::digest(css()));
    let request = case.request.replace("$hash", &hash[..20]).replace("$long", &"a".repeat(9000));
    let answer = ask(address, &request, case.host.as_deref(), &send);
    compare(case, &answer)
}

#[test]
fn one_address_does_not_take_every_place() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Arc::new(toml::from_str("trusted_proxies = []\nconnections_per_address = 2").unwrap());
    let site = host::Site::load(vec![Output::bytes("index.html", "<p>Bonjour</p>", "")], None).unwrap();
    let routes = host::routes(Arc::new(host::App::of(site, None)));
    let door = host::Door::new(false, move || Arc::clone(&limits));
    runtime.spawn(host::serve(listener, routes, door, std::future::pending::<()>));
    // Whether a new connection is answered; one that is, stays open.
    let try_once = || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut first = [0; 12];
        let sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").is_ok();
        let answered = sent && stream.read_exact(&mut first).is_ok() && first == *b"HTTP/1.1 200";
        answered.then_some(stream)
    };
    let (one, two) = (try_once(), try_once());
    assert!(one.is_some() && two.is_some());
    assert!(try_once().is_none(), "the third is closed");
    drop(one);
    let back = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        try_once().is_some()
    });
    assert!(back, "a connection that ended made room");
}

fn compare(case: &Case, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    if answer.status != case.status {
        wrong.push(format!("status {} instead of {}", answer.status, case.status));
    }
    for (name, value) in &case.headers {
        let found = answer.headers.get(name).map_or("(none)", String::as_str);
        if found != value {
            wrong.push(format!("{name}: {found} instead of {value}"));
        }
    }
    wrong.extend(case.present.iter().filter(|n| !answer.headers.contains_key(*n)).map(|n| format!("{n} is missing")));
    wrong.extend(case.absent.iter().filter(|n| answer.headers.contains_key(*n)).map(|n| format!("{n} is there")));
    let body = String::from_utf8_lossy(&answer.body);
    if case.body.as_ref().is_some_and(|expected| *expected != body) {
        wrong.push(format!("body {body:?}"));
    }
    if case.body_contains.as_ref().is_some_and(|part| !body.contains(part)) {
        wrong.push(format!("body without that part: {body:?}"));
    }
    wrong
}

/// Sends one request on a connection of its own and reads everything that comes back.
pub(crate) fn ask(address: SocketAddr, request: &str, host: Option<&str>, send: &BTreeMap<String, String>) -> Answer {
    let mut text = format!("{request} HTTP/1.1\r\nConnection: close\r\n");
    let host = host.unwrap_or("repere.test");
    if !host.is_empty() {
        text.push_str(&format!("Host: {host}\r\n"));
    }
    for (name, value) in send {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    exchange(address, text.as_bytes())
}

/// Sends bytes and reads the answer until the server closes.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap();
    let end = raw.windows(4).position(|w| w == b"\r\n\r\n").expect("an answer with headers");
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
    Answer { status, headers, body: raw[end + 4..].to_vec() }
}

/// A server on a port of its own, with a small site.
struct Server {
    address: SocketAddr,
    app: Arc<host::App>,
    shown: Arc<ArcSwap<host::Site>>,
    _runtime: tokio::runtime::Runtime,
    _media: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let media = tempfile::tempdir().unwrap();
        let audio: Vec<u8> = (0..1000).map(|i| b'0' + (i % 10) as u8).collect();
        fs::write(media.path().join("un.mp3"), audio).unwrap();
        fs::write(media.path().join("vide.mp3"), b"").unwrap();
        let page = |text: &str| format!("<!doctype html><p>{text}</p>{}\n", "Bonjour. ".repeat(132));
        let outputs = vec![
            Output::bytes("index.html", page("Accueil."), ""),
            Output::bytes("ados/index.html", page("Ados."), ""),
            Output::bytes("404.html", page("Page introuvable"), ""),
            Output::bytes("en/404.html", page("Not found"), ""),
            Output::bytes("été.html", page("L'été"), ""),
            Output::bytes("site.css", css(), ""),
            Output::bytes("dessin.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
            Output::bytes("podcast/index.html", page("Le podcast."), ""),
            Output::bytes("podcast/feed.xml", "<?xml version='1.0'?><rss version='2.0'></rss>", ""),
            Output::bytes("podcast/un/un.vtt", "WEBVTT\n", ""),
            Output::bytes("podcast/un/transcription.srt", "1\n", ""),
            Output::bytes("podcast/un/transcription.json", "{}", ""),
            Output::file("podcast/un/un.mp3", media.path().join("un.mp3"), ""),
            Output::file("podcast/un/un.opus", media.path().join("un.mp3"), ""),
            Output::file("podcast/un/un.m4a", media.path().join("un.mp3"), ""),
            Output::bytes("podcast/un/chapters.json", "{\"version\":\"1.2.0\",\"chapters\":[]}", ""),
            Output::bytes("podcast/couverture.png", "\u{89}PNG, a picture of more bytes", ""),
            Output::file("vide.mp3", media.path().join("vide.mp3"), ""),
        ];
        let shown = Arc::new(ArcSwap::from_pointee(host::Site::load(outputs, None).unwrap()));
        let site = Arc::clone(&shown);
        let app = Arc::new(host::App::new(move || site.load_full(), None));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(host::serve(
            listener,
            host::routes(Arc::clone(&app)),
            host::Door::default(),
            std::future::pending::<()>,
        ));
        Self { address, app, shown, _runtime: runtime, _media: media }
    }
}
