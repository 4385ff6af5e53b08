//! How often episodes are downloaded, without knowing by whom.
//!
//! Entry points: [`Counts::watch`] around the answer for a sound file, [`Counts::take`] for what is to be stored. The
//! rules of counting are in `ledger`, the names of applications in `agents`, what may be shown in `shown`. An address is
//! read, mixed with a key that is drawn each day and never leaves memory, and forgotten.

mod agents;
mod body;
mod ledger;
pub(super) mod shown;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::header::{CONTENT_RANGE, USER_AGENT};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::Epoch;
use crate::output::Sound;
use crate::store::Download;
use agents::Agents;
use ledger::{Hit, Ledger};

/// Requests for so few bytes ask what the server can do, not for sound.
const PROBE: u64 = 2;
/// The days of the figures are those of the readers.
const ZONE: &str = "Europe/Paris";

/// What is being counted. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Counts(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    agents: Agents,
    ledger: Mutex<Ledger>,
    waiting: Mutex<BTreeMap<Cell, u64>>,
}

/// Day, episode, application, format.
type Cell = (String, String, &'static str, String);

/// Somebody who asks for a sound, as far as counting needs to know; never stored.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    /// The address (or the /64 of an IPv6 one), as `limits` tells it.
    pub(super) visitor: &'a str,
    /// Headers of the request.
    pub(super) headers: &'a HeaderMap,
    /// Method of the request.
    pub(super) method: &'a Method,
}

impl Counts {
    /// Lets the answer for `sound` tell how many of its bytes were sent, when it may count.
    pub(super) fn watch(&self, sound: &Sound, asking: &Asking<'_>, response: Response<Body>) -> Response<Body> {
        let agent = asking.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let Some(app) = self.0.agents.family(agent) else { return response };
        let Some(range) = sent_range(asking.method, &response, sound.bytes) else { return response };
        let (counts, sound) = (self.clone(), sound.clone());
        let (visitor, agent) = (asking.visitor.to_owned(), agent.to_owned());
        let told = move |bytes: u64| {
            let range = range.start..range.end.min(range.start + bytes);
            let hit = Hit { visitor: &visitor, agent: &agent, sound: &sound, range };
            counts.note(&hit, app, Timestamp::now().as_second());
        };
        response.map(|inner| Body::new(body::Counted::new(inner, told)))
    }

    /// Adds what was sent at `now` to the ledger, and counts when the rules say so.
    fn note(&self, hit: &Hit<'_>, app: &'static str, now: Epoch) {
        if lock(&self.0.ledger).note(hit, &day(now), now) {
            let cell = (day(now), hit.sound.episode.clone(), app, hit.sound.format.clone());
            *lock(&self.0.waiting).entry(cell).or_default() += 1;
        }
    }

    /// What was counted since the last call, to be added to what is stored.
    pub fn take(&self) -> Vec<Download> {
        let waiting = std::mem::take(&mut *lock(&self.0.waiting));
        let row = |((day, episode, app, format), number): (Cell, u64)| Download {
            day,
            episode,
            app: app.to_owned(),
            format,
            number,
        };
        waiting.into_iter().map(row).collect()
    }

    /// Keeps what could not be stored for the next time.
    pub fn give_back(&self, rows: Vec<Download>) {
        let mut waiting = lock(&self.0.waiting);
        for row in rows {
            let Some(app) = self.0.agents.named(&row.app) else { continue };
            *waiting.entry((row.day, row.episode, app, row.format)).or_default() += row.number;
        }
    }
}

/// Which bytes of the file an answer holds: `None` for what never counts (HEAD, 304, several ranges, two bytes).
fn sent_range(method: &Method, response: &Response<Body>, length: u64) -> Option<Range<u64>> {
    if *method != Method::GET {
        return None;
    }
    let range = match response.status() {
        StatusCode::OK => 0..length,
        StatusCode::PARTIAL_CONTENT => {
            let text = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
            let (first, last) = text.strip_prefix("bytes ")?.split_once('/')?.0.split_once('-')?;
            first.parse().ok()?..last.parse::<u64>().ok()? + 1
        }
        _ => return None,
    };
    (range.end.saturating_sub(range.start) > PROBE).then_some(range)
}

/// `2026-11-21`, in Paris.
fn day(now: Epoch) -> String {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone).date().to_string()
}

/// A poisoned lock holds figures that are still whole: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
