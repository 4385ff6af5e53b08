//! The calendar's pure rules under any order of commands, and its calendars as their readers need them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use repere::calendar::ics::{self, Publisher};
use repere::calendar::{
    Change, Command, Epoch, Fresh, LetterKind, Notice, Refusal, Registration, RegistrationState, Seats, Session,
    SessionState, State, decide, view,
};

use crate::calendar_kit::{DAY, NOW, form, register, when};

/// A calendar in memory that applies decisions without any guard: what holds here holds by the rules alone.
#[derive(Default)]
struct Model {
    session: Option<Session>,
    registrations: BTreeMap<String, Registration>,
    taken: i64,
    letters: Vec<(LetterKind, String)>,
    ids: u32,
    noticed: u32,
}

impl Model {
    fn run(&mut self, command: &Command, now: Epoch) -> Result<String, Refusal> {
        let mut state = State {
            session: self.session.clone(),
            taken: u32::try_from(self.taken).unwrap(),
            registrations: self.registrations.values().cloned().collect(),
            last_position: self.registrations.values().map(|one| one.position).max().unwrap_or(0),
            ..State::default()
        };
        self.ids += 1;
        let id = format!("id{:05}", self.ids);
        let decision = decide(&state, command, Fresh { now, id: &id })?;
        state.follow(&decision.changes);
        for change in decision.changes {
            match change {
                Change::Seats { by, .. } => self.taken += by,
                Change::AddSession(session) => self.session = Some(session),
                Change::UpdateSession(session) => {
                    let before = self.session.replace(session.clone()).unwrap();
                    assert_eq!(session.version, before.version + 1);
                    assert!(session.sequence >= before.sequence && session.id == before.id);
                }
                Change::AddRegistration(one) => assert!(self.registrations.insert(one.id.clone(), one).is_none()),
                Change::UpdateRegistration(one) => {
                    let before = self.registrations.insert(one.id.clone(), one.clone()).unwrap();
                    assert_eq!(one.version, before.version + 1);
                    let told = decision.letters.iter().any(|l| l.registration.as_ref().is_some_and(|r| r.id == one.id));
                    let session = self.session.as_ref().unwrap();
                    let over = session.state == SessionState::Cancelled || now >= session.start.instant;
                    let silent = before.state == one.state || over && one.state == RegistrationState::Expired;
                    assert!(told || silent, "{:?} became {:?} and nobody was told", before.state, one.state);
                }
                Change::RecallLetters { session, .. } => {
                    assert_eq!(Some(session), self.session.as_ref().map(|s| s.id.clone()));
                }
                Change::AddRequest(_) | Change::UpdateRequest(_) => unreachable!(),
                Change::Noticed { .. } => self.noticed += 1,
            }
        }
        assert_eq!(i64::from(state.taken), self.taken, "who comes next is told what was left");
        assert_eq!(state.last_position, self.registrations.values().map(|one| one.position).max().unwrap_or(0));
        let followed: BTreeMap<_, _> = state.registrations.into_iter().map(|one| (one.id.clone(), one)).collect();
        assert_eq!(followed, self.registrations);
        let mut keys: Vec<_> = decision.letters.iter().map(|letter| &letter.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), decision.letters.len(), "a key names one letter");
        self.letters.extend(decision.letters.iter().map(|letter| (letter.kind, letter.to.clone())));
        Ok(decision.id)
    }

    fn check(&self) {
        let session = self.session.as_ref().unwrap();
        let held: u32 = self.registrations.values().filter(|r| r.state.holds_seats()).map(|r| r.seats).sum();
        assert_eq!(i64::from(held), self.taken, "the counter is the sum");
        assert!(held <= session.capacity, "{held} seats of {}", session.capacity);
        assert!(self.registrations.values().all(|r| r.names.len() <= r.seats as usize), "no more names than seats");
        let mut active: Vec<_> =
            self.registrations.values().filter(|r| r.state.is_active()).map(|r| r.email.to_lowercase()).collect();
        active.sort();
        let all = active.len();
        active.dedup();
        assert_eq!(active.len(), all, "one active registration a person");
        // Whoever is first in line would not fit: otherwise the seat should be theirs.
        let first =
            self.registrations.values().filter(|r| r.state == RegistrationState::Waiting).min_by_key(|r| r.position);
        if let Some(first) = first
            && session.is_public()
            && session.state != SessionState::Cancelled
        {
            assert!(held + first.seats > session.capacity, "a seat is free and somebody waits");
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Register { who: u8, seats: u32 },
    Confirm(u8),
    Cancel(u8),
    Wait(Epoch),
    Capacity(u32),
    Move(u8),
    Name(u8, usize),
    Notify(Notice),
    Keep,
    Postpone,
    CancelSession,
}

const NOTICES: &[Notice] = &[
    Notice::Reminder { days: 7, last: false },
    Notice::Reminder { days: 1, last: true },
    Notice::Decision,
    Notice::Thanks,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u8..8, 1_u32..4).prop_map(|(who, seats)| Step::Register { who, seats }),
        4 => any::<u8>().prop_map(Step::Confirm),
        4 => any::<u8>().prop_map(Step::Cancel),
        2 => (0_i64..3 * DAY).prop_map(Step::Wait),
        1 => (1_u32..7).prop_map(Step::Capacity),
        1 => (1_u8..28).prop_map(Step::Move),
        1 => (any::<u8>(), 0_usize..5).prop_map(|(who, names)| Step::Name(who, names)),
        1 => prop::sample::select(NOTICES).prop_map(Step::Notify),
        1 => Just(Step::Keep),
        1 => Just(Step::Postpone),
        1 => prop::bool::weighted(0.1).prop_map(|yes| if yes { Step::CancelSession } else { Step::Postpone }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_order_of_commands_keeps_the_promises(steps in prop::collection::vec(step(), 1..60)) {
        let mut model = Model::default();
        let mut now = NOW;
        let mut first = form("2026-12-24T14:00:00", 4);
        (first.least, first.decides) = (2, Some(NOW + 5 * DAY));
        let session = model.run(&Command::CreateSession(Box::new(first)), now).unwrap();
        let nth = |model: &Model, n: u8| {
            model.registrations.keys().nth(usize::from(n) % model.registrations.len().max(1)).cloned()
        };
        for (index, step) in steps.into_iter().enumerate() {
            now += 1;
            let command = match step {
                Step::Register { who, seats } => {
                    let mut form = register(&session, &format!("p{who}"));
                    form.submission = format!("submission-{index}");
                    form.seats = seats;
                    Command::Register(form)
                }
                Step::Confirm(n) => {
                    let Some(registration) = nth(&model, n) else { continue };
                    Command::Confirm { registration }
                }
                Step::Cancel(n) => {
                    let Some(registration) = nth(&model, n) else { continue };
                    Command::Cancel { registration }
                }
                Step::Wait(seconds) => {
                    now += seconds;
                    Command::Expire { session: session.clone() }
                }
                Step::Capacity(capacity) => Command::ChangeCapacity { session: session.clone(), capacity },
                Step::Move(day) => Command::MoveSession {
                    session: session.clone(),
                    when: when(&format!("2027-01-{day:02}T10:00:00")),
                },
                Step::Name(n, names) => {
                    let Some(registration) = nth(&model, n) else { continue };
                    Command::NameSeats { registration, names: vec!["Quelqu’un".to_owned(); names] }
                }
                Step::Notify(notice) => Command::Notify { session: session.clone(), notice },
                Step::Keep => Command::KeepSession { session: session.clone() },
                Step::Postpone => Command::PostponeSession { session: session.clone() },
                Step::CancelSession => Command::CancelSession { session: session.clone() },
            };
            let before = model.taken;
            if model.run(&command, now).is_err() {
                prop_assert_eq!(model.taken, before, "a refusal changes nothing");
            }
            if now < model.session.as_ref().unwrap().start.instant {
                model.check();
            }
        }
    }

    #[test]
    fn no_public_form_of_a_session_tells_where_exactly(secret in "[A-Z][a-z]{7,12} [0-9]{5,6}", title in "\\PC{0,60}") {
        let mut form = form("2026-12-24T14:00:00", 4);
        form.title = title;
        form.place.exact = format!("12 rue {secret}");
        form.place.link = format!("https://visio.exemple.fr/{}", secret.replace(' ', "-"));
        let mut model = Model::default();
        model.run(&Command::CreateSession(Box::new(form)), NOW).unwrap();
        let session = model.session.unwrap();
        let seats = Seats { capacity: 4, taken: 0, waiting: 0 };
        let json = serde_json::to_string(&view::public(&session, seats, NOW)).unwrap();
        let feed = ics::feed(std::slice::from_ref(&session), &publisher()).replace("\r\n ", "");
        for text in [json, feed] {
            prop_assert!(!text.contains(&secret) && !text.contains("visio.exemple.fr"));
        }
        let inside = ics::trainer_feed(std::slice::from_ref(&session), &publisher()).replace("\r\n ", "");
        prop_assert!(inside.contains(&secret) && inside.contains("visio.exemple.fr"));
    }
}

fn publisher() -> Publisher {
    Publisher {
        base_url: "https://reperes.exemple".to_owned(),
        domain: "reperes.exemple".to_owned(),
        name: "Repères".to_owned(),
        organizer_name: "Repères".to_owned(),
        organizer_email: "calendrier@reperes.exemple".to_owned(),
    }
}

#[test]
fn the_feed_is_the_same_bytes_and_names_every_zone() {
    let mut sessions = Vec::new();
    for (index, zone) in ["Europe/Paris", "Indian/Reunion", "America/Miquelon"].into_iter().enumerate() {
        let mut form = form("2026-12-24T14:00:00", 4);
        let start = repere::calendar::Start::new("2027-03-29T10:00:00".parse().unwrap(), zone).unwrap();
        form.when.start = start;
        let mut model = Model { ids: u32::try_from(index).unwrap() * 10, ..Model::default() };
        model.run(&Command::CreateSession(Box::new(form)), NOW).unwrap();
        sessions.push(model.session.unwrap());
    }
    let feed = ics::feed(&sessions, &publisher());
    sessions.reverse();
    assert_eq!(feed, ics::feed(&sessions, &publisher()));
    assert_eq!(feed.matches("BEGIN:VTIMEZONE").count(), 3);
    assert_eq!((feed.matches("PRODID:").count(), feed.matches("BEGIN:VEVENT").count()), (1, 3));
    assert!(!feed.contains("ORGANIZER") && !feed.contains("METHOD"));
    assert!(feed.replace("\r\n", "").find('\n').is_none());
    let cancelled = {
        let mut one = sessions[0].clone();
        one.state = SessionState::Postponed;
        ics::feed(&[one], &publisher())
    };
    assert!(cancelled.contains("STATUS:CANCELLED\r\n"));
    let empty = ics::feed(&[], &publisher());
    assert!(empty.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && empty.ends_with("END:VCALENDAR\r\n"));
}
