//! `[host]`: the listener and its limits.

use serde::{Deserialize, Serialize};

/// `[host]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Host {}
