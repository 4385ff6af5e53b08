//! The library: every section and page of a site, found by key or by path.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use super::{Page, Section, Taxonomy, TaxonomyKey};
use crate::config::Dialect;

/// A page of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PageKey(pub u32);

/// A section of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionKey(pub u32);

/// A page or a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A page.
    Page(PageKey),
    /// A section.
    Section(SectionKey),
}

/// Every section, page and taxonomy. Drafts that were not asked for are not in it.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Pages, sorted by the path of their file.
    pub pages: Vec<Page>,
    /// Sections, sorted by the path of their file.
    pub sections: Vec<Section>,
    /// Taxonomies of every language.
    pub taxonomies: Vec<Taxonomy>,
    /// Taxonomies by language and name.
    pub taxonomy_by_name: BTreeMap<(String, String), TaxonomyKey>,
    /// Pages and sections by the path of their file below `content/` (`blog/a.fr.md`, `blog/_index.md`).
    pub by_path: HashMap<String, Node>,
    /// Pages that no section holds. They are rendered, but are in no list and no search index.
    pub orphans: Vec<PageKey>,
    /// Pages that are not out now, by the path of their file, with the address they have when they are.
    pub waiting: BTreeMap<String, String>,
    /// Files of pages and sections that were left out as drafts: whoever leads to one is told so.
    pub drafts: BTreeSet<String>,
}

impl Library {
    /// The page or section whose file is `path`, relative to `content/` (`blog/a.md`), without a leading `@/`.
    pub fn node(&self, path: &str) -> Option<Node> {
        self.by_path.get(path).copied()
    }

    /// The page whose file is `path`.
    pub fn page(&self, path: &str) -> Option<&Page> {
        match self.node(path)? {
            Node::Page(key) => Some(&self[key]),
            Node::Section(_) => None,
        }
    }

    /// The section whose file is `path` (`blog/_index.md`).
    pub fn section(&self, path: &str) -> Option<&Section> {
        match self.node(path)? {
            Node::Section(key) => Some(&self[key]),
            Node::Page(_) => None,
        }
    }

    /// A taxonomy of a language by name.
    pub fn taxonomy(&self, lang: &str, name: &str) -> Option<&Taxonomy> {
        self.taxonomy_by_name.get(&(lang.to_owned(), name.to_owned())).map(|key| &self[*key])
    }

    /// Absolute address of a page or section.
    pub fn permalink(&self, node: Node) -> &str {
        match node {
            Node::Page(key) => &self[key].permalink,
            Node::Section(key) => &self[key].permalink,
        }
    }

    /// Absolute address of a file beside a page or section by its path below `content/` (`blog/a/photo.png`). Where
    /// several languages share a folder, it is the one of the default language.
    pub fn asset(&self, path: &str) -> Option<String> {
        let ends = path.rmatch_indices('/').map(|(at, _)| at + 1).chain([0]);
        ends.into_iter().find_map(|end| {
            let (folder, name) = path.split_at(end);
            let (permalink, assets) = match self.node(&format!("{folder}index.md")) {
                Some(Node::Page(key)) => (&self[key].permalink, &self[key].assets),
                _ => {
                    self.section(&format!("{folder}_index.md")).map(|section| (&section.permalink, &section.assets))?
                }
            };
            assets.iter().any(|asset| asset.name == name).then(|| format!("{permalink}{name}"))
        })
    }

    /// Takes pages out, as if their files were not there: neighbours follow each other, terms without pages go.
    pub fn take_out(&mut self, gone: &BTreeSet<PageKey>) {
        if gone.is_empty() {
            return;
        }
        for key in gone {
            let (lower, higher) = (self[*key].lower, self[*key].higher);
            if let Some(lower) = lower {
                self[lower].higher = higher;
            }
            if let Some(higher) = higher {
                self[higher].lower = lower;
            }
        }
        let mut moved: Vec<Option<PageKey>> = Vec::with_capacity(self.pages.len());
        let mut kept = 0;
        for key in self.page_keys() {
            moved.push((!gone.contains(&key)).then_some(PageKey(kept)));
            kept += u32::from(!gone.contains(&key));
        }
        let follow = |keys: &mut Vec<PageKey>| *keys = keys.iter().filter_map(|key| moved[key.0 as usize]).collect();
        let mut at = 0;
        self.pages.retain(|_| {
            at += 1;
            moved[at - 1].is_some()
        });
        for page in &mut self.pages {
            page.lower = page.lower.and_then(|key| moved[key.0 as usize]);
            page.higher = page.higher.and_then(|key| moved[key.0 as usize]);
            follow(&mut page.translations);
        }
        for section in &mut self.sections {
            follow(&mut section.pages);
            follow(&mut section.ignored_pages);
        }
        follow(&mut self.orphans);
        for taxonomy in &mut self.taxonomies {
            taxonomy.items.iter_mut().for_each(|term| follow(&mut term.pages));
            taxonomy.items.retain(|term| !term.pages.is_empty());
        }
        self.by_path.retain(|_, node| match node {
            Node::Page(key) => match moved[key.0 as usize] {
                Some(new) => {
                    *key = new;
                    true
                }
                None => false,
            },
            Node::Section(_) => true,
        });
    }

    /// Every page with its key.
    pub fn page_keys(&self) -> impl Iterator<Item = PageKey> + use<> {
        (0..self.pages.len() as u32).map(PageKey)
    }

    /// Every section with its key.
    pub fn section_keys(&self) -> impl Iterator<Item = SectionKey> + use<> {
        (0..self.sections.len() as u32).map(SectionKey)
    }

    /// The taxonomy of a language that templates name so: by its name, or (dialect 0.23) its slug.
    pub fn taxonomy_named(&self, name: &str, lang: &str, dialect: Dialect) -> Option<TaxonomyKey> {
        let by_slug = dialect == Dialect::Zola023;
        let is_meant = |t: &Taxonomy| t.lang == lang && (t.kind.name == name || by_slug && t.kind.slug == name);
        self.taxonomies.iter().position(is_meant).map(|index| TaxonomyKey(index as u32))
    }
}

impl Index<PageKey> for Library {
    type Output = Page;
    fn index(&self, key: PageKey) -> &Page {
        &self.pages[key.0 as usize]
    }
}

impl IndexMut<PageKey> for Library {
    fn index_mut(&mut self, key: PageKey) -> &mut Page {
        &mut self.pages[key.0 as usize]
    }
}

impl Index<SectionKey> for Library {
    type Output = Section;
    fn index(&self, key: SectionKey) -> &Section {
        &self.sections[key.0 as usize]
    }
}

impl IndexMut<SectionKey> for Library {
    fn index_mut(&mut self, key: SectionKey) -> &mut Section {
        &mut self.sections[key.0 as usize]
    }
}

impl Index<TaxonomyKey> for Library {
    type Output = Taxonomy;
    fn index(&self, key: TaxonomyKey) -> &Taxonomy {
        &self.taxonomies[key.0 as usize]
    }
}
