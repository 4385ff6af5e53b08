//! Letters on their way into the outbox: once for each event, with the tokens of their links and, for an invitation, the
//! number that its reader's calendar needs.
//!
//! Entry points: [`write_letter`] for one alone, [`queue_letter`] for one that is sent with other rows. Delivery is in
//! `outbox`.

use anyhow::Context as _;
use sqlx::AnyConnection;

use crate::calendar::{Epoch, Letter, Method, Purpose, Session, ics};

use super::batch::{Batch, Table};
use super::{Error, fresh_token, rows, token};

/// How long an institution can follow its request by its link.
const REQUEST_LINK: Epoch = 400 * 86_400;

static OUTBOX: Table = Table {
    name: "outbox",
    columns: &[
        "key",
        "letter",
        "kind",
        "session",
        "registration",
        "request",
        "state",
        "attempts",
        "not_before",
        "created",
        "error",
    ],
    otherwise: "",
};
static TOKENS: Table = Table { name: "tokens", columns: &["hash", "purpose", "subject", "expires"], otherwise: "" };
static INVITATIONS: Table = Table {
    name: "invitations",
    columns: &["session", "person", "sequence"],
    otherwise: "ON CONFLICT (session, person) DO UPDATE SET sequence = excluded.sequence",
};

/// Puts a letter into the outbox; a letter whose key is already there is not written again, nor one to somebody whose
/// address was erased.
pub(super) async fn write_letter(connection: &mut AnyConnection, letter: &Letter, now: Epoch) -> Result<(), Error> {
    let mut batch = Batch::default();
    queue_letter(connection, &mut batch, letter, false, now).await?;
    // An insertion finds its row or fails.
    batch.send(connection).await?;
    Ok(())
}

/// The same among other rows that wait, none of which may be the person's line of invitations. A letter that is `fresh`
/// is about what is made in this very moment: its key cannot be there.
pub(super) async fn queue_letter(
    connection: &mut AnyConnection,
    batch: &mut Batch,
    letter: &Letter,
    fresh: bool,
    now: Epoch,
) -> Result<(), Error> {
    if letter.to.is_empty() || batch.holds(&letter.key) || (!fresh && is_known(connection, &letter.key).await?) {
        return Ok(());
    }
    let mut letter = letter.clone();
    if let (Some(method), Some(session)) = (letter.method, &letter.session) {
        letter.sequence = Some(next_sequence(connection, batch, session, method, &letter.to).await?);
    }
    for purpose in &letter.wants {
        let (subject, expires) = match purpose {
            Purpose::Confirm | Purpose::Manage => (letter.registration.as_ref().map(|r| &r.id), None),
            Purpose::Request => (letter.request.as_ref().map(|r| &r.id), Some(now + REQUEST_LINK)),
            // These links are made where they are asked for.
            Purpose::Invitation | Purpose::Reset | Purpose::SecondStep | Purpose::Feed => (None, None),
        };
        if let Some(subject) = subject {
            letter.tokens.insert(*purpose, queue_token(batch, *purpose, subject, expires));
        }
    }
    let text = serde_json::to_string(&letter).context("a letter as JSON")?;
    batch.insert(
        &letter.key,
        &OUTBOX,
        [
            (&letter.key).into(),
            text.into(),
            letter.kind.as_str().into(),
            letter.session.as_ref().map_or("", |session| session.id.as_str()).into(),
            letter.registration.as_ref().map_or("", |registration| registration.id.as_str()).into(),
            letter.request.as_ref().map_or("", |request| request.id.as_str()).into(),
            "due".into(),
            0_i64.into(),
            now.into(),
            now.into(),
            "".into(),
        ],
    );
    Ok(())
}

/// A token for a link; its hash waits to be sent.
pub(super) fn queue_token(batch: &mut Batch, purpose: Purpose, subject: &str, expires: Option<Epoch>) -> String {
    let plain = fresh_token();
    let hash = token::hash(&plain);
    batch.insert(&hash, &TOKENS, [(&hash).into(), purpose.as_str().into(), subject.into(), expires.into()]);
    plain
}

async fn is_known(connection: &mut AnyConnection, key: &str) -> Result<bool, Error> {
    let known = sqlx::query("SELECT 1 AS n FROM outbox WHERE key = $1").bind(key);
    Ok(known.fetch_optional(connection).await?.is_some())
}

/// The next SEQUENCE of a person's invitations to a session, noted down.
async fn next_sequence(
    connection: &mut AnyConnection,
    batch: &mut Batch,
    session: &Session,
    method: Method,
    to: &str,
) -> Result<u32, Error> {
    let person = token::person(&session.id, to);
    debug_assert!(!batch.holds(&person));
    let query = sqlx::query("SELECT sequence FROM invitations WHERE session = $1 AND person = $2");
    let row = query.bind(&session.id).bind(&person).fetch_optional(connection).await?;
    let last = row.map(|row| rows::count(&row, "sequence")).transpose()?;
    let next = ics::next_sequence(session, method, last);
    batch.insert(&person, &INVITATIONS, [(&session.id).into(), (&person).into(), next.into()]);
    Ok(next)
}
