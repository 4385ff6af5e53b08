//! Going past what failed, so that one run tells every fault.
//!
//! Entry point: [`Run::go_past`]. A tag that fails is left out as long as it only prints; the names it would have set are
//! missing from then on, and whatever asks for one of them is left out too, without a word: it may fail, or choose
//! another way, for no reason of its own.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::super::Fault;
use super::super::program::{Kind, Node, Term};
use super::frames::Of;
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

impl<'p> Past<'p> {
    /// Notes that a name is asked for.
    pub(super) fn touch(&self, name: &str) {
        if !self.missing.is_empty() && self.missing.contains(name) {
            self.touched.set(true);
        }
    }

    /// Begins what has names of its own; what is missing outside comes back.
    pub(super) fn enter(&mut self) -> BTreeSet<&'p str> {
        std::mem::take(&mut self.missing)
    }

    /// Ends it.
    pub(super) fn leave(&mut self, outside: BTreeSet<&'p str>) {
        self.missing = outside;
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
        let mut held = Held::default();
        held.look(node);
        if let Some(mut fault) = fault {
            let is_known = |known: &Fault| (known.span, &known.message) == (fault.span, &fault.message);
            fault.follows |= follows;
            // Whoever would have thrown keeps what comes after from being wrong.
            fault.is_last |= held.throws;
            let is_full = self.past.faults.len() >= MOST_FAULTS;
            if !self.is_printed || (!fault.follows && (fault.is_last || is_full)) {
                return Err(fault);
            }
            // A loop meets it again and again.
            if !fault.follows && !self.past.faults.iter().any(is_known) {
                self.past.faults.push(*fault);
            }
        }
        if follows {
            self.past.faults.truncate(start.faults);
        }
        out.truncate(start.printed);
        self.blocks.truncate(start.blocks);
        self.past.missing.extend(held.names);
        // What might have ended this turn keeps the rest of it from being wrong.
        let is_in_loop = matches!(self.frame().kind, Of::Loop(_));
        Ok(if held.leaves && is_in_loop { Flow::Continue } else { Flow::On })
    }
}

/// What a tag and all inside it would have done.
#[derive(Default)]
struct Held<'p> {
    /// The names they set.
    names: Vec<&'p str>,
    /// Whether they leave the loop or its turn.
    leaves: bool,
    throws: bool,
}

impl<'p> Held<'p> {
    fn look(&mut self, node: &'p Node) {
        let mut all = |nodes: &'p [Node]| nodes.iter().for_each(|node| self.look(node));
        match &node.kind {
            Kind::Set { name, .. } => self.names.push(name),
            Kind::Print(expr) => self.throws |= matches!(&expr.kind, Term::Call { name, .. } if name == "throw"),
            Kind::If { branches, otherwise } => {
                branches.iter().for_each(|(_, _, body)| all(body));
                all(otherwise);
            }
            Kind::For(of) => {
                let before = self.leaves;
                of.body.iter().chain(&of.otherwise).for_each(|node| self.look(node));
                // They leave that loop.
                self.leaves = before;
            }
            Kind::Block { body, .. } => all(body),
            Kind::Filter { body, .. } => all(body),
            Kind::Break | Kind::Continue => self.leaves = true,
            _ => {}
        }
    }
}
