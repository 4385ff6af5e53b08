//! The only place with SQL: migrations, the calendar's rows, the outbox, sign-ins.
//!
//! Entry points: [`Store::open`], then [`Store::execute`] for every command of the calendar; the reading functions are
//! in `read`, figures in `sums`, people in `people`, the outbox in `outbox`.
//! One set of statements in the SQL that SQLite and PostgreSQL share; only `migrations/` differ (and what asks
//! [`Engine`]). What must never happen is refused by the schema itself: conditional UPDATE, CHECK, partial unique index,
//! triggers or EXCLUDE.

mod access;
mod agenda;
mod apply;
mod backup;
mod batch;
mod check;
mod crowd;
mod data;
mod database;
mod downloads;
mod erase;
mod execute;
mod figures;
mod key;
mod letters;
mod line;
mod load;
mod migrate;
mod open;
mod outbox;
mod people;
mod read;
mod rights;
mod rows;
mod sums;
mod token;
mod unguarded;

pub use agenda::Absence;
pub use data::Import;
pub use database::{Database, Engine};
pub use downloads::Download;
#[doc(hidden)]
pub use erase::statements as statements_that_erase;
pub use erase::{Erased, LETTERS_KEPT};
pub use execute::Outcome;
pub use figures::{Counted, ROWS};
pub use key::KeySource;
pub use open::Store;
pub use outbox::{Post, PostState};
pub use people::{SignIn, SignedIn};
pub use read::{AuditRow, Listed};
pub use rights::{Stored, Written};
pub use token::{fresh_id, fresh_token};

use crate::calendar::Refusal;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules or the schema refuse: a person did something that is not possible (any more).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
