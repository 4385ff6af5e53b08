//! Feeds and the sitemap: which pages they tell about, in which order.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::pagers;
use super::plan::{Feed, Scope, unplaced};
use crate::config::{Dialect, ExcludePaginated, Loaded};
use crate::content::{Library, Page, PageKey, Section, Taxonomy, TaxonomyKey, Term};
use crate::diagnostic::Diagnostic;
use crate::output::Output;
use crate::templates::Renderer;

/// Most entries a sitemap holds before it is split.
const SITEMAP_LIMIT: usize = 30_000;

/// What a feed tells.
pub(super) struct Told {
    /// Its pages, newest first.
    pub(super) pages: Vec<PageKey>,
    /// The newest date of all it could tell.
    pub(super) last_updated: Option<String>,
}

/// Chooses the pages of a feed.
pub(super) fn gather(feed: &Feed, library: &Library, loaded: &Loaded) -> Told {
    let keys: Vec<PageKey> = match feed.scope {
        Scope::Site => library.page_keys().filter(|key| library[*key].lang == feed.lang).collect(),
        Scope::Section(key) => library[key].pages.iter().copied().filter(|key| library[*key].meta.render).collect(),
        Scope::Term(key, index) => library[key].items[index].pages.clone(),
    };
    let mut dated: Vec<PageKey> = keys.into_iter().filter(|key| belongs(&library[*key])).collect();
    dated.sort_by_cached_key(|key| {
        let page = &library[*key];
        (Reverse(page.meta.date.as_ref().map(|d| d.at)), page.permalink.clone())
    });
    // A page with two spellings of a term is told twice by the older dialect.
    if loaded.dialect == Dialect::Zola023 {
        dated.dedup();
    }
    // The date of the newest page alone, each page's `updated`; compared as they are written, as Zola does.
    let date = dated.first().and_then(|key| library[*key].meta.date.as_ref());
    let updated = dated.iter().filter_map(|key| library[*key].meta.updated.as_ref());
    let last_updated = updated.chain(date).map(|date| &date.text).max().cloned();
    if let Some(limit) = loaded.config.feed_limit {
        dated.truncate(limit);
    }
    Told { pages: dated, last_updated }
}

/// The text of a feed.
pub(super) fn render(
    feed: &Feed,
    told: &Told,
    path: &str,
    library: &Library,
    renderer: &Renderer,
) -> Result<String, Diagnostic> {
    let loaded = renderer.loaded();
    let mut context = renderer.language_context(&feed.lang);
    if let Some(last) = &told.last_updated {
        context.insert("last_updated", last);
    }
    context.insert_pages(renderer, &told.pages);
    let address = match loaded.dialect {
        // It takes a feed for a folder when the default language has none of its name.
        Dialect::Zola022 => loaded.make_permalink(&path.replace('\\', "/")),
        Dialect::Zola023 => loaded.config.file_address(path),
    };
    context.insert("feed_url", &address);
    match feed.scope {
        Scope::Site => {}
        Scope::Section(key) => context.insert_section(renderer, key, true),
        Scope::Term(key, index) => {
            context.insert("taxonomy", &library[key].kind);
            match loaded.dialect {
                Dialect::Zola022 => context.insert("term", &TermOfFeed::of(&library[key].items[index])),
                Dialect::Zola023 => context.insert_term(renderer, key, index, false),
            }
        }
    }
    context.rendering(Path::new(path));
    renderer.render(&feed.template, &context)
}

/// All that the older dialect tells a feed of its term.
#[derive(Debug, Serialize)]
struct TermOfFeed<'a> {
    name: &'a str,
    slug: &'a str,
    permalink: &'a str,
}

impl<'a> TermOfFeed<'a> {
    fn of(term: &'a Term) -> Self {
        Self { name: &term.name, slug: &term.slug, permalink: &term.permalink }
    }
}

fn belongs(page: &Page) -> bool {
    page.meta.date.is_some() && page.meta.include_in_feeds && page.meta.hidden != Some(true)
}

#[derive(Debug, Default, Serialize)]
struct Entry<'a> {
    permalink: String,
    updated: Option<Cow<'a, str>>,
    extra: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

/// `sitemap.xml`, or its parts with their index.
pub(super) fn sitemap(library: &Library, loaded: &Loaded, renderer: &Renderer) -> Result<Vec<Output>, Diagnostic> {
    if !loaded.config.generate_sitemap {
        return Ok(Vec::new());
    }
    let entries = entries(library, loaded);
    let origin = "sitemap.xml";
    if entries.len() < SITEMAP_LIMIT {
        let text = renderer.render("sitemap.xml", &renderer.sitemap_context().with("entries", &entries))?;
        return Ok(vec![Output::bytes("sitemap.xml", text, origin)]);
    }
    let mut outputs = Vec::new();
    let mut addresses = Vec::new();
    for (at, part) in entries.chunks(SITEMAP_LIMIT).enumerate() {
        let name = format!("sitemap{}.xml", at + 1);
        let text = renderer.render("sitemap.xml", &renderer.sitemap_context().with("entries", part))?;
        addresses.push(loaded.config.file_address(&name));
        outputs.push(Output::bytes(name, text, origin));
    }
    let index = renderer.render("split_sitemap_index.xml", &renderer.sitemap_context().with("sitemaps", &addresses))?;
    outputs.push(Output::bytes("sitemap.xml", index, origin));
    Ok(outputs)
}

/// Whether a sitemap is surely one file.
pub(super) fn is_one(library: &Library) -> bool {
    let pagers = |by: Option<usize>, pages: usize| by.filter(|by| *by > 0).map_or(0, |by| pages / by + 1);
    let of_section = |section: &Section| 2 + pagers(section.meta.paginate_by, section.pages.len());
    let sections: usize = library.sections.iter().map(of_section).sum();
    let of_terms =
        |t: &Taxonomy| -> usize { t.items.iter().map(|term| 2 + pagers(t.kind.paginate_by, term.pages.len())).sum() };
    let terms: usize = library.taxonomies.iter().map(of_terms).sum();
    library.pages.len() + sections + terms + library.taxonomies.len() < SITEMAP_LIMIT
}

/// Every address people may find, sorted, each once.
fn entries<'a>(library: &'a Library, loaded: &Loaded) -> Vec<Entry<'a>> {
    let mut found: BTreeMap<String, Entry> = BTreeMap::new();
    let mut add = |entry: Entry<'a>| {
        found.entry(entry.permalink.clone()).or_insert(entry);
    };
    let with_pagers = loaded.config.exclude_paginated_pages_in_sitemap == ExcludePaginated::None;
    let is_older = loaded.dialect == Dialect::Zola022;
    // The older dialect tells of pages that their section could not sort, though it does not render them.
    let unplaced = if is_older { BTreeSet::new() } else { unplaced(library) };
    for key in library.page_keys() {
        let page = &library[key];
        let is_borrowed = page.meta.facets.contains_key("fallback");
        if !page.meta.render || page.meta.hidden == Some(true) || is_borrowed || unplaced.contains(&key) {
            continue;
        }
        let updated = page.meta.updated.as_ref().or(page.meta.date.as_ref());
        let updated = updated.map(|date| if is_older { Cow::Borrowed(date.text.as_str()) } else { date.of_the_web() });
        add(Entry { permalink: page.permalink.clone(), updated, extra: Some(&page.meta.extra) });
    }
    for key in library.section_keys() {
        let section = &library[key];
        // The older dialect tells of the pagers of sections that it does not render.
        if !(section.meta.render || is_older) || section.meta.hidden == Some(true) {
            continue;
        }
        if section.meta.render {
            add(Entry { permalink: section.permalink.clone(), updated: None, extra: Some(&section.meta.extra) });
        }
        if let (true, Some(paginator)) = (with_pagers, pagers::of_section(library, key)) {
            for permalink in pagers::numbered(&paginator, &section.permalink, &section.meta.paginate_path) {
                add(Entry { permalink, ..Entry::default() });
            }
        }
    }
    for (at, taxonomy) in library.taxonomies.iter().enumerate() {
        if !taxonomy.kind.render {
            continue;
        }
        add(Entry { permalink: taxonomy.permalink.clone(), ..Entry::default() });
        for (index, term) in taxonomy.items.iter().enumerate() {
            add(Entry { permalink: term.permalink.clone(), ..Entry::default() });
            if let (true, Some(paginator)) = (with_pagers, pagers::of_term(library, TaxonomyKey(at as u32), index)) {
                let word = taxonomy.kind.paginate_path();
                for permalink in pagers::numbered(&paginator, &term.permalink, word) {
                    add(Entry { permalink, ..Entry::default() });
                }
            }
        }
    }
    found.into_values().collect()
}
