//! People who register at the same moment share journeys and commits: what comes of it is what would come of it one by one.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use repere::calendar::{Actor, Command};
use repere::store::{Error, Outcome};

use crate::calendar_kit::{Base, NOW, base_on, on_both_engines, register};

/// All at once; they get in line in this order.
async fn at_once(base: &Base, commands: &[Command]) -> Vec<Result<Outcome, Error>> {
    let mut under_way: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::new();
    for command in commands {
        under_way.push(Box::pin(base.store.execute(command, &Actor::Visitor, NOW)));
    }
    let mut answers: Vec<Option<Result<Outcome, Error>>> = commands.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, answer) in under_way.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        if answers.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().map(Option::unwrap).collect()
}

async fn one_by_one(base: &Base, commands: &[Command]) -> Vec<Result<Outcome, Error>> {
    let mut answers = Vec::new();
    for command in commands {
        answers.push(base.store.execute(command, &Actor::Visitor, NOW).await);
    }
    answers
}

/// Four sessions, the third of which is cancelled; somebody waits for the second already.
async fn prepared(base: &Base) -> Vec<String> {
    let mut sessions = Vec::new();
    for capacity in [40, 1, 10, 7] {
        sessions.push(base.session(capacity).await);
    }
    base.confirmed(&sessions[1], "premier", NOW).await;
    base.register(&sessions[1], "second", NOW).await;
    base.run(Command::CancelSession { session: sessions[2].clone() }, NOW).await;
    sessions
}

/// About a hundred of every sort, the same on each base but for the names of its sessions.
fn forms(sessions: &[String]) -> Vec<Command> {
    let texts = [r#"« Anne » "O'Neil" \ \\ {,} NULL"#, "NULL", "{}", "", "Zoé\nmartin, 100 %", "مرحبا $1 ';--"];
    let mut commands = Vec::new();
    for n in 0..90_usize {
        let session = &sessions[[0, 3, 0, 1, 3, 2, 0][n % 7]];
        // Some come twice with the same address, in other letters; some send their form twice.
        let mut form = register(session, &format!("p{}", n % 61));
        form.submission = format!("form-{:03}", n - usize::from(n % 11 == 10));
        form.email = if n % 2 == 0 { form.email.to_uppercase() } else { form.email };
        form.name = texts[n % texts.len()].to_owned();
        form.needs = texts[(n + 2) % texts.len()].to_owned();
        form.seats = [1, 1, 3, 1, 2, 50][n % 6];
        commands.push(Command::Register(form));
        if n % 30 == 29 {
            commands.push(Command::ChangeCapacity { session: sessions[3].clone(), capacity: 7 + n as u32 / 10 });
        }
    }
    for n in 0..4 {
        let mut form = register(&sessions[0], "insiste");
        form.submission = format!("again-{n}");
        commands.push(Command::Register(form));
    }
    commands.push(Command::Register(register("nowhere", "perdu")));
    commands
}

/// Everything there is afterwards, without ids, which are random.
async fn picture(base: &Base, sessions: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, session) in sessions.iter().enumerate() {
        let taken = base.store.session(session).await.unwrap().unwrap().seats.taken;
        lines.push(format!("session {number}: {taken} taken"));
        let mut people = base.store.registrations(session).await.unwrap();
        people.sort_by_key(|one| one.position);
        for one in people {
            let (state, seats, position) = (one.state, one.seats, one.position);
            lines.push(format!("{position} {state} {seats} {} {:?} {:?}", one.email, one.name, one.needs));
        }
    }
    let mut letters: Vec<String> = base
        .store
        .posts(1000)
        .await
        .unwrap()
        .iter()
        .map(|post| {
            let letter = &post.letter;
            format!("{} {} {:?} {:?}", letter.kind, letter.to, letter.name, letter.tokens.keys().collect::<Vec<_>>())
        })
        .collect();
    letters.sort();
    lines.extend(letters);
    let audit = base.store.audit(1000).await.unwrap();
    lines.extend(audit.iter().map(|line| format!("{} {} {}", line.line, line.actor, line.action)));
    lines
}

fn told(answers: &[Result<Outcome, Error>]) -> Vec<String> {
    let tell = |answer: &Result<Outcome, Error>| match answer {
        Ok(outcome) => format!("{} {}", outcome.shown, outcome.repeated),
        Err(error) => format!("{error:?}"),
    };
    answers.iter().map(tell).collect()
}

async fn a_crowd_gets_what_its_people_would_get_one_by_one(base: Base) {
    let other = base_on(base.store.engine()).await.unwrap();
    let (here, there) = (prepared(&base).await, prepared(&other).await);
    let at_once = at_once(&base, &forms(&here)).await;
    let one_by_one = one_by_one(&other, &forms(&there)).await;
    assert_eq!(told(&at_once), told(&one_by_one));
    assert_eq!(picture(&base, &here).await, picture(&other, &there).await);
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
    let every_sort =
        ["held false", "held true", "waiting false", "waiting true", "Refused(Closed)", "Refused(NotFound)"];
    let told = told(&at_once);
    assert!(every_sort.iter().all(|sort| told.iter().any(|one| one == sort)), "{told:?}");
}

/// A text no form lets through, and no database of PostgreSQL takes.
async fn what_the_database_refuses_costs_the_others_nothing(base: Base) {
    let session = base.session(10).await;
    let mut commands: Vec<Command> = (0..20).map(|n| Command::Register(register(&session, &format!("p{n}")))).collect();
    if let Command::Register(form) = &mut commands[10] {
        form.name = "Anne\0".to_owned();
    }
    let told = told(&at_once(&base, &commands).await);
    let refused = base.store.engine() == repere::store::Engine::Postgres;
    assert_eq!(told.iter().filter(|one| *one == "held false").count(), 10, "{told:?}");
    assert_eq!(told.iter().filter(|one| *one == "waiting false").count(), 10 - usize::from(refused), "{told:?}");
    assert_eq!(base.store.faults().await.unwrap(), Vec::<String>::new());
}

on_both_engines![a_crowd_gets_what_its_people_would_get_one_by_one, what_the_database_refuses_costs_the_others_nothing];
