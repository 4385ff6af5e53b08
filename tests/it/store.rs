//! The calendar's store on both engines: what must never happen, with many at once.

use std::collections::BTreeSet;

use repere::calendar::{
    Actor, Command, Purpose, Reason, Refusal, RegistrationState, RequestState, Role, SessionState, Shown,
};
use repere::store::{Engine, Error, PostState, Store};
use sqlx::Row;

use crate::calendar_kit::{Base, DAY, NOW, ask, form, on_both_engines, register, when};

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result.unwrap_err() {
        Error::Refused(refusal) => refusal,
        Error::Failed(error) => panic!("the database failed: {error:?}"),
    }
}

/// Seats held by registrations, and the session's own counter.
async fn seats(base: &Base, session: &str) -> (u32, u32) {
    let registrations = base.store.registrations(session).await.unwrap();
    let sum = registrations.iter().filter(|r| r.state.holds_seats()).map(|r| r.seats).sum();
    (sum, base.store.session(session).await.unwrap().unwrap().seats.taken)
}

async fn fifty_at_once_get_ten_seats_exactly(base: Base) {
    let session = base.session(10).await;
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let (store, command) = (base.store.clone(), Command::Register(register(&session, &format!("p{n}"))));
            tokio::spawn(async move { store.execute(&command, &Actor::Visitor, NOW).await.unwrap().shown })
        })
        .collect();
    let mut shown = Vec::new();
    for task in tasks {
        shown.push(task.await.unwrap());
    }
    assert_eq!(shown.iter().filter(|one| **one == Shown::Held).count(), 10);
    assert_eq!(shown.iter().filter(|one| **one == Shown::Waiting).count(), 40);
    assert_eq!(seats(&base, &session).await, (10, 10));
    assert!(base.store.miscounted().await.unwrap().is_empty());
    assert_eq!(base.store.posts(100).await.unwrap().len(), 50, "one letter each");
}

/// The control: the same load on the same file oversells when it counts first and writes later, without the schema's
/// guards. Without this test, the one above could pass for another reason.
async fn without_the_guards_the_same_load_oversells(base: Base) {
    let session = base.session(10).await;
    let pool = match base.store.engine() {
        Engine::Sqlite => {
            let off = "PRAGMA busy_timeout = 10000; PRAGMA ignore_check_constraints = ON";
            let options = sqlx::any::AnyPoolOptions::new().after_connect(move |connection, _| {
                Box::pin(async move { sqlx::raw_sql(off).execute(connection).await.map(|_| ()) })
            });
            options.connect(&base.address()).await.unwrap()
        }
        Engine::Postgres => {
            let pool = base.pool().await;
            sqlx::raw_sql("ALTER TABLE sessions DROP CONSTRAINT sessions_check").execute(&pool).await.unwrap();
            pool
        }
    };
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (pool, session) = (pool.clone(), session.clone());
            tokio::spawn(async move {
                let query = sqlx::query("SELECT taken, capacity FROM sessions WHERE id = $1");
                let row = query.bind(&session).fetch_one(&pool).await.unwrap();
                if row.get::<i64, _>("taken") < row.get::<i64, _>("capacity") {
                    tokio::task::yield_now().await;
                    let query = sqlx::query("UPDATE sessions SET taken = taken + 1 WHERE id = $1");
                    query.bind(&session).execute(&pool).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let taken = sqlx::query("SELECT taken FROM sessions WHERE id = $1").bind(&session).fetch_one(&pool).await.unwrap();
    assert!(taken.get::<i64, _>("taken") > 10, "the control must oversell");
    assert_eq!(base.store.miscounted().await.unwrap(), [session], "and the count must notice");
}

async fn a_trainer_is_never_in_two_places(base: Base) {
    let (trainer, _) = base.store.add_staff("Lou Martin", "lou@exemple.fr", Role::Trainer, NOW).await.unwrap();
    let create = |civil: &str| {
        let mut form = form(civil, 10);
        form.trainers = vec![trainer.id.clone()];
        Command::CreateSession(Box::new(form))
    };
    // None overlaps another of the other half, but each starts within its travel.
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let (store, command) =
                (base.store.clone(), create(&format!("2026-12-03T1{}:{:02}:00", n % 2 * 2 + 4, n / 2)));
            tokio::spawn(async move { store.execute(&command, &Actor::Visitor, NOW).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(Error::Refused(Refusal::TrainerBusy { trainer: who, start, .. })) => {
                assert_eq!(who, trainer.id);
                assert!(start > NOW);
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(done, 1);
    // Back to back is fine: the session above ends at 17:54 at the latest, its travel at 18:24.
    base.run(create("2026-12-03T19:00:00"), NOW).await;
}

async fn the_schema_itself_refuses_a_trainer_in_two_places(base: Base) {
    let (trainer, _) = base.store.add_staff("Lou Martin", "lou@exemple.fr", Role::Trainer, NOW).await.unwrap();
    let one = base.session(10).await;
    let two = base.session(10).await;
    let pool = base.pool().await;
    let sql = "INSERT INTO assignments (id, session, staff, busy_from, busy_to, active) VALUES ($1, $1, $2, $3, $4, 1)";
    sqlx::query(sql).bind(&one).bind(&trainer.id).bind(100_i64).bind(200_i64).execute(&pool).await.unwrap();
    let error = sqlx::query(sql).bind(&two).bind(&trainer.id).bind(199_i64).bind(300_i64).execute(&pool).await;
    assert!(error.unwrap_err().to_string().contains("trainer_busy"));
    sqlx::query(sql).bind(&two).bind(&trainer.id).bind(200_i64).bind(300_i64).execute(&pool).await.unwrap();
    let moved = "UPDATE assignments SET busy_from = 150 WHERE session = $1";
    let error = sqlx::query(moved).bind(&two).execute(&pool).await;
    assert!(error.unwrap_err().to_string().contains("trainer_busy"));
}

async fn the_next_in_line_gets_the_freed_seat_and_a_letter(base: Base) {
    let session = base.session(1).await;
    let first = base.confirmed(&session, "un", NOW).await;
    let second = base.register(&session, "deux", NOW).await;
    let third = base.register(&session, "trois", NOW).await;
    assert_eq!((second.shown, third.shown), (Shown::Waiting, Shown::Waiting));
    base.run(Command::Confirm { registration: second.id.clone() }, NOW).await;
    base.run(Command::Cancel { registration: first.clone() }, NOW + 60).await;
    // Far from the date and with a good address: the seat is theirs.
    assert_eq!(base.state_of(&second.id).await, RegistrationState::Confirmed);
    assert_eq!(base.letters("un").await, ["confirmer", "inscription-confirmee", "inscription-annulee"].sorted());
    assert_eq!(base.letters("deux").await.last(), Some(&"place-attribuee"));
    // The third never used its link: the seat is offered, with a deadline.
    base.run(Command::Cancel { registration: second.id }, NOW + 120).await;
    let offered = base.registration(&third.id).await;
    assert_eq!((offered.state, offered.deadline), (RegistrationState::Offered, Some(NOW + 120 + DAY)));
    assert_eq!(seats(&base, &session).await, (1, 1));
    // It does not answer: the seat is free again.
    assert_eq!(base.store.expire(NOW + 120 + DAY).await.unwrap(), 1);
    assert_eq!(base.state_of(&third.id).await, RegistrationState::Expired);
    assert_eq!(seats(&base, &session).await, (0, 0));
    // Its link still works while there is a seat.
    base.run(Command::Confirm { registration: third.id.clone() }, NOW + 2 * DAY).await;
    assert_eq!(base.state_of(&third.id).await, RegistrationState::Confirmed);
}

async fn a_seat_that_is_not_confirmed_goes_to_the_next(base: Base) {
    let session = base.session(1).await;
    let late = base.register(&session, "tard", NOW).await.id;
    let next = base.register(&session, "suite", NOW + 60).await.id;
    assert_eq!(base.store.expire(NOW + 1799).await.unwrap(), 0);
    assert_eq!(base.store.expire(NOW + 1800).await.unwrap(), 1);
    assert_eq!(base.state_of(&late).await, RegistrationState::Expired);
    assert_eq!(base.state_of(&next).await, RegistrationState::Offered);
    // Too late: the end of the waiting list.
    let outcome = base.run(Command::Confirm { registration: late.clone() }, NOW + 1900).await;
    assert_eq!(outcome.shown, Shown::Waiting);
    assert_eq!(base.state_of(&late).await, RegistrationState::Waiting);
    assert_eq!(seats(&base, &session).await, (1, 1));
}

async fn the_same_form_sent_many_times_gets_one_answer(base: Base) {
    let session = base.session(10).await;
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (store, command) = (base.store.clone(), Command::Register(register(&session, "double")));
            tokio::spawn(async move { store.execute(&command, &Actor::Visitor, NOW).await.unwrap() })
        })
        .collect();
    let mut ids = BTreeSet::new();
    let mut first = 0;
    for task in tasks {
        let outcome = task.await.unwrap();
        assert_eq!(outcome.shown, Shown::Held);
        first += usize::from(!outcome.repeated);
        ids.insert(outcome.id);
    }
    assert_eq!((ids.len(), first), (1, 1));
    assert_eq!(base.letters("double").await, ["confirmer"]);
    assert_eq!(seats(&base, &session).await, (1, 1));
}

async fn a_second_registration_is_told_by_mail_alone(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let mut again = register(&session, "anne");
    again.submission = "another-form-0001".to_owned();
    again.email = "ANNE@exemple.fr".to_owned();
    let outcome = base.run(Command::Register(again), NOW).await;
    assert_eq!(outcome.shown, Shown::Held, "the page does not tell who is registered");
    assert_eq!(base.letters("anne").await, ["confirmer", "deja-inscrit"]);
    assert_eq!(seats(&base, &session).await, (1, 1));
}

async fn links_open_what_they_are_for_and_nothing_else(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let confirm = base.token("anne", Purpose::Confirm).await;
    let manage = base.token("anne", Purpose::Manage).await;
    let open = async |purpose, token: &str, now| {
        base.store.registration_by_token(purpose, token, now).await.unwrap().is_some()
    };
    assert!(open(Purpose::Confirm, &confirm, NOW).await && open(Purpose::Manage, &manage, NOW).await);
    assert!(!open(Purpose::Manage, &confirm, NOW).await && !open(Purpose::Confirm, &manage, NOW).await);
    assert!(!open(Purpose::Confirm, "", NOW).await && !open(Purpose::Confirm, &"0".repeat(64), NOW).await);
    let end = base.store.session(&session).await.unwrap().unwrap().session.end();
    assert!(!open(Purpose::Confirm, &confirm, end).await);
    assert!(
        open(Purpose::Manage, &manage, end + 29 * DAY).await && !open(Purpose::Manage, &manage, end + 31 * DAY).await
    );
    let act = |id| Command::Cancel { registration: id };
    let wrong = base.store.execute_by_token(Purpose::Manage, &confirm, act, NOW).await;
    assert_eq!(refusal(wrong), Refusal::NotFound);
    base.store.execute_by_token(Purpose::Manage, &manage, act, NOW).await.unwrap();
    assert_eq!(seats(&base, &session).await, (0, 0));
    // No token is in the database as it is.
    let query = sqlx::query("SELECT COUNT(*) AS n FROM tokens WHERE hash IN ($1, $2)");
    let row = query.bind(&confirm).bind(&manage).fetch_one(&base.pool().await).await.unwrap();
    assert_eq!(row.get::<i64, _>("n"), 0);
}

async fn a_moved_session_tells_everybody_and_a_cancelled_one_too(base: Base) {
    let session = base.session(2).await;
    base.confirmed(&session, "un", NOW).await;
    base.register(&session, "deux", NOW).await;
    base.run(Command::MoveSession { session: session.clone(), when: when("2026-12-10T09:00:00") }, NOW + 60).await;
    let moved = base.store.session(&session).await.unwrap().unwrap().session;
    assert_eq!((moved.sequence, moved.version), (1, 2));
    assert_eq!(base.letters("un").await.last(), Some(&"seance-modifiee"));
    base.run(Command::PostponeSession { session: session.clone() }, NOW + 120).await;
    base.run(Command::CancelSession { session: session.clone() }, NOW + 180).await;
    let cancelled = base.store.session(&session).await.unwrap().unwrap().session;
    assert_eq!((cancelled.sequence, cancelled.state), (3, SessionState::Cancelled));
    assert_eq!(base.letters("deux").await.last(), Some(&"seance-annulee"));
    let closed = Command::Register(register(&session, "trois"));
    assert_eq!(refusal(base.store.execute(&closed, &Actor::Visitor, NOW + 200).await), Refusal::Closed);
    let moved = Command::MoveSession { session, when: when("2026-12-11T09:00:00") };
    assert_eq!(refusal(base.store.execute(&moved, &Actor::Visitor, NOW + 200).await), Refusal::Over);
}

/// More statements than one journey to the database takes.
async fn a_crowd_is_told_that_its_session_is_cancelled(base: Base) {
    let session = base.session(90).await;
    for n in 0..90 {
        base.register(&session, &format!("p{n}"), NOW).await;
    }
    base.run(Command::CancelSession { session: session.clone() }, NOW + 60).await;
    for n in 0..90 {
        assert_eq!(base.letters(&format!("p{n}")).await.last(), Some(&"seance-annulee"), "p{n}");
    }
}

async fn more_seats_promote_at_once_and_fewer_than_taken_are_refused(base: Base) {
    let session = base.session(1).await;
    base.confirmed(&session, "un", NOW).await;
    let two = base.register(&session, "deux", NOW).await.id;
    let mut group = register(&session, "groupe");
    group.seats = 2;
    assert_eq!(
        refusal(base.store.execute(&Command::Register(group.clone()), &Actor::Visitor, NOW).await),
        Refusal::TooManySeats { capacity: 1 }
    );
    let capacity = |capacity| Command::ChangeCapacity { session: session.clone(), capacity };
    base.run(capacity(3), NOW + 60).await;
    assert_eq!(base.state_of(&two).await, RegistrationState::Offered);
    let fewer = base.store.execute(&capacity(1), &Actor::Visitor, NOW + 120).await;
    assert_eq!(refusal(fewer), Refusal::CapacityBelowTaken { taken: 2 });
    // A group is all or none: one seat is left, two are wanted.
    group.submission = "another-form-0002".to_owned();
    assert_eq!(base.run(Command::Register(group), NOW + 180).await.shown, Shown::Waiting);
    assert_eq!(seats(&base, &session).await, (2, 2));
}

async fn a_request_is_followed_answered_and_becomes_a_session(base: Base) {
    let id = base.run(Command::SendRequest(Box::new(ask("anne"))), NOW).await.id;
    let token = base.token("anne", Purpose::Request).await;
    assert_eq!(base.store.request_by_token(&token, NOW).await.unwrap().unwrap().id, id);
    let accept = || Command::AcceptRequest { request: id.clone(), form: Box::new(form("2026-12-03T14:00:00", 15)) };
    let session = base.run(accept(), NOW + 60).await.id;
    let request = base.store.request_by_token(&token, NOW).await.unwrap().unwrap();
    assert_eq!((request.session, request.state), (Some(session.clone()), RequestState::Accepted));
    // Two coordinators at once: the second makes no second session.
    assert_eq!(refusal(base.store.execute(&accept(), &Actor::Visitor, NOW + 61).await), Refusal::Over);
    let decline = Command::DeclineRequest { request: id.clone(), reason: Reason::Dates, answer: "Non.".to_owned() };
    assert_eq!(refusal(base.store.execute(&decline, &Actor::Visitor, NOW + 61).await), Refusal::Over);
    let all = base.store.staff_sessions(0, i64::MAX, None).await.unwrap();
    assert_eq!(all.iter().map(|listed| listed.session.id.as_str()).collect::<Vec<_>>(), [session.as_str()]);
    assert_eq!(base.letters("anne").await, ["demande-recue", "demande-acceptee"]);
    let withdraw = |request| Command::WithdrawRequest { request };
    let late = base.store.execute_by_token(Purpose::Request, &token, withdraw, NOW + 120).await;
    assert_eq!(refusal(late), Refusal::Over);
}

async fn the_first_run_link_makes_one_coordinator(base: Base) {
    let old = base.store.bootstrap(NOW).await.unwrap().unwrap();
    let token = base.store.bootstrap(NOW).await.unwrap().unwrap();
    assert!(!base.store.is_bootstrap(&old, NOW).await.unwrap() && base.store.is_bootstrap(&token, NOW).await.unwrap());
    let staff = base.store.complete_bootstrap(&token, "Sacha", "Sacha@Exemple.fr", "hash", NOW).await.unwrap();
    assert_eq!((staff.email.as_str(), staff.role), ("sacha@exemple.fr", Role::Coordinator));
    let again = base.store.complete_bootstrap(&token, "Autre", "autre@exemple.fr", "hash", NOW).await;
    assert_eq!(refusal(again), Refusal::NotFound);
    assert_eq!(base.store.bootstrap(NOW).await.unwrap(), None);
}

async fn invitations_work_once_and_sign_ins_end(base: Base) {
    let (staff, token) = base.store.add_staff("Lou", "lou@exemple.fr", Role::Trainer, NOW).await.unwrap();
    assert!(base.store.add_staff("Lou", "LOU@exemple.fr", Role::Trainer, NOW).await.is_err());
    assert_eq!(base.store.invited(&token, NOW).await.unwrap().unwrap().id, staff.id);
    assert!(base.store.accept_invitation(&token, "hash", NOW).await.unwrap().has_password);
    assert_eq!(refusal(base.store.accept_invitation(&token, "other", NOW).await), Refusal::NotFound);
    let cookie = base.store.sign_in(&staff.id, "Firefox", NOW).await.unwrap();
    let here = base.store.signed_in(&cookie, NOW + 3600).await.unwrap().unwrap();
    assert_eq!((here.staff.id.as_str(), here.csrf.len()), (staff.id.as_str(), 64));
    assert!(base.store.signed_in(&cookie, NOW + 3600 + 2 * 3600 - 1).await.unwrap().is_some(), "use prolongs");
    assert!(base.store.signed_in(&cookie, NOW + 12 * 3600).await.unwrap().is_none(), "but not for ever");
    let other = base.store.sign_in(&staff.id, "Chrome", NOW).await.unwrap();
    let chrome = base.store.sign_ins(&staff.id, NOW).await.unwrap().into_iter().find(|s| s.agent == "Chrome").unwrap();
    base.store.revoke(&staff.id, &chrome.id).await.unwrap();
    assert!(base.store.signed_in(&other, NOW).await.unwrap().is_none());
    base.store.set_staff_active(&staff.id, false).await.unwrap();
    assert!(base.store.signed_in(&cookie, NOW).await.unwrap().is_none());
    assert!(base.store.staff_by_email("lou@exemple.fr").await.unwrap().is_none());
}

async fn letters_are_claimed_once_and_retried_later(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let claimed = base.store.claim(10, NOW).await.unwrap();
    assert_eq!((claimed.len(), base.store.claim(10, NOW).await.unwrap().len()), (1, 0));
    let key = &claimed[0].key;
    assert_eq!(base.store.claim(10, NOW + 121).await.unwrap().len(), 1, "a worker that died gives it back");
    base.store.mark_failed(key, "451 later", NOW + 121).await.unwrap();
    assert!(base.store.claim(10, NOW + 122).await.unwrap().is_empty());
    let again = base.store.claim(10, NOW + 121 + 300).await.unwrap();
    assert_eq!((again.len(), again[0].attempts, again[0].error.as_str()), (1, 3, "451 later"));
    base.store.mark_sent(key, NOW + 500).await.unwrap();
    let sent = base.store.post(key).await.unwrap().unwrap();
    assert_eq!((sent.state, sent.letter.tokens.len()), (PostState::Sent, 0));
    assert!(base.store.claim(10, NOW + DAY).await.unwrap().is_empty());
}

async fn what_was_answered_is_there_after_opening_again(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let again = Store::open(base.database.clone()).await.unwrap();
    assert_eq!(again.registrations(&session).await.unwrap().len(), 1);
    assert_eq!(again.session(&session).await.unwrap().unwrap().seats.taken, 1);
    let actions: Vec<_> = again.audit(10).await.unwrap().into_iter().map(|line| line.action).collect();
    assert_eq!(actions, ["register", "create-session"]);
}

trait Sorted {
    fn sorted(self) -> Self;
}

impl<const N: usize> Sorted for [&'static str; N] {
    fn sorted(mut self) -> Self {
        self[..2].sort_unstable();
        self
    }
}

on_both_engines![
    fifty_at_once_get_ten_seats_exactly,
    without_the_guards_the_same_load_oversells,
    a_trainer_is_never_in_two_places,
    the_schema_itself_refuses_a_trainer_in_two_places,
    the_next_in_line_gets_the_freed_seat_and_a_letter,
    a_crowd_is_told_that_its_session_is_cancelled,
    a_seat_that_is_not_confirmed_goes_to_the_next,
    the_same_form_sent_many_times_gets_one_answer,
    a_second_registration_is_told_by_mail_alone,
    links_open_what_they_are_for_and_nothing_else,
    a_moved_session_tells_everybody_and_a_cancelled_one_too,
    more_seats_promote_at_once_and_fewer_than_taken_are_refused,
    a_request_is_followed_answered_and_becomes_a_session,
    the_first_run_link_makes_one_coordinator,
    invitations_work_once_and_sign_ins_end,
    letters_are_claimed_once_and_retried_later,
    what_was_answered_is_there_after_opening_again,
];
