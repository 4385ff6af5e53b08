//! Requests of institutions: sent, withdrawn, answered with a session, a proposal or a refusal.
//!
//! A proposal is a draft of a session: it holds its trainers' time and nobody sees it. The institution's answer publishes
//! or drops it; without an answer in time it is dropped, and the request waits again.

use super::letters::{self, coordinator, hosted, institution};
use super::sessions::{changed, touched as touched_session};
use super::{Change, Decision, Fresh, Refusal, Shown, State, sessions};
use crate::calendar::{
    Epoch, LetterKind, NewSession, Reason, Request, RequestState, SendRequest, Session, SessionState,
};

pub(super) fn send(state: &State, form: &SendRequest, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let request = Request {
        id: fresh.id.to_owned(),
        organisation: form.organisation.clone(),
        name: form.name.clone(),
        email: form.email.clone(),
        function: form.function.clone(),
        departement: form.departement.clone(),
        audience: form.audience.clone(),
        headcount: form.headcount,
        need: form.need.clone(),
        preferred: form.preferred.clone(),
        wishes: form.wishes.clone(),
        state: RequestState::Received,
        answer: String::new(),
        reason: None,
        reply: String::new(),
        deadline: None,
        session: None,
        created: fresh.now,
        changed: fresh.now,
        version: 1,
    };
    let mut letters = vec![institution(LetterKind::RequestReceived, &request)];
    letters.extend(state.coordinators.iter().map(|staff| coordinator(LetterKind::RequestToAnswer, staff, &request)));
    let id = request.id.clone();
    Ok(Decision { changes: vec![Change::AddRequest(request)], letters, shown: Shown::Requested, id })
}

/// The institution gives it up, a proposal with it; a second time changes nothing.
pub(super) fn withdraw(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    match known.state {
        RequestState::Withdrawn => Ok(decided(known, Vec::new())),
        RequestState::Received | RequestState::Proposed => {
            let mut decision = dropped(state, known, fresh);
            let mut gone = touched(known, fresh);
            gone.state = RequestState::Withdrawn;
            gone.session = None;
            gone.deadline = None;
            decision.changes.push(Change::UpdateRequest(gone));
            Ok(decision)
        }
        RequestState::Accepted | RequestState::Declined => Err(Refusal::Over),
    }
}

/// Makes a session of it and tells the institution.
pub(super) fn accept(state: &State, form: &NewSession, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = unanswered(state)?;
    let session = sessions::made(form, fresh);
    let mut accepted = touched(known, fresh);
    accepted.state = RequestState::Accepted;
    accepted.session = Some(session.id.clone());
    let told = hosted(LetterKind::RequestAccepted, &accepted, &session, letters::invites(&session));
    let mut decision = sessions::create(state, session);
    decision.changes.push(Change::UpdateRequest(accepted));
    decision.letters.push(told);
    Ok(decision)
}

/// Proposes a session: its trainers are held until the institution answers, or the deadline.
pub(super) fn propose(
    state: &State,
    form: &NewSession,
    deadline: Epoch,
    answer: &str,
    fresh: Fresh<'_>,
) -> Result<Decision, Refusal> {
    let known = unanswered(state)?;
    let mut session = sessions::made(form, fresh);
    session.state = SessionState::Draft;
    let mut proposed = touched(known, fresh);
    proposed.state = RequestState::Proposed;
    proposed.session = Some(session.id.clone());
    // Nobody is asked to answer after the date itself.
    proposed.deadline = Some(deadline.min(session.start.instant));
    answer.clone_into(&mut proposed.answer);
    proposed.reply.clear();
    let told = hosted(LetterKind::RequestProposed, &proposed, &session, None);
    let mut decision = sessions::create(state, session);
    decision.changes.push(Change::UpdateRequest(proposed));
    decision.letters.push(told);
    Ok(decision)
}

/// The institution accepts: the draft is published, everybody is told. A second time changes nothing.
pub(super) fn accept_proposal(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    if known.state == RequestState::Accepted {
        return Ok(decided(known, Vec::new()));
    }
    let draft = open_proposal(state, known, fresh)?;
    let mut session = touched_session(draft, fresh);
    session.state = SessionState::Published;
    // `changed` sees a proposal that is published: it accepts the request and tells the institution.
    let mut decision = changed(state, draft, session, fresh);
    let told = state.coordinators.iter().map(|staff| answered(staff, known));
    decision.letters.extend(told);
    decision.id.clone_from(&known.id);
    Ok(decision)
}

/// Another date, please: the trainers are free again and the coordinator reads why.
pub(super) fn refuse_proposal(state: &State, reply: &str, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    open_proposal(state, known, fresh)?;
    let mut decision = dropped(state, known, fresh);
    let mut again = touched(known, fresh);
    again.state = RequestState::Received;
    again.session = None;
    again.deadline = None;
    reply.clone_into(&mut again.reply);
    decision.letters.extend(state.coordinators.iter().map(|staff| answered(staff, known)));
    decision.changes.push(Change::UpdateRequest(again));
    Ok(decision)
}

/// Nobody answered in time: the trainers are free again, both sides are told.
pub(super) fn lapse(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    let late = known.deadline.is_some_and(|deadline| deadline <= fresh.now);
    if known.state != RequestState::Proposed || !late {
        return Ok(decided(known, Vec::new()));
    }
    let mut decision = dropped(state, known, fresh);
    let mut again = touched(known, fresh);
    again.state = RequestState::Received;
    again.session = None;
    again.deadline = None;
    decision.letters.push(institution(LetterKind::RequestLapsed, &again));
    decision.letters.extend(state.coordinators.iter().map(|staff| answered(staff, known)));
    decision.changes.push(Change::UpdateRequest(again));
    Ok(decision)
}

/// Says no and why; a proposal that waits is taken back.
pub(super) fn decline(state: &State, reason: Reason, answer: &str, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    if !matches!(known.state, RequestState::Received | RequestState::Proposed) {
        return Err(Refusal::Over);
    }
    let mut decision = dropped(state, known, fresh);
    let mut declined = touched(known, fresh);
    declined.state = RequestState::Declined;
    declined.reason = Some(reason);
    declined.session = None;
    declined.deadline = None;
    answer.clone_into(&mut declined.answer);
    decision.letters.push(institution(LetterKind::RequestDeclined, &declined));
    decision.changes.push(Change::UpdateRequest(declined));
    Ok(decision)
}

/// The draft of a proposal that can still be answered.
fn open_proposal<'a>(state: &'a State, known: &Request, fresh: Fresh<'_>) -> Result<&'a Session, Refusal> {
    let late = known.deadline.is_some_and(|deadline| deadline <= fresh.now);
    let draft = state.session.as_ref().filter(|session| known.session.as_ref() == Some(&session.id));
    match draft.filter(|session| session.state == SessionState::Draft) {
        Some(draft) if known.state == RequestState::Proposed && !late => Ok(draft),
        _ => Err(Refusal::ProposalOver),
    }
}

/// The draft of a proposal goes, if there is one: cancelled without anybody having seen it.
fn dropped(state: &State, known: &Request, fresh: Fresh<'_>) -> Decision {
    let mut decision = decided(known, Vec::new());
    let draft = state.session.as_ref().filter(|session| {
        known.state == RequestState::Proposed
            && known.session.as_ref() == Some(&session.id)
            && session.state == SessionState::Draft
    });
    if let Some(draft) = draft {
        let mut gone = touched_session(draft, fresh);
        gone.state = SessionState::Cancelled;
        gone.listed = false;
        decision.changes.push(Change::UpdateSession(gone));
        let (session, kinds) = (draft.id.clone(), letters::OF_A_SESSION);
        decision.changes.push(Change::RecallLetters { session, registration: None, kinds });
    }
    decision
}

fn answered(staff: &crate::calendar::Staff, known: &Request) -> crate::calendar::Letter {
    coordinator(LetterKind::RequestAnswered, staff, known)
}

fn unanswered(state: &State) -> Result<&Request, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    if known.state == RequestState::Received { Ok(known) } else { Err(Refusal::Over) }
}

fn touched(known: &Request, fresh: Fresh<'_>) -> Request {
    Request { changed: fresh.now, version: known.version + 1, ..known.clone() }
}

fn decided(known: &Request, changes: Vec<Change>) -> Decision {
    Decision { changes, letters: Vec::new(), shown: Shown::Done, id: known.id.clone() }
}
