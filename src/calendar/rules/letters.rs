//! Letters of the rules: who is told, about what, under which key.

use super::Change;
use crate::calendar::{
    Letter, LetterKind, Method, Notice, Purpose, Registration, Request, Session, SessionState, Staff,
};

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
    LetterKind::Reminder,
    LetterKind::Kept,
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
    LetterKind::Reminder,
    LetterKind::TrainerReminder,
    LetterKind::Kept,
    LetterKind::ToDecide,
    LetterKind::RequestProposed,
    LetterKind::InstitutionMoved,
    LetterKind::InstitutionPostponed,
];

/// What a newer date says again.
pub(super) const OF_A_DATE: &[LetterKind] = &[
    LetterKind::Moved,
    LetterKind::Postponed,
    LetterKind::TrainerAssigned,
    LetterKind::Reminder,
    LetterKind::TrainerReminder,
    LetterKind::InstitutionMoved,
    LetterKind::InstitutionPostponed,
];

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
    let key = format!("{kind}-{}-{}-{}", registration.id, registration.version, session.version);
    Letter {
        session: Some(session.clone()),
        registration: Some(registration.clone()),
        deadline: registration.deadline,
        wants: wants.to_vec(),
        ..Letter::new(kind, &registration.email, &registration.name, key)
    }
}

/// A letter to a trainer.
pub(super) fn trainer(kind: LetterKind, staff: &Staff, session: &Session, method: Option<Method>) -> Letter {
    let key = format!("{kind}-{}-{}-{}", staff.id, session.id, session.version);
    Letter { session: Some(session.clone()), method, ..Letter::new(kind, &staff.email, &staff.name, key) }
}

/// A letter to an institution.
pub(super) fn institution(kind: LetterKind, request: &Request) -> Letter {
    let key = format!("{kind}-{}-{}", request.id, request.version);
    Letter {
        request: Some(request.clone()),
        wants: vec![Purpose::Request],
        ..Letter::new(kind, &request.email, &request.name, key)
    }
}

/// A letter to a coordinator. It names nobody: what was asked is read in the staff area.
pub(super) fn coordinator(kind: LetterKind, staff: &Staff, request: &Request) -> Letter {
    Letter::new(kind, &staff.email, &staff.name, format!("{kind}-{}-{}-{}", staff.id, request.id, request.version))
}

/// A letter to an institution about its session. Its key holds both versions.
pub(super) fn hosted(kind: LetterKind, request: &Request, session: &Session, method: Option<Method>) -> Letter {
    Letter {
        key: format!("{kind}-{}-{}-{}", request.id, request.version, session.version),
        session: Some(session.clone()),
        method,
        deadline: request.deadline,
        ..institution(kind, request)
    }
}

/// A letter whose moment came: once for each date of the session, whatever else changes of it.
pub(super) fn due(mut letter: Letter, notice: Notice, session: &Session, who: &str) -> Letter {
    letter.key = format!("{}-{notice}-{who}-{}-{}", letter.kind, session.id, session.start.instant);
    letter.deadline = None;
    letter
}

/// Invitations are for sessions with a date to rely on.
pub(super) fn invites(session: &Session) -> Option<Method> {
    (session.state == SessionState::Published).then_some(Method::Request)
}
