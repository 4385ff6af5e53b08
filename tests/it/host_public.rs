//! What everybody reads: the structured data of a session follows what becomes of it, and no answer of any route, no log and
//! no letter to another person holds what was told in confidence.
//!
//! The routes come from the router's own list: a new one is asked for by itself, and one with a parameter this test cannot
//! fill makes it fail.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use repere::calendar::{Command, Purpose, Role, SendRequest};
use serde_json::Value;

use crate::calendar_kit::{ask as request, form, register, when};
use crate::host_calendar::{Desk, between};

/// `2027-…T14:00:00`, so many days from now.
fn civil(days: i64) -> String {
    let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(days));
    format!("{date}T14:00:00")
}

fn session(days: i64, trainer: &str) -> repere::calendar::NewSession {
    let mut form = form(&civil(days), 6);
    form.trainers.extend((!trainer.is_empty()).then(|| trainer.to_owned()));
    form
}

fn event(desk: &Desk, id: &str) -> Value {
    let page = desk.get(&format!("/calendrier/{id}/"), "").text();
    serde_json::from_str(&between(&page, "<script type=\"application/ld+json\">", "</script>")).unwrap()
}

#[test]
fn the_event_of_a_session_says_what_became_of_its_date() {
    let desk = Desk::open();
    let id = desk.run(&Command::CreateSession(Box::new(session(40, ""))));
    let state = |event: &Value| event["eventStatus"].as_str().unwrap().replace("https://schema.org/", "");
    let first = event(&desk, &id);
    assert_eq!((state(&first).as_str(), &first["previousStartDate"]), ("EventScheduled", &Value::Null));

    desk.run(&Command::MoveSession { session: id.clone(), when: when(&civil(50)) });
    let moved = event(&desk, &id);
    assert_eq!(state(&moved), "EventRescheduled");
    assert_eq!(moved["previousStartDate"], first["startDate"]);
    assert_ne!(moved["startDate"], first["startDate"]);
    assert!(desk.get(&format!("/calendrier/{id}/"), "").text().contains("Date modifiée"), "people read it too");

    desk.run(&Command::PostponeSession { session: id.clone() });
    let postponed = event(&desk, &id);
    assert_eq!((state(&postponed).as_str(), &postponed["previousStartDate"]), ("EventPostponed", &moved["startDate"]));

    desk.run(&Command::MoveSession { session: id.clone(), when: when(&civil(60)) });
    let again = event(&desk, &id);
    assert_eq!((state(&again).as_str(), &again["previousStartDate"]), ("EventRescheduled", &moved["startDate"]));

    desk.run(&Command::CancelSession { session: id.clone() });
    let cancelled = event(&desk, &id);
    assert_eq!((state(&cancelled).as_str(), &cancelled["previousStartDate"]), ("EventCancelled", &moved["startDate"]));

    // Somewhere, by video, or both: where is told to those who have a seat.
    for (exact, link, mode) in [
        ("12 rue Cachée", "", "OfflineEventAttendanceMode"),
        ("", "https://visio.exemple.test/salle-secrete", "OnlineEventAttendanceMode"),
        ("12 rue Cachée", "https://visio.exemple.test/salle-secrete", "MixedEventAttendanceMode"),
    ] {
        let mut form = session(70, "");
        (form.place.exact, form.place.link) = (exact.to_owned(), link.to_owned());
        let event = event(&desk, &desk.run(&Command::CreateSession(Box::new(form))));
        assert_eq!(event["eventAttendanceMode"], format!("https://schema.org/{mode}"));
        assert!(!event.to_string().contains("Cachée") && !event.to_string().contains("secrete"));
    }

    // What was never announced has no date that anybody knew.
    let mut draft = session(45, "");
    draft.publish = false;
    let draft = desk.run(&Command::CreateSession(Box::new(draft)));
    desk.run(&Command::MoveSession { session: draft.clone(), when: when(&civil(46)) });
    desk.run(&Command::PublishSession { session: draft.clone() });
    assert_eq!(state(&event(&desk, &draft)), "EventScheduled");
}

/// The routes of the functions of the router that are named, as they are written there.
fn routes(of: &[&str]) -> Vec<String> {
    let mut inside = false;
    let mut routes = Vec::new();
    for line in include_str!("../../src/host/router.rs").lines() {
        if let Some(name) = line.strip_prefix("fn ") {
            inside = of.iter().any(|of| name.starts_with(&format!("{of}()")));
        }
        if let Some(rest) = line.trim().strip_prefix(".route(\"").filter(|_| inside) {
            routes.push(rest.split('"').next().unwrap().to_owned());
        }
    }
    assert!(routes.len() >= of.len(), "no routes of {of:?}");
    routes
}

/// What the whole process logs.
fn log() -> Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = LOG.get_or_init(|| {
        let log: Arc<Mutex<Vec<u8>>> = Arc::default();
        let here = Arc::clone(&log);
        let filter = tracing_subscriber::EnvFilter::new("info,repere=trace");
        let told = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
        told.with_writer(move || Sink(Arc::clone(&here))).try_init().expect("no other test listens to the log");
        log
    });
    Arc::clone(log)
}

/// What people tell in confidence, each with a mark of its own.
#[derive(Debug, Clone)]
struct Told {
    mark: String,
    words: BTreeMap<&'static str, String>,
}

const CONFIDED: &[&str] = &[
    "address",
    "link",
    "materials",
    "evaluation",
    "name",
    "email",
    "function",
    "organisation",
    "needs",
    "guest",
    "asker",
    "asker_email",
    "asker_function",
    "institution",
    "need",
    "preferred",
];

fn told() -> impl Strategy<Value = Told> {
    // Letters that no form of an output writes otherwise, and some that a reader might mangle.
    ("[A-Z][a-z]{4,9}", prop::sample::select(&["", "é", "ç", "ï"][..]), 100_000..999_999_u32).prop_map(
        |(word, accent, number)| {
            let mark = format!("{word}{accent}{number}");
            let words = CONFIDED.iter().map(|what| {
                let plain = format!("zq{}{number}", what.replace('_', ""));
                let word = match *what {
                    "link" | "evaluation" => format!("https://{plain}.exemple.test/salle"),
                    "email" | "asker_email" => format!("{plain}@exemple.test"),
                    _ => format!("{plain}{accent} {word}"),
                };
                (*what, word)
            });
            Told { words: words.collect(), mark }
        },
    )
}

impl Told {
    fn word(&self, what: &str) -> String {
        self.words[what].clone()
    }

    /// What would give each away: enough of it to be found in any output.
    fn secrets(&self) -> impl Iterator<Item = (&'static str, String)> {
        let number = self.mark.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
        CONFIDED.iter().map(move |what| (*what, format!("zq{}{number}", what.replace('_', ""))))
    }
}

#[test]
fn no_route_no_log_and_no_letter_to_others_tells_what_was_confided() {
    let log = log();
    let desk = Desk::open();
    let now = jiff::Timestamp::now().as_second();
    let (trainer, _) = desk
        .runtime
        .block_on(desk.store.add_staff("Zqtrainer Dupont", "zqtrainer@exemple.test", Role::Trainer, now))
        .unwrap();
    let days = std::cell::Cell::new(20);
    let mut runner = TestRunner::new(Config { cases: 5, failure_persistence: None, ..Config::default() });
    let result = runner.run(&told(), |told| {
        days.set(days.get() + 2);
        let days = days.get();
        let mut open = session(days, &trainer.id);
        open.place.exact = told.word("address");
        open.place.link = told.word("link");
        open.materials = told.word("materials");
        open.evaluation = told.word("evaluation");
        let id = desk.run(&Command::CreateSession(Box::new(open)));
        let mut anne = register(&id, "anne");
        anne.name = told.word("name");
        anne.email = told.word("email");
        anne.function = told.word("function");
        anne.organisation = told.word("organisation");
        anne.needs = told.word("needs");
        anne.seats = 3;
        let anne = desk.run(&Command::Register(anne));
        desk.run(&Command::Confirm { registration: anne.clone() });
        let names = vec![told.word("guest")];
        desk.run(&Command::NameSeats { registration: anne.clone(), names });
        // Somebody else, whose seat is not sure yet, and an institution that asks.
        let bilal = desk.run(&Command::Register(register(&id, &format!("bilal{days}"))));
        let asked = SendRequest {
            name: told.word("asker"),
            email: told.word("asker_email"),
            function: told.word("asker_function"),
            organisation: told.word("institution"),
            need: told.word("need"),
            preferred: told.word("preferred"),
            ..request(&format!("x{days}"))
        };
        let asked = desk.run(&Command::SendRequest(Box::new(asked)));

        let token = |purpose| {
            let posts = desk.runtime.block_on(desk.store.posts(1000)).unwrap();
            let of_bilal = posts.iter().filter(|post| post.letter.registration.as_ref().is_some_and(|r| r.id == bilal));
            of_bilal.filter_map(|post| post.letter.tokens.get(&purpose)).next().cloned().unwrap()
        };
        let month = civil(days)[..7].to_owned();
        let fill = |route: &str, token: &str| {
            let path = route
                .replace("{session}", &id)
                .replace("{id}", if route.contains("demandes") { &asked } else { &id })
                .replace("{registration}", &anne)
                .replace("{token}", token)
                .replace("{code}.ics", "93.ics")
                .replace("departement/{code}", "departement/93.ics")
                .replace("{code}", "93")
                .replace("{audience}", "equipes-educatives.ics")
                .replace("{month}", &month)
                .replace("{file}", "inscriptions.csv")
                .replace("{kind}", "confirmer")
                .replace("{key}", "cle")
                .replace("{*rest}", "v1/autre");
            assert!(!path.contains('{'), "{route} has a parameter this test cannot fill");
            path
        };
        let public = routes(&["calendar", "interface", "listeners"]);
        let staff = routes(&["staff_area"]);
        let mut asked_for: Vec<(String, String)> = Vec::new();
        for route in public.iter().chain(&staff) {
            asked_for.push(("GET".to_owned(), fill(route, "jeton")));
            asked_for.push(("POST".to_owned(), fill(route, "jeton")));
        }
        for route in public.iter().filter(|route| route.contains("{token}")) {
            for purpose in [Purpose::Confirm, Purpose::Manage] {
                asked_for.push(("GET".to_owned(), fill(route, &token(purpose))));
            }
        }
        for more in ["/calendrier/{session}.ics", "/calendrier/?departement=93", "/api/v1/sessions?departement=93"] {
            asked_for.push(("GET".to_owned(), fill(more, "")));
        }
        for (method, path) in asked_for {
            let json = path.starts_with("/api/");
            let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
            let headers = [("content-type", kind), ("idempotency-key", "12345678")];
            let answer = desk.send(&format!("{method} {path}"), &headers, if json { "{}" } else { "" });
            let whole = format!("{:?}\n{}", answer.headers, answer.text().replace("\r\n ", ""));
            for (what, secret) in told.secrets() {
                prop_assert!(!whole.contains(&secret), "{method} {path} ({}) tells {what}", answer.status);
            }
            prop_assert!(!whole.contains("zqtrainer@"), "{method} {path} tells a trainer's address");
            prop_assert!(answer.status != 500, "{method} {path} breaks");
        }
        // Letters to anybody else carry no person: neither in what is kept of them nor in what is sent.
        for post in desk.runtime.block_on(desk.store.posts(1000)).unwrap() {
            let own = [told.word("email"), told.word("asker_email")].contains(&post.letter.to);
            let kept = serde_json::to_string(&post.letter).unwrap();
            let inside = ["address", "link", "materials", "evaluation"];
            for (what, secret) in told.secrets().filter(|(what, _)| !own && !inside.contains(what)) {
                prop_assert!(!kept.contains(&secret), "{} to another tells {what}", post.key);
            }
        }
        // What is confided is there for whom it is meant: otherwise this test would find nothing in anything.
        let trainers = desk.runtime.block_on(desk.store.registrations(&id)).unwrap();
        prop_assert!(trainers.iter().any(|one| one.name == told.word("name") && one.needs == told.word("needs")));
        let written = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let written = String::from_utf8_lossy(&written);
        prop_assert!(written.contains("/calendrier/"), "requests are logged");
        for (what, secret) in told.secrets() {
            prop_assert!(!written.contains(&secret), "the log tells {what}");
        }
        for purpose in [Purpose::Confirm, Purpose::Manage] {
            prop_assert!(!written.contains(&token(purpose)), "the log holds a token");
        }
        Ok(())
    });
    result.unwrap_or_else(|failed| panic!("{failed}"));
}
