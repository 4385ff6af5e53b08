//! Reading sessions, registrations and requests.

use anyhow::Result;
use serde::Serialize;

use crate::calendar::{Epoch, Purpose, Registration, Request, Seats, Session};

use super::Store;

/// A session with its seats counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The session.
    pub session: Session,
    /// Its seats.
    pub seats: Seats,
}

/// One line of the audit log: who did what to which row. No name and no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// When.
    pub at: Epoch,
    /// `visitor`, `clock`, or the id of a member of staff.
    pub actor: String,
    /// The command: `register`, `move-session`…
    pub action: String,
    /// Id of what it was done to.
    pub subject: String,
}

impl Store {
    /// Public sessions (everything but drafts) that start in `from..to`, by start.
    pub async fn public_sessions(&self, from: Epoch, to: Epoch) -> Result<Vec<Listed>> {
        let _ = (from, to);
        unimplemented!()
    }

    /// Sessions of the staff area that start in `from..to`, drafts included; only those of `trainer` when given.
    pub async fn staff_sessions(&self, from: Epoch, to: Epoch, trainer: Option<&str>) -> Result<Vec<Listed>> {
        let _ = (from, to, trainer);
        unimplemented!()
    }

    /// A session by id, drafts included: callers that serve visitors look at `session.is_public()`.
    pub async fn session(&self, id: &str) -> Result<Option<Listed>> {
        let _ = id;
        unimplemented!()
    }

    /// The registrations of a session in order of arrival, cancelled and expired ones last.
    pub async fn registrations(&self, session: &str) -> Result<Vec<Registration>> {
        let _ = session;
        unimplemented!()
    }

    /// The registration a link opens, with its session. `purpose` is `Confirm` or `Manage`; `None` for a token that is
    /// unknown, of another purpose, or past its time.
    pub async fn registration_by_token(
        &self,
        purpose: Purpose,
        token: &str,
        now: Epoch,
    ) -> Result<Option<(Registration, Listed)>> {
        let _ = (purpose, token, now);
        unimplemented!()
    }

    /// How many people wait before this registration.
    pub async fn waiting_before(&self, registration: &Registration) -> Result<u32> {
        let _ = registration;
        unimplemented!()
    }

    /// The request a link opens.
    pub async fn request_by_token(&self, token: &str, now: Epoch) -> Result<Option<Request>> {
        let _ = (token, now);
        unimplemented!()
    }

    /// A request by id.
    pub async fn request(&self, id: &str) -> Result<Option<Request>> {
        let _ = id;
        unimplemented!()
    }

    /// Requests, the newest first; those still to answer before the others.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        unimplemented!()
    }

    /// The last lines of the audit log, the newest first.
    pub async fn audit(&self, most: u32) -> Result<Vec<AuditRow>> {
        let _ = most;
        unimplemented!()
    }
}
