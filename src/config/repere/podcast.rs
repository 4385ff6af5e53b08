//! `[podcast]`: what the feed needs beyond the series' front matter.

use serde::{Deserialize, Serialize};

/// `[podcast]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Podcast {}
