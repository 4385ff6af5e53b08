//! The rows behind a figure, and the people a trainer met.
//!
//! Entry points: [`Store::figure_sessions`] and [`Store::figure_requests`] for the rows that one figure counts;
//! [`Store::declare_reached`]. The figures themselves are in `sums`.

use anyhow::{Context as _, Result};
use jiff::civil::DateTime;
use sqlx::any::AnyRow;

use crate::calendar::figures::{Filter, Held};
use crate::calendar::{Actor, Epoch, Kind, Refusal, Registration, Request, SessionState};

use super::read::{Listed, listed};
use super::{Error, Store, rows};

/// Rows on one page behind a figure, and in a file.
pub const ROWS: u32 = 10_000;

/// The conditions of a [`Filter`] on sessions: bound in the order of [`bind`].
const SESSIONS: &str = "s.start_at >= $1 AND s.start_at < $2
    AND ($4 = '' OR s.kind = $4) AND ($5 = 0 OR s.kind <> 'meeting')
    AND ($6 = '' OR $6 = CASE s.state
        WHEN 'done' THEN 'held' WHEN 'cancelled' THEN 'cancelled' WHEN 'postponed' THEN 'postponed'
        WHEN 'draft' THEN 'draft' ELSE CASE WHEN s.end_at <= $3 THEN 'held' ELSE 'to_come' END END)
    AND ($7 = '' OR s.departement = $7) AND ($8 = '' OR s.audience = $8)
    AND ($9 = -1 OR ($9 = 1 AND r.people IS NOT NULL) OR ($9 = 0 AND r.people IS NULL))";

/// A session and how many people came, as far as somebody declared it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The session.
    pub listed: Listed,
    /// People declared.
    pub people: Option<u32>,
}

impl Store {
    /// The sessions a figure counts, by start.
    pub async fn figure_sessions(&self, filter: &Filter, now: Epoch) -> Result<Vec<Counted>> {
        let text = format!(
            "SELECT s.*, COALESCE(r.people, -1) AS people,
                 (SELECT COUNT(*) FROM registrations p WHERE p.session = s.id AND p.state = 'waiting') AS waiting
             FROM sessions s LEFT JOIN reached r ON r.session = s.id
             WHERE {SESSIONS} ORDER BY s.start_at, s.id LIMIT {ROWS}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(filter.from)
            .bind(filter.to)
            .bind(now)
            .bind(filter.kind.map_or("", Kind::as_str))
            .bind(i64::from(filter.interventions))
            .bind(filter.held.map_or("", Held::as_str))
            .bind(&filter.departement)
            .bind(&filter.audience)
            .bind(filter.declared.map_or(-1, i64::from));
        let found = query.fetch_all(&self.readers).await?;
        found.iter().map(|row| Ok(Counted { listed: listed(row)?, people: people(row)? })).collect()
    }

    /// The requests a figure counts, by arrival.
    pub async fn figure_requests(&self, filter: &Filter) -> Result<Vec<Request>> {
        let text = format!(
            "SELECT * FROM requests WHERE created >= $1 AND created < $2 AND ($3 = '' OR state = $3)
               AND ($4 = '' OR reason = $4) AND ($5 = '' OR departement = $5) ORDER BY created, id LIMIT {ROWS}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(filter.from)
            .bind(filter.to)
            .bind(&filter.state)
            .bind(&filter.reason)
            .bind(&filter.departement);
        query.fetch_all(&self.readers).await?.iter().map(rows::request).collect()
    }

    /// The registrations for sessions that start in `from..to`, each with the title and the civil start of its session.
    pub async fn registrations_between(&self, from: Epoch, to: Epoch) -> Result<Vec<(Registration, String, DateTime)>> {
        let query = sqlx::query(
            "SELECT p.*, s.title, s.start_civil FROM registrations p JOIN sessions s ON s.id = p.session
             WHERE s.start_at >= $1 AND s.start_at < $2 ORDER BY s.start_at, s.id, p.position LIMIT 100000",
        );
        let one = |row: &AnyRow| {
            let start = rows::text(row, "start_civil")?.parse().context("column start_civil")?;
            Ok((rows::registration(row)?, rows::text(row, "title")?, start))
        };
        query.bind(from).bind(to).fetch_all(&self.readers).await?.iter().map(one).collect()
    }

    /// How many people came to a session, as declared.
    pub async fn reached(&self, session: &str) -> Result<Option<u32>> {
        let query = sqlx::query("SELECT people FROM reached WHERE session = $1").bind(session);
        query.fetch_optional(&self.readers).await?.map(|row| rows::count(&row, "people")).transpose()
    }

    /// A trainer or coordinator declares how many people came; a second time corrects. Refused before the start, and for
    /// a session that did not take place.
    pub async fn declare_reached(&self, session: &str, people: u32, actor: &Actor, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query("SELECT state, start_at FROM sessions WHERE id = $1").bind(session);
        let row = query.fetch_optional(&mut *tx).await?.ok_or(Refusal::NotFound)?;
        let state = SessionState::parse(&rows::text(&row, "state")?);
        let takes_place = matches!(state, Some(SessionState::Published | SessionState::Done));
        if !takes_place || rows::number(&row, "start_at")? > now {
            return Err(Refusal::Over.into());
        }
        sqlx::query(
            "INSERT INTO reached (session, people, staff, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (session) DO UPDATE SET people = excluded.people, staff = excluded.staff, at = excluded.at",
        )
        .bind(session)
        .bind(i64::from(people))
        .bind(actor.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        super::apply::note(&mut tx, actor, "declare-reached", session, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn people(row: &AnyRow) -> Result<Option<u32>> {
    Ok(u32::try_from(rows::number(row, "people")?).ok())
}
