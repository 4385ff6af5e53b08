//! Reading sessions, registrations and requests.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use sqlx::any::AnyRow;

use crate::calendar::{Epoch, MANAGE_AFTER_END, Purpose, Registration, Request, Seats, Session};

use super::{Store, rows, token};

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
    /// Its number: they only grow.
    pub line: i64,
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
    /// Asks the database for as little as can be: whether it answers.
    pub async fn answers(&self) -> Result<()> {
        sqlx::query("SELECT COUNT(*) AS n FROM migrations").fetch_one(&self.readers).await?;
        Ok(())
    }

    /// Listed sessions (no drafts, none that is for its institution alone) that start in `from..to`, by start.
    pub async fn public_sessions(&self, from: Epoch, to: Epoch) -> Result<Vec<Listed>> {
        let query = sqlx::query(
            "SELECT s.*, (SELECT COUNT(*) FROM registrations r WHERE r.session = s.id AND r.state = 'waiting') AS waiting
             FROM sessions s WHERE s.start_at >= $1 AND s.start_at < $2 AND s.state <> 'draft' AND s.listed = 1
             ORDER BY s.start_at, s.id",
        );
        let found = query.bind(from).bind(to).fetch_all(&self.readers).await?;
        self.with_trainers(found, from, to).await
    }

    /// Sessions of the staff area that start in `from..to`, drafts included; only those of `trainer` when given.
    pub async fn staff_sessions(&self, from: Epoch, to: Epoch, trainer: Option<&str>) -> Result<Vec<Listed>> {
        let query = sqlx::query(
            "SELECT s.*, (SELECT COUNT(*) FROM registrations r WHERE r.session = s.id AND r.state = 'waiting') AS waiting
             FROM sessions s WHERE s.start_at >= $1 AND s.start_at < $2
               AND ($3 = '' OR EXISTS (SELECT 1 FROM assignments a WHERE a.session = s.id AND a.staff = $3))
             ORDER BY s.start_at, s.id",
        );
        let found = query.bind(from).bind(to).bind(trainer.unwrap_or_default()).fetch_all(&self.readers).await?;
        self.with_trainers(found, from, to).await
    }

    /// A session by id, drafts included: callers that serve visitors look at `session.is_public()`.
    pub async fn session(&self, id: &str) -> Result<Option<Listed>> {
        let query = sqlx::query(
            "SELECT s.*, (SELECT COUNT(*) FROM registrations r WHERE r.session = s.id AND r.state = 'waiting') AS waiting
             FROM sessions s WHERE s.id = $1",
        );
        let Some(row) = query.bind(id).fetch_optional(&self.readers).await? else { return Ok(None) };
        let mut listed = listed(&row)?;
        let query = sqlx::query("SELECT staff FROM assignments WHERE session = $1 ORDER BY staff");
        for row in query.bind(id).fetch_all(&self.readers).await? {
            listed.session.trainers.push(rows::text(&row, "staff")?);
        }
        Ok(Some(listed))
    }

    async fn with_trainers(&self, found: Vec<AnyRow>, from: Epoch, to: Epoch) -> Result<Vec<Listed>> {
        let query = sqlx::query(
            "SELECT a.session, a.staff FROM assignments a JOIN sessions s ON s.id = a.session
             WHERE s.start_at >= $1 AND s.start_at < $2 ORDER BY a.session, a.staff",
        );
        let mut trainers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in query.bind(from).bind(to).fetch_all(&self.readers).await? {
            trainers.entry(rows::text(&row, "session")?).or_default().push(rows::text(&row, "staff")?);
        }
        let with = |row: &AnyRow| {
            let mut listed = listed(row)?;
            listed.session.trainers = trainers.get(&listed.session.id).cloned().unwrap_or_default();
            Ok(listed)
        };
        found.iter().map(with).collect()
    }

    /// The registrations of a session in order of arrival, cancelled and expired ones last.
    pub async fn registrations(&self, session: &str) -> Result<Vec<Registration>> {
        let query = sqlx::query(
            "SELECT * FROM registrations WHERE session = $1
             ORDER BY CASE WHEN state IN ('cancelled', 'expired') THEN 1 ELSE 0 END, position",
        );
        query.bind(session).fetch_all(&self.readers).await?.iter().map(rows::registration).collect()
    }

    /// A registration by id: for staff.
    pub async fn registration(&self, id: &str) -> Result<Option<Registration>> {
        let query = sqlx::query("SELECT * FROM registrations WHERE id = $1");
        query.bind(id).fetch_optional(&self.readers).await?.as_ref().map(rows::registration).transpose()
    }

    /// The registration a link opens, with its session. `purpose` is `Confirm` or `Manage`; `None` for a token that is
    /// unknown, of another purpose, or past its time: the end of the session, and [`MANAGE_AFTER_END`] more to manage.
    pub async fn registration_by_token(
        &self,
        purpose: Purpose,
        token: &str,
        now: Epoch,
    ) -> Result<Option<(Registration, Listed)>> {
        let Some(id) = self.token_subject(purpose, token, now).await? else { return Ok(None) };
        let Some(registration) = self.registration(&id).await? else { return Ok(None) };
        let Some(listed) = self.session(&registration.session).await? else { return Ok(None) };
        let more = if purpose == Purpose::Manage { MANAGE_AFTER_END } else { 0 };
        let good = now < listed.session.end() + more;
        Ok(good.then_some((registration, listed)))
    }

    /// How many people wait before this registration.
    pub async fn waiting_before(&self, registration: &Registration) -> Result<u32> {
        let query = sqlx::query(
            "SELECT COUNT(*) AS n FROM registrations WHERE session = $1 AND state = 'waiting' AND position < $2",
        );
        let row = query.bind(&registration.session).bind(registration.position).fetch_one(&self.readers).await?;
        rows::count(&row, "n")
    }

    /// The request a link opens.
    pub async fn request_by_token(&self, token: &str, now: Epoch) -> Result<Option<Request>> {
        let Some(id) = self.token_subject(Purpose::Request, token, now).await? else { return Ok(None) };
        self.request(&id).await
    }

    /// A request by id.
    pub async fn request(&self, id: &str) -> Result<Option<Request>> {
        let query = sqlx::query("SELECT * FROM requests WHERE id = $1");
        query.bind(id).fetch_optional(&self.readers).await?.as_ref().map(rows::request).transpose()
    }

    /// Requests, the newest first; those still to answer before the others.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        let query = sqlx::query(
            "SELECT * FROM requests ORDER BY CASE WHEN state = 'received' THEN 0 ELSE 1 END, created DESC, id LIMIT 1000",
        );
        query.fetch_all(&self.readers).await?.iter().map(rows::request).collect()
    }

    /// The last lines of the audit log, the newest first.
    pub async fn audit(&self, most: u32) -> Result<Vec<AuditRow>> {
        self.audit_before(Epoch::MAX, "", most).await
    }

    /// Lines of the audit log from before line `before`, the newest first; only those about `subject` unless it is empty.
    pub async fn audit_before(&self, before: i64, subject: &str, most: u32) -> Result<Vec<AuditRow>> {
        let query = sqlx::query(
            "SELECT line, at, actor, action, subject FROM audit
             WHERE line < $1 AND ($2 = '' OR subject = $2) ORDER BY line DESC LIMIT $3",
        );
        let query = query.bind(before).bind(subject);
        let line = |row: &AnyRow| {
            Ok(AuditRow {
                line: rows::number(row, "line")?,
                at: rows::number(row, "at")?,
                actor: rows::text(row, "actor")?,
                action: rows::text(row, "action")?,
                subject: rows::text(row, "subject")?,
            })
        };
        query.bind(i64::from(most)).fetch_all(&self.readers).await?.iter().map(line).collect()
    }

    /// What a token of this purpose opens.
    pub(super) async fn token_subject(&self, purpose: Purpose, token: &str, now: Epoch) -> Result<Option<String>> {
        let query = sqlx::query(
            "SELECT subject FROM tokens WHERE hash = $1 AND purpose = $2 AND (expires IS NULL OR expires > $3)",
        );
        let query = query.bind(token::hash(token)).bind(purpose.as_str()).bind(now);
        let row = query.fetch_optional(&self.readers).await?;
        row.map(|row| rows::text(&row, "subject")).transpose()
    }
}

pub(super) fn listed(row: &AnyRow) -> Result<Listed> {
    let session = rows::session(row)?;
    let seats =
        Seats { capacity: session.capacity, taken: rows::count(row, "taken")?, waiting: rows::count(row, "waiting")? };
    Ok(Listed { session, seats })
}
