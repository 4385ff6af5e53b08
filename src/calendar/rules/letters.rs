//! Letters of the rules: who is told, about what, under which key.

use super::Change;
use crate::calendar::{Letter, LetterKind, Method, Purpose, Registration, Request, Session, SessionState, Staff};

/// What is no longer true of a registration that ended: everything but the letter that says so.
pub(super) const OF_A_REGISTRATION: &[LetterKind] = &[
    LetterKind::Confirm,
    LetterKind::Waiting,
    LetterKind::Confirmed,
    LetterKind::Already,
    LetterKind::Offered,
    LetterKind::Promoted,
    LetterKind::Expired,
    LetterKind::Moved,
    LetterKind::Postponed,
];

/// What is no longer true of a session that will not take place. Letters that take it out of a calendar stay.
pub(super) const OF_A_SESSION: &[LetterKind] = &[
    LetterKind::Confirm,
    LetterKind::Waiting,
    LetterKind::Confirmed,
    LetterKind::Already,
    LetterKind::Offered,
    LetterKind::Promoted,
    LetterKind::Expired,
    LetterKind::Moved,
    LetterKind::Postponed,
    LetterKind::TrainerAssigned,
];

/// What a newer date says again.
pub(super) const OF_A_DATE: &[LetterKind] = &[LetterKind::Moved, LetterKind::Postponed, LetterKind::TrainerAssigned];

/// Takes back what was not sent yet of a registration that ends.
pub(super) fn recall(registration: &Registration) -> Change {
    Change::RecallLetters {
        session: registration.session.clone(),
        registration: Some(registration.id.clone()),
        kinds: OF_A_REGISTRATION,
    }
}

/// A letter to a registrant. Its key holds the versions it speaks of: the same event is never told twice.
pub(super) fn letter(kind: LetterKind, registration: &Registration, session: &Session, wants: &[Purpose]) -> Letter {
    Letter {
        kind,
        to: registration.email.clone(),
        name: registration.name.clone(),
        key: format!("{kind}-{}-{}-{}", registration.id, registration.version, session.version),
        session: Some(session.clone()),
        registration: Some(registration.clone()),
        request: None,
        deadline: registration.deadline,
        method: None,
        sequence: None,
        wants: wants.to_vec(),
        tokens: std::collections::BTreeMap::new(),
    }
}

/// A letter to a trainer.
pub(super) fn trainer(kind: LetterKind, staff: &Staff, session: &Session, method: Option<Method>) -> Letter {
    Letter {
        kind,
        to: staff.email.clone(),
        name: staff.name.clone(),
        key: format!("{kind}-{}-{}-{}", staff.id, session.id, session.version),
        session: Some(session.clone()),
        registration: None,
        request: None,
        deadline: None,
        method,
        sequence: None,
        wants: Vec::new(),
        tokens: std::collections::BTreeMap::new(),
    }
}

/// A letter to an institution.
pub(super) fn institution(kind: LetterKind, request: &Request) -> Letter {
    Letter {
        kind,
        to: request.email.clone(),
        name: request.name.clone(),
        key: format!("{kind}-{}-{}", request.id, request.version),
        session: None,
        registration: None,
        request: Some(request.clone()),
        deadline: None,
        method: None,
        sequence: None,
        wants: vec![Purpose::Request],
        tokens: std::collections::BTreeMap::new(),
    }
}

/// A letter to a coordinator. It names nobody: what was asked is read in the staff area.
pub(super) fn coordinator(kind: LetterKind, staff: &Staff, request: &Request) -> Letter {
    Letter {
        kind,
        to: staff.email.clone(),
        name: staff.name.clone(),
        key: format!("{kind}-{}-{}", staff.id, request.id),
        session: None,
        registration: None,
        request: None,
        deadline: None,
        method: None,
        sequence: None,
        wants: Vec::new(),
        tokens: std::collections::BTreeMap::new(),
    }
}

/// Invitations are for sessions with a date to rely on.
pub(super) fn invites(session: &Session) -> Option<Method> {
    (session.state == SessionState::Published).then_some(Method::Request)
}
