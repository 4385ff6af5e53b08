//! Dates as front matter and file names write them.

use std::borrow::Cow;
use std::str::FromStr as _;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::Date;

impl Date {
    /// A date, a date and time, with or without zone, in TOML's form or in YAML 1.1's looser one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut written = toml::value::Datetime::from_str(text).ok().or_else(|| {
            let strict = yaml_timestamp(text)?;
            toml::value::Datetime::from_str(&strict).ok()
        })?;
        // TOML may leave the seconds out; templates are given them.
        if let Some(time) = &mut written.time {
            time.second.get_or_insert(0);
        }
        let date = written.date?;
        let (year, month, day) = (i16::try_from(date.year).ok()?, date.month as i8, date.day as i8);
        let day = jiff::civil::Date::new(year, month, day).ok()?;
        let midnight = (0, 0, 0, 0);
        let (hour, minute, second, nano) = written.time.map_or(midnight, |t| {
            (t.hour as i8, t.minute as i8, t.second.unwrap_or(0) as i8, t.nanosecond.unwrap_or(0) as i32)
        });
        let time = jiff::civil::Time::new(hour, minute, second, nano).ok()?;
        let minutes = match written.offset {
            Some(toml::value::Offset::Custom { minutes }) => i32::from(minutes),
            _ => 0,
        };
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).ok()?;
        // In the last hours of the year 9999 an offset may lead further than instants go.
        let at = offset.to_timestamp(day.to_datetime(time)).unwrap_or(if day.year() > 0 {
            Timestamp::MAX
        } else {
            Timestamp::MIN
        });
        Some(Self { text: written.to_string(), at, day })
    }

    /// As a sitemap has it (W3C-DTF), where a time of day needs an offset: what is written without one is of UTC.
    pub fn of_the_web(&self) -> Cow<'_, str> {
        let is_local = self.text.contains('T') && self.text.parse::<Timestamp>().is_err();
        if is_local { Cow::Owned(format!("{}Z", self.text)) } else { Cow::Borrowed(&self.text) }
    }

    /// The instant meant: a date without an offset is of `zone`, a day its first moment there.
    pub fn moment(&self, zone: &TimeZone) -> Timestamp {
        if let Ok(instant) = self.text.parse::<Timestamp>() {
            return instant;
        }
        let local =
            self.text.parse::<civil::DateTime>().unwrap_or_else(|_| self.day.to_datetime(civil::Time::midnight()));
        local.to_zoned(zone.clone()).map_or(self.at, |zoned| zoned.timestamp())
    }

    /// The date at the beginning of a file's name, and what of the name is left for the slug.
    ///
    /// The rest is `None` when the name is only a date, or has no `-` or `_` between date and slug.
    pub(super) fn of_file_name(name: &str) -> Option<(Self, Option<&str>)> {
        let day = name.get(..10)?;
        if !is_day(day) {
            return None;
        }
        let date = Self::parse(day)?;
        let after = &name[10..];
        if let Some((moment, rest)) = with_time(name, after) {
            return Some((moment, rest));
        }
        Some((date, slug_after(after)))
    }
}

/// `2024-01-31`, nothing looser.
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

/// What comes after `-` or `_`, perhaps with a blank on either side.
fn slug_after(text: &str) -> Option<&str> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let rest = text.strip_prefix(['-', '_'])?.trim();
    (!rest.is_empty()).then_some(rest)
}

/// A whole RFC 3339 moment, zone included, before the slug.
fn with_time<'a>(name: &'a str, after: &'a str) -> Option<(Date, Option<&'a str>)> {
    if !after.starts_with(['T', 't']) || after.len() < 10 {
        return None;
    }
    let mut end = 9;
    let bytes = after.as_bytes();
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
    }
    match bytes.get(end)? {
        b'Z' | b'z' => end += 1,
        b'+' | b'-' => end += 6,
        _ => return None,
    }
    let moment = Date::parse(name.get(..10 + end)?)?;
    Some((moment, slug_after(&name[10 + end..])))
}

/// `2024-1-31` as its first moment, as Zola takes it.
fn loose_day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let is_number = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    let is_date = year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    is_date.then(|| format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z"))
}

/// `2001-12-14 21:59:43.10 -5` as `2001-12-14T21:59:43.10-05:00`. Without a zone it is UTC.
fn yaml_timestamp(text: &str) -> Option<String> {
    let Some(at) = text.find(['T', 't', ' ', '\t']) else { return loose_day(text) };
    let (day, rest) = text.split_at(at);
    let rest = rest[1..].trim();
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let zone_at = rest.find(['Z', '+', '-', ' ']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone_at);
    let zone = zone.trim();
    let (hour, later) = time.split_once(':')?;
    let zone = match zone {
        "" | "Z" => "Z".to_owned(),
        _ => {
            let (sign, hours) = zone.split_at_checked(1)?;
            let (hours, minutes) = hours.split_once(':').unwrap_or((hours, "00"));
            format!("{sign}{hours:0>2}:{minutes:0>2}")
        }
    };
    let later = later.trim_end_matches('.');
    Some(format!("{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{later}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(date: &str) -> Option<String> {
        Date::parse(date).map(|d| d.text)
    }

    #[test]
    fn both_languages_dates_are_read() {
        assert_eq!(text("2001-12-14").unwrap(), "2001-12-14");
        assert_eq!(text("2004-12-14 21:59:43.10 -5").unwrap(), "2004-12-14T21:59:43.1-05:00");
        assert_eq!(text("2006-12-15 2:59:43.10").unwrap(), "2006-12-15T02:59:43.1Z");
        assert_eq!(text("2022-03-04T05:06:07").unwrap(), "2022-03-04T05:06:07");
        assert_eq!(text("2022-03-04 05:06").unwrap(), "2022-03-04T05:06:00");
        assert_eq!(text("2022-03-04T05:06+02:00").unwrap(), "2022-03-04T05:06:00+02:00");
        assert_eq!(text("2022-03-04T05:06:07.Z").unwrap(), "2022-03-04T05:06:07Z");
        assert_eq!(text("9999-12-31T23:59:59-23:59").unwrap(), "9999-12-31T23:59:59-23:59");
        assert_eq!(text("12 mai 2024"), None);
        assert_eq!(text("2022-03-04T05:06:07 École"), None, "what is no zone may begin with any letter");
        assert_eq!(text("2024-13-40"), None);
    }

    #[test]
    fn a_file_name_may_begin_with_its_date() {
        let of = |name| Date::of_file_name(name).map(|(d, rest)| (d.text, rest));
        assert_eq!(of("2023-07-08-tiret"), Some(("2023-07-08".to_owned(), Some("tiret"))));
        assert_eq!(of("2023-07-11 - espace"), Some(("2023-07-11".to_owned(), Some("espace"))));
        assert_eq!(of("2023-07-10 espace"), Some(("2023-07-10".to_owned(), None)));
        assert_eq!(of("2023-07-16"), Some(("2023-07-16".to_owned(), None)));
        assert_eq!(of("2023-13-40-x"), None);
        assert_eq!(of("2023-07-12T10:20:30Z-heure"), Some(("2023-07-12T10:20:30Z".to_owned(), Some("heure"))));
        assert_eq!(of("2023-07-17T08:00:00+02:00_zone"), Some(("2023-07-17T08:00:00+02:00".to_owned(), Some("zone"))));
        assert_eq!(of("2023-07-18T08:00:00-dossier"), Some(("2023-07-18".to_owned(), None)));
    }
}
