//! Sessions: created, edited, moved, published, postponed, cancelled, finished; and who must be told.
//!
//! SEQUENCE grows when the date, the duration, the place or the state changes, never for a corrected word. Drafts are
//! told to nobody. Trainers in two places are refused by the store's schema, which alone sees all sessions.

use super::letters::{self, letter, trainer};
use super::seats::free_and_promote;
use super::{Change, Decision, Fresh, Refusal, Shown, State};
use crate::calendar::{
    LetterKind, Method, NewSession, Outlook, Purpose, Registration, RegistrationState, Request, RequestState, Session,
    SessionState, When,
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
        authority: form.authority.clone(),
        start: form.when.start.clone(),
        minutes: form.when.minutes,
        capacity: form.capacity,
        least: form.least,
        decides: form.decides,
        outlook: Outlook::Open,
        opens: form.opens,
        closes: form.closes,
        state: if form.publish { SessionState::Published } else { SessionState::Draft },
        listed: form.listed,
        series: String::new(),
        materials: form.materials.clone(),
        evaluation: form.evaluation.clone(),
        uid: form.origin.as_ref().map(|origin| origin.uid.clone()).unwrap_or_default(),
        previous: None,
        // Here it may read differently: newer than what the other calendar had.
        sequence: form.origin.as_ref().map_or(0, |origin| origin.sequence.saturating_add(1)),
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

/// Adds every date of a series, or none.
pub(super) fn create_series(state: &State, forms: &[NewSession], fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let mut whole: Option<Decision> = None;
    for (index, form) in forms.iter().enumerate() {
        let mut session = made(form, fresh);
        if index > 0 {
            session.id = format!("{}-{}", fresh.id, index + 1);
        }
        if forms.len() > 1 {
            fresh.id.clone_into(&mut session.series);
        }
        let one = create(state, session);
        match &mut whole {
            None => whole = Some(one),
            Some(whole) => {
                whole.changes.extend(one.changes);
                whole.letters.extend(one.letters);
            }
        }
    }
    whole.ok_or(Refusal::NotFound)
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
    after.authority.clone_from(&form.authority);
    after.capacity = form.capacity;
    after.materials.clone_from(&form.materials);
    after.evaluation.clone_from(&form.evaluation);
    after.listed = form.listed;
    after.opens = form.opens;
    after.closes = form.closes;
    after.trainers.clone_from(&form.trainers);
    set_when(&mut after, &form.when);
    if (before.least, before.decides) != (form.least, form.decides) {
        after.outlook = Outlook::Open;
    }
    after.least = form.least;
    after.decides = form.decides;
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
    // What was never announced is not announced as cancelled either.
    after.listed &= before.state != SessionState::Draft;
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
pub(super) fn changed(state: &State, before: &Session, mut after: Session, fresh: Fresh<'_>) -> Decision {
    let moved = before.start != after.start || before.minutes != after.minutes;
    let elsewhere = before.place != after.place;
    let other_state = before.state != after.state;
    if moved || elsewhere || other_state {
        after.sequence += 1;
    }
    if before.start.instant != after.start.instant && before.state != SessionState::Draft {
        after.previous = Some(before.start.instant);
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
        tell_institution(state, before, &after, moved || elsewhere, &mut decision, fresh);
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

/// The institution that asked for this session: what it was told is no longer true.
fn tell_institution(
    state: &State,
    before: &Session,
    after: &Session,
    moved: bool,
    decision: &mut Decision,
    fresh: Fresh<'_>,
) {
    let Some(request) = state.request.as_ref().filter(|request| request.session.as_ref() == Some(&after.id)) else {
        return;
    };
    if request.state == RequestState::Proposed {
        let mut known = Request { changed: fresh.now, version: request.version + 1, ..request.clone() };
        match after.state {
            // The coordinator takes the proposal back, or need not wait for the answer.
            SessionState::Cancelled => {
                known.state = RequestState::Received;
                known.session = None;
                known.deadline = None;
                decision.letters.push(letters::institution(LetterKind::RequestLapsed, &known));
            }
            SessionState::Published => {
                known.state = RequestState::Accepted;
                known.deadline = None;
                let told = letters::hosted(LetterKind::RequestAccepted, &known, after, Some(Method::Request));
                decision.letters.push(told);
            }
            _ if moved => {
                decision.letters.push(letters::hosted(LetterKind::RequestProposed, &known, after, None));
            }
            _ => return,
        }
        decision.changes.push(Change::UpdateRequest(known));
        return;
    }
    if request.state != RequestState::Accepted || before.state == SessionState::Draft {
        return;
    }
    let told = match after.state {
        SessionState::Cancelled => Some((LetterKind::InstitutionCancelled, Method::Cancel)),
        SessionState::Postponed => Some((LetterKind::InstitutionPostponed, Method::Cancel)),
        SessionState::Published if moved || before.state != SessionState::Published => {
            Some((LetterKind::InstitutionMoved, Method::Request))
        }
        _ => None,
    };
    if let Some((kind, method)) = told {
        decision.letters.push(letters::hosted(kind, request, after, Some(method)));
    }
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

/// A new date is decided about again.
fn set_when(session: &mut Session, when: &When) {
    if session.start != when.start {
        session.outlook = Outlook::Open;
        session.decides = session.decides.filter(|at| *at < when.start.instant);
    }
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

pub(super) fn touched(session: &Session, fresh: Fresh<'_>) -> Session {
    Session { changed: fresh.now, version: session.version + 1, ..session.clone() }
}

pub(super) fn done(session: &Session) -> Decision {
    Decision { changes: Vec::new(), letters: Vec::new(), shown: Shown::Done, id: session.id.clone() }
}
