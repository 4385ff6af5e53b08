//! A registration: who comes, with how many, and where it stands.

use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// Where a registration stands.
    pub enum RegistrationState {
        /// The seat is held; the e-mail address is not confirmed yet.
        Pending = "pending",
        /// The seat is theirs.
        Confirmed = "confirmed",
        /// On the waiting list.
        Waiting = "waiting",
        /// A freed seat is held for them until a deadline.
        Offered = "offered",
        /// Given up, by them or by staff.
        Cancelled = "cancelled",
        /// Not confirmed or not accepted in time; confirming again tries for a seat.
        Expired = "expired",
    }
}

impl RegistrationState {
    /// Whether seats are taken by it.
    pub fn holds_seats(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed | Self::Offered)
    }

    /// Whether it still counts: one active registration per person and session.
    pub fn is_active(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Expired)
    }
}

/// One person's registration, for one or several seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Random text.
    pub id: String,
    /// The session.
    pub session: String,
    /// First and last name.
    pub name: String,
    /// Professional e-mail address, as typed.
    pub email: String,
    /// What they do.
    pub function: String,
    /// For whom.
    pub organisation: String,
    /// Where they work: a webinar touches several départements.
    pub departement: String,
    /// How many seats, all or none.
    pub seats: u32,
    /// Who comes on them, as far as it is known; never more than `seats`.
    #[serde(default)]
    pub names: Vec<String>,
    /// What somebody needs to take part (a ramp, an interpreter). Erased a week after the session.
    #[serde(default)]
    pub needs: String,
    /// Where it stands.
    pub state: RegistrationState,
    /// Order of arrival in the session: the waiting list follows it. Never reused.
    pub position: i64,
    /// Whether a link from its mail was used.
    pub verified: bool,
    /// Until when a held or offered seat waits for an answer.
    pub deadline: Option<Epoch>,
    /// When it was made.
    pub created: Epoch,
    /// When it last changed.
    pub changed: Epoch,
    /// Grows with each write; a write that expected another one is refused.
    pub version: u32,
}
