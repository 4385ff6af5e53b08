//! One field after another, values out, every problem collected: what each kind of field may hold.
//!
//! Entry point: [`Form`]. Control characters and marks that turn the direction of a text are refused everywhere.

use jiff::civil::{Date, DateTime, Time};

use super::{Fields, is_email};
use crate::calendar::{Epoch, FieldError, Start, When, departements, french};

pub(super) const REQUIRED: &str = "calendar_error_required";
pub(super) const LONG: &str = "calendar_error_long";
pub(super) const CHARACTERS: &str = "calendar_error_characters";
pub(super) const EMAIL: &str = "calendar_error_email";
pub(super) const DEPARTEMENT: &str = "calendar_error_departement";
pub(super) const NUMBER: &str = "calendar_error_number";
pub(super) const DATE: &str = "calendar_error_date";
pub(super) const TIME: &str = "calendar_error_time";
pub(super) const HOUR_MISSING: &str = "calendar_error_hour_missing";
pub(super) const PAST: &str = "calendar_error_past";
pub(super) const ZONE: &str = "calendar_error_zone";
pub(super) const CHOICE: &str = "calendar_error_choice";
pub(super) const LINK: &str = "calendar_error_link";
pub(super) const FORM: &str = "calendar_error_form";

pub(super) const NAMES: &str = "calendar_error_names";
pub(super) const DATES: &str = "calendar_error_dates";
pub(super) const ORDER: &str = "calendar_error_order";

/// A form being read: values out, problems collected.
pub(super) struct Form<'a> {
    pub(super) fields: &'a Fields,
    pub(super) errors: Vec<FieldError>,
}

impl<'a> Form<'a> {
    pub(super) fn new(fields: &'a Fields) -> Self {
        Self { fields, errors: Vec::new() }
    }

    pub(super) fn wrong(&mut self, field: &'static str, key: &'static str) {
        self.errors.push(FieldError { field, key });
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }

    /// One line: no control character at all.
    pub(super) fn line(&mut self, field: &'static str, least: usize, most: usize) -> String {
        self.limited(field, least, most, |c| !fits_a_line(c))
    }

    /// Several lines: line feeds and tabs are fine.
    pub(super) fn text(&mut self, field: &'static str, least: usize, most: usize) -> String {
        let value = self.limited(field, least, most, |c| {
            (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || turns_direction(c)
        });
        value.replace("\r\n", "\n").replace('\r', "\n")
    }

    pub(super) fn limited(
        &mut self,
        field: &'static str,
        least: usize,
        most: usize,
        bad: impl Fn(char) -> bool,
    ) -> String {
        let value = self.fields.get(field);
        if value.len() > most * 4 || value.chars().count() > most {
            self.wrong(field, LONG);
            return String::new();
        }
        if value.is_empty() && least > 0 {
            self.wrong(field, REQUIRED);
        }
        if value.chars().any(bad) {
            self.wrong(field, CHARACTERS);
        }
        value.to_owned()
    }

    pub(super) fn email(&mut self, field: &'static str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            self.wrong(field, REQUIRED);
        } else if !is_email(value) {
            self.wrong(field, EMAIL);
        }
        value.to_owned()
    }

    pub(super) fn departement(&mut self, field: &'static str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            self.wrong(field, REQUIRED);
        } else if departements::name(value).is_none() {
            self.wrong(field, DEPARTEMENT);
        }
        value.to_owned()
    }

    pub(super) fn number(&mut self, field: &'static str, least: u32, most: u32, default: Option<u32>) -> u32 {
        let value = self.fields.get(field);
        if value.is_empty() {
            if let Some(default) = default {
                return default;
            }
            self.wrong(field, REQUIRED);
            return least;
        }
        match value.parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.wrong(field, NUMBER);
                least
            }
        }
    }

    pub(super) fn choice<T>(&mut self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = parse(self.fields.get(field));
        if value.is_none() {
            self.wrong(field, CHOICE);
        }
        value
    }

    pub(super) fn link(&mut self, field: &'static str) -> String {
        let value = self.line(field, 0, 500);
        let good = url::Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if !value.is_empty() && !good {
            self.wrong(field, LINK);
        }
        value
    }

    pub(super) fn zone(&mut self, field: &'static str, departement: &str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            return departements::zone(departement).to_owned();
        }
        if !french::ZONES.iter().any(|(id, _)| *id == value) {
            self.wrong(field, ZONE);
        }
        value.to_owned()
    }

    pub(super) fn when(&mut self, zone: &str) -> When {
        let date = self.parsed::<Date>("date", DATE).filter(|date| (2000..2200).contains(&date.year()));
        if date.is_none() && !self.errors.iter().any(|e| e.field == "date") {
            self.wrong("date", DATE);
        }
        let time = self.parsed::<Time>("time", TIME);
        let minutes = self.number("minutes", 15, 24 * 60, None);
        let travel_before = self.number("travel_before", 0, 24 * 60, Some(0));
        let travel_after = self.number("travel_after", 0, 24 * 60, Some(0));
        let civil = date.zip(time).map(|(date, time)| date.to_datetime(time));
        let start = civil.and_then(|civil| Start::new(civil, zone));
        if civil.is_some() && start.is_none() {
            self.wrong("time", HOUR_MISSING);
        }
        let never = || Start { civil: DateTime::ZERO, zone: zone.to_owned(), instant: 0 };
        When { start: start.unwrap_or_else(never), minutes, travel_before, travel_after }
    }

    pub(super) fn instant(&mut self, field: &'static str, zone: &str) -> Option<Epoch> {
        if self.fields.get(field).is_empty() {
            return None;
        }
        let civil = self.parsed::<DateTime>(field, DATE)?;
        let start = Start::new(civil, zone);
        if start.is_none() {
            self.wrong(field, HOUR_MISSING);
        }
        start.map(|start| start.instant)
    }

    pub(super) fn parsed<T: std::str::FromStr>(&mut self, field: &'static str, key: &'static str) -> Option<T> {
        let value = self.fields.get(field);
        if value.is_empty() {
            self.wrong(field, REQUIRED);
            return None;
        }
        let value = value.parse().ok().filter(|_| value.len() <= 20);
        if value.is_none() {
            self.wrong(field, key);
        }
        value
    }

    pub(super) fn members(&mut self, field: &'static str, known: &[String]) -> Vec<String> {
        let mut values = self.fields.all(field);
        values.sort();
        values.dedup();
        if values.iter().any(|value| !known.contains(value)) {
            self.wrong(field, CHOICE);
        }
        values
    }

    /// The id the form was served with; a form without one was not ours.
    pub(super) fn submission(&mut self) -> String {
        let value = self.fields.get("submission");
        let good = (8..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !good {
            self.wrong("submission", FORM);
        }
        value.to_owned()
    }
}

/// No control character, and nothing that turns the direction of a text.
pub(super) fn fits_a_line(c: char) -> bool {
    !c.is_control() && !turns_direction(c)
}

/// Marks that make a text read in another order than it is written.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}
