//! What people are told when its moment comes: reminders, the decision whether a session goes ahead, thanks.
//!
//! Entry points: [`due`] and [`notify`]. Moments are civil: nine in the morning where the session takes place, so
//! many days before, whatever the clocks do between. A moment that was missed by half a day is not made up for: a
//! reminder that comes after the next one helps nobody.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::letters::{self, letter, trainer};
use super::sessions::{done, touched};
use super::{Change, Decision, Fresh, Refusal, State};
use crate::calendar::{
    Epoch, Letter, LetterKind, Notice, Outlook, Purpose, Registration, RegistrationState, Session, SessionState,
};

const HOUR: Epoch = 3600;
/// Nobody is reminded of what they confirmed since.
const JUST_CONFIRMED: Epoch = 12 * HOUR;

/// The notices whose moment came and is not over, with reminders so many days before. Which were given already is not
/// looked at here.
pub fn due(session: &Session, reminders: &[u16], now: Epoch) -> Vec<Notice> {
    // One whose hour only comes when the session has begun is given to nobody.
    let in_time = |days: &&u16| {
        let day = session.start.civil.date().saturating_sub(i64::from(**days).days());
        nine(day, &session.start.zone).is_some_and(|from| from < session.start.instant)
    };
    let last = reminders.iter().filter(in_time).min();
    let reminders = reminders.iter().map(|days| Notice::Reminder { days: *days, last: Some(days) == last });
    reminders.chain([Notice::Decision, Notice::Thanks]).filter(|notice| is_due(session, *notice, now)).collect()
}

fn is_due(session: &Session, notice: Notice, now: Epoch) -> bool {
    let zone = &session.start.zone;
    let within =
        |date: Date, hours: Epoch| nine(date, zone).is_some_and(|from| (from..from + hours * HOUR).contains(&now));
    let to_come = session.state == SessionState::Published && now < session.start.instant;
    match notice {
        Notice::Reminder { days, .. } => {
            let day = session.start.civil.date().saturating_sub(i64::from(days).days());
            to_come && within(day, 12)
        }
        Notice::Decision => {
            let undecided = session.least > 0 && session.outlook == Outlook::Open;
            to_come && undecided && session.decides.is_some_and(|at| at <= now)
        }
        Notice::Thanks => {
            let took_place = matches!(session.state, SessionState::Published | SessionState::Done);
            let something_to_say = !session.evaluation.is_empty() || !session.materials.is_empty();
            let ended = crate::calendar::french::civil(session.end(), zone).date();
            took_place && something_to_say && within(ended.saturating_add(1.day()), 72)
        }
    }
}

fn nine(date: Date, zone: &str) -> Option<Epoch> {
    let civil = date.to_datetime(Time::constant(9, 0, 0, 0));
    Some(civil.to_zoned(TimeZone::get(zone).ok()?).ok()?.timestamp().as_second())
}

/// Gives a notice, once for each date.
pub(super) fn notify(state: &State, notice: Notice, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    if state.noticed || !is_due(session, notice, fresh.now) {
        return Ok(done(session));
    }
    let mut decision = done(session);
    let about = session.start.instant;
    decision.changes.push(Change::Noticed { session: session.id.clone(), notice, about });
    match notice {
        Notice::Reminder { last, .. } => {
            remind(state, session, notice, &mut decision, fresh);
            if last {
                for staff in &state.trainers {
                    let told = trainer(LetterKind::TrainerReminder, staff, session, None);
                    decision.letters.push(letters::due(told, notice, session, &staff.id));
                }
            }
        }
        Notice::Thanks => {
            for one in confirmed(state) {
                decision.letters.push(to_participant(LetterKind::Thanks, notice, one, session));
            }
        }
        Notice::Decision if seats(state) >= session.least => settle(state, session, &mut decision, fresh),
        Notice::Decision => {
            let mut short = touched(session, fresh);
            short.outlook = Outlook::Short;
            for staff in state.coordinators.iter().chain(&state.trainers) {
                let told = letters::due(trainer(LetterKind::ToDecide, staff, &short, None), notice, session, &staff.id);
                // A coordinator who also runs it reads it once.
                if !decision.letters.iter().any(|other| other.key == told.key) {
                    decision.letters.push(told);
                }
            }
            decision.changes.push(Change::UpdateSession(short));
        }
    }
    Ok(decision)
}

/// The team says that it takes place with fewer.
pub(super) fn keep(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    if session.state != SessionState::Published || session.least == 0 || fresh.now >= session.start.instant {
        return Err(Refusal::Over);
    }
    let mut decision = done(session);
    if session.outlook != Outlook::Kept {
        settle(state, session, &mut decision, fresh);
    }
    Ok(decision)
}

/// It takes place: those registered and the trainers are told.
fn settle(state: &State, session: &Session, decision: &mut Decision, fresh: Fresh<'_>) {
    let mut kept = touched(session, fresh);
    kept.outlook = Outlook::Kept;
    for one in confirmed(state) {
        decision.letters.push(to_participant(LetterKind::Kept, Notice::Decision, one, &kept));
    }
    for staff in &state.trainers {
        let told = trainer(LetterKind::Kept, staff, &kept, None);
        decision.letters.push(letters::due(told, Notice::Decision, session, &staff.id));
    }
    decision.changes.push(Change::UpdateSession(kept));
}

fn remind(state: &State, session: &Session, notice: Notice, decision: &mut Decision, fresh: Fresh<'_>) {
    for one in confirmed(state).filter(|one| one.changed <= fresh.now - JUST_CONFIRMED) {
        decision.letters.push(to_participant(LetterKind::Reminder, notice, one, session));
    }
}

fn to_participant(kind: LetterKind, notice: Notice, one: &Registration, session: &Session) -> Letter {
    letters::due(letter(kind, one, session, &[Purpose::Manage]), notice, session, &one.id)
}

fn confirmed(state: &State) -> impl Iterator<Item = &Registration> {
    state.registrations.iter().filter(|one| one.state == RegistrationState::Confirmed)
}

fn seats(state: &State) -> u32 {
    confirmed(state).map(|one| one.seats).sum()
}
