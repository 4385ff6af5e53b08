//! Mails: their words, their MIME form, and their delivery to a mail server that accepts, defers and refuses.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use base64::Engine;
use repere::calendar::ics::Publisher;
use repere::calendar::{Command, LetterKind, Purpose};
use repere::mail::{Mailer, Security, Settings, Smtp, Voice, deliver_due};
use repere::store::PostState;
use repere::templates::Renderer;

use crate::calendar_kit::{Base, NOW, base, when};

pub(crate) fn mailer(folder: &Path, smtp: Option<Smtp>) -> Mailer {
    mailer_and_templates(folder, smtp).0
}

fn mailer_and_templates(folder: &Path, smtp: Option<Smtp>) -> (Mailer, Arc<ArcSwap<Voice>>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (loaded, _) = repere::config::load(root, None).unwrap();
    let renderer = Renderer::load(&Arc::new(loaded), None).unwrap();
    let publisher = Publisher {
        base_url: "https://reperes.exemple".to_owned(),
        domain: "reperes.exemple".to_owned(),
        name: "Repères".to_owned(),
        organizer_name: "Repères, calendrier".to_owned(),
        organizer_email: "calendrier@reperes.exemple".to_owned(),
    };
    let settings = Settings { publisher, lang: "fr".to_owned(), smtp, folder: folder.join("mail") };
    let shown = Arc::new(ArcSwap::from_pointee(Voice { renderer, settings }));
    let voice = Arc::clone(&shown);
    (Mailer::new(move || voice.load_full()), shown)
}

async fn letter(base: &Base, who: &str, kind: LetterKind) -> repere::store::Post {
    let posts = base.store.posts(1000).await.unwrap();
    let to = format!("{who}@exemple.fr");
    posts.into_iter().find(|post| post.letter.to == to && post.letter.kind == kind).unwrap()
}

#[tokio::test]
async fn the_mail_to_confirm_says_what_to_do_word_by_word() {
    let base = base().await;
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let post = letter(&base, "anne", LetterKind::Confirm).await;
    let (confirm, manage) = (&post.letter.tokens[&Purpose::Confirm], &post.letter.tokens[&Purpose::Manage]);
    let rendered = mailer(base.folder.path(), None).render(&post.letter).unwrap();
    assert_eq!(rendered.subject, "Votre inscription est à confirmer");
    let expected = format!(
        "Bonjour Personne anne,

Nous avons reçu votre inscription. Une place vous est gardée jusqu’au samedi 21 novembre 2026 à 13 h 30 : confirmez-la avec le bouton ci-dessous.

Comprendre et repérer
jeudi 3 décembre 2026, 14 h 00 – 15 h 30
Bobigny

Confirmer mon inscription :
https://reperes.exemple/calendrier/confirmer/{confirm}

Si le délai est passé, le même lien vous redonne une place s’il en reste, sinon une place sur la liste d’attente.

Vous changez d’avis ? Libérez la place pour quelqu’un d’autre :

Voir ou annuler mon inscription :
https://reperes.exemple/calendrier/gerer/{manage}

Vous n’avez rien demandé ? Ne faites rien : sans confirmation, la place est libérée.

--
Repères
https://reperes.exemple/calendrier/
Ce message est envoyé automatiquement ; il ne contient aucun traceur.
Vos données servent à organiser la séance, rien d’autre.
"
    );
    assert_eq!(rendered.text.replace('\u{a0}', " "), expected);
    assert!(rendered.html.contains(&format!("href=\"https://reperes.exemple/calendrier/confirmer/{confirm}\"")));
    assert_eq!(rendered.calendar, None);
    // Nobody who has not confirmed learns the address.
    assert!(!rendered.text.contains("rue Cachée") && !rendered.html.contains("salle-secrete"));
}

#[tokio::test]
async fn every_letter_has_its_words_and_no_subject_tells_what_it_is_about() {
    let base = base().await;
    let session = base.session(2).await;
    base.confirmed(&session, "anne", NOW).await;
    let mailer = mailer(base.folder.path(), None);
    let request = repere::calendar::Request {
        id: "abc".to_owned(),
        organisation: "MECS <Les Tilleuls>".to_owned(),
        name: "Anne".to_owned(),
        email: "anne@exemple.fr".to_owned(),
        function: String::new(),
        departement: "974".to_owned(),
        audience: "Équipe".to_owned(),
        headcount: 12,
        need: "Savoir repérer.".to_owned(),
        preferred: String::new(),
        wishes: Vec::new(),
        reason: None,
        reply: String::new(),
        deadline: None,
        state: repere::calendar::RequestState::Received,
        answer: "Voici pourquoi.".to_owned(),
        session: None,
        created: NOW,
        changed: NOW,
        version: 1,
    };
    for kind in LetterKind::ALL {
        let mut letter = letter(&base, "anne", LetterKind::Confirmed).await.letter;
        letter.kind = *kind;
        letter.request = Some(request.clone());
        letter.deadline = Some(NOW + 3600);
        for purpose in Purpose::ALL {
            letter.tokens.insert(*purpose, "0".repeat(64));
        }
        let rendered = mailer.render(&letter).unwrap_or_else(|error| panic!("{kind}: {error:#}"));
        assert!(!rendered.subject.contains("Comprendre"), "{kind}: {}", rendered.subject);
        assert!(rendered.text.starts_with("Bonjour Personne anne,\n\n"), "{kind}: {}", rendered.text);
        assert!(!rendered.text.contains("{{") && !rendered.text.contains("&lt;") && !rendered.html.contains("<Les"));
        assert!(rendered.text.lines().all(|line| line.len() < 900), "{kind}");
    }
}

#[tokio::test]
async fn another_generation_of_the_site_changes_the_next_mail() {
    let base = base().await;
    base.store.add_staff("Claire", "claire@exemple.fr", repere::calendar::Role::Coordinator, NOW).await.unwrap();
    base.run(Command::SendRequest(Box::new(crate::calendar_kit::ask("anne"))), NOW).await;
    let post = letter(&base, "claire", LetterKind::RequestToAnswer).await;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let site = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(here.join("themes"), site.path().join("themes")).unwrap();
    std::fs::copy(here.join("zola.toml"), site.path().join("zola.toml")).unwrap();
    std::fs::create_dir_all(site.path().join("templates/mail")).unwrap();
    std::fs::write(site.path().join("templates/mail/demande-a-traiter.txt"), "Sujet neuf\nTexte neuf.\n").unwrap();
    let (loaded, _) = repere::config::load(site.path(), None).unwrap();
    let newer = Renderer::load(&Arc::new(loaded), None).unwrap();
    let (mailer, shown) = mailer_and_templates(base.folder.path(), None);
    let before = mailer.render(&post.letter).unwrap();
    assert_eq!(before.subject, "Une demande attend une réponse");
    assert!(before.text.contains("https://reperes.exemple/equipe/demandes"), "{}", before.text);
    let settings = shown.load().settings.clone();
    shown.store(Arc::new(Voice { renderer: newer, settings }));
    assert_eq!(mailer.render(&post.letter).unwrap().subject, "Sujet neuf");
}

#[tokio::test]
async fn kept_mails_leave_the_folder_with_time() {
    let base = base().await;
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let mailer = mailer(base.folder.path(), None);
    let written = jiff::Timestamp::now().as_second();
    assert_eq!(mailer.forget(written).unwrap(), 0, "no folder yet");
    deliver_due(&base.store, &mailer, NOW).await.unwrap();
    let files = || std::fs::read_dir(base.folder.path().join("mail")).unwrap().count();
    assert_eq!((mailer.forget(written - 60).unwrap(), files()), (0, 1));
    assert_eq!((mailer.forget(written + 60).unwrap(), files()), (1, 0));
}

/// The decoded body of each part, by its content type.
fn parts(mail: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in mail.split("\r\n--=_") {
        let Some((head, body)) = part.split_once("\r\n\r\n") else { continue };
        let head = head.replace("\r\n ", " ");
        let Some(kind) = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")) else { continue };
        let body = body.trim_end();
        let decoded = if head.contains("Content-Transfer-Encoding: base64") {
            let bytes = base64::engine::general_purpose::STANDARD.decode(body.replace("\r\n", "")).unwrap();
            String::from_utf8(bytes).unwrap()
        } else {
            body.to_owned()
        };
        found.push((kind.to_owned(), decoded));
    }
    found
}

#[tokio::test]
async fn an_invitation_is_what_mail_programs_understand() {
    let base = base().await;
    let session = base.session(10).await;
    base.confirmed(&session, "anne", NOW).await;
    let mailer = mailer(base.folder.path(), None);
    let post = letter(&base, "anne", LetterKind::Confirmed).await;
    let mail = String::from_utf8(mailer.message(&post.letter, post.created).unwrap()).unwrap();
    assert_eq!(mail.as_bytes(), mailer.message(&post.letter, post.created).unwrap(), "the same mail twice");
    let head = mail.split_once("\r\n\r\n").unwrap().0;
    assert!(head.contains(&format!("Message-ID: <{}@reperes.exemple>", post.key)), "{head}");
    assert!(head.contains("Auto-Submitted: auto-generated") && head.contains("Date: Sat, 21 Nov 2026 12:00:00 +0000"));
    let parts = parts(&mail);
    let kinds: Vec<_> = parts.iter().map(|(kind, _)| kind.split(';').next().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "text/calendar", "application/ics"]);
    let (mixed, alternative) = (mail.find("multipart/mixed").unwrap(), mail.find("multipart/alternative").unwrap());
    assert!(mixed < alternative && mail.matches("multipart/").count() == 2);
    let (kind, calendar) = &parts[2];
    assert!(kind.contains("method=REQUEST") && kind.contains("charset=utf-8"), "{kind}");
    assert_eq!(calendar.trim_end(), parts[3].1.trim_end());
    let unfolded = calendar.replace("\r\n ", "");
    for line in [
        "METHOD:REQUEST",
        &format!("UID:{session}@reperes.exemple"),
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART;TZID=Europe/Paris:20261203T140000",
        "ORGANIZER;CN=\"Repères, calendrier\":mailto:calendrier@reperes.exemple",
        "LOCATION:12 rue Cachée\\, 93000 Bobigny",
    ] {
        assert!(unfolded.contains(&format!("{line}\r\n")), "{line} in\n{unfolded}");
    }
    assert_eq!(unfolded.matches("ATTENDEE").count(), 1);
    assert!(unfolded.contains("PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:anne@exemple.fr\r\n"), "{unfolded}");
    // Moved, then given up: the same UID, a SEQUENCE that grows.
    base.run(Command::MoveSession { session, when: when("2026-12-10T09:00:00") }, NOW + 60).await;
    let registration = post.letter.registration.unwrap().id;
    base.run(Command::Cancel { registration }, NOW + 120).await;
    let sequence = async |kind, method: &str| {
        let post = letter(&base, "anne", kind).await;
        let calendar = mailer.render(&post.letter).unwrap().calendar.unwrap();
        assert!(calendar.contains(&format!("METHOD:{method}\r\n")), "{calendar}");
        calendar.lines().find_map(|line| line.strip_prefix("SEQUENCE:")).unwrap().trim().to_owned()
    };
    assert_eq!(sequence(LetterKind::Moved, "REQUEST").await, "1");
    assert_eq!(sequence(LetterKind::Cancelled, "CANCEL").await, "2");
}

#[tokio::test]
async fn without_a_mail_server_mails_are_kept_and_readable() {
    let base = base().await;
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let mailer = mailer(base.folder.path(), None);
    assert_eq!(deliver_due(&base.store, &mailer, NOW).await.unwrap(), 1);
    assert_eq!(deliver_due(&base.store, &mailer, NOW + 600).await.unwrap(), 0);
    let post = letter(&base, "anne", LetterKind::Confirm).await;
    assert_eq!(post.state, PostState::Kept);
    let file = base.folder.path().join("mail").join(format!("{}.eml", post.key));
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept.contains("\r\nTo: ") && kept.contains("anne@exemple.fr"), "{kept}");
}

/// A mail server that gives its answers to RCPT one after the other, and keeps what it accepts.
fn server(answers: Vec<&'static str>) -> (Smtp, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let box_of_server = Arc::clone(&taken);
    std::thread::spawn(move || {
        let mut answers = answers.into_iter();
        for stream in listener.incoming() {
            let mut out = stream.unwrap();
            let mut lines = BufReader::new(out.try_clone().unwrap()).lines();
            let _ = out.write_all(b"220 test\r\n");
            while let Some(Ok(line)) = lines.next() {
                let answer = if line.starts_with("RCPT") {
                    answers.next().unwrap_or("250 ok")
                } else if line == "DATA" {
                    let _ = out.write_all(b"354 go on\r\n");
                    let text: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|l| l != ".").collect();
                    box_of_server.lock().unwrap().push(text.join("\r\n"));
                    "250 taken"
                } else {
                    "250 ok"
                };
                if out.write_all(format!("{answer}\r\n").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    let host = "127.0.0.1".to_owned();
    (Smtp { host, port, user: String::new(), password: String::new(), security: Security::None }, taken)
}

#[tokio::test]
async fn a_mail_that_is_deferred_comes_back_and_one_that_is_refused_is_dead() {
    let base = base().await;
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let (smtp, taken) = server(vec!["451 <anne@exemple.fr> later", "250 ok", "550 no <lou@exemple.fr> here"]);
    let mailer = mailer(base.folder.path(), Some(smtp));
    deliver_due(&base.store, &mailer, NOW).await.unwrap();
    let post = letter(&base, "anne", LetterKind::Confirm).await;
    assert_eq!((post.state, post.attempts), (PostState::Due, 1));
    assert!(post.error.contains("451") && !post.error.contains('@'), "{}", post.error);
    assert_eq!(deliver_due(&base.store, &mailer, NOW + 10).await.unwrap(), 0, "not before its time");
    deliver_due(&base.store, &mailer, NOW + 200).await.unwrap();
    let sent = letter(&base, "anne", LetterKind::Confirm).await;
    assert_eq!((sent.state, sent.letter.tokens.len()), (PostState::Sent, 0));
    assert_eq!(taken.lock().unwrap().len(), 1);
    base.register(&session, "lou", NOW + 300).await;
    deliver_due(&base.store, &mailer, NOW + 300).await.unwrap();
    let dead = letter(&base, "lou", LetterKind::Confirm).await;
    assert_eq!(dead.state, PostState::Dead);
    assert!(dead.error.contains("550") && !dead.error.contains('@'), "{}", dead.error);
}
