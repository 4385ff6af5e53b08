//! What figures are made of: sessions and requests counted in groups, and the rows behind a figure.
//!
//! Entry points: [`Store::figures`] for a period; [`Store::figure_sessions`] and [`Store::figure_requests`] for the rows
//! that one figure counts; [`Store::declare_reached`] for the people a trainer met.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use jiff::civil::DateTime;
use sqlx::any::AnyRow;

use crate::calendar::figures::{Figures, Filter, Held, Requests, Sessions};
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

/// Periods that are remembered: those that people look at again and again.
const PERIODS: usize = 16;

/// What was counted before.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<BTreeMap<(Epoch, Epoch), Kept>>);

#[derive(Debug)]
struct Kept {
    /// The last line of the audit log before it was counted.
    line: i64,
    /// From when it was counted until a session ends.
    holds: Range<Epoch>,
    figures: Arc<Figures>,
}

impl Remembered {
    fn all(&self) -> MutexGuard<'_, BTreeMap<(Epoch, Epoch), Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, from: Epoch, to: Epoch, line: i64, now: Epoch) -> Option<Arc<Figures>> {
        let all = self.all();
        let kept = all.get(&(from, to)).filter(|kept| kept.line == line && kept.holds.contains(&now))?;
        Some(Arc::clone(&kept.figures))
    }

    fn keep(&self, from: Epoch, to: Epoch, kept: Kept) {
        let mut all = self.all();
        if all.len() >= PERIODS {
            all.clear();
        }
        all.insert((from, to), kept);
    }
}

impl Store {
    /// The figures of sessions that start in `from..to`, and of requests that came then. What was counted is counted again
    /// after the next line of the audit log, which every command writes, and after the next end of a session.
    pub async fn figures(&self, from: Epoch, to: Epoch, now: Epoch) -> Result<Arc<Figures>> {
        let row = sqlx::query("SELECT COALESCE(MAX(line), 0) AS line FROM audit").fetch_one(&self.readers).await?;
        let line = rows::number(&row, "line")?;
        if let Some(figures) = self.counted.find(from, to, line, now) {
            return Ok(figures);
        }
        let (figures, until) = self.count(from, to, now).await?;
        let figures = Arc::new(figures);
        self.counted.keep(from, to, Kept { line, holds: now..until, figures: Arc::clone(&figures) });
        Ok(figures)
    }

    /// The figures, counted, and the moment from which they are others.
    async fn count(&self, from: Epoch, to: Epoch, now: Epoch) -> Result<(Figures, Epoch)> {
        let query = sqlx::query(
            "SELECT s.kind, s.state, CASE WHEN s.end_at <= $3 THEN 1 ELSE 0 END AS past, s.departement, s.audience,
                 COUNT(*) AS n, CAST(SUM(s.taken) AS BIGINT) AS seats, COUNT(r.people) AS declared,
                 CAST(COALESCE(SUM(r.people), 0) AS BIGINT) AS people, MIN(s.end_at) AS ends
             FROM sessions s LEFT JOIN reached r ON r.session = s.id
             WHERE s.start_at >= $1 AND s.start_at < $2
             GROUP BY s.kind, s.state, CASE WHEN s.end_at <= $3 THEN 1 ELSE 0 END, s.departement, s.audience",
        );
        let found = query.bind(from).bind(to).bind(now).fetch_all(&self.readers).await?;
        let mut until = Epoch::MAX;
        for row in &found {
            let ends = rows::number(row, "ends")?;
            if ends > now {
                until = until.min(ends);
            }
        }
        let sessions: Vec<Sessions> = found.iter().map(sessions).collect::<Result<_>>()?;
        let query = sqlx::query(
            "SELECT state, reason, departement, COUNT(*) AS n FROM requests
             WHERE created >= $1 AND created < $2 GROUP BY state, reason, departement",
        );
        let found = query.bind(from).bind(to).fetch_all(&self.readers).await?;
        let requests: Vec<Requests> = found.iter().map(requests).collect::<Result<_>>()?;
        let query = sqlx::query(
            "SELECT p.departement, CAST(SUM(p.seats) AS BIGINT) AS n
             FROM sessions s JOIN registrations p ON p.session = s.id
             WHERE s.start_at >= $1 AND s.start_at < $2 AND s.kind = 'webinar' AND p.state = 'confirmed'
               AND (s.state = 'done' OR (s.state = 'published' AND s.end_at <= $3))
             GROUP BY p.departement ORDER BY p.departement",
        );
        let found = query.bind(from).bind(to).bind(now).fetch_all(&self.readers).await?;
        let video = |row: &AnyRow| Ok((rows::text(row, "departement")?, unsigned(row, "n")?));
        let video: Vec<(String, u64)> = found.iter().map(video).collect::<Result<_>>()?;
        Ok((Figures::of(&sessions, &requests, &video), until))
    }

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

fn sessions(row: &AnyRow) -> Result<Sessions> {
    let kind = rows::text(row, "kind")?;
    let state = rows::text(row, "state")?;
    let state = SessionState::parse(&state).with_context(|| format!("unknown state {state}"))?;
    Ok(Sessions {
        kind: Kind::parse(&kind).with_context(|| format!("unknown kind {kind}"))?,
        held: Held::of(state, rows::number(row, "past")? == 1),
        departement: rows::text(row, "departement")?,
        audience: rows::text(row, "audience")?,
        count: unsigned(row, "n")?,
        seats: unsigned(row, "seats")?,
        declared: unsigned(row, "declared")?,
        people: unsigned(row, "people")?,
    })
}

fn requests(row: &AnyRow) -> Result<Requests> {
    Ok(Requests {
        state: rows::text(row, "state")?,
        reason: rows::text(row, "reason")?,
        departement: rows::text(row, "departement")?,
        count: unsigned(row, "n")?,
    })
}

fn people(row: &AnyRow) -> Result<Option<u32>> {
    Ok(u32::try_from(rows::number(row, "people")?).ok())
}

fn unsigned(row: &AnyRow, column: &str) -> Result<u64> {
    u64::try_from(rows::number(row, column)?).with_context(|| format!("column {column} is negative"))
}
