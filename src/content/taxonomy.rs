//! Taxonomies and their terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sort::sort_pages;
use super::{Library, PageKey, SortBy};
use crate::config::{Config, Dialect, TaxonomyConfig, slugify_path};
use crate::diagnostic::{Diagnostic, Place};

/// A taxonomy of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonomyKey(pub u32);

/// A taxonomy in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// As configured; `slug` is set.
    pub kind: TaxonomyConfig,
    /// Its language.
    pub lang: String,
    /// Path of its list (`/tags/`).
    pub path: String,
    /// Absolute address of its list.
    pub permalink: String,
    /// Its terms, as people sort.
    pub items: Vec<Term>,
}

/// A term: spellings with the same slug are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The first of its spellings.
    pub name: String,
    /// Every spelling, sorted.
    pub spellings: Vec<String>,
    /// Its slug.
    pub slug: String,
    /// Path (`/tags/rust/`).
    pub path: String,
    /// Absolute address.
    pub permalink: String,
    /// Its pages: those of each spelling in turn, newest first, undated ones last. A page with two spellings is there
    /// twice, as in Zola.
    pub pages: Vec<PageKey>,
}

impl Taxonomy {
    /// A term by name, exactly as one of its spellings, or by slug.
    pub fn term(&self, name: &str) -> Option<&Term> {
        let spelt = self.items.iter().find(|t| t.spellings.iter().any(|s| s == name));
        spelt.or_else(|| self.items.iter().find(|t| t.slug == name))
    }
}

/// Gathers the terms of every taxonomy of every language, but those of hidden pages. As in Zola, taxonomies of one slug are
/// one: the first.
pub(super) fn build(library: &mut Library, config: &Config, problems: &mut Vec<Diagnostic>) {
    let slugs: BTreeMap<(&str, &str), &str> = config
        .languages
        .iter()
        .flat_map(|(lang, options)| options.taxonomies.iter().map(move |kind| (lang.as_str(), kind)))
        .map(|(lang, kind)| ((lang, kind.name.as_str()), kind.slug.as_str()))
        .collect();
    let mut found: BTreeMap<(&str, &str), BTreeMap<&str, Vec<PageKey>>> = BTreeMap::new();
    for key in library.page_keys() {
        let page = &library[key];
        if page.meta.hidden == Some(true) && !page.broken {
            continue;
        }
        for (name, terms) in &page.meta.taxonomies {
            let Some(slug) = slugs.get(&(page.lang.as_str(), name.as_str())) else { continue };
            for term in terms {
                let terms = found.entry((&page.lang, slug)).or_default();
                terms.entry(term).or_default().push(key);
            }
        }
    }
    let mut taxonomies = Vec::new();
    let mut by_name = BTreeMap::new();
    for (lang, options) in &config.languages {
        for (at, kind) in options.taxonomies.iter().enumerate() {
            if options.taxonomies[..at].iter().any(|before| before.slug == kind.slug) {
                continue;
            }
            let path = root_path(lang, kind, config);
            let terms = found.remove(&(lang.as_str(), kind.slug.as_str())).unwrap_or_default();
            by_name.insert((lang.clone(), kind.name.clone()), TaxonomyKey(taxonomies.len() as u32));
            taxonomies.push(Taxonomy {
                items: items(library, &path, terms, config),
                permalink: config.make_permalink(&path),
                kind: kind.clone(),
                lang: lang.clone(),
                path,
            });
        }
    }
    if config.dialect == Dialect::Zola023 {
        problems.extend(without_address(library, &taxonomies));
    }
    library.taxonomies = taxonomies;
    library.taxonomy_by_name = by_name;
}

/// Terms of which nothing is left for an address would stand in place of the list; refused since 0.23.3.
fn without_address(library: &Library, taxonomies: &[Taxonomy]) -> Vec<Diagnostic> {
    let terms = taxonomies.iter().filter(|taxonomy| taxonomy.kind.render).flat_map(|taxonomy| {
        let empty = taxonomy.items.iter().filter(|term| term.slug.is_empty());
        empty.map(move |term| (&taxonomy.kind.name, term))
    });
    let told = terms.map(|(kind, term)| {
        let name = &term.name;
        let problem = Diagnostic::error(format!("nothing of the term `{name}` of `{kind}` can stand in an address"))
            .help("write it with a letter or a figure, or set `taxonomies = \"safe\"` in `[slugify]`");
        match term.pages.first() {
            Some(page) => problem.at(Place::file(&library[*page].file.shown)),
            None => problem,
        }
    });
    told.collect()
}

/// Path of the list of a taxonomy (`/fr/tags/`).
fn root_path(lang: &str, kind: &TaxonomyConfig, config: &Config) -> String {
    let mut path = String::from("/");
    if lang != config.default_language {
        path.push_str(lang);
        path.push('/');
    }
    if let Some(root) = config.taxonomy_root.as_deref().map(|r| r.trim_matches('/')).filter(|r| !r.is_empty()) {
        path.push_str(root);
        path.push('/');
    }
    path.push_str(&kind.slug);
    path.push('/');
    path
}

/// Terms by slug, then name; those with the same slug are one.
fn items(library: &Library, path: &str, terms: BTreeMap<&str, Vec<PageKey>>, config: &Config) -> Vec<Term> {
    let mut spelt: Vec<(String, &str, Vec<PageKey>)> =
        terms.into_iter().map(|(name, pages)| (slugify_path(name, config.slugify.taxonomies), name, pages)).collect();
    spelt.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut items: Vec<Term> = Vec::with_capacity(spelt.len());
    for (slug, name, pages) in spelt {
        let (mut pages, mut undated) = sort_pages(library, pages, SortBy::Date, config.dialect);
        undated.sort_by(|a, b| library[*a].permalink.cmp(&library[*b].permalink));
        pages.append(&mut undated);
        if let Some(last) = items.last_mut()
            && last.slug == slug
        {
            last.spellings.push(name.to_owned());
            last.pages.append(&mut pages);
            continue;
        }
        let path = format!("{path}{slug}/");
        items.push(Term {
            name: name.to_owned(),
            spellings: vec![name.to_owned()],
            permalink: config.make_permalink(&path),
            slug,
            path,
            pages,
        });
    }
    items
}
