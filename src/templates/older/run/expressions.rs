//! Expressions, with the rules of Tera 1: what is escaped when, what `not` and `default` do to a name that is unknown.

use std::borrow::Cow;

use tera::Value;
use tera1::ast::LogicOperator;

use super::super::lists::Arguments;
use super::super::plain::{self, is_nothing};
use super::super::program::{Args, EVERYTHING, Expr, Filter, Macro, Path, Piece, Step, Template, Term, Test};
use super::super::{Fault, bounds, calls, dates, testers};
use super::frames::{self, Frame, Of};
use super::numbers::{self, Number};
use super::{Outcome, Run, STACK};

impl<'p> Run<'p> {
    /// Appends what `{{ … }}` prints.
    pub(super) fn print(&mut self, expr: &'p Expr, out: &mut String) -> Outcome<()> {
        if let (Term::Macro { namespace, name, args }, []) = (&expr.kind, expr.filters.as_slice())
            && !expr.negated
        {
            return self.macro_printed(namespace, name, args, out);
        }
        let (value, escape) = self.evaluate(expr)?;
        match value.as_str() {
            Some(text) if escape => plain::escape(text, out),
            _ => {
                bounds::spread(&value).map_err(Fault::new)?;
                plain::write(&value, out);
            }
        }
        Ok(())
    }

    /// Counts a text that an expression made; `name` is what made it.
    fn made(&mut self, value: Value, name: &str) -> Outcome<Value> {
        let bytes = value.as_str().map_or(0, str::len);
        self.made += bytes as u64;
        let fits = bounds::fits(bytes).and_then(|()| bounds::all(self.made));
        fits.map(|()| value).map_err(|told| Fault::new(told).about(name).into())
    }

    /// A value as it is where nothing is printed.
    pub(super) fn unescaped(&mut self, expr: &'p Expr) -> Outcome<Value> {
        let escapes = std::mem::replace(&mut self.escapes, false);
        let value = self.evaluate(expr);
        self.escapes = escapes;
        value.map(|(value, _)| value)
    }

    /// A value, escaped where it stands in what is printed.
    fn value(&mut self, expr: &'p Expr) -> Outcome<Value> {
        let (value, escape) = self.evaluate(expr)?;
        Ok(match value.as_str() {
            Some(text) if escape => {
                let mut escaped = String::with_capacity(text.len() + 16);
                plain::escape(text, &mut escaped);
                Value::from(escaped)
            }
            _ => value,
        })
    }

    /// A value, and whether it is to be escaped.
    fn evaluate(&mut self, expr: &'p Expr) -> Outcome<(Value, bool)> {
        let mut escape = false;
        let mut value = match &expr.kind {
            Term::Text(text) => {
                escape = true;
                text.clone()
            }
            Term::Plain(value) => value.clone(),
            Term::Name(path) => {
                escape = true;
                match self.find(path) {
                    Some(value) if !is_nothing(&value) || expr.default.is_none() => value,
                    None if expr.default.is_none() => {
                        // What is unknown is not true.
                        return if expr.negated { Ok((Value::from(true), false)) } else { Err(self.unknown(path)) };
                    }
                    _ => match &expr.default {
                        Some(Some(default)) => self.value(default)?,
                        _ => return Err(Fault::new("`default` needs the argument `value`").about("default").into()),
                    },
                }
            }
            Term::Everything => self.everything()?,
            Term::Math { .. } => match self.number(&expr.kind)? {
                Some(number) => number.value(),
                None => Value::from("NaN"),
            },
            Term::Logic { .. } => Value::from(self.is_true(expr)?),
            Term::Test(test) => Value::from(self.test(test)?),
            Term::In { needle, hay, negated } => Value::from(self.contains(needle, hay)? != *negated),
            Term::Macro { namespace, name, args } => Value::from(self.macro_call(namespace, name, args)?),
            Term::Call { name, args } => {
                let (value, is_safe) = self.call(name, args)?;
                escape = !is_safe;
                value
            }
            Term::Array(items) => {
                let values = || items.iter().map(|item| self.value(item)).collect::<Outcome<Vec<Value>>>();
                let list = Value::from(stacker::maybe_grow(STACK.0, STACK.1, values)?);
                bounds::nested(&list).map_err(Fault::new)?;
                list
            }
            Term::Concat(pieces) => self.concat(pieces)?,
        };
        for filter in &expr.filters {
            (value, escape) = self.filtered(&value, filter)?;
        }
        if expr.negated {
            return Ok((Value::from(!value.is_truthy()), false));
        }
        let escape = escape && self.escapes && !expr.is_safe;
        Ok((value, escape))
    }

    /// The value with a filter, and whether it is to be escaped.
    pub(super) fn filtered(&mut self, value: &Value, filter: &'p Filter) -> Outcome<(Value, bool)> {
        let args = self.arguments(&filter.args)?;
        let told = |message: String| Box::new(Fault::new(message).about(&filter.name));
        if let Some(native) = filter.native {
            let value = (native.0)(value, &args).map_err(told)?;
            return Ok((self.made(value, &filter.name)?, true));
        }
        let Ok(known) = self.engine.tera.get_filter(&filter.name) else {
            let fault = Fault::new(format!("there is no filter `{}`", filter.name)).about(&filter.name);
            return Err(fault.near(&filter.name, calls::FILTERS.iter().copied()).into());
        };
        bounds::before(&filter.name, value, &args).map_err(told)?;
        let named = args.iter().map(|(name, value)| ((*name).to_owned(), plain::json(value))).collect();
        let value = plain::json(value);
        dates::before(&filter.name, &value, &named).map_err(told)?;
        let result = known.filter(&value, &named);
        let value = result.map_err(|error| told(calls::sentence(&error, &filter.name)))?;
        Ok((self.made(plain::value(&value), &filter.name)?, !known.is_safe()))
    }

    pub(super) fn arguments(&mut self, args: &'p Args) -> Outcome<Arguments<'p>> {
        stacker::maybe_grow(STACK.0, STACK.1, || {
            args.iter().map(|(name, value)| Ok((name.as_str(), self.unescaped(value)?))).collect()
        })
    }

    /// What a function answers, and whether it is safe to print.
    fn call(&mut self, name: &'p str, args: &'p Args) -> Outcome<(Value, bool)> {
        let args = self.arguments(args)?;
        calls::call(self.engine, name, &args).map_err(|message| {
            let mut fault = Fault::new(message).about(name);
            if name == "throw" {
                // Whoever throws says that what follows need not hold.
                fault = fault.last();
            }
            if !calls::names().any(|known| known == name) {
                fault = fault.near(name, calls::names());
            }
            fault.into()
        })
    }

    fn concat(&mut self, pieces: &'p [Piece]) -> Outcome<Value> {
        let mut text = String::new();
        for piece in pieces {
            bounds::fits(text.len()).map_err(|told| Fault::new(told).about("~"))?;
            let (value, what) = match piece {
                Piece::Text(piece) => {
                    text.push_str(piece);
                    continue;
                }
                Piece::Name(path) => (self.find(path).ok_or_else(|| self.unknown(path))?, path.written.as_str()),
                Piece::Call { name, args } => (self.call(name, args)?.0, name.as_str()),
            };
            match value.as_str() {
                Some(piece) => text.push_str(piece),
                None if value.is_number() => text.push_str(&number_text(&value)),
                None => {
                    let message = format!("`~` joins texts and numbers, and `{what}` is {}", plain::kind(&value));
                    return Err(Fault::new(message).about(what).into());
                }
            }
        }
        self.made(Value::from(text), "~")
    }

    /// Whether a condition holds.
    pub(super) fn is_true(&mut self, expr: &'p Expr) -> Outcome<bool> {
        stacker::maybe_grow(STACK.0, STACK.1, || self.holds(expr))
    }

    fn holds(&mut self, expr: &'p Expr) -> Outcome<bool> {
        let holds = match &expr.kind {
            Term::Logic { left, operator, right } => match operator {
                LogicOperator::Or => self.is_true(left)? || self.is_true(right)?,
                LogicOperator::And => self.is_true(left)? && self.is_true(right)?,
                LogicOperator::Eq | LogicOperator::NotEq => {
                    let (left, right) = (self.value(left)?, self.value(right)?);
                    if left.is_number() != right.is_number() {
                        // Neither equal nor unequal, and `not` changes nothing.
                        return Ok(false);
                    }
                    numbers::equal(&left, &right) == (*operator == LogicOperator::Eq)
                }
                _ => {
                    let (left, right) = (self.operand(left)?, self.operand(right)?);
                    let (Some(left), Some(right)) = (left, right) else {
                        return Err(Fault::new("a division by zero is compared").into());
                    };
                    let (left, right) = (left.fraction(), right.fraction());
                    match operator {
                        LogicOperator::Gt => left > right,
                        LogicOperator::Gte => left >= right,
                        LogicOperator::Lt => left < right,
                        _ => left <= right,
                    }
                }
            },
            // A name that is unknown, or whose filters fail, is not true.
            Term::Name(path) if !expr.has_filters => self.find(path).is_some_and(|value| value.is_truthy()),
            Term::Name(_) | Term::Everything => {
                let value = self.evaluate(expr).is_ok_and(|(value, _)| value.is_truthy());
                value != expr.negated
            }
            Term::Math { .. } | Term::Plain(_) => match &expr.kind {
                Term::Plain(value) if value.is_bool() => value.is_truthy(),
                kind => self.number(kind)?.is_some_and(|number| number.fraction() != 0.0),
            },
            Term::In { needle, hay, negated } => self.contains(needle, hay)? != *negated,
            Term::Test(test) => self.test(test)?,
            Term::Text(text) => text.is_truthy(),
            Term::Call { name, args } => {
                let (value, _) = self.call(name, args)?;
                value.as_bool().ok_or_else(|| {
                    let message = format!("`{name}` gives {}, and a condition is true or false", plain::kind(&value));
                    Fault::new(message).about(name)
                })?
            }
            Term::Concat(_) | Term::Array(_) => self.value(expr)?.is_truthy() != expr.negated,
            Term::Macro { namespace, name, args } => !self.macro_call(namespace, name, args)?.is_empty(),
        };
        Ok(holds != expr.negated)
    }

    fn contains(&mut self, needle: &'p Expr, hay: &'p Expr) -> Outcome<bool> {
        let (needle, hay) = (self.unescaped(needle)?, self.unescaped(hay)?);
        if let Some(items) = hay.as_array() {
            return Ok(items.iter().any(|item| plain::same(item, &needle)));
        }
        let wrong = |what: &str| Box::new(Fault::new(what.to_owned()).about("in"));
        match (hay.as_str(), hay.as_map(), needle.as_str()) {
            (Some(text), _, Some(part)) => Ok(text.contains(part)),
            (_, Some(map), Some(key)) => Ok(plain::field(map, key).is_some()),
            (None, None, _) => {
                Err(wrong(&format!("`in` looks into a list, a map or a text, not {}", plain::kind(&hay))))
            }
            _ => Err(wrong(&format!("`in` looks for a text here, not for {}", plain::kind(&needle)))),
        }
    }

    fn test(&mut self, test: &'p Test) -> Outcome<bool> {
        let args = test.args.iter().map(|arg| self.unescaped(arg)).collect::<Outcome<Vec<Value>>>()?;
        let of = self.find(&test.of);
        let holds = testers::holds(self.engine, &test.name, of.as_ref(), &args).map_err(|message| {
            let fault = Fault::new(message).about(&test.name);
            Box::new(if testers::NAMES.contains(&test.name.as_str()) {
                fault
            } else {
                fault.near(&test.name, testers::NAMES.iter().copied())
            })
        })?;
        Ok(holds != test.negated)
    }

    /// A number on one side of an operator; filters come first.
    fn operand(&mut self, expr: &'p Expr) -> Outcome<Option<Number>> {
        if !expr.has_filters {
            return self.number(&expr.kind);
        }
        let value = self.value(expr)?;
        let wrong = || format!("this is {}, and only numbers can be reckoned with", plain::kind(&value));
        Number::of(&value).map(Some).ok_or_else(|| Fault::new(wrong()).into())
    }

    /// `None` is no number: 0 / 0.
    fn number(&mut self, term: &'p Term) -> Outcome<Option<Number>> {
        let (value, what) = match term {
            Term::Math { left, operator, right } => {
                let sides = || -> Outcome<_> { Ok((self.operand(left)?, self.operand(right)?)) };
                let (Some(left), Some(right)) = stacker::maybe_grow(STACK.0, STACK.1, sides)? else { return Ok(None) };
                return numbers::calculate(left, *operator, right).map_err(|message| Fault::new(message).into());
            }
            Term::Name(path) => (self.find(path).ok_or_else(|| self.unknown(path))?, path.written.as_str()),
            Term::Plain(value) => (value.clone(), ""),
            Term::Call { name, args } => (self.call(name, args)?.0, name.as_str()),
            Term::Text(text) => (text.clone(), text.as_str().unwrap_or_default()),
            Term::Test(test) => (Value::from(true), test.name.as_str()),
            _ => (Value::none(), ""),
        };
        Number::of(&value).map(Some).ok_or_else(|| {
            let kind = plain::kind(&value);
            let message = match what {
                "" => format!("only numbers can be reckoned with, and this is {kind}"),
                what => format!("only numbers can be reckoned with, and `{what}` is {kind}"),
            };
            Fault::new(message).about(what).into()
        })
    }

    /// What a macro writes, as a value.
    fn macro_call(&mut self, namespace: &'p str, name: &'p str, args: &'p Args) -> Outcome<String> {
        let mut out = String::new();
        self.unprinted(|run| run.macro_printed(namespace, name, args, &mut out))?;
        Ok(out)
    }

    fn macro_printed(&mut self, namespace: &'p str, name: &'p str, args: &'p Args, out: &mut String) -> Outcome<()> {
        let (template, found) = self.find_macro(namespace, name)?;
        let mut values = Vec::with_capacity(found.args.len());
        for (arg, default) in &found.args {
            let given = args.iter().find(|(given, _)| given == arg).map(|(_, value)| value);
            let Some(expr) = given.or(default.as_ref()) else {
                let message = format!("the macro `{namespace}::{name}` needs the argument `{arg}`");
                let fault = Fault::new(message).about(name);
                let unused = args.iter().map(|(given, _)| given.as_str());
                let unused = unused.filter(|given| !found.args.iter().any(|(arg, _)| arg == given));
                return Err(fault.near(arg, unused).into());
            };
            values.push((arg.as_str(), self.unescaped(expr)?));
        }
        self.frames.push(Frame::with(Of::Macro, template, values));
        let before = self.past.faults.len();
        // A macro knows no name of its caller, and leaves it none.
        let outside = self.past.enter();
        let done = self.deeper(name, |run| run.nodes(&found.body, out));
        self.past.leave(outside);
        self.frames.pop();
        for fault in &mut self.past.faults[before..] {
            fault.inside.get_or_insert_with(|| format!("{namespace}::{name}"));
        }
        done.map(drop).map_err(|mut fault| {
            fault.inside.get_or_insert_with(|| format!("{namespace}::{name}"));
            fault
        })
    }

    /// The macro a call means, from where it stands: from the block that runs, else from the outermost template.
    fn find_macro(&self, namespace: &str, name: &str) -> Outcome<(&'p Template, &'p Macro)> {
        let from = match self.blocks.last() {
            Some((_, template, _)) => template,
            None if self.template.name != self.root.name => self.root,
            None => self.frame().template,
        };
        let Some(of) = from.namespaces.get(namespace) else {
            let here = self.frame().template;
            let message = if here.namespaces.contains_key(namespace) {
                let (own, from) = (&here.name, &from.name);
                format!(
                    "what `{own}` imports as `{namespace}` is not seen where `{from}` runs it: import it in `{from}`"
                )
            } else {
                format!("no macros are imported as `{namespace}` in `{}`", from.name)
            };
            let fault =
                Fault::new(message).about(namespace).near(namespace, from.namespaces.keys().map(String::as_str));
            return Err(fault.into());
        };
        let found = self.engine.program.get(of).and_then(|template| Some((template, template.macros.get(name)?)));
        found.ok_or_else(|| {
            let known = self.engine.program.get(of).into_iter().flat_map(|template| template.macros.keys());
            let own = self.frame().template;
            let message = if namespace == "self" && own.macros.contains_key(name) {
                // What a block calls looks for `self` from the block's template.
                let own = &own.name;
                format!("`self` is not `{own}` where a block calls: import that file and write its name instead")
            } else {
                format!("there is no macro `{name}` in `{of}`")
            };
            Fault::new(message).about(name).near(name, known.map(String::as_str)).into()
        })
    }

    /// What a name leads to.
    fn find(&self, path: &Path) -> Option<Value> {
        self.past.touch(&path.root);
        if path.written == EVERYTHING {
            return self.everything().ok();
        }
        match &path.keys {
            Some(keys) => self.resolve(&path.root, keys),
            None => self.resolve(&path.root, &self.keys(path)?),
        }
    }

    fn resolve<K: AsRef<str>>(&self, root: &str, keys: &[K]) -> Option<Value> {
        for frame in self.frames.iter().rev() {
            if let Some(found) = frame.find(root, keys) {
                return Some(found);
            }
            if !frame.is_open() {
                break;
            }
        }
        frames::follow(self.known.get(root)?, keys).cloned()
    }

    /// The fields of a path; `None` when one of them is in a name that leads nowhere.
    fn keys<'k>(&self, path: &'k Path) -> Option<Vec<Cow<'k, str>>> {
        if let Some(keys) = &path.keys {
            return Some(keys.iter().map(|key| key.as_str().into()).collect());
        }
        let key = |step: &'k Step| match step {
            Step::Key(key) => Some(key.into()),
            Step::Of(path) => {
                let value = self.find(path)?;
                match value.as_str() {
                    Some(text) => Some(text.to_owned().into()),
                    None => value.is_number().then(|| number_text(&value).into()),
                }
            }
        };
        path.steps.iter().map(key).collect()
    }

    /// A name that leads nowhere, with the one that could have been meant.
    fn unknown(&self, path: &Path) -> Box<Fault> {
        let fault = Fault::new(format!("there is no `{}` here", path.written)).about(&path.written);
        let keys = self.keys(path).unwrap_or_default();
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let frames = self.frames.iter().rev();
        let mut values =
            frames.flat_map(Frame::all).chain(self.known.iter().map(|(name, v)| (name.as_str(), v.clone())));
        let fault = match values.find(|(name, _)| *name == path.root) {
            Some((_, value)) => match frames::nearest(&value, &keys) {
                Some((value, at)) => {
                    let fields = value.as_map().into_iter().flat_map(tera::Map::keys);
                    fault.near(keys[at], fields.filter_map(|key| key.as_str()))
                }
                None => fault,
            },
            None => {
                let frames = self.frames.iter().flat_map(Frame::all).map(|(name, _)| name);
                let known: Vec<&str> = frames.chain(self.known.keys().map(String::as_str)).collect();
                fault.near(&path.root, known)
            }
        };
        fault.into()
    }

    /// Everything that is known, as JSON.
    fn everything(&self) -> Outcome<Value> {
        let mut all = std::collections::BTreeMap::new();
        let mut is_whole = true;
        for frame in self.frames.iter().rev() {
            for (name, value) in frame.all() {
                all.entry(name).or_insert(value);
            }
            if matches!(frame.kind, Of::Macro) {
                is_whole = false;
                break;
            }
        }
        if is_whole {
            for (name, value) in self.known {
                all.entry(name).or_insert_with(|| value.clone());
            }
        }
        let text = serde_json::to_string_pretty(&all).map_err(|e| Fault::new(e.to_string()))?;
        Ok(Value::from(text))
    }
}

/// A number as JSON writes it.
fn number_text(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if value.is_f64() => {
            serde_json::Number::from_f64(number).map(|n| n.to_string()).unwrap_or_default()
        }
        _ => plain::scalar(value).into_owned(),
    }
}
