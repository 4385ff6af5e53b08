//! Personal data past its time is erased, what is counted stays; the page on privacy says the same.

use std::path::Path;

use repere::calendar::{Command, Purpose, Reason, RegistrationState, RequestState};
use repere::store::{Engine, Erased, PostState, statements_that_erase};
use sqlx::Row as _;

use crate::calendar_kit::{Base, DAY, NOW, ask, form, on_both_engines, when};

/// The days after a session in these tests.
const KEEP: u32 = 90;

async fn send_everything(base: &Base, now: i64) {
    loop {
        let claimed = base.store.claim(100, now).await.unwrap();
        if claimed.is_empty() {
            return;
        }
        for post in claimed {
            base.store.mark_sent(&post.key, now).await.unwrap();
        }
    }
}

async fn erase(base: &Base, now: i64) -> (u64, u64, u64) {
    let Erased { registrations, requests, letters } = base.store.erase(KEEP, now).await.unwrap();
    (registrations, requests, letters)
}

async fn what_was_given_up_goes_after_a_week_and_the_rest_after_the_session(base: Base) {
    let session = base.session(10).await;
    let anne = base.confirmed(&session, "anne", NOW).await;
    let bilal = base.confirmed(&session, "bilal", NOW).await;
    let late = base.register(&session, "tard", NOW).await.id;
    let given_up = base.confirmed(&session, "parti", NOW).await;
    let manage = base.token("parti", Purpose::Manage).await;
    base.store.expire(NOW + 1800).await.unwrap();
    base.run(Command::Cancel { registration: given_up.clone() }, NOW + 1800).await;
    let week = NOW + 1800 + 7 * DAY;
    assert_eq!(erase(&base, week - 1).await, (0, 0, 0));
    assert!(base.store.registration_by_token(Purpose::Manage, &manage, week).await.unwrap().is_some());
    assert_eq!(erase(&base, week).await.0, 2);
    assert!(base.store.registration_by_token(Purpose::Manage, &manage, week).await.unwrap().is_none());
    for (id, state) in [(given_up, RegistrationState::Cancelled), (late, RegistrationState::Expired)] {
        let left = base.registration(&id).await;
        assert_eq!((left.name + &left.email + &left.function + &left.organisation).as_str(), "");
        assert_eq!((left.state, left.seats, left.departement.as_str()), (state, 1, "93"), "counters stay");
    }
    assert_eq!(base.registration(&anne).await.email, "anne@exemple.fr");

    let end = base.store.session(&session).await.unwrap().unwrap().session.end();
    let after = end + i64::from(KEEP) * DAY;
    assert_eq!(erase(&base, after - 1).await.0, 0);
    assert_eq!(erase(&base, after).await.0, 2);
    for id in [anne, bilal] {
        let left = base.registration(&id).await;
        assert_eq!((left.email.as_str(), left.state, left.seats), ("", RegistrationState::Confirmed, 1));
    }
    assert!(base.store.miscounted().await.unwrap().is_empty());
    assert_eq!(base.store.session(&session).await.unwrap().unwrap().seats.taken, 2);
}

async fn requests_go_with_their_session_or_after_their_answer(base: Base) {
    let mut ids = Vec::new();
    for who in ["accepte", "refus", "retrait", "attente"] {
        ids.push(base.run(Command::SendRequest(Box::new(ask(who))), NOW).await.id);
    }
    let form = Box::new(form("2026-12-03T14:00:00", 10));
    let session = base.run(Command::AcceptRequest { request: ids[0].clone(), form }, NOW).await.id;
    let (request, answer) = (ids[1].clone(), "Non, Anne.".to_owned());
    base.run(Command::DeclineRequest { request, reason: Reason::Dates, answer }, NOW).await;
    base.run(Command::WithdrawRequest { request: ids[2].clone() }, NOW).await;
    let end = base.store.session(&session).await.unwrap().unwrap().session.end();
    let keep = i64::from(KEEP) * DAY;
    let steps = [(NOW + 7 * DAY, 2), (NOW + keep, 1), (end + keep, 0), (NOW + 365 * DAY, 3)];
    for (at, index) in steps {
        assert_eq!(erase(&base, at - 1).await.1, 0, "not a second too early: {index}");
        assert_eq!(erase(&base, at).await.1, 1, "{index}");
        let left = base.store.request(&ids[index]).await.unwrap().unwrap();
        let personal = left.name + &left.email + &left.function + &left.organisation + &left.need + &left.answer;
        assert_eq!((personal.as_str(), left.preferred.as_str()), ("", ""));
        assert_eq!(
            (left.headcount, left.departement.as_str(), left.audience.as_str()),
            (15, "974", "Équipe éducative")
        );
    }
    assert_eq!(base.store.request(&ids[0]).await.unwrap().unwrap().state, RequestState::Accepted);
}

async fn letters_lose_their_content_and_nothing_is_left_in_the_file(base: Base) {
    let session = base.session(10).await;
    base.confirmed(&session, "anne", NOW).await;
    send_everything(&base, NOW).await;
    base.register(&session, "anne", NOW + 60).await;
    assert_eq!(erase(&base, NOW + 30 * DAY - 1).await.2, 0);
    assert_eq!(erase(&base, NOW + 30 * DAY).await.2, 2, "a letter that waits is not touched");
    let posts = base.store.posts(100).await.unwrap();
    let sent: Vec<_> = posts.iter().filter(|post| post.state == PostState::Sent).collect();
    assert!(sent.iter().all(|post| post.letter.to.is_empty() && post.letter.registration.is_none()));
    send_everything(&base, NOW + 40 * DAY).await;
    let erased = erase(&base, NOW + 200 * DAY).await;
    assert_eq!(erased.0, 1, "{erased:?}");
    base.store.close().await;
    // The folder is empty when PostgreSQL keeps the rows, in whose files old rows stay until it has cleaned up.
    for entry in std::fs::read_dir(base.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for personal in ["anne@exemple.fr", "Personne anne", "Tilleuls"] {
            let found = bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
            assert!(!found, "{personal} is still in {}", path.display());
        }
    }
}

/// What was erased once is looked at again when its session gets another date.
async fn who_comes_to_a_new_date_is_erased_after_that_one(base: Base) {
    let session = base.session(10).await;
    base.confirmed(&session, "anne", NOW).await;
    base.run(Command::PostponeSession { session: session.clone() }, NOW + DAY).await;
    let much_later = NOW + 200 * DAY;
    assert_eq!(erase(&base, much_later).await.0, 1, "postponed for good, as it seemed");
    assert_eq!(erase(&base, much_later).await.0, 0);
    let when = when("2027-09-02T14:00:00");
    let end = when.start.instant + i64::from(when.minutes) * 60;
    base.run(Command::MoveSession { session: session.clone(), when }, much_later).await;
    base.confirmed(&session, "bilal", much_later).await;
    assert_eq!(erase(&base, end + i64::from(KEEP) * DAY - 1).await.0, 0);
    assert_eq!(erase(&base, end + i64::from(KEEP) * DAY).await.0, 1);
}

/// Nobody waits longer for an erasure because many others were here before: no statement reads a whole table.
async fn every_row_to_erase_is_found_by_an_index(base: Base) {
    // Those with needs, and letters that still have their words, are few: an index of them may be read as a whole.
    const SHORT: [&str; 2] = ["registrations_with_needs", "outbox_to_erase"];
    let pool = base.pool().await;
    let before = if base.store.engine() == Engine::Postgres {
        fill(&base, &pool).await;
        "EXPLAIN "
    } else {
        // SQLite plans by the schema.
        "EXPLAIN QUERY PLAN "
    };
    let statements = statements_that_erase();
    assert!(statements.len() > 15);
    for statement in statements {
        // A literal of no type is a text or a number, as the column wants it.
        let text = statement.replace("$1", "'0'").replace("$2", "'20'");
        let query = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{before}{text}")));
        let column = if before == "EXPLAIN " { "QUERY PLAN" } else { "detail" };
        let rows = query.fetch_all(&pool).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get(column)).collect();
        for (at, step) in steps.iter().enumerate() {
            // PostgreSQL tells below a scan by what it finds its rows; an index without that is read whole.
            let below = steps[at + 1..].iter().take_while(|line| !line.contains("->"));
            let found = below.into_iter().any(|line| line.contains("Index Cond:"));
            let whole = step.starts_with("SCAN ")
                || step.contains("Seq Scan")
                || (step.contains("Index") && step.contains(" Scan") && !found);
            assert!(!whole || SHORT.iter().any(|index| step.contains(index)), "{step}: {statement}\n{steps:#?}");
        }
    }
}

/// As many rows as make an index worth while; few have what is looked for.
async fn fill(base: &Base, pool: &sqlx::AnyPool) {
    let model = base.session(1000).await;
    let copy = "INSERT INTO sessions (id, kind, title, audience, programme, place_public, place_exact, place_link,
             departement, start_civil, start_zone, start_at, end_at, minutes, capacity, state, sequence, travel_before,
             travel_after, created, changed, version, erased)
         SELECT 's' || i, kind, title, audience, programme, place_public, place_exact, place_link, departement,
             start_civil, start_zone, start_at - i * 3600, end_at - i * 3600, minutes, capacity, 'done', 0, 0, 0, created,
             changed, 1, CASE WHEN i < 20 THEN 0 ELSE 1 END
         FROM sessions, generate_series(1, 5000) i WHERE id = $1";
    sqlx::query(copy).bind(model).execute(pool).await.unwrap();
    let rows = "INSERT INTO registrations (id, session, name, email, role, organisation, departement, seats, state,
             position, verified, created, changed, version, needs)
         SELECT 'r' || i, 's' || (1 + i % 5000), '', CASE WHEN i < 2000 THEN 'p' || i || '@exemple.fr' ELSE '' END, '', '',
             '93', 1, CASE WHEN i % 9 = 0 THEN 'cancelled' ELSE 'confirmed' END, i, 1, i, i, 1,
             CASE WHEN i < 4 THEN 'une rampe' ELSE '' END
         FROM generate_series(1, 40000) i;
         INSERT INTO requests (id, organisation, name, email, role, departement, audience, headcount, need, preferred,
             state, answer, session, created, changed, version)
         SELECT 'q' || i, '', '', CASE WHEN i < 200 THEN 'p' || i || '@exemple.fr' ELSE '' END, '', '93', '', 9, '', '',
             (ARRAY['received', 'accepted', 'declined', 'withdrawn'])[1 + i % 4], '',
             CASE WHEN i % 4 = 1 THEN 's' || (1 + i % 5000) END, i, i, 1
         FROM generate_series(1, 5000) i;
         INSERT INTO tokens (hash, purpose, subject) SELECT 'h' || i, 'manage', 'r' || i FROM generate_series(1, 40000) i;
         INSERT INTO outbox (key, letter, kind, session, registration, request, state, attempts, not_before, created, error,
             erased)
         SELECT 'k' || i, '', 'confirmer', 's' || (1 + i % 5000), 'r' || i, CASE WHEN i % 8 = 0 THEN 'q' || i ELSE '' END,
             'sent', 1, i, i, '', CASE WHEN i < 100 THEN 0 ELSE 1 END
         FROM generate_series(1, 40000) i;
         INSERT INTO invitations (session, person, sequence)
         SELECT 's' || (1 + i % 5000), 'p' || i, 0 FROM generate_series(1, 20000) i;
         ANALYZE";
    sqlx::raw_sql(rows).execute(pool).await.unwrap();
}

#[test]
fn the_page_on_privacy_says_how_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (loaded, _) = repere::config::load(root, None).unwrap();
    let page = std::fs::read_to_string(root.join("content/confidentialite.md")).unwrap();
    let kept = loaded.repere.calendar.keep_days;
    assert!(page.contains(&format!("{kept} jours après la séance")), "{kept} days");
    let letters = repere::store::LETTERS_KEPT / DAY;
    assert!(page.contains(&format!("{letters} jours après leur écriture")), "{letters} days");
}

on_both_engines![
    what_was_given_up_goes_after_a_week_and_the_rest_after_the_session,
    requests_go_with_their_session_or_after_their_answer,
    letters_lose_their_content_and_nothing_is_left_in_the_file,
    who_comes_to_a_new_date_is_erased_after_that_one,
    every_row_to_erase_is_found_by_an_index,
];
