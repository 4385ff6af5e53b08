//! Content read from disk into a [`Library`]: walk, read and parse in parallel, then put in order.
//!
//! A file with faults stays in the library as a broken page or section, so that nothing else is called wrong for want of
//! it; the library of a site with errors is never published.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::cascade::{self, Cascades};
use super::data_pages::{self, Request};
use super::files::{self, Found, Text};
use super::kept::Seen;
use super::{
    FileInfo, Kept, Library, Options, Page, PageFrontMatter, Rendered, Section, SectionFrontMatter, Texts, assemble,
    fallback, parse, reading,
};
use crate::config::keys::{Reader, Table};
use crate::config::walk::Walked;
use crate::config::{Config, Dialect, slugify_path, text};
use crate::content::Date;
use crate::diagnostic::{Diagnostic, Level};
use crate::memory::{Print, Stamp};

/// Reads everything under `root` that is content. All problems come back together.
pub fn load(root: &Path, config: &Config, options: Options) -> (Library, Vec<Diagnostic>) {
    load_with(root, config, options, &Texts::new(), None)
}

/// The same, but for `texts` whose files did not change since they were read with this configuration. `walked` is the
/// content folder, if somebody met it already.
pub fn load_with(
    root: &Path,
    config: &Config,
    options: Options,
    texts: &Texts,
    walked: Option<&Walked>,
) -> (Library, Vec<Diagnostic>) {
    let mut found = files::find(root, config, options.inside, walked);
    let mut problems = std::mem::take(&mut found.problems);
    let files = std::mem::take(&mut found.texts);
    let source = Source { root, config, options, found: &found, texts };
    // Sections first: their defaults go into the pages below.
    let (of_sections, of_pages): (Vec<_>, Vec<_>) = files.into_iter().partition(|text| text.file.name == "_index");
    let read: Vec<_> = of_sections.into_par_iter().map(|text| section(text, &source)).collect();
    let mut sections = Vec::with_capacity(read.len());
    let mut cascades = Cascades::default();
    let mut requests = Vec::new();
    for (read, found) in read {
        problems.extend(found);
        cascades.add(&read.section, read.cascade);
        requests.extend(read.pages_from);
        sections.push(read.section);
    }
    let defaults = cascades.print();
    let read: Vec<_> = of_pages.into_par_iter().map(|text| page(text, &source, &cascades, defaults)).collect();
    let mut pages = Vec::with_capacity(read.len());
    for (page, found) in read {
        problems.extend(found);
        pages.push(page);
    }
    data_pages::add(&mut pages, requests, &source, &cascades, &mut problems);
    let drafts = if options.drafts { BTreeSet::new() } else { leave_drafts_out(&mut pages, &mut sections) };
    // Zola, too, looks taxonomies up for what is not left out alone.
    problems.retain(|problem| {
        let file = problem.place.as_ref().and_then(|place| place.file.strip_prefix("content").ok()?.to_str());
        !problem.message.starts_with(parse::NO_TAXONOMY) || file.is_none_or(|file| !drafts.contains(file))
    });
    if options.fallback {
        fallback::fill(&mut pages, &mut sections, config, &found);
    }
    let mut library = assemble::library(pages, sections, config, &mut problems);
    library.drafts = drafts;
    // Homes without a file have the path that the file would have.
    for section in library.sections.iter_mut().filter(|section| section.is_made_up()) {
        section.file.path = root.join(&section.file.path);
    }
    (library, without_echoes(problems))
}

/// What reading one file may look at.
pub(super) struct Source<'a> {
    pub(super) root: &'a Path,
    pub(super) config: &'a Config,
    pub(super) options: Options,
    pub(super) found: &'a Found,
    /// What is remembered.
    pub(super) texts: &'a Texts,
}

/// A section as its file has it, with what it says about the pages below.
struct ReadSection {
    section: Section,
    cascade: Option<Table>,
    pages_from: Vec<Request>,
}

/// The front matter of one text alone, read as a page's and as a section's. Nothing is taken from the disk.
pub fn read_front_matter(
    name: &str,
    text: &str,
    config: &Config,
) -> (PageFrontMatter, SectionFrontMatter, Vec<Diagnostic>) {
    let mut reader = Reader::new(name, text);
    let Some(parts) = parse::split(text) else {
        return (PageFrontMatter::default(), SectionFrontMatter::default(), vec![parse::no_front_matter(name, text)]);
    };
    let Some(table) = parse::table(&mut reader, text, &parts) else {
        return (PageFrontMatter::default(), SectionFrontMatter::default(), reader.problems);
    };
    let page = parse::page(&mut reader, table.clone(), config.default_options(), true);
    let section = parse::section(&mut reader, table, config.dialect);
    (page, section, reader.problems)
}

/// A file that could not be read aright also lacks what its section sorts by: that would only be said twice.
fn without_echoes(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let file = |problem: &Diagnostic| problem.place.as_ref().map(|place| place.file.clone());
    let broken: BTreeSet<_> = problems.iter().filter(|p| p.level == Level::Error).filter_map(file).collect();
    let echo = |p: &Diagnostic| p.level == Level::Warning && file(p).is_some_and(|file| broken.contains(&file));
    problems.into_iter().filter(|problem| !echo(problem)).collect()
}

/// The text of a content file in its parts: front matter as a table, Markdown, the line on which that begins. A file
/// that cannot be read so far gives nothing but the problem.
struct Opened {
    text: String,
    table: Table,
    body: usize,
    is_toml: bool,
}

fn open(file: &FileInfo) -> Result<Opened, (Option<(String, usize)>, Diagnostic)> {
    let text = text::read(&file.path, &file.shown).map_err(|problem| (None, problem))?;
    let Some(parts) = parse::split(&text) else { return Err((None, parse::no_front_matter(&file.shown, &text))) };
    let mut reader = Reader::new(&file.shown, &text);
    let table = parse::table(&mut reader, &text, &parts);
    let problem = reader.problems.pop();
    let (body, is_toml) = (parts.body, parts.is_toml);
    match (table, problem) {
        (Some(table), _) => Ok(Opened { text, table, body, is_toml }),
        (None, problem) => {
            let line = text[..body].matches('\n').count() + 1;
            Err((
                Some((text[body..].to_owned(), line)),
                problem.unwrap_or_else(|| parse::no_front_matter(&file.shown, "")),
            ))
        }
    }
}

fn section(text: Text, source: &Source) -> (ReadSection, Vec<Diagnostic>) {
    let config = source.config;
    let Text { file, lang, seen } = text;
    if let Some(kept) = remembered(source.texts, &file, &lang, seen.as_ref(), Print::NONE)
        && let Some(mut section) = kept.section(file.clone())
    {
        section.assets = source.found.section_assets(&section.file, &section.path);
        section.kept = Some(Arc::clone(kept));
        return (ReadSection { section, cascade: None, pages_from: Vec::new() }, Vec::new());
    }
    let mut from = 0;
    let mut read = ReadSection { section: Section::default(), cascade: None, pages_from: Vec::new() };
    let section = &mut read.section;
    let mut problems = Vec::new();
    match open(&file) {
        Ok(Opened { mut text, mut table, body, is_toml }) => {
            let mut reader = Reader::new(&file.shown, &text);
            read.cascade = cascade::take(&mut reader, &mut table, config.language(&lang), source.options.schedule);
            read.pages_from = data_pages::requests(&mut reader, &mut table, &file, &lang);
            section.meta = parse::section(&mut reader, table, config.dialect);
            sort_if_older(&mut section.meta.extra, is_toml, config);
            problems = reader.problems;
            section.raw_line = text[..body].matches('\n').count() + 1;
            section.raw = text.split_off(body).into();
            from = body;
            section.broken = crate::diagnostic::any_error(&problems);
        }
        Err((body, problem)) => {
            problems.push(problem);
            Arc::make_mut(&mut section.rendered).failed = body.is_none();
            let (raw, line) = body.unwrap_or((String::new(), 1));
            (section.raw, section.raw_line) = (raw.into(), line);
            section.broken = true;
        }
    }
    if section.broken {
        section.meta.render = false;
        // Menus and lists that show it are not called empty as well.
        section.meta.title.get_or_insert_with(|| file.relative.clone());
    }
    section.rendered = counted(&section.raw, &lang, config, section.rendered.failed);
    (section.lang, section.file) = (lang, file);
    place_section(section, config);
    // A section that says something of the pages below is read each time.
    if read.cascade.is_none() && read.pages_from.is_empty() && problems.is_empty() {
        section.kept = seen.map(|seen| Arc::new(Kept::of_section(section, seen, from)));
    }
    section.assets = source.found.section_assets(&section.file, &section.path);
    (read, problems)
}

fn page(text: Text, source: &Source, cascades: &Cascades, defaults: Print) -> (Page, Vec<Diagnostic>) {
    let config = source.config;
    let Text { file, lang, seen } = text;
    if let Some(kept) = remembered(source.texts, &file, &lang, seen.as_ref(), defaults)
        && let Some(mut page) = kept.page(file.clone())
    {
        page.assets = source.found.page_assets(&page.file);
        page.kept = Some(Arc::clone(kept));
        return (page, Vec::new());
    }
    let mut from = (0, Print::NONE);
    let mut page = Page::default();
    let mut problems = Vec::new();
    match open(&file) {
        Ok(Opened { mut text, mut table, body, is_toml }) => {
            cascades.apply(&mut table, &file, &lang);
            let mut reader = Reader::new(&file.shown, &text);
            page.meta = parse::page(&mut reader, table, config.language(&lang), source.options.schedule);
            sort_if_older(&mut page.meta.extra, is_toml, config);
            problems = reader.problems;
            page.raw_line = text[..body].matches('\n').count() + 1;
            page.raw = text.split_off(body).into();
            from = (body, Print::of(text.as_bytes()));
            page.broken = crate::diagnostic::any_error(&problems);
        }
        Err((body, problem)) => {
            problems.push(problem);
            Arc::make_mut(&mut page.rendered).failed = body.is_none();
            let (raw, line) = body.unwrap_or((String::new(), 1));
            (page.raw, page.raw_line) = (raw.into(), line);
            page.broken = true;
        }
    }
    finish_page(&mut page, file, lang, source);
    if problems.is_empty() {
        page.kept = seen.map(|seen| Arc::new(Kept::of_page(&page, seen, from, defaults)));
    }
    (page, problems)
}

/// A page whose file was written since, when nothing but its body can have changed: as it is in the library, with its text
/// and without what that became. The file must be one of its own, and whole.
pub fn reread(page: &Page, config: &Config) -> Option<Page> {
    let kept = page.kept.as_ref().filter(|_| !page.broken)?;
    let at = Stamp::now();
    let about = std::fs::symlink_metadata(&page.file.path).ok().filter(std::fs::Metadata::is_file)?;
    let seen = Seen::from((Stamp::of(&about), at));
    let mut text = text::read(&page.file.path, &page.file.shown).ok()?;
    let body = parse::split(&text)?.body;
    let raw = text.split_off(body);
    if !kept.begins_with(&text) {
        return None;
    }
    let rendered = counted(&raw, &page.lang, config, false);
    let mut again = Page { raw: raw.into(), rendered, ..page.clone() };
    again.kept = Some(Arc::new(kept.with_body(&again, seen)));
    Some(again)
}

/// A page of `content/` as it is remembered, without its files and what the rest of the site says of it.
pub fn recalled_page(root: &Path, relative: &str, kept: &Arc<Kept>, config: &Config) -> Option<Page> {
    let page = kept.page(recalled_file(root, relative, config)?)?;
    Some(Page { kept: Some(Arc::clone(kept)), ..page })
}

/// The same of a section.
pub fn recalled_section(root: &Path, relative: &str, kept: &Arc<Kept>, config: &Config) -> Option<Section> {
    let section = kept.section(recalled_file(root, relative, config)?)?;
    Some(Section { kept: Some(Arc::clone(kept)), ..section })
}

fn recalled_file(root: &Path, relative: &str, config: &Config) -> Option<FileInfo> {
    let path = root.join("content").join(relative);
    Some(files::file_info(&path, format!("content/{relative}"), relative.to_owned(), config).ok()?.0)
}

/// What is remembered of a file, if it is still that. `defaults` is the print of what sections above may add to it.
fn remembered<'a>(
    texts: &'a Texts,
    file: &FileInfo,
    lang: &str,
    seen: Option<&Seen>,
    defaults: Print,
) -> Option<&'a Arc<Kept>> {
    texts.get(&file.relative).filter(|kept| seen.is_some_and(|seen| kept.is_of(seen, lang, defaults)))
}

/// Place, files and length of a page whose front matter and text are there.
pub(super) fn finish_page(page: &mut Page, file: FileInfo, lang: String, source: &Source) {
    if page.broken {
        (page.meta.render, page.meta.hidden) = (false, Some(true));
    }
    page.rendered = counted(&page.raw, &lang, source.config, page.rendered.failed);
    (page.lang, page.file) = (lang, file);
    place_page(page, source.config);
    page.assets = source.found.page_assets(&page.file);
}

/// The tables of the older dialect are sorted by their keys, but in YAML.
fn sort_if_older(extra: &mut Map<String, Value>, is_toml: bool, config: &Config) {
    if is_toml && config.dialect == Dialect::Zola022 {
        extra.values_mut().for_each(Value::sort_all_objects);
        extra.sort_keys();
    }
}

/// Templates in the text may already ask how long it is.
fn counted(raw: &str, lang: &str, config: &Config, failed: bool) -> Arc<Rendered> {
    let (word_count, reading_time) = reading(raw, lang, config.dialect);
    Arc::new(Rendered { word_count, reading_time, failed, ..Rendered::default() })
}

/// Slug, path and address of a page; its date when only its name has one.
pub(super) fn place_page(page: &mut Page, config: &Config) {
    let name = match &page.file.colocated_path {
        Some(folder) if page.file.name == "index" => {
            folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
        }
        // Its folder is the whole of the content.
        None if page.file.name == "index" => "content",
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

/// Drops drafts, and everything in the folder of a draft section, whatever its language; what stays is the section's own
/// file in other languages. Gives the files of those dropped.
fn leave_drafts_out(pages: &mut Vec<Page>, sections: &mut Vec<Section>) -> BTreeSet<String> {
    let folder_of = |section: &Section| section.file.components.iter().map(|c| format!("{c}/")).collect::<String>();
    let drafts: Vec<String> = sections.iter().filter(|s| s.meta.draft).map(folder_of).collect();
    let dropped = |relative: &str| drafts.iter().any(|folder| relative.starts_with(folder.as_str()));
    let of_pages = pages.extract_if(.., |page| page.meta.draft || dropped(&page.file.relative));
    let mut files: BTreeSet<String> = of_pages.map(|page| page.file.relative).collect();
    let of_sections = sections.extract_if(.., |section| {
        let own = folder_of(section);
        section.meta.draft || drafts.iter().any(|folder| own != *folder && own.starts_with(folder.as_str()))
    });
    files.extend(of_sections.map(|section| section.file.relative));
    files
}
