//! The running program under a crowd and under a kill: no seat is sold twice, no confirmed answer is lost.
//!
//! Each test starts the real binary on this site with an empty database, speaks HTTP to it as browsers do, and reads the
//! database afterwards through the store.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use repere::calendar::form::{self, Fields};
use repere::calendar::{Actor, Command as Ask, RegistrationState};
use repere::store::Store;

/// The program, killed when the test ends.
struct Host {
    child: Child,
    address: SocketAddr,
}

impl Host {
    fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let child = Command::new(env!("CARGO_BIN_EXE_repere"))
            .args(["--root", env!("CARGO_MANIFEST_DIR"), "host", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let host = Self { child, address };
        let start = Instant::now();
        while host.get("/healthz").is_none_or(|(status, _)| status != 200) {
            assert!(start.elapsed() < Duration::from_secs(120), "the host does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        host
    }

    fn get(&self, path: &str) -> Option<(u16, String)> {
        speak(self.address, &format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Option<(u16, String)> {
        post(self.address, path, fields)
    }

    /// SIGKILL: no drain, no goodbye.
    fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn post(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Option<(u16, String)> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    speak(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nOrigin: http://{address}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// Status and head of the answer; `None` when the connection broke before the whole head came.
fn speak(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest);
    Some((status, head))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A published session in the data, as a coordinator's form makes it.
fn session(data: &Path, capacity: u32) -> String {
    block(async {
        let store = Store::open(data).await.expect("the data opens");
        let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(60)).to_string();
        let fields = [
            ("kind", "awareness"),
            ("title", "Comprendre et repérer"),
            ("audience", "Équipes éducatives"),
            ("place", "Rennes"),
            ("address", "salle interne, 3e étage"),
            ("departement", "35"),
            ("date", &date),
            ("time", "14:00"),
            ("minutes", "120"),
            ("travel_before", "0"),
            ("travel_after", "0"),
            ("capacity", &capacity.to_string()),
            ("publish", "1"),
        ];
        let fields = Fields(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let form = form::session(&fields, &[]).unwrap_or_else(|errors| panic!("the form is good: {errors:?}"));
        let made = store.execute(&Ask::CreateSession(Box::new(form)), &Actor::Clock, now()).await;
        let id = made.expect("a session is made").id;
        store.close().await;
        id
    })
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

fn register(address: SocketAddr, session: &str, who: usize) -> Option<u16> {
    let (submission, email) = (format!("submission-number-{who:08}"), email(who));
    let fields = [
        ("submission", submission.as_str()),
        ("name", "Alix Martin"),
        ("email", &email),
        ("function", "éducatrice"),
        ("organisation", "Foyer départemental"),
        ("departement", "35"),
        ("seats", "1"),
    ];
    post(address, &format!("/calendrier/{session}/inscription"), &fields).map(|(status, _)| status)
}

fn email(who: usize) -> String {
    format!("personne-{who}@exemple.test")
}

fn holds_seat(state: RegistrationState) -> bool {
    matches!(state, RegistrationState::Pending | RegistrationState::Confirmed | RegistrationState::Offered)
}

#[test]
fn fifty_people_at_once_get_ten_seats() {
    let data = tempfile::tempdir().expect("a folder");
    let id = session(data.path(), 10);
    let host = Host::start(data.path());
    let statuses = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for who in 0..50 {
            let (statuses, id, address) = (&statuses, &id, host.address);
            scope.spawn(move || {
                let status = register(address, id, who);
                statuses.lock().expect("unpoisoned").push(status);
            });
        }
    });
    let statuses = statuses.into_inner().expect("unpoisoned");
    let seated = statuses.iter().filter(|s| **s == Some(303)).count();
    let told = statuses.iter().filter(|s| **s == Some(409)).count();
    let kept = block(async {
        let store = Store::open(data.path()).await.expect("the data opens");
        let seats = store.registrations(&id).await.expect("registrations");
        assert_eq!(store.miscounted().await.expect("a count"), Vec::<String>::new());
        seats.into_iter().filter(|r| holds_seat(r.state)).map(|r| r.seats).sum::<u32>()
    });
    assert_eq!(kept, 10, "exactly ten seats are held");
    // Whoever came before the last seat went is on the waiting list by the race; nobody got an error.
    assert_eq!(seated + told, 50, "everybody got a calm answer: {statuses:?}");
    assert!(seated >= 10, "ten were told of their seat: {statuses:?}");
}

#[test]
fn what_was_answered_survives_a_kill() {
    let data = tempfile::tempdir().expect("a folder");
    let id = session(data.path(), 5000);
    let next = AtomicUsize::new(0);
    let answered = Mutex::new(Vec::new());
    for round in 0..4 {
        let mut host = Host::start(data.path());
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..8 {
                let (next, answered, stop, id, address) = (&next, &answered, &stop, &id, host.address);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let who = next.fetch_add(1, Ordering::Relaxed);
                        if register(address, id, who) == Some(303) {
                            answered.lock().expect("unpoisoned").push(who);
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(400 + 130 * round));
            host.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let answered = answered.into_inner().expect("unpoisoned");
    assert!(answered.len() > 20, "the crowd was served: {}", answered.len());
    block(async {
        let store = Store::open(data.path()).await.expect("the data opens after the kills");
        let kept = store.registrations(&id).await.expect("registrations");
        let mut missing: Vec<usize> = answered
            .iter()
            .copied()
            .filter(|who| {
                let email = email(*who);
                kept.iter().filter(|r| r.email == email).count() != 1
            })
            .collect();
        missing.sort_unstable();
        assert_eq!(missing, Vec::<usize>::new(), "every answered registration is there, once");
        assert_eq!(store.miscounted().await.expect("a count"), Vec::<String>::new(), "seats taken equal seats held");
        let posts = store.posts(u32::MAX >> 1).await.expect("the outbox");
        assert_eq!(posts.len(), kept.len(), "each registration has its one message");
    });
}

#[test]
fn a_second_press_of_the_button_gives_the_same_answer() {
    let data = tempfile::tempdir().expect("a folder");
    let id = session(data.path(), 10);
    let host = Host::start(data.path());
    assert_eq!(register(host.address, &id, 1), Some(303));
    assert_eq!(register(host.address, &id, 1), Some(303));
    let kept = block(async {
        let store = Store::open(data.path()).await.expect("the data opens");
        (
            store.registrations(&id).await.expect("registrations").len(),
            store.posts(100).await.expect("the outbox").len(),
        )
    });
    assert_eq!(kept, (1, 1));
    let unknown = host.post("/calendrier/inconnue/inscription", &[("name", "x")]).expect("an answer");
    assert_eq!(unknown.0, 404);
}

#[test]
fn a_copy_made_under_load_can_be_put_back() {
    let data = tempfile::tempdir().expect("a folder");
    let id = session(data.path(), 500);
    let host = Host::start(data.path());
    let copy = data.path().join("copy.db");
    let backup = |to: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
        command.args(["backup", "--data"]).arg(data.path()).arg(to).output().expect("the command runs")
    };
    thread::scope(|scope| {
        let (id, address) = (&id, host.address);
        scope.spawn(move || (0..40).for_each(|who| assert_eq!(register(address, id, who), Some(303))));
        thread::sleep(Duration::from_millis(30));
        let done = backup(&copy);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    });
    let again = backup(&copy);
    assert_eq!(again.status.code(), Some(1), "a backup never replaces another");
    let empty = tempfile::tempdir().expect("a folder");
    std::fs::copy(&copy, empty.path().join("repere.db")).expect("the copy is put back");
    block(async {
        let store = Store::open(empty.path()).await.expect("the copy opens");
        let kept = store.registrations(&id).await.expect("registrations");
        assert_eq!(store.posts(500).await.expect("the outbox").len(), kept.len(), "each with its message");
        assert_eq!(store.miscounted().await.expect("a count"), Vec::<String>::new());
    });
}
