//! The list of sessions to come, with its filters, and the view of a month.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde::Serialize;

use super::window;
use crate::calendar::{Kind, departements, french, view};
use crate::host::desk::{Desk, Reach, now};
use crate::host::posted::Asked;

/// How far ahead the public sees.
const DAYS_AHEAD: i64 = 3 * 366;
/// How many months before this one have a page.
const MONTHS_BACK: i64 = 12;
/// How many months after this one have a page.
const MONTHS_AHEAD: i64 = 18;

/// A value of a filter with its words.
#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// The sessions of one month.
#[derive(Debug, Serialize)]
struct Month {
    title: String,
    sessions: Vec<view::Public>,
}

/// One day of the month's table.
#[derive(Debug, Serialize)]
struct Day {
    number: i8,
    date: String,
    text: String,
    off: bool,
    today: bool,
    sessions: Vec<view::Public>,
}

/// `GET /calendrier/`
pub(in crate::host) async fn list(desk: Desk, Asked(query): Asked) -> Response<Body> {
    let (from, to) = window(1, DAYS_AHEAD);
    let listed = match desk.store().public_sessions(from, to).await {
        Ok(listed) => listed,
        Err(error) => return desk.failed(error),
    };
    let now = now();
    let all: Vec<view::Public> =
        listed.iter().map(|l| view::public(&l.session, l.seats, now)).filter(|s| !s.past).collect();
    let (departement, audience, month) = (query.get("departement"), query.get("public"), query.get("mois"));
    let wanted = |chosen: &str, value: &str| chosen.is_empty() || chosen == value;
    let shown = all.iter().filter(|s| {
        // A webinar is for every département.
        let here = wanted(departement, &s.departement) || s.kind == Kind::Webinar.as_str();
        here && wanted(audience, &s.audience) && wanted(month, month_of(&s.date))
    });
    let mut months: BTreeMap<String, Month> = BTreeMap::new();
    for session in shown {
        let title = || Month { title: month_title(&session.date), sessions: Vec::new() };
        months.entry(month_of(&session.date).to_owned()).or_insert_with(title).sessions.push(session.clone());
    }
    let context = desk
        .context("/calendrier/")
        .with("months", &months.values().collect::<Vec<_>>())
        .with("count", &months.values().map(|m| m.sessions.len()).sum::<usize>())
        .with("total", &all.len())
        .with("filtered", &[departement, audience, month].iter().any(|f| !f.is_empty()))
        .with("departements", &choices(all.iter().map(|s| &s.departement), departement, departement_label))
        .with("audiences", &choices(all.iter().map(|s| &s.audience), audience, str::to_owned))
        .with("month_choices", &choices(all.iter().map(|s| month_of(&s.date)), month, month_title))
        .with("this_month", month_of(&today().to_string()))
        .with("feed", &format!("{}/calendrier.ics", desk.publisher().base_url))
        .with("feeds", &feeds(&desk, departement, audience));
    desk.page(StatusCode::OK, Reach::Public, "calendrier/liste.html", &context)
}

/// The calendars that follow what was chosen: address to copy.
fn feeds(desk: &Desk, departement: &str, audience: &str) -> Vec<Choice> {
    let base = desk.publisher().base_url;
    let mut feeds = Vec::new();
    if departements::name(departement).is_some() {
        let value = format!("{base}/calendrier/departement/{departement}.ics");
        feeds.push(Choice { value, label: departement_label(departement), chosen: true });
    }
    let slug = slug::slugify(audience);
    if !slug.is_empty() && audience.chars().count() <= 160 {
        let value = format!("{base}/calendrier/public/{slug}.ics");
        feeds.push(Choice { value, label: audience.to_owned(), chosen: true });
    }
    feeds
}

/// `GET /calendrier/mois/2026-12`
pub(in crate::host) async fn month(desk: Desk, Path(month): Path<String>) -> Response<Body> {
    let first: Option<Date> = format!("{month}-01").parse().ok().filter(|_| month.len() == 7);
    let today = today();
    let Some(first) = first.filter(|first| has_page(*first, today)) else {
        return desk.message(StatusCode::NOT_FOUND, "no_month");
    };
    let monday = first.saturating_sub(i64::from(first.weekday().to_monday_zero_offset()).days());
    let (from, to) = (midnight(monday), midnight(monday.saturating_add(42.days())));
    let listed = match desk.store().public_sessions(from - 86_400, to + 86_400).await {
        Ok(listed) => listed,
        Err(error) => return desk.failed(error),
    };
    let now = now();
    let sessions: Vec<_> = listed.iter().map(|l| view::public(&l.session, l.seats, now)).collect();
    let weeks: Vec<Vec<Day>> = (0..6)
        .map(|week| {
            (0..7).map(|day| table_day(monday.saturating_add((week * 7 + day).days()), first, &sessions)).collect()
        })
        .filter(|week: &Vec<Day>| week.iter().any(|day| !day.off))
        .collect();
    let beside = |months: i64| Some(first.saturating_add(months.months())).filter(|first| has_page(*first, today));
    let address = |month: Option<Date>| month.map(|m| month_of(&m.to_string()).to_owned()).unwrap_or_default();
    let (before, after) = (beside(-1), beside(1));
    let context = desk
        .context("/calendrier/mois/")
        .with("month_title", &french::month(first))
        .with("weeks", &weeks)
        .with("count", &weeks.iter().flatten().filter(|d| !d.off).map(|d| d.sessions.len()).sum::<usize>())
        .with("before", &address(before))
        .with("after", &address(after))
        .with("before_title", &before.map(french::month).unwrap_or_default())
        .with("after_title", &after.map(french::month).unwrap_or_default())
        .with("past", &(first <= today.first_of_month()));
    desk.page(StatusCode::OK, Reach::Public, "calendrier/mois.html", &context)
}

/// Whether a month, by its first day, is near enough to have a page: a machine that follows links meets an end.
fn has_page(first: Date, today: Date) -> bool {
    let this = today.first_of_month();
    (this.saturating_sub(MONTHS_BACK.months())..=this.saturating_add(MONTHS_AHEAD.months())).contains(&first)
}

fn table_day(date: Date, first: Date, sessions: &[view::Public]) -> Day {
    let text = date.to_string();
    Day {
        number: date.day(),
        off: date.month() != first.month(),
        today: date == today(),
        text: french::day(date),
        sessions: sessions.iter().filter(|s| s.date == text).cloned().collect(),
        date: text,
    }
}

fn choices<'a, T>(values: impl Iterator<Item = &'a T>, chosen: &str, label: impl Fn(&str) -> String) -> Vec<Choice>
where
    T: AsRef<str> + ?Sized + 'a,
{
    let distinct: BTreeSet<&str> = values.map(AsRef::as_ref).collect();
    let choice = |v: &str| Choice { value: v.to_owned(), label: label(v), chosen: v == chosen };
    distinct.into_iter().map(choice).collect()
}

fn departement_label(code: &str) -> String {
    departements::name(code).map_or_else(|| code.to_owned(), |name| format!("{code} – {name}"))
}

/// `2026-12` of `2026-12-03`.
fn month_of(date: &str) -> &str {
    date.get(..7).unwrap_or(date)
}

/// "décembre 2026" of `2026-12-03` or `2026-12`.
fn month_title(date: &str) -> String {
    let first = format!("{}-01", month_of(date)).parse::<Date>();
    first.map_or_else(|_| date.to_owned(), french::month)
}

/// The day it is in Paris: what visitors call today.
fn today() -> Date {
    Zoned::now().with_time_zone(paris()).date()
}

fn midnight(date: Date) -> i64 {
    date.to_zoned(paris()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp()).as_second()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_both_sides() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let today = date("2026-11-30");
        let shown: Vec<_> = ["2025-10-01", "2025-11-01", "2026-11-01", "2028-05-01", "2028-06-01", "2199-12-01"]
            .map(|first| has_page(date(first), today))
            .to_vec();
        assert_eq!(shown, [false, true, true, true, false, false]);
    }
}
