//! The rules: a command and the rows it touches become changes and messages, or a refusal. Pure: the clock and fresh
//! ids come in.
//!
//! Entry point: [`decide`]. Seats are in `seats`, sessions in `sessions`, requests in `requests`, what is told when its moment
//! comes in `notices`; [`due`] says which moments came.
//! What must never happen (overselling, a trainer in two places) is also guarded by the store's schema; the rules say
//! it in words first.

mod letters;
mod notices;
mod requests;
mod seats;
mod sessions;

use super::words::words;
use super::{Command, Epoch, Letter, LetterKind, Notice, Refusal, Registration, Request, Session, Staff};
pub use notices::due;

/// The rows a command touches, read in the transaction that will write them.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The session.
    pub session: Option<Session>,
    /// Seats held, offered or confirmed.
    pub taken: u32,
    /// Registrations of the session: at least the one meant, those that wait, and those a letter must reach.
    pub registrations: Vec<Registration>,
    /// The highest position ever given in the session.
    pub last_position: i64,
    /// The request, or the one the session was made of.
    pub request: Option<Request>,
    /// Whether the notice of the command was already given.
    pub noticed: bool,
    /// Trainers of the session before and after the command.
    pub trainers: Vec<Staff>,
    /// Who coordinates: those who are told of a new request.
    pub coordinators: Vec<Staff>,
}

impl State {
    /// The state as these changes leave it, as far as seats and registrations go: for who asks next about the session.
    pub fn follow(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Seats { by, .. } => {
                    self.taken = u32::try_from(i64::from(self.taken) + by).unwrap_or_default();
                }
                Change::AddRegistration(one) => {
                    self.last_position = self.last_position.max(one.position);
                    self.registrations.push(one.clone());
                }
                Change::UpdateRegistration(one) => {
                    self.last_position = self.last_position.max(one.position);
                    self.registrations.retain(|known| known.id != one.id);
                    self.registrations.push(one.clone());
                }
                _ => {}
            }
        }
    }
}

/// What is not in the state: now, and an id nobody has yet.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// The instant of the command.
    pub now: Epoch,
    /// The id of what the command creates, if it creates something.
    pub id: &'a str,
}

/// One row to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Seats taken (positive) or freed (negative): the store refuses to go over the capacity.
    Seats {
        /// Id of the session.
        session: String,
        /// How many.
        by: i64,
    },
    /// A new session, with its trainers' time.
    AddSession(Session),
    /// All of a session, with its trainers' time; the store holds `version - 1` against what is there.
    UpdateSession(Session),
    /// A new registration.
    AddRegistration(Registration),
    /// All of a registration; the store holds `version - 1` against what is there.
    UpdateRegistration(Registration),
    /// A new request.
    AddRequest(Request),
    /// All of a request; the store holds `version - 1` against what is there.
    UpdateRequest(Request),
    /// A notice was given: never again for this date.
    Noticed {
        /// Id of the session.
        session: String,
        /// Which.
        notice: Notice,
        /// The start it was about.
        about: Epoch,
    },
    /// Letters that wait to be sent and are no longer true: they will not be sent.
    RecallLetters {
        /// Id of the session they speak of.
        session: String,
        /// Only those about this registration.
        registration: Option<String>,
        /// Only these.
        kinds: &'static [LetterKind],
    },
}

words! {
    /// What the person who acted is shown: one page each.
    pub enum Shown {
        /// "A seat is held; we have written to you".
        Held = "held",
        /// "The session is full; you are on the waiting list".
        Waiting = "waiting",
        /// "Your seat is confirmed".
        Confirmed = "confirmed",
        /// "Your registration is cancelled".
        Cancelled = "cancelled",
        /// "We have your request".
        Requested = "requested",
        /// It is done (staff).
        Done = "done",
    }
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Rows to write, in this order, all or none.
    pub changes: Vec<Change>,
    /// Messages, written in the same transaction.
    pub letters: Vec<Letter>,
    /// What to show.
    pub shown: Shown,
    /// Id of what was created or changed.
    pub id: String,
}

/// Decides a command.
pub fn decide(state: &State, command: &Command, fresh: Fresh<'_>) -> Result<Decision, Refusal> {
    match command {
        Command::Register(register) => seats::register(state, register, fresh),
        Command::Confirm { registration } => seats::confirm(state, registration, fresh),
        Command::Cancel { registration } => seats::cancel(state, registration, fresh),
        Command::NameSeats { registration, names } => seats::name(state, registration, names, fresh),
        Command::Expire { .. } => seats::expire(state, fresh),
        Command::CreateSession(form) => Ok(sessions::create(state, sessions::made(form, fresh))),
        Command::CreateSeries(forms) => sessions::create_series(state, forms, fresh),
        Command::Notify { notice, .. } => notices::notify(state, *notice, fresh),
        Command::KeepSession { .. } => notices::keep(state, fresh),
        Command::EditSession { version, form, .. } => sessions::edit(state, *version, form, fresh),
        Command::MoveSession { when, .. } => sessions::reschedule(state, when, fresh),
        Command::PublishSession { .. } => sessions::publish(state, fresh),
        Command::PostponeSession { .. } => sessions::postpone(state, fresh),
        Command::CancelSession { .. } => sessions::cancel(state, fresh),
        Command::FinishSession { .. } => sessions::finish(state, fresh),
        Command::ChangeCapacity { capacity, .. } => seats::change_capacity(state, *capacity, fresh),
        Command::SendRequest(form) => requests::send(state, form, fresh),
        Command::WithdrawRequest { .. } => requests::withdraw(state, fresh),
        Command::AcceptRequest { form, .. } => requests::accept(state, form, fresh),
        Command::ProposeSession { form, deadline, answer, .. } => {
            requests::propose(state, form, *deadline, answer, fresh)
        }
        Command::AcceptProposal { .. } => requests::accept_proposal(state, fresh),
        Command::RefuseProposal { reply, .. } => requests::refuse_proposal(state, reply, fresh),
        Command::LapseProposal { .. } => requests::lapse(state, fresh),
        Command::DeclineRequest { reason, answer, .. } => requests::decline(state, *reason, answer, fresh),
    }
}
