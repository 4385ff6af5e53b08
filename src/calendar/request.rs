//! An institution's request for a session.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// Where a request stands.
    pub enum RequestState {
        /// Sent, not answered yet.
        Received = "received",
        /// A date and a trainer are proposed; the institution answers.
        Proposed = "proposed",
        /// A session was made of it.
        Accepted = "accepted",
        /// The coordinator said no, with a reason.
        Declined = "declined",
        /// The institution gave it up.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why a request was declined: counted in the annual figures.
    pub enum Reason {
        /// Nobody can go there then.
        NoTrainer = "no-trainer",
        /// No date suits both.
        Dates = "dates",
        /// Too far for the time there is.
        TooFar = "too-far",
        /// Too few people for a session of their own.
        TooFew = "too-few",
        /// Not what these sessions are for.
        OutOfScope = "out-of-scope",
        /// Another service does it, and was named.
        Elsewhere = "elsewhere",
        /// Something else.
        Other = "other",
    }
}

words! {
    /// A part of a day.
    pub enum Half {
        /// Any.
        Day = "day",
        /// Before noon.
        Morning = "morning",
        /// After noon.
        Afternoon = "afternoon",
    }
}

/// A day that would suit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The day.
    pub date: Date,
    /// Which part of it.
    pub half: Half,
}

impl std::fmt::Display for Wish {
    /// `2027-03-04 morning`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.date, self.half)
    }
}

impl Wish {
    /// What `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, half) = text.split_once(' ')?;
        Some(Self { date: date.parse().ok()?, half: Half::parse(half)? })
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
    /// When it would suit, in words.
    pub preferred: String,
    /// When it would suit, as days; the first is the best.
    #[serde(default)]
    pub wishes: Vec<Wish>,
    /// Where it stands.
    pub state: RequestState,
    /// What the coordinator answered.
    pub answer: String,
    /// Why it was declined.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// What the institution answered to a proposal.
    #[serde(default)]
    pub reply: String,
    /// Until when a proposal waits for an answer.
    #[serde(default)]
    pub deadline: Option<Epoch>,
    /// The session made of it, or proposed.
    pub session: Option<String>,
    /// When it was sent.
    pub created: Epoch,
    /// When it last changed.
    pub changed: Epoch,
    /// Grows with each write.
    pub version: u32,
}
