//! Letters of the rules: who is told, about what, under which key.

use crate::calendar::{Letter, LetterKind, Method, Purpose, Registration, Request, Session, SessionState, Staff};

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
        wants: vec![Purpose::Request],
        tokens: std::collections::BTreeMap::new(),
    }
}

/// Invitations are for sessions with a date to rely on.
pub(super) fn invites(session: &Session) -> Option<Method> {
    (session.state == SessionState::Published).then_some(Method::Request)
}
