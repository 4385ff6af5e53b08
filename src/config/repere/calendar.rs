//! `[calendar]`: the calendar of sessions.

use serde::{Deserialize, Serialize};

/// `[calendar]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {}
