//! The library: every section and page of a site, found by key or by path.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Index, IndexMut};

use super::{Page, Section, Taxonomy, TaxonomyKey};

/// A page of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// Every page with its key.
    pub fn page_keys(&self) -> impl Iterator<Item = PageKey> + use<> {
        (0..self.pages.len() as u32).map(PageKey)
    }

    /// Every section with its key.
    pub fn section_keys(&self) -> impl Iterator<Item = SectionKey> + use<> {
        (0..self.sections.len() as u32).map(SectionKey)
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
