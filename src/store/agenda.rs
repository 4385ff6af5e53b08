//! What a trainer's time is taken by, and which moments of sessions are near.
//!
//! Entry points: [`Store::add_absence`], [`Store::absences`], [`Store::series`]. An absence takes a trainer's time like a
//! session does, in the same table, so that the same guard of the schema holds for both.

use anyhow::Result;
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::calendar::{Epoch, Notice, Refusal, Session, Start};

use super::{Error, Listed, Store, fresh_id, rows};

const DAY: Epoch = 86_400;
/// Thanks follow a session by a day or two.
const BEHIND: Epoch = 6 * DAY;
/// A decision that was missed for so long is nobody's any more.
const DECISION: Epoch = 30 * DAY;

/// A time when a trainer is not available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absence {
    /// Names it, to take it back.
    pub id: String,
    /// Whose.
    pub staff: String,
    /// From then.
    pub from: Epoch,
    /// Until then.
    pub to: Epoch,
    /// Where its days are days.
    pub zone: String,
}

impl Store {
    /// Keeps a time free of sessions. Refused when one is there already.
    pub async fn add_absence(&self, staff: &str, from: &Start, to: &Start, now: Epoch) -> Result<String, Error> {
        let id = fresh_id();
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO absences (id, staff, from_at, to_at, zone, created) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&id)
            .bind(staff)
            .bind(from.instant)
            .bind(to.instant)
            .bind(&from.zone)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let query = sqlx::query(
            "SELECT a.session, s.start_at FROM assignments a JOIN sessions s ON s.id = a.session
             WHERE a.staff = $1 AND a.active = 1 AND a.busy_from < $3 AND $2 < a.busy_to ORDER BY a.busy_from LIMIT 1",
        );
        let query = query.bind(staff).bind(from.instant).bind(to.instant);
        if let Some(row) = query.fetch_optional(&mut *tx).await? {
            let (session, start) = (rows::text(&row, "session")?, rows::number(&row, "start_at")?);
            return Err(Refusal::TrainerBusy { trainer: staff.to_owned(), session, start }.into());
        }
        // Two absences may overlap: only the parts that are still free are taken.
        take_free_parts(&mut tx, staff, &id, from.instant, to.instant).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes an absence of somebody back. What another absence of theirs covers stays covered.
    pub async fn remove_absence(&self, staff: &str, id: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query("SELECT from_at, to_at FROM absences WHERE id = $1 AND staff = $2");
        let Some(gone) = query.bind(id).bind(staff).fetch_optional(&mut *tx).await? else {
            return Err(Refusal::NotFound.into());
        };
        let (from, to) = (rows::number(&gone, "from_at")?, rows::number(&gone, "to_at")?);
        sqlx::query("DELETE FROM assignments WHERE absence = $1").bind(id).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM absences WHERE id = $1").bind(id).execute(&mut *tx).await?;
        let query = sqlx::query(
            "SELECT id, from_at, to_at FROM absences WHERE staff = $1 AND from_at < $3 AND $2 < to_at ORDER BY from_at, id",
        );
        for other in query.bind(staff).bind(from).bind(to).fetch_all(&mut *tx).await? {
            let other_id = rows::text(&other, "id")?;
            let (from, to) = (rows::number(&other, "from_at")?, rows::number(&other, "to_at")?);
            take_free_parts(&mut tx, staff, &other_id, from, to).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Absences that are not over yet, by start; only those of `staff` when given.
    pub async fn absences(&self, staff: Option<&str>, now: Epoch) -> Result<Vec<Absence>> {
        let query =
            sqlx::query("SELECT * FROM absences WHERE to_at > $1 AND ($2 = '' OR staff = $2) ORDER BY from_at, id");
        let absence = |row: &AnyRow| {
            Ok(Absence {
                id: rows::text(row, "id")?,
                staff: rows::text(row, "staff")?,
                from: rows::number(row, "from_at")?,
                to: rows::number(row, "to_at")?,
                zone: rows::text(row, "zone")?,
            })
        };
        query.bind(now).bind(staff.unwrap_or_default()).fetch_all(&self.readers).await?.iter().map(absence).collect()
    }

    /// The dates of a series, by start.
    pub async fn series(&self, series: &str) -> Result<Vec<Listed>> {
        let query = sqlx::query(
            "SELECT *, CAST(0 AS BIGINT) AS waiting FROM sessions WHERE series = $1 ORDER BY start_at, id LIMIT 100",
        );
        query.bind(series).fetch_all(&self.readers).await?.iter().map(super::read::listed).collect()
    }

    /// Whether somebody has an address for their own calendar.
    pub async fn has_feed(&self, staff: &str) -> Result<bool> {
        let query = sqlx::query("SELECT 1 AS n FROM tokens WHERE purpose = 'feed' AND subject = $1 LIMIT 1");
        Ok(query.bind(staff).fetch_optional(&self.readers).await?.is_some())
    }

    /// Sessions of which a moment may have come, when the first reminder is so many days before.
    pub(super) async fn soon(&self, days: u16, now: Epoch) -> Result<Vec<Listed>> {
        let ahead = (Epoch::from(days) + 2) * DAY;
        let query = sqlx::query(
            "SELECT *, CAST(0 AS BIGINT) AS waiting FROM sessions
             WHERE state IN ('published', 'done') AND start_at BETWEEN $1 AND $2
             UNION
             SELECT *, CAST(0 AS BIGINT) AS waiting FROM sessions
             WHERE state = 'published' AND outlook = 'open' AND decides IS NOT NULL AND decides BETWEEN $3 AND $4
             ORDER BY id",
        );
        let query = query.bind(now - BEHIND).bind(now + ahead).bind(now - DECISION).bind(now);
        query.fetch_all(&self.readers).await?.iter().map(super::read::listed).collect()
    }

    pub(super) async fn is_noticed(&self, session: &Session, notice: Notice) -> Result<bool> {
        let query = sqlx::query("SELECT 1 AS n FROM notices WHERE session = $1 AND notice = $2 AND about = $3");
        let query = query.bind(&session.id).bind(notice.to_string()).bind(session.start.instant);
        Ok(query.fetch_optional(&self.readers).await?.is_some())
    }

    /// Requests whose proposal nobody answered in time.
    pub(super) async fn lapsed(&self, now: Epoch) -> Result<Vec<String>> {
        let query = sqlx::query("SELECT id FROM requests WHERE state = 'proposed' AND deadline <= $1 ORDER BY id");
        query.bind(now).fetch_all(&self.readers).await?.iter().map(|row| rows::text(row, "id")).collect()
    }
}

/// Takes the parts of a trainer's time in `from..to` that nothing else takes yet, for an absence.
async fn take_free_parts(
    tx: &mut AnyConnection,
    staff: &str,
    absence: &str,
    from: Epoch,
    to: Epoch,
) -> Result<(), Error> {
    for (from, to) in free_parts(tx, staff, from, to).await? {
        sqlx::query(
            "INSERT INTO assignments (id, absence, staff, busy_from, busy_to, active) VALUES ($1, $2, $3, $4, $5, 1)",
        )
        .bind(fresh_id())
        .bind(absence)
        .bind(staff)
        .bind(from)
        .bind(to)
        .execute(&mut *tx)
        .await
        .map_err(super::apply::trainer_busy)?;
    }
    Ok(())
}

async fn free_parts(tx: &mut AnyConnection, staff: &str, from: Epoch, to: Epoch) -> Result<Vec<(Epoch, Epoch)>> {
    let query = sqlx::query(
        "SELECT busy_from, busy_to FROM assignments
         WHERE staff = $1 AND active = 1 AND busy_from < $3 AND $2 < busy_to ORDER BY busy_from",
    );
    let (mut at, mut parts) = (from, Vec::new());
    for row in query.bind(staff).bind(from).bind(to).fetch_all(tx).await? {
        let (busy_from, busy_to) = (rows::number(&row, "busy_from")?, rows::number(&row, "busy_to")?);
        if at < busy_from {
            parts.push((at, busy_from));
        }
        at = at.max(busy_to);
    }
    if at < to {
        parts.push((at, to));
    }
    Ok(parts)
}
