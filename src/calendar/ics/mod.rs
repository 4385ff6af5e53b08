//! iCalendar (RFC 5545, 7986) and iTIP (RFC 5546): feeds to subscribe to, one session to save, invitations.
//!
//! Entry points: [`feed`], [`trainer_feed`], [`invitation`]. The same rows always give the same bytes, so an ETag holds:
//! every stamp is the last change of the session, never the clock.

mod write;
mod zone;

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Epoch, Method, Session, SessionState, departements, french};
use write::{Lines, quoted};

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

/// One invitation among those a person gets for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// What it asks of the mail program.
    pub method: Method,
    /// Which one it is: see [`next_sequence`].
    pub sequence: u32,
    /// When what the mail speaks of happened.
    pub stamp: Epoch,
}

/// What of an e-mail address would end it in an address of a link.
const IN_MAILTO: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'&').add(b'#').add(b'"').add(b'`');

/// For whom an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Everybody,
    Trainer,
    Invited,
}

/// A calendar to subscribe to, or one session to save: public facts only. Drafts are left out.
pub fn feed(sessions: &[Session], publisher: &Publisher) -> String {
    let shown: Vec<&Session> = sessions.iter().filter(|session| session.is_public()).collect();
    calendar(&shown, For::Everybody, publisher)
}

/// A trainer's own calendar: their sessions with address and link, drafts included.
pub fn trainer_feed(sessions: &[Session], publisher: &Publisher) -> String {
    calendar(&sessions.iter().collect::<Vec<_>>(), For::Trainer, publisher)
}

/// The calendar object of a mail: puts the session into one person's calendar, updates it or takes it out.
pub fn invitation(session: &Session, attendee: Attendee<'_>, revision: Revision, publisher: &Publisher) -> String {
    let Revision { method, sequence, stamp } = revision;
    let mut lines = Lines::default();
    head(&mut lines);
    lines.raw("METHOD", method.as_str());
    zones(&mut lines, &[session]);
    lines.raw("BEGIN", "VEVENT");
    event_times(&mut lines, session, stamp, publisher);
    lines.raw("SEQUENCE", &sequence.to_string());
    lines.raw("STATUS", if method == Method::Cancel { "CANCELLED" } else { "CONFIRMED" });
    event_facts(&mut lines, session, For::Invited, publisher);
    let organizer = format!("ORGANIZER;CN={}", quoted(&publisher.organizer_name));
    lines.raw(&organizer, &mailto(&publisher.organizer_email));
    let status = if method == Method::Cancel { "" } else { ";PARTSTAT=ACCEPTED" };
    let name = quoted(attendee.name);
    let person = format!("ATTENDEE;CN={name};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{status};RSVP=FALSE");
    lines.raw(&person, &mailto(attendee.email));
    lines.raw("END", "VEVENT");
    lines.raw("END", "VCALENDAR");
    lines.finish()
}

/// SEQUENCE of the next invitation for a person: always higher than `last`, the one they got before for this session, so
/// that somebody who left and comes back is not taken for an older message (RFC 5546, 2.1.4).
pub fn next_sequence(session: &Session, method: Method, last: Option<u32>) -> u32 {
    // Who leaves a session that goes on needs a newer object than the invitation; the session's own did not change.
    let own = matches!(session.state, SessionState::Cancelled | SessionState::Postponed);
    let least = session.sequence + u32::from(method == Method::Cancel && !own);
    last.map_or(least, |last| least.max(last + 1))
}

fn calendar(sessions: &[&Session], audience: For, publisher: &Publisher) -> String {
    let mut lines = Lines::default();
    head(&mut lines);
    lines.text("NAME", &publisher.name);
    lines.text("X-WR-CALNAME", &publisher.name);
    lines.raw("X-WR-TIMEZONE", "Europe/Paris");
    lines.raw("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    // Outlook reads only this one.
    lines.raw("X-PUBLISHED-TTL", "PT1H");
    zones(&mut lines, sessions);
    let mut sorted = sessions.to_vec();
    sorted.sort_by(|a, b| (a.start.instant, &a.id).cmp(&(b.start.instant, &b.id)));
    for session in sorted {
        lines.raw("BEGIN", "VEVENT");
        event_times(&mut lines, session, session.changed, publisher);
        lines.raw("SEQUENCE", &session.sequence.to_string());
        lines.raw("STATUS", status(session));
        event_facts(&mut lines, session, audience, publisher);
        lines.raw("END", "VEVENT");
    }
    lines.raw("END", "VCALENDAR");
    lines.finish()
}

fn head(lines: &mut Lines) {
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("VERSION", "2.0");
    lines.raw("PRODID", "-//repere//calendar//FR");
    lines.raw("CALSCALE", "GREGORIAN");
}

/// One VTIMEZONE for each zone that is used, in their order.
fn zones(lines: &mut Lines, sessions: &[&Session]) {
    let mut used: BTreeMap<&str, (Epoch, Epoch)> = BTreeMap::new();
    for session in sessions {
        let (start, end) = (session.start.instant, session.end());
        let span = used.entry(&session.start.zone).or_insert((start, end));
        *span = (span.0.min(start), span.1.max(end));
    }
    for (zone, (first, last)) in used {
        zone::write(lines, zone, first, last);
    }
}

fn event_times(lines: &mut Lines, session: &Session, stamp: Epoch, publisher: &Publisher) {
    if session.uid.is_empty() {
        lines.text("UID", &format!("{}@{}", session.id, publisher.domain));
    } else {
        lines.text("UID", &session.uid);
    }
    lines.raw("DTSTAMP", &utc(stamp));
    let zone = &session.start.zone;
    let local = |instant| french::civil(instant, zone).strftime("%Y%m%dT%H%M%S").to_string();
    lines.raw(&format!("DTSTART;TZID={zone}"), &local(session.start.instant));
    lines.raw(&format!("DTEND;TZID={zone}"), &local(session.end()));
    lines.raw("CREATED", &utc(session.created));
    lines.raw("LAST-MODIFIED", &utc(session.changed));
}

fn event_facts(lines: &mut Lines, session: &Session, audience: For, publisher: &Publisher) {
    let page = format!("{}/calendrier/{}/", publisher.base_url, session.id);
    let inside = audience != For::Everybody;
    let exact = inside && !session.place.exact.is_empty();
    let mut description = vec![session.audience.as_str(), session.programme.as_str()];
    if inside {
        description.push(&session.place.link);
    }
    description.push(&page);
    description.retain(|part| !part.is_empty());
    lines.text("SUMMARY", &session.title);
    lines.text("LOCATION", if exact { &session.place.exact } else { &session.place.public });
    lines.text("DESCRIPTION", &description.join("\n\n"));
    lines.raw("URL", &page);
    lines.text("CATEGORIES", departements::name(&session.departement).unwrap_or_default());
    lines.raw("CLASS", if inside { "CONFIDENTIAL" } else { "PUBLIC" });
    let off = matches!(session.state, SessionState::Cancelled | SessionState::Postponed);
    lines.raw("TRANSP", if off { "TRANSPARENT" } else { "OPAQUE" });
}

/// A postponed session shows as cancelled: its old date must not stay in anybody's calendar. Its new date takes the
/// same UID with a higher SEQUENCE.
fn status(session: &Session) -> &'static str {
    match session.state {
        SessionState::Draft => "TENTATIVE",
        SessionState::Published | SessionState::Done => "CONFIRMED",
        SessionState::Postponed | SessionState::Cancelled => "CANCELLED",
    }
}

fn utc(instant: Epoch) -> String {
    Timestamp::from_second(instant).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn mailto(email: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(email, IN_MAILTO))
}
