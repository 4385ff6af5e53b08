//! Three projections of a session: what everybody, a confirmed participant, and a trainer may see.
//!
//! Templates get these and never a [`Session`], so an address of a children's home, a video link or a name cannot
//! reach a public page by mistake: the public projection has no field that could carry one.

use jiff::civil::{Date, Weekday};
use serde::Serialize;

use super::{
    Epoch, Registration, RegistrationState, Request, Seats, Session, Wish, departements, french, holidays, school,
};

/// What everybody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Public {
    /// Part of its address.
    pub id: String,
    /// Word of the [`super::Kind`]; translation key `calendar_kind_<word>`.
    pub kind: &'static str,
    /// Discreet title.
    pub title: String,
    /// For whom.
    pub audience: String,
    /// What will be done.
    pub programme: String,
    /// Town, or a description of the institution.
    pub place: String,
    /// Whether it takes place by video alone.
    pub online: bool,
    /// Whether it takes place somewhere and by video.
    pub hybrid: bool,
    /// Code.
    pub departement: String,
    /// Name.
    pub departement_name: String,
    /// Word of the state; translation key `calendar_state_<word>`.
    pub state: &'static str,
    /// `2026-12-03`: the civil day, for grouping.
    pub date: String,
    /// "jeudi 3 décembre 2026".
    pub day_text: String,
    /// "14 h 00".
    pub time_text: String,
    /// "16 h 30".
    pub end_text: String,
    /// "heure de La Réunion" when the zone is not Paris, otherwise empty.
    pub zone_text: String,
    /// Start it was announced for before its date changed, with offset; empty otherwise.
    pub previous: String,
    /// The same in words.
    pub previous_text: String,
    /// Start with offset, for `<time datetime>`.
    pub start: String,
    /// End with offset.
    pub end: String,
    /// "2 h 30".
    pub duration_text: String,
    /// Duration in minutes.
    pub minutes: u32,
    /// Seats in all.
    pub capacity: u32,
    /// Seats a newcomer can have.
    pub seats_left: u32,
    /// Whether a newcomer would wait.
    pub full: bool,
    /// Whether registration is open now.
    pub open: bool,
    /// Whether it has started.
    pub past: bool,
    /// With fewer confirmed seats it does not go ahead by itself; 0 for no minimum.
    pub least: u32,
    /// Whether it goes ahead: word of [`super::Outlook`]; translation key `calendar_outlook_<word>`.
    pub outlook: &'static str,
    /// When that is decided, in words; empty when there is nothing to decide.
    pub decides_text: String,
    /// When registration opens, in words; empty once it did.
    pub opens_text: String,
}

/// What a confirmed participant may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    /// The public part.
    #[serde(flatten)]
    pub public: Public,
    /// Exact address, empty when there is none.
    pub address: String,
    /// Video link, empty when there is none.
    pub link: String,
    /// Documents and links, one a line.
    pub materials: Vec<String>,
    /// Where to say how it was, once it took place; empty otherwise.
    pub evaluation: String,
}

/// What a trainer of the session and coordinators may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trainer {
    /// The participant's part.
    #[serde(flatten)]
    pub participant: Participant,
    /// Ids of its trainers.
    pub trainers: Vec<String>,
    /// Minutes to get there.
    pub travel_before: u32,
    /// Minutes to get back.
    pub travel_after: u32,
    /// `2026-12-03T14:00`, for forms.
    pub civil: String,
    /// IANA zone, for forms.
    pub zone: String,
    /// Seats held, offered or confirmed.
    pub taken: u32,
    /// People waiting.
    pub waiting: u32,
    /// For edits: the version they start from.
    pub version: u32,
    /// Whether lists and feeds show it.
    pub listed: bool,
    /// The same for every date of a series.
    pub series: String,
    /// Name of the authority that protects children there, when it is not the département.
    pub authority_name: &'static str,
    /// Confirmed seats: what counts for the minimum.
    pub confirmed: u32,
    /// When a trainer leaves and is back, in words: "12 h 30 – 18 h 00".
    pub away_text: String,
    /// Who is registered, in order of arrival.
    pub registrations: Vec<Registered>,
}

/// A line of the list of participants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// Id of the registration.
    pub id: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What they do.
    pub function: String,
    /// For whom.
    pub organisation: String,
    /// Code of the département.
    pub departement: String,
    /// How many seats.
    pub seats: u32,
    /// Who comes on them, as far as it is known.
    pub names: Vec<String>,
    /// What somebody needs to take part.
    pub needs: String,
    /// Word of the state; translation key `calendar_registration_<word>`.
    pub state: &'static str,
    /// "jeudi 3 décembre 2026 à 14 h 05": when it was made.
    pub created_text: String,
}

/// A request as the institution and coordinators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The request.
    #[serde(flatten)]
    pub request: Request,
    /// Name of the département.
    pub departement_name: String,
    /// When it was sent.
    pub created_text: String,
    /// Until when a proposal waits, in words; empty when there is none.
    pub deadline_text: String,
    /// The days that would suit, with what falls on them.
    pub days: Vec<Wished>,
}

/// A day that would suit an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wished {
    /// `2027-03-04`.
    pub date: String,
    /// "jeudi 4 mars 2027".
    pub day_text: String,
    /// Word of [`super::Half`]; translation key `calendar_half_<word>`.
    pub half: &'static str,
    /// Translation keys of what falls on it: a public holiday, school holidays, a weekend.
    pub notes: Vec<String>,
}

/// The public projection.
pub fn public(session: &Session, seats: Seats, now: Epoch) -> Public {
    let start = french::civil(session.start.instant, &session.start.zone);
    let end = french::civil(session.end(), &session.start.zone);
    Public {
        id: session.id.clone(),
        kind: session.kind.as_str(),
        title: session.title.clone(),
        audience: session.audience.clone(),
        programme: session.programme.clone(),
        place: session.place.public.clone(),
        online: !session.place.link.is_empty() && session.place.exact.is_empty(),
        hybrid: !session.place.link.is_empty() && !session.place.exact.is_empty(),
        departement: session.departement.clone(),
        departement_name: departements::name(&session.departement).unwrap_or_default().to_owned(),
        state: session.state.as_str(),
        date: start.date().to_string(),
        day_text: french::day(start.date()),
        time_text: french::time(start.time()),
        end_text: french::time(end.time()),
        zone_text: french::zone(&session.start.zone).to_owned(),
        previous: session.previous.map(|at| french::rfc3339(at, &session.start.zone)).unwrap_or_default(),
        previous_text: session.previous.map(|at| french::moment(at, &session.start.zone)).unwrap_or_default(),
        start: french::rfc3339(session.start.instant, &session.start.zone),
        end: french::rfc3339(session.end(), &session.start.zone),
        duration_text: french::duration(session.minutes),
        minutes: session.minutes,
        capacity: session.capacity,
        seats_left: seats.left(),
        full: seats.is_full(),
        open: session.is_open(now),
        past: session.start.instant <= now,
        least: session.least,
        outlook: session.outlook.as_str(),
        decides_text: session.decides.map(|at| french::moment(at, &session.start.zone)).unwrap_or_default(),
        opens_text: session
            .opens
            .filter(|at| *at > now)
            .map(|at| french::moment(at, &session.start.zone))
            .unwrap_or_default(),
    }
}

/// The participant's projection: for a confirmed registration only.
pub fn participant(session: &Session, seats: Seats, now: Epoch) -> Participant {
    Participant {
        public: public(session, seats, now),
        address: session.place.exact.clone(),
        link: session.place.link.clone(),
        materials: session.materials.lines().map(str::to_owned).collect(),
        evaluation: if session.end() <= now { session.evaluation.clone() } else { String::new() },
    }
}

/// The trainer's projection, with who is registered.
pub fn trainer(session: &Session, seats: Seats, registrations: &[Registration], now: Epoch) -> Trainer {
    let (leaves, back) = session.busy();
    let wall = |at| french::time(french::civil(at, &session.start.zone).time());
    let confirmed = registrations.iter().filter(|one| one.state == RegistrationState::Confirmed);
    Trainer {
        participant: participant(session, seats, now),
        trainers: session.trainers.clone(),
        travel_before: session.travel_before,
        travel_after: session.travel_after,
        civil: session.start.civil.strftime("%Y-%m-%dT%H:%M").to_string(),
        zone: session.start.zone.clone(),
        taken: seats.taken,
        waiting: seats.waiting,
        version: session.version,
        listed: session.listed,
        series: session.series.clone(),
        authority_name: departements::authorities(&session.departement)
            .iter()
            .find(|(code, _)| *code == session.authority)
            .map_or("", |(_, name)| name),
        confirmed: confirmed.map(|one| one.seats).sum(),
        away_text: format!("{} – {}", wall(leaves), wall(back)),
        registrations: registrations.iter().map(|one| registered(one, &session.start.zone)).collect(),
    }
}

/// A registration as its own page and the staff list show it.
pub fn registered(registration: &Registration, zone: &str) -> Registered {
    Registered {
        id: registration.id.clone(),
        name: registration.name.clone(),
        email: registration.email.clone(),
        function: registration.function.clone(),
        organisation: registration.organisation.clone(),
        departement: registration.departement.clone(),
        seats: registration.seats,
        names: registration.names.clone(),
        needs: registration.needs.clone(),
        state: registration.state.as_str(),
        created_text: french::moment(registration.created, zone),
    }
}

/// A request with its texts.
pub fn asked(request: &Request) -> Asked {
    Asked {
        request: request.clone(),
        departement_name: departements::name(&request.departement).unwrap_or_default().to_owned(),
        created_text: french::moment(request.created, "Europe/Paris"),
        deadline_text: request.deadline.map(|at| french::moment(at, "Europe/Paris")).unwrap_or_default(),
        days: request.wishes.iter().map(|wish| wished(&request.departement, *wish)).collect(),
    }
}

/// A wished day with its notes.
pub fn wished(departement: &str, wish: Wish) -> Wished {
    Wished {
        date: wish.date.to_string(),
        day_text: french::day(wish.date),
        half: wish.half.as_str(),
        notes: notes(departement, wish.date),
    }
}

/// Translation keys of what falls on a day in a département: a public holiday, school holidays, a weekend.
pub fn notes(departement: &str, day: Date) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(holiday) = holidays::on(departement, day) {
        notes.push(format!("calendar_holiday_{}", holiday.as_str()));
    }
    if let school::Day::Holiday(span) = school::on(departement, day) {
        notes.push(format!("calendar_school_{}", span.holiday.as_str()));
    }
    if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        notes.push("calendar_note_weekend".to_owned());
    }
    notes
}
