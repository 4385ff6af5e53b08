//! The days and months of the year as French writes them: one place for pages, mails, feeds and guides.
//!
//! Entry points: [`weekday`], [`month`], [`day_number`]. Sentences around them belong to the rooms that say them.

use jiff::civil::{Date, Weekday};

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// "jeudi".
pub fn weekday(weekday: Weekday) -> &'static str {
    DAYS[usize::from(weekday.to_monday_zero_offset().unsigned_abs())]
}

/// "décembre".
pub fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs()) - 1]
}

/// "1er", "2", "31".
pub fn day_number(date: Date) -> String {
    if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_and_day_has_its_name() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!((weekday(day("2026-12-03").weekday()), month(day("2026-12-03"))), ("jeudi", "décembre"));
        assert_eq!((day_number(day("2027-08-01")), month(day("2027-08-01"))), ("1er".to_owned(), "août"));
        assert_eq!(weekday(Weekday::Sunday), "dimanche");
    }
}
