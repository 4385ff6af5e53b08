//! What leaves the calendar over HTTP: feeds, the JSON interface against its description, figures,
//! exports, the audit log.

use std::collections::BTreeMap;

use repere::calendar::{Command, Epoch, Kind, NewSession, Purpose, Start};
use serde_json::Value;

use crate::calendar_kit::form;
use crate::host_calendar::{Desk, between};
use crate::host_http::{Answer, ask};

const HOUR: Epoch = 3600;

/// A session that starts so many hours from now.
fn session(hours: Epoch, change: impl FnOnce(&mut NewSession)) -> Command {
    let at = jiff::Timestamp::now().as_second() + hours * HOUR;
    let civil = repere::calendar::french::civil(at, "Europe/Paris").with().minute(0).second(0).build().unwrap();
    let mut form = form("2026-12-03T14:00:00", 10);
    form.when.start = Start::new(civil, "Europe/Paris").expect("no test runs in the hour of a clock change");
    change(&mut form);
    Command::CreateSession(Box::new(form))
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

#[test]
fn feeds_of_a_département_and_of_an_audience_hold_what_they_say() {
    let desk = Desk::open();
    let here = desk.run(&session(48, |form| "Ici".clone_into(&mut form.title)));
    let there = desk.run(&session(50, |form| {
        "Ailleurs".clone_into(&mut form.title);
        "2A".clone_into(&mut form.departement);
        "Assistantes familiales".clone_into(&mut form.audience);
    }));
    let webinar = desk.run(&session(52, |form| form.kind = Kind::Webinar));
    let events = |path: &str| {
        let answer = desk.get(path, "");
        assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, "text/calendar; charset=utf-8"));
        assert!(!answer.text().contains("rue Cachée") && !answer.text().contains("salle-secrete"), "{path}");
        let again = [("If-None-Match".to_owned(), answer.headers["etag"].clone())].into();
        assert_eq!(ask(desk.address, &format!("GET {path}"), None, &again).status, 304, "{path}");
        [&here, &there, &webinar].map(|id| answer.text().contains(&format!("UID:{id}@")))
    };
    assert_eq!(events("/calendrier/departement/93.ics"), [true, false, true], "a webinar is for everybody");
    assert_eq!(events("/calendrier/departement/2A.ics"), [false, true, true]);
    assert_eq!(events("/calendrier/public/assistantes-familiales.ics"), [false, true, false]);
    assert_eq!(events("/calendrier/public/personne.ics"), [false; 3]);
    for path in ["departement/20.ics", "departement/93", "public/%C3%89quipes.ics", "public/.ics"] {
        assert_eq!(desk.get(&format!("/calendrier/{path}"), "").status, 404, "{path}");
    }
    let page = desk.get("/calendrier/?departement=2A", "").text();
    assert!(page.contains("/calendrier/departement/2A.ics") && page.contains("<details class=\"filter\" open"));
}

#[test]
fn json_says_what_its_description_says() {
    let desk = Desk::open();
    let id = desk.run(&session(48, |_| {}));
    desk.run(&session(60, |form| "974".clone_into(&mut form.departement)));
    let description = json(&desk.get("/api/v1/openapi.json", ""));
    assert_eq!(description["openapi"], "3.1.0");
    for path in
        ["/sessions", &format!("/sessions/{id}"), "/departements", "/departements/67/holidays?year=2027", "/figures"]
    {
        let answer = desk.get(&format!("/api/v1{path}"), "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path} is open data");
        let template = path.replace(&id, "{id}").replace("67", "{code}");
        let template = format!("/api/v1{}", template.split('?').next().unwrap());
        let schema = &description["paths"][template.as_str()]["get"]["responses"]["200"]["content"]["application/json"];
        let problems = mismatch(&description, &schema["schema"], &json(&answer), "");
        assert!(problems.is_empty(), "{path}: {problems:?}");
        assert!(!answer.text().contains("rue Cachée") && !answer.text().contains("salle-secrete"), "{path}");
    }
    let first = json(&desk.get("/api/v1/sessions?limit=1", ""));
    assert_eq!(first["sessions"].as_array().unwrap().len(), 1);
    let rest = json(&desk.get(&format!("/api/v1/sessions?limit=1&after={}", first["next"].as_str().unwrap()), ""));
    assert_eq!((&rest["sessions"][0]["departement"], &rest["next"]), (&"974".into(), &Value::Null));
    let alsace = json(&desk.get("/api/v1/departements/67/holidays?year=2027", ""));
    assert!(alsace["public"].as_array().unwrap().iter().any(|day| day["name"] == "Vendredi saint"));
    let discreet = desk.run(&session(70, |form| form.listed = false));
    assert_eq!(desk.get(&format!("/calendrier/{discreet}/"), "").status, 200, "its link opens it");
    for path in ["/api/v1/sessions", "/calendrier.ics", "/calendrier/", "/calendrier/departement/93.ics"] {
        assert!(!desk.get(path, "").text().contains(&discreet), "{path} lists it");
    }
    assert_eq!(desk.get(&format!("/api/v1/sessions/{discreet}"), "").status, 404);
    for wrong in ["departement=20", "from=2027-02-30", "limit=0", "limit=9999", "after=x", "to=hier"] {
        let answer = desk.get(&format!("/api/v1/sessions?{wrong}"), "");
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_str()),
            (400, "application/problem+json"),
            "{wrong}"
        );
        assert_eq!(json(&answer)["errors"][0]["pointer"], wrong.split('=').next().unwrap());
    }
    for nothing in ["/api/", "/api/v2/sessions", "/api/v1/sessions/inconnue"] {
        let answer = desk.get(nothing, "");
        assert_eq!((answer.status, json(&answer)["code"].as_str().unwrap()), (404, "not_found"), "{nothing}");
    }
}

#[test]
fn every_route_of_the_interface_is_described_and_every_description_is_a_route() {
    let router = include_str!("../../src/host/router.rs");
    let routes: BTreeMap<&str, &str> =
        router.lines().filter_map(|line| line.trim().strip_prefix(".route(\"/api/v1/")?.split_once("\", ")).collect();
    let description: Value = serde_json::from_str(include_str!("../../src/host/api/openapi.json")).unwrap();
    let described = description["paths"].as_object().unwrap();
    let paths: Vec<&str> = described.keys().map(|path| path.strip_prefix("/api/v1/").unwrap()).collect();
    for (path, handler) in &routes {
        assert!(paths.contains(path), "{path} is not described");
        let methods: Vec<&str> =
            described[&format!("/api/v1/{path}")].as_object().unwrap().keys().map(String::as_str).collect();
        let expected = if handler.starts_with("post(") { "post" } else { "get" };
        assert_eq!(methods, [expected], "{path}");
    }
    assert_eq!(routes.len(), paths.len(), "a path is described that is no route");
}

#[test]
fn whatever_is_noted_in_the_audit_log_has_words() {
    let commands = include_str!("../../src/calendar/command.rs");
    let names = commands.split("pub fn name(&self)").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let stores = [
        include_str!("../../src/store/data.rs"),
        include_str!("../../src/store/figures.rs"),
        include_str!("../../src/store/rights.rs"),
        include_str!("../../src/host/team/exports.rs"),
    ];
    let noted =
        stores.iter().flat_map(|text| text.lines().filter(|line| line.contains("note(") || line.contains("\"export-")));
    let words = include_str!("../../themes/repere/i18n/fr/calendar.toml");
    let mut count = 0;
    for quoted in names.lines().chain(noted).flat_map(|line| line.split('"').skip(1).step_by(2)) {
        if quoted == "csv" {
            continue;
        }
        let key = format!("calendar_journal_do_{} = ", quoted.replace('-', "_"));
        assert!(words.contains(&key), "{key}");
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn a_registration_by_json_is_taken_once_and_a_key_is_for_one_content() {
    let desk = Desk::open();
    let id = desk.run(&session(72, |form| form.capacity = 3));
    let path = format!("/api/v1/sessions/{id}/registrations");
    let body = |name: &str| {
        format!(
            r#"{{"name": "{name}", "email": "{}@exemple.fr", "organisation": "MECS", "departement": "93", "seats": 2}}"#,
            name.to_lowercase()
        )
    };
    let send = |key: &str, body: &str| {
        desk.send(&format!("POST {path}"), &[("content-type", "application/json"), ("idempotency-key", key)], body)
    };
    let first = send("cle-numero-1", &body("Anne"));
    assert_eq!((first.status, json(&first)["state"].as_str().unwrap()), (202, "held"));
    let again = send("cle-numero-1", &body("Anne"));
    assert_eq!((again.status, again.headers["idempotency-replayed"].as_str()), (202, "true"));
    assert_eq!(json(&again), json(&first));
    let other = send("cle-numero-1", &body("Bilal"));
    assert_eq!((other.status, json(&other)["code"].as_str().unwrap()), (422, "idempotency_key_used"));
    let known = send("cle-numero-2", &body("Anne"));
    assert_eq!(known.status, 202, "nobody learns whose address is known");
    let waiting = send("cle-numero-3", &body("Chloé").replace("chloé", "chloe"));
    assert_eq!(json(&waiting)["state"], "waiting");
    let many = desk.runtime.block_on(desk.store.registrations(&id)).unwrap();
    assert_eq!(many.len(), 2, "one each");

    let cases: [(&str, &str, u16, &str); 9] = [
        ("cle-numero-4", "{", 400, "malformed"),
        ("cle-numero-4", "[]", 422, "type"),
        ("court", "{}", 400, "idempotency_key"),
        ("cle-numero-5", "{}", 422, "invalid"),
        ("cle-numero-6", r#"{"name": 5}"#, 422, "invalid"),
        ("cle-numero-7", r#"{"nom": "Anne"}"#, 422, "invalid"),
        ("cle-numero-8", r#"{"seats": -1}"#, 422, "invalid"),
        (
            "cle-numero-9",
            r#"{"name": "Anne\r\nBcc: x@y.fr", "email": "a@b.fr", "organisation": "x", "departement": "93"}"#,
            422,
            "invalid",
        ),
        (
            "cle-numero-a",
            r#"{"name": "\u202eennA", "email": "a@b.fr", "organisation": "x", "departement": "20"}"#,
            422,
            "invalid",
        ),
    ];
    for (key, sent, status, code) in cases {
        let answer = send(key, sent);
        assert_eq!((answer.status, json(&answer)["code"].as_str().unwrap()), (status, code), "{sent}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let told: Vec<String> = json(&send("cle-numero-b", "{}"))["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|wrong| wrong["pointer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, ["/name", "/email", "/organisation", "/departement"], "all at once");
    let form = desk.send(&format!("POST {path}"), &[("content-type", "application/x-www-form-urlencoded")], "name=x");
    assert_eq!(form.status, 415);
    let ask = r#"{"organisation": "Collège", "name": "Sacha", "email": "s@exemple.fr", "departement": "29", "audience": "Équipe", "headcount": 20, "need": "Comprendre."}"#;
    let json_headers = [("content-type", "application/json"), ("idempotency-key", "cle-numero-1")];
    let asked = desk.send("POST /api/v1/requests", &json_headers, ask);
    assert_eq!(asked.status, 422, "a key is for one content, whatever the address");
    let asked = desk.send("POST /api/v1/requests", &[json_headers[0], ("idempotency-key", "une-autre-cle")], ask);
    assert_eq!((asked.status, json(&asked)["state"].as_str().unwrap()), (202, "requested"));

    let next = jiff::Zoned::now().date().year() + 1;
    let wishing = |key: &str, wishes: &str| {
        let ask = ask.replace("\"need\"", &format!("\"wishes\": {wishes}, \"need\""));
        desk.send("POST /api/v1/requests", &[json_headers[0], ("idempotency-key", key)], &ask)
    };
    let days = format!(r#"[{{"date": "{next}-03-04", "half": "morning"}}, {{"date": "{next}-03-05"}}]"#);
    assert_eq!(wishing("jours-souhaites", &days).status, 202);
    let kept = desk.runtime.block_on(desk.store.requests()).unwrap();
    let kept = kept.iter().find(|request| !request.wishes.is_empty()).unwrap();
    let told: Vec<String> = kept.wishes.iter().map(ToString::to_string).collect();
    assert_eq!(told, [format!("{next}-03-04 morning"), format!("{next}-03-05 day")]);
    for (number, (wishes, pointer)) in [
        (r#"[{"date": "2020-01-01"}]"#.to_owned(), "/wishes/0/date"),
        (format!(r#"[{{"date": "{next}-03-04"}}, {{"date": "{next}-02-30"}}]"#), "/wishes/1/date"),
        (format!(r#"[{{"date": "{next}-03-04", "half": "nuit"}}]"#), "/wishes/0/half"),
        (r#"["demain"]"#.to_owned(), "/wishes"),
        (r#"[{"half": "day"}]"#.to_owned(), "/wishes"),
        (r#""demain""#.to_owned(), "/wishes"),
        (format!("[{}]", vec![format!(r#"{{"date": "{next}-03-04"}}"#); 4].join(", ")), "/wishes"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = wishing(&format!("souhait-numero-{number}"), &wishes);
        assert_eq!(
            (answer.status, json(&answer)["errors"][0]["pointer"].as_str().unwrap()),
            (422, pointer),
            "{wishes}"
        );
    }
}

#[test]
fn figures_lead_to_the_rows_that_make_them() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let held = desk.run(&session(-30, |form| "Tenue".clone_into(&mut form.title)));
    let undeclared = desk.run(&session(-20, |form| "Sans nombre".clone_into(&mut form.title)));
    desk.run(&session(-10, |form| form.kind = Kind::Meeting));
    desk.run(&session(48, |form| "À venir".clone_into(&mut form.title)));
    let cancelled = desk.run(&session(-5, |form| "Annulée".clone_into(&mut form.title)));
    desk.run(&Command::CancelSession { session: cancelled });
    let page = desk.get(&format!("/equipe/seances/{held}"), &cookie).text();
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let declare = |people: &str| {
        desk.post(&format!("/equipe/seances/{held}/touchees"), &[("csrf", &csrf), ("people", people)], &cookie)
    };
    let wrong = declare("-1");
    assert!(wrong.status == 422 && wrong.text().contains("value=\"-1\" inputmode=\"numeric\""), "{}", wrong.text());
    assert_eq!(declare("3").status, 303);
    assert_eq!(declare("24").status, 303, "a second time corrects");

    // Around New Year the sessions of a day are in two years.
    let day = |hours: Epoch| {
        repere::calendar::french::civil(jiff::Timestamp::now().as_second() + hours * HOUR, "Europe/Paris").date()
    };
    let period = format!("de={}&a={}", day(-48), day(72));
    let page = desk.get(&format!("/equipe/chiffres?{period}"), &cookie);
    assert_eq!(page.status, 200, "{}", page.text());
    let mut followed = 0;
    for link in page.text().split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")) {
        if link.starts_with("/equipe/chiffres/") {
            let rows = desk.get(&link, &cookie);
            assert_eq!(rows.status, 200, "{link}");
            followed += 1;
        }
    }
    assert!(followed >= 9, "{followed} figures lead somewhere");
    let rows = |query: &str| desk.get(&format!("/equipe/chiffres/seances?{period}&{query}"), &cookie).text();
    let held_rows = rows("etat=held&type=interventions");
    assert!(held_rows.contains("Tenue") && held_rows.contains("Sans nombre") && !held_rows.contains("À venir"));
    assert!(held_rows.contains("Séances : 2") && held_rows.contains("Personnes touchées : 24"));
    let without = rows("etat=held&type=interventions&declare=non");
    assert!(without.contains(&undeclared) && !without.contains(&held));
    assert!(rows("etat=cancelled").contains("Annulée"));
    assert_eq!(desk.get("/equipe/chiffres?de=2027-01-01&a=2026-01-01", &cookie).status, 422);

    let public = desk.get(&format!("/calendrier/chiffres?annee={}", day(-30).year()), "");
    assert_eq!((public.status, public.text().contains("24")), (200, true));
    assert_eq!(declare("3").status, 303);
    let shown = json(&desk.get(&format!("/api/v1/figures?year={}", day(-30).year()), ""));
    assert_eq!(shown["people"], Value::Null, "three people are not told");

    let journal = desk.get("/equipe/journal", &cookie).text();
    assert!(journal.contains("Personnes touchées déclarées") && journal.contains("Claire Morel"));
    for secret in ["/equipe/chiffres", "/equipe/journal", "/equipe/importer", "/equipe/exports/seances.csv"] {
        assert_eq!(desk.get(secret, "").headers["location"], "/equipe/connexion", "{secret}");
    }
}

#[test]
fn exports_open_in_a_spreadsheet_and_run_nothing() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let id = desk.run(&session(48, |form| "=HYPERLINK(\"http://x\")".clone_into(&mut form.title)));
    desk.run(&Command::Register(crate::calendar_kit::register(&id, "anne")));
    desk.run(&Command::SendRequest(Box::new(crate::calendar_kit::ask("sacha"))));
    for name in ["seances", "inscriptions", "demandes"] {
        let from = jiff::Zoned::now().year() - 1;
        let path = format!("/equipe/exports/{name}.csv?de={from}-01-01&a={}-12-31", from + 3);
        let answer = desk.get(&path, &cookie);
        assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, "text/csv; charset=utf-8"));
        assert!(answer.body.starts_with("\u{feff}".as_bytes()), "{name}: Excel needs the mark");
        assert!(answer.headers["content-disposition"].contains(&format!("{name}-{from}-01-01")));
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&answer.body[3..]);
        let headings = reader.headers().unwrap().clone();
        assert!(headings.iter().all(|heading| !heading.starts_with("calendar_")), "{headings:?}");
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1, "{name}");
        assert!(rows[0].iter().all(|cell| !cell.starts_with('=')), "{name}");
        let book = desk.get(&path.replace(".csv", ".xlsx"), &cookie);
        assert!(book.status == 200 && book.body.starts_with(b"PK"), "{name}");
    }
    assert!(desk.get("/equipe/journal", &cookie).text().contains("Export CSV"), "an export is noted");
    assert_eq!(desk.get("/equipe/exports/tout.csv", &cookie).status, 404);
}

#[test]
fn tokens_that_are_guessed_reused_or_broken_meet_a_calm_page() {
    let desk = Desk::open();
    let zeros = "0".repeat(64);
    let long = "a".repeat(2000);
    let guesses = [
        "jeton",
        zeros.as_str(),
        &zeros.to_uppercase(),
        "%00",
        "%F0%9F%90%9F",
        "..%2F..%2Fetc",
        "'%20OR%201=1",
        long.as_str(),
        "x.json",
    ];
    // Every way of the router that takes a token.
    let router = std::fs::read_to_string("src/host/router.rs").unwrap();
    let ways: Vec<&str> = router
        .split('"')
        .filter(|path| path.ends_with("/{token}"))
        .map(|path| path.trim_end_matches("{token}"))
        .collect();
    assert_eq!(ways.len(), 8, "{ways:?}");
    for way in ways {
        for guess in guesses {
            let path = format!("{way}{guess}");
            let mut answers = vec![desk.get(&path, "")];
            if way != "/calendrier/agenda/" {
                answers.push(desk.post(&path, &[("a", "b")], ""));
            }
            for answer in answers {
                // A path with a null is nobody's address; the rest is a link that leads to nothing.
                assert!([404, 410].contains(&answer.status), "{path}: {}", answer.status);
                if answer.status == 410 {
                    assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
                    assert!(answer.text().contains("119") && !answer.text().contains(&zeros), "{path}");
                }
            }
        }
    }
    let id = desk.run(&session(72, |_| {}));
    let registration = desk.run(&Command::Register(crate::calendar_kit::register(&id, "anne")));
    let posts = desk.runtime.block_on(desk.store.posts(10)).unwrap();
    let confirm = posts.iter().find_map(|post| post.letter.tokens.get(&Purpose::Confirm)).unwrap().clone();
    assert_eq!(desk.get(&format!("/calendrier/confirmer/{confirm}"), "").status, 200);
    for other in ["gerer", "demande", "donnees"] {
        assert_eq!(
            desk.get(&format!("/calendrier/{other}/{confirm}"), "").status,
            410,
            "a token opens one thing: {other}"
        );
    }
    assert_eq!(desk.post(&format!("/calendrier/confirmer/{confirm}"), &[], "").status, 303);
    assert_eq!(desk.post(&format!("/calendrier/confirmer/{confirm}"), &[], "").status, 303, "twice is once");
    let now = jiff::Timestamp::now().as_second();
    desk.runtime.block_on(desk.store.forget_registration(&registration, now)).unwrap();
    assert_eq!(desk.get(&format!("/calendrier/confirmer/{confirm}"), "").status, 410, "what is erased has no link");
}

/// What of `value` is not as `schema` says: enough of JSON Schema for our own description.
fn mismatch(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return mismatch(root, root.pointer(reference.trim_start_matches('#')).unwrap(), value, at);
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    let mut problems = Vec::new();
    if !schema["type"].is_null() && !allowed.contains(&Value::from(is)) {
        problems.push(format!("{at} is {is}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        problems.push(format!("{at} is none of the words: {value}"));
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                problems.push(format!("{at}/{name} is missing"));
            }
        }
        for (name, value) in object {
            match schema["properties"].get(name) {
                Some(schema) => problems.extend(mismatch(root, schema, value, &format!("{at}/{name}"))),
                None => problems.push(format!("{at}/{name} is not described")),
            }
        }
    }
    for (number, value) in value.as_array().into_iter().flatten().enumerate() {
        problems.extend(mismatch(root, &schema["items"], value, &format!("{at}/{number}")));
    }
    problems
}
