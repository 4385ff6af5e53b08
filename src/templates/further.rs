//! What else is wrong in templates that failed: a rendering gives one fault, and its writer wants them all in one run.
//!
//! Entry points: [`Further::add`] for what a rendering went past by itself, [`Further::look_behind`] and [`search`] for the
//! newer engine, which goes past nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use tera::Tera;

use super::load::Source;
use super::past::{follows, is_captured, leave_out};
use super::suggest::name_undefined;
use super::{Context, printed, report};
use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place};
use crate::work;

/// Faults that are kept at most.
const MOST: usize = 1000;
/// Faults that are looked for behind one: each takes another try.
const TRIES: usize = 20;
/// Faults that are looked behind at most: a first one that names its page is another one on each.
const MOST_BEHIND: usize = 50;

/// Faults found behind the first ones, and the first ones to look behind. Of all files that meet the same fault the first
/// by its name is told, whichever thread was first.
#[derive(Debug, Default)]
pub(super) struct Further {
    found: Mutex<BTreeMap<Key, (Option<String>, Diagnostic)>>,
    behind: Mutex<BTreeMap<(String, Key), Behind>>,
}

/// What makes a fault the same as another one.
type Key = (Option<Place>, String);

/// A rendering that failed.
#[derive(Debug)]
pub(super) struct Behind {
    pub(super) template: String,
    pub(super) context: Context,
    pub(super) first: Diagnostic,
}

impl Further {
    /// Keeps faults of one rendering until they are taken.
    pub(super) fn add(&self, faults: impl IntoIterator<Item = Diagnostic>, context: &Context) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in faults {
            let new = (context.origin().map(str::to_owned), context.told(fault));
            let key = (new.1.place.clone(), new.1.message.clone());
            if found.get(&key).is_none_or(|(origin, _)| new.0 < *origin) {
                found.insert(key, new);
            }
            if found.len() > MOST {
                found.pop_last();
            }
        }
    }

    /// Keeps a rendering of the newer engine that failed, to be looked behind.
    pub(super) fn look_behind(&self, template: &str, context: &Context, first: &Diagnostic) {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (template.to_owned(), (first.place.clone(), first.message.clone()));
        if behind.get(&key).is_none_or(|known| context.origin() < known.context.origin()) {
            let (template, context, first) = (template.to_owned(), context.clone(), first.clone());
            behind.insert(key, Behind { template, context, first });
        }
        if behind.len() > MOST_BEHIND {
            behind.pop_last();
        }
    }

    /// What is to be looked behind.
    pub(super) fn unsearched(&self) -> Vec<Behind> {
        std::mem::take(&mut *self.behind.lock().unwrap_or_else(PoisonError::into_inner)).into_values().collect()
    }

    /// All that were found, by their places.
    pub(super) fn take(&self) -> Vec<Diagnostic> {
        let found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        found.into_values().map(|(_, fault)| fault).collect()
    }
}

/// Looks behind a fault of the newer engine: what it is in is left out of `sources`, and the template tried again.
pub(super) fn search(tera: &Tera, failed: &Behind, loaded: &Loaded, mut sources: Vec<Source>) -> Vec<Diagnostic> {
    let (mut engine, context) = (tera.clone(), failed.context.newer());
    let (mut found, mut missing) = (Vec::new(), BTreeSet::new());
    let (mut fault, mut is_first) = (failed.first.clone(), true);
    for _ in 0..TRIES {
        let places = places(&fault, &sources);
        let follows = |(at, place): &(usize, _)| follows(&sources[*at].text, *place, &missing);
        let is_own = !places.iter().any(follows);
        if !is_first && is_own {
            found.push(as_written(fault, loaded));
        }
        // What becomes a value must not miss a part; else the innermost is left out.
        let captured = places.iter().rev().find(|(at, place)| is_captured(&sources[*at].text, *place)).copied();
        let left = captured.into_iter().chain(places.iter().copied()).find_map(|(at, place)| {
            let source = &mut sources[at];
            let is_out = leave_out(&mut source.text, place, &mut missing).is_out;
            (is_out && engine.add_raw_template(&source.name, &source.text).is_ok()).then_some(())
        });
        if left.is_none() {
            break;
        }
        let about = || (report::template_file(&failed.template, loaded).into(), "rendering it".to_owned());
        let again = work::job(about, || printed::template(&engine, &failed.template, &context));
        let Err(error) = again else { break };
        (fault, is_first) = (report::one(&error, loaded), false);
        name_undefined(&mut fault, failed.context.values());
    }
    found
}

/// A fault with the line as its file has it.
fn as_written(mut fault: Diagnostic, loaded: &Loaded) -> Diagnostic {
    if let Some(place) = &mut fault.place
        && let Ok(written) = std::fs::read_to_string(loaded.root.join(&place.file))
    {
        place.source = written.lines().nth(place.line.saturating_sub(1)).unwrap_or_default().to_owned();
    }
    fault
}

/// Where a template failed, then where that one was called, and so on outwards: which of the sources, line and column.
fn places(fault: &Diagnostic, sources: &[Source]) -> Vec<(usize, (usize, usize))> {
    let called = |help: &String| {
        let mut parts = help.strip_prefix("called from ")?.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((parts.next()?.to_owned(), (line, column)))
    };
    let own = fault.place.as_ref().map(|place| (crate::diagnostic::slashed(&place.file), (place.line, place.column)));
    let all = own.into_iter().chain(fault.help.iter().filter_map(called));
    all.filter_map(|(file, place)| Some((sources.iter().position(|source| source.shown == file)?, place))).collect()
}
