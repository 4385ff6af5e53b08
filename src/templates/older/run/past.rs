//! Going past what failed, so that one run tells every fault.
//!
//! Entry point: [`Run::go_past`]. A tag that fails is left out as long as it only prints; the names it would have set are
//! missing from then on, and whatever asks for one of them is left out too, without a word: it may fail, or choose
//! another way, for no reason of its own.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::super::Fault;
use super::super::program::{Kind, Node};
use super::{Flow, Outcome, Run};

/// Faults that one run goes past.
const MOST_FAULTS: usize = 20;

/// What was left out.
#[derive(Default)]
pub(super) struct Past<'p> {
    /// What is told.
    pub(super) faults: Vec<Fault>,
    /// Names that are missing because what sets them was left out.
    missing: BTreeSet<&'p str>,
    /// Whether the tag that runs asked for one of them.
    pub(super) touched: Cell<bool>,
}

impl Past<'_> {
    /// Notes that a name is asked for.
    pub(super) fn touch(&self, name: &str) {
        if !self.missing.is_empty() && self.missing.contains(name) {
            self.touched.set(true);
        }
    }

    /// That what was just found out did not need a name that is missing.
    pub(super) fn check(&self) -> Outcome<()> {
        if !self.touched.get() {
            return Ok(());
        }
        Err(Fault { follows: true, ..Fault::new("this follows from another fault") }.into())
    }
}

/// How far a run was when a tag began.
#[derive(Clone, Copy)]
pub(super) struct Start {
    printed: usize,
    faults: usize,
    blocks: usize,
}

impl<'p> Run<'p> {
    /// Where a tag begins.
    pub(super) fn at(&self, out: &str) -> Start {
        self.past.touched.set(false);
        Start { printed: out.len(), faults: self.past.faults.len(), blocks: self.blocks.len() }
    }

    /// What a tag came to; a fault of what is only printed is kept for the end, and the tag left out with all it printed.
    pub(super) fn go_past(
        &mut self,
        done: Outcome<Flow>,
        node: &'p Node,
        start: Start,
        out: &mut String,
    ) -> Outcome<Flow> {
        let follows = self.past.touched.get();
        let fault = match done {
            Ok(flow) if !follows => {
                if let Kind::Set { name, .. } = &node.kind {
                    self.past.missing.remove(name.as_str());
                }
                return Ok(flow);
            }
            Ok(_) if self.is_printed => None,
            Ok(_) => return self.past.check().map(|()| Flow::On),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            let is_known = |known: &Fault| (known.span, &known.message) == (fault.span, &fault.message);
            let is_told = !follows && !fault.follows;
            if !self.is_printed || (fault.is_last && !follows) || (is_told && self.past.faults.len() >= MOST_FAULTS) {
                return Err(fault);
            }
            // A loop meets it again and again.
            if is_told && !self.past.faults.iter().any(is_known) {
                self.past.faults.push(*fault);
            }
        }
        if follows {
            self.past.faults.truncate(start.faults);
        }
        out.truncate(start.printed);
        self.blocks.truncate(start.blocks);
        names_set(node, &mut self.past.missing);
        Ok(Flow::On)
    }
}

/// The names that a tag and all inside it set.
fn names_set<'p>(node: &'p Node, names: &mut BTreeSet<&'p str>) {
    let mut all = |nodes: &'p [Node]| nodes.iter().for_each(|node| names_set(node, names));
    match &node.kind {
        Kind::Set { name, .. } => {
            names.insert(name);
        }
        Kind::If { branches, otherwise } => {
            branches.iter().for_each(|(_, _, body)| all(body));
            all(otherwise);
        }
        Kind::For(of) => {
            all(&of.body);
            all(&of.otherwise);
        }
        Kind::Block { body, .. } => all(body),
        Kind::Filter { body, .. } => all(body),
        _ => {}
    }
}
