//! Fields of a form become a command, or the list of everything that is wrong with them.
//!
//! Entry points: [`registration`], [`names`], [`request`], [`session`], [`series`], [`when`], [`absence`]. Each problem is a field and a translation key; all
//! problems come at once. Values are trimmed; control characters (line breaks in a name!) and marks that turn the
//! direction of a text are refused, so that no value can break a mail header, a calendar line or a page.

mod reader;
mod series;

use jiff::civil::{Date, Time};

use super::{
    Epoch, FieldError, Half, Kind, MOST_SEATS, NewSession, Place, Reason, Register, SendRequest, Start, When, Wish,
    departements,
};
use reader::{DATE, Form, HOUR_MISSING, NAMES, NUMBER, ORDER, PAST, REQUIRED};
pub use series::{series, series_problems};

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

/// A registration. Fields: `submission`, `name`, `email`, `function`, `organisation`, `departement`, `seats`, `needs`.
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
        needs: form.text("needs", 0, 300),
    };
    form.finish(register)
}

/// Who comes on the seats of a group. Field: `names`, one a line, no more than `seats`.
pub fn names(fields: &Fields, seats: u32) -> Result<Vec<String>, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let text = form.text("names", 0, 120 * seats as usize);
    let names: Vec<String> = text.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if names.len() > seats as usize || names.iter().any(|name| name.chars().count() > 120) {
        form.wrong("names", NAMES);
    }
    form.finish(names)
}

/// Whether a text may stand in a field of one line: no control character, no mark that turns its direction.
pub fn is_line(text: &str) -> bool {
    text.chars().all(reader::fits_a_line)
}

/// Why a request is declined. Fields: `reason`, `answer`.
pub fn decline(fields: &Fields) -> Result<(Reason, String), Vec<FieldError>> {
    let mut form = Form::new(fields);
    let reason = form.choice("reason", Reason::parse).unwrap_or(Reason::Other);
    let answer = form.text("answer", 1, 2000);
    form.finish((reason, answer))
}

/// What goes with a proposal. Fields: `answer` (optional), `days` (how long it waits for an answer).
pub fn proposal(fields: &Fields) -> Result<(String, u32), Vec<FieldError>> {
    let mut form = Form::new(fields);
    let answer = form.text("answer", 0, 2000);
    let days = form.number("days", 1, 60, Some(7));
    form.finish((answer, days))
}

/// What an institution says when a proposal does not suit. Field: `reply`.
pub fn reply(fields: &Fields) -> Result<String, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let reply = form.text("reply", 1, 1000);
    form.finish(reply)
}

/// A time when a trainer is not available. Fields: `from`, `from_time`, `to`, `to_time`, `zone`; without times whole days.
pub fn absence(fields: &Fields, now: Epoch) -> Result<(Start, Start), Vec<FieldError>> {
    let mut form = Form::new(fields);
    let zone = form.zone("zone", "75");
    let mut end = |date: &'static str, time: &'static str, whole: fn(Date) -> Option<jiff::civil::DateTime>| {
        let day = form.parsed::<Date>(date, DATE)?;
        if !(2000..2200).contains(&day.year()) {
            form.wrong(date, DATE);
            return None;
        }
        let civil = if fields.get(time).is_empty() {
            whole(day)?
        } else {
            day.to_datetime(form.parsed::<Time>(time, reader::TIME)?)
        };
        let start = Start::new(civil, &zone);
        if start.is_none() {
            form.wrong(time, HOUR_MISSING);
        }
        start
    };
    let from = end("from", "from_time", |day| Some(day.to_datetime(Time::midnight())));
    let to = end("to", "to_time", |day| Some(day.tomorrow().ok()?.to_datetime(Time::midnight())));
    if let (Some(from), Some(to)) = (&from, &to) {
        if to.instant <= from.instant {
            form.wrong("to", ORDER);
        } else if to.instant <= now {
            form.wrong("to", PAST);
        }
    }
    let never = || Start { civil: jiff::civil::DateTime::ZERO, zone: zone.clone(), instant: 0 };
    let both = (from.unwrap_or_else(never), to.unwrap_or_else(never));
    form.finish(both)
}

/// A request. Fields: `submission`, `organisation`, `name`, `email`, `function`, `departement`, `audience`, `headcount`,
/// `need`, `preferred`, `wish_1` to `wish_3` (days) and `half_1` to `half_3`. A day before `today` is refused.
pub fn request(fields: &Fields, today: Date) -> Result<SendRequest, Vec<FieldError>> {
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
        wishes: wishes(&mut form, today),
    };
    form.finish(request)
}

fn wishes(form: &mut Form<'_>, today: Date) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for (day, half) in [("wish_1", "half_1"), ("wish_2", "half_2"), ("wish_3", "half_3")] {
        if form.fields.get(day).is_empty() {
            continue;
        }
        let date = form.parsed::<Date>(day, DATE);
        let half = if form.fields.get(half).is_empty() { Some(Half::Day) } else { form.choice(half, Half::parse) };
        let (Some(date), Some(half)) = (date, half) else { continue };
        if date < today {
            form.wrong(day, PAST);
        } else if date.year() > today.year() + 3 {
            form.wrong(day, DATE);
        } else if !wishes.iter().any(|wish| wish.date == date && wish.half == half) {
            wishes.push(Wish { date, half });
        }
    }
    wishes
}

/// A session. Fields: `kind`, `title`, `audience`, `programme`, `place`, `address`, `link`, `departement`, those of
/// [`when`], `authority`, `capacity`, `least` and `decides`, `opens` and `closes` (`2026-12-01T09:00`, optional), `trainers`
/// (repeated), `materials`, `evaluation`, `publish`, `unlisted`.
/// `staff` are the ids a trainer may have.
pub fn session(fields: &Fields, staff: &[String]) -> Result<NewSession, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let kind = form.choice("kind", Kind::parse);
    let zone = form.zone("zone", fields.get("departement"));
    let departement = form.departement("departement");
    let session = NewSession {
        origin: None,
        kind: kind.unwrap_or(Kind::Awareness),
        title: form.line("title", 1, 160),
        audience: form.line("audience", 1, 160),
        programme: form.text("programme", 0, 4000),
        place: Place {
            public: form.line("place", 1, 200),
            exact: form.text("address", 0, 500),
            link: form.link("link"),
        },
        authority: departements::authority(&departement, fields.get("authority")).to_owned(),
        departement,
        when: form.when(&zone),
        capacity: form.number("capacity", 1, 5000, None),
        least: form.number("least", 0, 5000, Some(0)),
        decides: form.instant("decides", &zone),
        opens: form.instant("opens", &zone),
        closes: form.instant("closes", &zone),
        trainers: form.members("trainers", staff),
        materials: form.text("materials", 0, 2000),
        evaluation: form.link("evaluation"),
        publish: !fields.get("publish").is_empty(),
        listed: fields.get("unlisted").is_empty(),
    };
    windows(&mut form, &session);
    form.finish(session)
}

/// Dates and numbers of a session that cannot be true together.
fn windows(form: &mut Form<'_>, session: &NewSession) {
    let wrong = |form: &Form<'_>, field| form.errors.iter().any(|error| error.field == field);
    if wrong(form, "date") || wrong(form, "time") {
        return;
    }
    let start = session.when.start.instant;
    if session.least > session.capacity && !wrong(form, "capacity") {
        form.wrong("least", NUMBER);
    }
    if session.decides.is_some_and(|at| at >= start) {
        form.wrong("decides", ORDER);
    }
    if session.least > 0 && session.decides.is_none() && !wrong(form, "decides") {
        form.wrong("decides", REQUIRED);
    }
    if session.closes.is_some_and(|at| at > start) {
        form.wrong("closes", ORDER);
    }
    if session.opens.is_some_and(|at| at >= session.closes.unwrap_or(start)) {
        form.wrong("opens", ORDER);
    }
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

#[cfg(test)]
mod tests {
    use super::reader::{CHARACTERS, DEPARTEMENT, EMAIL, LONG, TIME};
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
