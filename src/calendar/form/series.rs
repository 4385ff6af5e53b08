//! Several dates from one form: a session repeated by the week or the month, and other days written one a line.
//!
//! Entry point: [`series`]. The hour is that of the first date on the wall of the place, whatever the clocks do between;
//! registration windows and the day of the decision move with each date.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Fields;
use super::reader::{CHOICE, DATES, Form, HOUR_MISSING, NUMBER, PAST};
use crate::calendar::{Epoch, FieldError, MOST_DATES, NewSession, Start, french};

/// The dates of a series, the first one first: `first` repeated. Fields: `repeat` (`week`, `fortnight`, `month`; empty for
/// none), `times` (how many dates in all), `dates` (other days, `2027-03-04`, one a line). One date alone is no series.
pub fn series(fields: &Fields, first: NewSession, now: Epoch) -> Result<Vec<NewSession>, Vec<FieldError>> {
    let mut form = Form::new(fields);
    let start = first.when.start.civil.date();
    let mut days = days(&mut form, start);
    days.retain(|day| *day != start);
    days.sort_unstable();
    days.dedup();
    if days.len() >= MOST_DATES {
        form.wrong("dates", NUMBER);
        days.clear();
    }
    let mut all = vec![first.clone()];
    for day in days {
        match moved(&first, day) {
            Some(one) if one.when.start.instant <= now => form.wrong("dates", PAST),
            Some(one) => all.push(one),
            None => form.wrong("dates", HOUR_MISSING),
        }
    }
    form.finish(all)
}

/// What is wrong with the fields of a series whatever its first date, so that it can be told with what is wrong there.
pub fn series_problems(fields: &Fields) -> Vec<FieldError> {
    let mut form = Form::new(fields);
    days(&mut form, Date::MIN);
    form.errors
}

/// The days that follow `start`.
fn days(form: &mut Form<'_>, start: Date) -> Vec<Date> {
    let mut days = Vec::new();
    let times = form.number("times", 1, MOST_DATES as u32, Some(1));
    let repeat = form.fields.get("repeat");
    match repeat {
        "" => {}
        "week" => days.extend((1..times).map(|n| start.saturating_add((i64::from(n) * 7).days()))),
        "fortnight" => days.extend((1..times).map(|n| start.saturating_add((i64::from(n) * 14).days()))),
        "month" => days.extend((1..times).filter_map(|n| same_weekday(start, i64::from(n)))),
        _ => form.wrong("repeat", CHOICE),
    }
    if !repeat.is_empty() && times < 2 && form.errors.is_empty() {
        form.wrong("times", NUMBER);
    }
    let text = form.text("dates", 0, 1000);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.parse::<Date>().ok().filter(|date| line.len() == 10 && (2000..2200).contains(&date.year())) {
            Some(date) => days.push(date),
            None => form.wrong("dates", DATES),
        }
    }
    form.errors.dedup();
    days
}

/// The same day of the week at the same rank in a later month; `None` for a fifth one that a month does not have.
fn same_weekday(first: Date, months: i64) -> Option<Date> {
    let rank = (first.day() - 1) / 7 + 1;
    let month = first.first_of_month().saturating_add(months.months());
    month.nth_weekday_of_month(rank, first.weekday()).ok()
}

fn moved(first: &NewSession, day: Date) -> Option<NewSession> {
    let start = &first.when.start;
    let days = (day - start.civil.date()).get_days();
    let mut one = first.clone();
    one.when.start = Start::new(day.to_datetime(start.civil.time()), &start.zone)?;
    let shifted = |at: Option<Epoch>| at.and_then(|at| later(at, i64::from(days), &start.zone));
    one.opens = shifted(first.opens);
    one.closes = shifted(first.closes);
    one.decides = shifted(first.decides);
    Some(one)
}

/// The same hour on the wall, so many days later.
fn later(at: Epoch, days: i64, zone: &str) -> Option<Epoch> {
    let civil = french::civil(at, zone).checked_add(days.days()).ok()?;
    Some(civil.to_zoned(TimeZone::get(zone).ok()?).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let mut all = vec![
            ("kind", "awareness"),
            ("title", "Repérer"),
            ("audience", "Équipes"),
            ("place", "Rennes"),
            ("departement", "35"),
            ("date", "2027-03-18"),
            ("time", "14:00"),
            ("minutes", "90"),
            ("capacity", "12"),
            ("closes", "2027-03-15T09:00"),
        ];
        all.extend_from_slice(pairs);
        Fields(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn dates(pairs: &[(&str, &str)]) -> Result<Vec<String>, Vec<(&'static str, &'static str)>> {
        let fields = fields(pairs);
        let first = super::super::session(&fields, &[]).unwrap();
        let found =
            series(&fields, first, 0).map_err(|errors| errors.iter().map(|e| (e.field, e.key)).collect::<Vec<_>>())?;
        Ok(found.iter().map(|one| one.when.start.civil.strftime("%Y-%m-%d %H:%M").to_string()).collect())
    }

    #[test]
    fn the_hour_stays_on_the_wall_when_clocks_change() {
        let found = dates(&[("repeat", "week"), ("times", "3")]).unwrap();
        assert_eq!(found, ["2027-03-18 14:00", "2027-03-25 14:00", "2027-04-01 14:00"]);
        let fields = fields(&[("repeat", "week"), ("times", "3")]);
        let first = super::super::session(&fields, &[]).unwrap();
        let all = series(&fields, first, 0).unwrap();
        let gaps: Vec<_> = all.windows(2).map(|two| two[1].when.start.instant - two[0].when.start.instant).collect();
        assert_eq!(gaps, [7 * 86_400, 7 * 86_400 - 3600]);
        let closes: Vec<_> =
            all.iter().map(|one| french::civil(one.closes.unwrap(), "Europe/Paris").to_string()).collect();
        assert_eq!(closes, ["2027-03-15T09:00:00", "2027-03-22T09:00:00", "2027-03-29T09:00:00"]);
    }

    #[test]
    fn months_keep_the_rank_of_the_day_and_lines_add_days() {
        let found = dates(&[("repeat", "month"), ("times", "3"), ("dates", "2027-06-01\n\n2027-05-20\n")]).unwrap();
        assert_eq!(found[1..], ["2027-04-15 14:00", "2027-05-20 14:00", "2027-06-01 14:00"]);
        assert_eq!(dates(&[]).unwrap().len(), 1);
    }

    #[test]
    fn impossible_dates_are_refused_by_their_field() {
        assert_eq!(dates(&[("dates", "2027-02-30")]), Err(vec![("dates", DATES)]));
        assert_eq!(dates(&[("dates", "1970-01-01")]), Err(vec![("dates", DATES)]));
        assert_eq!(dates(&[("repeat", "year")]), Err(vec![("repeat", CHOICE)]));
        assert_eq!(dates(&[("repeat", "week"), ("times", "9999")]), Err(vec![("times", NUMBER)]));
        assert_eq!(dates(&[("repeat", "week")]), Err(vec![("times", NUMBER)]));
        let at_night = dates(&[("date", "2027-03-27"), ("dates", "2027-03-28")]);
        assert!(at_night.is_ok(), "only hours that exist twice or never are refused");
    }
}
