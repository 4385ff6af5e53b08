//! What the figures of any period are added up from: a few numbers for each session and each request, kept in memory.
//!
//! Entry points: [`Sums::put_session`] and [`Sums::put_request`] with what a row says now, [`Sums::figures`] to add up. Where
//! the people of a webinar work is asked for once its figures need it ([`Sums::webinars_to_count`], [`Sums::put_seats`]).
//! Who keeps it like the database is in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::figures::{Figures, Held, Line};
use super::{Epoch, Kind, Reason, RequestState, SessionState, departements};

/// What figures count of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSum {
    /// Names it.
    pub id: String,
    /// What sort.
    pub kind: Kind,
    /// Where it stands.
    pub state: SessionState,
    /// When it starts.
    pub start: Epoch,
    /// When it ends.
    pub end: Epoch,
    /// Code of the département.
    pub departement: String,
    /// For whom.
    pub audience: String,
    /// Seats taken.
    pub taken: u64,
    /// People declared, where somebody did.
    pub people: Option<u32>,
}

/// What figures count of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSum {
    /// Names it.
    pub id: String,
    /// When it came.
    pub created: Epoch,
    /// Where it stands.
    pub state: RequestState,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// The session that was proposed or made.
    pub session: Option<String>,
}

/// A session whose words are numbers: a year of them is added up without comparing a text.
#[derive(Debug, Clone)]
struct Counted {
    kind: Kind,
    state: SessionState,
    end: Epoch,
    departement: usize,
    audience: usize,
    taken: u64,
    people: Option<u32>,
    /// Seats by département of the person, once they were counted.
    seats: Option<Vec<(usize, u64)>>,
}

/// The sums of everything there is.
#[derive(Debug, Default)]
pub struct Sums {
    words: Words,
    /// By start, then id.
    sessions: BTreeMap<(Epoch, String), Counted>,
    starts: BTreeMap<String, Epoch>,
    /// By arrival, then id.
    requests: BTreeMap<(Epoch, String), RequestSum>,
    arrivals: BTreeMap<String, Epoch>,
    /// The request that a session was made of.
    origins: BTreeMap<String, String>,
}

/// Words and their numbers.
#[derive(Debug, Default)]
struct Words {
    all: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Words {
    fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        self.all.push(word.to_owned());
        self.numbers.insert(word.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }
}

impl Sums {
    /// What a session's row says now. Where its people work is to be counted again.
    pub fn put_session(&mut self, session: SessionSum) {
        let counted = Counted {
            kind: session.kind,
            state: session.state,
            end: session.end,
            departement: self.words.number(&session.departement),
            audience: self.words.number(&session.audience),
            taken: session.taken,
            people: session.people,
            seats: None,
        };
        if let Some(before) = self.starts.insert(session.id.clone(), session.start) {
            self.sessions.remove(&(before, session.id.clone()));
        }
        self.sessions.insert((session.start, session.id), counted);
    }

    /// What a request's row says now.
    pub fn put_request(&mut self, request: RequestSum) {
        if let Some(before) = self.arrivals.insert(request.id.clone(), request.created)
            && let Some(known) = self.requests.remove(&(before, request.id.clone()))
            && let Some(session) = known.session
        {
            self.origins.remove(&session);
        }
        if let Some(session) = &request.session {
            self.origins.insert(session.clone(), request.id.clone());
        }
        self.requests.insert((request.created, request.id.clone()), request);
    }

    /// The requests that these sessions were made of, as far as was told: a row may have forgotten it since.
    pub fn origins(&self, sessions: &BTreeSet<String>) -> BTreeSet<String> {
        sessions.iter().filter_map(|session| self.origins.get(session)).cloned().collect()
    }

    /// The session that a request was answered with, as far as was told.
    pub fn session_of(&self, request: &str) -> Option<&str> {
        let arrival = self.arrivals.get(request)?;
        self.requests.get(&(*arrival, request.to_owned()))?.session.as_deref()
    }

    /// Webinars that start in `period` and took place, of which nobody counted where their people work.
    pub fn webinars_to_count(&self, period: Range<Epoch>, now: Epoch) -> BTreeSet<String> {
        let open = |one: &Counted| one.kind == Kind::Webinar && one.held(now) == Held::Held && one.seats.is_none();
        self.between(period).filter(|(_, one)| open(one)).map(|(id, _)| id.to_owned()).collect()
    }

    /// Sessions of which it was counted where their people work.
    pub fn counted(&self) -> BTreeSet<String> {
        let counted = self.sessions.iter().filter(|(_, one)| one.seats.is_some());
        counted.map(|((_, id), _)| id.clone()).collect()
    }

    /// Seats that are confirmed in a session, by the département where the people work.
    pub fn put_seats(&mut self, session: &str, seats: &BTreeMap<String, u64>) {
        let seats = seats.iter().map(|(code, seats)| (self.words.number(code), *seats)).collect();
        if let Some(start) = self.starts.get(session)
            && let Some(one) = self.sessions.get_mut(&(*start, session.to_owned()))
        {
            one.seats = Some(seats);
        }
    }

    /// Sessions and requests of which these sums do not say what `others` say, by id.
    pub fn differences(&self, others: &Self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (here, there) in [(self, others), (others, self)] {
            for ((start, id), one) in &here.sessions {
                let same = there.sessions.get(&(*start, id.clone()));
                if same.is_none_or(|same| here.told(one) != there.told(same)) {
                    found.insert(id.clone());
                }
            }
            let strange = here.requests.iter().filter(|(key, request)| there.requests.get(*key) != Some(*request));
            found.extend(strange.map(|((_, id), _)| id.clone()));
        }
        found
    }

    /// A session with its words, to be compared.
    fn told(&self, one: &Counted) -> impl PartialEq {
        let word = |number: usize| self.words.all[number].clone();
        let by_word = |seats: &Vec<(usize, u64)>| -> BTreeMap<String, u64> {
            seats.iter().map(|(code, seats)| (word(*code), *seats)).collect()
        };
        let words = (word(one.departement), word(one.audience), one.seats.as_ref().map(by_word));
        (one.kind, one.state, one.end, one.taken, one.people, words)
    }

    fn between(&self, period: Range<Epoch>) -> impl Iterator<Item = (&str, &Counted)> {
        let keys = (period.start, String::new())..(period.end.max(period.start), String::new());
        self.sessions.range(keys).map(|((_, id), one)| (id.as_str(), one))
    }

    /// The figures of sessions that start in `period`, and of requests that came then.
    pub fn figures(&self, period: Range<Epoch>, now: Epoch) -> Figures {
        let mut tally = Tally::new(self.words.all.len());
        for (_, one) in self.between(period.clone()) {
            tally.add(one, one.held(now));
        }
        let mut figures = tally.figures(&self.words);
        let (mut states, mut refusals) = (BTreeMap::new(), BTreeMap::new());
        let keys = (period.start, String::new())..(period.end.max(period.start), String::new());
        for request in self.requests.range(keys).map(|(_, request)| request) {
            figures.requests += 1;
            *states.entry(request.state.as_str()).or_insert(0) += 1;
            if request.state == RequestState::Declined {
                *refusals.entry(request.reason.map_or("", Reason::as_str)).or_insert(0) += 1;
            }
        }
        let line = |(key, count): (&str, u64)| Line { key: key.to_owned(), count, ..Line::default() };
        figures.request_states = states.into_iter().map(line).collect();
        figures.refusals = refusals.into_iter().map(line).collect();
        figures
    }
}

impl Counted {
    fn held(&self, now: Epoch) -> Held {
        Held::of(self.state, self.end <= now)
    }
}

/// Sessions and people of one word.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: u64,
    people: u64,
}

/// A period while it is added up: what is counted by a word stands at the word's number.
struct Tally {
    figures: Figures,
    kinds: BTreeMap<&'static str, Sum>,
    places: Vec<Sum>,
    audiences: Vec<Sum>,
    seats: Vec<u64>,
}

impl Tally {
    fn new(words: usize) -> Self {
        let none = vec![Sum::default(); words];
        let (places, audiences, seats) = (none.clone(), none, vec![0; words]);
        Self { figures: Figures::default(), kinds: BTreeMap::new(), places, audiences, seats }
    }

    fn add(&mut self, one: &Counted, held: Held) {
        match held {
            Held::Cancelled => self.figures.cancelled += 1,
            Held::Postponed => self.figures.postponed += 1,
            Held::Held if one.kind == Kind::Meeting => self.figures.meetings += 1,
            Held::Held => self.intervention(one),
            Held::ToCome | Held::Draft => {}
        }
    }

    fn intervention(&mut self, one: &Counted) {
        let people = u64::from(one.people.unwrap_or_default());
        self.figures.interventions += 1;
        self.figures.people += people;
        self.figures.seats += one.taken;
        self.figures.undeclared += u64::from(one.people.is_none());
        let add = |sum: &mut Sum| {
            sum.count += 1;
            sum.people += people;
        };
        add(self.kinds.entry(one.kind.as_str()).or_default());
        add(&mut self.audiences[one.audience]);
        if one.kind != Kind::Webinar {
            return add(&mut self.places[one.departement]);
        }
        // A webinar is nowhere: its people's départements are counted instead.
        for (code, seats) in one.seats.iter().flatten() {
            self.seats[*code] += seats;
        }
    }

    fn figures(mut self, words: &Words) -> Figures {
        let line =
            |key: &str, sum: Sum| Line { key: key.to_owned(), count: sum.count, people: sum.people, ..Line::default() };
        let by_word: BTreeMap<&str, Sum> = words
            .all
            .iter()
            .zip(&self.audiences)
            .filter(|(_, sum)| sum.count > 0)
            .map(|(word, sum)| (word.as_str(), *sum))
            .collect();
        self.figures.audiences = by_word.into_iter().map(|(word, sum)| line(word, sum)).collect();
        self.figures.kinds = self.kinds.iter().map(|(word, sum)| line(word, *sum)).collect();
        // In the order people expect of départements.
        for (code, name) in departements::choices() {
            let Some(number) = words.numbers.get(code) else { continue };
            let (place, seats) = (self.places[*number], self.seats[*number]);
            if place.count > 0 {
                let line = Line { name: name.to_owned(), ..line(code, place) };
                self.figures.departements.push(line);
            }
            if seats > 0 {
                let line = Line { key: code.to_owned(), name: name.to_owned(), count: 0, people: seats };
                self.figures.reached_by_video.push(line);
            }
            let of_the_101 = departements::ALL.iter().any(|(known, _)| *known == code);
            self.figures.departements_reached += u64::from(of_the_101 && (place.count > 0 || seats > 0));
        }
        self.figures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: &str, kind: Kind, state: SessionState, departement: &str, people: Option<u32>) -> SessionSum {
        let (departement, audience) = (departement.to_owned(), "Équipes".to_owned());
        SessionSum { id: id.to_owned(), kind, state, start: 100, end: 200, departement, audience, taken: 10, people }
    }

    fn request(id: &str, state: RequestState, reason: Option<Reason>) -> RequestSum {
        RequestSum { id: id.to_owned(), created: 150, state, reason, session: None }
    }

    fn seats(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
        all.iter().map(|(code, seats)| ((*code).to_owned(), *seats)).collect()
    }

    #[test]
    fn meetings_interventions_and_people_are_not_mixed() {
        let mut sums = Sums::default();
        for (number, (kind, state, departement, people)) in [
            (Kind::Meeting, SessionState::Done, "75", Some(60)),
            (Kind::Awareness, SessionState::Done, "2A", Some(25)),
            (Kind::Awareness, SessionState::Published, "2A", None),
            (Kind::Training, SessionState::Done, "2B", Some(12)),
            (Kind::Webinar, SessionState::Published, "75", Some(200)),
            (Kind::Training, SessionState::Cancelled, "2B", None),
            (Kind::Training, SessionState::Postponed, "59", None),
            (Kind::Training, SessionState::Draft, "59", None),
        ]
        .into_iter()
        .enumerate()
        {
            sums.put_session(session(&number.to_string(), kind, state, departement, people));
        }
        sums.put_request(request("a", RequestState::Declined, Some(Reason::TooFar)));
        sums.put_request(request("b", RequestState::Accepted, None));
        assert_eq!(sums.webinars_to_count(0..1000, 199), BTreeSet::new(), "it did not end yet");
        assert_eq!(sums.webinars_to_count(0..1000, 200).into_iter().collect::<Vec<_>>(), ["4"]);
        sums.put_seats("4", &seats(&[("2A", 2), ("974", 7), ("975", 1)]));
        assert_eq!(sums.webinars_to_count(0..1000, 200), BTreeSet::new());
        let figures = sums.figures(0..1000, 200);
        assert_eq!((figures.meetings, figures.interventions, figures.people), (1, 4, 237));
        assert_eq!((figures.undeclared, figures.cancelled, figures.postponed, figures.seats), (1, 1, 1, 40));
        let keys = |lines: &[Line]| lines.iter().map(|line| line.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&figures.departements), ["2A", "2B"], "a webinar is nowhere");
        assert_eq!(keys(&figures.reached_by_video), ["2A", "974", "975"]);
        assert_eq!(
            figures.departements_reached, 3,
            "2A twice, 2B, La Réunion by video; a collectivity is no département"
        );
        assert_eq!((figures.requests, figures.refusals[0].count), (2, 1));
        assert_eq!(sums.figures(0..1000, 199).interventions, 2, "what is not over did not take place");
        assert_eq!(sums.figures(101..1000, 200).interventions, 0, "what starts before is of another period");
        let backwards = Range { start: 1000, end: 0 };
        assert_eq!(sums.figures(backwards, 200), Figures::default());
    }

    #[test]
    fn what_a_row_says_now_takes_the_place_of_what_it_said() {
        let mut sums = Sums::default();
        sums.put_session(session("a", Kind::Webinar, SessionState::Done, "75", None));
        sums.put_seats("a", &seats(&[("29", 3)]));
        let moved =
            SessionSum { start: 5000, end: 6000, ..session("a", Kind::Webinar, SessionState::Done, "75", Some(9)) };
        sums.put_session(moved);
        assert_eq!(sums.figures(0..1000, 9000), Figures::default());
        assert_eq!(sums.figures(5000..5001, 9000).people, 9);
        assert_eq!(sums.webinars_to_count(5000..5001, 9000).len(), 1, "to be counted again");
        let proposed = RequestSum { session: Some("s".into()), ..request("r", RequestState::Proposed, None) };
        sums.put_request(proposed);
        assert_eq!((sums.session_of("r"), sums.origins(&["s".to_owned()].into()).len()), (Some("s"), 1));
        sums.put_request(request("r", RequestState::Received, None));
        assert_eq!((sums.session_of("r"), sums.origins(&["s".to_owned()].into()).len()), (None, 0));
    }

    #[test]
    fn differences_are_told_whatever_order_the_words_came_in() {
        let (mut here, mut there) = (Sums::default(), Sums::default());
        let (a, b) = (
            session("a", Kind::Webinar, SessionState::Done, "75", None),
            session("b", Kind::Webinar, SessionState::Done, "29", None),
        );
        here.put_session(a.clone());
        here.put_session(b.clone());
        there.put_session(b.clone());
        there.put_session(a);
        for sums in [&mut here, &mut there] {
            sums.put_seats("b", &seats(&[("29", 3)]));
        }
        assert_eq!(here.differences(&there), BTreeSet::new());
        there.put_seats("b", &seats(&[("29", 4)]));
        assert_eq!(here.differences(&there).into_iter().collect::<Vec<_>>(), ["b"]);
        there.put_seats("b", &seats(&[("29", 3)]));
        here.put_request(request("r", RequestState::Received, None));
        assert_eq!(there.differences(&here).into_iter().collect::<Vec<_>>(), ["r"]);
    }
}
