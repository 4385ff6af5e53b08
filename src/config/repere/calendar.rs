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
    /// How many days before a session its participants are reminded of it, at nine where it takes place; its trainers are
    /// with the last one. `[7, 1]` when absent, none when empty.
    pub reminders: Reminders,
}

/// Days before a session, the most first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
pub struct Reminders(Vec<u16>);

impl Reminders {
    /// The days, the most first.
    pub fn days(&self) -> &[u16] {
        &self.0
    }
}

impl TryFrom<Vec<u16>> for Reminders {
    type Error = String;

    fn try_from(mut days: Vec<u16>) -> Result<Self, Self::Error> {
        days.sort_unstable_by(|a, b| b.cmp(a));
        if days.len() > 6 || days.iter().any(|days| *days > 60) || days.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("reminders are up to six different numbers of days, of 60 at most".to_owned());
        }
        Ok(Self(days))
    }
}

impl From<Reminders> for Vec<u16> {
    fn from(reminders: Reminders) -> Self {
        reminders.0
    }
}

impl Default for Calendar {
    fn default() -> Self {
        let (domain, database, evaluation) = Default::default();
        Self { domain, database, keep_days: 90, evaluation, reminders: Reminders(vec![7, 1]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_are_days_and_few() {
        let read = |text: &str| toml::from_str::<Calendar>(text).map(|calendar| calendar.reminders.0);
        assert_eq!(read(""), Ok(vec![7, 1]));
        assert_eq!(read("reminders = [2, 14, 0]"), Ok(vec![14, 2, 0]));
        assert_eq!(read("reminders = []"), Ok(vec![]));
        for wrong in ["reminders = [61]", "reminders = [1, 1]", "reminders = [-1]", "reminders = 7"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
