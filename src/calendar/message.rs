//! What the calendar tells people, as values: `store` keeps them in the outbox, `mail` renders and sends them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::words;
use super::{Epoch, Registration, Request, Session};

words! {
    /// What a message is about. The word names its templates: `mail/<word>.subject.txt`, `.txt`, `.html`.
    pub enum LetterKind {
        /// "Confirm your registration": the seat is held.
        Confirm = "confirmer",
        /// "You are on the waiting list".
        Waiting = "liste-attente",
        /// "Your seat is confirmed", with the invitation.
        Confirmed = "inscription-confirmee",
        /// "You already are registered: manage": sent instead of telling it on a page.
        Already = "deja-inscrit",
        /// "A seat is free: accept before…".
        Offered = "place-proposee",
        /// "A seat became free: it is yours", with the invitation.
        Promoted = "place-attribuee",
        /// "Your registration is cancelled", with the calendar's cancellation when it had an invitation.
        Cancelled = "inscription-annulee",
        /// "Not confirmed in time".
        Expired = "place-liberee",
        /// "The session changes", with the updated invitation.
        Moved = "seance-modifiee",
        /// "The session is postponed".
        Postponed = "seance-reportee",
        /// "The session is cancelled", with the calendar's cancellation.
        SessionCancelled = "seance-annulee",
        /// "We have your request".
        RequestReceived = "demande-recue",
        /// To a coordinator: "a request waits for an answer".
        RequestToAnswer = "demande-a-traiter",
        /// "A session is planned for you".
        RequestAccepted = "demande-acceptee",
        /// To an institution: "here is a date: does it suit you?".
        RequestProposed = "demande-proposee",
        /// To an institution: "you did not answer; the date is free again".
        RequestLapsed = "demande-sans-reponse",
        /// To a coordinator: "an institution answered, or did not in time".
        RequestAnswered = "demande-repondue",
        /// To an institution: "your session moves".
        InstitutionMoved = "demande-seance-modifiee",
        /// To an institution: "your session is postponed".
        InstitutionPostponed = "demande-seance-reportee",
        /// To an institution: "your session is cancelled".
        InstitutionCancelled = "demande-seance-annulee",
        /// "In a week", "tomorrow".
        Reminder = "rappel",
        /// To a trainer: "tomorrow you run this session".
        TrainerReminder = "formateur-rappel",
        /// "It takes place": enough are registered.
        Kept = "seance-maintenue",
        /// To the team: "too few are registered: does it take place?".
        ToDecide = "seance-a-decider",
        /// "Thank you; the documents; how was it?".
        Thanks = "seance-merci",
        /// "We cannot".
        RequestDeclined = "demande-refusee",
        /// To a trainer: "you run this session", with the invitation.
        TrainerAssigned = "formateur-seance",
        /// To a trainer: "no longer", with the calendar's cancellation.
        TrainerReleased = "formateur-retrait",
        /// To a new member of staff: choose your password.
        StaffInvited = "equipe-invitation",
        /// To somebody who forgot their password: choose another.
        StaffReset = "equipe-mot-de-passe",
        /// To a member of staff: your password or your second step changed.
        StaffChanged = "equipe-acces-modifie",
    }
}

words! {
    /// What a link in a mail is good for. A token of one purpose opens nothing else.
    pub enum Purpose {
        /// Confirm or accept a seat.
        Confirm = "confirm",
        /// See and cancel a registration.
        Manage = "manage",
        /// Follow and withdraw a request.
        Request = "request",
        /// Choose the first password (also the first-run link).
        Invitation = "invitation",
        /// Choose another password.
        Reset = "reset",
        /// The password was right; the code is still to come. Never in a mail.
        SecondStep = "second-step",
        /// A trainer's own calendar feed.
        Feed = "feed",
    }
}

words! {
    /// iTIP: what an attached calendar object asks of the mail program.
    pub enum Method {
        /// Put it into the calendar, or update it.
        Request = "REQUEST",
        /// Take it out.
        Cancel = "CANCEL",
    }
}

/// One message to one person, before its words: everything its templates may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about.
    pub kind: LetterKind,
    /// E-mail address.
    pub to: String,
    /// Name of the person.
    pub name: String,
    /// Unique per event: a second letter with the same key is not written. Makes the Message-ID.
    pub key: String,
    /// The session as it is after the change.
    pub session: Option<Session>,
    /// The registration as it is after the change.
    pub registration: Option<Registration>,
    /// The request as it is after the change.
    pub request: Option<Request>,
    /// Answer before then.
    pub deadline: Option<Epoch>,
    /// Calendar object to attach.
    pub method: Option<Method>,
    /// SEQUENCE of that object, filled in by the store: it grows with each one this person gets for this session.
    #[serde(default)]
    pub sequence: Option<u32>,
    /// Links it needs; the store mints a token for each when it writes the letter into the outbox.
    pub wants: Vec<Purpose>,
    /// Plain tokens by purpose, filled in by the store, erased once the letter is sent.
    #[serde(default)]
    pub tokens: BTreeMap<Purpose, String>,
}

impl Letter {
    /// A letter about nothing yet: the fields beside these are filled in with `Letter { .., ..Letter::new(…) }`.
    pub fn new(kind: LetterKind, to: &str, name: &str, key: String) -> Self {
        Self {
            kind,
            to: to.to_owned(),
            name: name.to_owned(),
            key,
            session: None,
            registration: None,
            request: None,
            deadline: None,
            method: None,
            sequence: None,
            wants: Vec::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// What is left of a letter when its content is erased: that there was one.
    pub fn erased(kind: LetterKind, key: &str) -> Self {
        Self::new(kind, "", "", key.to_owned())
    }
}
