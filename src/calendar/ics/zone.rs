//! VTIMEZONE: the clock changes of a zone, as far as the sessions of a calendar need them.
//!
//! Paris has its lasting rule. Zones without clock changes get one observance. Any other zone gets one observance for
//! each change between its first and last session, taken from the time zone database.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::write::Lines;
use crate::calendar::Epoch;

/// Writes the zone for sessions between `first` and `last`.
pub(super) fn write(lines: &mut Lines, zone: &str, first: Epoch, last: Epoch) {
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", zone);
    if zone == "Europe/Paris" {
        observance(lines, "DAYLIGHT", "19810329T020000", ("+0100", "+0200"), "CEST", Some("3"));
        observance(lines, "STANDARD", "19961027T030000", ("+0200", "+0100"), "CET", Some("10"));
    } else {
        from_database(lines, zone, first, last);
    }
    lines.raw("END", "VTIMEZONE");
}

fn from_database(lines: &mut Lines, zone: &str, first: Epoch, last: Epoch) {
    let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    // A change of long ago (often from an hour by the sun, with seconds) says nothing that readers need.
    let recent = |change: &Timestamp| first - change.as_second() < 400 * 86_400;
    let before = tz.preceding(at(first)).next().map(|change| change.timestamp()).filter(recent);
    let since = before.unwrap_or_else(|| at(first));
    let changes = before
        .into_iter()
        .chain(tz.following(since).map(|change| change.timestamp()).take_while(|change| *change <= at(last)));
    let mut none = true;
    for change in changes {
        none = false;
        let old = tz.to_offset(change - jiff::SignedDuration::from_secs(1));
        let new = tz.to_offset_info(change);
        let part = if new.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
        // An observance starts when the old clock shows this.
        let wall = old.to_datetime(change).strftime("%Y%m%dT%H%M%S").to_string();
        let offsets = (offset(old), offset(new.offset()));
        observance(lines, part, &wall, (&offsets.0, &offsets.1), new.abbreviation(), None);
    }
    if none {
        let info = tz.to_offset_info(at(first));
        let always = offset(info.offset());
        observance(lines, "STANDARD", "19700101T000000", (&always, &always), info.abbreviation(), None);
    }
}

fn observance(lines: &mut Lines, part: &str, start: &str, offsets: (&str, &str), name: &str, month: Option<&str>) {
    lines.raw("BEGIN", part);
    lines.raw("DTSTART", start);
    lines.raw("TZOFFSETFROM", offsets.0);
    lines.raw("TZOFFSETTO", offsets.1);
    lines.raw("TZNAME", name);
    if let Some(month) = month {
        lines.raw("RRULE", &format!("FREQ=YEARLY;BYMONTH={month};BYDAY=-1SU"));
    }
    lines.raw("END", part);
}

fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let odd = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{odd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(zone: &str) -> String {
        let mut lines = Lines::default();
        // 2027-01-15 to 2027-06-15
        write(&mut lines, zone, 1_800_000_000, 1_813_000_000);
        lines.finish().replace("\r\n", "\n")
    }

    #[test]
    fn a_zone_without_clock_changes_has_one_observance() {
        let text = written("Indian/Reunion");
        assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
        assert!(text.contains("DTSTART:19700101T000000\nTZOFFSETFROM:+0400\nTZOFFSETTO:+0400\n"), "{text}");
        assert!(written("America/Martinique").contains("TZOFFSETTO:-0400\n"));
    }

    #[test]
    fn another_zone_has_each_of_its_changes() {
        let text = written("America/Miquelon");
        assert!(
            text.contains("BEGIN:DAYLIGHT\nDTSTART:20270314T020000\nTZOFFSETFROM:-0300\nTZOFFSETTO:-0200\n"),
            "{text}"
        );
    }
}
