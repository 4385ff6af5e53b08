//! Why a command is refused: a value for the program, a translation key for the person.

use serde::Serialize;

use super::Epoch;

/// A field of a form and the translation key of what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldError {
    /// Name of the field in the form.
    pub field: &'static str,
    /// Translation key of the message.
    pub key: &'static str,
}

/// Why a command was not carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
pub enum Refusal {
    /// More seats were asked for than the session has in all.
    #[error("the session has only {capacity} seats")]
    TooManySeats {
        /// What it has.
        capacity: u32,
    },
    /// The session takes no registration: not open yet, closed, cancelled, past.
    #[error("registration is closed")]
    Closed,
    /// There is no such session, registration or request, or the link is no longer good.
    #[error("not found")]
    NotFound,
    /// The person already has an active registration for this session.
    #[error("already registered")]
    AlreadyRegistered,
    /// It is too late: the registration or the session is already over.
    #[error("already over")]
    Over,
    /// A trainer has another session, its travel included, at that time.
    #[error("trainer {trainer} is busy with session {session}")]
    TrainerBusy {
        /// Id of the trainer, empty when the schema alone noticed.
        trainer: String,
        /// Id of the other session, empty when the schema alone noticed.
        session: String,
        /// Start of the other session, 0 when the schema alone noticed.
        start: Epoch,
    },
    /// A proposal was already answered, or its time is over.
    #[error("the proposal is no longer open")]
    ProposalOver,
    /// Fewer seats were wanted than are already taken.
    #[error("{taken} seats are already taken")]
    CapacityBelowTaken {
        /// Seats taken.
        taken: u32,
    },
    /// Somebody else changed it meanwhile: look again.
    #[error("changed meanwhile")]
    Changed,
    /// Fields of the form are wrong: all of them at once.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldError>),
}

impl Refusal {
    /// Translation key of the sentence a visitor reads (in `mail.toml`'s neighbour `calendar.toml`).
    pub fn key(&self) -> &'static str {
        match self {
            Self::TooManySeats { .. } => "calendar_refused_too_many_seats",
            Self::Closed => "calendar_refused_closed",
            Self::NotFound => "calendar_refused_not_found",
            Self::AlreadyRegistered => "calendar_refused_already_registered",
            Self::Over => "calendar_refused_over",
            Self::TrainerBusy { .. } => "calendar_refused_trainer_busy",
            Self::ProposalOver => "calendar_refused_proposal_over",
            Self::CapacityBelowTaken { .. } => "calendar_refused_capacity",
            Self::Changed => "calendar_refused_changed",
            Self::Invalid(_) => "calendar_refused_invalid",
        }
    }
}
