//! Sessions, seats, waiting list and requests: pure rules, and their iCalendar form.
//!
//! Entry points: [`form`] turns fields into a [`Command`], [`decide`] turns a command into changes and messages or a
//! [`Refusal`], [`view`] gives the three projections of a session, [`ics`] writes calendars.
//! Nothing here reads a clock, a file or a database: instants come in as epoch seconds, rows as values.

mod command;
pub mod departements;
pub mod export;
pub mod figures;
pub mod form;
pub mod french;
pub mod holidays;
pub mod ics;
pub mod import;
mod message;
mod refusal;
mod registration;
mod request;
pub mod retention;
mod rules;
pub mod school;
mod session;
pub mod staff;
pub mod sums;
pub mod view;
mod words;

pub use command::{Actor, Command, NewSession, Origin, Register, SendRequest, When};
pub use message::{Letter, LetterKind, Method, Purpose};
pub use refusal::{FieldError, Refusal};
pub use registration::{Registration, RegistrationState};
pub use request::{Half, Reason, Request, RequestState, Wish};
pub use rules::{Change, Decision, Fresh, Shown, State, decide, due};
pub use session::{Kind, Notice, Outlook, Place, Seats, Session, SessionState, Start};
pub use staff::{Role, Staff};

/// Seconds since 1970-01-01T00:00:00Z: how every instant is kept.
pub type Epoch = i64;

/// How long a seat is held while its e-mail address is not confirmed yet.
pub const HOLD_SECONDS: Epoch = 30 * 60;
/// Nearer than this to the start, a freed seat is offered with a deadline instead of given.
pub const OFFER_WITHIN: Epoch = 48 * 3600;
/// The names of a group can be given until this long before the start.
pub const NAMES_BEFORE: Epoch = 48 * 3600;
/// The most dates a series is made of at once.
pub const MOST_DATES: usize = 30;
/// How long links to manage a registration live after the end of its session.
pub const MANAGE_AFTER_END: Epoch = 30 * 86_400;
/// The most seats one registration may take.
pub const MOST_SEATS: u32 = 30;
