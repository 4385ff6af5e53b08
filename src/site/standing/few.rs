//! A library of a few pages: those whose bodies changed, and what can be seen from them.
//!
//! Entry point: [`Few::gather`]. Everything that the value of such a page shows is in it: the pages beside it, what links
//! to it, its translations, the sections above. Whatever a template or a text looks up besides is checked by whoever
//! renders: it must be worth what it was worth in the whole library.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Around, Standing, Terms};
use crate::config::Loaded;
use crate::content::{self, Library, Node, Page, PageKey, Section, SectionKey, Taxonomy, Term};
use crate::site::remember::{self, Body};
use crate::templates::Read;

/// A library of a few pages.
pub(super) struct Few {
    pub(super) library: Library,
    /// The bodies of all that is in it, by the path of the file.
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
        let mut bodies = BTreeMap::new();
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
        let keys = Keys::of(&wanted);
        let taxonomies = standing.taxonomies.iter().map(taxonomy).collect();
        let mut library = Library { taxonomies, waiting: standing.waiting.clone(), ..Library::default() };
        let mut pages = BTreeMap::new();
        for number in &wanted.pages {
            let (around, name) = (standing.around(*number)?, source.relative(*number)?);
            let kept = source.records.text(name, around.text)?;
            let page = content::recalled_page(&source.loaded.root, name, &kept, &source.loaded.config)?;
            let body = source.records.body(name, around.body)?;
            if kept.identity() != around.identity || !body.is_of(&kept) {
                return None;
            }
            let key = keys.page(*number)?;
            library.pages.push(Page { rendered: Arc::clone(body.rendered()), ..keys.in_page(page, &around) });
            library.by_path.insert(name.to_owned(), Node::Page(key));
            bodies.insert(name.to_owned(), body);
            if changed.contains(number) {
                pages.insert(*number, (key, around));
            }
        }
        for number in &wanted.sections {
            let at = standing.pages + number;
            let (around, name) = (standing.around(at)?, source.relative(at)?);
            let kept = source.records.text(name, around.text)?;
            let section = content::recalled_section(&source.loaded.root, name, &kept, &source.loaded.config)?;
            let body = source.records.body(name, around.body)?;
            if kept.identity() != around.identity || !body.is_of(&kept) {
                return None;
            }
            library
                .sections
                .push(Section { rendered: Arc::clone(body.rendered()), ..keys.in_section(section, &around) });
            library.by_path.insert(name.to_owned(), Node::Section(keys.section(*number)?));
            bodies.insert(name.to_owned(), body);
        }
        Some(Self { library, bodies, pages })
    }
}

/// A taxonomy whose terms have addresses and no pages.
fn taxonomy(of: &Terms) -> Taxonomy {
    let term = |(name, slug, permalink): &(String, String, String)| Term {
        name: name.clone(),
        spellings: Vec::new(),
        slug: slug.clone(),
        path: String::new(),
        permalink: permalink.clone(),
        pages: Vec::new(),
    };
    let (path, permalink) = (String::new(), String::new());
    Taxonomy {
        kind: of.kind.clone(),
        lang: of.lang.clone(),
        path,
        permalink,
        items: of.items.iter().map(term).collect(),
    }
}

/// The keys that pages and sections have among the few.
struct Keys {
    pages: BTreeMap<u32, PageKey>,
    sections: BTreeMap<u32, SectionKey>,
}

impl Keys {
    fn of(wanted: &Wanted) -> Self {
        Self {
            pages: wanted.pages.iter().zip(0..).map(|(number, key)| (*number, PageKey(key))).collect(),
            sections: wanted.sections.iter().zip(0..).map(|(number, key)| (*number, SectionKey(key))).collect(),
        }
    }

    fn page(&self, number: u32) -> Option<PageKey> {
        self.pages.get(&number).copied()
    }

    fn section(&self, number: u32) -> Option<SectionKey> {
        self.sections.get(&number).copied()
    }

    fn sections(&self, numbers: &[u32]) -> Vec<SectionKey> {
        numbers.iter().filter_map(|number| self.section(*number)).collect()
    }

    fn backlinks(&self, around: &Around) -> Vec<Node> {
        let node = |(is_page, number): &(bool, u32)| {
            if *is_page { self.page(*number).map(Node::Page) } else { self.section(*number).map(Node::Section) }
        };
        around.backlinks.iter().filter_map(node).collect()
    }

    fn in_page(&self, page: Page, around: &Around) -> Page {
        Page {
            section: around.section.and_then(|number| self.section(number)),
            ancestors: self.sections(&around.ancestors),
            template: around.template.clone(),
            lower: around.lower.and_then(|number| self.page(number)),
            higher: around.higher.and_then(|number| self.page(number)),
            translations: around.translations.iter().filter_map(|number| self.page(*number)).collect(),
            backlinks: self.backlinks(around),
            assets: around.assets.clone(),
            ..page
        }
    }

    fn in_section(&self, section: Section, around: &Around) -> Section {
        Section {
            parent: around.section.and_then(|number| self.section(number)),
            ancestors: self.sections(&around.ancestors),
            subsections: self.sections(&around.subsections),
            lower: around.lower.and_then(|number| self.section(number)),
            higher: around.higher.and_then(|number| self.section(number)),
            translations: self.sections(&around.translations),
            backlinks: self.backlinks(around),
            assets: around.assets.clone(),
            ..section
        }
    }
}
