//! `repere.toml`: the keys that Zola does not have, one struct and one file per room.
//!
//! Each room adds its own keys to its own struct, with a default: a site without `repere.toml` is a plain Zola site.
//! Unknown keys are errors.

mod calendar;
mod host;
mod mail;
mod podcast;
mod safety;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place};

pub use calendar::Calendar;
pub use host::{Host, Network};
pub use mail::{Mail, MailSecurity};
pub use podcast::Podcast;
pub use safety::Safety;

/// The whole of `repere.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repere {
    /// Which Zola the site was written for; found out when absent.
    pub dialect: Option<Dialect>,
    /// `[podcast]`.
    pub podcast: Podcast,
    /// `[calendar]`.
    pub calendar: Calendar,
    /// `[host]`.
    pub host: Host,
    /// `[mail]`.
    pub mail: Mail,
    /// `[safety]`: the publication checks.
    pub safety: Safety,
}

/// The rules a site was written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// Zola 0.22: Tera 1, macros, shortcodes.
    #[serde(rename = "0.22")]
    Zola022,
    /// Zola 0.23: Tera 2, components, templated content.
    #[default]
    #[serde(rename = "0.23")]
    Zola023,
}

impl Dialect {
    /// `0.22` or `0.23`, also with a patch number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().trim_start_matches('v').split('.');
        match (numbers.next()?, numbers.next()?) {
            ("0", "23") => Some(Self::Zola023),
            ("0", "22") => Some(Self::Zola022),
            _ => None,
        }
    }
}

/// Reads `repere.toml` in the site's folder; defaults when there is none.
pub(super) fn load(root: &Path) -> (Repere, Vec<Diagnostic>) {
    let Ok(text) = std::fs::read_to_string(root.join("repere.toml")) else {
        return (Repere::default(), Vec::new());
    };
    match toml::from_str(&text) {
        Ok(repere) => (repere, Vec::new()),
        Err(error) => {
            let place =
                error.span().map_or_else(|| Place::file("repere.toml"), |span| Place::span("repere.toml", &text, span));
            (Repere::default(), vec![Diagnostic::error(error.message().replace('\n', ", ")).at(place)])
        }
    }
}
