//! The rules: when bytes that were sent are a download. Pure but for the keys, which are drawn from the system.
//!
//! Entry point: [`Ledger::note`]. Guideline 2.2 of the IAB Tech Lab, as far as public texts state it: a minute of sound
//! (or the whole of a shorter file), tags not included, put together from any number of requests; once in 24 hours for
//! the same address, application and episode. Two days are remembered, under two keys, so that the 24 hours roll on
//! over midnight; a key and what it hides are dropped together.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::calendar::Epoch;
use crate::output::Sound;

/// Seconds of sound that make a download.
const MINUTE: u64 = 60;
/// The same address, application and episode count again after this many seconds.
const AGAIN: Epoch = 24 * 3600;
/// More listeners than this in a day are not told apart, and not counted: memory has an end.
const MOST: usize = 200_000;
/// Pieces of a file that are remembered apart; more of them are an attack, not a player.
const PIECES: usize = 64;

/// Bytes of a sound, sent to somebody.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    pub(super) visitor: &'a str,
    pub(super) agent: &'a str,
    pub(super) sound: &'a Sound,
    /// Which bytes of the file.
    pub(super) range: Range<u64>,
}

/// Who heard what in the last two days, unreadable without keys that are in memory alone.
#[derive(Default)]
pub(super) struct Ledger {
    /// The newest day first.
    days: Vec<Day>,
}

struct Day {
    name: String,
    key: [u8; 32],
    heard: HashMap<[u8; 32], Heard>,
}

#[derive(Default)]
struct Heard {
    since: Epoch,
    counted: Option<Epoch>,
    /// Bytes of each format, in order, without overlap.
    pieces: BTreeMap<String, Vec<Range<u64>>>,
}

/// Neither keys nor what they hide may reach a log.
impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

impl Ledger {
    /// Adds what was sent at `now`, on the day `day`; true when that makes a download.
    pub(super) fn note(&mut self, hit: &Hit<'_>, day: &str, now: Epoch) -> bool {
        if !self.turn(day) {
            return false;
        }
        let Some(heard) = self.heard(hit, now) else { return false };
        if heard.counted.is_some() {
            return false;
        }
        let pieces = heard.pieces.entry(hit.sound.format.clone()).or_default();
        add(pieces, hit.range.clone());
        let enough = sound_bytes(pieces, hit.sound) >= minute_bytes(hit.sound);
        if enough {
            heard.counted = Some(now);
            heard.pieces = BTreeMap::new();
        }
        enough
    }

    /// Begins a day with a key of its own; the day before the last one is forgotten with its key. False when the system
    /// gives no random key: then nothing is remembered, and nothing counted.
    fn turn(&mut self, day: &str) -> bool {
        if self.days.first().is_some_and(|newest| newest.name == day) {
            return true;
        }
        let mut key = [0; 32];
        if getrandom::fill(&mut key).is_err() {
            return false;
        }
        self.days.insert(0, Day { name: day.to_owned(), key, heard: HashMap::new() });
        self.days.truncate(2);
        true
    }

    /// What is known of this listener and episode within 24 hours.
    fn heard(&mut self, hit: &Hit<'_>, now: Epoch) -> Option<&mut Heard> {
        let recent = |heard: &Heard| now - heard.counted.unwrap_or(heard.since) < AGAIN;
        let before = self.days.get(1).map(|day| name(&day.key, hit));
        let yesterday = before.filter(|name| self.days[1].heard.get(name).is_some_and(recent));
        if let Some(name) = yesterday {
            return self.days[1].heard.get_mut(&name);
        }
        let today = self.days.first_mut()?;
        let name = name(&today.key, hit);
        if today.heard.len() >= MOST && !today.heard.contains_key(&name) {
            return None;
        }
        Some(today.heard.entry(name).or_insert_with(|| Heard { since: now, ..Heard::default() }))
    }
}

/// The listener and episode, unreadable without the key of the day.
fn name(key: &[u8; 32], hit: &Hit<'_>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in [hit.visitor, hit.agent, &hit.sound.episode] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Adds a range; what touches is joined.
fn add(pieces: &mut Vec<Range<u64>>, range: Range<u64>) {
    if range.is_empty() || pieces.len() >= PIECES {
        return;
    }
    pieces.push(range);
    pieces.sort_by_key(|piece| piece.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(pieces.len());
    for piece in pieces.drain(..) {
        match joined.last_mut().filter(|last| piece.start <= last.end) {
            Some(last) => last.end = last.end.max(piece.end),
            None => joined.push(piece),
        }
    }
    *pieces = joined;
}

/// Bytes of sound among the pieces: tags in front are not sound.
fn sound_bytes(pieces: &[Range<u64>], sound: &Sound) -> u64 {
    pieces.iter().map(|piece| piece.end.saturating_sub(piece.start.max(sound.tag))).sum()
}

/// Bytes that a minute of this sound takes; all of them when it is shorter.
fn minute_bytes(sound: &Sound) -> u64 {
    let all = sound.bytes.saturating_sub(sound.tag);
    if sound.seconds <= MINUTE { all } else { all * MINUTE / sound.seconds }
}
