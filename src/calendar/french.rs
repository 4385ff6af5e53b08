//! Days, hours and durations in French words, as pages and mails show them.
//!
//! Hours are those of the place of the session, never of the machine.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::Epoch;
use crate::french;

/// Zones offered in forms, with how visitors are told about them. Paris needs no telling.
pub const ZONES: &[(&str, &str)] = &[
    ("Europe/Paris", ""),
    ("America/Guadeloupe", "heure de la Guadeloupe"),
    ("America/Martinique", "heure de la Martinique"),
    ("America/Cayenne", "heure de la Guyane"),
    ("Indian/Reunion", "heure de La Réunion"),
    ("Indian/Mayotte", "heure de Mayotte"),
    ("America/Miquelon", "heure de Saint-Pierre-et-Miquelon"),
    ("Pacific/Noumea", "heure de Nouméa"),
    ("Pacific/Tahiti", "heure de Tahiti"),
    ("Pacific/Wallis", "heure de Wallis"),
];

/// What the wall clock of `zone` shows at an instant; UTC when the zone is unknown.
pub fn civil(instant: Epoch, zone: &str) -> DateTime {
    zoned(instant, zone).datetime()
}

fn zoned(instant: Epoch, zone: &str) -> jiff::Zoned {
    let timestamp = Timestamp::from_second(instant).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
}

/// `2026-12-03T14:00:00+01:00`.
pub fn rfc3339(instant: Epoch, zone: &str) -> String {
    zoned(instant, zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// "jeudi 3 décembre 2026"; "mardi 1er décembre 2026".
pub fn day(date: Date) -> String {
    let weekday = french::weekday(date.weekday());
    format!("{weekday} {} {} {}", french::day_number(date), french::month(date), date.year())
}

/// "décembre 2026".
pub fn month(date: Date) -> String {
    format!("{} {}", french::month(date), date.year())
}

/// "14 h 00", with no-break spaces.
pub fn time(time: Time) -> String {
    format!("{}\u{a0}h\u{a0}{:02}", time.hour(), time.minute())
}

/// "2 h 30", "45 min", "3 h", with no-break spaces.
pub fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}\u{a0}min"),
        (hours, 0) => format!("{hours}\u{a0}h"),
        (hours, minutes) => format!("{hours}\u{a0}h\u{a0}{minutes:02}"),
    }
}

/// "jeudi 3 décembre 2026 à 14 h 00", in the zone's time.
pub fn moment(instant: Epoch, zone: &str) -> String {
    let at = civil(instant, zone);
    format!("{} à {}", day(at.date()), time(at.time()))
}

/// "heure de La Réunion", empty for Paris.
pub fn zone(zone: &str) -> &str {
    ZONES.iter().find(|(id, _)| *id == zone).map_or(zone, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_read_as_french() {
        let noon = Epoch::from(1_796_299_200);
        assert_eq!(moment(noon, "Europe/Paris"), "jeudi 3 décembre 2026 à 13\u{a0}h\u{a0}00");
        assert_eq!(moment(noon, "Indian/Reunion"), "jeudi 3 décembre 2026 à 16\u{a0}h\u{a0}00");
        assert_eq!(day(Date::new(2027, 8, 1).unwrap()), "dimanche 1er août 2027");
        assert_eq!(duration(150), "2\u{a0}h\u{a0}30");
        assert_eq!(duration(45), "45\u{a0}min");
        assert_eq!(rfc3339(noon, "America/Martinique"), "2026-12-03T08:00:00-04:00");
    }
}
