//! The figures of a period, added up from sums that are kept in memory and follow the audit log.
//!
//! Entry points: [`Store::figures`], and [`Store::recount`] for the night. Every command writes a line that names what it
//! changed, in its own transaction: what the lines since the last question name is read again, and nothing else is.
//! So figures cost what has changed and what is in the period, never what was registered; several processes may write, and
//! a registration writes nothing for them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use tokio::sync::Mutex;

use crate::calendar::figures::Figures;
use crate::calendar::sums::{RequestSum, SessionSum, Sums};
use crate::calendar::{Epoch, Kind, Reason, RequestState, SessionState};

use super::batch::{list, one_of};
use super::{Engine, Store, rows};

/// New lines of the log that are followed one by one; after more, everything is read again.
const LINES: i64 = 5000;

const SESSIONS: &str = "SELECT s.id, s.kind, s.state, s.start_at, s.end_at, s.departement, s.audience, s.taken,
         COALESCE(r.people, -1) AS people
     FROM sessions s LEFT JOIN reached r ON r.session = s.id";
const REQUESTS: &str = "SELECT id, created, state, reason, COALESCE(session, '') AS session FROM requests";
const SEATS: &str = "SELECT session, departement, CAST(SUM(seats) AS BIGINT) AS n FROM registrations
     WHERE state = 'confirmed' AND ";

/// What was counted before. One at a time brings it up to date; the others need the same.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// The last line of the audit log that the sums know of; none before they know anything.
    last: Option<Line>,
    sums: Sums,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: i64,
    at: Epoch,
    action: String,
    subject: String,
}

impl Store {
    /// The figures of sessions that start in `from..to`, and of requests that came then.
    pub async fn figures(&self, from: Epoch, to: Epoch, now: Epoch) -> Result<Figures> {
        let mut memory = self.counted.0.lock().await;
        let mut reader = self.readers.acquire().await?;
        memory.follow(self.engine, &mut reader).await?;
        let webinars = memory.sums.webinars_to_count(from..to, now);
        memory.count_seats(self.engine, &mut reader, &webinars).await?;
        Ok(memory.sums.figures(from..to, now))
    }

    /// Counts everything anew and goes on with that. Returns the sessions and requests of which the sums had said something
    /// else than their rows, by id: none, unless something was changed without a line in the audit log.
    pub async fn recount(&self) -> Result<BTreeSet<String>> {
        let mut memory = self.counted.0.lock().await;
        // One state of the database for both, whoever writes meanwhile.
        let begin = self.engine.pick("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        let mut snapshot = self.readers.begin_with(begin).await?;
        let knew = memory.last.is_some();
        memory.follow(self.engine, &mut snapshot).await?;
        if !knew {
            return Ok(BTreeSet::new());
        }
        let mut fresh = Memory::default();
        fresh.read_all(&mut snapshot).await?;
        fresh.count_seats(self.engine, &mut snapshot, &memory.sums.counted()).await?;
        let wrong = memory.sums.differences(&fresh.sums);
        *memory = fresh;
        Ok(wrong)
    }
}

impl Memory {
    /// Reads again what the log names since it was looked at. Cut off in the middle, it is done again: the line comes last.
    async fn follow(&mut self, engine: Engine, database: &mut AnyConnection) -> Result<()> {
        let Some(known) = &self.last else { return self.read_all(database).await };
        let query = sqlx::query("SELECT line, at, action, subject FROM audit WHERE line >= $1 ORDER BY line LIMIT $2");
        let found = query.bind(known.number).bind(LINES).fetch_all(&mut *database).await?;
        let mut found = found.iter().map(line).collect::<Result<Vec<Line>>>()?.into_iter();
        // The log goes on where it was left, or too much is new, or another database was put in this one's place.
        if found.len() == LINES as usize || found.next().as_ref() != Some(known) {
            return self.read_all(database).await;
        }
        let new: Vec<Line> = found.collect();
        let Some(last) = new.last().cloned() else { return Ok(()) };
        let mut subjects = BTreeSet::new();
        for Line { action, subject, .. } in new {
            if action == "create-series" {
                let query = sqlx::query("SELECT id FROM sessions WHERE series = $1 AND series <> ''").bind(&subject);
                for row in query.fetch_all(&mut *database).await? {
                    subjects.insert(rows::text(&row, "id")?);
                }
            }
            subjects.insert(subject);
        }
        self.read(engine, database, subjects).await?;
        self.last = Some(last);
        Ok(())
    }

    /// Reads what belongs to sessions, registrations and requests of these ids.
    async fn read(&mut self, engine: Engine, database: &mut AnyConnection, subjects: BTreeSet<String>) -> Result<()> {
        let mut sessions = subjects.clone();
        let text = "SELECT session FROM registrations WHERE id";
        for row in among(engine, database, text, &subjects, "").await? {
            sessions.insert(rows::text(&row, "session")?);
        }
        let mut requests: BTreeSet<String> = self.sums.origins(&sessions);
        for row in among(engine, database, "SELECT id FROM requests WHERE session", &sessions, "").await? {
            requests.insert(rows::text(&row, "id")?);
        }
        requests.extend(subjects);
        let mut asked = Vec::new();
        for row in among(engine, database, &format!("{REQUESTS} WHERE id"), &requests, "").await? {
            let request = request(&row)?;
            sessions.extend(self.sums.session_of(&request.id).map(str::to_owned));
            sessions.extend(request.session.clone());
            asked.push(request);
        }
        let rows = among(engine, database, &format!("{SESSIONS} WHERE s.id"), &sessions, "").await?;
        let held: Vec<SessionSum> = rows.iter().map(session).collect::<Result<_>>()?;
        // All at once: whoever is cut off between two questions must know the next time what there was before.
        asked.into_iter().for_each(|request| self.sums.put_request(request));
        held.into_iter().for_each(|session| self.sums.put_session(session));
        Ok(())
    }

    async fn read_all(&mut self, database: &mut AnyConnection) -> Result<()> {
        let query = sqlx::query("SELECT line, at, action, subject FROM audit ORDER BY line DESC LIMIT 1");
        let last = query.fetch_optional(&mut *database).await?.as_ref().map(line).transpose()?;
        let mut sums = Sums::default();
        for row in sqlx::query(SESSIONS).fetch_all(&mut *database).await? {
            sums.put_session(session(&row)?);
        }
        for row in sqlx::query(REQUESTS).fetch_all(&mut *database).await? {
            sums.put_request(request(&row)?);
        }
        *self = Self { last, sums };
        Ok(())
    }

    /// Counts where the people of these sessions work.
    async fn count_seats(
        &mut self,
        engine: Engine,
        database: &mut AnyConnection,
        sessions: &BTreeSet<String>,
    ) -> Result<()> {
        let mut seats: BTreeMap<String, BTreeMap<String, u64>> =
            sessions.iter().map(|id| (id.clone(), BTreeMap::new())).collect();
        for row in
            among(engine, database, &format!("{SEATS} session"), sessions, "GROUP BY session, departement").await?
        {
            let n = u64::try_from(rows::number(&row, "n")?).context("fewer seats than none")?;
            seats.entry(rows::text(&row, "session")?).or_default().insert(rows::text(&row, "departement")?, n);
        }
        for (session, seats) in &seats {
            self.sums.put_seats(session, seats);
        }
        Ok(())
    }
}

/// The rows of `text`, which ends with a column, and `after`, where that column is one of these ids.
async fn among(
    engine: Engine,
    database: &mut AnyConnection,
    text: &str,
    ids: &BTreeSet<String>,
    after: &str,
) -> Result<Vec<AnyRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(AssertSqlSafe(format!("{text} {} {after}", one_of(engine))));
    Ok(query.bind(list(engine, ids.iter().map(String::as_str))).fetch_all(database).await?)
}

fn line(row: &AnyRow) -> Result<Line> {
    Ok(Line {
        number: rows::number(row, "line")?,
        at: rows::number(row, "at")?,
        action: rows::text(row, "action")?,
        subject: rows::text(row, "subject")?,
    })
}

fn session(row: &AnyRow) -> Result<SessionSum> {
    Ok(SessionSum {
        id: rows::text(row, "id")?,
        kind: rows::word(row, "kind", Kind::parse)?,
        state: rows::word(row, "state", SessionState::parse)?,
        start: rows::number(row, "start_at")?,
        end: rows::number(row, "end_at")?,
        departement: rows::text(row, "departement")?,
        audience: rows::text(row, "audience")?,
        taken: rows::count(row, "taken")?.into(),
        people: u32::try_from(rows::number(row, "people")?).ok(),
    })
}

fn request(row: &AnyRow) -> Result<RequestSum> {
    let session = rows::text(row, "session")?;
    Ok(RequestSum {
        id: rows::text(row, "id")?,
        created: rows::number(row, "created")?,
        state: rows::word(row, "state", RequestState::parse)?,
        reason: Reason::parse(&rows::text(row, "reason")?),
        session: (!session.is_empty()).then_some(session),
    })
}
