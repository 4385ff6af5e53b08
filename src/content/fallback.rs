//! What a language lacks, in the words of the default language: `fallback` of `[publish]`.
//!
//! Entry point: [`fill`]. A borrowed page stands at the address its translation would have, with the text of the
//! original; `page.fallback` names the language it is in, so that a theme can say so and mark it with `lang`. It is in
//! lists and in the search index, but in no feed and in no sitemap: there the original is enough.

use std::collections::HashSet;

use serde_json::Value;

use super::files::Found;
use super::load::{place_page, place_section};
use super::{FileInfo, Page, Section};
use crate::config::Config;

/// Name of the value that a borrowed page or section has.
pub(super) const MARK: &str = "fallback";

/// Adds a page and a section for each that a language lacks.
pub(super) fn fill(pages: &mut Vec<Page>, sections: &mut Vec<Section>, config: &Config, found: &Found) {
    let default = &config.default_language;
    let here = |file: &FileInfo, lang: &str| (file.canonical.clone(), lang.to_owned());
    let there: HashSet<(String, String)> = pages
        .iter()
        .map(|page| here(&page.file, &page.lang))
        .chain(sections.iter().map(|section| here(&section.file, &section.lang)))
        .collect();
    let lacks = |file: &FileInfo, lang: &str| !there.contains(&here(file, lang));
    let mut more_pages = Vec::new();
    let mut more_sections = Vec::new();
    for (lang, options) in config.other_languages() {
        for original in pages.iter().filter(|page| page.lang == *default && lacks(&page.file, lang)) {
            let mut page = original.clone();
            borrow(&mut page.file, lang);
            page.lang = lang.to_owned();
            page.meta.aliases.clear();
            page.meta.include_in_feeds = false;
            page.meta.path = page.meta.path.map(|path| format!("{lang}/{}", path.trim().trim_start_matches('/')));
            page.meta.taxonomies.retain(|(name, _)| options.taxonomies.iter().any(|taxonomy| taxonomy.name == *name));
            page.meta.facets.insert(MARK.to_owned(), Value::from(default.as_str()));
            // A sound is published once, with its own series.
            for own in ["episode", "series", "tool", "video"] {
                page.meta.facets.remove(own);
            }
            place_page(&mut page, config);
            more_pages.push(page);
        }
        for original in sections.iter().filter(|section| section.lang == *default && lacks(&section.file, lang)) {
            let mut section = original.clone();
            borrow(&mut section.file, lang);
            section.lang = lang.to_owned();
            section.meta.aliases.clear();
            section.meta.facets.insert(MARK.to_owned(), Value::from(default.as_str()));
            for own in ["episode", "series", "tool", "video"] {
                section.meta.facets.remove(own);
            }
            place_section(&mut section, config);
            section.assets = found.section_assets(&section.file, &section.path);
            more_sections.push(section);
        }
    }
    pages.append(&mut more_pages);
    sections.append(&mut more_sections);
    pages.sort_by(|a, b| a.file.relative.cmp(&b.file.relative));
    sections.sort_by(|a, b| a.file.relative.cmp(&b.file.relative));
}

/// The name that a translation would have; what is read stays the original.
fn borrow(file: &mut FileInfo, lang: &str) {
    file.relative = localized(&file.relative, lang);
}

/// `a.md` in a language: `a.fr.md`.
fn localized(path: &str, lang: &str) -> String {
    format!("{}.{lang}.md", path.strip_suffix(".md").unwrap_or(path))
}
