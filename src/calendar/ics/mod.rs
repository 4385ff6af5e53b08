//! iCalendar (RFC 5545, 7986) and iTIP (RFC 5546): feeds to subscribe to, one session to save, invitations.
//!
//! Entry points: [`feed`], [`trainer_feed`], [`invitation`]. The same rows always give the same bytes, so an ETag holds:
//! every stamp is the last change of the session, never the clock.

mod write;
mod zone;

use super::{Method, Session};

/// What the calendars say of the site that publishes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// `https://exemple.fr`, without a slash at the end.
    pub base_url: String,
    /// Domain of the UIDs: must never change, even when the address of the site does.
    pub domain: String,
    /// Name of the calendar.
    pub name: String,
    /// Whom invitations come from.
    pub organizer_name: String,
    /// The mailbox invitations come from.
    pub organizer_email: String,
}

/// Whom an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendee<'a> {
    /// Name.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
}

/// A calendar to subscribe to, or one session to save: public facts only. Drafts are left out.
pub fn feed(sessions: &[Session], publisher: &Publisher) -> String {
    let _ = (sessions, publisher);
    unimplemented!()
}

/// A trainer's own calendar: their sessions with address and link, drafts included.
pub fn trainer_feed(sessions: &[Session], publisher: &Publisher) -> String {
    let _ = (sessions, publisher);
    unimplemented!()
}

/// The calendar object of a mail: puts the session into one person's calendar, updates it or takes it out.
pub fn invitation(session: &Session, attendee: Attendee<'_>, method: Method, publisher: &Publisher) -> String {
    let _ = (session, attendee, method, publisher);
    unimplemented!()
}
