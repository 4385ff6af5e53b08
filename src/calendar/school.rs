//! School zones, and the school holidays of the years whose dates were published.
//!
//! Entry points: [`zone`], [`on`], [`holidays`]. The dates are a file, `school/holidays.csv`, with its sources on top: a
//! ministry decides them, so nothing here computes or guesses one. What the file does not hold is [`Day::Unknown`].

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde::Serialize;

use super::departements;
use super::words::words;

words! {
    /// Whose calendar the schools of a département follow. Translation key: `calendar_school_zone_<word>`.
    pub enum Zone {
        /// Besançon, Bordeaux, Clermont, Dijon, Grenoble, Limoges, Lyon, Poitiers.
        A = "a",
        /// Aix-Marseille, Amiens, Lille, Nancy-Metz, Nantes, Nice, Normandie, Orléans-Tours, Reims, Rennes, Strasbourg.
        B = "b",
        /// Créteil, Montpellier, Paris, Toulouse, Versailles.
        C = "c",
        /// Corsica has a calendar of its own.
        Corsica = "corsica",
        /// Each territory overseas has a calendar of its own.
        Overseas = "overseas",
    }
}

words! {
    /// A school holiday; its translation key is `calendar_school_<word>`.
    pub enum Holiday {
        /// Around 1 November.
        AllSaints = "all_saints",
        /// Around Christmas.
        Christmas = "christmas",
        /// February or March.
        Winter = "winter",
        /// April or May.
        Spring = "spring",
        /// The days from Ascension to the Sunday.
        Ascension = "ascension",
        /// July and August.
        Summer = "summer",
    }
}

/// A school holiday with its first and last day without class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// First day without class.
    pub first: Date,
    /// Last day without class.
    pub last: Date,
    /// Which.
    pub holiday: Holiday,
}

/// What is known of a day for the schools of a département.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// There is class, but for weekends and public holidays.
    Term,
    /// There is none.
    Holiday(Span),
    /// Its dates are not in the file.
    Unknown,
}

/// The published dates of a calendar: `A`, `B`, `C`, or the code of a département with a calendar of its own.
struct Published {
    calendar: &'static str,
    span: Span,
}

static FILE: LazyLock<Vec<Published>> = LazyLock::new(|| read(include_str!("school/holidays.csv")));

#[rustfmt::skip]
const ZONE_A: &[&str] = &[
    "25", "39", "70", "90", "24", "33", "40", "47", "64", "03", "15", "43", "63", "21", "58", "71", "89", "07", "26",
    "38", "73", "74", "19", "23", "87", "01", "42", "69", "16", "17", "79", "86",
];
#[rustfmt::skip]
const ZONE_C: &[&str] = &[
    "77", "93", "94", "11", "30", "34", "48", "66", "75", "09", "12", "31", "32", "46", "65", "81", "82", "78", "91",
    "92", "95",
];

/// The zone of a département by its code; `None` for what is no code.
pub fn zone(departement: &str) -> Option<Zone> {
    departements::name(departement)?;
    Some(match departement {
        "2A" | "2B" => Zone::Corsica,
        _ if departement.len() == 3 => Zone::Overseas,
        _ if ZONE_A.contains(&departement) => Zone::A,
        _ if ZONE_C.contains(&departement) => Zone::C,
        _ => Zone::B,
    })
}

/// What is known of a day in a département.
pub fn on(departement: &str, day: Date) -> Day {
    let Some((first, last)) = known(departement) else { return Day::Unknown };
    if !(first..=last).contains(&day) {
        return Day::Unknown;
    }
    holidays(departement, day, day).first().map_or(Day::Term, |span| Day::Holiday(*span))
}

/// The school holidays of a département that touch `first..=last`, in order: none where their dates are unknown.
pub fn holidays(departement: &str, first: Date, last: Date) -> Vec<Span> {
    spans(departement).filter(|span| span.first <= last && first <= span.last).collect()
}

/// The first and the last day of which the file says something for a département.
pub fn known(departement: &str) -> Option<(Date, Date)> {
    let first = spans(departement).map(|span| span.first).min()?;
    let last = spans(departement).map(|span| span.last).max()?;
    // The school year begins in September, weeks before its first holiday.
    Some((date(first.year(), 9, 1), last))
}

fn spans(departement: &str) -> impl Iterator<Item = Span> {
    let calendar = match zone(departement) {
        Some(Zone::A) => "A",
        Some(Zone::B) => "B",
        Some(Zone::C) => "C",
        Some(Zone::Corsica | Zone::Overseas) => departement,
        None => "",
    };
    FILE.iter().filter(move |published| published.calendar == calendar).map(|published| published.span)
}

/// The lines of the file that can be read: a test holds that all can.
fn read(text: &'static str) -> Vec<Published> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut published: Vec<Published> = lines.filter_map(line).collect();
    published.sort_by_key(|published| (published.calendar, published.span.first));
    published
}

fn line(text: &'static str) -> Option<Published> {
    let mut cells = text.split(',');
    let calendar =
        cells.next().filter(|name| matches!(*name, "A" | "B" | "C") || departements::name(name).is_some())?;
    let (first, last) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
    Some(Published { calendar, span: Span { first, last, holiday: Holiday::parse(cells.next()?)? } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_departement_has_its_zone() {
        let count = |wanted| departements::ALL.iter().filter(|(code, _)| zone(code) == Some(wanted)).count();
        let counts = [Zone::A, Zone::B, Zone::C, Zone::Corsica, Zone::Overseas].map(count);
        assert_eq!(counts, [32, 41, 21, 2, 5]);
        assert_eq!(zone("20"), None);
        assert_eq!(zone("988"), Some(Zone::Overseas));
    }

    #[test]
    fn every_line_of_the_file_is_read_and_in_order() {
        let lines = include_str!("school/holidays.csv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(FILE.len(), lines - 1);
        assert!(FILE.iter().all(|published| published.span.first <= published.span.last));
        let apart = |pair: &[Published]| pair[0].calendar != pair[1].calendar || pair[0].span.last < pair[1].span.first;
        assert!(FILE.windows(2).all(apart));
    }

    #[test]
    fn a_day_is_term_holiday_or_unknown() {
        let winter = |code| match on(code, date(2027, 2, 15)) {
            Day::Holiday(span) => Some(span.holiday),
            _ => None,
        };
        assert_eq!([winter("69"), winter("59"), winter("75")], [Some(Holiday::Winter), None, Some(Holiday::Winter)]);
        assert_eq!(on("59", date(2027, 2, 15)), Day::Term);
        assert_eq!(on("59", date(2026, 9, 7)), Day::Term);
        assert_eq!(on("2A", date(2027, 2, 15)), Day::Unknown);
        assert_eq!(on("974", date(2027, 1, 15)), Day::Unknown);
        assert_eq!(on("59", date(2029, 2, 15)), Day::Unknown);
    }
}
