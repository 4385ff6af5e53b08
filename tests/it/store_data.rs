//! Figures, imports, keys, a person's rights and the audit log in the store, on both engines.

use std::path::Path;
use std::task::Poll;

use repere::calendar::figures::{Filter, Held};
use repere::calendar::{Actor, Command, Kind, Origin, Purpose, RegistrationState, RequestState, ics, retention};
use repere::store::{Import, Stored};

use crate::calendar_kit::{Base, DAY, NOW, ask, form, on_both_engines, when};

/// Every figure of a period is the number of rows that it leads to.
async fn figures_count_the_rows_they_lead_to(base: Base) {
    for (number, (kind, departement)) in [
        (Kind::Awareness, "2A"),
        (Kind::Training, "2B"),
        (Kind::Meeting, "75"),
        (Kind::Webinar, "75"),
        (Kind::Training, "974"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut form = form(&format!("2026-11-2{number}T09:00:00"), 30);
        form.kind = kind;
        departement.clone_into(&mut form.departement);
        let id = base.run(Command::CreateSession(Box::new(form)), NOW - 30 * DAY).await.id;
        base.confirmed(&id, &format!("p{number}"), NOW - 20 * DAY).await;
        if number < 2 {
            base.store.declare_reached(&id, 12, &Actor::Staff("c".into()), NOW + 10 * DAY).await.unwrap();
        }
    }
    base.run(Command::SendRequest(Box::new(ask("a"))), NOW).await;
    let declined = base.run(Command::SendRequest(Box::new(ask("b"))), NOW).await.id;
    base.run(
        Command::DeclineRequest { request: declined, reason: repere::calendar::Reason::TooFar, answer: "Non.".into() },
        NOW,
    )
    .await;
    let (from, to, now) = (NOW - 10 * DAY, NOW + 20 * DAY, NOW + 30 * DAY);
    let figures = base.store.figures(from, to, now).await.unwrap();
    assert_eq!((figures.meetings, figures.interventions, figures.people, figures.undeclared), (1, 4, 24, 2));
    assert_eq!(figures.reached_by_video[0].key, "93", "where the person works, not where the webinar is announced");
    assert_eq!(figures.departements_reached, 4);
    let all = Filter { from, to, held: Some(Held::Held), ..Filter::default() };
    let count = async |filter: Filter| base.store.figure_sessions(&filter, now).await.unwrap().len() as u64;
    assert_eq!(count(Filter { interventions: true, ..all.clone() }).await, figures.interventions);
    assert_eq!(count(Filter { kind: Some(Kind::Meeting), ..all.clone() }).await, figures.meetings);
    assert_eq!(count(Filter { interventions: true, declared: Some(false), ..all.clone() }).await, figures.undeclared);
    for line in &figures.departements {
        let filter = Filter { interventions: true, departement: line.key.clone(), ..all.clone() };
        assert_eq!(count(filter).await, line.count, "{}", line.key);
    }
    for line in &figures.kinds {
        assert_eq!(count(Filter { kind: Kind::parse(&line.key), ..all.clone() }).await, line.count, "{}", line.key);
    }
    for line in &figures.audiences {
        let filter = Filter { interventions: true, audience: line.key.clone(), ..all.clone() };
        assert_eq!(count(filter).await, line.count, "{}", line.key);
    }
    for line in &figures.request_states {
        let filter = Filter { from, to, state: line.key.clone(), ..Filter::default() };
        assert_eq!(base.store.figure_requests(&filter).await.unwrap().len() as u64, line.count, "{}", line.key);
    }
    assert_eq!(figures.requests, 2);
}

/// Figures that were counted are counted again after a change, and when a session ends.
async fn figures_follow_every_change(base: Base) {
    let id = base.session(30).await;
    let session = base.store.session(&id).await.unwrap().unwrap().session;
    let (from, to) = (NOW - 10 * DAY, NOW + 60 * DAY);
    let held = async |now| base.store.figures(from, to, now).await.unwrap().interventions;
    assert_eq!((held(NOW).await, held(session.end() - 1).await, held(session.end()).await), (0, 0, 1));
    assert_eq!(held(NOW).await, 0, "and back, for who asks about an earlier moment");
    assert_eq!(base.store.figures(from, to, session.end()).await.unwrap().people, 0);
    base.store.declare_reached(&id, 12, &Actor::Staff("c".into()), session.end()).await.unwrap();
    assert_eq!(base.store.figures(from, to, session.end()).await.unwrap().people, 12);
    base.run(Command::SendRequest(Box::new(ask("a"))), session.end()).await;
    assert_eq!(base.store.figures(from, session.end() + DAY, session.end()).await.unwrap().requests, 1);
    base.run(Command::CancelSession { session: id }, session.end()).await;
    assert_eq!(
        (held(session.end()).await, base.store.figures(from, to, session.end()).await.unwrap().cancelled),
        (0, 1)
    );
}

/// What was changed without a line in the audit log is found when everything is counted anew, and mended by it.
async fn figures_are_counted_anew_at_night(base: Base) {
    let id = base.session(30).await;
    let who = base.confirmed(&id, "anne", NOW).await;
    let (from, to, over) = (NOW, NOW + 60 * DAY, NOW + 61 * DAY);
    let figures = async || base.store.figures(from, to, over).await.unwrap();
    assert_eq!((figures().await.interventions, figures().await.reached_by_video.len()), (1, 0));
    assert_eq!(base.store.recount().await.unwrap().len(), 0);
    let pool = base.pool().await;
    let change = async |text: &'static str, id: &str| {
        assert_eq!(sqlx::query(text).bind(id).execute(&pool).await.unwrap().rows_affected(), 1);
    };
    change("UPDATE sessions SET kind = 'webinar' WHERE id = $1", &id).await;
    assert_eq!(figures().await.reached_by_video.len(), 0, "nobody told");
    assert_eq!(base.store.recount().await.unwrap().into_iter().collect::<Vec<_>>(), std::slice::from_ref(&id));
    assert_eq!(figures().await.reached_by_video[0].people, 1);
    change("UPDATE registrations SET seats = 3 WHERE id = $1", &who).await;
    assert_eq!(figures().await.reached_by_video[0].people, 1, "nobody told");
    assert_eq!(base.store.recount().await.unwrap().into_iter().collect::<Vec<_>>(), [id]);
    assert_eq!(figures().await.reached_by_video[0].people, 3);
    let request = base.run(Command::SendRequest(Box::new(ask("a"))), NOW + DAY).await.id;
    assert_eq!(figures().await.requests, 1);
    change("UPDATE requests SET created = created - 864000 WHERE id = $1", &request).await;
    assert_eq!(base.store.recount().await.unwrap().into_iter().collect::<Vec<_>>(), [request]);
    assert_eq!((figures().await.requests, base.store.recount().await.unwrap().len()), (0, 0));
}

/// Commands that touch more than the row that the audit log names are followed too.
async fn figures_follow_what_a_command_touches_besides(base: Base) {
    let (from, to, over) = (NOW, NOW + 90 * DAY, NOW + 91 * DAY);
    let figures = async || base.store.figures(from, to, over).await.unwrap();
    assert_eq!(figures().await.interventions, 0);
    let dates = ["2026-12-10T09:00:00", "2026-12-17T09:00:00", "2027-01-07T09:00:00"];
    base.run(Command::CreateSeries(dates.iter().map(|date| form(date, 9)).collect()), NOW).await;
    assert_eq!(figures().await.interventions, 3);
    let request = base.run(Command::SendRequest(Box::new(ask("a"))), NOW + 1).await.id;
    let propose = |date: &str| Command::ProposeSession {
        request: request.clone(),
        form: Box::new(form(date, 9)),
        deadline: NOW + 5 * DAY,
        answer: String::new(),
    };
    base.run(propose("2026-12-11T09:00:00"), NOW + 2).await;
    assert_eq!(figures().await.request_states[0].key, "proposed");
    base.run(Command::RefuseProposal { request: request.clone(), reply: "Plus tard.".into() }, NOW + 3).await;
    // The request names its draft no more, and the draft is cancelled.
    assert_eq!((figures().await.cancelled, figures().await.request_states[0].key.as_str()), (1, "received"));
    base.run(propose("2026-12-12T09:00:00"), NOW + 4).await;
    let draft = base.store.request(&request).await.unwrap().unwrap().session.unwrap();
    assert_eq!(figures().await.request_states[0].key, "proposed");
    // The audit log names the session, and its request is asked for again.
    base.run(Command::CancelSession { session: draft }, NOW + 5).await;
    assert_eq!(figures().await.request_states[0].key, "received");
    base.run(propose("2026-12-13T09:00:00"), NOW + 6).await;
    base.run(Command::AcceptProposal { request: request.clone() }, NOW + 7).await;
    assert_eq!((figures().await.interventions, figures().await.request_states[0].key.as_str()), (4, "accepted"));
    assert_eq!(base.store.recount().await.unwrap().len(), 0);
}

/// Whoever goes away while figures are counted leaves them as right as they were.
async fn figures_that_were_cut_off_are_counted_again(base: Base) {
    let figures = || base.store.figures(NOW, NOW + 90 * DAY, NOW + 91 * DAY);
    let request = base.run(Command::SendRequest(Box::new(ask("a"))), NOW).await.id;
    // Where it is cut depends on how fast the database answers: often enough to hit every question.
    for round in 1..=60 {
        let proposal = Command::ProposeSession {
            request: request.clone(),
            form: Box::new(form("2026-12-11T09:00:00", 9)),
            deadline: NOW + 5 * DAY,
            answer: String::new(),
        };
        base.run(proposal, NOW + 1).await;
        figures().await.unwrap();
        base.run(Command::RefuseProposal { request: request.clone(), reply: "Plus tard.".into() }, NOW + 2).await;
        cut_off(figures(), round % 12).await;
        let counted = figures().await.unwrap();
        assert_eq!((counted.cancelled, counted.request_states[0].key.as_str()), (round, "received"));
    }
    assert_eq!(base.store.recount().await.unwrap().len(), 0);
}

/// Drops a future after it had to wait so many times.
async fn cut_off<T>(future: impl Future<Output = T>, waits: u64) {
    let (mut future, mut waited) = (std::pin::pin!(future), 0);
    std::future::poll_fn(|context| {
        if waited == waits || future.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        waited += 1;
        Poll::Pending
    })
    .await;
}

async fn reached_people_are_declared_after_the_start_and_corrected(base: Base) {
    let id = base.session(10).await;
    let start = base.store.session(&id).await.unwrap().unwrap().session.start.instant;
    let who = Actor::Staff("claire".into());
    assert!(base.store.declare_reached(&id, 9, &who, start - 1).await.is_err(), "before the start nobody came");
    base.store.declare_reached(&id, 9, &who, start).await.unwrap();
    base.store.declare_reached(&id, 8, &who, start + DAY).await.unwrap();
    assert_eq!(base.store.reached(&id).await.unwrap(), Some(8));
    let lines = base.store.audit_before(i64::MAX, &id, 10).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "declare-reached").count(), 2);
    base.run(Command::CancelSession { session: id.clone() }, start - DAY).await;
    assert!(base.store.declare_reached(&id, 9, &who, start).await.is_err(), "it did not take place");
}

async fn an_import_is_all_or_none_and_once(base: Base) {
    let import =
        |uid: &str, civil: &str| Import { uid: uid.to_owned(), written: uid.to_owned(), form: form(civil, 20) };
    let sessions = [import("a", "2026-12-10T09:00:00"), import("b", "2025-03-10T09:00:00")];
    let who = Actor::Staff("claire".into());
    assert_eq!(base.store.import(&sessions, &who, NOW).await.unwrap(), 2);
    let states: Vec<&str> =
        base.store.public_sessions(0, NOW + 90 * DAY).await.unwrap().iter().map(|l| l.session.state.as_str()).collect();
    assert_eq!(states, ["done", "published"], "what is over is done");
    let again = [import("c", "2026-12-11T09:00:00"), import("a", "2026-12-12T09:00:00")];
    assert!(base.store.import(&again, &who, NOW).await.is_err());
    assert_eq!(base.store.public_sessions(0, NOW + 90 * DAY).await.unwrap().len(), 2, "all or none");
    let known = base.store.imported(&["a".to_owned(), "c".to_owned()]).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["a"]);
}

/// Who had subscribed to the other calendar goes on following the same event.
async fn an_imported_event_keeps_its_identifier(base: Base) {
    let mut form = form("2026-12-10T09:00:00", 20);
    form.origin = Some(Origin { uid: "seance,12@ancien.fr".to_owned(), sequence: 3 });
    let imports = [Import { uid: "seance,12@ancien.fr".to_owned(), written: r"seance\,12@ancien.fr".to_owned(), form }];
    base.store.import(&imports, &Actor::Staff("claire".into()), NOW).await.unwrap();
    let listed = base.store.public_sessions(0, NOW + 90 * DAY).await.unwrap().remove(0);
    let publisher = ics::Publisher {
        base_url: "https://reperes.exemple".into(),
        domain: "reperes.exemple".into(),
        name: "Repères".into(),
        organizer_name: "Repères".into(),
        organizer_email: "calendrier@reperes.exemple".into(),
    };
    let feed = |session: &repere::calendar::Session| ics::feed(std::slice::from_ref(session), &publisher);
    let first = feed(&listed.session);
    assert!(first.contains("\r\nUID:seance\\,12@ancien.fr\r\n") && first.contains("\r\nSEQUENCE:4\r\n"), "{first}");
    let id = listed.session.id;
    base.run(Command::MoveSession { session: id.clone(), when: when("2026-12-17T09:00:00") }, NOW).await;
    let moved = base.store.session(&id).await.unwrap().unwrap().session;
    let second = feed(&moved);
    assert!(second.contains("\r\nUID:seance\\,12@ancien.fr\r\n") && second.contains("\r\nSEQUENCE:5\r\n"), "{second}");
    // Its invitations name the same event.
    base.confirmed(&id, "anne", NOW).await;
    let posts = base.store.posts(10).await.unwrap();
    let invited = posts.iter().find(|post| post.letter.method.is_some()).unwrap();
    assert_eq!(invited.letter.session.as_ref().unwrap().uid, "seance,12@ancien.fr");
    assert!(invited.letter.sequence >= Some(5));
}

async fn a_key_is_for_one_content_and_is_forgotten(base: Base) {
    assert!(base.store.same_content("k", "x", NOW).await.unwrap());
    assert!(base.store.same_content("k", "x", NOW + 1).await.unwrap());
    assert!(!base.store.same_content("k", "y", NOW + 1).await.unwrap());
    base.store.expire(NOW + retention::SUBMISSIONS).await.unwrap();
    assert!(base.store.same_content("k", "y", NOW + 8 * DAY).await.unwrap());
}

async fn somebody_erases_what_is_stored_of_them_and_their_seat_moves_on(base: Base) {
    let session = base.session(1).await;
    let id = base.confirmed(&session, "anne", NOW).await;
    let waiting = base.register(&session, "bilal", NOW).await.id;
    let confirm = Command::Confirm { registration: waiting.clone() };
    base.run(confirm, NOW).await;
    let token = base.token("anne", Purpose::Manage).await;
    let Some(Stored::Registration(one, listed)) = base.store.stored(&token, NOW).await.unwrap() else {
        panic!("nothing")
    };
    let kept = retention::registration(&one, &listed.session, 90);
    assert!(kept.iter().any(|kept| kept.what == "email" && kept.until == Some(listed.session.end() + 90 * DAY)));
    assert!(base.store.stored(&token, listed.session.end() + 60 * DAY).await.unwrap().is_some(), "longer than it acts");
    assert!(base.store.stored("jeton", NOW).await.unwrap().is_none());
    assert!(base.store.letters_about(&id).await.unwrap().len() >= 2);

    base.store.forget_registration(&id, NOW + 1).await.unwrap();
    let left = base.store.registration(&id).await.unwrap().unwrap();
    assert_eq!(left.name + &left.email + &left.function + &left.organisation, "");
    assert_eq!((left.state, left.seats, left.departement.as_str()), (RegistrationState::Cancelled, 1, "93"));
    assert_eq!(base.store.registration(&waiting).await.unwrap().unwrap().state, RegistrationState::Confirmed);
    assert!(base.store.stored(&token, NOW + 2).await.unwrap().is_none(), "the link is over");
    let posts = base.store.posts(100).await.unwrap();
    let named: Vec<&str> =
        posts.iter().filter(|p| p.letter.to.starts_with("anne")).map(|p| p.letter.kind.as_str()).collect();
    assert_eq!(named, ["inscription-annulee"], "only the last word is still to go out");
    assert!(base.store.miscounted().await.unwrap().is_empty());
}

/// Whoever opened the link a moment before the erasure does not bring an empty registration back.
async fn what_was_erased_is_confirmed_by_nobody(base: Base) {
    let session = base.session(10).await;
    let id = base.register(&session, "anne", NOW).await.id;
    base.store.expire(NOW + 1800).await.unwrap();
    base.store.forget_registration(&id, NOW + 1801).await.unwrap();
    for command in [
        Command::Confirm { registration: id.clone() },
        Command::NameSeats { registration: id.clone(), names: vec!["Anne".to_owned()] },
    ] {
        assert!(base.store.execute(&command, &Actor::Visitor, NOW + 1802).await.is_err());
    }
    assert_eq!(base.state_of(&id).await, RegistrationState::Expired);
}

async fn a_request_is_erased_by_who_sent_it_and_redacted_by_staff(base: Base) {
    let id = base.run(Command::SendRequest(Box::new(ask("sacha"))), NOW).await.id;
    base.store.redact_request(&id, &Actor::Staff("claire".into()), NOW).await.unwrap();
    let redacted = base.store.request(&id).await.unwrap().unwrap();
    assert_eq!((redacted.need.as_str(), redacted.preferred.as_str(), redacted.email.is_empty()), ("", "", false));
    assert!(
        base.store.posts(10).await.unwrap().iter().all(|post| post.letter.request.is_none()),
        "letters held the text"
    );
    base.store.forget_request(&id, NOW + 1).await.unwrap();
    let left = base.store.request(&id).await.unwrap().unwrap();
    assert_eq!((left.state, left.name + &left.email + &left.organisation), (RequestState::Withdrawn, String::new()));
    let actions: Vec<String> =
        base.store.audit_before(i64::MAX, &id, 10).await.unwrap().into_iter().map(|l| l.action).collect();
    assert_eq!(actions, ["erase-request", "withdraw-request", "redact-request", "send-request"]);
}

/// What was written into the audit log stays as it was, whatever program opens the database.
async fn the_audit_log_refuses_to_change(base: Base) {
    base.session(3).await;
    let before = base.store.audit(10).await.unwrap();
    assert!(!before.is_empty());
    let other = base.pool().await;
    for statement in ["UPDATE audit SET actor = 'personne'", "DELETE FROM audit"] {
        let refused = sqlx::raw_sql(statement).execute(&other).await.unwrap_err().to_string();
        assert!(refused.contains("audit_is_append_only"), "{refused}");
    }
    assert_eq!(base.store.audit(10).await.unwrap(), before);
}

#[test]
fn the_page_on_privacy_and_the_pages_of_people_say_every_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: &str| std::fs::read_to_string(root.join(path)).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let page = read("content/confidentialite.md").replace("**", "");
    for (days, sentence) in [
        (retention::GIVEN_UP, "ou si vous ne l’avez jamais confirmée : {} après"),
        (retention::GIVEN_UP, "Si vous la retirez : {} après"),
        (retention::NEEDS, "{} après la séance"),
        (retention::UNANSWERED, "Restée sans réponse : au bout d’{}"),
        (retention::LETTERS, "{} après leur écriture"),
        (retention::SUBMISSIONS, "formulaire déjà envoyé, qui évite de l’enregistrer deux fois : {}"),
    ] {
        let words = match days / DAY {
            7 => "sept jours".to_owned(),
            365 => "un an".to_owned(),
            days => format!("{days} jours"),
        };
        let sentence = sentence.replace("{}", &words);
        assert!(page.contains(&sentence), "the page on privacy does not say “{sentence}”");
    }
    let words = read("themes/repere/i18n/fr/calendar.toml");
    let letters = retention::LETTERS / DAY;
    assert!(words.contains(&format!("effacés {letters} jours après leur écriture")));
    assert!(words.contains(&format!("effacée au plus tard dans {letters} jours")));
}

on_both_engines![
    figures_count_the_rows_they_lead_to,
    figures_are_counted_anew_at_night,
    figures_follow_every_change,
    figures_follow_what_a_command_touches_besides,
    figures_that_were_cut_off_are_counted_again,
    reached_people_are_declared_after_the_start_and_corrected,
    an_import_is_all_or_none_and_once,
    an_imported_event_keeps_its_identifier,
    a_key_is_for_one_content_and_is_forgotten,
    somebody_erases_what_is_stored_of_them_and_their_seat_moves_on,
    what_was_erased_is_confirmed_by_nobody,
    a_request_is_erased_by_who_sent_it_and_redacted_by_staff,
    the_audit_log_refuses_to_change,
];
