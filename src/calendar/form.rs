//! Fields of a form become a command, or the list of everything that is wrong with them.
//!
//! Entry points: [`registration`], [`request`], [`session`], [`when`]. Each problem is a field and a translation key; all
//! problems come at once. Values are trimmed; control characters (line breaks in a name!) and marks that turn the
//! direction of a text are refused, so that no value can break a mail header, a calendar line or a page.

use jiff::civil::{Date, DateTime, Time};

use super::{Epoch, FieldError, Kind, MOST_SEATS, NewSession, Place, Register, SendRequest, Start, When, departements};

const REQUIRED: &str = "calendar_error_required";
const LONG: &str = "calendar_error_long";
const CHARACTERS: &str = "calendar_error_characters";
const EMAIL: &str = "calendar_error_email";
const DEPARTEMENT: &str = "calendar_error_departement";
const NUMBER: &str = "calendar_error_number";
const DATE: &str = "calendar_error_date";
const TIME: &str = "calendar_error_time";
const HOUR_MISSING: &str = "calendar_error_hour_missing";
const PAST: &str = "calendar_error_past";
const ZONE: &str = "calendar_error_zone";
const CHOICE: &str = "calendar_error_choice";
const LINK: &str = "calendar_error_link";
const FORM: &str = "calendar_error_form";

/// The fields of a submitted form, in order; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a field, trimmed; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field that is not empty, trimmed.
    pub fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim());
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }
}

/// A registration. Fields: `submission`, `name`, `email`, `function`, `organisation`, `departement`, `seats`.
pub fn registration(session: &str, fields: &Fields) -> Result<Register, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let register = Register {
        session: session.to_owned(),
        submission: form.submission(),
        name: form.line("name", 1, 120),
        email: form.email("email"),
        function: form.line("function", 0, 120),
        organisation: form.line("organisation", 1, 160),
        departement: form.departement("departement"),
        seats: form.number("seats", 1, MOST_SEATS, Some(1)),
    };
    form.finish(register)
}

/// A request. Fields: `submission`, `organisation`, `name`, `email`, `function`, `departement`, `audience`, `headcount`,
/// `need`, `preferred`.
pub fn request(fields: &Fields) -> Result<SendRequest, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let request = SendRequest {
        submission: form.submission(),
        organisation: form.line("organisation", 1, 160),
        name: form.line("name", 1, 120),
        email: form.email("email"),
        function: form.line("function", 0, 120),
        departement: form.departement("departement"),
        audience: form.line("audience", 1, 160),
        headcount: form.number("headcount", 1, 2000, None),
        need: form.text("need", 1, 2000),
        preferred: form.text("preferred", 0, 500),
    };
    form.finish(request)
}

/// A session. Fields: `kind`, `title`, `audience`, `programme`, `place`, `address`, `link`, `departement`, those of
/// [`when`], `capacity`, `opens` and `closes` (`2026-12-01T09:00`, optional), `trainers` (repeated), `publish`.
/// `staff` are the ids a trainer may have.
pub fn session(fields: &Fields, staff: &[String]) -> Result<NewSession, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let kind = form.choice("kind", Kind::parse);
    let zone = form.zone("zone", fields.get("departement"));
    let session = NewSession {
        kind: kind.unwrap_or(Kind::Awareness),
        title: form.line("title", 1, 160),
        audience: form.line("audience", 1, 160),
        programme: form.text("programme", 0, 4000),
        place: Place {
            public: form.line("place", 1, 200),
            exact: form.text("address", 0, 500),
            link: form.link("link"),
        },
        departement: form.departement("departement"),
        when: form.when(&zone),
        capacity: form.number("capacity", 1, 5000, None),
        opens: form.instant("opens", &zone),
        closes: form.instant("closes", &zone),
        trainers: form.members("trainers", staff),
        publish: !fields.get("publish").is_empty(),
    };
    form.finish(session)
}

/// A date. Fields: `date` (`2026-12-03`), `time` (`14:00`), `zone` (that of the département when empty), `minutes`,
/// `travel_before`, `travel_after`. A date before `now` is refused.
pub fn when(fields: &Fields, departement: &str, now: Epoch) -> Result<When, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let zone = form.zone("zone", departement);
    let when = form.when(&zone);
    if form.errors.is_empty() && when.start.instant <= now {
        form.wrong("date", PAST);
    }
    form.finish(when)
}

/// Whether a text has the shape of an e-mail address that mail systems deliver to.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
    local_ok && domain_ok && text.len() <= 254
}

/// A form being read: values out, problems collected.
struct Form<'a> {
    fields: &'a Fields,
    errors: Vec<FieldError>,
}

impl<'a> Form<'a> {
    fn new(fields: &'a Fields) -> Self {
        Self { fields, errors: Vec::new() }
    }

    fn wrong(&mut self, field: &'static str, key: &'static str) {
        self.errors.push(FieldError { field, key });
    }

    fn finish<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }

    /// One line: no control character at all.
    fn line(&mut self, field: &'static str, least: usize, most: usize) -> String {
        self.limited(field, least, most, |c| c.is_control() || turns_direction(c))
    }

    /// Several lines: line feeds and tabs are fine.
    fn text(&mut self, field: &'static str, least: usize, most: usize) -> String {
        let value = self.limited(field, least, most, |c| {
            (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || turns_direction(c)
        });
        value.replace("\r\n", "\n").replace('\r', "\n")
    }

    fn limited(&mut self, field: &'static str, least: usize, most: usize, bad: impl Fn(char) -> bool) -> String {
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

    fn email(&mut self, field: &'static str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            self.wrong(field, REQUIRED);
        } else if !is_email(value) {
            self.wrong(field, EMAIL);
        }
        value.to_owned()
    }

    fn departement(&mut self, field: &'static str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            self.wrong(field, REQUIRED);
        } else if departements::name(value).is_none() {
            self.wrong(field, DEPARTEMENT);
        }
        value.to_owned()
    }

    fn number(&mut self, field: &'static str, least: u32, most: u32, default: Option<u32>) -> u32 {
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

    fn choice<T>(&mut self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = parse(self.fields.get(field));
        if value.is_none() {
            self.wrong(field, CHOICE);
        }
        value
    }

    fn link(&mut self, field: &'static str) -> String {
        let value = self.line(field, 0, 500);
        let good = url::Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if !value.is_empty() && !good {
            self.wrong(field, LINK);
        }
        value
    }

    fn zone(&mut self, field: &'static str, departement: &str) -> String {
        let value = self.fields.get(field);
        if value.is_empty() {
            return departements::zone(departement).to_owned();
        }
        if !super::french::ZONES.iter().any(|(id, _)| *id == value) {
            self.wrong(field, ZONE);
        }
        value.to_owned()
    }

    fn when(&mut self, zone: &str) -> When {
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

    fn instant(&mut self, field: &'static str, zone: &str) -> Option<Epoch> {
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

    fn parsed<T: std::str::FromStr>(&mut self, field: &'static str, key: &'static str) -> Option<T> {
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

    fn members(&mut self, field: &'static str, known: &[String]) -> Vec<String> {
        let mut values = self.fields.all(field);
        values.sort();
        values.dedup();
        if values.iter().any(|value| !known.contains(value)) {
            self.wrong(field, CHOICE);
        }
        values
    }

    /// The id the form was served with; a form without one was not ours.
    fn submission(&mut self) -> String {
        let value = self.fields.get("submission");
        let good = (8..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !good {
            self.wrong("submission", FORM);
        }
        value.to_owned()
    }
}

/// Marks that make a text read in another order than it is written.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn all_problems_come_at_once() {
        let form = fields(&[
            ("submission", "0123456789abcdef"),
            ("name", "Anne\r\nBcc: x@y.fr"),
            ("email", "anne@exemple"),
            ("departement", "20"),
            ("seats", "0"),
        ]);
        let errors = registration("s1", &form).unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| (e.field, e.key)).collect();
        assert_eq!(
            found,
            [
                ("name", CHARACTERS),
                ("email", EMAIL),
                ("organisation", REQUIRED),
                ("departement", DEPARTEMENT),
                ("seats", NUMBER),
            ]
        );
    }

    #[test]
    fn a_good_form_is_trimmed() {
        let form = fields(&[
            ("submission", "0123456789abcdef"),
            ("name", "  Anne Lefèvre "),
            ("email", "anne.lefevre@exemple.fr"),
            ("organisation", "MECS Les Tilleuls"),
            ("departement", "2A"),
        ]);
        let register = registration("s1", &form).unwrap();
        assert_eq!((register.name.as_str(), register.seats), ("Anne Lefèvre", 1));
    }

    #[test]
    fn long_and_turning_texts_are_refused() {
        let long = "é".repeat(1_000_000);
        let form = fields(&[("submission", "0123456789abcdef"), ("name", &long), ("organisation", "a\u{202e}b")]);
        let errors = registration("s1", &form).unwrap_err();
        assert!(errors.contains(&FieldError { field: "name", key: LONG }));
        assert!(errors.contains(&FieldError { field: "organisation", key: CHARACTERS }));
    }

    #[test]
    fn impossible_dates_are_refused() {
        let form = |date: &str, time: &str| {
            let fields = fields(&[("date", date), ("time", time), ("minutes", "90")]);
            when(&fields, "75", 0).map(|_| ()).map_err(|e| (e[0].field, e[0].key))
        };
        assert_eq!(form("2027-02-30", "10:00"), Err(("date", DATE)));
        assert_eq!(form("2027-03-28", "02:30"), Err(("time", HOUR_MISSING)));
        assert_eq!(form("2027-03-28", "25:00"), Err(("time", TIME)));
        assert_eq!(form("2027-03-29", "10:00"), Ok(()));
    }

    #[test]
    fn addresses_are_told_apart() {
        for good in ["a@b.fr", "prenom.nom+x@sous.domaine.gouv.fr"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a@b", "@b.fr", "a b@c.fr", "a@-b.fr", "a..b@c.fr", "a@b..fr", "é@b.fr", "a@b.fr\n"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
