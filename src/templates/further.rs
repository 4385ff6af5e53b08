//! What else is wrong in templates that failed: a rendering gives one fault, and its writer wants them all in one run.
//!
//! Entry points: [`Further::add`] for what a rendering went past by itself, [`search`] for the newer engine, which goes
//! past nothing. Only a `{{ … }}` is left out for the sake of the next fault: nothing else depends on what it prints.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tera::Tera;

use super::hooks::{blank, printing_tag};
use super::{Context, load, report};
use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place};

/// Faults that are kept at most.
const MOST: usize = 1000;
/// Faults that are looked for behind one: each takes another try.
const TRIES: usize = 20;

/// Faults found behind the first ones, and the first ones that were looked behind.
#[derive(Debug, Default)]
pub(super) struct Further {
    found: Mutex<Vec<Diagnostic>>,
    searched: Mutex<BTreeSet<(String, Option<Place>, String)>>,
}

impl Further {
    /// Keeps faults until they are taken.
    pub(super) fn add(&self, faults: impl IntoIterator<Item = Diagnostic>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in faults {
            if found.len() < MOST && !found.iter().any(|known| is_same(known, &fault)) {
                found.push(fault);
            }
        }
    }

    /// All that were found, by their places.
    pub(super) fn take(&self) -> Vec<Diagnostic> {
        let mut found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        found.sort_by(|a, b| (&a.place, &a.message).cmp(&(&b.place, &b.message)));
        found
    }

    /// Whether nobody looked behind this fault yet.
    fn is_new(&self, template: &str, fault: &Diagnostic) -> bool {
        let key = (template.to_owned(), fault.place.clone(), fault.message.clone());
        self.searched.lock().unwrap_or_else(PoisonError::into_inner).insert(key)
    }
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (&a.place, &a.message) == (&b.place, &b.message)
}

/// Looks behind a fault of the newer engine: the `{{ … }}` it is in is left out, and the template tried again.
pub(super) fn search(
    further: &Further,
    tera: &Tera,
    template: &str,
    context: &Context,
    loaded: &Loaded,
    first: &Diagnostic,
) {
    if !further.is_new(template, first) {
        return;
    }
    let (mut sources, _) = load::sources(loaded);
    let (mut engine, context) = (tera.clone(), context.newer());
    let mut fault = first.clone();
    for _ in 0..TRIES {
        let Some((file, line, column)) = outermost(&fault) else { return };
        let Some(source) = sources.iter_mut().find(|source| source.shown == file) else { return };
        // What stands in such a section becomes a value.
        if source.text.contains("endset") || source.text.contains("endfilter") {
            return;
        }
        let Some(tag) = printing_tag(&source.text, (line, column)) else { return };
        // Whoever throws says that what follows need not hold.
        if source.text[tag.clone()].contains("throw(") {
            return;
        }
        blank(&mut source.text, tag);
        if engine.add_raw_template(&source.name, &source.text).is_err() {
            return;
        }
        let Err(error) = engine.render(template, &context) else { return };
        fault = report::one(&error, loaded);
        let mut told = fault.clone();
        if let Some(place) = &mut told.place
            && let Ok(written) = std::fs::read_to_string(loaded.root.join(&place.file))
        {
            place.source = written.lines().nth(place.line.saturating_sub(1)).unwrap_or_default().to_owned();
        }
        further.add([told]);
    }
}

/// Where the template that was asked for called what failed, or failed itself.
fn outermost(fault: &Diagnostic) -> Option<(String, usize, usize)> {
    let called = |help: &String| {
        let mut parts = help.strip_prefix("called from ")?.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((parts.next()?.to_owned(), line, column))
    };
    let own = || fault.place.as_ref().map(|place| (crate::diagnostic::slashed(&place.file), place.line, place.column));
    fault.help.iter().rev().find_map(called).or_else(own)
}
