//! What the host adds for listeners, on this site's own episodes: downloads counted over the wire, the figures and who sees
//! which, the search without a script.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use repere::calendar::ics::Publisher;
use repere::mail::{Mailer, Settings, Voice};
use repere::site::Sound;
use repere::store::{Download, Store};
use repere::{host, site};

use crate::calendar_kit::{Base, on_both_engines};
use crate::host_http::{Answer, ask, exchange};

const PHONE: &str = "AntennaPod/3.5.0";

struct Listening {
    address: SocketAddr,
    app: Arc<host::App>,
    store: Store,
    sounds: Vec<Sound>,
    first_link: String,
    runtime: tokio::runtime::Runtime,
    _data: tempfile::TempDir,
}

impl Listening {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let options = site::Options { root, base_url: Some("http://repere.test".into()), ..site::Options::default() };
        let built = site::load(&options).unwrap_or_else(|found| panic!("{}", repere::diagnostic::render(&found)));
        let publisher = Publisher {
            base_url: "http://repere.test".into(),
            domain: "repere.test".into(),
            name: "Repères".into(),
            organizer_name: "Repères".into(),
            organizer_email: "calendrier@repere.test".into(),
        };
        let folder = data.path().join("mail");
        let settings = Settings { publisher, lang: "fr".into(), smtp: None, folder };
        let store = runtime.block_on(Store::open(data.path())).unwrap();
        let now = jiff::Timestamp::now().as_second();
        let token = runtime.block_on(store.bootstrap(now)).unwrap().expect("nobody is there yet");
        let office = host::Office::new(store.clone(), Mailer::of(Voice { renderer: built.renderer, settings }));
        let sounds = built.sounds.clone();
        let shown = host::Site::load(built.outputs, None).unwrap().with_sounds(built.sounds);
        let app = Arc::new(host::App::of(shown, Some(office)));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let routes = host::routes(Arc::clone(&app));
        runtime.spawn(host::serve(listener, routes, host::Door::default(), std::future::pending::<()>));
        let first_link = format!("/equipe/premier-acces/{token}");
        Self { address, app, store, sounds, first_link, runtime, _data: data }
    }

    fn get(&self, path: &str, send: &[(&str, &str)]) -> Answer {
        let send = send.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ask(self.address, path, None, &send)
    }

    /// Asks for the longest episode as `agent` from `visitor` (the test stands where the proxy does).
    fn listen(&self, method: &str, visitor: &str, agent: &str, more: &[(&str, &str)]) -> Answer {
        let mut send = vec![("x-forwarded-for", visitor), ("user-agent", agent)];
        send.extend(more);
        self.get(&format!("{method} /{}", self.episode().path), &send)
    }

    fn episode(&self) -> &Sound {
        self.sounds.iter().filter(|sound| sound.format == "mp3").max_by_key(|sound| sound.seconds).unwrap()
    }

    /// What was counted since the last call, once the bodies have told their bytes.
    fn counted(&self) -> Vec<Download> {
        std::thread::sleep(Duration::from_millis(300));
        self.app.counts().take()
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn downloads_are_counted_once_and_only_downloads() {
    let host = Listening::start();
    assert!(host.sounds.iter().all(|sound| sound.tag < sound.bytes / 4 && sound.seconds > 0));
    let whole = host.listen("GET", "192.0.2.1", PHONE, &[]);
    assert_eq!((whole.status, whole.body.len() as u64), (200, host.episode().bytes));
    let rows = host.counted();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].app.as_str(), rows[0].format.as_str(), rows[0].number), ("AntennaPod", "mp3", 1));
    assert_eq!(rows[0].episode, host.episode().episode);

    // Nothing of this is a download, or a new one.
    let etag = whole.headers["etag"].clone();
    assert_eq!(host.listen("HEAD", "192.0.2.2", PHONE, &[]).status, 200);
    assert_eq!(host.listen("GET", "192.0.2.2", PHONE, &[("if-none-match", &etag)]).status, 304);
    assert_eq!(host.listen("GET", "192.0.2.2", PHONE, &[("range", "bytes=0-1")]).status, 206);
    assert_eq!(host.listen("GET", "192.0.2.2", PHONE, &[("range", "bytes=99999999999-")]).status, 416);
    assert_eq!(host.listen("GET", "192.0.2.2", PHONE, &[("range", "bytes=0-99999")]).status, 206);
    assert_eq!(host.listen("GET", "192.0.2.2", "Googlebot/2.1", &[]).status, 200);
    assert_eq!(host.listen("GET", "192.0.2.1", PHONE, &[]).status, 200);
    assert_eq!(host.counted(), []);

    // Another application, another address, another household; and a download that was resumed.
    host.listen("GET", "192.0.2.1", "Overcast/3.0", &[]);
    host.listen("GET", "2001:db8:1:1::1", PHONE, &[]);
    host.listen("GET", "2001:db8:1:1::2", PHONE, &[]);
    host.listen("GET", "192.0.2.2", PHONE, &[("range", "bytes=100000-")]);
    let rows = host.counted();
    assert_eq!(rows.iter().map(|row| row.number).sum::<u64>(), 3, "{rows:?}");
}

#[test]
fn everybody_sees_the_same_figures_and_none_is_small() {
    let host = Listening::start();
    let guid = host.episode().episode.clone();
    let row = |day: &str, app: &str, number| Download {
        day: day.into(),
        episode: guid.clone(),
        app: app.into(),
        format: "mp3".into(),
        number,
    };
    let today = jiff::Zoned::now().in_tz("Europe/Paris").unwrap().date().to_string();
    let rows = [
        row("2026-03-01", "AntennaPod", 31),
        row("2026-03-02", "Overcast", 22),
        row("2026-03-02", "Castro ", 3),
        row("2026-03-03", "Podbean", 4),
        row(&today, "AntennaPod", 17),
    ];
    host.runtime.block_on(host.store.add_downloads(&rows)).unwrap();

    let csv = host.get("GET /ecoutes.csv", &[]);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["access-control-allow-origin"], "*");
    let table = text(&csv);
    let title = &host.episode().title;
    assert!(table.contains(&format!("{guid},{title},total,,60\r\n")), "today is not over: {table}");
    assert!(table.contains(",application,autres,29\r\n"), "{table}");
    for hidden in ["Castro", "Podbean", "2026-03-03", ",3\r\n", ",4\r\n"] {
        assert!(!table.contains(hidden), "{hidden} in {table}");
    }
    let json: serde_json::Value = serde_json::from_slice(&host.get("GET /ecoutes.json", &[]).body).unwrap();
    assert_eq!(json["seuil"], 10);
    assert_eq!(json["telechargements"]["total"], 60);

    // The staff's page, which asks for a sign-in.
    assert_eq!(host.get("GET /equipe/ecoutes", &[]).status, 303);
    let form =
        "name=Claire&email=claire%40exemple.test&password=le+phare+de+la+pointe&password_again=le+phare+de+la+pointe";
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        host.first_link,
        form.len()
    );
    let signed = exchange(host.address, head.as_bytes());
    let cookie = signed.headers["set-cookie"].split(';').next().unwrap().to_owned();
    // Signed in, but nothing opens before the second step is set up.
    assert_eq!(host.get("GET /equipe/ecoutes", &[("cookie", &cookie)]).headers["location"], "/equipe/compte/code");
    host.runtime.block_on(async {
        let (claire, now) = (host.store.staff().await.unwrap().remove(0), jiff::Timestamp::now().as_second());
        let here = host.store.sign_ins(&claire.id, now).await.unwrap().remove(0).id;
        host.store.set_second_factor(&claire, "AAAAAAAA", 0, &here, now).await.unwrap();
    });
    let page = host.get("GET /equipe/ecoutes", &[("cookie", &cookie)]);
    assert_eq!(page.status, 200, "{}", text(&page));
    let page = text(&page);
    assert!(page.contains(title.as_str()) && page.contains(">77<") && page.contains("AntennaPod"), "{page}");
    assert!(!page.contains("Podbean") && !page.contains("Castro"));
}

#[test]
fn a_question_is_answered_without_a_script_and_kept_nowhere() {
    let host = Listening::start();
    let found = host.get("GET /recherche/?q=Inqui%C3%A8te", &[]);
    assert_eq!(found.status, 200);
    assert_eq!(
        (found.headers["cache-control"].as_str(), found.headers["x-robots-tag"].as_str()),
        ("no-store", "noindex")
    );
    assert!(!found.headers.contains_key("set-cookie"));
    let page = text(&found);
    assert!(page.contains("value=\"Inquiète\"") && page.contains("<mark>"), "{page}");
    assert!(page.contains("Épisode\u{a0}2, 0:"), "{page}");
    assert!(page.contains(".mp3#t=") && page.contains("#t="));
    let nothing = text(&host.get("GET /recherche/?q=xylophone", &[]));
    assert!(nothing.contains("Aucune page et aucun épisode"));
    let hostile = text(&host.get("GET /recherche/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", &[]));
    assert!(!hostile.contains("<script>alert") && hostile.contains("&lt;script"), "{hostile}");
    assert_eq!(host.get("GET /recherche/", &[]).status, 200);
    assert_eq!(host.get("GET /recherche/?q=", &[]).status, 200);
    assert_eq!(host.get(&format!("GET /recherche/?q={}", "a%20".repeat(500)), &[]).status, 200);
    assert_eq!(host.get("POST /recherche/", &[("content-length", "0")]).status, 405);
}

async fn downloads_add_up(base: Base) {
    let row = |day: &str, app: &str, number| Download {
        day: day.into(),
        episode: "guid".into(),
        app: app.into(),
        format: "mp3".into(),
        number,
    };
    base.store.add_downloads(&[]).await.unwrap();
    base.store
        .add_downloads(&[row("2026-03-02", "Lecteur d’Apple", 2), row("2026-03-01", "Overcast", 1)])
        .await
        .unwrap();
    base.store.add_downloads(&[row("2026-03-02", "Lecteur d’Apple", 5)]).await.unwrap();
    let all = base.store.downloads("9999").await.unwrap();
    assert_eq!(all, [row("2026-03-01", "Overcast", 1), row("2026-03-02", "Lecteur d’Apple", 7)]);
    assert_eq!(base.store.downloads("2026-03-01").await.unwrap().len(), 1);
    assert!(base.store.add_downloads(&[row("2026-03-03", "x", 0)]).await.is_err(), "a figure of nothing is a fault");
    let once: BTreeMap<_, _> =
        base.store.downloads("9999").await.unwrap().into_iter().map(|d| (d.day, d.number)).collect();
    assert_eq!(once.len(), 2, "and leaves nothing");
}

on_both_engines![downloads_add_up];
