//! Any order of commands, against the real database: what must hold after each of them, on both engines.
//!
//! Two sessions share a trainer; people register alone and in groups, confirm, give up, wait; coordinators move, postpone,
//! cancel, change the seats, propose dates and answer requests. The pure rules have a test of their own in `calendar.rs`; this one holds
//! what is kept: seats, order, letters, the trainer's time, the audit log, and the sums that figures are made of.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use repere::calendar::{
    Actor, Command, Epoch, Kind, LetterKind, Refusal, Registration, RegistrationState as At, Role, SessionState,
    retention,
};
use repere::store::Error;
use sqlx::Row as _;

use crate::calendar_kit::{Base, DAY, NOW, ask, form, on_both_engines, register, when};

#[derive(Debug, Clone)]
enum Step {
    Register { to: usize, who: u8, seats: u32 },
    SameFormAgain,
    Confirm(u8),
    Cancel(u8),
    Wait(Epoch),
    Capacity(usize, u32),
    Move(usize, u8),
    Postpone(usize),
    CancelSession(usize),
    Ask,
    Decline,
    Accept(u8),
    Propose(u8),
    AnswerProposal(bool),
    Forget(u8),
    Declare(usize, u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..2_usize, 0..8_u8, 1..4_u32).prop_map(|(to, who, seats)| Step::Register { to, who, seats }),
        1 => Just(Step::SameFormAgain),
        5 => any::<u8>().prop_map(Step::Confirm),
        5 => any::<u8>().prop_map(Step::Cancel),
        2 => (0..3 * DAY).prop_map(Step::Wait),
        2 => (0..2_usize, 1..7_u32).prop_map(|(of, seats)| Step::Capacity(of, seats)),
        3 => (0..2_usize, 0..6_u8).prop_map(|(of, slot)| Step::Move(of, slot)),
        1 => (0..2_usize).prop_map(Step::Postpone),
        1 => prop::bool::weighted(0.15).prop_map(|yes| if yes { Step::CancelSession(0) } else { Step::Wait(60) }),
        2 => Just(Step::Ask),
        1 => Just(Step::Decline),
        1 => (0..6_u8).prop_map(Step::Accept),
        2 => (0..6_u8).prop_map(Step::Propose),
        2 => any::<bool>().prop_map(Step::AnswerProposal),
        1 => any::<u8>().prop_map(Step::Forget),
        1 => (0..2_usize, 0..90_u32).prop_map(|(of, people)| Step::Declare(of, people)),
    ];
    prop::collection::vec(step, 1..40)
}

/// Six times of one day, an hour apart: with ninety minutes and travel, neighbours collide.
fn slot(number: u8) -> String {
    format!("2027-01-12T{:02}:00:00", 9 + number)
}

/// One run of steps over sessions of its own, in a database that other runs share.
struct Run<'a> {
    base: &'a Base,
    sessions: Vec<String>,
    requests: Vec<String>,
    /// The last form, what it was answered, and when: it is remembered for a week.
    last: Option<(Command, String, Epoch)>,
    trainer: String,
    now: Epoch,
}

/// What is kept of a session at one moment.
struct Kept {
    capacity: u32,
    taken: u32,
    state: SessionState,
    start: Epoch,
    registrations: BTreeMap<String, Registration>,
    /// Kind, registration and state of each letter, by key.
    letters: BTreeMap<String, (String, String, String)>,
}

impl Run<'_> {
    async fn kept(&self, session: &str, pool: &sqlx::AnyPool) -> Kept {
        let listed = self.base.store.session(session).await.unwrap().unwrap();
        let all = self.base.store.registrations(session).await.unwrap();
        let letters = sqlx::query("SELECT key, kind, registration, state FROM outbox WHERE session = $1");
        let letters = letters.bind(session).fetch_all(pool).await.unwrap();
        Kept {
            capacity: listed.seats.capacity,
            taken: listed.seats.taken,
            state: listed.session.state,
            start: listed.session.start.instant,
            registrations: all.into_iter().map(|one| (one.id.clone(), one)).collect(),
            letters: letters
                .iter()
                .map(|row| (row.get("key"), (row.get("kind"), row.get("registration"), row.get("state"))))
                .collect(),
        }
    }

    async fn nth(&self, n: u8) -> Option<String> {
        let mut all = Vec::new();
        for session in &self.sessions {
            all.extend(self.base.store.registrations(session).await.unwrap());
        }
        all.sort_by(|a, b| (&a.session, a.position).cmp(&(&b.session, b.position)));
        (!all.is_empty()).then(|| all[usize::from(n) % all.len()].id.clone())
    }

    /// The command of a step; `None` when there is nothing to do it to.
    async fn command(&mut self, step: Step, index: usize) -> Option<Command> {
        let of = |number: usize| self.sessions[number].clone();
        Some(match step {
            Step::Register { to, who, seats } => {
                let mut form = register(&self.sessions[to], &format!("p{who}"));
                form.submission = format!("form-{index}-{}", self.sessions[to]);
                form.seats = seats;
                Command::Register(form)
            }
            Step::SameFormAgain => self.last.as_ref()?.0.clone(),
            Step::Confirm(n) => Command::Confirm { registration: self.nth(n).await? },
            Step::Cancel(n) => Command::Cancel { registration: self.nth(n).await? },
            Step::Wait(seconds) => {
                self.now += seconds;
                self.base.store.expire(self.now).await.unwrap();
                return None;
            }
            Step::Capacity(number, capacity) => Command::ChangeCapacity { session: of(number), capacity },
            Step::Move(number, time) => Command::MoveSession { session: of(number), when: when(&slot(time)) },
            Step::Postpone(number) => Command::PostponeSession { session: of(number) },
            Step::CancelSession(number) => Command::CancelSession { session: of(number) },
            Step::Ask => {
                let mut form = ask("institution");
                form.submission = format!("request-{index}-{}", self.sessions[0]);
                Command::SendRequest(Box::new(form))
            }
            Step::Decline => Command::DeclineRequest {
                request: self.requests.last()?.clone(),
                reason: repere::calendar::Reason::Dates,
                answer: "Non.".into(),
            },
            Step::Accept(time) => {
                let mut form = form(&slot(time), 4);
                form.trainers = vec![self.trainer.clone()];
                Command::AcceptRequest { request: self.requests.last()?.clone(), form: Box::new(form) }
            }
            Step::Propose(time) => {
                let (form, deadline) = (Box::new(form(&slot(time), 4)), self.now + 2 * DAY);
                let answer = "Cette date vous va-t-elle ?".to_owned();
                Command::ProposeSession { request: self.requests.last()?.clone(), form, deadline, answer }
            }
            Step::AnswerProposal(yes) => {
                let request = self.requests.last()?.clone();
                let reply = "Plus tard.".to_owned();
                if yes { Command::AcceptProposal { request } } else { Command::RefuseProposal { request, reply } }
            }
            Step::Forget(n) => {
                self.base.store.forget_registration(&self.nth(n).await?, self.now).await.unwrap();
                return None;
            }
            Step::Declare(number, people) => {
                // After its day; refused for one that does not take place.
                let _ = self.base.store.declare_reached(&of(number), people, &Actor::Clock, self.now + 90 * DAY).await;
                return None;
            }
        })
    }

    async fn go(&mut self, steps: Vec<Step>, pool: &sqlx::AnyPool) {
        for (index, step) in steps.into_iter().enumerate() {
            self.now += 1;
            let mut before = Vec::new();
            for session in &self.sessions {
                before.push(self.kept(session, pool).await);
            }
            let command = self.command(step, index).await;
            let mut refused = false;
            if let Some(command) = &command {
                let done = self.base.store.execute(command, &Actor::Visitor, self.now).await;
                refused = self.answered(command, done);
            }
            for (number, before) in before.iter().enumerate() {
                let after = self.kept(&self.sessions[number], pool).await;
                self.holds(before, &after, command.as_ref(), refused);
            }
            self.nobody_is_in_two_places(pool).await;
            // What was not followed stays wrong: not every step needs a look.
            if index % 3 == 0 {
                self.figures_say_what_rows_say(pool).await;
            }
        }
        assert_eq!(self.base.store.recount().await.unwrap(), BTreeSet::new(), "what was followed is what is there");
    }

    /// What is remembered of sessions and requests is what the rows say, by sums that know nothing of it.
    async fn figures_say_what_rows_say(&self, pool: &sqlx::AnyPool) {
        let over = self.now + 900 * DAY;
        let figures = self.base.store.figures(0, over, over).await.unwrap();
        let rows = sqlx::query(
            "SELECT CAST(COALESCE(SUM(taken), 0) AS BIGINT) AS seats, COUNT(*) AS n,
                 CAST(COALESCE(SUM((SELECT people FROM reached WHERE session = sessions.id)), 0) AS BIGINT) AS people,
                 CAST((SELECT COALESCE(SUM(r.seats), 0) FROM registrations r JOIN sessions w ON w.id = r.session
                  WHERE w.kind = 'webinar' AND w.state IN ('published', 'done') AND r.state = 'confirmed') AS BIGINT)
                     AS video,
                 (SELECT COUNT(*) FROM sessions WHERE state = 'cancelled') AS cancelled,
                 (SELECT COUNT(*) FROM requests WHERE state = 'declined') AS declined
             FROM sessions WHERE state IN ('published', 'done')",
        );
        let row = rows.fetch_one(pool).await.unwrap();
        let told = |name: &str| u64::try_from(row.get::<i64, _>(name)).unwrap();
        assert_eq!((figures.interventions, figures.seats), (told("n"), told("seats")));
        assert_eq!((figures.people, figures.cancelled), (told("people"), told("cancelled")));
        assert_eq!(figures.reached_by_video.iter().map(|line| line.people).sum::<u64>(), told("video"));
        assert_eq!(figures.refusals.iter().map(|line| line.count).sum::<u64>(), told("declined"));
    }

    /// Notes what a command answered; true for a refusal.
    fn answered(&mut self, command: &Command, done: Result<repere::store::Outcome, Error>) -> bool {
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(Error::Refused(refusal)) => {
                assert_ne!(refusal, Refusal::Changed, "alone, nobody is faster");
                return true;
            }
            Err(Error::Failed(error)) => panic!("the database failed: {error:#}"),
        };
        match command {
            Command::Register(_) => {
                if let Some((known, id, at)) = &self.last
                    && known == command
                    && self.now - at < retention::SUBMISSIONS
                {
                    assert!(outcome.repeated && outcome.id == *id, "the same form gets the same answer");
                }
                // A second answer does not make it remembered any longer.
                let at = match &self.last {
                    Some((known, _, at)) if known == command && outcome.repeated => *at,
                    _ => self.now,
                };
                self.last = Some((command.clone(), outcome.id, at));
            }
            Command::SendRequest(_) => self.requests.push(outcome.id),
            _ => {}
        }
        false
    }

    fn holds(&self, before: &Kept, after: &Kept, command: Option<&Command>, refused: bool) {
        let held: u32 = after.registrations.values().filter(|r| r.state.holds_seats()).map(|r| r.seats).sum();
        assert_eq!(held, after.taken, "the counter is the sum");
        assert!(held <= after.capacity, "{held} seats of {}", after.capacity);
        let mut active: Vec<_> =
            after.registrations.values().filter(|r| r.state.is_active()).map(|r| r.email.to_lowercase()).collect();
        active.sort();
        let all = active.len();
        active.dedup();
        assert_eq!(active.len(), all, "one active registration a person");
        if refused {
            assert!(before.registrations == after.registrations && before.letters == after.letters);
        }
        let open = !matches!(after.state, SessionState::Cancelled) && self.now < after.start;
        let waiting = |kept: &Kept| -> Vec<Registration> {
            let mut all: Vec<_> = kept.registrations.values().filter(|r| r.state == At::Waiting).cloned().collect();
            all.sort_by_key(|r| r.position);
            all
        };
        if let Some(first) = waiting(after).first()
            && open
        {
            assert!(held + first.seats > after.capacity, "a seat is free and somebody waits");
        }
        // Who waited before somebody who was promoted does not wait any more.
        let line = waiting(before);
        let still = |one: &Registration| after.registrations[&one.id].state == At::Waiting;
        let promoted = |one: &Registration| after.registrations[&one.id].state.holds_seats();
        if let Some(last) = line.iter().rposition(promoted) {
            assert!(!line[..last].iter().any(still), "somebody was passed over");
        }
        self.told(before, after, command, open);
    }

    /// Each change of a registration was told once, and nothing else was.
    fn told(&self, before: &Kept, after: &Kept, command: Option<&Command>, open: bool) {
        let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, (kind, registration, _)) in &after.letters {
            if !before.letters.contains_key(key) && !registration.is_empty() {
                told.entry(registration).or_default().push(kind);
            }
        }
        let of_all = before.start != after.start || before.state != after.state;
        for (id, one) in &after.registrations {
            let letters = told.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
            assert!(letters.len() <= 1, "{letters:?} at once");
            let changed = before.registrations.get(id).is_none_or(|known| known.state != one.state);
            if changed && (open || one.state != At::Expired) {
                assert_eq!(letters.len(), 1, "became {:?} and was told {letters:?}", one.state);
            }
            if !changed
                && !of_all
                && !matches!(command, Some(Command::MoveSession { .. } | Command::PostponeSession { .. }))
            {
                let already = LetterKind::Already.as_str();
                assert!(letters.iter().all(|kind| *kind == already), "nothing happened, but {letters:?}");
            }
            if one.state == At::Cancelled {
                let of_the_end = [LetterKind::Cancelled, LetterKind::SessionCancelled].map(LetterKind::as_str);
                let stale = after
                    .letters
                    .values()
                    .filter(|(kind, of, state)| of == id && state == "due" && !of_the_end.contains(&kind.as_str()));
                assert_eq!(stale.count(), 0, "what is no longer true is not sent");
            }
        }
    }

    async fn nobody_is_in_two_places(&self, pool: &sqlx::AnyPool) {
        let query = sqlx::query(
            "SELECT COUNT(*) AS n FROM assignments a JOIN assignments b ON a.staff = b.staff AND a.session < b.session
             WHERE a.active = 1 AND b.active = 1 AND a.busy_from < b.busy_to AND b.busy_from < a.busy_to AND a.staff = $1",
        );
        let row = query.bind(&self.trainer).fetch_one(pool).await.unwrap();
        assert_eq!(row.get::<i64, _>("n"), 0, "the trainer is in two places");
    }
}

async fn any_order_of_commands_keeps_the_promises(base: Base) {
    let pool = base.pool().await;
    let handle = tokio::runtime::Handle::current();
    let count = std::sync::atomic::AtomicU32::new(0);
    let config = Config { cases: 32, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
    let case = |steps: Vec<Step>| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        handle.block_on(async {
            let email = format!("lou{number}@exemple.fr");
            let (trainer, _) = base.store.add_staff("Lou Martin", &email, Role::Trainer, NOW).await.unwrap();
            let mut sessions = Vec::new();
            for (time, kind) in [(0, Kind::Awareness), (4, Kind::Webinar)] {
                let mut form = form(&slot(time), 4);
                form.kind = kind;
                form.trainers = vec![trainer.id.clone()];
                sessions.push(base.run(Command::CreateSession(Box::new(form)), NOW).await.id);
            }
            let mut run =
                Run { base: &base, sessions, requests: Vec::new(), last: None, trainer: trainer.id, now: NOW };
            run.go(steps, &pool).await;
        });
        Ok(())
    };
    let found = tokio::task::block_in_place(|| TestRunner::new(config).run(&steps(), case));
    if let Err(error) = found {
        panic!("{error}");
    }
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

on_both_engines![any_order_of_commands_keeps_the_promises];
