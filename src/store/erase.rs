//! Personal data past its time is erased; what is counted stays: state, seats, département, audience, headcount.
//!
//! Entry point: [`Store::erase`]. Names, addresses, functions, organisations and free texts go, and with them the links
//! that were sent. Letters go by their own age, sent or not; a letter that still waits is not touched. Every statement
//! finds its rows by an index, so that the hourly look costs what there is to erase, not what there ever was.

use anyhow::{Context, Result};
use sqlx::{Any, AssertSqlSafe, Transaction};

pub use crate::calendar::retention::LETTERS as LETTERS_KEPT;
use crate::calendar::retention::{GIVEN_UP, NEEDS, UNANSWERED};
use crate::calendar::{Epoch, Letter, LetterKind};

use super::{Error, Store, rights, rows};

const DAY: Epoch = 86_400;
/// Letters erased in one transaction: others can write between.
const LETTERS: i64 = 200;
/// Sessions whose people are erased in one transaction.
const SESSIONS: i64 = 20;

/// Sessions whose time is over and whose people are still known. A postponed one has no date any more: it counts from
/// its last change.
const PAST: &str = "SELECT id FROM sessions
     WHERE erased = 0 AND end_at <= $1 AND (state <> 'postponed' OR changed <= $1) ORDER BY end_at, id LIMIT $2";
const DONE: &str = "UPDATE sessions SET erased = 1 WHERE id = $1";
/// What is needed to take part may tell of somebody's health.
const NEEDS_OVER: &str = "UPDATE registrations SET needs = '', version = version + 1
     WHERE needs <> '' AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = registrations.session AND s.end_at <= $1)";
const INVITATIONS: &str = "DELETE FROM invitations WHERE session = $1";
const OLD_LETTERS: &str = "SELECT key, kind FROM outbox WHERE erased = 0 AND state <> 'due' AND created <= $1
     ORDER BY created, key LIMIT $2";

/// Registrations and requests that are still somebody's, each condition with one value.
const OF_SESSION: &str = "session = $1 AND email <> ''";
const GIVEN_UP_BEFORE: &str = "state IN ('cancelled', 'expired') AND email <> '' AND changed <= $1";
const ACCEPTED_FOR: &str = "session = $1 AND state = 'accepted' AND email <> ''";
const WITHDRAWN_BEFORE: &str = "state = 'withdrawn' AND email <> '' AND changed <= $1";
const DECLINED_BEFORE: &str = "state = 'declined' AND email <> '' AND changed <= $1";
const RECEIVED_BEFORE: &str = "state = 'received' AND email <> '' AND created <= $1";

/// What was erased. Counts only: a log may have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Registrations that are nobody's any more.
    pub registrations: u64,
    /// Requests that are nobody's any more.
    pub requests: u64,
    /// Letters without their content.
    pub letters: u64,
}

/// The links of rows that are about to be nobody's: they would act in nobody's name. Then the rows.
fn registrations(of: &str) -> [String; 2] {
    [
        format!(
            "DELETE FROM tokens WHERE purpose IN ('confirm', 'manage')
               AND subject IN (SELECT id FROM registrations WHERE {of})"
        ),
        format!(
            "UPDATE registrations SET name = '', email = '', role = '', organisation = '', names = '', needs = '',
                 version = version + 1 WHERE {of}"
        ),
    ]
}

fn requests(of: &str) -> [String; 2] {
    [
        format!("DELETE FROM tokens WHERE purpose = 'request' AND subject IN (SELECT id FROM requests WHERE {of})"),
        format!(
            "UPDATE requests SET organisation = '', name = '', email = '', role = '', need = '', preferred = '',
                 wishes = '', answer = '', reply = '', version = version + 1 WHERE {of}"
        ),
    ]
}

impl Store {
    /// Erases what is past its time: `keep_days` after a session, sooner for what was given up. To be run every hour.
    pub async fn erase(&self, keep_days: u32, now: Epoch) -> Result<Erased, Error> {
        let past = now - Epoch::from(keep_days) * DAY;
        let mut erased = Erased::default();
        let mut tx = self.write().await?;
        erased.registrations = both(&mut tx, registrations(GIVEN_UP_BEFORE), now - GIVEN_UP).await?;
        sqlx::query(NEEDS_OVER).bind(now - NEEDS).execute(&mut *tx).await?;
        for (of, before) in
            [(WITHDRAWN_BEFORE, now - GIVEN_UP), (DECLINED_BEFORE, past), (RECEIVED_BEFORE, now - UNANSWERED)]
        {
            erased.requests += both(&mut tx, requests(of), before).await?;
        }
        tx.commit().await?;
        self.erase_sessions(past, &mut erased).await?;
        erased.letters = self.erase_letters(now - LETTERS_KEPT).await?;
        Ok(erased)
    }

    /// The people of sessions that are past, a few sessions at a time.
    async fn erase_sessions(&self, past: Epoch, erased: &mut Erased) -> Result<(), Error> {
        loop {
            let mut tx = self.write().await?;
            let found = sqlx::query(PAST).bind(past).bind(SESSIONS).fetch_all(&mut *tx).await?;
            for row in &found {
                let id = rows::text(row, "id")?;
                erased.registrations += both(&mut tx, registrations(OF_SESSION), id.as_str()).await?;
                erased.requests += both(&mut tx, requests(ACCEPTED_FOR), id.as_str()).await?;
                for statement in [INVITATIONS, DONE] {
                    sqlx::query(statement).bind(&id).execute(&mut *tx).await?;
                }
            }
            tx.commit().await?;
            if found.len() < usize::try_from(SESSIONS).unwrap_or_default() {
                return Ok(());
            }
        }
    }

    async fn erase_letters(&self, before: Epoch) -> Result<u64, Error> {
        let mut erased = 0;
        loop {
            let mut tx = self.write().await?;
            let old = sqlx::query(OLD_LETTERS).bind(before).bind(LETTERS).fetch_all(&mut *tx).await?;
            for row in &old {
                let (key, kind) = (rows::text(row, "key")?, rows::text(row, "kind")?);
                let kind = LetterKind::parse(&kind).with_context(|| format!("letter {key} is of no kind: {kind}"))?;
                let empty = serde_json::to_string(&Letter::erased(kind, &key)).context("a letter as JSON")?;
                sqlx::query("UPDATE outbox SET letter = $1, error = '', erased = 1 WHERE key = $2")
                    .bind(empty)
                    .bind(key)
                    .execute(&mut *tx)
                    .await?;
                erased += 1;
            }
            tx.commit().await?;
            if old.len() < usize::try_from(LETTERS).unwrap_or_default() {
                return Ok(erased);
            }
        }
    }
}

/// Carries out the two statements with one value; how many rows the second one erased.
async fn both<'q, V>(tx: &mut Transaction<'static, Any>, statements: [String; 2], value: V) -> Result<u64, Error>
where
    V: sqlx::Encode<'q, Any> + sqlx::Type<Any> + Copy + 'q,
{
    let [links, people] = statements;
    sqlx::query(AssertSqlSafe(links)).bind(value).execute(&mut **tx).await?;
    Ok(sqlx::query(AssertSqlSafe(people)).bind(value).execute(&mut **tx).await?.rows_affected())
}

/// Every statement that looks for what is to be erased: nobody waits longer because many others were here before, which
/// the tests hold against the plans of both engines.
#[doc(hidden)]
pub fn statements() -> Vec<String> {
    let fixed = [
        PAST,
        DONE,
        NEEDS_OVER,
        INVITATIONS,
        OLD_LETTERS,
        rights::LETTERS_ABOUT,
        rights::LETTERS_OF_A_REGISTRATION,
        rights::LETTERS_OF_A_REQUEST,
        rights::LINKS_TO,
    ];
    let of_requests = [ACCEPTED_FOR, WITHDRAWN_BEFORE, DECLINED_BEFORE, RECEIVED_BEFORE];
    let mut all: Vec<String> = fixed.map(str::to_owned).into();
    all.extend([OF_SESSION, GIVEN_UP_BEFORE].into_iter().flat_map(registrations));
    all.extend(of_requests.into_iter().flat_map(requests));
    all
}
