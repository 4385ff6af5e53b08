//! Requests of institutions: sent, withdrawn, answered.

use super::letters::{coordinator, institution};
use super::{Change, Decision, Fresh, Refusal, Shown, State, sessions};
use crate::calendar::{LetterKind, NewSession, Request, RequestState, SendRequest};

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
        state: RequestState::Received,
        answer: String::new(),
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

/// Makes a session of it and tells the institution.
pub(super) fn accept(state: &State, form: &NewSession, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = unanswered(state)?;
    let session = sessions::made(form, fresh);
    let mut accepted = touched(known, fresh);
    accepted.state = RequestState::Accepted;
    accepted.session = Some(session.id.clone());
    let mut told = institution(LetterKind::RequestAccepted, &accepted);
    told.session = Some(session.clone());
    let mut decision = sessions::create(state, session);
    decision.changes.push(Change::UpdateRequest(accepted));
    decision.letters.push(told);
    Ok(decision)
}

/// Says no and why.
pub(super) fn decline(state: &State, answer: &str, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    let known = unanswered(state)?;
    let mut declined = touched(known, fresh);
    declined.state = RequestState::Declined;
    answer.clone_into(&mut declined.answer);
    let told = institution(LetterKind::RequestDeclined, &declined);
    let mut decision = decided(known, vec![Change::UpdateRequest(declined)]);
    decision.letters.push(told);
    Ok(decision)
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
