//! A period of whole days in Paris, as queries name it: `de=2026-01-01&a=2026-12-31`.
//!
//! Entry point: [`Period::asked`]. Without dates it is the civil year of today.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};
use serde::Serialize;

use crate::calendar::form::Fields;
use crate::calendar::{Epoch, french};

/// From the first day to the last, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Period {
    /// `2026-01-01`, for forms.
    pub(super) first: String,
    /// `2026-12-31`, for forms.
    pub(super) last: String,
    /// "jeudi 1er janvier 2026".
    pub(super) first_text: String,
    /// "jeudi 31 décembre 2026".
    pub(super) last_text: String,
    /// `de=…&a=…`, for links that keep it.
    pub(super) query: String,
    /// Start of the first day.
    pub(super) from: Epoch,
    /// End of the last day.
    pub(super) to: Epoch,
}

impl Period {
    /// The period of a query; `None` when a date is none, or the last comes before the first.
    pub(super) fn asked(query: &Fields) -> Option<Self> {
        let year = today().year();
        let first = day(query.get("de"), date(year, 1, 1))?;
        let last = day(query.get("a"), date(first.year().max(year), 12, 31))?;
        (first <= last).then(|| Self::of(first, last))
    }

    /// The civil year of today.
    pub(super) fn this_year() -> Self {
        Self::year(today().year())
    }

    /// A civil year.
    pub(super) fn year(year: i16) -> Self {
        Self::of(date(year, 1, 1), date(year, 12, 31))
    }

    fn of(first: Date, last: Date) -> Self {
        Self {
            first: first.to_string(),
            last: last.to_string(),
            first_text: french::day(first),
            last_text: french::day(last),
            query: format!("de={first}&a={last}"),
            from: midnight(first),
            to: midnight(last.saturating_add(1.days())),
        }
    }
}

/// The day it is in Paris.
pub(super) fn today() -> Date {
    Zoned::now().with_time_zone(paris()).date()
}

fn day(text: &str, default: Date) -> Option<Date> {
    if text.is_empty() {
        return Some(default);
    }
    text.parse().ok().filter(|day: &Date| text.len() == 10 && (2000..2200).contains(&day.year()))
}

fn midnight(day: Date) -> Epoch {
    day.to_zoned(paris()).map_or(0, |zoned| zoned.timestamp().as_second())
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(first: &str, last: &str) -> Option<Period> {
        Period::asked(&Fields(vec![("de".to_owned(), first.to_owned()), ("a".to_owned(), last.to_owned())]))
    }

    #[test]
    fn whole_days_across_a_clock_change() {
        let period = asked("2027-03-28", "2027-03-28").unwrap();
        assert_eq!((period.to - period.from) / 3600, 23);
        assert_eq!(period.query, "de=2027-03-28&a=2027-03-28");
        assert_eq!(asked("2027-03-28", "2027-03-27"), None);
        assert_eq!(asked("2027-02-30", ""), None);
        assert!(asked("", "").is_some());
    }
}
