//! Names of filters, functions and tests that nothing answers to, in parts of a template that may never have run: a
//! branch that no page takes yet. Running tells the others.
//!
//! Entry point: [`unknown`]. Macros are not looked for: what they mean depends on who calls.

use super::program::{Args, Expr, Filter, Kind, Node, Piece, Span, Template, Term, Test};
use super::{Engine, Fault, calls, testers};

/// Every such name of a template with its tag.
pub(super) fn unknown(engine: &Engine, template: &Template) -> Vec<Fault> {
    let mut look = Look { engine, span: Span { template: 0, start: 0, end: 0 }, found: Vec::new() };
    look.nodes(&template.body);
    for of in template.macros.values() {
        look.nodes(&of.body);
    }
    look.found
}

struct Look<'e> {
    engine: &'e Engine,
    /// The tag that is looked at.
    span: Span,
    found: Vec<Fault>,
}

impl Look<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.span = node.span;
            match &node.kind {
                Kind::Print(value) | Kind::Set { value, .. } => self.expr(value),
                Kind::If { branches, otherwise } => {
                    for (span, condition, body) in branches {
                        self.span = *span;
                        self.expr(condition);
                        self.nodes(body);
                    }
                    self.nodes(otherwise);
                }
                Kind::For(of) => {
                    self.expr(&of.container);
                    self.nodes(&of.body);
                    self.nodes(&of.otherwise);
                }
                Kind::Block { body, .. } => self.nodes(body),
                Kind::Filter { filter, body } => {
                    self.filter(filter);
                    self.nodes(body);
                }
                Kind::Text(_)
                | Kind::Super
                | Kind::Include { .. }
                | Kind::Extends(_)
                | Kind::Break
                | Kind::Continue => {}
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            Term::Math { left, right, .. } | Term::Logic { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            Term::Test(test) => self.test(test),
            Term::In { needle, hay, .. } => {
                self.expr(needle);
                self.expr(hay);
            }
            Term::Macro { args, .. } => self.args(args),
            Term::Call { name, args } => self.call(name, args),
            Term::Array(items) => items.iter().for_each(|item| self.expr(item)),
            Term::Concat(pieces) => {
                for piece in pieces {
                    if let Piece::Call { name, args } = piece {
                        self.call(name, args);
                    }
                }
            }
            Term::Text(_) | Term::Plain(_) | Term::Name(_) | Term::Everything => {}
        }
        expr.default.iter().flatten().for_each(|default| self.expr(default));
        expr.filters.iter().for_each(|filter| self.filter(filter));
    }

    fn args(&mut self, args: &Args) {
        args.iter().for_each(|(_, value)| self.expr(value));
    }

    fn filter(&mut self, filter: &Filter) {
        let name = filter.name.as_str();
        if filter.native.is_none() && !matches!(name, "safe" | "default") && self.engine.tera.get_filter(name).is_err()
        {
            self.tell("filter", name, calls::FILTERS.iter().copied());
        }
        self.args(&filter.args);
    }

    fn call(&mut self, name: &str, args: &Args) {
        if !calls::names().any(|known| known == name) && self.engine.tera.get_function(name).is_err() {
            self.tell("function", name, calls::names());
        }
        self.args(args);
    }

    fn test(&mut self, test: &Test) {
        let name = test.name.as_str();
        if !testers::NAMES.contains(&name) && self.engine.tera.get_tester(name).is_err() {
            self.tell("test", name, testers::NAMES.iter().copied());
        }
        test.args.iter().for_each(|arg| self.expr(arg));
    }

    fn tell<'k>(&mut self, what: &str, name: &str, known: impl IntoIterator<Item = &'k str>) {
        let fault = Fault::new(format!("there is no {what} `{name}`")).about(name).near(name, known);
        self.found.push(*Box::new(fault).within(self.span));
    }
}
