//! What is known while a template runs: the context, what was set, what a loop is at.

use std::borrow::Cow;

use tera::Value;

use super::super::bounds;
use super::super::calls::Range;
use super::super::plain::{self, step};
use super::super::program::Template;

/// Names that one part of a template has of its own.
pub(super) struct Frame<'p> {
    pub(super) kind: Of<'p>,
    /// The template whose text runs here.
    pub(super) template: &'p Template,
    values: Vec<(&'p str, Value)>,
}

pub(super) enum Of<'p> {
    Whole,
    Macro,
    Include,
    Loop(Loop<'p>),
}

/// A loop and how far it is.
pub(super) struct Loop<'p> {
    pub(super) key: Option<&'p str>,
    pub(super) value: &'p str,
    /// Each item, with its key when it is one of a map.
    pub(super) items: Items,
    pub(super) at: usize,
}

pub(super) enum Items {
    List(Value),
    Pairs(Vec<(Value, Value)>),
    /// Numbers and how many they are: each is made when its turn comes.
    Range(Range, usize),
}

impl Items {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::List(list) => list.as_array().map_or(0, <[Value]>::len),
            Self::Pairs(pairs) => pairs.len(),
            Self::Range(_, count) => *count,
        }
    }

    fn value(&self, at: usize) -> Option<Cow<'_, Value>> {
        match self {
            Self::List(list) => list.as_array()?.get(at).map(Cow::Borrowed),
            Self::Pairs(pairs) => pairs.get(at).map(|(_, value)| Cow::Borrowed(value)),
            Self::Range(range, count) => (at < *count).then(|| Cow::Owned(range.nth(at))),
        }
    }
}

impl<'p> Frame<'p> {
    pub(super) fn new(kind: Of<'p>, template: &'p Template) -> Self {
        Self { kind, template, values: Vec::new() }
    }

    pub(super) fn with(kind: Of<'p>, template: &'p Template, values: Vec<(&'p str, Value)>) -> Self {
        Self { kind, template, values }
    }

    pub(super) fn set(&mut self, name: &'p str, value: Value) {
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name, value)),
        }
    }

    /// Goes to the next item: what the last one set is forgotten.
    pub(super) fn advance(&mut self) {
        self.values.clear();
        if let Of::Loop(of) = &mut self.kind {
            of.at += 1;
        }
    }

    /// What a path leads to in this frame. `None` also when only its first part is known here: an outer frame may know
    /// the whole.
    pub(super) fn find<K: AsRef<str>>(&self, root: &str, keys: &[K]) -> Option<Value> {
        if let Some((_, value)) = self.values.iter().find(|(known, _)| *known == root)
            && let Some(found) = follow(value, keys)
        {
            return Some(found.clone());
        }
        let Of::Loop(of) = &self.kind else { return None };
        if of.key == Some(root) && keys.is_empty() {
            let Items::Pairs(pairs) = &of.items else { return None };
            return pairs.get(of.at).map(|(key, _)| key.clone());
        }
        if root == "loop" {
            let [field] = keys else { return None };
            return Some(match field.as_ref() {
                "index" => Value::from(of.at + 1),
                "index0" => Value::from(of.at),
                "first" => Value::from(of.at == 0),
                "last" => Value::from(of.at + 1 == of.items.len()),
                _ => return None,
            });
        }
        if root != of.value {
            return None;
        }
        let value = of.items.value(of.at)?;
        follow(&value, keys).cloned()
    }

    /// Every name with its value, for a dump.
    pub(super) fn all(&self) -> Vec<(&'p str, Value)> {
        let mut all = Vec::new();
        if let Of::Loop(of) = &self.kind {
            all.extend(of.items.value(of.at).map(|value| (of.value, value.into_owned())));
            if let (Some(key), Items::Pairs(pairs)) = (of.key, &of.items) {
                all.extend(pairs.get(of.at).map(|(found, _)| (key, found.clone())));
            }
        }
        all.extend(self.values.iter().cloned());
        all
    }

    /// Whether names of the frames below can be seen from here.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.kind, Of::Include | Of::Loop(_))
    }
}

/// What keys lead to.
pub(super) fn follow<'v, K: AsRef<str>>(value: &'v Value, keys: &'v [K]) -> Option<&'v Value> {
    keys.iter().map(AsRef::as_ref).filter(|key| !key.is_empty()).try_fold(value, step)
}

/// The characters of a text as Tera 1 loops over them.
pub(super) fn characters(text: &str) -> Result<Value, String> {
    use unicode_segmentation::UnicodeSegmentation as _;
    bounds::pieces(text.chars().count())?;
    Ok(Value::from(text.graphemes(true).map(Value::from).collect::<Vec<_>>()))
}

/// The pairs of a map.
pub(super) fn pairs(map: &tera::Map) -> Vec<(Value, Value)> {
    map.iter().map(|(key, value)| (key.as_value(), value.clone())).collect()
}

/// The names that could have been meant for the part of a path that is not there.
pub(super) fn nearest<'v>(mut value: &'v Value, keys: &[&'v str]) -> Option<(&'v Value, usize)> {
    for (at, key) in keys.iter().enumerate() {
        match plain::step(value, key) {
            Some(next) => value = next,
            None => return Some((value, at)),
        }
    }
    None
}
