//! A library of a few pages: those whose bodies changed, and what can be seen from them.
//!
//! Entry point: [`Few::gather`]. Everything that the value of such a page shows is in it: the pages beside it, what links
//! to it, its translations, the sections above. Where a template looks up lists, all other pages are in it, too, without
//! what their Markdown became. Whatever a template or a text looks up besides is checked by whoever renders: it must be
//! worth what it was worth in the whole library.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::shown::is_of_many;
use super::{Around, Standing};
use crate::config::Loaded;
use crate::content::{self, Kept, Library, Node, Page, PageKey, Section, SectionKey};
use crate::site::remember::{self, Body};
use crate::templates::Read;

/// A library of a few pages.
pub(super) struct Few {
    pub(super) library: Library,
    /// The bodies of what can be seen from the pages that changed, by the path of the file.
    pub(super) bodies: BTreeMap<String, Arc<Body>>,
    /// The keys of the pages that changed, by their number, and what is known of them.
    pub(super) pages: BTreeMap<u32, (PageKey, Around)>,
}

/// Where records are found, by numbers.
pub(super) struct Source<'a> {
    pub(super) standing: &'a Standing<'a>,
    /// The names of all sources.
    pub(super) names: &'a [&'a str],
    pub(super) records: &'a remember::Few,
    pub(super) loaded: &'a Loaded,
}

impl Source<'_> {
    /// The path of a page or section below `content/`, by its number among all.
    fn relative(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize)?.strip_prefix("content/")
    }

    /// The page or section of a path, by its number among those of its kind.
    fn node(&self, path: &str) -> Option<Node> {
        let (pages, sections) = (self.standing.pages as usize, self.standing.sections as usize);
        let find = |names: &[&str]| {
            let found = names.binary_search_by(|name| name.strip_prefix("content/").unwrap_or(name).cmp(path)).ok()?;
            u32::try_from(found).ok()
        };
        let page = find(self.names.get(..pages)?).map(|number| Node::Page(PageKey(number)));
        page.or_else(|| Some(Node::Section(SectionKey(find(self.names.get(pages..pages + sections)?)?))))
    }
}

/// What is known of a page or section besides its text.
struct Records<'a> {
    name: &'a str,
    around: Around,
    kept: Arc<Kept>,
    body: Option<Arc<Body>>,
}

impl Source<'_> {
    /// A page by its number; with what its Markdown became, if that is wanted.
    fn page(&self, number: u32, keys: &Keys, with_body: bool) -> Option<(Page, Option<Arc<Body>>)> {
        let Records { name, around, kept, body } = self.records_of(number, with_body)?;
        let mut page = content::recalled_page(&self.loaded.root, name, &kept, &self.loaded.config)?;
        if let Some(body) = &body {
            page.rendered = Arc::clone(body.rendered());
        }
        Some((keys.in_page(page, around), body))
    }

    /// The same of a section.
    fn section(&self, number: u32, keys: &Keys, with_body: bool) -> Option<(Section, Option<Arc<Body>>)> {
        let Records { name, around, kept, body } = self.records_of(self.standing.pages + number, with_body)?;
        let mut section = content::recalled_section(&self.loaded.root, name, &kept, &self.loaded.config)?;
        if let Some(body) = &body {
            section.rendered = Arc::clone(body.rendered());
        }
        Some((keys.in_section(section, around), body))
    }

    /// What is known of a page or section, by its number among all. None when a record is missing or of another state.
    fn records_of(&self, number: u32, with_body: bool) -> Option<Records<'_>> {
        let (around, name) = (self.standing.around(number)?, self.relative(number)?);
        let kept = self.records.text(name, around.text).filter(|kept| kept.identity() == around.identity)?;
        if !with_body {
            return Some(Records { name, around, kept, body: None });
        }
        let body = self.records.body(name, around.body).filter(|body| body.is_of(&kept))?;
        Some(Records { name, around, kept, body: Some(body) })
    }
}

/// Numbers of pages and sections.
#[derive(Default)]
struct Wanted {
    pages: BTreeSet<u32>,
    sections: BTreeSet<u32>,
}

impl Wanted {
    fn add(&mut self, node: Option<Node>) {
        match node {
            Some(Node::Page(key)) => _ = self.pages.insert(key.0),
            Some(Node::Section(key)) => _ = self.sections.insert(key.0),
            None => {}
        }
    }

    /// What the value of a page shows besides itself.
    fn around(&mut self, around: &Around) {
        self.pages.extend(&around.translations);
        self.sections.extend(around.ancestors.iter().chain(&around.section));
        for (is_page, number) in &around.backlinks {
            if *is_page {
                self.pages.insert(*number)
            } else {
                self.sections.insert(*number)
            };
        }
    }
}

impl Few {
    /// The library of these pages. None when a record is missing.
    pub(super) fn gather(changed: &[u32], source: &Source) -> Option<Self> {
        let standing = source.standing;
        let mut wanted = Wanted::default();
        let mut lists = false;
        for number in changed {
            let own = standing.around(*number)?;
            wanted.pages.insert(*number);
            wanted.around(&own);
            for beside in [own.lower, own.higher].into_iter().flatten() {
                wanted.pages.insert(beside);
                wanted.around(&standing.around(beside)?);
            }
            let body = source.records.body(source.relative(*number)?, own.body)?;
            for link in &body.rendered().internal_links {
                wanted.add(source.node(&link.path));
            }
            let made = own.output.as_ref().and_then(|(path, slot, _)| source.records.output(path, *slot));
            let reads = made.iter().filter_map(|made| made.reads()).flatten().chain(body.reads());
            for (read, _) in reads {
                lists |= is_of_many(read);
                if let Read::Page(path, lang) | Read::Section(path, lang, false) | Read::Address(path, lang) = read {
                    wanted.add(source.node(path));
                    let stem = path.strip_suffix(".md");
                    wanted.add(stem.and_then(|stem| source.node(&format!("{stem}.{lang}.md"))));
                }
            }
        }
        // The sections above a page are there whole, but for what they list.
        for number in wanted.pages.clone() {
            wanted.sections.extend(standing.around(number)?.ancestors);
        }
        let sections: Vec<u32> = wanted.sections.iter().copied().collect();
        for number in sections {
            let around = standing.around(standing.pages + number)?;
            wanted.sections.extend(around.ancestors.iter().chain(&around.subsections));
        }
        let keys = if lists { Keys::All } else { Keys::of(&wanted) };
        let all = |number| (0..number).collect::<Vec<u32>>();
        let (pages, sections) = match &keys {
            Keys::All => (all(standing.pages), all(standing.sections)),
            Keys::Few { pages, sections } => (pages.keys().copied().collect(), sections.keys().copied().collect()),
        };
        let (mut heads, mut above) = (Vec::new(), Vec::new());
        let page = |number: &u32| source.page(*number, &keys, wanted.pages.contains(number));
        pages.par_iter().map(page).collect_into_vec(&mut heads);
        let section = |number: &u32| source.section(*number, &keys, wanted.sections.contains(number));
        sections.par_iter().map(section).collect_into_vec(&mut above);

        let mut library = Library { waiting: standing.waiting.clone(), ..Library::default() };
        library.taxonomies.clone_from(&standing.taxonomies);
        for term in library.taxonomies.iter_mut().flat_map(|taxonomy| &mut taxonomy.items) {
            term.pages = keys.pages(&term.pages);
        }
        library.pages.reserve(heads.len());
        library.by_path.reserve(heads.len() + above.len());
        let mut bodies = BTreeMap::new();
        for (head, key) in heads.into_iter().zip(0..) {
            let (page, body) = head?;
            let name = &page.file.relative;
            library.by_path.insert(name.clone(), Node::Page(PageKey(key)));
            bodies.extend(body.map(|body| (name.clone(), body)));
            library.pages.push(page);
        }
        for (head, key) in above.into_iter().zip(0..) {
            let (section, body) = head?;
            let name = &section.file.relative;
            library.by_path.insert(name.clone(), Node::Section(SectionKey(key)));
            bodies.extend(body.map(|body| (name.clone(), body)));
            library.sections.push(section);
        }
        let page = |number: &u32| Some((*number, (keys.page(*number)?, standing.around(*number)?)));
        let pages = changed.iter().map(page).collect::<Option<_>>()?;
        Some(Self { library, bodies, pages })
    }
}

/// The keys that pages and sections have.
enum Keys {
    /// Those that they have in the whole library.
    All,
    /// Those among a few, by those in the whole library.
    Few { pages: BTreeMap<u32, PageKey>, sections: BTreeMap<u32, SectionKey> },
}

impl Keys {
    fn of(wanted: &Wanted) -> Self {
        Self::Few {
            pages: wanted.pages.iter().zip(0..).map(|(number, key)| (*number, PageKey(key))).collect(),
            sections: wanted.sections.iter().zip(0..).map(|(number, key)| (*number, SectionKey(key))).collect(),
        }
    }

    fn pages(&self, of_all: &[PageKey]) -> Vec<PageKey> {
        of_all.iter().filter_map(|key| self.page(key.0)).collect()
    }

    fn page(&self, number: u32) -> Option<PageKey> {
        match self {
            Self::All => Some(PageKey(number)),
            Self::Few { pages, .. } => pages.get(&number).copied(),
        }
    }

    fn section(&self, number: u32) -> Option<SectionKey> {
        match self {
            Self::All => Some(SectionKey(number)),
            Self::Few { sections, .. } => sections.get(&number).copied(),
        }
    }

    fn sections(&self, numbers: &[u32]) -> Vec<SectionKey> {
        numbers.iter().filter_map(|number| self.section(*number)).collect()
    }

    fn backlinks(&self, of_all: &[(bool, u32)]) -> Vec<Node> {
        let node = |(is_page, number): &(bool, u32)| {
            if *is_page { self.page(*number).map(Node::Page) } else { self.section(*number).map(Node::Section) }
        };
        of_all.iter().filter_map(node).collect()
    }

    fn in_page(&self, page: Page, around: Around) -> Page {
        Page {
            section: around.section.and_then(|number| self.section(number)),
            ancestors: self.sections(&around.ancestors),
            template: around.template,
            lower: around.lower.and_then(|number| self.page(number)),
            higher: around.higher.and_then(|number| self.page(number)),
            translations: around.translations.iter().filter_map(|number| self.page(*number)).collect(),
            backlinks: self.backlinks(&around.backlinks),
            assets: around.assets,
            ..page
        }
    }

    fn in_section(&self, section: Section, around: Around) -> Section {
        Section {
            parent: around.section.and_then(|number| self.section(number)),
            ancestors: self.sections(&around.ancestors),
            subsections: self.sections(&around.subsections),
            pages: self.pages(&around.pages),
            lower: around.lower.and_then(|number| self.section(number)),
            higher: around.higher.and_then(|number| self.section(number)),
            translations: self.sections(&around.translations),
            backlinks: self.backlinks(&around.backlinks),
            assets: around.assets,
            ..section
        }
    }
}
