//! How fast the store is beside what the disk allows, and beside itself when it is small. `tests/bench/store` runs these, in
//! the release profile; each prints its ratios and fails when a promise is not kept.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use repere::calendar::{Actor, Command, Epoch, departements};
use repere::store::{Engine, Store};
use sqlx::AnyPool;

use crate::calendar_kit::{Base, base_at, register};
use crate::host_kit::{inside, now, session, speak};
use crate::postgres_kit;

async fn durable(engine: Engine) -> Base {
    match engine {
        Engine::Sqlite => base_at("").await,
        Engine::Postgres => base_at(&postgres_kit::durable().await.expect("PostgreSQL")).await,
    }
}

/// Commits of one row each, one after the other, with the same settings: what the disk allows.
async fn bare(pool: &AnyPool, commits: usize) -> f64 {
    let start = Instant::now();
    for number in 0..commits {
        let row = sqlx::query("INSERT INTO bare (number, text) VALUES ($1, $2)");
        row.bind(i64::try_from(number).unwrap()).bind("une ligne").execute(pool).await.unwrap();
    }
    commits as f64 / start.elapsed().as_secs_f64()
}

/// Registrations by many at once, each with its seat, its letter, its links, its form and its line of the audit log.
async fn registrations(store: &Store, sessions: &[String], from: usize, count: usize) -> f64 {
    const AT_ONCE: usize = 64;
    let (start, now) = (Instant::now(), now());
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let (store, sessions) = (store.clone(), sessions.to_vec());
            tokio::spawn(async move {
                for number in (task..count).step_by(AT_ONCE) {
                    let who = format!("p{}", from + number);
                    let form = register(&sessions[number % sessions.len()], &who);
                    store.execute(&Command::Register(form), &Actor::Visitor, now).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    count as f64 / start.elapsed().as_secs_f64()
}

async fn rate(engine: Engine) {
    const COUNT: usize = 1500;
    let base = durable(engine).await;
    let pool = match engine {
        Engine::Sqlite => {
            // A file of its own, with the settings of ours.
            sqlx::any::install_default_drivers();
            let url = format!("sqlite://{}?mode=rwc", base.folder.path().join("bare.db").display());
            let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
            let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON";
            sqlx::raw_sql(settings).execute(&pool).await.unwrap();
            pool
        }
        Engine::Postgres => base.pool().await,
    };
    sqlx::raw_sql("CREATE TABLE bare (number BIGINT NOT NULL, text TEXT NOT NULL)").execute(&pool).await.unwrap();
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(session(&base.store, 100_000).await);
    }
    let (mut commits, mut served) = (Vec::new(), Vec::new());
    for round in 0..5 {
        commits.push(bare(&pool, COUNT).await);
        served.push(registrations(&base.store, &sessions, round * COUNT, COUNT).await);
    }
    let (commits, served) = (median(commits), median(served));
    let ratio = served / commits;
    println!("{engine:?}: {served:.0} registrations a second, {commits:.0} bare commits a second: {ratio:.2}");
    assert!(ratio >= 0.5, "at least half of what the disk allows: {ratio:.2}");
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: tests/bench/store"]
async fn rate_on_sqlite() {
    rate(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: tests/bench/store"]
async fn rate_on_postgres() {
    rate(Engine::Postgres).await;
}

/// Where the people of a session work: codes of two digits, one after the other.
const WORK: &str = "0113212933353844495459626769757678808792939495";

/// `sessions` of the last ten years and sixty to come, each with so many registrations and their letters. They are of
/// every sort, in every département, and the people of what is past are erased, as they would be.
async fn fill(base: &Base, sessions: usize, each: usize) -> String {
    const TO_COME: usize = 60;
    let pool = base.pool().await;
    let model = session(&base.store, 100_000).await;
    let now = now();
    let step = 10 * 365 * 86_400 / i64::try_from(sessions).unwrap();
    let mut tx = pool.begin().await.unwrap();
    for number in 0..sessions {
        let at = i64::try_from(number).unwrap();
        let (start, state) =
            if number < TO_COME { (now + (at + 2) * 86_400, "published") } else { (now - (at - 58) * step, "done") };
        let civil =
            jiff::Timestamp::from_second(start).unwrap().to_zoned(jiff::tz::TimeZone::get("Europe/Paris").unwrap());
        let copy = "INSERT INTO sessions (id, kind, title, audience, programme, place_public, place_exact, place_link,
                 departement, start_civil, start_zone, start_at, end_at, minutes, capacity, taken, opens, closes, state,
                 sequence, travel_before, travel_after, created, changed, version, erased)
             SELECT $1, $7, title, $8, programme, place_public, place_exact, place_link, $9, $2,
                 start_zone, $3, $3 + 5400, minutes, 1000, $4, opens, closes, $5, 0, 0, 0, $3 - 864000, $3 - 864000, 1, $10
             FROM sessions WHERE id = $6";
        let query = sqlx::query(copy).bind(format!("s{number:05}")).bind(civil.datetime().to_string()).bind(start);
        let query = query.bind(i64::try_from(each - each / 10).unwrap()).bind(state).bind(&model);
        let kind = ["awareness", "training", "webinar", "meeting", "awareness"][number % 5];
        let audience = ["Équipes éducatives", "Cadres", "Assistants familiaux", "Travailleurs sociaux"][number % 4];
        let (departement, _) = departements::ALL[number * 37 % departements::ALL.len()];
        let query = query.bind(kind).bind(audience).bind(departement);
        query.bind(i64::from(start + 5400 <= now - 90 * 86_400)).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reached = "INSERT INTO reached (session, people, staff, at)
         SELECT id, 25, 'personne', end_at FROM sessions WHERE state = 'done'";
    sqlx::query(reached).execute(&pool).await.unwrap();
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each})
         INSERT INTO registrations (id, session, name, email, role, organisation, departement, seats, state, position,
             verified, deadline, created, changed, version)
         SELECT s.id || 'r' || CAST(n.i AS TEXT), s.id, 'Alix Martin',
             CASE WHEN s.erased = 1 THEN '' ELSE 'personne' || CAST(n.i AS TEXT) || '@exemple.fr' END,
             'Éducatrice', 'MECS Les Tilleuls', substr('{WORK}', 1 + 2 * (n.i % 23), 2), 1, CASE WHEN n.i % 10 = 0 THEN 'waiting' ELSE 'confirmed' END, n.i, 1,
             NULL, s.created, s.created, 1
         FROM sessions s CROSS JOIN n WHERE s.id <> '{model}'"
    );
    sqlx::query(sqlx::AssertSqlSafe(rows)).execute(&pool).await.unwrap();
    let links = "INSERT INTO tokens (hash, purpose, subject) SELECT 'h' || id, 'manage', id FROM registrations WHERE email <> ''";
    sqlx::query(links).execute(&pool).await.unwrap();
    let erased = "{\"kind\":\"confirmer\",\"to\":\"\",\"name\":\"\",\"key\":\"\",\"session\":null,\"registration\":null,\
         \"request\":null,\"deadline\":null,\"method\":null,\"wants\":[]}";
    let letters = format!(
        "INSERT INTO outbox (key, letter, kind, session, registration, state, attempts, not_before, created, error, erased)
         SELECT 'confirmer-' || id, '{erased}', 'confirmer', session, id, 'sent', 1, created, created, '', 1
         FROM registrations"
    );
    sqlx::query(sqlx::AssertSqlSafe(letters)).execute(&pool).await.unwrap();
    if base.store.engine() == Engine::Postgres {
        // PostgreSQL does so by itself after a while; SQLite plans by the schema.
        sqlx::raw_sql("ANALYZE").execute(&pool).await.unwrap();
    }
    "s00010".to_owned()
}

/// The quickest of many: what the work costs when nobody else has the machine.
fn quickest(address: SocketAddr, path: &str) -> Duration {
    let ask = || {
        let start = Instant::now();
        let (status, _) =
            speak(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).unwrap();
        assert_eq!(status, 200, "{path}");
        start.elapsed()
    };
    (0..25).map(|_| ask()).min().unwrap()
}

/// A webinar that took place lately.
const HELD: &str = "s00062";
/// The figures of a year after something changed.
const ANEW: &str = "figures counted anew";

async fn scale(engine: Engine) {
    let (small, large) = (durable(engine).await, durable(engine).await);
    let one = fill(&small, 100, 10).await;
    let start = Instant::now();
    fill(&large, 10_000, 100).await;
    println!("{engine:?}: filled in {:.0} s", start.elapsed().as_secs_f64());
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let addresses =
        [inside(&small, small.store.clone(), here()).await, inside(&large, large.store.clone(), here()).await];
    let mut slow = Vec::new();
    for path in ["/calendrier/", &format!("/calendrier/{one}/"), "/calendrier.ics"] {
        let [little, much] = addresses.map(|address| tokio::task::block_in_place(|| quickest(address, path)));
        report(engine, path, little, much, &mut slow);
    }
    let now = now();
    for (base, size) in [(&small, "small"), (&large, "large")] {
        let start = Instant::now();
        base.store.figures(now - 365 * 86_400, now, now).await.unwrap();
        let took = start.elapsed().as_secs_f64() * 1000.0;
        println!("{engine:?}: figures for the first time since the program began: {took:.1} ms {size}");
    }
    for what in [
        "figures of a year",
        ANEW,
        "registering",
        "letters for staff",
        "claiming letters",
        "the minute's work",
        "a person's erasure",
        "the hour's erasure",
    ] {
        let mut times = [Duration::MAX; 2];
        for (base, time) in [&small, &large].into_iter().zip(&mut times) {
            for round in 0..9 {
                if what == ANEW {
                    change(&base.store, &one, now, round).await;
                }
                let start = Instant::now();
                ask(&base.store, what, &one, now, round).await;
                *time = start.elapsed().min(*time);
            }
        }
        report(engine, what, times[0], times[1], &mut slow);
    }
    let start = Instant::now();
    assert_eq!(large.store.recount().await.unwrap().len(), 0, "what was followed is what is there");
    println!("{engine:?}: counting all figures anew takes {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);
    let start = Instant::now();
    assert_eq!(large.store.faults().await.unwrap(), Vec::<String>::new());
    println!("{engine:?}: the night's look at everything takes {:.1} s", start.elapsed().as_secs_f64());
    assert!(slow.is_empty(), "more than three times as long: {slow:?}");
}

/// What changes figures: somebody registers and confirms, a trainer corrects the people of a webinar that took place.
async fn change(store: &Store, session: &str, now: Epoch, round: usize) {
    let form = register(session, &format!("autre{round}"));
    let registration = store.execute(&Command::Register(form), &Actor::Visitor, now).await.unwrap().id;
    store.execute(&Command::Confirm { registration }, &Actor::Visitor, now).await.unwrap();
    let people = 20 + u32::try_from(round).unwrap();
    store.declare_reached(HELD, people, &Actor::Staff("personne".to_owned()), now).await.unwrap();
}

async fn ask(store: &Store, what: &str, session: &str, now: Epoch, round: usize) {
    match what {
        "registering" => {
            let form = register(session, &format!("neuf{round}"));
            store.execute(&Command::Register(form), &Actor::Visitor, now).await.map(|_| ()).unwrap();
        }
        "figures of a year" | ANEW => drop(store.figures(now - 365 * 86_400, now, now).await.unwrap()),
        "letters for staff" => assert!(!store.posts(200).await.unwrap().is_empty()),
        "claiming letters" => assert!(store.claim(1, now).await.unwrap().len() <= 1),
        "a person's erasure" => {
            store.forget_registration(&format!("{session}r{}", round + 1), now).await.unwrap();
        }
        "the hour's erasure" => _ = store.erase(90, now).await.unwrap(),
        "the minute's work" => assert_eq!(store.expire(now).await.unwrap(), 0),
        _ => {}
    }
}

fn report(engine: Engine, what: &str, little: Duration, much: Duration, slow: &mut Vec<String>) {
    let ratio = much.as_secs_f64() / little.as_secs_f64();
    let (little, much) = (little.as_secs_f64() * 1000.0, much.as_secs_f64() * 1000.0);
    println!("{engine:?}: {what}: {little:.2} ms small, {much:.2} ms large: {ratio:.2}");
    // Under a millisecond, what differs is the clock.
    if ratio > 3.0 && much > 1.0 {
        slow.push(format!("{what}: {ratio:.2}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: tests/bench/store"]
async fn scale_on_sqlite() {
    scale(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: tests/bench/store"]
async fn scale_on_postgres() {
    scale(Engine::Postgres).await;
}
