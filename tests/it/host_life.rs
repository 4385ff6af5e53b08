//! The running program under a crowd and under a kill: no seat is sold twice, no confirmed answer is lost.
//!
//! Each test starts the real binary over an empty database, speaks HTTP to it as browsers do, and reads the database through
//! the store, on SQLite and on PostgreSQL. The long ones are ignored here: `tests/live` runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use repere::calendar::RegistrationState;
use repere::store::{Engine, Store};
use sqlx::Row as _;

use crate::calendar_kit::{Base, base_on, on_both_engines};
use crate::host_kit::{Host, crowd, email, inside, post, register, session, small_site};

/// Seats that are held, offered or confirmed.
async fn sold(store: &Store, session: &str) -> u32 {
    let all = store.registrations(session).await.unwrap();
    let holds =
        |state| matches!(state, RegistrationState::Pending | RegistrationState::Confirmed | RegistrationState::Offered);
    all.iter().filter(|r| holds(r.state)).map(|r| r.seats).sum()
}

/// Two hundred people at once ask for ten seats, again and again. Returns how many seats were sold each time.
async fn rounds(base: &Base, address: SocketAddr, rounds: usize) -> Vec<u32> {
    let mut found = Vec::new();
    for _ in 0..rounds {
        let id = session(&base.store, 10).await;
        let answers = tokio::task::block_in_place(|| crowd(address, &id, 200));
        // Whoever came before the last seat went is on the waiting list by the race; nobody got an error.
        let calm = answers.iter().filter(|answer| matches!(answer, Some(303 | 409))).count();
        let wrong: BTreeSet<_> = answers.iter().filter(|answer| !matches!(answer, Some(303 | 409))).collect();
        assert_eq!(calm, 200, "everybody gets a calm answer: {wrong:?}");
        let seated = answers.iter().filter(|answer| **answer == Some(303)).count();
        assert!(seated >= 10, "ten were told of their seat: {seated}");
        found.push(sold(&base.store, &id).await);
    }
    found
}

async fn two_hundred_people_at_once_get_ten_seats(base: Base) {
    let host = Host::start(&base);
    assert_eq!(rounds(&base, host.address, 2).await, [10; 2]);
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

async fn two_hundred_people_at_once_get_ten_seats_fifty_times(base: Base) {
    let host = Host::start(&base);
    assert_eq!(rounds(&base, host.address, 50).await, [10; 50]);
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

/// The control: the same crowd, the same forms, the same server, without the guards. Without it, the tests above could
/// pass for another reason.
async fn without_the_guards_the_same_crowd_oversells(base: Base) {
    take_guards_out_of_the_schema(&base).await;
    let site = small_site(base.folder.path());
    let address = inside(&base, base.store.clone().without_guards(), site).await;
    let mut most = 0;
    for _ in 0..3 {
        let id = session(&base.store, 10).await;
        tokio::task::block_in_place(|| crowd(address, &id, 200));
        most = most.max(sold(&base.store, &id).await);
    }
    assert!(most > 10, "the control must oversell: {most}");
}

/// No CHECK on the seats, no order of arrival that is unique.
async fn take_guards_out_of_the_schema(base: &Base) {
    let pool = base.pool().await;
    if base.store.engine() == Engine::Postgres {
        let out = "DO $$ DECLARE c record; BEGIN
                FOR c IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                    WHERE (contype = 'c' AND pg_get_constraintdef(oid) LIKE '%taken%')
                        OR (contype = 'u' AND conrelid = 'registrations'::regclass)
                LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.place, c.conname); END LOOP;
            END $$";
        sqlx::raw_sql(out).execute(&pool).await.unwrap();
        return;
    }
    // SQLite cannot alter a constraint: the empty tables are made anew.
    let mut connection = pool.acquire().await.unwrap();
    sqlx::raw_sql("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON").execute(&mut *connection).await.unwrap();
    let made = "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('sessions', 'registrations') AND sql IS NOT NULL";
    let made: Vec<String> =
        sqlx::query(made).fetch_all(&mut *connection).await.unwrap().iter().map(|row| row.get("sql")).collect();
    let whole = made.join(";\n");
    let without = whole
        .replace("CHECK (taken BETWEEN 0 AND capacity)", "CHECK (taken >= 0)")
        .replace("UNIQUE (session, position)", "CHECK (position > 0)");
    assert_ne!(whole, without, "the guards are where this test looks for them");
    let anew = format!("DROP TABLE registrations; DROP TABLE sessions; {without}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(anew)).execute(&mut *connection).await.unwrap();
}

/// Kills the host again and again while people register. Whoever was answered is there, with one message; whoever was not
/// sends the form again, as people do, and is there once all the same; nobody else is.
async fn what_was_answered_survives(base: &Base, kills: u64) {
    let id = session(&base.store, 100_000).await;
    let next = AtomicUsize::new(0);
    let (answered, unsure) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    for round in 0..kills {
        let mut host = Host::start(base);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..8 {
                let (next, answered, unsure, stop, id) = (&next, &answered, &unsure, &stop, &id);
                let address = host.address;
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let who = next.fetch_add(1, Ordering::Relaxed);
                        if register(address, id, who) != Some(303) {
                            // The host died under it.
                            unsure.lock().expect("unpoisoned").insert(who);
                            return;
                        }
                        answered.lock().expect("unpoisoned").insert(who);
                    }
                });
            }
            // Under load, and never at the same point of the work.
            let (start, before) = (Instant::now(), answered.lock().expect("unpoisoned").len());
            while answered.lock().expect("unpoisoned").len() < before + 3 && start.elapsed() < Duration::from_secs(20) {
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(Duration::from_millis(round * 37 % 90));
            host.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let (answered, unsure) = (answered.into_inner().unwrap(), unsure.into_inner().unwrap());
    assert!(answered.len() > 2 * usize::try_from(kills).unwrap(), "the crowd was served: {}", answered.len());
    let rows = kept(base, &id).await;
    let missing: Vec<_> = answered.iter().filter(|who| rows.get(&email(**who)) != Some(&1)).collect();
    assert_eq!(missing, Vec::<&usize>::new(), "every answered registration is there, once");
    let host = Host::start(base);
    for who in &unsure {
        assert_eq!(register(host.address, &id, *who), Some(303), "the same form, again");
    }
    let rows = kept(base, &id).await;
    let everybody: BTreeMap<String, usize> = answered.iter().chain(&unsure).map(|who| (email(*who), 1)).collect();
    assert_eq!(rows, everybody, "everybody is there once, and nobody else");
    let posts = base.store.posts(u32::MAX >> 1).await.unwrap();
    let mut letters: BTreeMap<&str, usize> = BTreeMap::new();
    for post in &posts {
        *letters.entry(post.letter.to.as_str()).or_default() += 1;
    }
    assert!(letters.len() == everybody.len() && letters.values().all(|n| *n == 1), "each with its one message");
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

/// How often each address is registered.
async fn kept(base: &Base, session: &str) -> BTreeMap<String, usize> {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for registration in base.store.registrations(session).await.unwrap() {
        *rows.entry(registration.email).or_default() += 1;
    }
    rows
}

async fn what_was_answered_survives_a_kill(base: Base) {
    what_was_answered_survives(&base, 4).await;
}

async fn what_was_answered_survives_a_hundred_kills(base: Base) {
    what_was_answered_survives(&base, 100).await;
}

async fn a_second_press_of_the_button_gives_the_same_answer(base: Base) {
    let id = session(&base.store, 10).await;
    let host = Host::start(&base);
    assert_eq!(register(host.address, &id, 1), Some(303));
    assert_eq!(register(host.address, &id, 1), Some(303));
    assert_eq!(base.store.registrations(&id).await.unwrap().len(), 1);
    assert_eq!(base.store.posts(100).await.unwrap().len(), 1);
    let unknown = post(host.address, "/calendrier/inconnue/inscription", &[("name", "x")]).expect("an answer");
    assert_eq!(unknown.0, 404);
}

/// Another generation of the site brings its templates to pages and mails, its limits to the door, its sender to mails.
async fn a_hangup_brings_new_templates_limits_and_settings_of_mail(base: Base) {
    let id = session(&base.store, 10).await;
    let host = Host::start(&base);
    let site = small_site(base.folder.path());
    std::fs::create_dir_all(site.join("templates/mail")).unwrap();
    std::fs::write(site.join("templates/mail/confirmer.txt"), "Sujet neuf\nTexte neuf.\n").unwrap();
    std::fs::write(site.join("repere.toml"), "dialect = \"0.23\"\n[host]\nconnections = 3\n[mail]\nfrom_name = \"Nom neuf\"\nfrom_address = \"neuf@exemple.fr\"\n").unwrap();
    host.hang_up();
    let start = Instant::now();
    while !three_fill_it(&host) {
        assert!(start.elapsed() < Duration::from_secs(30), "the limit of the new configuration is not held");
    }
    assert_eq!(register(host.address, &id, 1), Some(303));
    let mail = first_mail(&base);
    assert!(mail.contains("Subject: Sujet neuf"), "{mail}");
    assert!(mail.contains("Nom neuf") && mail.contains("neuf@exemple.fr"), "{mail}");
}

/// What cannot be built changes nothing at all: not the pages, nor the words, the sender or the limits that came with it.
async fn a_hangup_with_a_mistake_leaves_everything(base: Base) {
    let id = session(&base.store, 10).await;
    let host = Host::start(&base);
    let front = || host.get("/").unwrap().1.split_once("\r\n\r\n").unwrap().1.to_owned();
    let before = front();
    let site = small_site(base.folder.path());
    std::fs::create_dir_all(site.join("templates/mail")).unwrap();
    std::fs::write(site.join("templates/mail/confirmer.txt"), "Sujet neuf\nTexte neuf.\n").unwrap();
    std::fs::write(site.join("content/_index.md"), "+++\ntitle = \"Accueil neuf\"\n+++\n").unwrap();
    std::fs::write(site.join("repere.toml"), "dialect = \"0.23\"\n[host]\nconnections = 3\n[mail]\nfrom_name = \"Nom neuf\"\nfrom_address = \"neuf@exemple.fr\"\n").unwrap();
    let broken = site.join("content/faute.md");
    std::fs::write(&broken, "+++\ntitle = \"Faute\"\n+++\n[rien](@/absent.md)\n").unwrap();
    host.hang_up();
    let start = Instant::now();
    let log = base.folder.path().join("host.log");
    while !std::fs::read_to_string(&log).unwrap().contains("the one before is still shown") {
        assert!(start.elapsed() < Duration::from_secs(30), "the mistake was not told");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(front() == before, "the page is the old one");
    assert!(!three_fill_it(&host), "the limit is the old one");
    assert_eq!(register(host.address, &id, 1), Some(303));
    let mail = first_mail(&base);
    assert!(!mail.contains("neuf"), "{mail}");
    // Without the mistake all of it is there.
    std::fs::remove_file(broken).unwrap();
    host.hang_up();
    let start = Instant::now();
    while !front().contains("Accueil neuf") {
        assert!(start.elapsed() < Duration::from_secs(30), "the new page is not shown");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(three_fill_it(&host), "what was built is shown as a whole");
}

/// Whether three who stay without a word make a fourth wait until one of them is gone.
fn three_fill_it(host: &Host) -> bool {
    let idle: Vec<_> = (0..3).map(|_| std::net::TcpStream::connect(host.address).unwrap()).collect();
    thread::sleep(Duration::from_millis(150));
    let mut fourth = std::net::TcpStream::connect(host.address).unwrap();
    fourth.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    std::io::Write::write_all(&mut fourth, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut first = [0; 12];
    let waits = std::io::Read::read_exact(&mut fourth, &mut first).is_err();
    drop(idle);
    waits
}

/// The first mail that is kept.
fn first_mail(base: &Base) -> String {
    let mails = base.folder.path().join("mail");
    let start = Instant::now();
    loop {
        let first = std::fs::read_dir(&mails).into_iter().flatten().flatten().find_map(|entry| {
            entry.path().extension().is_some_and(|e| e == "eml").then(|| std::fs::read_to_string(entry.path()).unwrap())
        });
        if let Some(mail) = first {
            return mail;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "no mail was kept");
        thread::sleep(Duration::from_millis(100));
    }
}

on_both_engines![
    two_hundred_people_at_once_get_ten_seats,
    #[ignore = "a minute: tests/live"]
    two_hundred_people_at_once_get_ten_seats_fifty_times,
    without_the_guards_the_same_crowd_oversells,
    what_was_answered_survives_a_kill,
    #[ignore = "a minute or two: tests/live"]
    what_was_answered_survives_a_hundred_kills,
    a_second_press_of_the_button_gives_the_same_answer,
    a_hangup_brings_new_templates_limits_and_settings_of_mail,
    a_hangup_with_a_mistake_leaves_everything,
];

fn backup(base: &Base, to: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
    command.arg("--root").arg(base.folder.path()).args(["backup", "--data"]).arg(base.folder.path()).arg(to);
    match &base.database {
        repere::store::Database::Folder(_) => command.env_remove("REPERE_DATABASE_URL"),
        repere::store::Database::Postgres { address, .. } => command.env("REPERE_DATABASE_URL", address),
    };
    command.output().expect("the command runs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_made_under_load_can_be_put_back() {
    let base = base_on(Engine::Sqlite).await.unwrap();
    let id = session(&base.store, 500).await;
    let host = Host::start(&base);
    let copy = base.folder.path().join("copy.db");
    thread::scope(|scope| {
        let (id, address) = (&id, host.address);
        scope.spawn(move || (0..40).for_each(|who| assert_eq!(register(address, id, who), Some(303))));
        thread::sleep(Duration::from_millis(30));
        let done = backup(&base, &copy);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    });
    let again = backup(&base, &copy);
    assert_eq!(again.status.code(), Some(1), "a backup never replaces another");
    let empty = tempfile::tempdir().expect("a folder");
    std::fs::copy(&copy, empty.path().join("repere.db")).expect("the copy is put back");
    let store = Store::open(empty.path()).await.expect("the copy opens");
    let kept = store.registrations(&id).await.expect("registrations");
    assert_eq!(store.posts(500).await.expect("the outbox").len(), kept.len(), "each with its message");
    assert_eq!(store.faults().await.expect("a look"), Vec::<String>::new());
}

/// What README.md says of PostgreSQL: `repere backup` names the program, and its copy can be put back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dump_of_postgresql_can_be_put_back() {
    let Some(base) = base_on(Engine::Postgres).await else { return };
    let id = session(&base.store, 500).await;
    let host = Host::start(&base);
    let dump = base.folder.path().join("calendrier.dump");
    let told = backup(&base, &dump);
    let told = (told.status.code(), String::from_utf8(told.stderr).unwrap());
    assert!(told.0 == Some(1) && told.1.contains("pg_dump --format=custom"), "{told:?}");
    thread::scope(|scope| {
        let (id, address) = (&id, host.address);
        scope.spawn(move || (0..40).for_each(|who| assert_eq!(register(address, id, who), Some(303))));
        thread::sleep(Duration::from_millis(30));
        crate::postgres_kit::program(
            "pg_dump",
            &["--format=custom", "--file", dump.to_str().unwrap(), &base.address()],
        );
    });
    let empty = base_on(Engine::Postgres).await.unwrap();
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(&empty.pool().await).await.unwrap();
    let arguments = ["--no-owner", "--exit-on-error", "--dbname", &empty.address(), dump.to_str().unwrap()];
    crate::postgres_kit::program("pg_restore", &arguments);
    // The key is kept beside the dump, not in it.
    std::fs::copy(base.folder.path().join("repere.key"), empty.folder.path().join("repere.key")).unwrap();
    let store = Store::open(empty.database.clone()).await.expect("the copy opens");
    let kept = store.registrations(&id).await.expect("registrations");
    assert_eq!(store.posts(500).await.expect("the outbox").len(), kept.len(), "each with its message");
    assert_eq!(store.faults().await.expect("a look"), Vec::<String>::new());
}
