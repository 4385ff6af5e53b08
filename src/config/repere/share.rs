//! `[share]`: what goes with links to pages.

use serde::{Deserialize, Serialize};

/// `[share]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Share {
    /// A picture of 1200 by 630 pixels, by its path in the site's folder: pages that are not discreet get a copy of it with
    /// their title (`page.card`). None are drawn without it.
    pub card: Option<String>,
    /// Colour of the words on it.
    pub ink: String,
}

impl Default for Share {
    fn default() -> Self {
        Self { card: None, ink: "#11343b".to_owned() }
    }
}
