//! A template of the older dialect in the form that is run: names looked up once, literals as values, every node with
//! its place in the source.
//!
//! Built by `compile`, walked by `run`.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::Value;
use tera1::ast::{LogicOperator, MathOperator};

use super::lists::Native;

/// The name of all that is known, as JSON.
pub(super) const EVERYTHING: &str = "__tera_context";

/// Every template by its name.
pub(super) type Program = BTreeMap<String, Template>;

/// One template.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) name: String,
    pub(super) body: Vec<Node>,
    /// Blocks that templates which extend this one may replace.
    pub(super) blocks: BTreeMap<String, Arc<[Node]>>,
    pub(super) macros: BTreeMap<String, Macro>,
    /// The template this one extends, then the one that one extends, and so on.
    pub(super) parents: Vec<String>,
    /// Each name before `::` with the template whose macros it means.
    pub(super) namespaces: BTreeMap<String, String>,
}

/// A macro and its arguments, each with what it is when it is left out.
#[derive(Debug)]
pub(super) struct Macro {
    pub(super) args: Vec<(String, Option<Expr>)>,
    pub(super) body: Vec<Node>,
}

/// A tag of a source: where it begins and ends in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Number of the template in the order of their names.
    pub(super) template: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Text(String),
    Print(Expr),
    Set { name: String, value: Expr, global: bool },
    If { branches: Vec<(Span, Expr, Vec<Node>)>, otherwise: Vec<Node> },
    For(Box<For>),
    Block { name: String, body: Arc<[Node]> },
    Super,
    Include { names: Vec<String>, ignore_missing: bool },
    Extends(String),
    Filter { filter: Filter, body: Vec<Node> },
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) key: Option<String>,
    pub(super) value: String,
    pub(super) container: Expr,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// An expression with its filters.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: Term,
    pub(super) negated: bool,
    /// Without `safe` and `default`, which are no filters.
    pub(super) filters: Vec<Filter>,
    /// What `default`, as the first filter, gives; `Some(None)` when it lacks its argument.
    pub(super) default: Option<Option<Box<Expr>>>,
    /// Whether `safe` comes last.
    pub(super) is_safe: bool,
    /// Whether anything follows a `|`, were it `safe`.
    pub(super) has_filters: bool,
}

#[derive(Debug)]
pub(super) enum Term {
    Text(Value),
    /// Whole numbers, fractions, truth values.
    Plain(Value),
    Name(Path),
    /// `__tera_context`: everything that is known.
    Everything,
    Math {
        left: Box<Expr>,
        operator: MathOperator,
        right: Box<Expr>,
    },
    Logic {
        left: Box<Expr>,
        operator: LogicOperator,
        right: Box<Expr>,
    },
    Test(Box<Test>),
    In {
        needle: Box<Expr>,
        hay: Box<Expr>,
        negated: bool,
    },
    Macro {
        namespace: String,
        name: String,
        args: Args,
    },
    Call {
        name: String,
        args: Args,
    },
    Array(Vec<Expr>),
    Concat(Vec<Piece>),
}

/// Named arguments, sorted.
pub(super) type Args = Vec<(String, Expr)>;

#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Name(Path),
    Call { name: String, args: Args },
}

#[derive(Debug)]
pub(super) struct Test {
    pub(super) of: Path,
    pub(super) negated: bool,
    pub(super) name: String,
    pub(super) args: Vec<Expr>,
}

/// A filter: one that keeps values shared, or one of the engine's over plain values.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) native: Option<Native>,
    pub(super) args: Args,
}

/// `page.extra["a b"][which].c`
#[derive(Debug)]
pub(super) struct Path {
    /// As the template has it.
    pub(super) written: String,
    pub(super) root: String,
    /// The fields, when all are written out; then there are no steps.
    pub(super) keys: Option<Vec<String>>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// A field, or a place in a list.
    Key(String),
    /// What a name holds, as a field or a place.
    Of(Path),
}
