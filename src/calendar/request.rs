//! An institution's request for a session.

use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// Where a request stands.
    pub enum RequestState {
        /// Sent, not answered yet.
        Received = "received",
        /// A session was made of it.
        Accepted = "accepted",
        /// The coordinator said no, with a reason.
        Declined = "declined",
        /// The institution gave it up.
        Withdrawn = "withdrawn",
    }
}

/// What an institution asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Random text.
    pub id: String,
    /// Name of the institution.
    pub organisation: String,
    /// Who asks.
    pub name: String,
    /// Their professional e-mail address.
    pub email: String,
    /// What they do.
    pub function: String,
    /// Code of the département.
    pub departement: String,
    /// For whom the session would be.
    pub audience: String,
    /// How many people.
    pub headcount: u32,
    /// What is needed, in words.
    pub need: String,
    /// When it would suit, in words or dates.
    pub preferred: String,
    /// Where it stands.
    pub state: RequestState,
    /// What the coordinator answered.
    pub answer: String,
    /// The session made of it.
    pub session: Option<String>,
    /// When it was sent.
    pub created: Epoch,
    /// When it last changed.
    pub changed: Epoch,
    /// Grows with each write.
    pub version: u32,
}
