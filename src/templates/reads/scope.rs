//! Names of templates and what they may hold, in loops, definitions and everywhere.
//!
//! Entry point: [`Scope`], which follows the tags of one template after another; `analysis` reads the expressions.

use std::collections::{BTreeMap, BTreeSet};

use super::template::Unclear;

/// What an expression may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// No page in it.
    Plain,
    /// A map of lists of pages, as `group_by` makes it.
    Groups,
    /// A page, a section, a term, or a list of them.
    Object,
}

/// What templates are given, each a page, a section, a term or a list of them.
const CONTEXT: &[&str] = &["page", "section", "pages", "term", "terms", "taxonomy", "paginator"];
/// Names whose kind does not depend on the place.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// Seen by every template, but not by definitions that are given something else of that name.
    everywhere: BTreeMap<String, Kind>,
    /// What macros, components and functions are given: seen inside definitions.
    given: BTreeMap<String, Kind>,
    /// Those that are set: inside a loop that binds the same name, either may be meant.
    set: BTreeSet<String>,
}

/// What is open where a template is being read.
pub(super) enum Open {
    Test,
    /// A loop, with the names it binds.
    Loop(Vec<(String, Kind)>),
    Definition,
}

fn raise(names: &mut BTreeMap<String, Kind>, name: &str, kind: Kind) {
    let known = names.entry(name.to_owned()).or_insert(kind);
    *known = (*known).max(kind);
}

/// The names at one place of a template.
#[derive(Default)]
pub(super) struct Scope {
    /// What was learned of names so far.
    pub(super) names: Names,
    open: Vec<Open>,
}

impl Scope {
    /// With what an earlier reading learned.
    pub(super) fn new(names: Names) -> Self {
        Self { names, open: Vec::new() }
    }

    /// Begins another template.
    pub(super) fn begin(&mut self) {
        self.open.clear();
    }

    /// Something that ends later begins.
    pub(super) fn open(&mut self, open: Open) {
        self.open.push(open);
    }

    /// What was opened last ends.
    pub(super) fn close(&mut self) -> Result<(), Unclear> {
        self.open.pop().map(drop).ok_or(Unclear)
    }

    /// What a loop over nothing shows instead sees none of its names.
    pub(super) fn otherwise(&mut self) {
        if let Some(Open::Loop(names)) = self.open.last_mut() {
            names.clear();
        }
    }

    /// A name is set.
    pub(super) fn set(&mut self, name: &str) {
        self.names.set.insert(name.to_owned());
    }

    /// Binds a name for every template.
    pub(super) fn bind(&mut self, name: &str, kind: Kind) {
        raise(&mut self.names.everywhere, name, kind);
    }

    /// Binds what is handed on by name.
    pub(super) fn give(&mut self, name: &str, kind: Kind) {
        raise(&mut self.names.given, name, kind);
    }

    /// Another template sees the names of this place.
    pub(super) fn another_stands_here(&mut self) {
        for open in std::mem::take(&mut self.open) {
            match &open {
                Open::Loop(names) => names.iter().for_each(|(name, kind)| self.bind(name, *kind)),
                Open::Definition => {
                    self.names.given.clone().iter().for_each(|(name, kind)| self.bind(name, *kind));
                }
                Open::Test => {}
            }
            self.open.push(open);
        }
    }

    /// The kind of a name at this place, if anything binds it.
    fn bound(&self, name: &str) -> Option<Kind> {
        let everywhere = self.names.everywhere.get(name).copied();
        for open in self.open.iter().rev() {
            let found = match open {
                Open::Loop(names) => names.iter().rev().find(|(own, _)| own == name).map(|(_, kind)| *kind),
                Open::Definition => return self.names.given.get(name).copied().max(everywhere),
                Open::Test => None,
            };
            if let Some(kind) = found {
                return if self.names.set.contains(name) { everywhere.max(Some(kind)) } else { Some(kind) };
            }
        }
        everywhere
    }

    /// What a name holds at this place, and whether that is the page or section that is being rendered.
    pub(super) fn variable(&self, name: &str) -> (Kind, bool) {
        let bound = self.bound(name);
        let own = matches!(name, "page" | "section") && bound.is_none();
        let kind = if CONTEXT.contains(&name) { Kind::Object } else { bound.unwrap_or(Kind::Plain) };
        (kind, own)
    }
}
