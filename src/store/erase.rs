//! Personal data past its time is erased; what is counted stays: state, seats, département, audience, headcount.
//!
//! Entry point: [`Store::erase`]. Names, addresses, functions, organisations and free texts go, and with them the links
//! that were sent. Letters go by their own age, sent or not; a letter that still waits is not touched.

use anyhow::{Context, Result};

pub use crate::calendar::retention::LETTERS as LETTERS_KEPT;
use crate::calendar::retention::{GIVEN_UP, NEEDS, UNANSWERED};
use crate::calendar::{Epoch, Letter, LetterKind};

use super::{Error, Store, rows};

const DAY: Epoch = 86_400;
/// Letters erased in one transaction: others can write between.
const BATCH: i64 = 200;

/// Sessions whose time is over before `$1`. A postponed one has no date any more: it counts from its last change.
const PAST: &str = "SELECT s.id FROM sessions s WHERE
    CASE WHEN s.state = 'postponed' AND s.changed > s.end_at THEN s.changed ELSE s.end_at END <= $1";

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

impl Store {
    /// Erases what is past its time: `keep_days` after a session, sooner for what was given up. To be run every hour.
    pub async fn erase(&self, keep_days: u32, now: Epoch) -> Result<Erased, Error> {
        let past = now - Epoch::from(keep_days) * DAY;
        let mut erased = Erased::default();
        let mut tx = self.write().await?;
        let registrations = format!(
            "UPDATE registrations SET name = '', email = '', role = '', organisation = '', names = '', needs = '',
                 version = version + 1
             WHERE email <> ''
               AND ((state IN ('cancelled', 'expired') AND changed <= $2) OR session IN ({PAST}))"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(registrations)).bind(past).bind(now - GIVEN_UP);
        erased.registrations = query.execute(&mut *tx).await?.rows_affected();
        // What somebody needs to take part may tell of their health: no longer than it is of use.
        sqlx::query(
            "UPDATE registrations SET needs = '', version = version + 1
             WHERE needs <> '' AND session IN (SELECT id FROM sessions WHERE end_at <= $1)",
        )
        .bind(now - NEEDS)
        .execute(&mut *tx)
        .await?;
        let requests = format!(
            "UPDATE requests SET organisation = '', name = '', email = '', role = '', need = '', preferred = '',
                 wishes = '', answer = '', reply = '', version = version + 1
             WHERE email <> ''
               AND ((state = 'withdrawn' AND changed <= $2) OR (state = 'declined' AND changed <= $1)
                 OR (state = 'received' AND created <= $3) OR (state = 'accepted' AND session IN ({PAST})))"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(requests)).bind(past).bind(now - GIVEN_UP).bind(now - UNANSWERED);
        erased.requests = query.execute(&mut *tx).await?.rows_affected();
        // A link to what is nobody's any more would act in nobody's name.
        for orphans in [
            "DELETE FROM tokens WHERE purpose IN ('confirm', 'manage')
               AND subject IN (SELECT id FROM registrations WHERE email = '')",
            "DELETE FROM tokens WHERE purpose = 'request' AND subject IN (SELECT id FROM requests WHERE email = '')",
        ] {
            sqlx::query(orphans).execute(&mut *tx).await?;
        }
        let invitations = format!("DELETE FROM invitations WHERE session IN ({PAST})");
        sqlx::query(sqlx::AssertSqlSafe(invitations)).bind(past).execute(&mut *tx).await?;
        tx.commit().await?;
        erased.letters = self.erase_letters(now - LETTERS_KEPT).await?;
        Ok(erased)
    }

    async fn erase_letters(&self, before: Epoch) -> Result<u64, Error> {
        let mut erased = 0;
        loop {
            let mut tx = self.write().await?;
            let query = sqlx::query(
                "SELECT key, kind FROM outbox WHERE erased = 0 AND state <> 'due' AND created <= $1
                 ORDER BY created, key LIMIT $2",
            );
            let old = query.bind(before).bind(BATCH).fetch_all(&mut *tx).await?;
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
            if old.len() < usize::try_from(BATCH).unwrap_or_default() {
                return Ok(erased);
            }
        }
    }
}
