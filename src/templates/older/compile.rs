//! Parsed templates into what is run.
//!
//! Entry point: [`template`]. Nothing is looked up here that another template has: `load` joins them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tera::Value;
use tera1::ast::{self, ExprVal};

use super::lists::Native;
use super::program::{
    Args, EVERYTHING, Expr, Filter, For, Kind, Macro, Node, Path, Piece, Span, Step, Template, Term, Test,
};
use super::spans;

/// A parsed template with the places of its source, which is template number `number`.
pub(super) fn template(parsed: &tera1::Template, source: &str, number: u32) -> Template {
    let tags = spans::tags(source)
        .into_iter()
        .map(|tag| Span { template: number, start: tag.start as u32, end: tag.end as u32 })
        .collect::<Vec<_>>();
    let mut compiler = Compiler { tags: tags.into_iter(), number, macros: BTreeMap::new() };
    let body = compiler.nodes(&parsed.ast);
    let mut blocks = BTreeMap::new();
    collect_blocks(&body, &mut blocks);
    Template {
        name: parsed.name.clone(),
        body,
        blocks,
        macros: compiler.macros,
        parents: Vec::new(),
        namespaces: BTreeMap::new(),
    }
}

/// Does something with a tree as deep as an expression may be: each operator is one step down, as Tera 1 reads them.
pub(super) fn with_room<T>(text: &str, work: impl FnOnce() -> T) -> T {
    // A text this short has no deep ones, and needs no stack of its own.
    if text.len() < 1024 { work() } else { stacker::grow(ROOM, work) }
}

/// Bytes of stack for a tree of [`super::depth::MOST_OPERATORS`] operators.
const ROOM: usize = 32 * 1024 * 1024;

/// Blocks at the top, and those right inside them: one inside a condition belongs to it and cannot be replaced.
fn collect_blocks(nodes: &[Node], blocks: &mut BTreeMap<String, Arc<[Node]>>) {
    for node in nodes {
        if let Kind::Block { name, body } = &node.kind {
            blocks.insert(name.clone(), Arc::clone(body));
            collect_blocks(body, blocks);
        }
    }
}

struct Compiler {
    tags: std::vec::IntoIter<Span>,
    number: u32,
    macros: BTreeMap<String, Macro>,
}

impl Compiler {
    fn tag(&mut self) -> Span {
        self.tags.next().unwrap_or(Span { template: self.number, start: 0, end: 0 })
    }

    fn nodes(&mut self, nodes: &[ast::Node]) -> Vec<Node> {
        nodes.iter().filter_map(|node| self.node(node)).collect()
    }

    /// The order in which tags are taken here is the order of the source.
    fn node(&mut self, node: &ast::Node) -> Option<Node> {
        let nowhere = Span { template: self.number, start: 0, end: 0 };
        let (span, kind) = match node {
            ast::Node::Comment(..) => return None,
            ast::Node::Text(text) => (nowhere, Kind::Text(text.clone())),
            ast::Node::Raw(_, text, _) => {
                let span = self.tag();
                self.tag();
                (span, Kind::Text(text.clone()))
            }
            ast::Node::Super => (self.tag(), Kind::Super),
            ast::Node::VariableBlock(_, value) => (self.tag(), Kind::Print(expr(value))),
            ast::Node::Set(_, set) => {
                let kind = Kind::Set { name: set.key.clone(), value: expr(&set.value), global: set.global };
                (self.tag(), kind)
            }
            ast::Node::Extends(_, name) => (self.tag(), Kind::Extends(name.clone())),
            ast::Node::ImportMacro(..) => {
                self.tag();
                return None;
            }
            ast::Node::Include(_, names, ignore_missing) => {
                (self.tag(), Kind::Include { names: names.clone(), ignore_missing: *ignore_missing })
            }
            ast::Node::Break(_) => (self.tag(), Kind::Break),
            ast::Node::Continue(_) => (self.tag(), Kind::Continue),
            ast::Node::MacroDefinition(_, definition, _) => {
                self.tag();
                let mut args: Vec<_> =
                    definition.args.iter().map(|(name, value)| (name.clone(), value.as_ref().map(expr))).collect();
                args.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                let body = self.nodes(&definition.body);
                self.tag();
                self.macros.insert(definition.name.clone(), Macro { args, body });
                return None;
            }
            ast::Node::FilterSection(_, section, _) => {
                let span = self.tag();
                let body = self.nodes(&section.body);
                self.tag();
                (span, Kind::Filter { filter: filter(&section.filter), body })
            }
            ast::Node::Block(_, block, _) => {
                let span = self.tag();
                let body = self.nodes(&block.body);
                self.tag();
                (span, Kind::Block { name: block.name.clone(), body: body.into() })
            }
            ast::Node::Forloop(_, of, _) => {
                let span = self.tag();
                let body = self.nodes(&of.body);
                let otherwise = of.empty_body.as_ref().map(|body| {
                    self.tag();
                    self.nodes(body)
                });
                self.tag();
                let kind = For {
                    key: of.key.clone(),
                    value: of.value.clone(),
                    container: expr(&of.container),
                    body,
                    otherwise: otherwise.unwrap_or_default(),
                };
                (span, Kind::For(Box::new(kind)))
            }
            ast::Node::If(of, _) => {
                let mut branches = Vec::with_capacity(of.conditions.len());
                for (_, condition, body) in &of.conditions {
                    let span = self.tag();
                    branches.push((span, expr(condition), self.nodes(body)));
                }
                let otherwise = of.otherwise.as_ref().map(|(_, body)| {
                    self.tag();
                    self.nodes(body)
                });
                self.tag();
                let span = branches.first().map_or(nowhere, |(span, ..)| *span);
                (span, Kind::If { branches, otherwise: otherwise.unwrap_or_default() })
            }
        };
        Some(Node { span, kind })
    }
}

fn expr(of: &ast::Expr) -> Expr {
    let is_filter = |call: &&ast::FunctionCall| call.name != "safe" && call.name != "default";
    let default = of.has_default_filter().then(|| of.filters[0].args.get("value").map(|value| Box::new(expr(value))));
    Expr {
        kind: term(&of.val),
        negated: of.negated,
        filters: of.filters.iter().filter(is_filter).map(filter).collect(),
        default,
        is_safe: of.is_marked_safe(),
        has_filters: !of.filters.is_empty(),
    }
}

fn term(of: &ExprVal) -> Term {
    match of {
        ExprVal::String(text) => Term::Text(Value::from(text.as_str())),
        ExprVal::Int(number) => Term::Plain(Value::from(*number)),
        ExprVal::Float(number) => Term::Plain(Value::from(*number)),
        ExprVal::Bool(yes) => Term::Plain(Value::from(*yes)),
        ExprVal::Ident(name) if name == EVERYTHING => Term::Everything,
        ExprVal::Ident(name) => Term::Name(path(name)),
        ExprVal::Math(math) => Term::Math { left: boxed(&math.lhs), operator: math.operator, right: boxed(&math.rhs) },
        ExprVal::Logic(logic) => {
            Term::Logic { left: boxed(&logic.lhs), operator: logic.operator, right: boxed(&logic.rhs) }
        }
        ExprVal::Test(test) => Term::Test(Box::new(Test {
            of: path(&test.ident),
            negated: test.negated,
            name: test.name.clone(),
            args: test.args.iter().map(expr).collect(),
        })),
        ExprVal::In(of) => Term::In { needle: boxed(&of.lhs), hay: boxed(&of.rhs), negated: of.negated },
        ExprVal::MacroCall(call) => {
            Term::Macro { namespace: call.namespace.clone(), name: call.name.clone(), args: args(&call.args) }
        }
        ExprVal::FunctionCall(call) => Term::Call { name: call.name.clone(), args: args(&call.args) },
        ExprVal::Array(items) => Term::Array(items.iter().map(expr).collect()),
        ExprVal::StringConcat(concat) => Term::Concat(concat.values.iter().map(piece).collect()),
    }
}

fn boxed(of: &ast::Expr) -> Box<Expr> {
    Box::new(expr(of))
}

fn piece(of: &ExprVal) -> Piece {
    match of {
        ExprVal::String(text) => Piece::Text(text.clone()),
        ExprVal::Int(number) => Piece::Text(number.to_string()),
        ExprVal::Float(number) => Piece::Text(number.to_string()),
        ExprVal::Ident(name) => Piece::Name(path(name)),
        ExprVal::FunctionCall(call) => Piece::Call { name: call.name.clone(), args: args(&call.args) },
        // The grammar lets nothing else stand beside `~`.
        _ => Piece::Text(String::new()),
    }
}

fn filter(call: &ast::FunctionCall) -> Filter {
    Filter { name: call.name.clone(), native: Native::named(&call.name), args: args(&call.args) }
}

/// Arguments in the order of their names: the parser gives them in none.
fn args(of: &HashMap<String, ast::Expr>) -> Args {
    let mut args: Args = of.iter().map(|(name, value)| (name.clone(), expr(value))).collect();
    args.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    args
}

/// `a.b["c d"][e.f]` in its parts.
fn path(written: &str) -> Path {
    let end = written.find(['.', '[']).unwrap_or(written.len());
    let mut steps = Vec::new();
    let mut rest = &written[end..];
    while let Some(first) = rest.chars().next() {
        if first == '[' {
            let close = closing(rest);
            let inside = &rest[1..close];
            steps.push(match inside.chars().next() {
                Some(quote @ ('"' | '\'' | '`')) => Step::Key(inside.trim_matches(quote).to_owned()),
                Some(digit) if digit.is_ascii_digit() || digit == '-' => Step::Key(inside.to_owned()),
                _ => Step::Of(path(inside)),
            });
            rest = rest.get(close + 1..).unwrap_or_default();
        } else {
            let inside = rest.strip_prefix('.').unwrap_or(rest);
            let end = inside.find(['.', '[']).unwrap_or(inside.len());
            steps.push(Step::Key(inside[..end].to_owned()));
            rest = &inside[end..];
        }
    }
    let root = written[..end].to_owned();
    if steps.iter().any(|step| matches!(step, Step::Of(_))) {
        return Path { written: written.to_owned(), root, keys: None, steps };
    }
    let keys = steps.into_iter().filter_map(|step| match step {
        Step::Key(key) if !key.is_empty() => Some(key),
        _ => None,
    });
    Path { written: written.to_owned(), root, keys: Some(keys.collect()), steps: Vec::new() }
}

/// Where the bracket that a text begins with is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            (None, _) => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let found = path(r#"page.extra["a.b"][x[0].y].z"#);
        assert_eq!(found.root, "page");
        let [Step::Key(extra), Step::Key(quoted), Step::Of(inner), Step::Key(z)] = &found.steps[..] else {
            panic!("{found:?}")
        };
        assert_eq!((extra.as_str(), quoted.as_str(), z.as_str()), ("extra", "a.b", "z"));
        assert_eq!((inner.root.as_str(), inner.keys.as_deref()), ("x", Some(&["0".to_owned(), "y".to_owned()][..])));
    }

    #[test]
    fn every_node_has_its_tag() {
        let source = "{% if a %}x{% elif b %}{{ c }}{% else %}{% for d in e %}{{ f }}{% endfor %}{% endif %}{{ g }}";
        let parsed = tera1::Template::new("t", None, source).unwrap();
        let template = template(&parsed, source, 0);
        let last = template.body.last().unwrap().span;
        assert_eq!(&source[last.start as usize..last.end as usize], "{{ g }}");
    }
}
