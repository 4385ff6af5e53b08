//! Sessions: created, edited, moved, published, postponed, cancelled, finished; and who must be told.
//!
//! SEQUENCE grows when the date, the duration, the place or the state changes, never for a corrected word. Drafts are
//! told to nobody. Trainers in two places are refused by the store's schema, which alone sees all sessions.

use super::letters::{self, letter, trainer};
use super::seats::free_and_promote;
use super::{Change, Decision, Fresh, Refusal, Shown, State};
use crate::calendar::{
    LetterKind, Method, NewSession, Purpose, Registration, RegistrationState, Session, SessionState, When,
};

/// The session a form describes.
pub(super) fn made(form: &NewSession, fresh: Fresh<'_>) -> Session {
    Session {
        id: fresh.id.to_owned(),
        kind: form.kind,
        title: form.title.clone(),
        audience: form.audience.clone(),
        programme: form.programme.clone(),
        place: form.place.clone(),
        departement: form.departement.clone(),
        start: form.when.start.clone(),
        minutes: form.when.minutes,
        capacity: form.capacity,
        opens: form.opens,
        closes: form.closes,
        state: if form.publish { SessionState::Published } else { SessionState::Draft },
        sequence: 0,
        trainers: form.trainers.clone(),
        travel_before: form.when.travel_before,
        travel_after: form.when.travel_after,
        created: fresh.now,
        changed: fresh.now,
        version: 1,
    }
}

/// Adds it and tells its trainers.
pub(super) fn create(state: &State, session: Session) -> Decision {
    let mut decision = done(&session);
    tell_trainers(state, None, &session, &mut decision);
    decision.changes.push(Change::AddSession(session));
    decision
}

/// Everything of the form at once.
pub(super) fn edit(state: &State, version: u32, form: &NewSession, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = subject(state)?;
    if before.version != version {
        return Err(Refusal::Changed);
    }
    if form.capacity < state.taken {
        return Err(Refusal::CapacityBelowTaken { taken: state.taken });
    }
    let mut after = touched(before, fresh);
    after.kind = form.kind;
    after.title.clone_from(&form.title);
    after.audience.clone_from(&form.audience);
    after.programme.clone_from(&form.programme);
    after.place = form.place.clone();
    after.departement.clone_from(&form.departement);
    after.capacity = form.capacity;
    after.opens = form.opens;
    after.closes = form.closes;
    after.trainers.clone_from(&form.trainers);
    set_when(&mut after, &form.when);
    if form.publish && after.state == SessionState::Draft {
        after.state = SessionState::Published;
    }
    Ok(changed(state, before, after, fresh))
}

pub(super) fn reschedule(state: &State, when: &When, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = subject(state)?;
    let mut after = touched(before, fresh);
    set_when(&mut after, when);
    if after.state == SessionState::Postponed {
        after.state = SessionState::Published;
    }
    Ok(changed(state, before, after, fresh))
}

pub(super) fn publish(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = subject(state)?;
    if before.state == SessionState::Published {
        return Ok(done(before));
    }
    let mut after = touched(before, fresh);
    after.state = SessionState::Published;
    Ok(changed(state, before, after, fresh))
}

pub(super) fn postpone(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = subject(state)?;
    if before.state == SessionState::Postponed {
        return Ok(done(before));
    }
    if before.state == SessionState::Draft {
        return Err(Refusal::Over);
    }
    let mut after = touched(before, fresh);
    after.state = SessionState::Postponed;
    Ok(changed(state, before, after, fresh))
}

/// Registrations stay as they are: the list of who was told must not vanish with the session.
pub(super) fn cancel(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = state.session.as_ref().ok_or(Refusal::NotFound)?;
    match before.state {
        SessionState::Cancelled => return Ok(done(before)),
        SessionState::Done => return Err(Refusal::Over),
        _ => {}
    }
    let mut after = touched(before, fresh);
    after.state = SessionState::Cancelled;
    Ok(changed(state, before, after, fresh))
}

pub(super) fn finish(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let before = state.session.as_ref().ok_or(Refusal::NotFound)?;
    if before.state == SessionState::Done {
        return Ok(done(before));
    }
    if before.state != SessionState::Published || fresh.now < before.start.instant {
        return Err(Refusal::Over);
    }
    let mut after = touched(before, fresh);
    after.state = SessionState::Done;
    let mut decision = done(before);
    decision.changes.push(Change::UpdateSession(after));
    Ok(decision)
}

/// The session as it becomes, who is told, and who gets a seat when there are more.
fn changed(state: &State, before: &Session, mut after: Session, fresh: Fresh<'_>) -> Decision {
    let moved = before.start != after.start || before.minutes != after.minutes;
    let elsewhere = before.place != after.place;
    let other_state = before.state != after.state;
    if moved || elsewhere || other_state {
        after.sequence += 1;
    }
    let mut decision = done(before);
    decision.changes.push(Change::UpdateSession(after.clone()));
    if fresh.now < after.end().max(before.end()) {
        let told = message(before, &after, moved || elsewhere);
        if let Some((kind, method)) = told {
            let all = kind == LetterKind::SessionCancelled;
            let kinds = if all { letters::OF_A_SESSION } else { letters::OF_A_DATE };
            decision.changes.push(Change::RecallLetters { session: after.id.clone(), registration: None, kinds });
            for one in state.registrations.iter().filter(|one| one.state.is_active()) {
                decision.letters.push(to_registrant(kind, method, one, &after));
            }
        }
        tell_trainers(state, Some(before), &after, &mut decision);
    }
    if after.capacity > before.capacity {
        free_and_promote(state, &after, 0, None, &mut decision, fresh);
    }
    decision
}

/// What registrants are told of the change, and what their calendar is asked.
fn message(before: &Session, after: &Session, moved: bool) -> Option<(LetterKind, Option<Method>)> {
    match (before.state, after.state) {
        (SessionState::Draft, _) | (_, SessionState::Draft | SessionState::Done) => None,
        (_, SessionState::Cancelled) => Some((LetterKind::SessionCancelled, Some(Method::Cancel))),
        (old, SessionState::Postponed) if old != SessionState::Postponed => {
            Some((LetterKind::Postponed, Some(Method::Cancel)))
        }
        (old, SessionState::Published) if moved || old != SessionState::Published => {
            Some((LetterKind::Moved, Some(Method::Request)))
        }
        _ => None,
    }
}

/// Only a confirmed seat has an entry in its holder's calendar to update.
fn to_registrant(
    kind: LetterKind,
    method: Option<Method>,
    one: &Registration,
    after: &Session,
) -> crate::calendar::Letter {
    let wants: &[Purpose] = if kind == LetterKind::SessionCancelled { &[] } else { &[Purpose::Manage] };
    let mut told = letter(kind, one, after, wants);
    if one.state == RegistrationState::Confirmed {
        told.method = method;
    }
    told
}

/// Trainers who come, who go, and who stay while something moved.
fn tell_trainers(state: &State, before: Option<&Session>, after: &Session, decision: &mut Decision) {
    let had = |session: &Session, id: &str| {
        session.state == SessionState::Published && session.trainers.iter().any(|t| t == id)
    };
    for staff in &state.trainers {
        let was = before.is_some_and(|session| had(session, &staff.id));
        let is = had(after, &staff.id);
        let same = before.is_some_and(|session| session.sequence == after.sequence);
        match (was, is) {
            (_, true) if !(was && same) => {
                decision.letters.push(trainer(LetterKind::TrainerAssigned, staff, after, letters::invites(after)));
            }
            (true, false) => {
                decision.letters.push(trainer(LetterKind::TrainerReleased, staff, after, Some(Method::Cancel)));
            }
            _ => {}
        }
    }
}

fn set_when(session: &mut Session, when: &When) {
    session.start = when.start.clone();
    session.minutes = when.minutes;
    session.travel_before = when.travel_before;
    session.travel_after = when.travel_after;
}

/// A session that can still change.
fn subject(state: &State) -> Result<&Session, Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    if matches!(session.state, SessionState::Cancelled | SessionState::Done) {
        return Err(Refusal::Over);
    }
    Ok(session)
}

fn touched(session: &Session, fresh: Fresh<'_>) -> Session {
    Session { changed: fresh.now, version: session.version + 1, ..session.clone() }
}

fn done(session: &Session) -> Decision {
    Decision { changes: Vec::new(), letters: Vec::new(), shown: Shown::Done, id: session.id.clone() }
}
