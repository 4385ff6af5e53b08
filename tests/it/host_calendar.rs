//! The calendar's and the staff's pages, as forms and links drive them: statuses, redirects, what is kept and not told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use repere::calendar::ics::Publisher;
use repere::calendar::staff::totp;
use repere::calendar::{Actor, Command};
use repere::mail::{Mailer, Settings, Voice};
use repere::store::Store;
use repere::{host, site};

use crate::host_http::{Answer, ask, exchange};

pub(crate) const PASSWORD: &str = "le phare de la pointe";

#[test]
fn a_session_lives_from_the_first_sign_in_to_the_waiting_list() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let page = desk.get("/equipe/seances/nouvelle", &cookie).text();
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let me = between(&page, "name=\"trainers\" value=\"", "\"");

    let empty = desk.post("/equipe/seances/nouvelle", &[("csrf", &csrf), ("title", "Mon titre")], &cookie);
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("value=\"Mon titre\""), "what was typed is kept");
    assert!(empty.text().contains("href=\"#date\""), "the summary leads to each field");

    let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(60)).to_string();
    let mut form = session_form(&csrf, &me, &date);
    let created = desk.post("/equipe/seances/nouvelle", &form, &cookie);
    assert_eq!(created.status, 303);
    let id = between(&created.headers["location"], "/equipe/seances/", "?");
    form[2].1 = "Une autre séance";
    let busy = desk.post("/equipe/seances/nouvelle", &form, &cookie);
    assert_eq!(busy.status, 409, "nobody is in two places");

    let list = desk.get("/calendrier/", "");
    assert!(list.text().contains(&format!("href=\"/calendrier/{id}/\"")));
    for path in ["/calendrier/", &format!("/calendrier/{id}/"), "/calendrier.ics", &format!("/calendrier/{id}.ics")] {
        let answer = desk.get(path, "");
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("salle interne"), "{path} tells the exact address");
        assert!(!answer.headers.contains_key("set-cookie"), "{path} sets a cookie");
    }

    let address = format!("/calendrier/{id}/inscription");
    let wrong = desk.post(&address, &registration("00000000", "Anne\r\nBcc: x", "pas une adresse"), "");
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.headers["cache-control"], "no-store");
    assert!(wrong.text().contains("aria-invalid=\"true\"") && wrong.text().contains("pas une adresse"));

    let held = desk.post(&address, &registration("11111111", "Anne", "anne@exemple.test"), "");
    assert_eq!(held.headers["location"], format!("/calendrier/{id}/inscription/recue?etat=held"));
    let again = desk.post(&address, &registration("11111111", "Anne", "anne@exemple.test"), "");
    assert_eq!(again.headers["location"], held.headers["location"], "the same form sent twice");
    assert_eq!(desk.get(&held.headers["location"], "").status, 200);

    let late = desk.post(&address, &registration("22222222", "Bilal", "bilal@exemple.test"), "");
    assert_eq!(late.status, 409, "the promised seat is gone");
    assert!(late.text().contains("value=\"Bilal\"") && late.text().contains("name=\"liste_attente\""));
    let mut waiting = registration("22222222", "Bilal", "bilal@exemple.test");
    waiting.push(("liste_attente", "1"));
    let waiting = desk.post(&address, &waiting, "");
    assert!(waiting.headers["location"].ends_with("etat=waiting"));

    let staff = desk.get(&format!("/equipe/seances/{id}"), &cookie).text();
    assert!(staff.contains("anne@exemple.test") && staff.contains("bilal@exemple.test"));
    let forged = desk.post(&format!("/equipe/seances/{id}"), &[("csrf", "x"), ("action", "annuler")], &cookie);
    assert_eq!(forged.status, 403);
}

#[test]
fn calm_pages_for_what_is_not_there_or_cannot_be_read() {
    let desk = Desk::open();
    for (path, status) in [
        ("/calendrier/inconnue/", 404),
        ("/calendrier/inconnue.ics", 404),
        ("/calendrier/inconnue/inscription", 404),
        ("/calendrier/mois/2026-13", 404),
        ("/calendrier/gerer/jeton", 410),
        ("/calendrier/confirmer/jeton", 410),
        ("/calendrier/demande/jeton", 410),
        ("/calendrier/agenda/jeton.ics", 410),
        ("/equipe/invitation/jeton", 410),
        ("/equipe/premier-acces/jeton", 410),
    ] {
        let answer = desk.get(path, "");
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(answer.headers["x-robots-tag"], "noindex", "{path}");
        assert!(answer.text().contains("119"), "{path} leads to help");
    }
    let json = desk.send("POST /calendrier/demande", &[("content-type", "application/json")], "{}");
    assert_eq!(json.status, 415);
    let large = desk.post("/calendrier/demande", &[("need", &"a".repeat(70_000))], "");
    assert_eq!(large.status, 413);
    assert_eq!(desk.get("/equipe/", "").headers["location"], "/equipe/connexion");
    let cross = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    assert_eq!(desk.send("POST /equipe/connexion", &cross, "email=a").status, 403);
}

#[test]
fn month_pages_end_for_whoever_follows_their_links() {
    let desk = Desk::open();
    let this = jiff::Zoned::now().strftime("%Y-%m").to_string();
    for (rel, most) in [("rel=\"prev", 13), ("rel=\"next", 19)] {
        let (mut month, mut pages) = (this.clone(), 0);
        loop {
            let page = desk.get(&format!("/calendrier/mois/{month}"), "");
            assert_eq!(page.status, 200, "{month}");
            pages += 1;
            assert!(pages <= most, "{rel} has no end");
            let text = page.text();
            let Some(at) = text.find(rel) else { break };
            month = between(&text[at..], "/calendrier/mois/", "\"");
        }
        assert!(pages >= most - 1, "{rel} ends after {pages}");
    }
    for month in ["2019-12", "2200-01"] {
        let answer = desk.get(&format!("/calendrier/mois/{month}"), "");
        assert_eq!(answer.status, 404, "{month}");
        assert!(!answer.text().contains("/calendrier/mois/"), "{month} leads to no other month");
    }
}

#[test]
fn ready_means_that_the_database_answers() {
    let desk = Desk::open();
    assert_eq!(desk.get("/readyz", "").status, 200);
    desk.runtime.block_on(desk.store.close());
    let answer = desk.get("/readyz", "");
    assert_eq!((answer.status, answer.text().as_str()), (503, "the database does not answer\n"));
    assert_eq!(desk.get("/healthz", "").status, 200, "the process lives");
}

#[test]
fn somebody_sees_and_ends_their_sign_ins() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let other = desk.sign_in("claire@exemple.test", PASSWORD, &desk.next_code());
    let page = desk.get("/equipe/compte", &cookie).text();
    assert_eq!(page.matches("action=\"/equipe/compte\"").count(), 3, "two devices, and all others at once");
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let forged = desk.post("/equipe/compte", &[("csrf", "x"), ("sign_in", "others")], &cookie);
    assert_eq!((forged.status, desk.get("/equipe/", &other).status), (403, 200));
    let ended = desk.post("/equipe/compte", &[("csrf", &csrf), ("sign_in", "others")], &cookie);
    assert_eq!(ended.headers["location"], "/equipe/compte?fait=device");
    assert_eq!(desk.get("/equipe/", &other).status, 303, "that device is out");
    let page = desk.get("/equipe/compte?fait=device", &cookie).text();
    let here = between(&page, "name=\"sign_in\" value=\"", "\"");
    let out = desk.post("/equipe/compte", &[("csrf", &csrf), ("sign_in", &here)], &cookie);
    assert!(out.headers["set-cookie"].contains("Max-Age=0"));
    assert_eq!(desk.get("/equipe/compte", &cookie).headers["location"], "/equipe/connexion");
}

#[test]
fn forms_say_how_long_what_they_ask_is_kept() {
    let desk = Desk::open();
    assert!(desk.get("/calendrier/demande", "").text().contains("Elles sont effacées 90 jours après la séance"));
}

#[test]
fn signing_in_tells_nothing_and_tires_the_guesser() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    assert!(cookie.starts_with("repere_session="));
    let try_with =
        |email: &str, password: &str| desk.post("/equipe/connexion", &[("email", email), ("password", password)], "");
    let (known, unknown) = (try_with("claire@exemple.test", "faux"), try_with("personne@exemple.test", "faux"));
    assert_eq!((known.status, unknown.status), (422, 422));
    let text = |answer: &Answer| answer.text().replace("claire@", "X@").replace("personne@", "X@");
    assert_eq!(text(&known), text(&unknown));
    assert_eq!(try_with("claire@exemple.test", PASSWORD).status, 200, "the code comes next");
    let statuses: Vec<u16> = (0..12).map(|_| try_with("claire@exemple.test", "faux").status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
}

fn session_form<'a>(csrf: &'a str, me: &'a str, date: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", csrf),
        ("kind", "awareness"),
        ("title", "Comprendre et repérer"),
        ("audience", "Équipes éducatives"),
        ("programme", "Comprendre."),
        ("departement", "93"),
        ("place", "Bobigny"),
        ("address", "12 rue Exemple, salle interne"),
        ("date", date),
        ("time", "14:00"),
        ("minutes", "150"),
        ("capacity", "1"),
        ("trainers", me),
        ("publish", "1"),
    ]
}

fn registration<'a>(submission: &'a str, name: &'a str, email: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("submission", submission),
        ("name", name),
        ("email", email),
        ("organisation", "MECS Les Tilleuls"),
        ("departement", "93"),
        ("seats", "1"),
    ]
}

pub(crate) fn between(text: &str, before: &str, after: &str) -> String {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before:?} in {text}")) + before.len();
    let end = text[start..].find(after).map_or(text.len(), |at| start + at);
    text[start..end].to_owned()
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A listening server with this site's templates and an empty database.
pub(crate) struct Desk {
    pub(crate) address: SocketAddr,
    pub(crate) first_link: String,
    pub(crate) store: Store,
    pub(crate) runtime: tokio::runtime::Runtime,
    secret: std::cell::RefCell<String>,
    _data: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (address, first_link, store) = runtime.block_on(start(data.path()));
        Self { address, first_link, store, runtime, secret: std::cell::RefCell::default(), _data: data }
    }

    /// The cookie of the coordinator whom the first-run link made.
    pub(crate) fn first_sign_in(&self) -> String {
        let short =
            [("name", "Claire"), ("email", "claire@exemple.test"), ("password", "court"), ("password_again", "")];
        assert_eq!(self.post(&self.first_link, &short, "").status, 422);
        let good = [
            ("name", "Claire Morel"),
            ("email", "claire@exemple.test"),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let answer = self.post(&self.first_link, &good, "");
        assert_eq!((answer.status, answer.headers["location"].as_str()), (303, "/equipe/"));
        assert_eq!(self.get(&self.first_link, "").status, 410, "the link works once");
        let cookie = &answer.headers["set-cookie"];
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/equipe"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        *self.secret.borrow_mut() = self.enrol(&cookie).0;
        cookie
    }

    /// Carries out a command as the coordinator's pages would; its id.
    pub(crate) fn run(&self, command: &Command) -> String {
        let now = jiff::Timestamp::now().as_second();
        self.runtime.block_on(self.store.execute(command, &Actor::Clock, now)).unwrap().id
    }

    /// The code that the coordinator's app shows next: the one it shows now was used to set it up.
    pub(crate) fn next_code(&self) -> String {
        totp::code(&self.secret.borrow(), jiff::Timestamp::now().as_second() + totp::STEP).unwrap()
    }

    /// Signs in with password and code; the cookie comes back.
    pub(crate) fn sign_in(&self, email: &str, password: &str, code: &str) -> String {
        let asked = self.post("/equipe/connexion", &[("email", email), ("password", password)], "");
        assert!(!asked.headers.contains_key("set-cookie"), "a password alone opens nothing");
        let step = between(&asked.text(), "name=\"step\" value=\"", "\"");
        let answer = self.post("/equipe/connexion/code", &[("step", &step), ("code", code)], "");
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
    }

    /// Sets up the authenticator app of who is signed in; the secret and the recovery codes come back.
    pub(crate) fn enrol(&self, cookie: &str) -> (String, Vec<String>) {
        let page = self.get("/equipe/compte/code", cookie).text();
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
        let secret = between(&page, "<code>", "</code>").replace(' ', "");
        let code = totp::code(&secret, jiff::Timestamp::now().as_second()).unwrap();
        let answer = self.post("/equipe/compte/code", &[("csrf", &csrf), ("code", &code)], cookie);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let codes = answer.text().split("<code>").skip(1).map(|rest| between(rest, "", "</code>")).collect();
        (secret, codes)
    }

    pub(crate) fn get(&self, path: &str, cookie: &str) -> Answer {
        let send = if cookie.is_empty() { BTreeMap::new() } else { [("Cookie".into(), cookie.into())].into() };
        ask(self.address, &format!("GET {path}"), None, &send)
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie)];
        self.send(&format!("POST {path}"), &form, &body)
    }

    pub(crate) fn send(&self, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head =
            format!("{request} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n");
        exchange(self.address, format!("{head}{body}").as_bytes())
    }
}

async fn start(data: &Path) -> (SocketAddr, String, Store) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let options = site::Options { root, base_url: Some("http://repere.test".into()), ..site::Options::default() };
    let built = site::load(&options).unwrap_or_else(|found| panic!("{}", repere::diagnostic::render(&found)));
    let store = Store::open(data).await.unwrap();
    let publisher = Publisher {
        base_url: "http://repere.test".into(),
        domain: "repere.test".into(),
        name: "Repères".into(),
        organizer_name: "Repères".into(),
        organizer_email: "calendrier@repere.test".into(),
    };
    let settings = Settings { publisher, lang: "fr".into(), smtp: None, folder: data.join("mail") };
    let token = store.bootstrap(jiff::Timestamp::now().as_second()).await.unwrap().expect("nobody is there yet");
    let office = host::Office::new(store.clone(), Mailer::of(Voice { renderer: built.renderer, settings }));
    // The pages themselves are host_http's business.
    let home = site::Output::bytes("index.html", "<!doctype html><p>Accueil</p>", "");
    let app = Arc::new(host::App::of(host::Site::load(vec![home], None).unwrap(), Some(office)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(host::serve(listener, host::routes(app), host::Door::default(), std::future::pending::<()>));
    (address, format!("/equipe/premier-acces/{token}"), store)
}
