//! Pages, sections, terms and pagers as templates of either dialect see them.
//!
//! Entry point: [`LibraryValues::new`], once per build. A value is made when somebody first asks for it; tera's values
//! share their inside, so a page in a hundred lists is still one page. Those of pages that did not change may come from
//! the build before ([`Kept`]). Templates that read nothing of what the Markdown of other pages became are shown lists of
//! pages without it ([`shown_to`]): ten thousand texts need not be touched for the sake of ten titles.

mod config;
mod nodes;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use tera::{Map, Value};

use crate::config::Dialect;
use crate::content::{Library, PageKey, Pager, Paginator, SectionKey, TaxonomyKey};
use crate::memory::Print;
use crate::templates::reads::{Closure, Fields};

pub(super) use config::config;
pub(super) use nodes::early;

use nodes::{Siblings, insert_aliases, insert_body, list, page_map, paginator, section_map, term_value};

/// How much templates are shown of pages that are not their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Everything.
    Whole,
    /// Everything but what their Markdown became and the pages beside them: the fields are there and empty. For templates
    /// that read none of it.
    Light,
}

impl Shown {
    /// What templates of this closure need.
    fn of(closure: Closure) -> Self {
        let left_out: Fields = [Fields::CONTENT, Fields::SUMMARY, Fields::TOC, Fields::BESIDE].into_iter().collect();
        if closure.others.meets(left_out) { Self::Whole } else { Self::Light }
    }
}

thread_local! {
    /// What the template that is being rendered on this thread is shown.
    static SHOWN: Cell<Shown> = const { Cell::new(Shown::Whole) };
}

/// Renders for templates of this closure: they are shown of other pages what they may read. Without, everything is shown.
pub fn shown_to<T>(closure: Closure, work: impl FnOnce() -> T) -> T {
    /// Puts back what was shown before, also when the work panics: a thread that waits may be lent to another page.
    struct Before(Shown);
    impl Drop for Before {
        fn drop(&mut self) {
            SHOWN.set(self.0);
        }
    }
    let _before = Before(SHOWN.replace(Shown::of(closure)));
    work()
}

/// Every value of a library, by the library's keys.
#[derive(Debug)]
pub(super) struct LibraryValues {
    library: Arc<Library>,
    /// The older dialect shows the pages of terms, pagers and feeds without those beside them.
    is_older: bool,
    sets: Arc<Sets>,
}

#[derive(Debug)]
struct Sets {
    whole: Set,
    light: Set,
}

/// Values that show equally much.
#[derive(Debug)]
struct Set {
    /// Without the pages beside them.
    alone: Vec<OnceLock<Value>>,
    pages: Vec<OnceLock<Value>>,
    sections: Vec<OnceLock<Value>>,
    sections_without_pages: Vec<OnceLock<Value>>,
    taxonomies: Vec<OnceLock<Value>>,
    terms: Vec<Vec<OnceLock<Value>>>,
    terms_without_pages: Vec<Vec<OnceLock<Value>>>,
}

/// The values of a build's pages, for the next one.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    sets: Option<Arc<Sets>>,
    /// Each page with its place in the library, by the path of its file; what it was made of, and the pages beside it.
    places: HashMap<String, usize>,
    prints: Vec<Print>,
    beside: Vec<[Option<PageKey>; 2]>,
}

impl Kept {
    /// What the next build may take of these values. `prints` has all that each page shows.
    pub(super) fn new(values: &Arc<LibraryValues>, prints: Vec<Print>) -> Self {
        let pages = &values.library.pages;
        let places = pages.iter().enumerate().map(|(at, page)| (page.file.relative.clone(), at)).collect();
        let beside = pages.iter().map(|page| [page.lower, page.higher]).collect();
        Self { sets: Some(Arc::clone(&values.sets)), places, prints, beside }
    }
}

fn empty<T>(number: usize) -> Vec<OnceLock<T>> {
    (0..number).map(|_| OnceLock::new()).collect()
}

impl Set {
    fn new(library: &Library) -> Self {
        let terms = || library.taxonomies.iter().map(|taxonomy| empty(taxonomy.items.len())).collect();
        Self {
            alone: empty(library.pages.len()),
            pages: empty(library.pages.len()),
            sections: empty(library.sections.len()),
            sections_without_pages: empty(library.sections.len()),
            taxonomies: empty(library.taxonomies.len()),
            terms: terms(),
            terms_without_pages: terms(),
        }
    }

    /// Takes what another library's set has of a page: alone, or also as one `with` the same pages beside it.
    fn take(&self, key: PageKey, from: &Self, at: usize, with: bool) {
        if let Some(value) = from.alone[at].get() {
            let _ = self.alone[key.0 as usize].set(value.clone());
        }
        if let Some(value) = from.pages[at].get().filter(|_| with) {
            let _ = self.pages[key.0 as usize].set(value.clone());
        }
    }
}

impl LibraryValues {
    /// The values of a library whose Markdown is rendered. Those of pages whose prints are in `before` are taken from it.
    pub(super) fn new(library: &Arc<Library>, dialect: Dialect, before: &Kept, prints: &[Print]) -> Self {
        let (whole, light) = (Set::new(library), Set::new(library));
        if let Some(sets) = &before.sets {
            let places: Vec<Option<usize>> = library
                .pages
                .iter()
                .zip(prints)
                .map(|(page, print)| {
                    let at = *before.places.get(&page.file.relative)?;
                    (before.prints[at] == *print).then_some(at)
                })
                .collect();
            let place = |key: PageKey| places.get(key.0 as usize).copied().flatten();
            for key in library.page_keys() {
                let Some(at) = place(key) else { continue };
                // The pages beside it must be the same too, not only have the same content.
                let (page, [lower, higher]) = (&library[key], before.beside[at]);
                let same = |new: Option<PageKey>, old: Option<PageKey>| match (new, old) {
                    (None, None) => true,
                    (Some(new), Some(old)) => place(new) == Some(old.0 as usize),
                    _ => false,
                };
                let with = same(page.lower, lower) && same(page.higher, higher);
                whole.take(key, &sets.whole, at, with);
                light.take(key, &sets.light, at, with);
            }
        }
        let sets = Arc::new(Sets { whole, light });
        Self { is_older: dialect == Dialect::Zola022, sets, library: Arc::clone(library) }
    }

    fn set(&self, shown: Shown) -> &Set {
        match shown {
            Shown::Whole => &self.sets.whole,
            Shown::Light => &self.sets.light,
        }
    }

    fn alone(&self, key: PageKey, shown: Shown) -> Value {
        let make = || {
            let page = &self.library[key];
            let mut map = page_map(&self.library, page, Siblings::none(), shown == Shown::Whole);
            if !self.is_older {
                insert_aliases(&mut map, &page.meta.aliases);
            }
            Value::from(map)
        };
        self.set(shown).alone[key.0 as usize].get_or_init(make).clone()
    }

    /// The page that a template is rendered for, with those beside it: everything of its own is shown.
    pub(super) fn own_page(&self, key: PageKey) -> Value {
        let shown = SHOWN.get();
        match shown {
            Shown::Whole => self.page_shown(key, shown),
            Shown::Light => {
                let mut map = self.beside(key, shown);
                insert_body(&mut map, &self.library[key].rendered);
                Value::from(map)
            }
        }
    }

    /// A page with those beside it.
    pub(super) fn page(&self, key: PageKey) -> Value {
        self.page_shown(key, SHOWN.get())
    }

    fn page_shown(&self, key: PageKey, shown: Shown) -> Value {
        if shown == Shown::Light {
            return self.alone(key, shown);
        }
        let slot = &self.set(shown).pages[key.0 as usize];
        slot.get_or_init(|| Value::from(self.beside(key, shown))).clone()
    }

    fn beside(&self, key: PageKey, shown: Shown) -> Map {
        let page = &self.library[key];
        let beside = |key: Option<PageKey>| key.map_or_else(Value::none, |key| self.alone(key, shown));
        let mut map: Map = match self.alone(key, shown).into_map() {
            Some(map) => map,
            None => page_map(&self.library, page, Siblings::none(), shown == Shown::Whole),
        };
        map.insert("lower".into(), beside(page.lower));
        map.insert("higher".into(), beside(page.higher));
        map
    }

    /// Pages as terms, pagers and feeds list them.
    pub(super) fn listed(&self, keys: &[PageKey]) -> Value {
        let shown = SHOWN.get();
        list(keys.iter().map(|key| if self.is_older { self.alone(*key, shown) } else { self.page_shown(*key, shown) }))
    }

    /// A section with its pages.
    pub(super) fn section(&self, key: SectionKey) -> Value {
        let shown = SHOWN.get();
        let slot = &self.set(shown).sections[key.0 as usize];
        let section = &self.library[key];
        if slot.get().is_none() {
            // Before the slot is taken: a thread that waits inside may be lent to a page that wants the same section.
            section.pages.par_iter().for_each(|key| drop(self.page_shown(*key, shown)));
        }
        let make = || {
            let listed = section.pages.iter().filter(|key| !self.is_older || self.library[**key].meta.render);
            self.section_beside(key, list(listed.map(|key| self.page_shown(*key, shown))))
        };
        slot.get_or_init(make).clone()
    }

    pub(super) fn section_without_pages(&self, key: SectionKey) -> Value {
        let slot = &self.set(SHOWN.get()).sections_without_pages[key.0 as usize];
        slot.get_or_init(|| self.section_beside(key, list([]))).clone()
    }

    /// A section with these pages and, in the newer dialect, the sections beside it, which are shown without theirs.
    fn section_beside(&self, key: SectionKey, pages: Value) -> Value {
        let library = &self.library;
        let mut map = section_map(library, &library[key], pages);
        if !self.is_older {
            let beside = |key: Option<SectionKey>| {
                let section = &library[key?];
                let mut map = section_map(library, section, list([]));
                insert_aliases(&mut map, &section.meta.aliases);
                Some(Value::from(map))
            };
            insert_aliases(&mut map, &library[key].meta.aliases);
            map.insert("lower".into(), beside(library[key].lower).unwrap_or_else(Value::none));
            map.insert("higher".into(), beside(library[key].higher).unwrap_or_else(Value::none));
        }
        Value::from(map)
    }

    pub(super) fn taxonomy(&self, key: TaxonomyKey) -> Value {
        let make = || {
            let taxonomy = &self.library[key];
            let mut map = Map::new();
            map.insert("kind".into(), Value::from_serializable(&taxonomy.kind));
            map.insert("lang".into(), Value::from(taxonomy.lang.as_str()));
            map.insert("permalink".into(), Value::from(taxonomy.permalink.as_str()));
            map.insert("items".into(), self.terms(key));
            Value::from(map)
        };
        self.set(SHOWN.get()).taxonomies[key.0 as usize].get_or_init(make).clone()
    }

    pub(super) fn term(&self, key: TaxonomyKey, index: usize) -> Value {
        let make = || {
            let term = &self.library[key].items[index];
            term_value(term, self.listed(&term.pages))
        };
        self.set(SHOWN.get()).terms[key.0 as usize][index].get_or_init(make).clone()
    }

    pub(super) fn term_without_pages(&self, key: TaxonomyKey, index: usize) -> Value {
        let make = || term_value(&self.library[key].items[index], list([]));
        self.set(SHOWN.get()).terms_without_pages[key.0 as usize][index].get_or_init(make).clone()
    }

    /// The `terms` of a taxonomy's list.
    pub(super) fn terms(&self, key: TaxonomyKey) -> Value {
        list((0..self.library[key].items.len()).map(|index| self.term(key, index)))
    }

    /// The `paginator` of one pager.
    pub(super) fn paginator(&self, of: &Paginator, pager: &Pager) -> Value {
        paginator(of, pager, self.listed(&pager.pages))
    }
}
