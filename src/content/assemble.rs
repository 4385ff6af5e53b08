//! Pages and sections put together: who is in what, in which order, in which languages, under which terms.

use std::collections::HashMap;

use super::load::place_section;
use super::sort::sort_pages;
use super::taxonomy;
use super::{FileInfo, Library, Node, Page, PageKey, Section, SectionKey, SortBy};
use crate::config::{Config, Dialect};
use crate::diagnostic::{Diagnostic, Place};

/// Makes the library.
pub(super) fn library(
    pages: Vec<Page>,
    sections: Vec<Section>,
    config: &Config,
    problems: &mut Vec<Diagnostic>,
) -> Library {
    let mut library = Library { pages, sections, ..Library::default() };
    add_homes(&mut library, config);
    for key in library.page_keys() {
        library.by_path.insert(library[key].file.relative.clone(), Node::Page(key));
    }
    for key in library.section_keys() {
        library.by_path.insert(library[key].file.relative.clone(), Node::Section(key));
    }
    check_folders(&mut library, config, problems);
    link_sections(&mut library, config);
    link_pages(&mut library, config);
    hide(&mut library, config);
    order_pages(&mut library, config, problems);
    link_translations(&mut library, config);
    taxonomy::build(&mut library, config, problems);
    check_search(&library, config, problems);
    check_collisions(&library, problems);
    library
}

/// Every language has a home, with or without a file. As in Zola, a home without one has no files beside it.
fn add_homes(library: &mut Library, config: &Config) {
    for lang in config.languages.keys() {
        let is_default = *lang == config.default_language;
        let relative = if is_default { "_index.md".to_owned() } else { format!("_index.{lang}.md") };
        if library.sections.iter().any(|s| s.file.components.is_empty() && s.lang == *lang) {
            continue;
        }
        let file = FileInfo {
            path: format!("content/{relative}").into(),
            shown: format!("content/{relative}"),
            relative,
            canonical: "_index.md".to_owned(),
            name: "_index".to_owned(),
            ..FileInfo::default()
        };
        let mut section = Section { file, lang: lang.clone(), raw_line: 1, ..Section::default() };
        place_section(&mut section, config);
        section.components.clear();
        if !is_default {
            // Zola writes this one without its first slash, and templates show it.
            section.path = format!("{lang}/");
        }
        library.sections.push(section);
    }
    library.sections.sort_by(|a, b| a.file.relative.cmp(&b.file.relative));
}

/// A folder is a page or a section: an `index.md` may not want the address of the `_index.md` beside it, even where one
/// of them is not rendered. By Zola's rule files of other languages may then.
fn check_folders(library: &mut Library, config: &Config, problems: &mut Vec<Diagnostic>) {
    for key in library.page_keys() {
        let page = &library[key];
        if page.file.name != "index" || page.lang != config.default_language {
            continue;
        }
        let folder = page.file.colocated_path.as_deref().unwrap_or_default();
        // A section keeps the name of its folder, a page makes a plain one of it: they may stand side by side.
        let Some(section) = index_path(folder, &page.lang, library).filter(|key| library[*key].path == page.path)
        else {
            continue;
        };
        let problem = if library[section].is_made_up() {
            Diagnostic::error("the home is a section: its file is `_index.md`")
                .help("rename this one; as a page with its files it needs a `path`")
        } else {
            Diagnostic::error("this folder has both `index.md` and `_index.md`")
                .help("keep `_index.md` for a section with pages below, `index.md` for a page with its files")
        };
        problems.push(problem.at(Place::file(&page.file.shown)));
        // That both want one address is not told as well.
        library[key].broken = true;
        library[key].meta.render = false;
    }
}

/// The section of a folder (`""` or `a/b/`) in a language.
fn index_path(folder: &str, lang: &str, library: &Library) -> Option<SectionKey> {
    let node = |path: String| match library.node(&path) {
        Some(Node::Section(key)) => Some(key),
        _ => None,
    };
    let found = node(format!("{folder}_index.{lang}.md")).or_else(|| node(format!("{folder}_index.md")))?;
    (library[found].lang == lang).then_some(found)
}

/// The folder of a list of components, with its last slash.
fn folder(components: &[String]) -> String {
    components.iter().map(|c| format!("{c}/")).collect()
}

/// Ancestors, parent and subsections of every section.
fn link_sections(library: &mut Library, _config: &Config) {
    for key in library.section_keys() {
        let components = library[key].file.components.clone();
        let lang = library[key].lang.clone();
        let above = |depth: usize| index_path(&folder(&components[..depth]), &lang, library);
        let ancestors: Vec<SectionKey> = (0..components.len()).filter_map(above).collect();
        let parent = components.len().checked_sub(1).and_then(above);
        library[key].ancestors = ancestors;
        library[key].parent = parent;
        if let Some(parent) = parent {
            library[parent].subsections.push(key);
        }
    }
    for key in library.section_keys() {
        let mut subsections = std::mem::take(&mut library[key].subsections);
        subsections.sort_by(|a, b| {
            let (a, b) = (&library[*a], &library[*b]);
            a.meta.weight.cmp(&b.meta.weight).then_with(|| a.permalink.cmp(&b.permalink))
        });
        for pair in subsections.windows(2) {
            library[pair[0]].higher = Some(pair[1]);
            library[pair[1]].lower = Some(pair[0]);
        }
        library[key].subsections = subsections;
    }
}

/// Puts every page into its section, and into those above a transparent one.
fn link_pages(library: &mut Library, config: &Config) {
    // The older dialect has pages that are not rendered in no section's list.
    let is_older = config.dialect == Dialect::Zola022;
    // Pages come folder by folder.
    let mut last: Option<(PageKey, Option<SectionKey>)> = None;
    for key in library.page_keys() {
        let mut components = library[key].file.components.as_slice();
        let lang = library[key].lang.clone();
        let same = |other: PageKey| library[other].file.components == components && library[other].lang == lang;
        let nearest = match last {
            Some((other, nearest)) if same(other) => nearest,
            _ => index_path(&folder(components), &lang, library),
        };
        last = Some((key, nearest));
        if is_older && !library[key].meta.render {
            library[key].section = nearest;
            continue;
        }
        let Some(nearest) = nearest else {
            let template = library[key].meta.template.clone();
            library[key].template = template;
            library.orphans.push(key);
            continue;
        };
        let mut holders = vec![nearest];
        while library[holders[holders.len() - 1]].meta.transparent {
            let Some((_, above)) = components.split_last() else { break };
            components = above;
            let Some(next) = index_path(&folder(components), &lang, library) else { break };
            holders.push(next);
        }
        let mut template = library[key].meta.template.clone();
        for holder in std::iter::once(nearest).chain(library[nearest].ancestors.iter().rev().copied()) {
            template = template.or_else(|| library[holder].meta.page_template.clone());
        }
        let last = holders[holders.len() - 1];
        let ancestors = library[last].ancestors.iter().copied().chain([last]).collect();
        for holder in &holders {
            library[*holder].pages.push(key);
        }
        let page = &mut library[key];
        page.template = template;
        page.section = Some(nearest);
        page.ancestors = ancestors;
    }
}

/// What pages and sections do not say of being hidden they have from the section above. The older dialect knows neither
/// this nor pages that are left out of feeds: of pages it takes every key for none of its own.
fn hide(library: &mut Library, config: &Config) {
    let is_older = config.dialect == Dialect::Zola022;
    let mut sections: Vec<SectionKey> = library.section_keys().collect();
    sections.sort_by_key(|key| library[*key].file.components.len());
    for key in sections {
        let above = library[key].parent.and_then(|parent| library[parent].meta.hidden);
        let own = library[key].meta.hidden;
        library[key].meta.hidden = if is_older { None } else { own.or(above) };
    }
    for key in library.page_keys().filter(|key| !library[*key].broken).collect::<Vec<_>>() {
        let above = library[key].section.and_then(|section| library[section].meta.hidden);
        let meta = &mut library[key].meta;
        meta.hidden = if is_older { None } else { meta.hidden.or(above) };
        meta.include_in_feeds |= is_older;
    }
}

/// Sorts the pages of every section and tells each its neighbours.
fn order_pages(library: &mut Library, config: &Config, problems: &mut Vec<Diagnostic>) {
    for key in library.section_keys() {
        let pages = std::mem::take(&mut library[key].pages);
        let sort_by = library[key].meta.sort_by;
        let hidden = |key: &PageKey| library[*key].meta.hidden == Some(true);
        let pages: Vec<PageKey> = pages.into_iter().filter(|p| !hidden(p)).collect();
        let (sorted, ignored) = sort_pages(library, pages, sort_by, config.dialect);
        if sort_by != SortBy::None && !library[key].meta.transparent {
            for pair in sorted.windows(2) {
                library[pair[0]].higher = Some(pair[1]);
                library[pair[1]].lower = Some(pair[0]);
            }
        }
        for page in &ignored {
            let problem =
                Diagnostic::warning(format!("this page cannot be sorted: its section sorts by {}", sort_by.name()));
            problems.push(
                problem
                    .at(Place::file(&library[*page].file.shown))
                    .help("give it what the sorting needs; until then it is not published"),
            );
        }
        library[key].pages = sorted;
        library[key].ignored_pages = ignored;
    }
}

/// The same content in several languages. In a site of one language nothing has a translation.
fn link_translations(library: &mut Library, config: &Config) {
    if !config.is_multilingual() {
        return;
    }
    // To the older dialect a page that is not rendered is nobody's translation, not even its own.
    let is_one = |page: &Page| page.meta.render || config.dialect == Dialect::Zola023;
    let mut pages: HashMap<String, Vec<PageKey>> = HashMap::new();
    let keys: Vec<PageKey> = library.page_keys().filter(|key| is_one(&library[*key])).collect();
    for &key in &keys {
        pages.entry(library[key].file.canonical.clone()).or_default().push(key);
    }
    for key in keys {
        let mut all = pages[&library[key].file.canonical].clone();
        all.sort_by(|a, b| library[*a].lang.cmp(&library[*b].lang));
        library[key].translations = all;
    }
    let mut sections: HashMap<String, Vec<SectionKey>> = HashMap::new();
    for key in library.section_keys() {
        sections.entry(library[key].file.canonical.clone()).or_default().push(key);
    }
    for key in library.section_keys() {
        let mut all = sections[&library[key].file.canonical].clone();
        all.sort_by(|a, b| library[*a].lang.cmp(&library[*b].lang));
        library[key].translations = all;
    }
}

/// A home cannot be left out of the index that it holds.
fn check_search(library: &Library, config: &Config, problems: &mut Vec<Diagnostic>) {
    for section in &library.sections {
        let home = section.file.components.is_empty();
        if home && !section.meta.in_search_index && config.language(&section.lang).build_search_index {
            let problem = Diagnostic::error("the home has `in_search_index = false`, yet the site has a search index");
            problems.push(problem.at(Place::file(&section.file.shown)).help("take `in_search_index` out"));
        }
    }
}

/// No alias may be the address of another page or section that is rendered. It is compared as it is written, as Zola does; what else wants one
/// address is found when the outputs are planned.
fn check_collisions(library: &Library, problems: &mut Vec<Diagnostic>) {
    let pages = library.pages.iter().map(|p| (&p.file, &p.path, p.meta.render, &p.meta.aliases));
    let sections = library.sections.iter().map(|s| (&s.file, &s.path, s.meta.render, &s.meta.aliases));
    let all: Vec<_> = pages.chain(sections).collect();
    if all.iter().all(|(.., aliases)| aliases.is_empty()) {
        return;
    }
    let makers: HashMap<&str, &str> = all
        .iter()
        .filter(|(_, _, render, _)| *render)
        .map(|(file, path, ..)| (path.as_str(), file.shown.as_str()))
        .collect();
    for (file, _, render, aliases) in all {
        for alias in aliases.iter().filter(|_| render) {
            let Some(first) = makers.get(alias.as_str()).filter(|first| **first != file.shown) else { continue };
            let problem = Diagnostic::error(format!("the alias `{alias}` is the address of {first}"));
            let text = std::fs::read_to_string(&file.path).unwrap_or_default();
            let place = match text.find(alias.as_str()) {
                Some(at) => Place::span(&file.shown, &text, at..at + alias.len()),
                None => Place::file(&file.shown),
            };
            problems.push(problem.at(place).help("take the alias out, or give the other another `slug` or `path`"));
        }
    }
}

impl Section {
    /// True for a home that nobody wrote.
    pub fn is_made_up(&self) -> bool {
        self.file.folder.as_os_str().is_empty()
    }
}
