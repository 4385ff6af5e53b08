//! A session: what takes place, where, when, for whom, and how many seats it has.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// What sort of meeting it is. The annual figures never mix them.
    pub enum Kind {
        /// An awareness session in an institution.
        Awareness = "awareness",
        /// A training.
        Training = "training",
        /// A meeting by video; it may touch every département.
        Webinar = "webinar",
        /// A working meeting.
        Meeting = "meeting",
    }
}

words! {
    /// Where a session stands in its life. "Full" is not among them: it is computed from the seats.
    pub enum SessionState {
        /// Only staff see it.
        Draft = "draft",
        /// Visible, and open to registration within its window.
        Published = "published",
        /// Visible without a date to rely on; registrations stay.
        Postponed = "postponed",
        /// Visible as cancelled.
        Cancelled = "cancelled",
        /// It took place.
        Done = "done",
    }
}

words! {
    /// Whether a session with a minimum goes ahead.
    pub enum Outlook {
        /// Not decided yet, or nothing to decide.
        Open = "open",
        /// It takes place: enough are registered, or the team says so.
        Kept = "kept",
        /// The date of the decision came and too few were registered: the team must say.
        Short = "short",
    }
}

/// What the calendar tells people by itself when its moment comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// So many days before. The last of a session's reminders is for its trainers too.
    Reminder {
        /// How many.
        days: u16,
        /// Whether no other comes after it.
        last: bool,
    },
    /// The date on which it is decided whether the session goes ahead.
    Decision,
    /// The day after: thank you, documents, evaluation.
    Thanks,
}

/// The word that stands for it in the database.
impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // These two had words before others could be chosen.
            Self::Reminder { days: 7, .. } => f.write_str("week"),
            Self::Reminder { days: 1, .. } => f.write_str("eve"),
            Self::Reminder { days, .. } => write!(f, "days-{days}"),
            Self::Decision => f.write_str("decision"),
            Self::Thanks => f.write_str("thanks"),
        }
    }
}

/// Where a session takes place. Only `public` may be shown to everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What everybody reads: a town, or "Établissement de la protection de l'enfance, Seine-Saint-Denis".
    pub public: String,
    /// The exact address: confirmed participants and trainers only.
    pub exact: String,
    /// The video link: confirmed participants and trainers only.
    pub link: String,
}

/// When a session starts: what the wall clock shows there, in which zone, and the instant this makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// What the clock on the wall shows.
    pub civil: DateTime,
    /// IANA zone of the place: `Europe/Paris`, `Indian/Reunion`…
    pub zone: String,
    /// The same as an instant.
    pub instant: Epoch,
}

impl Start {
    /// The start at `civil` in `zone`. `None` for an unknown zone, or a time that the zone skips (spring) or has
    /// twice (autumn): nobody should be invited to an hour that does not exist.
    pub fn new(civil: DateTime, zone: &str) -> Option<Self> {
        let tz = jiff::tz::TimeZone::get(zone).ok()?;
        let instant = tz.to_ambiguous_zoned(civil).unambiguous().ok()?.timestamp().as_second();
        Some(Self { civil, zone: zone.to_owned(), instant })
    }
}

/// A session with everything staff know of it. Projections for others are in [`super::view`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Never changes, says nothing; part of addresses and of the calendar UID.
    pub id: String,
    /// What sort of meeting.
    pub kind: Kind,
    /// Shown everywhere; discreet.
    pub title: String,
    /// For whom, in words.
    pub audience: String,
    /// What will be done, in words.
    pub programme: String,
    /// Where.
    pub place: Place,
    /// Code of the département: a string, for `2A` and `01` are codes too.
    pub departement: String,
    /// Code of the authority that protects children there, which is not always the département: see
    /// [`super::departements::authorities`].
    #[serde(default)]
    pub authority: String,
    /// When.
    pub start: Start,
    /// How long.
    pub minutes: u32,
    /// How many seats.
    pub capacity: u32,
    /// With fewer confirmed seats it does not go ahead by itself; 0 for no minimum.
    #[serde(default)]
    pub least: u32,
    /// When that is decided.
    #[serde(default)]
    pub decides: Option<Epoch>,
    /// What was decided.
    #[serde(default = "Outlook::open")]
    pub outlook: Outlook,
    /// Registration opens then; at once when `None`.
    pub opens: Option<Epoch>,
    /// Registration closes then; at the start when `None`.
    pub closes: Option<Epoch>,
    /// Where it stands.
    pub state: SessionState,
    /// Whether lists, feeds and searches show it. One that is not listed has its page for who knows the address.
    #[serde(default = "listed")]
    pub listed: bool,
    /// The same for every date of a series; empty for a date of its own.
    #[serde(default)]
    pub series: String,
    /// Documents and links for participants, one a line.
    #[serde(default)]
    pub materials: String,
    /// Where participants say how it was; empty for nowhere.
    #[serde(default)]
    pub evaluation: String,
    /// What identifies it in calendars, when it came from another one; empty for what its id makes.
    #[serde(default)]
    pub uid: String,
    /// When it was announced for before its date changed.
    #[serde(default)]
    pub previous: Option<Epoch>,
    /// iCalendar SEQUENCE: grows with each change of date, duration, place or state.
    pub sequence: u32,
    /// Ids of the trainers, sorted.
    pub trainers: Vec<String>,
    /// Minutes a trainer needs to get there.
    pub travel_before: u32,
    /// Minutes a trainer needs to get back.
    pub travel_after: u32,
    /// When it was created.
    pub created: Epoch,
    /// When anything of it last changed.
    pub changed: Epoch,
    /// Grows with each write; a write that expected another one is refused.
    pub version: u32,
}

impl Outlook {
    fn open() -> Self {
        Self::Open
    }
}

/// What letters written before there was a choice are read as.
fn listed() -> bool {
    true
}

impl Session {
    /// The instant it ends.
    pub fn end(&self) -> Epoch {
        self.start.instant + Epoch::from(self.minutes) * 60
    }

    /// What it takes of a trainer's time: from leaving to being back.
    pub fn busy(&self) -> (Epoch, Epoch) {
        (self.start.instant - Epoch::from(self.travel_before) * 60, self.end() + Epoch::from(self.travel_after) * 60)
    }

    /// Whether its trainers' time is taken by it.
    pub fn holds_trainers(&self) -> bool {
        !matches!(self.state, SessionState::Cancelled | SessionState::Postponed)
    }

    /// Whether everybody may see that it exists.
    pub fn is_public(&self) -> bool {
        self.state != SessionState::Draft
    }

    /// Whether lists and feeds show it.
    pub fn is_listed(&self) -> bool {
        self.is_public() && self.listed
    }

    /// Until when the names of a group can be given: two days before, so that the trainer has them.
    pub fn names_until(&self) -> Epoch {
        self.start.instant - super::NAMES_BEFORE
    }

    /// Whether registrations are taken at `now`.
    pub fn is_open(&self, now: Epoch) -> bool {
        self.state == SessionState::Published
            && self.opens.is_none_or(|opens| opens <= now)
            && now < self.closes.unwrap_or(self.start.instant).min(self.start.instant)
    }
}

/// The seats of a session, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// How many there are.
    pub capacity: u32,
    /// How many are held, offered or confirmed.
    pub taken: u32,
    /// How many people (not seats) wait.
    pub waiting: u32,
}

impl Seats {
    /// Seats a newcomer can have at once: none while somebody waits, since nobody overtakes the waiting list.
    pub fn left(self) -> u32 {
        if self.waiting > 0 { 0 } else { self.capacity.saturating_sub(self.taken) }
    }

    /// Whether a newcomer would be put on the waiting list.
    pub fn is_full(self) -> bool {
        self.left() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_does_not_exist_or_exists_twice_is_refused() {
        let at = |text: &str, zone| Start::new(text.parse().unwrap(), zone).map(|s| s.instant);
        assert_eq!(at("2027-03-28T02:30:00", "Europe/Paris"), None);
        assert_eq!(at("2027-10-31T02:30:00", "Europe/Paris"), None);
        assert_eq!(at("2027-03-28T03:30:00", "Europe/Paris"), Some(1_806_197_400));
        assert_eq!(at("2027-03-28T02:30:00", "Indian/Reunion"), Some(1_806_186_600));
        assert_eq!(at("2027-03-28T10:00:00", "Europe/Nulle"), None);
    }

    #[test]
    fn nobody_overtakes_the_waiting_list() {
        assert_eq!(Seats { capacity: 10, taken: 8, waiting: 0 }.left(), 2);
        assert_eq!(Seats { capacity: 10, taken: 8, waiting: 1 }.left(), 0);
    }
}
