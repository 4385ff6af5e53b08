//! `[calendar]`: the calendar of sessions.

use serde::{Deserialize, Serialize};

/// `[calendar]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Domain of the identifiers of sessions in people's calendars. Must never change, even when the site moves: set it
    /// before the first session. The domain of `base_url` when empty.
    pub domain: String,
}
