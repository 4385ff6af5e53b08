//! Content read from disk into a [`Library`]: walk, read and parse in parallel, then put in order.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::files::{self, Found};
use super::{FileInfo, Library, Options, Page, Rendered, Section, assemble, parse, reading};
use crate::config::keys::Reader;
use crate::config::{Config, Dialect, slugify_path, text};
use crate::content::Date;
use crate::diagnostic::{Diagnostic, Level};

/// A file after parsing.
enum Text {
    Page(Box<Page>),
    Section(Box<Section>),
}

/// Reads everything under `root` that is content. All problems come back together.
pub fn load(root: &Path, config: &Config, options: Options) -> (Library, Vec<Diagnostic>) {
    let mut found = files::find(root, config);
    let mut problems = std::mem::take(&mut found.problems);
    let texts = std::mem::take(&mut found.texts);
    let parsed: Vec<(Option<Text>, Vec<Diagnostic>)> =
        texts.into_par_iter().map(|(file, lang)| read(file, lang, config, &found)).collect();
    let mut pages = Vec::new();
    let mut sections = Vec::new();
    for (text, found) in parsed {
        problems.extend(found);
        match text {
            Some(Text::Page(page)) => pages.push(*page),
            Some(Text::Section(section)) => sections.push(*section),
            None => {}
        }
    }
    if !options.drafts {
        leave_drafts_out(&mut pages, &mut sections, config);
    }
    let mut library = assemble::library(pages, sections, config, &found, &mut problems);
    // Homes without a file have the path that the file would have.
    for section in library.sections.iter_mut().filter(|section| section.file.path.is_relative()) {
        section.file.path = root.join(&section.file.path);
    }
    (library, without_echoes(problems))
}

/// A file that could not be read aright also lacks what its section sorts by: that would only be said twice.
fn without_echoes(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let file = |problem: &Diagnostic| problem.place.as_ref().map(|place| place.file.clone());
    let broken: BTreeSet<_> = problems.iter().filter(|p| p.level == Level::Error).filter_map(file).collect();
    let echo = |p: &Diagnostic| p.level == Level::Warning && file(p).is_some_and(|file| broken.contains(&file));
    problems.into_iter().filter(|problem| !echo(problem)).collect()
}

fn read(file: FileInfo, lang: String, config: &Config, found: &Found) -> (Option<Text>, Vec<Diagnostic>) {
    let mut text = match text::read(&file.path, &file.shown) {
        Ok(text) => text,
        Err(problem) => return (None, vec![problem]),
    };
    let Some(parts) = parse::split(&text) else {
        return (None, vec![parse::no_front_matter(&file.shown, &text)]);
    };
    let shown = file.shown.clone();
    let mut reader = Reader::new(&shown, &text);
    let raw_line = text[..parts.body].matches('\n').count() + 1;
    // The tables of the older dialect are sorted by their keys, but in YAML.
    let sorted = |extra: &mut Map<String, Value>| {
        if parts.is_toml && config.dialect == Dialect::Zola022 {
            extra.values_mut().for_each(Value::sort_all_objects);
            extra.sort_keys();
        }
    };
    if file.name == "_index" {
        let mut meta = parse::section(&mut reader, &text, &parts);
        sorted(&mut meta.extra);
        let problems = reader.problems;
        let raw = text.split_off(parts.body);
        let rendered = counted(&raw, &lang, config);
        let mut section = Section { rendered, meta, lang, raw, raw_line, file, ..Section::default() };
        place_section(&mut section, config);
        section.assets = found.section_assets(&section.file, &section.path);
        return (Some(Text::Section(Box::new(section))), problems);
    }
    let mut meta = parse::page(&mut reader, &text, &parts, config.language(&lang));
    sorted(&mut meta.extra);
    let problems = reader.problems;
    let raw = text.split_off(parts.body);
    let rendered = counted(&raw, &lang, config);
    let mut page = Page { rendered, meta, lang, raw, raw_line, file, ..Page::default() };
    place_page(&mut page, config);
    page.assets = found.page_assets(&page.file);
    (Some(Text::Page(Box::new(page))), problems)
}

/// Templates in the text may already ask how long it is.
fn counted(raw: &str, lang: &str, config: &Config) -> Rendered {
    let (word_count, reading_time) = reading(raw, lang, config.dialect);
    Rendered { word_count, reading_time, ..Rendered::default() }
}

/// Slug, path and address of a page; its date when only its name has one.
fn place_page(page: &mut Page, config: &Config) {
    let name = match &page.file.colocated_path {
        Some(folder) if page.file.name == "index" => {
            folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
        }
        _ => page.file.name.as_str(),
    };
    let mut rest = None;
    if let Some((date, after)) = Date::of_file_name(name) {
        page.meta.date.get_or_insert(date);
        rest = after;
    }
    let strategy = config.slugify.paths;
    page.slug = match (&page.meta.slug, rest) {
        (Some(slug), _) => slugify_path(slug.trim(), strategy),
        (None, Some(rest)) if !config.slugify.paths_keep_dates => slugify_path(rest, strategy),
        (None, _) => slugify_path(name, strategy),
    };
    page.path = match &page.meta.path {
        Some(path) => format!("/{}", path.trim().trim_start_matches('/')),
        None => {
            let folders: String = page.file.components.iter().map(|c| format!("/{c}")).collect();
            let home = page.file.name == "index" && page.file.colocated_path.is_none();
            let slug = if home { String::new() } else { format!("/{}", page.slug) };
            format!("{}{folders}{slug}", language_prefix(&page.lang, config))
        }
    };
    if !page.path.ends_with('/') {
        page.path.push('/');
    }
    page.components = components(&page.path);
    page.permalink = config.make_permalink(&page.path);
}

/// Path and address of a section.
pub(super) fn place_section(section: &mut Section, config: &Config) {
    let folders: String = section.file.components.iter().map(|c| format!("{c}/")).collect();
    section.path = format!("{}/{folders}", language_prefix(&section.lang, config));
    section.components = components(&section.path);
    section.permalink = config.make_permalink(&section.path);
}

fn language_prefix(lang: &str, config: &Config) -> String {
    if lang == config.default_language { String::new() } else { format!("/{lang}") }
}

fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

/// Drops drafts, and everything of the folder of a draft section (in its language; the default one's takes all).
fn leave_drafts_out(pages: &mut Vec<Page>, sections: &mut Vec<Section>, config: &Config) {
    let folder_of = |section: &Section| section.file.components.iter().map(|c| format!("{c}/")).collect::<String>();
    let drafts: Vec<(String, String)> =
        sections.iter().filter(|s| s.meta.draft).map(|s| (folder_of(s), s.lang.clone())).collect();
    let dropped = |relative: &str, lang: &str| {
        let mut drafts = drafts.iter();
        drafts
            .any(|(folder, of)| relative.starts_with(folder.as_str()) && (of == lang || *of == config.default_language))
    };
    pages.retain(|p| !p.meta.draft && !dropped(&p.file.relative, &p.lang));
    sections.retain(|s| !dropped(&s.file.relative, &s.lang));
}
