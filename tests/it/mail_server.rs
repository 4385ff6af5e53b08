//! Mails through a real mail server (aiosmtpd): what it defers comes back, what it refuses is dead, and an invitation arrives
//! with every byte it left with.
//!
//! `tests/live` runs these: it installs aiosmtpd and names the Python that has it in `REPERE_TEST_PYTHON`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use repere::calendar::LetterKind;
use repere::mail::{Mailer, Security, Smtp, deliver_due};
use repere::store::{Post, PostState};

use crate::calendar_kit::{Base, NOW, on_both_engines};
use crate::mail::mailer;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path) -> (Server, Smtp) {
    let python = std::env::var("REPERE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/smtp.py");
    let mut command = Command::new(python);
    command.arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Python");
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let port = port.trim().parse().expect("aiosmtpd tells its port");
    let host = "127.0.0.1".to_owned();
    let smtp = Smtp { host, port, user: String::new(), password: String::new(), security: Security::None };
    (Server(child), smtp)
}

/// A mail as it leaves.
fn text(mailer: &Mailer, post: &Post) -> String {
    String::from_utf8(mailer.message(&post.letter, post.created).unwrap()).unwrap()
}

async fn to(base: &Base, who: &str, kind: LetterKind) -> Post {
    let posts = base.store.posts(1000).await.unwrap();
    posts.into_iter().find(|post| post.letter.to.starts_with(who) && post.letter.kind == kind).unwrap()
}

async fn a_mail_server_gets_every_byte_and_its_refusals_count(base: Base) {
    let folder = tempfile::tempdir().unwrap();
    let (_server, smtp) = start(folder.path());
    let mailer = mailer(base.folder.path(), Some(smtp));
    let session = base.session(10).await;
    base.confirmed(&session, "anne", NOW).await;
    for who in ["plus-tard", "inconnu"] {
        base.register(&session, who, NOW).await;
    }
    let mut sent = BTreeSet::new();
    for kind in [LetterKind::Confirm, LetterKind::Confirmed] {
        let post = to(&base, "anne", kind).await;
        sent.insert(text(&mailer, &post));
    }
    let post = to(&base, "plus-tard", LetterKind::Confirm).await;
    let later = text(&mailer, &post);

    deliver_due(&base.store, &mailer, NOW).await.unwrap();
    let deferred = to(&base, "plus-tard", LetterKind::Confirm).await;
    assert_eq!((deferred.state, deferred.attempts), (PostState::Due, 1));
    assert!(deferred.error.contains("451") && !deferred.error.contains('@'), "{}", deferred.error);
    let refused = to(&base, "inconnu", LetterKind::Confirm).await;
    assert_eq!(refused.state, PostState::Dead);
    assert!(refused.error.contains("550") && !refused.error.contains('@'), "{}", refused.error);
    assert_eq!(to(&base, "anne", LetterKind::Confirmed).await.state, PostState::Sent);
    assert_eq!(arrived(folder.path()), sent, "every byte, nothing else");

    deliver_due(&base.store, &mailer, NOW + 300).await.unwrap();
    assert_eq!(to(&base, "plus-tard", LetterKind::Confirm).await.state, PostState::Sent);
    sent.insert(later);
    assert_eq!(arrived(folder.path()), sent);
    // Staff send it again; it is refused again, and dead again.
    base.store.send_again(&refused.key, NOW + 400).await.unwrap();
    assert_eq!(to(&base, "inconnu", LetterKind::Confirm).await.state, PostState::Due);
    deliver_due(&base.store, &mailer, NOW + 400).await.unwrap();
    assert_eq!(to(&base, "inconnu", LetterKind::Confirm).await.state, PostState::Dead);
}

/// What the server kept, without the empty line that SMTP puts before the final dot.
fn arrived(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let read = |path| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
    files.map(|entry| read(entry.unwrap().path())).map(|mail| mail.strip_suffix("\r\n").unwrap().to_owned()).collect()
}

on_both_engines![
    #[ignore = "needs aiosmtpd: tests/live"]
    a_mail_server_gets_every_byte_and_its_refusals_count,
];
