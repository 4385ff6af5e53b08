//! The outbox: letters written with the decision that caused them, claimed by whoever delivers.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use sqlx::any::AnyRow;

use crate::calendar::{Epoch, Letter};

use super::{Store, rows};

/// How long a claimed letter belongs to whoever claimed it.
const CLAIM: Epoch = 120;
/// After this many tries a letter is dead.
const MOST_ATTEMPTS: u32 = 12;

/// How a letter fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PostState {
    /// To be sent at `not_before`.
    Due,
    /// Accepted by the mail server.
    Sent,
    /// No mail server is configured: kept for the coordinator to read, and in `DATA/mail`.
    Kept,
    /// The mail server refuses it for good, or too many tries failed.
    Dead,
    /// It was no longer true before it was sent.
    Cancelled,
}

/// A letter in the outbox.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its key: unique, and the local part of its Message-ID.
    pub key: String,
    /// What to say, tokens included.
    pub letter: Letter,
    /// How it fares.
    pub state: PostState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written.
    pub created: Epoch,
    /// What the last failure said, without addresses.
    pub error: String,
}

impl Store {
    /// Claims up to `most` letters that are due; nobody else gets them for two minutes.
    pub async fn claim(&self, most: u32, now: Epoch) -> Result<Vec<Post>> {
        // One statement is one transaction. SQLite carries it out alone; on PostgreSQL several workers step over what the
        // others are just taking.
        let query = sqlx::query(self.engine.pick(
            "UPDATE outbox SET not_before = $1, attempts = attempts + 1 WHERE key IN (
                 SELECT key FROM outbox WHERE state = 'due' AND not_before <= $2 ORDER BY not_before, key LIMIT $3)
             RETURNING key, letter, state, attempts, created, error",
            "WITH free AS MATERIALIZED (
                 SELECT key FROM outbox WHERE state = 'due' AND not_before <= $2 ORDER BY not_before, key LIMIT $3
                 FOR UPDATE SKIP LOCKED)
             UPDATE outbox o SET not_before = $1, attempts = attempts + 1 FROM free WHERE o.key = free.key
             RETURNING o.key, o.letter, o.state, o.attempts, o.created, o.error",
        ));
        let query = query.bind(now + CLAIM).bind(now).bind(i64::from(most));
        query.fetch_all(&self.writer).await?.iter().map(post).collect()
    }

    /// Just before a claimed letter is handed over: whether it is still to be sent, and still by whoever claimed it. If so
    /// the claim begins anew. A letter that was recalled since, or that somebody else claimed because this took too long,
    /// is not handed over.
    pub async fn hold(&self, claimed: &Post, now: Epoch) -> Result<bool> {
        let query = sqlx::query("UPDATE outbox SET not_before = $1 WHERE key = $2 AND state = 'due' AND attempts = $3");
        let query = query.bind(now + CLAIM).bind(&claimed.key).bind(i64::from(claimed.attempts));
        Ok(query.execute(&self.writer).await?.rows_affected() == 1)
    }

    /// The mail server took it, perhaps while it was recalled: tokens are erased.
    pub async fn mark_sent(&self, key: &str, now: Epoch) -> Result<()> {
        let Some(mut sent) = self.post(key).await? else { return Ok(()) };
        sent.letter.tokens.clear();
        let letter = serde_json::to_string(&sent.letter).context("a letter as JSON")?;
        let query = sqlx::query(
            "UPDATE outbox SET state = 'sent', letter = $1, not_before = $2, error = ''
             WHERE key = $3 AND state IN ('due', 'cancelled')",
        );
        query.bind(letter).bind(now).bind(key).execute(&self.writer).await?;
        Ok(())
    }

    /// It was written to the local folder instead.
    pub async fn mark_kept(&self, key: &str, now: Epoch) -> Result<()> {
        self.mark(key, "kept", "", now).await
    }

    /// It failed for now: tried again later, dead after too many tries.
    pub async fn mark_failed(&self, key: &str, error: &str, now: Epoch) -> Result<()> {
        let Some(failed) = self.post(key).await? else { return Ok(()) };
        if failed.attempts >= MOST_ATTEMPTS {
            return self.mark_dead(key, error, now).await;
        }
        self.mark(key, "due", error, now + back_off(key, failed.attempts)).await
    }

    /// It failed for good.
    pub async fn mark_dead(&self, key: &str, error: &str, now: Epoch) -> Result<()> {
        self.mark(key, "dead", error, now).await
    }

    /// Sends a dead or kept letter again: the coordinator asks for it.
    pub async fn send_again(&self, key: &str, now: Epoch) -> Result<()> {
        let query = sqlx::query(
            "UPDATE outbox SET state = 'due', attempts = 0, not_before = $1
             WHERE key = $2 AND state IN ('dead', 'kept') AND erased = 0",
        );
        query.bind(now).bind(key).execute(&self.writer).await?;
        Ok(())
    }

    async fn mark(&self, key: &str, state: &str, error: &str, not_before: Epoch) -> Result<()> {
        let query =
            sqlx::query("UPDATE outbox SET state = $1, error = $2, not_before = $3 WHERE key = $4 AND state = 'due'");
        let error: String = error.chars().take(300).collect();
        query.bind(state).bind(error).bind(not_before).bind(key).execute(&self.writer).await?;
        Ok(())
    }

    /// Letters for the staff area: those that are dead, then those that are due or kept, the newest first.
    pub async fn posts(&self, most: u32) -> Result<Vec<Post>> {
        let (mut found, mut known) = (Vec::new(), BTreeSet::new());
        for states in [&["dead"][..], &["due", "kept"], &["sent", "cancelled"]] {
            let mut group = Vec::new();
            // State by state, each from its index: there may be very many.
            for state in states {
                let left = i64::from(most) - i64::try_from(found.len()).unwrap_or(i64::MAX);
                let query = sqlx::query(
                    "SELECT key, letter, state, attempts, created, error FROM outbox WHERE state = $1
                     ORDER BY created DESC, key LIMIT $2",
                );
                let rows = query.bind(*state).bind(left.max(0)).fetch_all(&self.readers).await?;
                group.extend(rows.iter().map(post).collect::<Result<Vec<_>>>()?);
            }
            group.sort_by(|a: &Post, b: &Post| (b.created, &a.key).cmp(&(a.created, &b.key)));
            // One that was sent between two questions was met twice.
            group.retain(|post: &Post| known.insert(post.key.clone()));
            found.extend(group);
            found.truncate(usize::try_from(most)?);
        }
        Ok(found)
    }

    /// One letter.
    pub async fn post(&self, key: &str) -> Result<Option<Post>> {
        let query = sqlx::query("SELECT key, letter, state, attempts, created, error FROM outbox WHERE key = $1");
        query.bind(key).fetch_optional(&self.readers).await?.as_ref().map(post).transpose()
    }
}

/// A minute, then twice as long each time, six hours at most; spread by the key, so that letters that failed together
/// do not come back together.
fn back_off(key: &str, attempts: u32) -> Epoch {
    let base = 60 << attempts.saturating_sub(1).min(9);
    let spread = key.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    (base + Epoch::from(spread % 60)).min(6 * 3600)
}

fn post(row: &AnyRow) -> Result<Post> {
    let key = rows::text(row, "key")?;
    let letter = rows::text(row, "letter")?;
    let letter = serde_json::from_str(&letter).with_context(|| format!("letter {key} of the outbox"))?;
    let state = match rows::text(row, "state")?.as_str() {
        "sent" => PostState::Sent,
        "kept" => PostState::Kept,
        "dead" => PostState::Dead,
        "cancelled" => PostState::Cancelled,
        _ => PostState::Due,
    };
    Ok(Post {
        key,
        letter,
        state,
        attempts: rows::count(row, "attempts")?,
        created: rows::number(row, "created")?,
        error: rows::text(row, "error")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let waits: Vec<_> = (1..=12).map(|attempt| back_off("k", attempt)).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert!(waits[0] < 120 && waits[11] == 6 * 3600, "{waits:?}");
    }
}
