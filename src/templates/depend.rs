//! What pages, sections and look-ups are worth today, as prints: what was rendered from equal prints is the same.
//!
//! Entry point: [`Prints`], made for a library whose Markdown is rendered. A print covers all that a template can see of a
//! value, whoever put it there: it is taken of the library, not of the files behind it.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use crate::config::{Loaded, SlugifyStrategy};
use crate::content::{Library, Node, Page, PageKey, Paginator, SectionKey, TaxonomyKey};
use crate::memory::{Files, Print};
use crate::output::Output;

use super::functions::{self, Beforehand, Found};
use super::reads::{Clock, Closure, Fields};
use super::trace::Read;

/// The prints of a library.
#[derive(Debug)]
pub struct Prints<'a> {
    library: &'a Library,
    loaded: &'a Loaded,
    files: &'a Files,
    today: Print,
    beforehand: OnceLock<Beforehand>,
    pages: Vec<Print>,
    sections: Vec<Print>,
    known: RwLock<HashMap<Closure, HashMap<Read, Option<Print>>>>,
    lists: Mutex<HashMap<(List, Fields), Print>>,
}

/// A list of pages that many ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum List {
    Section(SectionKey),
    Term(TaxonomyKey, usize),
}

impl<'a> Prints<'a> {
    /// Takes the prints of every page and section, in parallel. `today` is the civil day on which the site is built.
    pub fn new(library: &'a Library, loaded: &'a Loaded, files: &'a Files, today: jiff::civil::Date) -> Self {
        use rayon::prelude::*;
        Self {
            library,
            loaded,
            files,
            today: Print::of_value(&today.to_string()),
            beforehand: OnceLock::new(),
            pages: library.pages.par_iter().map(|page| page_head(library, page)).collect(),
            sections: (0..library.sections.len() as u32).map(|at| section_head(library, SectionKey(at))).collect(),
            known: RwLock::default(),
            lists: Mutex::default(),
        }
    }

    /// The same for a library whose Markdown is not rendered yet: what is worth something only when it is, is not known.
    pub fn early(library: &'a Library, loaded: &'a Loaded, files: &'a Files, today: jiff::civil::Date) -> Self {
        Self {
            library,
            loaded,
            files,
            today: Print::of_value(&today.to_string()),
            beforehand: OnceLock::new(),
            pages: Vec::new(),
            sections: Vec::new(),
            known: RwLock::default(),
            lists: Mutex::default(),
        }
    }

    /// Makes known what is made before the pages and what lies beside them, which their templates may name.
    pub fn beforehand(&self, made: &[Output], beside: &[Output]) {
        let _ = self.beforehand.set(Beforehand::new(made, beside, false));
    }

    /// All that templates see of each page but the pages beside it.
    pub fn whole(&self) -> Vec<Print> {
        use rayon::prelude::*;
        let keys: Vec<PageKey> = self.library.page_keys().collect();
        keys.into_par_iter().map(|key| self.alone(key, Fields::ALL)).collect()
    }

    /// All that is known of every page and section but their bodies.
    pub fn heads(&self) -> Print {
        Print::of_value(&(&self.pages, &self.sections))
    }

    /// What a page's own template sees: everything of it, and what may be read of the pages beside it.
    pub fn page(&self, key: PageKey, others: Fields) -> Print {
        let page = &self.library[key];
        let beside = [page.lower, page.higher].map(|key| key.map(|key| self.alone(key, others)));
        Print::of_value(&(self.alone(key, Fields::ALL), beside))
    }

    /// What a section's own template sees, with its pages or without.
    pub fn section(&self, key: SectionKey, with_pages: bool, others: Fields) -> Print {
        let list = with_pages.then(|| self.section_list(key, others));
        let beside = self.sections_beside(key, others);
        Print::of_value(&(self.section_alone(key, Fields::ALL), list, beside))
    }

    /// What may be read of a list of pages.
    pub fn pages(&self, keys: &[PageKey], others: Fields) -> Print {
        let prints: Vec<Print> = keys.iter().map(|key| self.listed(*key, others)).collect();
        Print::of_value(&prints)
    }

    /// What may be read of a paginator and the pages of one of its pagers.
    pub fn pager(&self, of: &Paginator, at: usize, others: Fields) -> Print {
        let pager = &of.pagers[at];
        let addresses: Vec<&str> = [0, at.wrapping_sub(1), at + 1, of.pagers.len().saturating_sub(1)]
            .into_iter()
            .map(|at| of.pagers.get(at).map_or("", |pager| pager.permalink.as_str()))
            .collect();
        let own = (of.paginate_by, &of.base_url, of.pagers.len(), of.total_pages, pager.index, addresses, &pager.path);
        Print::of_value(&(own, self.pages(&pager.pages, others)))
    }

    /// A term, with its pages or without.
    pub fn term(&self, key: TaxonomyKey, index: usize, with_pages: bool, others: Fields) -> Print {
        let term = &self.library[key].items[index];
        let own = (&term.name, &term.slug, &term.path, &term.permalink, term.pages.len());
        let list = with_pages.then(|| self.list(List::Term(key, index), &term.pages, others));
        Print::of_value(&(own, list))
    }

    /// A whole taxonomy with the pages of its terms.
    pub fn taxonomy(&self, key: TaxonomyKey, others: Fields) -> Print {
        let taxonomy = &self.library[key];
        let terms: Vec<Print> = (0..taxonomy.items.len()).map(|index| self.term(key, index, true, others)).collect();
        Print::of_value(&(&taxonomy.kind, &taxonomy.lang, &taxonomy.path, &taxonomy.permalink, terms))
    }

    /// What a look-up would answer a template now; `None` when that cannot be known without asking.
    pub fn read(&self, read: &Read, closure: Closure) -> Option<Print> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(print) = known.get(&closure).and_then(|known| known.get(read)) {
            return *print;
        }
        drop(known);
        let print = self.look(read, closure);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(closure).or_default().insert(read.clone(), print);
        print
    }

    fn look(&self, read: &Read, closure: Closure) -> Option<Print> {
        let others = closure.others;
        let is_early = self.sections.is_empty();
        Some(match read {
            Read::Page(..) | Read::Section(..) | Read::Taxonomy(..) | Read::Term(..) if is_early => return None,
            Read::Page(path, lang) => {
                Print::of_value(&self.found(path, lang).map(|node| self.node(node, true, others)))
            }
            Read::Section(path, lang, with_pages) => {
                Print::of_value(&self.found(path, lang).map(|node| self.node(node, *with_pages, others)))
            }
            Read::Taxonomy(kind, lang) => {
                Print::of_value(&self.named(kind, lang).map(|key| self.taxonomy(key, others)))
            }
            Read::Term(kind, term, lang, with_pages) => Print::of_value(&self.named(kind, lang).map(|key| {
                let terms = self.terms(key, term).map(|index| self.term(key, index, *with_pages, others));
                terms.collect::<Vec<_>>()
            })),
            Read::TermUrl(kind, term, lang) => Print::of_value(&self.named(kind, lang).map(|key| {
                let items = &self.library[key].items;
                self.terms(key, term).map(|index| items[index].permalink.as_str()).collect::<Vec<_>>()
            })),
            Read::Address(path, lang) => {
                let found = self.found(path, lang).map(|node| node.map(|node| self.library.permalink(node)));
                let waiting = &self.library.waiting;
                let localized = path.strip_suffix(".md").map(|stem| format!("{stem}.{lang}.md")).unwrap_or_default();
                let asset = if path.ends_with(".md") { None } else { self.library.asset(path) };
                Print::of_value(&(found, waiting.get(path), waiting.get(&localized), asset))
            }
            Read::File(path) => {
                let file = functions::locate(self.loaded, self.beforehand.get(), path).ok().flatten();
                match file {
                    Some(Found::Source(file)) => Print::of_value(&(file.to_string_lossy(), self.files.print(&file))),
                    Some(Found::Made(body)) => Print::of(&body.read().ok()?),
                    None => Print::NONE,
                }
            }
            Read::Variable(name) => Print::of_value(&std::env::var(name).ok()),
            Read::Plain(path) => Print::of_value(&self.files.print(path)),
            Read::Copy(_) => Print::default(),
            Read::Moment if closure.clock == Clock::Day => self.today,
            Read::Moment | Read::Unknowable => return None,
        })
    }

    /// Both nodes that a path may lead to: as it is, and in its language.
    fn found(&self, path: &str, lang: &str) -> [Option<Node>; 2] {
        let localized = path.strip_suffix(".md").map(|stem| format!("{stem}.{lang}.md"));
        [self.library.node(path), localized.and_then(|path| self.library.node(&path))]
    }

    fn node(&self, node: Option<Node>, with_pages: bool, others: Fields) -> Option<Print> {
        Some(match node? {
            Node::Page(key) => self.listed(key, others),
            Node::Section(key) => {
                let list = with_pages.then(|| self.section_list(key, others));
                let beside = others.has(Fields::BESIDE).then(|| self.sections_beside(key, others));
                Print::of_value(&("section", self.section_alone(key, others), list, beside))
            }
        })
    }

    fn named(&self, kind: &str, lang: &str) -> Option<TaxonomyKey> {
        self.library.taxonomy_named(kind, lang, self.loaded.dialect)
    }

    fn terms(&self, key: TaxonomyKey, term: &str) -> impl Iterator<Item = usize> {
        let slug = match self.loaded.config.slugify.taxonomies {
            SlugifyStrategy::On => slug::slugify(term),
            SlugifyStrategy::Safe | SlugifyStrategy::Off => term.to_owned(),
        };
        let items = self.library[key].items.iter().enumerate();
        items.filter(move |(_, item)| item.name == term || item.slug == term || item.slug == slug).map(|(at, _)| at)
    }

    /// The pages of a section in their order.
    fn section_list(&self, key: SectionKey, others: Fields) -> Print {
        self.list(List::Section(key), &self.library[key].pages, others)
    }

    fn list(&self, key: List, pages: &[PageKey], others: Fields) -> Print {
        let known = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&(key, others)).copied();
        if let Some(print) = known {
            return print;
        }
        let print = self.pages(pages, others);
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert((key, others), print);
        print
    }

    /// A page in a list knows those beside it.
    fn listed(&self, key: PageKey, others: Fields) -> Print {
        if !others.has(Fields::BESIDE) {
            return self.alone(key, others);
        }
        let page = &self.library[key];
        let beside = [page.lower, page.higher].map(|key| key.map(|key| self.alone(key, others)));
        Print::of_value(&(self.alone(key, others), beside))
    }

    fn alone(&self, key: PageKey, fields: Fields) -> Print {
        let (page, head) = (&self.library[key], self.pages[key.0 as usize]);
        self.with_body(head, &page.rendered.prints, &page.backlinks, fields)
    }

    fn section_alone(&self, key: SectionKey, fields: Fields) -> Print {
        let (section, head) = (&self.library[key], self.sections[key.0 as usize]);
        self.with_body(head, &section.rendered.prints, &section.backlinks, fields)
    }

    fn sections_beside(&self, key: SectionKey, others: Fields) -> [Option<Print>; 2] {
        let section = &self.library[key];
        [section.lower, section.higher].map(|key| key.map(|key| self.section_alone(key, others)))
    }

    fn with_body(&self, head: Print, body: &crate::content::BodyPrints, backlinks: &[Node], fields: Fields) -> Print {
        // A list of titles, as most are.
        if fields.is_empty() || fields == Fields::BESIDE {
            return head;
        }
        let parts = [
            (Fields::CONTENT, body.content),
            (Fields::SUMMARY, body.summary),
            (Fields::TOC, body.toc),
            (Fields::WORDS, body.words),
        ];
        let mut seen = vec![head];
        seen.extend(parts.into_iter().filter(|(field, _)| fields.has(*field)).map(|(_, print)| print));
        if fields.has(Fields::BACKLINKS) {
            let links: Vec<(&str, Option<&str>)> = backlinks.iter().map(|node| self.linking(*node)).collect();
            seen.push(Print::of_value(&links));
        }
        if let [head] = seen[..] { head } else { Print::of_value(&seen) }
    }

    fn linking(&self, node: Node) -> (&str, Option<&str>) {
        match node {
            Node::Page(key) => (&self.library[key].permalink, self.library[key].meta.title.as_deref()),
            Node::Section(key) => (&self.library[key].permalink, self.library[key].meta.title.as_deref()),
        }
    }
}

/// All that templates see of a page but its body and the pages beside it.
pub fn page_head(library: &Library, page: &Page) -> Print {
    let ancestors: Vec<&str> = page.ancestors.iter().map(|key| library[*key].file.relative.as_str()).collect();
    let translations: Vec<_> = page
        .translations
        .iter()
        .map(|key| (&library[*key].lang, &library[*key].permalink, &library[*key].meta.title, &library[*key].file.path))
        .collect();
    let place = (&page.file.relative, &page.file.colocated_path, &page.slug, &page.path, &page.permalink, &page.lang);
    let known = page.kept.as_ref().and_then(|kept| kept.print_of(&page.meta));
    let meta = known.unwrap_or_else(|| Print::of_value(&page.meta));
    Print::of_value(&(place, meta, &page.template, &page.assets, ancestors, translations))
}

/// All that templates see of a section but its body and its pages.
pub fn section_head(library: &Library, key: SectionKey) -> Print {
    let section = &library[key];
    let relative = |keys: &[SectionKey]| keys.iter().map(|key| library[*key].file.relative.clone()).collect::<Vec<_>>();
    let translations: Vec<_> = section
        .translations
        .iter()
        .map(|key| (&library[*key].lang, &library[*key].permalink, &library[*key].meta.title, &library[*key].file.path))
        .collect();
    let place =
        (&section.file.relative, &section.file.colocated_path, &section.path, &section.permalink, &section.lang);
    let around = (relative(&section.ancestors), relative(&section.subsections), translations);
    Print::of_value(&(place, &section.meta, &section.assets, around))
}
