//! `[mail]`: who writes, and through which server.

use serde::{Deserialize, Serialize};

/// `[mail]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {}
