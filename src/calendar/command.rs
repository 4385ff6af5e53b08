//! What people may ask of the calendar, as values. [`super::form`] makes them from fields, [`super::decide`] answers.

use serde::{Deserialize, Serialize};

use super::{Epoch, Kind, Notice, Place, Reason, Start, Wish};

/// Who acts: written into the audit log, never into a visitor's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without an account: a registrant or an institution.
    Visitor,
    /// Somebody signed in, by id.
    Staff(String),
    /// The program itself: expiry.
    Clock,
}

impl Actor {
    /// As the audit log keeps it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Visitor => "visitor",
            Self::Staff(id) => id,
            Self::Clock => "clock",
        }
    }
}

/// A form for a seat, validated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The session.
    pub session: String,
    /// Came with the form: the same form sent twice gets the same answer.
    pub submission: String,
    /// First and last name.
    pub name: String,
    /// Professional e-mail address.
    pub email: String,
    /// What they do.
    pub function: String,
    /// For whom.
    pub organisation: String,
    /// Where they work.
    pub departement: String,
    /// How many seats, all or none.
    pub seats: u32,
    /// What somebody needs to take part.
    #[serde(default)]
    pub needs: String,
}

/// An institution's form, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendRequest {
    /// Came with the form: the same form sent twice gets the same answer.
    pub submission: String,
    /// Name of the institution.
    pub organisation: String,
    /// Who asks.
    pub name: String,
    /// Their professional e-mail address.
    pub email: String,
    /// What they do.
    pub function: String,
    /// Code of the département.
    pub departement: String,
    /// For whom.
    pub audience: String,
    /// How many people.
    pub headcount: u32,
    /// What is needed.
    pub need: String,
    /// When it would suit, in words.
    pub preferred: String,
    /// When it would suit, as days.
    pub wishes: Vec<Wish>,
}

/// When and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The new start.
    pub start: Start,
    /// The new duration.
    pub minutes: u32,
    /// Minutes a trainer needs to get there.
    pub travel_before: u32,
    /// Minutes a trainer needs to get back.
    pub travel_after: u32,
}

/// What a session was in the calendar it came from: who follows it there goes on following it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// iCalendar UID.
    pub uid: String,
    /// iCalendar SEQUENCE.
    pub sequence: u32,
}

/// The form of a session, validated: for creating one and for editing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Where it came from; `None` for what is made here. An edit leaves it as it was.
    pub origin: Option<Origin>,
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
    /// Code of the département.
    pub departement: String,
    /// Code of the authority, one of the département's.
    pub authority: String,
    /// When.
    pub when: When,
    /// How many seats.
    pub capacity: u32,
    /// The least confirmed seats to go ahead; 0 for no minimum.
    pub least: u32,
    /// When it is decided whether it goes ahead.
    pub decides: Option<Epoch>,
    /// Registration opens then.
    pub opens: Option<Epoch>,
    /// Registration closes then.
    pub closes: Option<Epoch>,
    /// Ids of the trainers.
    pub trainers: Vec<String>,
    /// Documents and links for participants, one a line.
    pub materials: String,
    /// Where participants say how it was.
    pub evaluation: String,
    /// Whether it is visible at once.
    pub publish: bool,
    /// Whether lists and feeds show it.
    pub listed: bool,
}

/// One thing asked of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A seat, or a place on the waiting list.
    Register(Register),
    /// The link of the mail was used: confirms a held seat, accepts an offered one, verifies a waiting one.
    Confirm {
        /// Id of the registration.
        registration: String,
    },
    /// Gives up a registration, by its link or by staff.
    Cancel {
        /// Id of the registration.
        registration: String,
    },
    /// Says who comes on the seats of a group, by its link.
    NameSeats {
        /// Id of the registration.
        registration: String,
        /// One name a seat, or fewer.
        names: Vec<String>,
    },
    /// Lets held or offered seats go whose deadline has passed, and promotes. For one session.
    Expire {
        /// Id of the session.
        session: String,
    },
    /// A new session.
    CreateSession(Box<NewSession>),
    /// Several sessions at once, all or none: the dates of a series. Each is a session of its own.
    CreateSeries(Vec<NewSession>),
    /// Tells people what is due: reminders, the decision, thanks. Once for each moment.
    Notify {
        /// Id of the session.
        session: String,
        /// What is due.
        notice: Notice,
    },
    /// It goes ahead although fewer than the minimum are registered.
    KeepSession {
        /// Id of the session.
        session: String,
    },
    /// Everything of a session's form at once: each difference has its consequence (messages, SEQUENCE, promotion).
    EditSession {
        /// Id of the session.
        session: String,
        /// `version` the form was filled from.
        version: u32,
        /// The form.
        form: Box<NewSession>,
    },
    /// A new date: participants and trainers get an updated invitation. Also ends a postponement.
    MoveSession {
        /// Id of the session.
        session: String,
        /// The new date.
        when: When,
    },
    /// Makes a draft visible.
    PublishSession {
        /// Id of the session.
        session: String,
    },
    /// Not then; a new date will come. Registrations stay, the trainers' time is free.
    PostponeSession {
        /// Id of the session.
        session: String,
    },
    /// It will not take place: everybody registered is told.
    CancelSession {
        /// Id of the session.
        session: String,
    },
    /// It took place.
    FinishSession {
        /// Id of the session.
        session: String,
    },
    /// More or fewer seats; more promotes at once.
    ChangeCapacity {
        /// Id of the session.
        session: String,
        /// The new number of seats.
        capacity: u32,
    },
    /// An institution's request.
    SendRequest(Box<SendRequest>),
    /// The institution gives its request up.
    WithdrawRequest {
        /// Id of the request.
        request: String,
    },
    /// The coordinator makes a session of it: both or neither.
    AcceptRequest {
        /// Id of the request.
        request: String,
        /// The session to make.
        form: Box<NewSession>,
    },
    /// The coordinator proposes a date and trainers, whose time is held until the institution answers.
    ProposeSession {
        /// Id of the request.
        request: String,
        /// The session that would be.
        form: Box<NewSession>,
        /// Answer before then.
        deadline: Epoch,
        /// What to tell the institution.
        answer: String,
    },
    /// The institution accepts what was proposed, by its link.
    AcceptProposal {
        /// Id of the request.
        request: String,
    },
    /// The institution asks for another date, by its link.
    RefuseProposal {
        /// Id of the request.
        request: String,
        /// Why, for the coordinator.
        reply: String,
    },
    /// Nobody answered a proposal in time.
    LapseProposal {
        /// Id of the request.
        request: String,
    },
    /// The coordinator says no.
    DeclineRequest {
        /// Id of the request.
        request: String,
        /// Why, for the figures.
        reason: Reason,
        /// What to tell the institution.
        answer: String,
    },
}

impl Command {
    /// Its name in the audit log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Register(_) => "register",
            Self::Confirm { .. } => "confirm",
            Self::Cancel { .. } => "cancel",
            Self::NameSeats { .. } => "name-seats",
            Self::CreateSeries(_) => "create-series",
            Self::Notify { .. } => "notify",
            Self::KeepSession { .. } => "keep-session",
            Self::ProposeSession { .. } => "propose-session",
            Self::AcceptProposal { .. } => "accept-proposal",
            Self::RefuseProposal { .. } => "refuse-proposal",
            Self::LapseProposal { .. } => "lapse-proposal",
            Self::Expire { .. } => "expire",
            Self::CreateSession(_) => "create-session",
            Self::EditSession { .. } => "edit-session",
            Self::MoveSession { .. } => "move-session",
            Self::PublishSession { .. } => "publish-session",
            Self::PostponeSession { .. } => "postpone-session",
            Self::CancelSession { .. } => "cancel-session",
            Self::FinishSession { .. } => "finish-session",
            Self::ChangeCapacity { .. } => "change-capacity",
            Self::SendRequest(_) => "send-request",
            Self::WithdrawRequest { .. } => "withdraw-request",
            Self::AcceptRequest { .. } => "accept-request",
            Self::DeclineRequest { .. } => "decline-request",
        }
    }

    /// The id of the form it came with: the same form gets the same answer.
    pub fn submission(&self) -> Option<&str> {
        match self {
            Self::Register(form) => Some(&form.submission),
            Self::SendRequest(form) => Some(&form.submission),
            _ => None,
        }
    }
}
