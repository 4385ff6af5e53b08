//! Seats: registering, confirming, giving up, letting go what was not confirmed, and who is next.
//!
//! A seat is taken the moment the form is sent and held for [`HOLD_SECONDS`]; the link in the mail makes it theirs.
//! Whatever frees seats promotes in the same decision. Nobody overtakes the waiting list, not even when the first in it
//! wants more seats than there are: what is shown as free is what a newcomer can really have.

use super::letters::{self, letter};
use super::{Change, Decision, Fresh, Refusal, Shown, State};
use crate::calendar::{
    Epoch, HOLD_SECONDS, LetterKind, Method, OFFER_WITHIN, Purpose, Register, Registration, RegistrationState, Session,
};

/// Takes seats, or a place on the waiting list.
pub(super) fn register(state: &State, form: &Register, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let session = state.session.as_ref().filter(|s| s.is_public()).ok_or(Refusal::NotFound)?;
    if !session.is_open(fresh.now) {
        return Err(Refusal::Closed);
    }
    if form.seats > session.capacity {
        return Err(Refusal::TooManySeats { capacity: session.capacity });
    }
    let full = must_wait(state, session, form.seats);
    let shown = if full { Shown::Waiting } else { Shown::Held };
    if let Some(known) = active_of(state, &form.email) {
        // The page is the one a newcomer gets, so it does not tell who is registered; the mail tells the truth.
        let day = fresh.now.div_euclid(86_400);
        let mut already = letter(LetterKind::Already, known, session, &[Purpose::Manage]);
        already.key = format!("{}-{}-{day}", LetterKind::Already, known.id);
        return Ok(Decision { changes: Vec::new(), letters: vec![already], shown, id: known.id.clone() });
    }
    let registration = Registration {
        id: fresh.id.to_owned(),
        session: session.id.clone(),
        name: form.name.clone(),
        email: form.email.clone(),
        function: form.function.clone(),
        organisation: form.organisation.clone(),
        departement: form.departement.clone(),
        seats: form.seats,
        names: Vec::new(),
        needs: form.needs.clone(),
        state: if full { RegistrationState::Waiting } else { RegistrationState::Pending },
        position: state.last_position + 1,
        verified: false,
        deadline: (!full).then(|| hold_until(session, fresh.now)),
        created: fresh.now,
        changed: fresh.now,
        version: 1,
    };
    let kind = if full { LetterKind::Waiting } else { LetterKind::Confirm };
    let letters = vec![letter(kind, &registration, session, &[Purpose::Confirm, Purpose::Manage])];
    let mut changes = Vec::new();
    if !full {
        changes.push(take(session, registration.seats));
    }
    changes.push(Change::AddRegistration(registration));
    Ok(Decision { changes, letters, shown, id: fresh.id.to_owned() })
}

/// Confirms a held seat, accepts an offered one, verifies a waiting one, tries again for one that expired.
pub(super) fn confirm(state: &State, id: &str, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let (session, known) = owned(state, id)?;
    if fresh.now >= session.end() || !session.is_public() || is_over(session) {
        return Err(Refusal::Over);
    }
    match known.state {
        RegistrationState::Confirmed => Ok(nothing(known, Shown::Confirmed)),
        RegistrationState::Pending | RegistrationState::Offered => Ok(make_theirs(session, known, Vec::new(), fresh)),
        RegistrationState::Waiting => {
            let mut waiting = touched(known, fresh.now);
            waiting.verified = true;
            let changes = vec![Change::UpdateRegistration(waiting)];
            Ok(Decision { changes, letters: Vec::new(), shown: Shown::Waiting, id: known.id.clone() })
        }
        RegistrationState::Expired => try_again(state, session, known, fresh),
        RegistrationState::Cancelled => Err(Refusal::Over),
    }
}

/// A link used too late: a seat when there is one, otherwise the end of the waiting list.
fn try_again(state: &State, session: &Session, known: &Registration, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    if !session.is_open(fresh.now) {
        return Err(Refusal::Closed);
    }
    if active_of(state, &known.email).is_some() {
        return Err(Refusal::AlreadyRegistered);
    }
    if !must_wait(state, session, known.seats) {
        return Ok(make_theirs(session, known, vec![take(session, known.seats)], fresh));
    }
    let mut waiting = touched(known, fresh.now);
    waiting.state = RegistrationState::Waiting;
    waiting.verified = true;
    waiting.deadline = None;
    waiting.position = state.last_position + 1;
    let letters = vec![letter(LetterKind::Waiting, &waiting, session, &[Purpose::Confirm, Purpose::Manage])];
    let changes = vec![Change::UpdateRegistration(waiting)];
    Ok(Decision { changes, letters, shown: Shown::Waiting, id: known.id.clone() })
}

fn make_theirs(session: &Session, known: &Registration, mut changes: Vec<Change>, fresh: Fresh<'_>) -> Decision {
    let mut theirs = touched(known, fresh.now);
    theirs.state = RegistrationState::Confirmed;
    theirs.verified = true;
    theirs.deadline = None;
    let mut confirmed = letter(LetterKind::Confirmed, &theirs, session, &[Purpose::Manage]);
    confirmed.method = letters::invites(session);
    changes.push(Change::UpdateRegistration(theirs));
    Decision { changes, letters: vec![confirmed], shown: Shown::Confirmed, id: known.id.clone() }
}

/// Gives a registration up. A second time changes nothing and shows the same.
pub(super) fn cancel(state: &State, id: &str, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let (session, known) = subject(state, id)?;
    if !known.state.is_active() {
        return Ok(nothing(known, Shown::Cancelled));
    }
    if fresh.now >= session.end() {
        return Err(Refusal::Over);
    }
    let mut gone = touched(known, fresh.now);
    gone.state = RegistrationState::Cancelled;
    gone.deadline = None;
    let mut told = letter(LetterKind::Cancelled, &gone, session, &[]);
    if known.state == RegistrationState::Confirmed {
        told.method = Some(Method::Cancel);
    }
    let mut decision = Decision {
        changes: vec![Change::UpdateRegistration(gone), letters::recall(known)],
        letters: vec![told],
        shown: Shown::Cancelled,
        id: known.id.clone(),
    };
    let freed = if known.state.holds_seats() { known.seats } else { 0 };
    free_and_promote(state, session, freed, Some(id), &mut decision, fresh);
    Ok(decision)
}

/// Who comes on the seats of a group; the same names again change nothing.
pub(super) fn name(state: &State, id: &str, names: &[String], fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let (session, known) = owned(state, id)?;
    if !known.state.is_active() || is_over(session) || fresh.now >= session.names_until() {
        return Err(Refusal::Over);
    }
    if names.len() > known.seats as usize {
        return Err(Refusal::TooManySeats { capacity: known.seats });
    }
    if known.names == names {
        return Ok(nothing(known, Shown::Done));
    }
    let mut named = touched(known, fresh.now);
    named.names = names.to_vec();
    let changes = vec![Change::UpdateRegistration(named)];
    Ok(Decision { changes, letters: Vec::new(), shown: Shown::Done, id: known.id.clone() })
}

/// Lets go of what was not confirmed or accepted in time.
pub(super) fn expire(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    let mut decision =
        Decision { changes: Vec::new(), letters: Vec::new(), shown: Shown::Done, id: session.id.clone() };
    let mut freed = 0;
    for known in &state.registrations {
        let held = matches!(known.state, RegistrationState::Pending | RegistrationState::Offered);
        if !held || known.deadline.is_none_or(|deadline| fresh.now < deadline) {
            continue;
        }
        let mut late = touched(known, fresh.now);
        late.state = RegistrationState::Expired;
        late.deadline = None;
        freed += late.seats;
        if !is_over(session) && fresh.now < session.start.instant {
            decision.letters.push(letter(LetterKind::Expired, &late, session, &[Purpose::Confirm]));
        }
        decision.changes.push(letters::recall(&late));
        decision.changes.push(Change::UpdateRegistration(late));
    }
    free_and_promote(state, session, freed, None, &mut decision, fresh);
    Ok(decision)
}

/// More seats promote at once; fewer than are taken is refused.
pub(super) fn change_capacity(state: &State, capacity: u32, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    if capacity < state.taken {
        return Err(Refusal::CapacityBelowTaken { taken: state.taken });
    }
    let mut larger = session.clone();
    larger.capacity = capacity;
    larger.changed = fresh.now;
    larger.version += 1;
    let mut decision = Decision {
        changes: vec![Change::UpdateSession(larger.clone())],
        letters: Vec::new(),
        shown: Shown::Done,
        id: session.id.clone(),
    };
    free_and_promote(state, &larger, 0, None, &mut decision, fresh);
    Ok(decision)
}

/// Frees seats and gives what is now free to those who wait, in their order. One `Seats` change in all: seats that pass
/// from one person to the next never look free to anybody else.
pub(super) fn free_and_promote(
    state: &State,
    session: &Session,
    freed: u32,
    except: Option<&str>,
    decision: &mut Decision,
    fresh: Fresh<'_>,
) {
    let mut free = session.capacity.saturating_sub(state.taken.saturating_sub(freed));
    let mut given = 0;
    let goes_on = session.is_public() && !is_over(session) && fresh.now < session.start.instant;
    for next in waiting(state).into_iter().filter(|one| Some(one.id.as_str()) != except) {
        if !goes_on || next.seats > free {
            break;
        }
        free -= next.seats;
        given += next.seats;
        promote(session, next, decision, fresh.now);
    }
    let by = i64::from(given) - i64::from(freed);
    if by != 0 {
        decision.changes.push(Change::Seats { session: session.id.clone(), by });
    }
}

/// Gives the seat when there is time and the address is known to be good; otherwise offers it with a deadline.
fn promote(session: &Session, next: &Registration, decision: &mut Decision, now: Epoch) {
    let mut promoted = touched(next, now);
    let mut told;
    if next.verified && session.start.instant - now > OFFER_WITHIN {
        promoted.state = RegistrationState::Confirmed;
        told = letter(LetterKind::Promoted, &promoted, session, &[Purpose::Manage]);
        told.method = letters::invites(session);
    } else {
        promoted.state = RegistrationState::Offered;
        promoted.deadline = Some(offer_until(session, now));
        told = letter(LetterKind::Offered, &promoted, session, &[Purpose::Confirm, Purpose::Manage]);
    }
    decision.letters.push(told);
    decision.changes.push(Change::UpdateRegistration(promoted));
}

/// A quarter of the time that is left, an hour at least, a day at most, never past the start.
fn offer_until(session: &Session, now: Epoch) -> Epoch {
    let left = session.start.instant - now;
    (now + (left / 4).clamp(3600, 86_400)).min(session.start.instant)
}

fn hold_until(session: &Session, now: Epoch) -> Epoch {
    (now + HOLD_SECONDS).min(session.start.instant)
}

fn must_wait(state: &State, session: &Session, seats: u32) -> bool {
    !waiting(state).is_empty() || state.taken + seats > session.capacity
}

fn waiting(state: &State) -> Vec<&Registration> {
    let mut waiting: Vec<_> =
        state.registrations.iter().filter(|one| one.state == RegistrationState::Waiting).collect();
    waiting.sort_by_key(|one| one.position);
    waiting
}

fn active_of<'a>(state: &'a State, email: &str) -> Option<&'a Registration> {
    let email = email.to_ascii_lowercase();
    state.registrations.iter().find(|one| one.state.is_active() && one.email.to_ascii_lowercase() == email)
}

fn subject<'a>(state: &'a State, id: &str) -> Result<(&'a Session, &'a Registration), Refusal> {
    let session = state.session.as_ref().ok_or(Refusal::NotFound)?;
    let known = state.registrations.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    Ok((session, known))
}

/// A registration that is still somebody's: who opened its link just before it was erased has none any more.
fn owned<'a>(state: &'a State, id: &str) -> Result<(&'a Session, &'a Registration), Refusal> {
    subject(state, id).and_then(|found| if found.1.email.is_empty() { Err(Refusal::NotFound) } else { Ok(found) })
}

fn is_over(session: &Session) -> bool {
    use crate::calendar::SessionState::{Cancelled, Done};
    matches!(session.state, Cancelled | Done)
}

fn take(session: &Session, seats: u32) -> Change {
    Change::Seats { session: session.id.clone(), by: i64::from(seats) }
}

fn touched(known: &Registration, now: Epoch) -> Registration {
    Registration { changed: now, version: known.version + 1, ..known.clone() }
}

fn nothing(known: &Registration, shown: Shown) -> Decision {
    Decision { changes: Vec::new(), letters: Vec::new(), shown, id: known.id.clone() }
}
