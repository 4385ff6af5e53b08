//! The site of the last build with the bodies of some pages made anew: what `serve` does while somebody writes.
//!
//! Entry point: [`mend`]. Whoever was told which files were written since need not look at ten thousand others. All that a
//! body can change is what it became, what shows it, and the search; as soon as anything else may follow from it (a front
//! matter, a link, a heading that others lead to, an image, something to be told), the site is built as always.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::make;
use super::plan::{Job, Planned};
use super::remember::{Bodies, Makers, Memory, Outputs};
use super::render::{Scene, template};
use super::{Options, Site};
use crate::checks;
use crate::config::{Loaded, may_show_dialect};
use crate::content::{self, Library, Node, Page, PageKey, Rendered};
use crate::markdown;
use crate::memory::Print;
use crate::output::{Body, Manifest, Output};
use crate::templates::{Closures, ContentHooks, Fields, Prints, Read, Renderer};

/// What a build leaves for being mended.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) planned: Vec<Planned>,
    pub(super) closures: Closures,
    pub(super) today: jiff::civil::Date,
    /// The content was asked for the dialect.
    pub(super) content_decides: bool,
}

/// A site that was mended, and the paths of the outputs that are not what they were.
#[derive(Debug)]
pub struct Mended {
    /// The site.
    pub site: Site,
    /// Paths, sorted.
    pub changed: Vec<String>,
}

/// Whether a body of such a site may be made anew by itself: nothing but templates and the search looks at it.
pub(super) fn is_plain(library: &Library, loaded: &Loaded, contributes: bool) -> bool {
    let has_parts = library.pages.iter().any(|page| !page.meta.facets.is_empty())
        || library.sections.iter().any(|section| !section.meta.facets.is_empty());
    !contributes && !has_parts && !checks::wants_pages(loaded) && !loaded.repere.publish.fallback
}

/// The site that [`super::load_with`] last gave with this memory, as it is now that these files were `touched` and
/// nothing else. When that cannot be told from them alone, only what it consisted of comes back; it must be built then.
pub fn mend(
    options: &Options,
    memory: &mut Memory,
    mut site: Site,
    touched: &BTreeSet<PathBuf>,
) -> Result<Mended, Manifest> {
    let mut manifest = std::mem::take(&mut site.manifest);
    let mended = memory.last.take().and_then(|last| {
        let now = options.at.unwrap_or_else(jiff::Timestamp::now).to_zoned(jiff::tz::TimeZone::system());
        let pages = reread(&site, &last, &now, touched)?;
        with(options, memory, site, last, (pages, now), &mut manifest)
    });
    match mended {
        Some((site, changed)) => Ok(Mended { site: Site { manifest, ..site }, changed }),
        None => Err(manifest),
    }
}

/// The touched pages as their files have them now.
fn reread(site: &Site, last: &Last, now: &jiff::Zoned, touched: &BTreeSet<PathBuf>) -> Option<Vec<(PageKey, Page)>> {
    let (loaded, library) = (&site.loaded, &site.library);
    if last.today != now.date() || site.next_change.is_some_and(|next| next <= now.timestamp()) {
        return None;
    }
    let folder = loaded.root.join("content");
    let mut pages = Vec::new();
    for path in touched {
        let relative = path.strip_prefix(&folder).ok()?.to_str()?;
        let Some(Node::Page(key)) = library.node(relative) else { return None };
        let old = &library[key];
        let page = content::reread(old, &loaded.config).filter(|_| old.file.path == *path)?;
        let speaks = last.content_decides && (may_show_dialect(&page.raw) || may_show_dialect(&old.raw));
        let is_told = |place: &crate::diagnostic::Place| place.file == Path::new(&old.file.shown);
        if speaks || site.warnings.iter().any(|warning| warning.place.as_ref().is_some_and(is_told)) {
            return None;
        }
        pages.push((key, page));
    }
    // The file may be published by another of its names.
    let is_touched = |file: &Path| touched.iter().any(|path| path.file_name() == file.file_name());
    let mut files = site.outputs.iter().filter_map(|o| if let Body::File(file) = &o.body { Some(file) } else { None });
    (!files.any(|file| is_touched(file))).then_some(pages)
}

/// The site with these pages.
fn with(
    options: &Options,
    memory: &mut Memory,
    site: Site,
    last: Last,
    (pages, now): (Vec<(PageKey, Page)>, jiff::Zoned),
    manifest: &mut Manifest,
) -> Option<(Site, Vec<String>)> {
    let Site { loaded, library, renderer, mut outputs, sounds, manifest: _, warnings, next_change } = site;
    // It holds the library.
    drop(renderer);
    memory.files.next();
    let loaded = Arc::new(Loaded { now, ..(*loaded).clone() });
    let highlighter = memory.highlighter.clone();
    highlighter.iter().for_each(|highlighter| highlighter.forget());
    let renderer = Renderer::load(&loaded, highlighter).ok()?;
    let keys: BTreeSet<PageKey> = pages.iter().map(|(key, _)| *key).collect();
    let mut library = Arc::try_unwrap(library).unwrap_or_else(|shared| (*shared).clone());
    let mut before: BTreeMap<PageKey, Arc<Rendered>> = BTreeMap::new();
    for (key, page) in pages {
        before.insert(key, Arc::clone(&library[key].rendered));
        library[key] = page;
    }
    let written = before.keys().map(|key| library[*key].file.relative.as_str()).collect();
    let place = (&library, &*loaded, &memory.files);
    if !Bodies::new(&memory.bodies, place, &last.closures, (None, None), last.today).others_hold(written, &library) {
        return None;
    }
    let library = bodies(memory, &loaded, &renderer, &last, library, &before)?;

    let library = Arc::new(library);
    let files = &memory.files;
    let prints = Prints::new(&library, &loaded, files, last.today);
    let values = renderer.publish_again(&library, &memory.values, prints.whole());
    let makers = Makers { prints: &prints, images: renderer.images() };
    let made = Outputs::new(&memory.outputs, None, false, true);
    let minify = loaded.config.minify_html || options.minify;
    let closures = &last.closures;
    let scene = Scene { library: &library, renderer: &renderer, closures, makers: &makers, outputs: &made, minify };
    let make::Beforehand { made: beforehand, faults, .. } = make::beforehand(&scene);
    if !faults.is_empty() {
        return None;
    }
    let shown: Fields = before.iter().map(|(key, old)| differences(old, &library[*key].rendered)).collect();
    let may_change = |planned: &&Planned| {
        let others = closures.of(&template(planned, &library, &renderer)).others;
        let reads = memory.outputs.get(&planned.path).and_then(|made| made.reads());
        matches!(planned.job, Job::Page(key) if keys.contains(&key))
            || others.meets(shown)
            || reads.is_none_or(|reads| reads.iter().any(|(read, _)| !read.is_of_heads()))
    };
    let work: Vec<&Planned> = last.planned.par_iter().filter(may_change).collect();
    let made_anew: Result<Vec<Output>, _> = work.par_iter().map(|planned| scene.output(planned)).collect();
    let mut made_anew = made_anew.ok()?;
    made_anew.extend(beforehand);
    let made = made.taken();
    let copies = |path: &String| memory.outputs.get(path).and_then(|made| made.reads()).is_some_and(asks_for_copies);
    if made.iter().any(|(path, made)| made.reads().is_some_and(asks_for_copies) || copies(path)) {
        return None;
    }
    let changed = replace(made_anew, &mut outputs, manifest, memory)?;
    memory.outputs.extend(made);
    memory.values = values;
    for key in &keys {
        let page = &library[*key];
        memory.texts.insert(page.file.relative.clone(), Arc::clone(page.kept.as_ref()?));
    }
    memory.last = Some(last);
    let manifest = Manifest::default();
    Some((Site { loaded, library, renderer, outputs, sounds, manifest, warnings, next_change }, changed))
}

/// Renders the texts of the pages that were read again; `before` is what they were.
pub(super) fn bodies(
    memory: &mut Memory,
    loaded: &Loaded,
    renderer: &Renderer,
    last: &Last,
    library: Library,
    before: &BTreeMap<PageKey, Arc<Rendered>>,
) -> Option<Library> {
    let library = Arc::new(library);
    renderer.prepare(&library);
    let nodes: Vec<Node> = before.keys().map(|key| Node::Page(*key)).collect();
    let highlighter = memory.highlighter.as_deref();
    let (done, known) = {
        let hooks = ContentHooks::new(renderer).ok()?;
        let place = (&*library, loaded, &memory.files);
        let images = Some(renderer.images());
        let bodies = Bodies::new(&memory.bodies, place, &last.closures, (images, highlighter), last.today);
        let done = markdown::render_nodes(&library, loaded, highlighter, &hooks, &bodies, &nodes);
        (done, bodies.done())
    };
    renderer.settle();
    let mut library = Arc::try_unwrap(library).unwrap_or_else(|shared| (*shared).clone());
    for ((key, old), (rendered, found)) in before.iter().zip(done) {
        let name = &library[*key].file.relative;
        let told = !found.is_empty() || rendered.failed || !known.contains_key(name);
        let leads = rendered.internal_links != old.internal_links;
        let copies = [memory.bodies.get(name), known.get(name)].into_iter().flatten();
        if told || leads || copies.into_iter().any(|body| asks_for_copies(body.reads())) {
            return None;
        }
        if rendered.toc != old.toc || rendered.html != old.html {
            let is_led_to = |rendered: &Rendered| {
                rendered.internal_links.iter().any(|link| link.anchor.is_some() && link.path == *name)
            };
            // The links of the other pages that were written are those they had: they may have no other.
            let pages = library.pages.iter().map(|page| &*page.rendered);
            let sections = library.sections.iter().map(|section| &*section.rendered);
            if pages.chain(sections).chain(before.values().map(|old| &**old)).any(is_led_to) {
                return None;
            }
        }
        library[*key].rendered = rendered;
    }
    memory.bodies.extend(known);
    Some(library)
}

pub(super) fn asks_for_copies(reads: &[(Read, Print)]) -> bool {
    reads.iter().any(|(read, _)| matches!(read, Read::Copy(_)))
}

/// Which fields of a body are not what they were.
pub(super) fn differences(old: &Rendered, new: &Rendered) -> Fields {
    let (old, new) = (old.prints, new.prints);
    let parts = [
        (Fields::CONTENT, old.content != new.content),
        (Fields::SUMMARY, old.summary != new.summary),
        (Fields::TOC, old.toc != new.toc),
        (Fields::WORDS, old.words != new.words),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// Puts outputs in the place of those of their paths. One that another source has (a static file) stays.
fn replace(made: Vec<Output>, outputs: &mut [Output], manifest: &mut Manifest, memory: &Memory) -> Option<Vec<String>> {
    let is_there = |output: &Output| outputs.binary_search_by(|other| other.path.cmp(&output.path)).is_ok();
    if !made.iter().all(is_there) {
        return None;
    }
    let mut changed = BTreeSet::new();
    for output in made {
        let at = outputs.binary_search_by(|other| other.path.cmp(&output.path)).ok()?;
        let is_own = |body: &Body| {
            let made = memory.outputs.get(&output.path);
            matches!((body, made), (Body::Bytes(bytes), Some(made)) if made.is(bytes))
        };
        if !is_own(&outputs[at].body) {
            continue;
        }
        if outputs[at].body != output.body {
            let described = Manifest::describe(std::slice::from_ref(&output), |_| None).ok()?;
            manifest.files.extend(described.files);
            changed.insert(output.path.clone());
        }
        // Equal bytes too: those that are remembered are these.
        outputs[at] = output;
    }
    Some(changed.into_iter().collect())
}
