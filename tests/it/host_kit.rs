//! The running program and its visitors: what the tests under load share.
//!
//! [`Host`] is the real binary on a small site, over the database of a [`Base`]; [`inside`] is the same server within the
//! test's process, for what the binary has no switch for. [`crowd`] is many people who press the button at once.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use repere::calendar::ics::Publisher;
use repere::calendar::{Actor, Command as Ask};
use repere::mail::{Mailer, Settings, Voice};
use repere::store::{Database, Store};
use repere::{host, site};

use crate::calendar_kit::{Base, form, when};

/// The program, killed when the test ends.
pub(crate) struct Host {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Host {
    /// Starts it on the base's database and folder, and waits until it answers.
    pub(crate) fn start(base: &Base) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let site = small_site(base.folder.path());
        let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
        command.arg("--root").arg(site).args(["host", "--listen", &address.to_string(), "--data"]);
        command.arg(base.folder.path());
        match &base.database {
            Database::Folder(_) => command.env_remove("REPERE_DATABASE_URL"),
            Database::Postgres { address, .. } => command.env("REPERE_DATABASE_URL", address),
        };
        let log = std::fs::File::create(base.folder.path().join("host.log")).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
        let mut host = Self { child, address };
        let start = Instant::now();
        while host.get("/healthz").is_none_or(|(status, _)| status != 200) {
            let ended = host.child.try_wait().expect("its state");
            assert!(
                ended.is_none() && start.elapsed() < Duration::from_secs(120),
                "the host does not answer: {ended:?}"
            );
            thread::sleep(Duration::from_millis(20));
        }
        host
    }

    pub(crate) fn get(&self, path: &str) -> Option<(u16, String)> {
        speak(self.address, &format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// SIGKILL: no drain, no goodbye.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// SIGHUP: the site is built again.
    pub(crate) fn hang_up(&self) {
        let done = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A site with this one's theme and one page, below `folder`: it is built in a moment.
pub(crate) fn small_site(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    if site.exists() {
        return site;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(site.join("content/aide")).unwrap();
    std::os::unix::fs::symlink(here.join("themes"), site.join("themes")).unwrap();
    for file in ["zola.toml", "content/aide/services.yaml"] {
        std::fs::copy(here.join(file), site.join(file)).unwrap();
    }
    std::fs::write(site.join("content/_index.md"), "+++\ntitle = \"Accueil\"\n+++\n").unwrap();
    std::fs::write(site.join("repere.toml"), "dialect = \"0.23\"\n").unwrap();
    site
}

/// The server in this process, over any store, with the site in `root`. It ends with the test's runtime.
pub(crate) async fn inside(base: &Base, store: Store, root: PathBuf) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = site::Options { root, base_url: Some(format!("http://{address}")), ..site::Options::default() };
    let built = site::load(&options).unwrap_or_else(|found| panic!("{}", repere::diagnostic::render(&found)));
    let publisher = Publisher {
        base_url: format!("http://{address}"),
        domain: "repere.test".into(),
        name: "Repères".into(),
        organizer_name: "Repères".into(),
        organizer_email: "calendrier@repere.test".into(),
    };
    let folder = base.folder.path().join("mail");
    let settings = Settings { publisher, lang: "fr".into(), smtp: None, folder };
    let office = host::Office::new(store, Mailer::of(Voice { renderer: built.renderer, settings }));
    let app = Arc::new(host::App::of(host::Site::load(built.outputs, None).unwrap(), Some(office)));
    tokio::spawn(host::serve(listener, host::routes(app), host::Door::default(), std::future::pending::<()>));
    address
}

/// A published session in two months, whatever the day of the test.
pub(crate) async fn session(store: &Store, capacity: u32) -> String {
    let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(60));
    let civil = format!("{date}T14:00:00");
    let mut form = form(&civil, capacity);
    form.when = when(&civil);
    store.execute(&Ask::CreateSession(Box::new(form)), &Actor::Clock, now()).await.unwrap().id
}

pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

pub(crate) fn email(who: usize) -> String {
    format!("personne-{who}@exemple.test")
}

/// Sends the form as a browser does; the status, `None` when the connection broke before the answer.
pub(crate) fn register(address: SocketAddr, session: &str, who: usize) -> Option<u16> {
    let (submission, email) = (format!("submission-{session}-{who:08}"), email(who));
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

/// So many people press the button at the same moment; what each was answered.
pub(crate) fn crowd(address: SocketAddr, session: &str, people: usize) -> Vec<Option<u16>> {
    let (answers, ready) = (Mutex::new(Vec::new()), Barrier::new(people));
    thread::scope(|scope| {
        for who in 0..people {
            let (answers, ready) = (&answers, &ready);
            scope.spawn(move || {
                ready.wait();
                let answer = register(address, session, who);
                answers.lock().expect("unpoisoned").push(answer);
            });
        }
    });
    answers.into_inner().expect("unpoisoned")
}

pub(crate) fn post(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Option<(u16, String)> {
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

/// Status and whole answer; `None` when the connection broke before the whole head came.
pub(crate) fn speak(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
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
    head.push_str(&String::from_utf8_lossy(&rest));
    Some((status, head))
}
