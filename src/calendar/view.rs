//! Three projections of a session: what everybody, a confirmed participant, and a trainer may see.
//!
//! Templates get these and never a [`Session`], so an address of a children's home, a video link or a name cannot
//! reach a public page by mistake: the public projection has no field that could carry one.

use serde::Serialize;

use super::{Epoch, Registration, Request, Seats, Session, departements, french};

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
    /// Whether it takes place by video.
    pub online: bool,
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
        departement: session.departement.clone(),
        departement_name: departements::name(&session.departement).unwrap_or_default().to_owned(),
        state: session.state.as_str(),
        date: start.date().to_string(),
        day_text: french::day(start.date()),
        time_text: french::time(start.time()),
        end_text: french::time(end.time()),
        zone_text: french::zone(&session.start.zone).to_owned(),
        start: french::rfc3339(session.start.instant, &session.start.zone),
        end: french::rfc3339(session.end(), &session.start.zone),
        duration_text: french::duration(session.minutes),
        minutes: session.minutes,
        capacity: session.capacity,
        seats_left: seats.left(),
        full: seats.is_full(),
        open: session.is_open(now),
        past: session.start.instant <= now,
    }
}

/// The participant's projection: for a confirmed registration only.
pub fn participant(session: &Session, seats: Seats, now: Epoch) -> Participant {
    Participant {
        public: public(session, seats, now),
        address: session.place.exact.clone(),
        link: session.place.link.clone(),
    }
}

/// The trainer's projection, with who is registered.
pub fn trainer(session: &Session, seats: Seats, registrations: &[Registration], now: Epoch) -> Trainer {
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
    }
}
