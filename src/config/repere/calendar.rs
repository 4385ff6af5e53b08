//! `[calendar]`: the calendar of sessions.

use serde::{Deserialize, Serialize};

/// `[calendar]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Domain of the identifiers of sessions in people's calendars. Must never change, even when the site moves: set it
    /// before the first session. The domain of `base_url` when empty.
    pub domain: String,
    /// Address of a PostgreSQL database (`postgres://repere@host/calendar`); SQLite in the data folder when empty. One with
    /// a password goes into the environment, `REPERE_DATABASE_URL`, which comes before this one.
    pub database: String,
    /// How many days after a session what registrants and institutions wrote about themselves is erased. The page on
    /// privacy says it too.
    pub keep_days: u32,
    /// Address where participants say how a session was: new sessions are made with it. None when empty.
    pub evaluation: String,
}

impl Default for Calendar {
    fn default() -> Self {
        let (domain, database, evaluation) = Default::default();
        Self { domain, database, keep_days: 90, evaluation }
    }
}
