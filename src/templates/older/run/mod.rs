//! Running a template of the older dialect, node by node.
//!
//! Entry point: [`render`]. Values are shared, never copied; a template that calls itself without end is told as such
//! ([`DEEPEST`]); every fault knows the tag it happened in.

mod expressions;
mod frames;
mod numbers;
mod past;

use std::collections::BTreeMap;

use tera::Value;

use super::plain;
use super::program::{Kind, Node, Span, Template, Term};
use super::{Engine, Fault, bounds, calls};
use crate::work;
use frames::{Frame, Items, Loop, Of};

/// How many templates, blocks and macros may stand inside each other. Zola itself goes on until its stack is full; some
/// count to a few hundred by a macro that calls itself.
const DEEPEST: usize = 5000;
/// How much of the stack is left whenever one of them, a list of nodes, arguments or an operator is entered, and how much
/// more there is for what is inside when less was left. `load` bounds what may stand in a tag.
const STACK: (usize, usize) = (512 * 1024, 4 * 1024 * 1024);

/// Lists of nodes between two looks at the clock.
const LOOKS: u64 = 1 << 16;

/// What a step gives, or the fault it met.
type Outcome<T> = Result<T, Box<Fault>>;

/// What the context has, by name.
pub(super) type Known = BTreeMap<String, Value>;

/// Runs a template with the values it is given. A tag that fails is left out and the rest run on ([`past`]), so that one
/// run tells every fault that no other one can be the reason of.
pub(super) fn render(engine: &Engine, template: &Template, known: &Known) -> Result<String, Vec<Fault>> {
    let root = template.parents.last().and_then(|name| engine.program.get(name)).unwrap_or(template);
    let mut run = Run {
        engine,
        known,
        template,
        root,
        frames: vec![Frame::new(Of::Whole, template)],
        blocks: Vec::new(),
        escapes: [".html", ".htm", ".xml"].iter().any(|suffix| template.name.ends_with(suffix)),
        depth: 0,
        steps: 0,
        made: 0,
        is_printed: true,
        past: past::Past::default(),
    };
    let mut out = String::with_capacity(2048);
    let done = run.nodes(&root.body, &mut out);
    let mut faults = run.past.faults;
    if let Err(fault) = done
        && (!fault.follows || faults.is_empty())
    {
        faults.push(*fault);
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

struct Run<'p> {
    engine: &'p Engine,
    known: &'p Known,
    /// The template that was asked for.
    template: &'p Template,
    /// The outermost template it extends, which is the one that runs.
    root: &'p Template,
    frames: Vec<Frame<'p>>,
    /// Blocks that were entered: name, the template whose block runs, how many templates up it was found. As in Tera 1
    /// a block stays here when it is done: macros after it are looked up from its template.
    blocks: Vec<(&'p str, &'p Template, usize)>,
    escapes: bool,
    depth: usize,
    /// Lists of nodes that were run.
    steps: u64,
    /// Bytes of the texts that expressions made.
    made: u64,
    /// Whether what is written now is only printed: nothing that comes later depends on it.
    is_printed: bool,
    /// What was left out.
    past: past::Past<'p>,
}

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl<'p> Run<'p> {
    fn nodes(&mut self, nodes: &'p [Node], out: &mut String) -> Outcome<Flow> {
        self.steps += 1;
        let too_long = if self.steps.is_multiple_of(LOOKS) { work::overdue() } else { None };
        let told = too_long.map_or(Ok(()), Err).and(bounds::turns(self.steps)).and(bounds::output(out.len()));
        told.map_err(|told| Fault::new(told).last())?;
        stacker::maybe_grow(STACK.0, STACK.1, || self.each(nodes, out))
    }

    fn each(&mut self, nodes: &'p [Node], out: &mut String) -> Outcome<Flow> {
        let touched = self.past.touched.get();
        let done = self.one_by_one(nodes, out);
        // What stands in a tag says nothing of the tag, but when it keeps the tag from being done.
        if touched || done.is_ok() {
            self.past.touched.set(touched);
        }
        done
    }

    fn one_by_one(&mut self, nodes: &'p [Node], out: &mut String) -> Outcome<Flow> {
        for node in nodes {
            let start = self.at(out);
            let done = self.node(node, out).map_err(|fault| fault.within(node.span));
            let flow = self.go_past(done, node, start, out)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, node: &'p Node, out: &mut String) -> Outcome<Flow> {
        match &node.kind {
            Kind::Text(text) => out.push_str(text),
            Kind::Print(value) => {
                let before = self.past.faults.len();
                let printed = self.print(value, out);
                self.past.faults[before..].iter_mut().for_each(|fault| fault.leave(node.span));
                printed?;
            }
            Kind::Set { name, value, global } => {
                let value = self.unescaped(value)?;
                self.set(name, value, *global);
            }
            Kind::If { branches, otherwise } => {
                for (span, condition, body) in branches {
                    let holds = self.is_true(condition).map_err(|fault| fault.within(*span))?;
                    self.past.check()?;
                    if holds {
                        return self.nodes(body, out);
                    }
                }
                return self.nodes(otherwise, out);
            }
            Kind::For(of) => return self.repeat(of, out),
            Kind::Block { name, body } => {
                return self.deeper(name, |run| run.block(name, body, out));
            }
            Kind::Super => self.above(out)?,
            Kind::Include { names, ignore_missing } => self.include(names, *ignore_missing, node.span, out)?,
            Kind::Extends(name) => {
                let message = format!("an included template cannot extend another one: `{name}`");
                return Err(Fault::new(message).about(name).into());
            }
            Kind::Filter { filter, body } => {
                let mut inside = String::new();
                let flow = self.unprinted(|run| run.nodes(body, &mut inside))?;
                if filter.name == "safe" {
                    out.push_str(&inside);
                } else {
                    let (value, _) = self.filtered(&Value::from(inside), filter)?;
                    plain::write(&value, out);
                }
                return Ok(flow);
            }
            Kind::Break => return self.leave(Flow::Break, "break"),
            Kind::Continue => return self.leave(Flow::Continue, "continue"),
        }
        Ok(Flow::On)
    }

    /// What makes a value of what is written, so that nothing of it may be missing.
    fn unprinted<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_printed, false);
        let done = work(self);
        self.is_printed = before;
        done
    }

    fn leave(&self, flow: Flow, word: &str) -> Outcome<Flow> {
        match self.frame().kind {
            Of::Loop(_) => Ok(flow),
            _ => Err(Fault::new(format!("`{word}` stands outside of a loop")).about(word).into()),
        }
    }

    fn frame(&self) -> &Frame<'p> {
        &self.frames[self.frames.len() - 1]
    }

    /// Sets a name; a global one outside of the loops that run.
    fn set(&mut self, name: &'p str, value: Value, global: bool) {
        let is_target = |frame: &&mut Frame<'p>| !global || !matches!(frame.kind, Of::Loop(_));
        if let Some(frame) = self.frames.iter_mut().rev().find(is_target) {
            frame.set(name, value);
        }
    }

    fn repeat(&mut self, of: &'p super::program::For, out: &mut String) -> Outcome<Flow> {
        if !matches!(of.container.kind, Term::Name(_) | Term::Everything | Term::Call { .. } | Term::Array(_)) {
            let message = "a loop goes over a name, a list in brackets or what a function gives; `set` gives it a name";
            return Err(Fault::new(message).about(&of.value).into());
        }
        let items = match self.counted(of)? {
            Some(items) => items,
            None => self.items(of)?,
        };
        self.past.check()?;
        let count = items.len();
        if count == 0 {
            return self.nodes(&of.otherwise, out);
        }
        let template = self.frame().template;
        let kind = Of::Loop(Loop { key: of.key.as_deref(), value: &of.value, items, at: 0 });
        self.frames.push(Frame::new(kind, template));
        let mut done = Ok(());
        for _ in 0..count {
            match self.nodes(&of.body, out) {
                Ok(Flow::Break) => break,
                Ok(_) => {}
                Err(fault) => {
                    done = Err(fault);
                    break;
                }
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.advance();
            }
        }
        self.frames.pop();
        done.map(|()| Flow::On)
    }

    /// What a loop counts without keeping it: the numbers of a `range` that nothing is done with first.
    fn counted(&mut self, of: &'p super::program::For) -> Outcome<Option<Items>> {
        let container = &of.container;
        let Term::Call { name, args } = &container.kind else { return Ok(None) };
        if name != "range" || !container.filters.is_empty() || container.negated || of.key.is_some() {
            return Ok(None);
        }
        let told = |message: String| Box::new(Fault::new(message).about("range"));
        let args = self.arguments(args)?;
        let Some(range) = calls::Range::of(&args).map_err(told)? else { return Ok(None) };
        Ok(Some(Items::Range(range, range.counted().map_err(told)?)))
    }

    /// What a loop goes over.
    fn items(&mut self, of: &'p super::program::For) -> Outcome<Items> {
        let wrong = |what: &str| Err(Fault::new(what.to_owned()).about(&of.value).into());
        let container = self.unescaped(&of.container)?;
        Ok(match (container.as_map(), container.as_str()) {
            (Some(map), _) if of.key.is_some() => Items::Pairs(frames::pairs(map)),
            (Some(_), _) => return wrong("a map is looped over with two names: `for key, value in …`"),
            _ if of.key.is_some() => return wrong("only a map is looped over with two names"),
            (_, Some(text)) => match frames::characters(text) {
                Ok(characters) => Items::List(characters),
                Err(told) => return wrong(&told),
            },
            _ if container.is_array() => Items::List(container),
            _ => {
                let what = plain::kind(&container);
                return wrong(&format!("a loop needs a list, a map or a text, and this is {what}"));
            }
        })
    }

    /// The block of the template that was asked for, of the nearest one it extends, or the one that stands here.
    fn block(&mut self, name: &'p str, body: &'p [Node], out: &mut String) -> Outcome<Flow> {
        let active = self.frame().template;
        let chain = std::iter::once(active).chain(self.parents(active));
        let found = chain.enumerate().find_map(|(level, template)| Some((level, template, template.blocks.get(name)?)));
        let Some((level, template, body)) = found else { return self.nodes(body, out) };
        self.blocks.push((name, template, level));
        self.nodes(body, out)
    }

    fn parents(&self, of: &'p Template) -> impl Iterator<Item = &'p Template> + use<'p> {
        let program = &self.engine.program;
        of.parents.iter().filter_map(|name| program.get(name))
    }

    /// `super()`: the same block of the next template up that has it.
    fn above(&mut self, out: &mut String) -> Outcome<()> {
        let outermost =
            || Fault::new("`super()` stands in a block that no outer template has".to_owned()).about("super");
        let Some(&(name, _, level)) = self.blocks.last() else { return Err(outermost().into()) };
        let count = self.template.parents.len();
        for (at, template) in self.parents(self.template).enumerate().skip(level) {
            let Some(body) = template.blocks.get(name) else { continue };
            self.blocks.push((name, template, at + 1));
            self.deeper(name, |run| run.nodes(body, out))?;
            self.blocks.pop();
            if at + 1 >= count {
                self.blocks.pop();
            }
            return Ok(());
        }
        Err(outermost().into())
    }

    fn include(&mut self, names: &'p [String], ignore_missing: bool, span: Span, out: &mut String) -> Outcome<()> {
        let Some(template) = names.iter().find_map(|name| self.engine.program.get(name)) else {
            if ignore_missing {
                return Ok(());
            }
            let name = names.first().map_or("", String::as_str);
            let known = self.engine.program.keys().map(String::as_str);
            return Err(Fault::new(format!("there is no template `{name}`")).about(name).near(name, known).into());
        };
        self.frames.push(Frame::new(Of::Include, template));
        let before = self.past.faults.len();
        let done = self.deeper(&template.name, |run| run.nodes(&template.body, out));
        self.frames.pop();
        let called = || (format!("`{}` is included", template.name), span);
        self.past.faults[before..].iter_mut().for_each(|fault| fault.calls.push(called()));
        done.map(drop).map_err(|fault| fault.called(&template.name, span))
    }

    /// Runs what stands inside a template, block or macro, as long as it is not inside itself without end.
    fn deeper<T>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth == DEEPEST {
            let message =
                format!("`{name}` is inside itself, or {DEEPEST} templates and macros stand inside each other");
            return Err(Fault::new(message).about(name).last().into());
        }
        self.depth += 1;
        let done = inside(self);
        self.depth -= 1;
        done
    }
}
