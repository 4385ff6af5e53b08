//! Sessions in series, minimums, notices, proposals and absences, as the database keeps them: on both engines.

use repere::calendar::{
    Actor, Command, Epoch, Half, LetterKind, Method, Notice, Outlook, Purpose, Refusal, RegistrationState,
    RequestState, Role, SessionState, Start, Wish, due,
};
use repere::store::{Error, Store};

use crate::calendar_kit::{Base, DAY, NOW, ask, form, on_both_engines, register, when};

/// 2026-12-03T14:00 in Paris.
const START: Epoch = 1_796_302_800;
/// Days before a session, as they are unless others are chosen.
const REMINDERS: &[u16] = &[7, 1];

fn paris(civil: &str) -> Start {
    Start::new(civil.parse().unwrap(), "Europe/Paris").unwrap()
}

async fn trainer(store: &Store, who: &str) -> String {
    store.add_staff(who, &format!("{who}@exemple.fr"), Role::Trainer, NOW).await.unwrap().0.id
}

async fn coordinator(store: &Store) {
    let token = store.bootstrap(NOW).await.unwrap().unwrap();
    store.complete_bootstrap(&token, "Claire", "claire@exemple.fr", "$argon2id$", NOW).await.unwrap();
}

async fn kinds(base: &Base, who: &str) -> Vec<&'static str> {
    let mut kinds = base.letters(who).await;
    kinds.sort_unstable();
    kinds
}

async fn a_time_that_is_taken_is_taken_by_whatever_takes_it(base: Base) {
    let lou = trainer(&base.store, "lou").await;
    let create = |civil: &str| {
        let mut form = form(civil, 10);
        form.trainers = vec![lou.clone()];
        Command::CreateSession(Box::new(form))
    };
    // The session takes 13:30 to 16:00: half an hour of travel on each side.
    base.run(create("2026-12-03T14:00:00"), NOW).await;
    let away = |from: &str, to: &str| {
        let (from, to) = (paris(from), paris(to));
        let (store, lou) = (&base.store, &lou);
        async move { store.add_absence(lou, &from, &to, NOW).await }
    };
    let busy = away("2026-12-03T15:59:00", "2026-12-03T18:00:00").await;
    assert!(matches!(busy, Err(Error::Refused(Refusal::TrainerBusy { start: START, .. }))), "travel counts: {busy:?}");
    let evening = away("2026-12-03T16:00:00", "2026-12-03T20:00:00").await.unwrap();
    let week = away("2026-12-07T00:00:00", "2026-12-12T00:00:00").await.unwrap();
    let day = away("2026-12-11T00:00:00", "2026-12-13T00:00:00").await.unwrap();
    let refused = base.store.execute(&create("2026-12-10T09:00:00"), &Actor::Clock, NOW).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::TrainerBusy { start: 0, .. }))), "{refused:?}");
    assert_eq!(base.store.absences(Some(&lou), NOW).await.unwrap().len(), 3);
    // What one absence leaves, the other still covers.
    base.store.remove_absence(&lou, &week).await.unwrap();
    assert!(base.store.execute(&create("2026-12-11T09:00:00"), &Actor::Clock, NOW).await.is_err());
    base.run(create("2026-12-10T09:00:00"), NOW).await;
    base.store.remove_absence(&lou, &day).await.unwrap();
    base.run(create("2026-12-11T09:00:00"), NOW).await;
    let nobody = base.store.remove_absence("somebody-else", &evening).await;
    assert!(matches!(nobody, Err(Error::Refused(Refusal::NotFound))), "absences are one's own");
}

async fn fifty_at_once_take_a_trainer_once(base: Base) {
    let lou = trainer(&base.store, "lou").await;
    let mut tasks = Vec::new();
    for n in 0..50 {
        let (store, lou) = (base.store.clone(), lou.clone());
        tasks.push(tokio::spawn(async move {
            if n % 2 == 0 {
                // Absences overlap each other freely, so each has a minute of its own inside the session's time.
                let (from, to) = (paris("2026-12-03T13:00:00"), paris("2026-12-03T17:00:00"));
                store.add_absence(&lou, &from, &to, NOW).await.map(|_| "absence")
            } else {
                let mut form = form("2026-12-03T14:00:00", 10);
                form.trainers = vec![lou];
                store.execute(&Command::CreateSession(Box::new(form)), &Actor::Clock, NOW).await.map(|_| "session")
            }
        }));
    }
    let mut done = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(what) => done.push(what),
            Err(Error::Refused(Refusal::TrainerBusy { .. } | Refusal::Changed)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let sessions = done.iter().filter(|what| **what == "session").count();
    let absences = done.len() - sessions;
    assert!((sessions, absences > 0) == (1, false) || (sessions, absences > 0) == (0, true), "{done:?}");
}

async fn the_dates_of_a_series_are_made_together_or_not_at_all(base: Base) {
    let lou = trainer(&base.store, "lou").await;
    let mut forms =
        vec![form("2026-12-03T14:00:00", 8), form("2026-12-10T14:00:00", 8), form("2026-12-17T14:00:00", 8)];
    for form in &mut forms {
        form.trainers = vec![lou.clone()];
    }
    base.store.add_absence(&lou, &paris("2026-12-17T00:00:00"), &paris("2026-12-18T00:00:00"), NOW).await.unwrap();
    let all = Command::CreateSeries(forms.clone());
    assert!(base.store.execute(&all, &Actor::Clock, NOW).await.is_err(), "one date collides");
    assert!(base.store.public_sessions(0, i64::MAX).await.unwrap().is_empty(), "none was made");
    forms.pop();
    let id = base.run(Command::CreateSeries(forms), NOW).await.id;
    let dates = base.store.series(&id).await.unwrap();
    assert_eq!(dates.len(), 2);
    let anne = base.confirmed(&dates[1].session.id, "anne", NOW).await;
    base.run(Command::CancelSession { session: dates[0].session.id.clone() }, NOW + 60).await;
    assert_eq!(base.state_of(&anne).await, RegistrationState::Confirmed, "each date is a session of its own");
    let second = base.store.session(&dates[1].session.id).await.unwrap().unwrap();
    assert_eq!(second.session.state, SessionState::Published);
}

async fn reminders_come_once_and_at_nine_on_the_wall(base: Base) {
    // The clocks change on 2027-03-28: the day before is 23 hours long.
    let mut spring = form("2027-03-29T14:00:00", 8);
    spring.trainers = vec![trainer(&base.store, "lou").await];
    let session = base.run(Command::CreateSession(Box::new(spring)), NOW).await.id;
    base.confirmed(&session, "anne", NOW).await;
    let held = base.register(&session, "bilal", NOW).await.id;
    let nine = paris("2027-03-28T09:00:00").instant;
    assert_eq!(base.store.notify(REMINDERS, nine - 1).await.unwrap(), 0, "not a second too early");
    assert_eq!(base.store.notify(REMINDERS, nine).await.unwrap(), 1);
    assert_eq!(base.store.notify(REMINDERS, nine + 60).await.unwrap(), 0, "once");
    assert_eq!(kinds(&base, "anne").await, ["confirmer", "inscription-confirmee", "rappel"]);
    assert!(!kinds(&base, "bilal").await.contains(&"rappel"), "who has no seat is not reminded: {held}");
    assert!(kinds(&base, "lou").await.contains(&"formateur-rappel"));
    // Another date: another reminder. One that was not sent yet is taken back.
    let moved = Command::MoveSession { session: session.clone(), when: when("2027-04-08T10:00:00") };
    base.run(moved, nine + 3600).await;
    let posts = base.store.posts(100).await.unwrap();
    let old = posts.iter().find(|post| post.letter.kind == LetterKind::Reminder).unwrap();
    assert_eq!(old.state, repere::store::PostState::Cancelled);
    assert_eq!(base.store.notify(REMINDERS, paris("2027-04-01T09:00:00").instant).await.unwrap(), 1, "a week before");
    assert_eq!(
        base.store.notify(REMINDERS, paris("2027-04-07T23:00:00").instant).await.unwrap(),
        0,
        "too late to help"
    );
}

/// Other days than the usual ones: each once, the trainers with the last.
async fn reminders_come_on_the_days_that_were_chosen(base: Base) {
    let mut one = form("2027-03-29T14:00:00", 8);
    one.trainers = vec![trainer(&base.store, "lou").await];
    let session = base.run(Command::CreateSession(Box::new(one)), NOW).await.id;
    base.confirmed(&session, "anne", NOW).await;
    let chosen: &[u16] = &[30, 2, 0];
    let mut told = Vec::new();
    for day in ["2027-02-27", "2027-03-22", "2027-03-27", "2027-03-28", "2027-03-29"] {
        let nine = paris(&format!("{day}T09:00:00")).instant;
        told.push(base.store.notify(chosen, nine - 1).await.unwrap());
        told.push(base.store.notify(chosen, nine).await.unwrap());
    }
    assert_eq!(told, [0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    let letters = |of: Vec<&'static str>, kind: &str| of.iter().filter(|letter| **letter == kind).count();
    assert_eq!(letters(kinds(&base, "anne").await, "rappel"), 3);
    assert_eq!(letters(kinds(&base, "lou").await, "formateur-rappel"), 1, "on the day itself");
}

async fn a_minimum_is_decided_on_its_date(base: Base) {
    coordinator(&base.store).await;
    let mut few = form("2026-12-03T14:00:00", 8);
    (few.least, few.decides) = (2, Some(START - 5 * DAY));
    let session = base.run(Command::CreateSession(Box::new(few)), NOW).await.id;
    base.confirmed(&session, "anne", NOW).await;
    let outlook = || async { base.store.session(&session).await.unwrap().unwrap().session.outlook };
    assert_eq!(base.store.notify(REMINDERS, START - 5 * DAY - 1).await.unwrap(), 0);
    assert_eq!(base.store.notify(REMINDERS, START - 5 * DAY).await.unwrap(), 1);
    assert_eq!(outlook().await, Outlook::Short);
    assert!(kinds(&base, "claire").await.contains(&"seance-a-decider"), "the team must say");
    assert!(!kinds(&base, "anne").await.contains(&"seance-maintenue"));
    base.run(Command::KeepSession { session: session.clone() }, START - 4 * DAY).await;
    base.run(Command::KeepSession { session: session.clone() }, START - 4 * DAY).await;
    assert_eq!(outlook().await, Outlook::Kept);
    assert_eq!(kinds(&base, "anne").await, ["confirmer", "inscription-confirmee", "seance-maintenue"]);
    // Enough by themselves, by a group: seats count, not people.
    let mut enough = form("2026-12-03T18:00:00", 8);
    (enough.least, enough.decides) = (3, Some(START - 3 * DAY));
    let other = base.run(Command::CreateSession(Box::new(enough)), NOW).await.id;
    let mut group = register(&other, "groupe");
    group.seats = 3;
    let id = base.run(Command::Register(group), NOW).await.id;
    base.run(Command::Confirm { registration: id }, NOW).await;
    base.store.notify(REMINDERS, START - 3 * DAY).await.unwrap();
    assert!(kinds(&base, "groupe").await.contains(&"seance-maintenue"));
}

async fn thanks_follow_the_day_after_with_the_evaluation(base: Base) {
    let mut one = form("2026-12-03T14:00:00", 8);
    one.evaluation = "https://exemple.fr/avis".to_owned();
    let session = base.run(Command::CreateSession(Box::new(one)), NOW).await.id;
    base.confirmed(&session, "anne", NOW).await;
    let gone = base.confirmed(&session, "bilal", NOW).await;
    base.run(Command::Cancel { registration: gone }, NOW).await;
    let nine = paris("2026-12-04T09:00:00").instant;
    assert_eq!(base.store.notify(REMINDERS, nine - 1).await.unwrap(), 0);
    assert_eq!(base.store.notify(REMINDERS, nine).await.unwrap(), 1);
    assert!(kinds(&base, "anne").await.contains(&"seance-merci"));
    assert!(!kinds(&base, "bilal").await.contains(&"seance-merci"));
    let silent = base.store.session(&base.session(3).await).await.unwrap().unwrap().session;
    assert!(!due(&silent, REMINDERS, nine).contains(&Notice::Thanks), "nothing to say, nothing said");
}

async fn a_group_gives_its_names_until_two_days_before(base: Base) {
    let session = base.session(8).await;
    let mut group = register(&session, "groupe");
    group.seats = 3;
    group.needs = "Une rampe.".to_owned();
    let id = base.run(Command::Register(group), NOW).await.id;
    base.run(Command::Confirm { registration: id.clone() }, NOW).await;
    let name = |names: &[&str]| Command::NameSeats {
        registration: id.clone(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    base.run(name(&["Anne", "Bilal"]), NOW + 60).await;
    base.run(name(&["Anne", "Bilal", "Chloé"]), START - 2 * DAY - 1).await;
    assert_eq!(base.registration(&id).await.names, ["Anne", "Bilal", "Chloé"]);
    let late = base.store.execute(&name(&[]), &Actor::Visitor, START - 2 * DAY).await;
    assert!(matches!(late, Err(Error::Refused(Refusal::Over))));
    let many = base.store.execute(&name(&["a", "b", "c", "d"]), &Actor::Visitor, NOW).await;
    assert!(matches!(many, Err(Error::Refused(Refusal::TooManySeats { capacity: 3 }))));
    // Needs go a week after the session, names with the rest.
    let end = START + 90 * 60;
    base.store.erase(90, end + 7 * DAY - 1).await.unwrap();
    assert_eq!(base.registration(&id).await.needs, "Une rampe.");
    base.store.erase(90, end + 7 * DAY).await.unwrap();
    let kept = base.registration(&id).await;
    assert_eq!((kept.needs.as_str(), kept.names.len()), ("", 3));
    base.store.erase(90, end + 90 * DAY).await.unwrap();
    assert!(base.registration(&id).await.names.is_empty());
}

async fn a_proposal_holds_the_trainer_until_its_answer(base: Base) {
    coordinator(&base.store).await;
    let lou = trainer(&base.store, "lou").await;
    let mut wanted = ask("anne");
    wanted.wishes = vec![Wish { date: "2026-12-03".parse().unwrap(), half: Half::Afternoon }];
    let request = base.run(Command::SendRequest(Box::new(wanted)), NOW).await.id;
    let mut offer = form("2026-12-03T14:00:00", 15);
    offer.trainers = vec![lou.clone()];
    offer.listed = false;
    let propose = |deadline| Command::ProposeSession {
        request: request.clone(),
        form: Box::new(offer.clone()),
        deadline,
        answer: "Un jeudi.".to_owned(),
    };
    let first = base.run(propose(NOW + 3 * DAY), NOW).await.id;
    let asked = || async { base.store.request(&request).await.unwrap().unwrap() };
    assert_eq!((asked().await.state, asked().await.session.as_deref()), (RequestState::Proposed, Some(first.as_str())));
    assert!(base.store.public_sessions(0, i64::MAX).await.unwrap().is_empty(), "nobody sees it");
    assert_eq!(kinds(&base, "lou").await, ["equipe-invitation"], "nor is the trainer told yet");
    let mut other = form("2026-12-03T15:00:00", 5);
    other.trainers = vec![lou.clone()];
    let taken = base.store.execute(&Command::CreateSession(Box::new(other.clone())), &Actor::Clock, NOW).await;
    assert!(matches!(taken, Err(Error::Refused(Refusal::TrainerBusy { .. }))), "the trainer is held");

    // Nobody answers: the trainer is free again, the request waits, both are told.
    assert_eq!(base.store.notify(REMINDERS, NOW + 3 * DAY - 1).await.unwrap(), 0);
    assert_eq!(base.store.notify(REMINDERS, NOW + 3 * DAY).await.unwrap(), 1);
    assert_eq!((asked().await.state, asked().await.session), (RequestState::Received, None));
    let dropped = base.store.session(&first).await.unwrap().unwrap().session;
    assert_eq!((dropped.state, dropped.is_listed()), (SessionState::Cancelled, false));
    let late = Command::AcceptProposal { request: request.clone() };
    let late = base.store.execute(&late, &Actor::Visitor, NOW + 3 * DAY).await;
    assert!(matches!(late, Err(Error::Refused(Refusal::ProposalOver))));

    // Another date is asked for, in words.
    base.run(propose(NOW + 9 * DAY), NOW + 4 * DAY).await;
    let token = base.token("anne", Purpose::Request).await;
    let refuse = |request| Command::RefuseProposal { request, reply: "Plutôt le matin.".to_owned() };
    base.store.execute_by_token(Purpose::Request, &token, refuse, NOW + 5 * DAY).await.unwrap();
    assert_eq!((asked().await.state, asked().await.reply.as_str()), (RequestState::Received, "Plutôt le matin."));

    // And accepted: a session, the trainer and the institution with an invitation each.
    let third = base.run(propose(NOW + 9 * DAY), NOW + 6 * DAY).await.id;
    let accept = |request| Command::AcceptProposal { request };
    base.store.execute_by_token(Purpose::Request, &token, accept, NOW + 6 * DAY).await.unwrap();
    base.store.execute_by_token(Purpose::Request, &token, accept, NOW + 6 * DAY).await.unwrap();
    let made = base.store.session(&third).await.unwrap().unwrap().session;
    assert_eq!((made.state, made.is_listed()), (SessionState::Published, false));
    assert_eq!(asked().await.state, RequestState::Accepted);
    assert!(base.store.public_sessions(0, i64::MAX).await.unwrap().is_empty(), "by its link only");
    let posts = base.store.posts(1000).await.unwrap();
    let told = |kind, to: &str| posts.iter().filter(|p| p.letter.kind == kind && p.letter.to == to).collect::<Vec<_>>();
    let accepted = told(LetterKind::RequestAccepted, "anne@exemple.fr");
    assert_eq!((accepted.len(), accepted[0].letter.method), (1, Some(Method::Request)));
    assert_eq!(told(LetterKind::TrainerAssigned, "lou@exemple.fr").len(), 1);
    assert_eq!(told(LetterKind::RequestAnswered, "claire@exemple.fr").len(), 3, "no answer, no, yes");

    // What happens to the session is told to who asked for it.
    let moved = Command::MoveSession { session: third.clone(), when: when("2026-12-10T14:00:00") };
    base.run(moved, NOW + 7 * DAY).await;
    base.run(Command::CancelSession { session: third }, NOW + 8 * DAY).await;
    let kinds = kinds(&base, "anne").await;
    assert!(kinds.contains(&"demande-seance-annulee"), "{kinds:?}");
    let posts = base.store.posts(1000).await.unwrap();
    let sequences: Vec<_> = posts
        .iter()
        .filter(|post| post.letter.to == "anne@exemple.fr" && post.letter.method.is_some())
        .map(|post| (post.letter.kind, post.letter.sequence))
        .collect();
    assert!(sequences.len() >= 3, "an invitation, an update and a cancellation: {sequences:?}");
}

async fn a_proposal_taken_back_or_declined_frees_the_trainer(base: Base) {
    coordinator(&base.store).await;
    let lou = trainer(&base.store, "lou").await;
    for end in ["cancel", "decline", "withdraw", "publish"] {
        let request = base.run(Command::SendRequest(Box::new(ask(end))), NOW).await.id;
        let mut offer = form("2026-12-03T14:00:00", 15);
        offer.trainers = vec![lou.clone()];
        let (deadline, answer) = (NOW + 3 * DAY, String::new());
        let propose = Command::ProposeSession { request: request.clone(), form: Box::new(offer), deadline, answer };
        let session = base.run(propose, NOW).await.id;
        let (command, state) = match end {
            "cancel" => (Command::CancelSession { session: session.clone() }, RequestState::Received),
            "decline" => {
                let reason = repere::calendar::Reason::Dates;
                let answer = "Non.".to_owned();
                (Command::DeclineRequest { request: request.clone(), reason, answer }, RequestState::Declined)
            }
            "withdraw" => (Command::WithdrawRequest { request: request.clone() }, RequestState::Withdrawn),
            _ => (Command::PublishSession { session: session.clone() }, RequestState::Accepted),
        };
        base.run(command, NOW + 60).await;
        let known = base.store.request(&request).await.unwrap().unwrap();
        assert_eq!(known.state, state, "{end}");
        let session = base.store.session(&session).await.unwrap().unwrap().session;
        assert_eq!(session.holds_trainers(), end == "publish", "{end}");
    }
}

async fn who_is_told_to_decline_reads_a_reason_that_is_counted(base: Base) {
    let request = base.run(Command::SendRequest(Box::new(ask("anne"))), NOW).await.id;
    let reason = repere::calendar::Reason::TooFar;
    base.run(Command::DeclineRequest { request: request.clone(), reason, answer: "Non.".to_owned() }, NOW).await;
    let known = base.store.request(&request).await.unwrap().unwrap();
    assert_eq!(known.reason, Some(reason));
    base.store.erase(90, NOW + 91 * DAY).await.unwrap();
    let erased = base.store.request(&request).await.unwrap().unwrap();
    assert_eq!((erased.reason, erased.email.as_str()), (Some(reason), ""), "what is counted stays");
}

on_both_engines![
    a_time_that_is_taken_is_taken_by_whatever_takes_it,
    fifty_at_once_take_a_trainer_once,
    the_dates_of_a_series_are_made_together_or_not_at_all,
    reminders_come_once_and_at_nine_on_the_wall,
    reminders_come_on_the_days_that_were_chosen,
    a_minimum_is_decided_on_its_date,
    thanks_follow_the_day_after_with_the_evaluation,
    a_group_gives_its_names_until_two_days_before,
    a_proposal_holds_the_trainer_until_its_answer,
    a_proposal_taken_back_or_declined_frees_the_trainer,
    who_is_told_to_decline_reads_a_reason_that_is_counted,
];
