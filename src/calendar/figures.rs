//! The figures of a period: meetings, interventions, people reached, départements, audiences, requests.
//!
//! Entry points: [`Figures`], which [`super::sums`] adds up; [`Filter`] names the rows behind a figure, so that each figure
//! leads to exactly what it counts; [`suppress`] hides small numbers in what is public. Meetings and interventions are
//! never mixed, nor are people declared by trainers and seats registered.

use serde::Serialize;

use super::words::words;
use super::{Epoch, Kind, SessionState};

/// A number of people below this is not published: somebody might recognise them.
pub const SMALLEST: u64 = 5;

words! {
    /// What became of a session, as figures count it.
    pub enum Held {
        /// It took place: it is done, or it was published and its end is past.
        Held = "held",
        /// It is still to come.
        ToCome = "to_come",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// It was postponed and has no new date.
        Postponed = "postponed",
        /// It was never published.
        Draft = "draft",
    }
}

impl Held {
    /// What became of a session of this state, by whether its end is past.
    pub fn of(state: SessionState, over: bool) -> Self {
        match state {
            SessionState::Done => Self::Held,
            SessionState::Published if over => Self::Held,
            SessionState::Published => Self::ToCome,
            SessionState::Cancelled => Self::Cancelled,
            SessionState::Postponed => Self::Postponed,
            SessionState::Draft => Self::Draft,
        }
    }
}

/// Which rows a figure counts. Empty texts and `None` do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Sessions that start, or requests that came, from here on.
    pub from: Epoch,
    /// And before.
    pub to: Epoch,
    /// This sort alone.
    pub kind: Option<Kind>,
    /// Every sort but working meetings.
    pub interventions: bool,
    /// What became of the sessions.
    pub held: Option<Held>,
    /// Code of the département.
    pub departement: String,
    /// For whom.
    pub audience: String,
    /// Only those nobody declared (`Some(false)`) or somebody did (`Some(true)`).
    pub declared: Option<bool>,
    /// Word of a request's state.
    pub state: String,
    /// Word of why a request was refused.
    pub reason: String,
}

/// A line of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is about: a code, a word.
    pub key: String,
    /// Its name, where the key is a code.
    pub name: String,
    /// How many sessions or requests.
    pub count: u64,
    /// How many people.
    pub people: u64,
}

/// The figures of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Working meetings that took place.
    pub meetings: u64,
    /// Everything else that took place.
    pub interventions: u64,
    /// People reached by interventions, as trainers declared them.
    pub people: u64,
    /// Interventions that took place and nobody declared yet.
    pub undeclared: u64,
    /// Seats taken in interventions that took place.
    pub seats: u64,
    /// Interventions by sort.
    pub kinds: Vec<Line>,
    /// Interventions by département of their place.
    pub departements: Vec<Line>,
    /// Interventions by audience.
    pub audiences: Vec<Line>,
    /// Départements of the people registered for webinars that took place; `people` are seats.
    pub reached_by_video: Vec<Line>,
    /// Départements with an intervention on the spot or somebody at a webinar, of the 101.
    pub departements_reached: u64,
    /// Sessions cancelled, of any sort.
    pub cancelled: u64,
    /// Sessions postponed without a new date, of any sort.
    pub postponed: u64,
    /// Requests received.
    pub requests: u64,
    /// Requests by state.
    pub request_states: Vec<Line>,
    /// Why requests were refused.
    pub refusals: Vec<Line>,
}

/// Numbers of people for a public table whose total is public too: `None` where a number is small, and for one more line
/// where a single hidden number could be computed from the total. Zero tells nothing of anybody and stays.
pub fn suppress(people: &[u64]) -> Vec<Option<u64>> {
    let small = |n: u64| (1..SMALLEST).contains(&n);
    let mut shown: Vec<Option<u64>> = people.iter().map(|n| (!small(*n)).then_some(*n)).collect();
    let hidden: u64 = people.iter().filter(|n| small(**n)).sum();
    let count = shown.iter().filter(|n| n.is_none()).count();
    // Two ones hidden behind a difference of two would be told by it: what is hidden together must not be small either.
    if count > 0 && (count == 1 || hidden < SMALLEST) {
        let next = (0..people.len()).filter(|at| shown[*at].is_some_and(|n| n > 0)).min_by_key(|at| (people[*at], *at));
        if let Some(at) = next {
            shown[at] = None;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_single_small_number_takes_another_with_it() {
        assert_eq!(suppress(&[3, 40, 12, 0]), [None, Some(40), None, Some(0)]);
        assert_eq!(suppress(&[3, 4, 40]), [None, None, Some(40)]);
        assert_eq!(suppress(&[1, 1, 40]), [None, None, None], "1 + 1 would be told by the difference");
        assert_eq!(suppress(&[50, 60]), [Some(50), Some(60)]);
    }

    proptest! {
        #[test]
        fn nobody_computes_a_small_number_from_the_total(people in proptest::collection::vec(0_u64..30, 2..12)) {
            let shown = suppress(&people);
            let total: u64 = people.iter().sum();
            let told: u64 = shown.iter().flatten().sum();
            let hidden: Vec<u64> = people.iter().zip(&shown).filter(|(_, s)| s.is_none()).map(|(n, _)| *n).collect();
            prop_assert!(shown.iter().flatten().all(|n| *n == 0 || *n >= SMALLEST));
            let alone = people.iter().filter(|n| **n > 0).count() == hidden.len();
            prop_assert!(hidden.is_empty() || alone || (hidden.len() > 1 && total - told >= SMALLEST));
        }
    }
}
