//! `[publish]`: what a site may ask for that no Zola site has. All of it is off for a plain Zola site.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// `[publish]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// Pages wait for their `date` and go at their `expires`.
    pub schedule: bool,
    /// Where dates without an offset are meant.
    pub timezone: Zone,
    /// Style sheets, scripts, images and fonts get the hash of their content into their names (`site.3f2a….css`).
    pub fingerprint: bool,
    /// Pages, sections and words that a language lacks are those of the default language.
    pub fallback: bool,
}

/// A time zone of the IANA database, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(String);

impl Zone {
    /// The zone itself.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self("Europe/Paris".to_owned())
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        match TimeZone::get(&name) {
            Ok(_) => Ok(Self(name)),
            Err(_) => Err(format!("there is no time zone `{name}`: write one like `Europe/Paris` or `UTC`")),
        }
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0
    }
}
