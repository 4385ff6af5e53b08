//! What a template and all it pulls in may read: which fields of *other* pages, and which files they are made of.
//!
//! Entry point: [`Closures::of`]. A page that lists others must be rendered again when what it shows of them changes; most
//! lists show titles, and a title changes seldom. So the texts of templates are read, in both dialects, for the fields
//! that come from a page's body. When anything is unclear (a value handed on whole, a field named by a variable), a
//! template is taken to read everything: too much is rendered then, never too little.

mod analysis;
mod cursor;
mod scope;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use template::Template;

use super::load::{BUILTIN, BUILTINS, sources};
use crate::config::{Dialect, Loaded};
use crate::memory::Print;

/// Built-in templates that the older dialect has in other words.
const OLDER: &[(&str, &str)] = &[
    ("__zola_builtins/atom.xml", include_str!("../older/builtin/atom.xml")),
    ("__zola_builtins/robots.txt", include_str!("../older/builtin/robots.txt")),
    ("__zola_builtins/rss.xml", include_str!("../older/builtin/rss.xml")),
    ("__zola_builtins/summary-cutoff.html", include_str!("../older/builtin/summary-cutoff.html")),
];

/// Fields that come from the body of a page, as a set of bits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fields(u8);

impl Fields {
    /// `content`.
    pub const CONTENT: Self = Self(1);
    /// `summary`.
    pub const SUMMARY: Self = Self(2);
    /// `toc`.
    pub const TOC: Self = Self(4);
    /// `word_count` and `reading_time`.
    pub const WORDS: Self = Self(8);
    /// `backlinks`.
    pub const BACKLINKS: Self = Self(16);
    /// `lower` and `higher`.
    pub const BESIDE: Self = Self(32);
    /// Everything.
    pub const ALL: Self = Self(63);

    /// Whether all of `other` is in it.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether something is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The field of a name, if it is one of these.
    fn named(name: &str) -> Self {
        match name {
            "content" => Self::CONTENT,
            "summary" => Self::SUMMARY,
            "toc" => Self::TOC,
            "word_count" | "reading_time" => Self::WORDS,
            "backlinks" => Self::BACKLINKS,
            "lower" | "higher" => Self::BESIDE,
            _ => Self(0),
        }
    }
}

impl FromIterator<Self> for Fields {
    fn from_iter<I: IntoIterator<Item = Self>>(fields: I) -> Self {
        fields.into_iter().fold(Self::default(), |mut all, field| {
            all.add(field);
            all
        })
    }
}

/// How much of the clock a template shows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// At most the day.
    #[default]
    Day,
    /// The moment.
    Moment,
}

/// A template and all it pulls in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Closure {
    /// Of all their texts.
    pub print: Print,
    /// What they may read of pages that are not the one they are rendered for.
    pub others: Fields,
    /// How precisely they tell the time.
    pub clock: Clock,
    /// They throw dice.
    pub chance: bool,
}

impl Closure {
    /// No template at all.
    pub const NONE: Self = Self { print: Print::NONE, others: Fields(0), clock: Clock::Moment, chance: false };
}

/// The closures of a site's templates.
#[derive(Debug)]
pub struct Closures {
    texts: BTreeMap<String, Arc<Template>>,
    components: BTreeMap<String, BTreeSet<String>>,
    theme: Option<String>,
    all: Print,
    known: RwLock<BTreeMap<String, Closure>>,
}

impl Closures {
    /// Reads the templates of a site. Taken before they are compiled: one that changes in between is then seen to have
    /// changed the next time. Templates that cannot be read are told by the compiler.
    pub fn read(loaded: &Loaded) -> Self {
        let newer = loaded.dialect == Dialect::Zola023;
        let (found, _) = sources(loaded);
        let builtins = BUILTINS.iter().chain(OLDER.iter().filter(|_| !newer)).copied();
        let named = builtins.chain(found.iter().map(|source| (source.name.as_str(), source.text.as_str())));
        let texts: BTreeMap<String, Arc<Template>> =
            named.map(|(name, text)| (name.to_owned(), Arc::new(Template::read(text, newer)))).collect();
        let mut components: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, template) in &texts {
            for component in &template.defines {
                components.entry(component.clone()).or_default().insert(name.clone());
            }
        }
        let prints: Vec<(&String, Print)> = texts.iter().map(|(name, template)| (name, template.print)).collect();
        let all = Print::of_value(&prints);
        let theme = loaded.config.theme.as_ref().map(|theme| format!("{theme}/templates/"));
        Self { texts, components, theme, all, known: RwLock::default() }
    }

    /// The print of every template together.
    pub fn all(&self) -> Print {
        self.all
    }

    /// Every template of the site, as one that pulls all of them in.
    pub fn everything(&self) -> Closure {
        let chance = self.texts.values().any(|template| template.throws_dice);
        Closure { print: self.all, others: Fields::ALL, clock: Clock::Moment, chance }
    }

    /// What a template and all it pulls in may read.
    pub fn of(&self, name: &str) -> Closure {
        if let Some(closure) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return *closure;
        }
        let closure = self.close(name);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), closure);
        closure
    }

    /// Whether a template is one of some, or pulls one of them in by a name that is written in it.
    pub(super) fn reaches(&self, name: &str, some: &BTreeSet<String>) -> bool {
        let mut asked = BTreeSet::new();
        let mut waiting = vec![name.to_owned()];
        while let Some(name) = waiting.pop() {
            let Some((full, template)) = self.find(&name) else { continue };
            if some.contains(full) {
                return true;
            }
            if asked.insert(full) {
                waiting.extend(template.names.iter().cloned());
                waiting.extend(template.calls.iter().flat_map(|component| self.defining(component)).map(str::to_owned));
            }
        }
        false
    }

    /// The templates that define a component.
    pub(super) fn defining(&self, component: &str) -> impl Iterator<Item = &str> {
        self.components.get(component).into_iter().flatten().map(String::as_str)
    }

    fn close(&self, name: &str) -> Closure {
        let mut asked = BTreeMap::new();
        let mut waiting = vec![name.to_owned()];
        let mut members: Vec<&Template> = Vec::new();
        let mut everything = false;
        while let Some(name) = waiting.pop() {
            if asked.contains_key(&name) {
                continue;
            }
            let found = self.find(&name).map(|(_, template)| template);
            asked.insert(name, found.map(|template| template.print));
            let Some(template) = found else { continue };
            waiting.extend(template.names.iter().cloned());
            for component in &template.calls {
                // The same file may define several: all of it counts.
                waiting.extend(self.components.get(component).into_iter().flatten().cloned());
            }
            everything |= template.pulls_anything;
            members.push(template);
        }
        if everything {
            members = self.texts.values().map(|template| &**template).collect();
        }
        let print = if everything { self.all } else { Print::of_value(&asked) };
        let (others, clock) = analysis::fields(&members);
        Closure { print, others, clock, chance: members.iter().any(|template| template.throws_dice) }
    }

    /// The site's template of a name, the theme's, or the built-in one.
    fn find(&self, name: &str) -> Option<(&str, &Template)> {
        let of_theme = self.theme.as_ref().map(|theme| format!("{theme}{name}"));
        let names = [Some(name.to_owned()), of_theme, Some(format!("{BUILTIN}{name}"))];
        let found = names.into_iter().flatten().find_map(|name| self.texts.get_key_value(&name));
        found.map(|(name, template)| (name.as_str(), &**template))
    }
}
