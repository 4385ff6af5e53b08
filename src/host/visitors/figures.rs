//! The figures everybody may read: years, totals, départements; small numbers of people are hidden.
//!
//! Entry points: [`page`] and, for the JSON interface, [`Shown::of_year`].

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use crate::calendar::figures::{Figures, suppress};
use crate::host::desk::{Desk, Reach, now};
use crate::host::period::{Period, today};
use crate::host::posted::Asked;

/// The first year with figures.
const FIRST_YEAR: i16 = 2020;

/// A year's figures without what could tell of somebody.
#[derive(Debug, Serialize)]
pub(in crate::host) struct Shown {
    pub(in crate::host) year: i16,
    meetings: u64,
    interventions: u64,
    /// `None` where it is small.
    people: Option<u64>,
    departements_reached: u64,
    departements: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    key: String,
    name: String,
    count: u64,
    people: Option<u64>,
}

impl Shown {
    /// The figures of a year; this year's go until now. A crowd of visitors costs one count: the store remembers it.
    pub(in crate::host) async fn of_year(desk: &Desk, year: i16) -> anyhow::Result<Self> {
        let period = Period::year(year);
        let figures = desk.store().figures(period.from, period.to, now()).await?;
        Ok(Self::of(year, &figures))
    }

    fn of(year: i16, figures: &Figures) -> Self {
        let on_the_spot: u64 = figures.departements.iter().map(|line| line.people).sum();
        // What webinars add to the total is one more number that a reader can compute.
        let elsewhere = figures.people.saturating_sub(on_the_spot);
        let numbers: Vec<u64> = figures.departements.iter().map(|line| line.people).chain([elsewhere]).collect();
        let parts = suppress(&numbers);
        let lines = figures.departements.iter().zip(&parts).map(|(line, people)| Line {
            key: line.key.clone(),
            name: line.name.clone(),
            count: line.count,
            people: *people,
        });
        Self {
            year,
            meetings: figures.meetings,
            interventions: figures.interventions,
            people: suppress(&[figures.people])[0],
            departements_reached: figures.departements_reached,
            departements: lines.collect(),
        }
    }
}

/// The years that have figures, the latest first.
pub(in crate::host) fn years() -> impl Iterator<Item = i16> {
    (FIRST_YEAR..=today().year()).rev()
}

/// `GET /calendrier/chiffres?annee=2026`
pub(in crate::host) async fn page(desk: Desk, Asked(query): Asked) -> Response<Body> {
    let asked = match query.get("annee") {
        "" => Some(today().year()),
        text => text.parse().ok().filter(|year| years().any(|known| known == *year)),
    };
    let Some(year) = asked else { return desk.message(StatusCode::NOT_FOUND, "no_month") };
    match Shown::of_year(&desk, year).await {
        Ok(shown) => {
            let context = desk
                .context("/calendrier/chiffres/")
                .with("year", &year)
                .with("years", &years().collect::<Vec<_>>())
                .with("departements", &shown.departements)
                .with("figures", &shown);
            desk.page(StatusCode::OK, Reach::Public, "calendrier/chiffres.html", &context)
        }
        Err(error) => desk.failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::figures;

    fn line(key: &str, people: u64) -> figures::Line {
        figures::Line { key: key.to_owned(), name: String::new(), count: 1, people }
    }

    #[test]
    fn a_small_département_is_not_told_by_the_total() {
        let figures = Figures { people: 43, departements: vec![line("29", 3), line("35", 40)], ..Figures::default() };
        let shown = Shown::of(2026, &figures);
        let people: Vec<_> = shown.departements.iter().map(|line| line.people).collect();
        assert_eq!((shown.people, people), (Some(43), vec![None, None]));
    }
}
