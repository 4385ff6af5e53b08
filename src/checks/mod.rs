//! The publication checks: what a site must not go online with, all told together.
//!
//! Entry points: [`run`] over a library and its outputs, with the checks that `[safety]` of `repere.toml` asks for (none
//! for a plain Zola site, whose own link checks happen with the Markdown), [`overdue`] for what only time
//! breaks, [`external`] for links to other sites.
//! One file per family; `document` reads each HTML output once for all of them. Nothing here changes an output.

mod accessibility;
mod depth;
mod document;
mod external;
mod links;
mod media;
mod services;
mod weight;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::Loaded;
use crate::content::{Library, Node, SectionKey};
use crate::diagnostic::{Diagnostic, Place};
use crate::output::{Body, Output};

pub use external::external;
pub use services::overdue;

use document::Document;

/// An HTML output with what the checks want to know of it.
struct Page<'a> {
    /// Path of the output.
    path: &'a str,
    /// The source to repair.
    origin: &'a Path,
    /// The page or section it shows, when it shows one.
    node: Option<Node>,
    /// Its length once compressed.
    transfer: usize,
    /// What it says.
    document: Document,
}

/// Everything a check may look at.
struct Site<'a> {
    library: &'a Library,
    loaded: &'a Loaded,
    outputs: BTreeMap<&'a str, &'a Output>,
    /// Paths that a fault, told elsewhere, kept from being made.
    missing: &'a BTreeSet<String>,
    pages: Vec<Page<'a>>,
}

/// Whether a site asks for any check of its outputs.
pub fn wants_pages(loaded: &Loaded) -> bool {
    let safety = &loaded.repere.safety;
    let of_words = safety.words || safety.services || safety.media;
    safety.links || safety.accessibility || of_words || safety.page_budget_kb > 0
}

/// Runs the checks that the site asks for. `missing` are paths that other faults kept from being made.
pub fn run(library: &Library, loaded: &Loaded, outputs: &[Output], missing: &BTreeSet<String>) -> Vec<Diagnostic> {
    let safety = &loaded.repere.safety;
    if !wants_pages(loaded) {
        return Vec::new();
    }
    let deep = depth::check(outputs);
    if !deep.is_empty() {
        return deep;
    }
    let site = Site {
        library,
        loaded,
        outputs: outputs.iter().map(|o| (o.path.as_str(), o)).collect(),
        missing,
        pages: read_pages(library, outputs),
    };
    let mut found = Vec::new();
    if safety.links {
        found.extend(links::check(&site));
    }
    if safety.accessibility {
        found.extend(accessibility::check(&site));
    }
    if safety.words {
        found.extend(words::check(&site));
    }
    if safety.services {
        found.extend(services::check(&site));
    }
    if safety.media {
        found.extend(media::check(&site));
    }
    if safety.page_budget_kb > 0 {
        found.extend(weight::check(&site));
    }
    fold(found)
}

fn read_pages<'a>(library: &Library, outputs: &'a [Output]) -> Vec<Page<'a>> {
    let mut shown: BTreeMap<String, Node> = BTreeMap::new();
    for key in library.section_keys() {
        shown.insert(format!("{}index.html", library[key].path.trim_start_matches('/')), Node::Section(key));
    }
    for key in library.page_keys() {
        shown.insert(format!("{}index.html", library[key].path.trim_start_matches('/')), Node::Page(key));
    }
    outputs
        .par_iter()
        .filter(|output| output.path.ends_with(".html"))
        .filter_map(|output| {
            let bytes = match &output.body {
                Body::Bytes(bytes) => std::borrow::Cow::Borrowed(&bytes[..]),
                Body::File(file) => std::fs::read(file).ok()?.into(),
            };
            let text = String::from_utf8_lossy(&bytes);
            Some(Page {
                path: &output.path,
                origin: &output.origin,
                node: shown.get(&output.path).copied(),
                transfer: weight::compressed(&bytes),
                document: document::read(&text),
            })
        })
        .collect()
}

impl Site<'_> {
    /// Where `needle` stands in the source of a page, or the source alone.
    fn place(&self, page: &Page, needle: &str) -> Place {
        let origin = match page.node {
            Some(Node::Page(key)) => PathBuf::from(&self.library[key].file.shown),
            Some(Node::Section(key)) => PathBuf::from(&self.library[key].file.shown),
            None if page.origin.as_os_str().is_empty() => PathBuf::from(page.path),
            None => page.origin.to_owned(),
        };
        place_in(&self.loaded.root, &origin, needle)
    }

    /// The sections a page or section is in, itself first when it is one.
    fn sections_of(&self, node: Node) -> Vec<SectionKey> {
        let (own, ancestors) = match node {
            Node::Page(key) => (None, &self.library[key].ancestors),
            Node::Section(key) => (Some(key), &self.library[key].ancestors),
        };
        own.into_iter().chain(ancestors.iter().rev().copied()).collect()
    }

    /// A value of `[extra]`: the page's own, or that of the nearest section that has it.
    fn inherited(&self, node: Node, key: &str) -> Option<&serde_json::Value> {
        let own = match node {
            Node::Page(page) => self.library[page].meta.extra.get(key),
            Node::Section(_) => None,
        };
        own.or_else(|| self.sections_of(node).into_iter().find_map(|s| self.library[s].meta.extra.get(key)))
    }

    /// Who a page is for (`ados`, `parents`, `professionnels`).
    fn audience(&self, node: Node) -> Option<&str> {
        self.inherited(node, "audience").and_then(|v| v.as_str())
    }
}

/// Where `needle` stands in a file of the site; the file alone when it is not there or cannot be read.
fn place_in(root: &Path, file: &Path, needle: &str) -> Place {
    if !needle.is_empty()
        && let Ok(text) = std::fs::read_to_string(root.join(file))
        && let Some(at) = text.find(needle)
    {
        return Place::span(file, &text, at..at + needle.len());
    }
    Place::file(file)
}

/// Says a problem that many pages share (it is in a template) once.
fn fold(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut groups: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in found {
        groups.entry(diagnostic.message.clone()).or_default().push(diagnostic);
    }
    let mut told = Vec::new();
    for (_, mut group) in groups {
        group.sort_by(|a, b| a.place.cmp(&b.place));
        group.dedup();
        let files: BTreeSet<_> = group.iter().filter_map(|d| d.place.as_ref()).map(|p| p.file.clone()).collect();
        if files.len() <= 3 {
            told.append(&mut group);
            continue;
        }
        let others = files.len() - 1;
        if let Some(first) = group.into_iter().next() {
            told.push(first.help(format!("{others} other files have the same problem: it is likely in a template")));
        }
    }
    told
}
