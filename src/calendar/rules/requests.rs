//! Requests of institutions: sent, withdrawn, answered.

use super::letters::institution;
use super::{Change, Decision, Fresh, Refusal, Shown, State};
use crate::calendar::{LetterKind, Request, RequestState, SendRequest};

pub(super) fn send(form: &SendRequest, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
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
        state: RequestState::Received,
        answer: String::new(),
        session: None,
        created: fresh.now,
        changed: fresh.now,
        version: 1,
    };
    let letters = vec![institution(LetterKind::RequestReceived, &request)];
    let id = request.id.clone();
    Ok(Decision { changes: vec![Change::AddRequest(request)], letters, shown: Shown::Requested, id })
}

/// The institution gives it up; a second time changes nothing.
pub(super) fn withdraw(state: &State, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    match known.state {
        RequestState::Withdrawn => Ok(decided(known, Vec::new())),
        RequestState::Received => {
            let mut gone = touched(known, fresh);
            gone.state = RequestState::Withdrawn;
            Ok(decided(known, vec![Change::UpdateRequest(gone)]))
        }
        RequestState::Accepted | RequestState::Declined => Err(Refusal::Over),
    }
}

/// Accepts with the session made of it, or declines; the institution is told either way.
pub(super) fn answer(
    state: &State,
    session: Option<&str>,
    answer: &str,
    fresh: Fresh<'_>,
) -> Result<Decision, Refusal> {
    let known = state.request.as_ref().ok_or(Refusal::NotFound)?;
    if known.state != RequestState::Received {
        return Err(Refusal::Over);
    }
    let mut answered = touched(known, fresh);
    answered.answer = answer.to_owned();
    answered.session = session.map(str::to_owned);
    let accepted = session.is_some();
    if accepted && state.session.is_none() {
        return Err(Refusal::NotFound);
    }
    answered.state = if accepted { RequestState::Accepted } else { RequestState::Declined };
    let kind = if accepted { LetterKind::RequestAccepted } else { LetterKind::RequestDeclined };
    let mut told = institution(kind, &answered);
    told.session = state.session.clone().filter(|_| accepted);
    let mut decision = decided(known, vec![Change::UpdateRequest(answered)]);
    decision.letters.push(told);
    Ok(decision)
}

fn touched(known: &Request, fresh: Fresh<'_>) -> Request {
    Request { changed: fresh.now, version: known.version + 1, ..known.clone() }
}

fn decided(known: &Request, changes: Vec<Change>) -> Decision {
    Decision { changes, letters: Vec::new(), shown: Shown::Done, id: known.id.clone() }
}
