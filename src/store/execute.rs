//! Commands: read the rows, decide, write changes and messages, all in one transaction.
//!
//! Transactions that write come one after the other ([`Store::write`]), so the rows that were read are the rows that are
//! written; the guards of the schema and the versions of the rows stand behind it. Who shares a transaction with whom is in
//! `line`.

use std::collections::BTreeSet;

use crate::calendar::{self, Actor, Command, Epoch, Fresh, Purpose, Refusal, Shown};

use super::apply::Apply;
use super::batch::Batch;
use super::{Error, Store, fresh_id, letters, load, rows};

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What to show to the person who acted.
    pub shown: Shown,
    /// Id of what was created or changed (session, registration or request).
    pub id: String,
    /// Whether the same form had already been received: nothing was done again.
    pub repeated: bool,
}

/// Why one try did not succeed: what it may have written must be undone.
pub(super) enum Failed {
    /// Somebody else was faster: read and decide again.
    Again,
    /// It cannot be.
    Error(Error),
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

pub(super) type Tx = sqlx::Transaction<'static, sqlx::Any>;

impl Store {
    /// Carries out a command. When it returns, the decision and its messages are on the disk.
    pub async fn execute(&self, command: &Command, actor: &Actor, now: Epoch) -> Result<Outcome, Error> {
        if !self.guarded {
            return self.execute_without_guards(command, actor, now).await;
        }
        self.in_line(command.clone(), actor.clone(), now).await
    }

    /// What a form that was already received had been answered; `None` for a new one.
    pub async fn answered(&self, command: &Command) -> Result<Option<Outcome>, Error> {
        let mut connection = self.readers.acquire().await?;
        Ok(load::submitted(&mut connection, command).await?)
    }

    /// Carries out what a link in a mail allows: `Confirm` and `Manage` open a registration, `Request` a request. The
    /// token is checked by its purpose; a link that opens nothing is [`Refusal::NotFound`].
    pub async fn execute_by_token(
        &self,
        purpose: Purpose,
        token: &str,
        command: impl FnOnce(String) -> Command,
        now: Epoch,
    ) -> Result<Outcome, Error> {
        let id = match purpose {
            Purpose::Confirm | Purpose::Manage => {
                self.registration_by_token(purpose, token, now).await?.map(|(registration, _)| registration.id)
            }
            _ => self.token_subject(purpose, token, now).await?,
        };
        let id = id.ok_or(Refusal::NotFound)?;
        self.execute(&command(id), &Actor::Visitor, now).await
    }

    /// One command within a transaction; those who register go another way (`crowd`). The inner error is a refusal before
    /// anything was written; after the outer one the transaction is good for nothing but being undone.
    pub(super) async fn step(
        &self,
        tx: &mut Tx,
        command: &Command,
        actor: &Actor,
        now: Epoch,
    ) -> Result<Result<Outcome, Refusal>, Failed> {
        if let Some(outcome) = load::submitted(tx, command).await? {
            return Ok(Ok(outcome));
        }
        let state = load::state(tx, command, now).await?;
        let decision = match calendar::decide(&state, command, Fresh { now, id: &fresh_id() }) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.write_down(tx, command, actor, &decision, now).await.map(Ok)
    }

    /// Writes a decision: changes, letters, the form's answer, a line of the audit log.
    pub(super) async fn write_down(
        &self,
        tx: &mut Tx,
        command: &Command,
        actor: &Actor,
        decision: &calendar::Decision,
        now: Epoch,
    ) -> Result<Outcome, Failed> {
        let mut apply = Apply::new(tx, now, self.guarded);
        let outcome = apply.decision(command, actor, decision).await?;
        apply.send().await?;
        Ok(outcome)
    }

    /// Lets go of every held or offered seat whose deadline has passed, and promotes; forgets links and forms that are
    /// past their time. Returns how many sessions changed. To be run every minute.
    pub async fn expire(&self, now: Epoch) -> Result<usize, Error> {
        // Put in order here: asked to do so, SQLite reads every registration there ever was in that order.
        let query =
            sqlx::query("SELECT session FROM registrations WHERE state IN ('pending', 'offered') AND deadline <= $1");
        let late = query.bind(now).fetch_all(&self.readers).await?;
        let late: BTreeSet<String> =
            late.iter().map(|row| rows::text(row, "session")).collect::<anyhow::Result<_>>()?;
        for session in &late {
            self.execute(&Command::Expire { session: session.clone() }, &Actor::Clock, now).await?;
        }
        self.forget(now).await?;
        Ok(late.len())
    }

    /// Tells people what is due now: reminders so many days before, decisions, thanks; and lets go of proposals nobody
    /// answered. Returns how many were given. To be run every minute; several processes may.
    pub async fn notify(&self, reminders: &[u16], now: Epoch) -> Result<usize, Error> {
        let mut given = 0;
        let first = reminders.iter().max().copied().unwrap_or(0);
        for listed in self.soon(first, now).await? {
            for notice in calendar::due(&listed.session, reminders, now) {
                if self.is_noticed(&listed.session, notice).await? {
                    continue;
                }
                let command = Command::Notify { session: listed.session.id.clone(), notice };
                self.execute(&command, &Actor::Clock, now).await?;
                given += 1;
            }
        }
        for request in self.lapsed(now).await? {
            self.execute(&Command::LapseProposal { request }, &Actor::Clock, now).await?;
            given += 1;
        }
        Ok(given)
    }

    async fn forget(&self, now: Epoch) -> Result<(), Error> {
        let week_ago = now - crate::calendar::retention::SUBMISSIONS;
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM tokens WHERE expires <= $1").bind(now).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM submissions WHERE created <= $1").bind(week_ago).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM idempotency WHERE created <= $1").bind(week_ago).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM sign_ins WHERE created <= $1 OR used <= $2")
            .bind(now - super::people::ABSOLUTE)
            .bind(now - super::people::IDLE)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a token for a link and keeps its hash.
    pub(super) async fn mint(
        connection: &mut sqlx::AnyConnection,
        purpose: Purpose,
        subject: &str,
        expires: Option<Epoch>,
    ) -> sqlx::Result<String> {
        let mut batch = Batch::default();
        let plain = letters::queue_token(&mut batch, purpose, subject, expires);
        batch.send(connection).await?;
        Ok(plain)
    }
}
