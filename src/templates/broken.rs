//! Templates that cannot be used, and those that pull one of them in: a build goes on past them, for the sake of what
//! else may be wrong, and never shows what they would have made.
//!
//! Entry points: [`Broken::new`], [`Broken::fault_behind`].

use std::collections::BTreeSet;

use super::reads::Closures;
use crate::config::Loaded;
use crate::diagnostic::Diagnostic;

/// How the newer engine begins to tell that a component is missing.
const UNKNOWN_COMPONENT: &str = "Unknown component";

/// The component that a fault of the newer engine misses.
pub(super) fn unknown_component(message: &str) -> Option<&str> {
    message.strip_prefix(UNKNOWN_COMPONENT)?.split('`').nth(1)
}

/// Whether a fault of the newer engine may follow from one of another template: a component or a block is missing.
pub(super) fn misses_another(message: &str) -> bool {
    [UNKNOWN_COMPONENT, "Block"].iter().any(|start| message.starts_with(start))
}

/// What is wrong with templates, and with which.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// As they are told.
    pub(super) told: Vec<Diagnostic>,
    /// The names of the templates.
    pub(super) names: BTreeSet<String>,
}

impl Faults {
    pub(super) fn add(&mut self, name: &str, fault: Diagnostic) {
        self.names.insert(name.to_owned());
        // A theme's file is read under two names.
        if !self.told.iter().any(|known| known.message == fault.message && known.place == fault.place) {
            self.told.push(fault);
        }
    }
}

/// The templates that cannot be used.
#[derive(Debug)]
pub(super) struct Broken {
    /// One of the faults: whoever asks for a template gets it again, and once is enough to tell it.
    fault: Diagnostic,
    names: BTreeSet<String>,
    closures: Closures,
}

impl Broken {
    /// `None` when nothing is wrong.
    pub(super) fn new(faults: &Faults, loaded: &Loaded) -> Option<Self> {
        let fault = faults.told.first()?.clone();
        Some(Self { fault, names: faults.names.clone(), closures: Closures::read(loaded) })
    }

    /// Why a template cannot be used, if it cannot.
    pub(super) fn fault_behind(&self, template: &str) -> Option<&Diagnostic> {
        self.closures.reaches(template, &self.names).then_some(&self.fault)
    }

    /// Whether a component stands in one of them.
    pub(super) fn defines(&self, component: &str) -> bool {
        self.closures.defining(component).any(|template| self.names.contains(template))
    }
}
