//! Keys of the JSON interface, and sessions that came from another calendar.
//!
//! Entry points: [`Store::same_content`], [`Store::import`], [`Store::imported`].

use std::collections::BTreeSet;

use anyhow::Result;

use crate::calendar::{self, Actor, Command, Epoch, Fresh, NewSession, Refusal};

use super::apply::{self, Apply};
use super::execute::Failed;
use super::{Error, Store, fresh_id, load, rows};

/// A session as another calendar had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What identified it there: never taken in twice.
    pub uid: String,
    /// The same as its file wrote it: by this it was known to older versions.
    pub written: String,
    /// The session.
    pub form: NewSession,
}

impl Store {
    /// Whether a key is new, or was used with the same content. Both are hashes.
    pub async fn same_content(&self, key: &str, fingerprint: &str, now: Epoch) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO idempotency (key, fingerprint, created) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        )
        .bind(key)
        .bind(fingerprint)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let row =
            sqlx::query("SELECT fingerprint FROM idempotency WHERE key = $1").bind(key).fetch_one(&mut *tx).await?;
        let same = rows::text(&row, "fingerprint")? == fingerprint;
        tx.commit().await?;
        Ok(same)
    }

    /// A line of the audit log for what is no command: an export.
    pub async fn note(&self, actor: &Actor, action: &str, subject: &str, now: Epoch) -> Result<()> {
        let mut tx = self.write().await?;
        apply::note(&mut tx, actor, action, subject, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Those of `uids` that were taken in before.
    pub async fn imported(&self, uids: &[String]) -> Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for uid in uids {
            let query = sqlx::query("SELECT uid FROM imports WHERE uid = $1").bind(uid);
            if query.fetch_optional(&self.readers).await?.is_some() {
                found.insert(uid.clone());
            }
        }
        Ok(found)
    }

    /// Takes in sessions of another calendar, all or none. What is over becomes done; a trainer who is busy, or an
    /// identifier that is known, refuses all.
    pub async fn import(&self, sessions: &[Import], actor: &Actor, now: Epoch) -> Result<usize, Error> {
        let mut tx = self.write().await?;
        for import in sessions {
            let known =
                sqlx::query("SELECT 1 AS n FROM imports WHERE uid IN ($1, $2)").bind(&import.uid).bind(&import.written);
            if known.fetch_optional(&mut *tx).await?.is_some() {
                return Err(Refusal::Changed.into());
            }
            let id = fresh_id();
            let create = Command::CreateSession(Box::new(import.form.clone()));
            self.apply_in(&mut tx, &create, &id, now).await?;
            let over = import.form.when.start.instant + Epoch::from(import.form.when.minutes) * 60 <= now;
            if over && import.form.publish {
                self.apply_in(&mut tx, &Command::FinishSession { session: id.clone() }, &id, now).await?;
            }
            sqlx::query("INSERT INTO imports (uid, session, created) VALUES ($1, $2, $3)")
                .bind(&import.uid)
                .bind(&id)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            apply::note(&mut tx, actor, "import-session", &id, now).await?;
        }
        tx.commit().await?;
        Ok(sessions.len())
    }

    /// One command inside a transaction that others share.
    async fn apply_in(
        &self,
        tx: &mut sqlx::Transaction<'static, sqlx::Any>,
        command: &Command,
        id: &str,
        now: Epoch,
    ) -> Result<(), Error> {
        let state = load::state(&mut *tx, command, now).await?;
        let decision = calendar::decide(&state, command, Fresh { now, id })?;
        let mut apply = Apply::new(tx, now, true);
        let done = async {
            for change in &decision.changes {
                apply.change(change).await?;
            }
            for letter in &decision.letters {
                apply.letter(letter).await?;
            }
            apply.send().await
        };
        done.await.map_err(|failed| match failed {
            Failed::Error(error) => error,
            Failed::Again => Refusal::Changed.into(),
        })
    }
}
