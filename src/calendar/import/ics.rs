//! Events of an iCalendar file (RFC 5545) as raw lines. An event's LOCATION becomes the exact address, which stays inside:
//! nobody but its writer knows whether it may be public.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{FieldError, Raw};
use crate::calendar::french;

/// One property: name, parameters, value.
struct Property<'a> {
    name: String,
    parameters: &'a str,
    value: &'a str,
}

/// An event while it is read.
#[derive(Default)]
struct Event {
    number: usize,
    uid: String,
    /// The same with the backslashes of the file.
    written: String,
    fields: BTreeMap<&'static str, String>,
    errors: Vec<FieldError>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    minutes: Option<i64>,
    sequence: u32,
}

pub(super) fn read(text: &str) -> Result<Vec<Raw>, &'static str> {
    let mut found = Vec::new();
    let mut event: Option<Event> = None;
    let mut depth = 0_usize;
    for (number, line) in unfolded(text) {
        let Some(property) = property(&line) else { continue };
        match (property.name.as_str(), property.value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") => event = Some(Event { number, ..Event::default() }),
            ("END", "VEVENT") => found.extend(event.take().map(finished)),
            // An alarm inside an event has properties of its own.
            ("BEGIN", _) => depth += 1,
            ("END", _) => depth = depth.saturating_sub(1),
            _ => {
                // The calendar itself is one level.
                if let Some(event) = &mut event
                    && depth <= 1
                {
                    take(event, &property);
                }
            }
        }
    }
    Ok(found)
}

/// Lines put together again, each with the number of its first part.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

fn property(line: &str) -> Option<Property<'_>> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon.0], &line[colon.0 + 1..]);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some(Property { name: name.to_ascii_uppercase(), parameters, value })
}

fn take(event: &mut Event, property: &Property<'_>) {
    let value = property.value;
    match property.name.as_str() {
        "UID" => {
            event.uid = unescaped(value);
            value.clone_into(&mut event.written);
        }
        // Room is left above it for every change to come.
        "SEQUENCE" => event.sequence = value.trim().parse().ok().filter(|n| *n < 1_000_000_000).unwrap_or_default(),
        "SUMMARY" => _ = event.fields.insert("title", unescaped(value).replace('\n', " ")),
        "DESCRIPTION" => _ = event.fields.insert("programme", unescaped(value)),
        "LOCATION" => _ = event.fields.insert("address", unescaped(value)),
        "DTSTART" => match instant(property) {
            Some((at, zone)) => {
                event.start = Some(at);
                let civil = at.to_zoned(TimeZone::get(&zone).unwrap_or(TimeZone::UTC)).datetime();
                event.fields.insert("date", civil.date().to_string());
                event.fields.insert("time", civil.strftime("%H:%M").to_string());
                event.fields.insert("zone", zone);
            }
            None if property.value.len() == 8 => wrong(event, "time", "calendar_import_no_hour"),
            None => wrong(event, "date", "calendar_error_date"),
        },
        "DTEND" => event.end = instant(property).map(|(at, _)| at),
        "DURATION" => event.minutes = minutes(value),
        "RRULE" | "RDATE" => wrong(event, "date", "calendar_import_repeats"),
        "STATUS" if value.eq_ignore_ascii_case("CANCELLED") => wrong(event, "title", "calendar_import_cancelled"),
        _ => {}
    }
}

fn wrong(event: &mut Event, field: &'static str, key: &'static str) {
    event.errors.push(FieldError { field, key });
}

fn finished(mut event: Event) -> Raw {
    let between = event.start.zip(event.end).map(|(start, end)| (end.as_second() - start.as_second()) / 60);
    if let Some(minutes) = between.or(event.minutes) {
        event.fields.insert("minutes", minutes.to_string());
    }
    // A day without an hour lacks everything of a start: one reason is enough.
    if event.errors.iter().any(|error| error.key == "calendar_import_no_hour") {
        wrong(&mut event, "date", "calendar_import_no_hour");
        event.errors.dedup_by_key(|error| error.key);
    }
    let Event { number, uid, written, fields, errors, .. } = event;
    Raw { number, uid, written, sequence: Some(event.sequence), fields, errors }
}

/// The instant of a date with its hour, and the zone of ours it is shown in: its own, or Paris.
fn instant(property: &Property<'_>) -> Option<(Timestamp, String)> {
    const PARIS: &str = "Europe/Paris";
    let (text, utc) = property.value.strip_suffix('Z').map_or((property.value, false), |text| (text, true));
    let civil = DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    if utc {
        return Some((civil.to_zoned(TimeZone::UTC).ok()?.timestamp(), PARIS.to_owned()));
    }
    let named = property.parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("TZID").then(|| value.trim_matches('"'))
    });
    let zone = named.unwrap_or(PARIS);
    let tz = TimeZone::get(zone).ok()?;
    let shown = if french::ZONES.iter().any(|(id, _)| *id == zone) { zone } else { PARIS };
    Some((tz.to_ambiguous_zoned(civil).unambiguous().ok()?.timestamp(), shown.to_owned()))
}

/// `PT1H30M`, `P1DT2H`.
fn minutes(text: &str) -> Option<i64> {
    let span: jiff::Span = text.parse().ok()?;
    span.total((jiff::Unit::Minute, jiff::SpanRelativeTo::days_are_24_hours()))
        .ok()
        .map(|minutes| minutes.round() as i64)
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}
