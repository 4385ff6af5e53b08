//! What is stored of one person, for that person: seen, taken away, erased before its time; and texts that staff remove.
//!
//! Entry points: [`Store::stored`] by the link of a mail, [`Store::letters_about`], [`Store::forget_registration`],
//! [`Store::forget_request`], [`Store::redact_request`]. What goes with time is in `erase`.

use anyhow::{Context as _, Result};
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use crate::calendar::{
    Actor, Command, Epoch, Letter, LetterKind, Purpose, Refusal, Registration, Request, RequestState,
};

use super::read::Listed;
use super::{Error, Store, apply, rows, token};

/// What is looked for by one person alone: each finds its rows by an index, whose condition it repeats.
pub(super) const LETTERS_ABOUT: &str = "SELECT kind, created, erased FROM outbox
     WHERE registration = $1 AND registration <> '' ORDER BY created DESC, key LIMIT 200";
pub(super) const LETTERS_OF_A_REGISTRATION: &str =
    "SELECT key, kind, state FROM outbox WHERE registration = $1 AND registration <> '' AND erased = 0";
pub(super) const LETTERS_OF_A_REQUEST: &str =
    "SELECT key, kind, state FROM outbox WHERE request = $1 AND request <> '' AND erased = 0";
pub(super) const LINKS_TO: &str = "DELETE FROM tokens WHERE subject = $1";

/// What a link of a mail shows of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// A registration and its session.
    Registration(Box<Registration>, Box<Listed>),
    /// A request, and the session made of it.
    Request(Box<Request>, Option<Box<Listed>>),
}

/// A letter that was written to somebody, without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it was about.
    pub kind: String,
    /// When it was written.
    pub created: Epoch,
    /// Whether its content is erased.
    pub erased: bool,
}

impl Store {
    /// What a link to manage a registration or to follow a request lets its owner see: as long as anything is stored,
    /// longer than the link lets them act.
    pub async fn stored(&self, token: &str, now: Epoch) -> Result<Option<Stored>> {
        if let Some(id) = self.token_subject(Purpose::Manage, token, now).await? {
            let Some(registration) = self.registration(&id).await?.filter(|one| !one.email.is_empty()) else {
                return Ok(None);
            };
            let Some(listed) = self.session(&registration.session).await? else { return Ok(None) };
            return Ok(Some(Stored::Registration(Box::new(registration), Box::new(listed))));
        }
        let Some(id) = self.token_subject(Purpose::Request, token, now).await? else { return Ok(None) };
        let Some(request) = self.request(&id).await?.filter(|one| !one.email.is_empty()) else { return Ok(None) };
        let session = match &request.session {
            Some(id) => self.session(id).await?.map(Box::new),
            None => None,
        };
        Ok(Some(Stored::Request(Box::new(request), session)))
    }

    /// The letters written about a registration, the newest first.
    pub async fn letters_about(&self, registration: &str) -> Result<Vec<Written>> {
        let query = sqlx::query(LETTERS_ABOUT);
        let written = |row: &AnyRow| {
            Ok(Written {
                kind: rows::text(row, "kind")?,
                created: rows::number(row, "created")?,
                erased: rows::flag(row, "erased")?,
            })
        };
        query.bind(registration).fetch_all(&self.readers).await?.iter().map(written).collect()
    }

    /// Erases a registration for its owner. A seat that is still of use is given up first, by the rules: whoever waits moves
    /// up. The letter that says so goes out, and its copy goes with time; everything else goes now.
    pub async fn forget_registration(&self, id: &str, now: Epoch) -> Result<(), Error> {
        let registration = self.registration(id).await?.ok_or(Refusal::NotFound)?;
        if registration.state.is_active() {
            let cancel = Command::Cancel { registration: id.to_owned() };
            match self.execute(&cancel, &Actor::Visitor, now).await {
                // It is over: nothing to give up.
                Ok(_) | Err(Error::Refused(Refusal::Over | Refusal::NotFound)) => {}
                Err(error) => return Err(error),
            }
        }
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE registrations SET name = '', email = '', role = '', organisation = '', names = '', needs = '',
                 version = version + 1
             WHERE id = $1",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        end_links(&mut tx, id).await?;
        sqlx::query("DELETE FROM invitations WHERE session = $1 AND person = $2")
            .bind(&registration.session)
            .bind(token::person(&registration.session, &registration.email))
            .execute(&mut *tx)
            .await?;
        let letters = sqlx::query(LETTERS_OF_A_REGISTRATION).bind(id).fetch_all(&mut *tx).await?;
        blank_letters(&mut tx, &letters).await?;
        apply::note(&mut tx, &Actor::Visitor, "erase-registration", id, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Erases a request for its owner: withdrawn first when nobody answered yet. A session made of it stays.
    pub async fn forget_request(&self, id: &str, now: Epoch) -> Result<(), Error> {
        let request = self.request(id).await?.ok_or(Refusal::NotFound)?;
        if matches!(request.state, RequestState::Received | RequestState::Proposed) {
            self.execute(&Command::WithdrawRequest { request: id.to_owned() }, &Actor::Visitor, now).await?;
        }
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE requests SET organisation = '', name = '', email = '', role = '', need = '', preferred = '',
                 wishes = '', answer = '', reply = '', version = version + 1 WHERE id = $1",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        end_links(&mut tx, id).await?;
        blank_letters_of_request(&mut tx, id).await?;
        apply::note(&mut tx, &Actor::Visitor, "erase-request", id, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes the free texts of a request: somebody wrote what must not be kept. Its letters lose their content too.
    pub async fn redact_request(&self, id: &str, actor: &Actor, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query(
            "UPDATE requests SET need = '', preferred = '', reply = '', version = version + 1 WHERE id = $1",
        );
        if query.bind(id).execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(Refusal::NotFound.into());
        }
        blank_letters_of_request(&mut tx, id).await?;
        apply::note(&mut tx, actor, "redact-request", id, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A link to what is nobody's any more would act in nobody's name.
async fn end_links(tx: &mut Transaction<'static, Any>, subject: &str) -> sqlx::Result<()> {
    sqlx::query(LINKS_TO).bind(subject).execute(&mut **tx).await?;
    Ok(())
}

async fn blank_letters_of_request(tx: &mut Transaction<'static, Any>, id: &str) -> Result<(), Error> {
    let letters = sqlx::query(LETTERS_OF_A_REQUEST).bind(id).fetch_all(&mut **tx).await?;
    blank_letters(tx, &letters).await
}

/// Erases what letters say. The one that tells of the cancellation is still to go out; the others that wait are recalled.
async fn blank_letters(tx: &mut Transaction<'static, Any>, letters: &[AnyRow]) -> Result<(), Error> {
    for row in letters {
        let (key, kind) = (rows::text(row, "key")?, rows::text(row, "kind")?);
        let kind = LetterKind::parse(&kind).with_context(|| format!("letter {key} is of no kind: {kind}"))?;
        let waits = rows::text(row, "state")? == "due";
        if waits && kind == LetterKind::Cancelled {
            continue;
        }
        let empty = serde_json::to_string(&Letter::erased(kind, &key)).context("a letter as JSON")?;
        sqlx::query(
            "UPDATE outbox SET letter = $1, error = '', erased = 1,
                 state = CASE WHEN state = 'due' THEN 'cancelled' ELSE state END WHERE key = $2",
        )
        .bind(empty)
        .bind(key)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
