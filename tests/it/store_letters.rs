//! Letters of the calendar: invitations that only grow, letters taken back before they are sent, who is told of what,
//! and letters of a database that an older program wrote.

use repere::calendar::{Command, LetterKind, Method, Role};
use repere::store::{Post, PostState, Store};

use crate::calendar_kit::{Base, NOW, ask, base, form, on_both_engines, register, when};

/// Everything written to somebody, in the order of its writing.
async fn posts(base: &Base, who: &str) -> Vec<Post> {
    let mut posts = base.store.posts(1000).await.unwrap();
    posts.sort_by_key(|post| post.created);
    let to = format!("{who}@exemple.fr");
    posts.into_iter().filter(|post| post.letter.to == to).collect()
}

/// What somebody's mail program is asked, in order.
async fn invitations(base: &Base, who: &str) -> Vec<(Method, u32)> {
    let posts = posts(base, who).await;
    posts.iter().filter_map(|post| Some((post.letter.method?, post.letter.sequence?))).collect()
}

async fn state_of(base: &Base, who: &str, kind: LetterKind) -> Vec<PostState> {
    posts(base, who).await.iter().filter(|post| post.letter.kind == kind).map(|post| post.state).collect()
}

async fn who_leaves_and_comes_back_gets_a_newer_invitation(base: Base) {
    let session = base.session(10).await;
    let first = base.confirmed(&session, "anne", NOW).await;
    base.run(Command::Cancel { registration: first }, NOW + 60).await;
    let mut again = register(&session, "anne");
    again.submission = "another-form-0001".to_owned();
    again.email = "anne@exemple.fr".to_owned();
    let second = base.run(Command::Register(again), NOW + 120).await.id;
    base.run(Command::Confirm { registration: second }, NOW + 180).await;
    assert_eq!(invitations(&base, "anne").await, [(Method::Request, 0), (Method::Cancel, 1), (Method::Request, 2)]);
    base.run(Command::MoveSession { session: session.clone(), when: when("2026-12-10T09:00:00") }, NOW + 240).await;
    assert_eq!(invitations(&base, "anne").await.last(), Some(&(Method::Request, 3)));
    // Somebody else starts where the session stands.
    base.confirmed(&session, "bilal", NOW + 300).await;
    assert_eq!(invitations(&base, "bilal").await, [(Method::Request, 1)]);
}

async fn a_trainer_who_comes_back_gets_a_newer_invitation(base: Base) {
    let (lou, _) = base.store.add_staff("Lou", "lou@exemple.fr", Role::Trainer, NOW).await.unwrap();
    let session = base.session(10).await;
    for (version, trainers) in [vec![lou.id.clone()], Vec::new(), vec![lou.id.clone()]].into_iter().enumerate() {
        let mut form = form("2026-12-03T14:00:00", 10);
        form.trainers = trainers;
        let version = u32::try_from(version).unwrap() + 1;
        let edit = Command::EditSession { session: session.clone(), version, form: Box::new(form) };
        base.run(edit, NOW + i64::from(version)).await;
    }
    assert_eq!(invitations(&base, "lou").await, [(Method::Request, 0), (Method::Cancel, 1), (Method::Request, 2)]);
}

async fn letters_that_are_no_longer_true_are_not_sent(base: Base) {
    let session = base.session(10).await;
    let anne = base.register(&session, "anne", NOW).await.id;
    let bilal = base.confirmed(&session, "bilal", NOW).await;
    base.run(Command::Cancel { registration: anne }, NOW + 60).await;
    assert_eq!(state_of(&base, "anne", LetterKind::Confirm).await, [PostState::Cancelled]);
    assert!(posts(&base, "anne").await[0].letter.tokens.is_empty(), "its links are gone");
    assert_eq!(state_of(&base, "anne", LetterKind::Cancelled).await, [PostState::Due]);
    assert_eq!(state_of(&base, "bilal", LetterKind::Confirmed).await, [PostState::Due], "another's letter stays");
    base.run(Command::MoveSession { session: session.clone(), when: when("2026-12-10T09:00:00") }, NOW + 120).await;
    base.run(Command::CancelSession { session: session.clone() }, NOW + 180).await;
    for kind in [LetterKind::Confirm, LetterKind::Confirmed, LetterKind::Moved] {
        assert_eq!(state_of(&base, "bilal", kind).await, [PostState::Cancelled], "{kind}");
    }
    assert_eq!(state_of(&base, "bilal", LetterKind::SessionCancelled).await, [PostState::Due]);
    let due = base.store.claim(100, NOW + 200).await.unwrap();
    assert_eq!(due.iter().map(|post| post.letter.kind).collect::<Vec<_>>().len(), 2, "what ended is told, once each");
    assert!(base.registration(&bilal).await.state.is_active(), "the list of who was told stays");
}

async fn a_seat_let_go_takes_its_letter_back(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "tard", NOW).await;
    base.store.expire(NOW + 1800).await.unwrap();
    assert_eq!(state_of(&base, "tard", LetterKind::Confirm).await, [PostState::Cancelled]);
    assert_eq!(state_of(&base, "tard", LetterKind::Expired).await, [PostState::Due]);
}

async fn coordinators_are_told_of_a_request_and_not_by_whom(base: Base) {
    base.store.add_staff("Claire", "claire@exemple.fr", Role::Coordinator, NOW).await.unwrap();
    let (gone, _) = base.store.add_staff("Dan", "dan@exemple.fr", Role::Coordinator, NOW).await.unwrap();
    base.store.add_staff("Lou", "lou@exemple.fr", Role::Trainer, NOW).await.unwrap();
    base.store.set_staff_active(&gone.id, false).await.unwrap();
    base.run(Command::SendRequest(Box::new(ask("anne"))), NOW + 60).await;
    let told = posts(&base, "claire").await.pop().unwrap();
    assert_eq!(told.letter.kind, LetterKind::RequestToAnswer);
    let written = serde_json::to_string(&told.letter).unwrap();
    for personal in ["anne", "Tilleuls", "repérer"] {
        assert!(!written.contains(personal), "{personal} is in {written}");
    }
    for who in ["dan", "lou"] {
        assert_eq!(base.letters(who).await, ["equipe-invitation"], "{who}");
    }
}

/// The schema of the first release, with a letter as it was kept then.
#[tokio::test]
async fn an_older_database_keeps_its_letters() {
    let base = base().await;
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let post = posts(&base, "anne").await.remove(0);
    let mut letter = serde_json::to_value(&post.letter).unwrap();
    letter.as_object_mut().unwrap().remove("sequence");
    let folder = tempfile::tempdir().unwrap();
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("repere.db").display());
    let old = sqlx::AnyPool::connect(&url).await.unwrap();
    let schema = include_str!("../../src/store/migrations/sqlite/0001_start.sql");
    sqlx::raw_sql(schema).execute(&old).await.unwrap();
    let number = "CREATE TABLE migrations (number INTEGER PRIMARY KEY); INSERT INTO migrations (number) VALUES (1)";
    sqlx::raw_sql(number).execute(&old).await.unwrap();
    let row = "INSERT INTO outbox (key, letter, state, attempts, not_before, created, error)
               VALUES ($1, $2, 'kept', 1, $3, $3, '')";
    sqlx::query(row).bind(&post.key).bind(letter.to_string()).bind(NOW).execute(&old).await.unwrap();
    old.close().await;

    let store = Store::open(folder.path()).await.unwrap();
    let kept = store.post(&post.key).await.unwrap().unwrap();
    assert_eq!((kept.state, &kept.letter), (PostState::Kept, &post.letter));
    store.answers().await.unwrap();
    assert_eq!(store.erase(90, NOW + 30 * crate::calendar_kit::DAY).await.unwrap().letters, 1, "its kind is known");
}

on_both_engines![
    who_leaves_and_comes_back_gets_a_newer_invitation,
    a_trainer_who_comes_back_gets_a_newer_invitation,
    letters_that_are_no_longer_true_are_not_sent,
    a_seat_let_go_takes_its_letter_back,
    coordinators_are_told_of_a_request_and_not_by_whom,
];
