//! `[calendar]`: the calendar of sessions.

use serde::{Deserialize, Serialize};

/// `[calendar]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Domain of the identifiers of sessions in people's calendars. Must never change, even when the site moves: set it
    /// before the first session. The domain of `base_url` when empty.
    pub domain: String,
    /// How many days after a session what registrants and institutions wrote about themselves is erased. The page on
    /// privacy says it too.
    pub keep_days: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { domain: String::new(), keep_days: 90 }
    }
}
