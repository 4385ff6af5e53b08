//! The work of a build: load, plan, render, check. What the last build left is believed as far as it holds.
//!
//! Entry point: [`make`]. A step that fails does not end the run: whatever does not depend on it is still done, for the
//! sake of what else may be wrong. Only what is published must be whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::follows::Follows;
use super::mend::{self, Last};
use super::remember::{Bodies, Known, Made, Makers, Memory, Outputs};
use super::render::{self, Scene};
use super::{CACHE, Options, Site, feeds, files, fingerprint, plan, sass};
use crate::checks;
use crate::config::{Loaded, Mode, idioms};
use crate::content::schedule::{self, Clock};
use crate::content::{self, Library, Node};
use crate::diagnostic::{self, Diagnostic, Level, any_error};
use crate::markdown::{self, Highlighter, Hooks, Untemplated};
use crate::memory::Print;
use crate::output::{Body, Manifest, Output};
use crate::podcast;
use crate::search;
use crate::templates::{Closures, ContentHooks, Prints, Read, Renderer};
use crate::toolkit;
use crate::work;

/// A site from its configuration, which is `sound` when it has no errors, and its outputs, texts and bodies as the next
/// build may believe them. `found` is what was told so far.
pub(super) fn make(
    options: &Options,
    (mut loaded, sound): (Arc<Loaded>, bool),
    mut found: Vec<Diagnostic>,
    memory: &mut Memory,
) -> Result<(Site, BTreeMap<String, Made>, Known), Vec<Diagnostic>> {
    let (now, today) = (loaded.now.timestamp(), loaded.now.date());

    // Load.
    let wishes = content::Options {
        drafts: options.drafts,
        schedule: loaded.repere.publish.schedule,
        fallback: loaded.repere.publish.fallback,
        inside: loaded.repere.safety.inside,
    };
    let (mut library, of_content) =
        content::load_with(&loaded.root, &loaded.config, wishes, &memory.texts, loaded.walked.as_deref());
    found.extend(of_content);
    if loaded.shows_no_dialect() {
        found.extend(idioms::told(&loaded));
    }
    let content_decides = loaded.walked.is_some();
    // Much to keep for as long as a host lives.
    if let Some(loaded) = Arc::get_mut(&mut loaded) {
        loaded.walked = None;
    }
    let (series, of_series) = podcast::load(&library, &loaded);
    found.extend(of_series);
    let highlighter = match memory.highlighter.take() {
        Some(known) => {
            known.forget();
            Some(known)
        }
        None => gather(Highlighter::new(&loaded), &mut found).flatten().map(Arc::new),
    };
    memory.highlighter.clone_from(&highlighter);
    let closures = Closures::read(&loaded);
    let renderer = match loaded.theme_is_missing() {
        true => None,
        false => {
            let (renderer, faults) = Renderer::load_what_can_be(&loaded, highlighter.clone());
            found.extend(faults);
            renderer
        }
    };
    let clock = Clock { now, zone: loaded.repere.publish.timezone.rules(), all_pages: wishes.schedule };
    let next_change = schedule::next_change(&library, &clock);
    podcast::leave_out_sources(&mut library, &series);
    schedule::hide(&mut library, &clock);
    let library = Arc::new(library);
    let hooks = match &renderer {
        Some(renderer) => {
            renderer.prepare(&library);
            gather(ContentHooks::new(renderer).map_err(|fault| vec![fault]), &mut found)
        }
        None => None,
    };
    let hooks: &dyn Hooks = hooks.as_ref().map_or(&Untemplated, |hooks| hooks);
    let files = &memory.files;
    let images = renderer.as_ref().map(Renderer::images);
    let bodies =
        Bodies::new(&memory.bodies, (&library, &loaded, files), &closures, (images, highlighter.as_deref()), today);
    let texts = markdown::render_library(&library, &loaded, highlighter.as_deref(), hooks, &bodies);
    let bodies = bodies.done();
    renderer.iter().for_each(Renderer::settle);
    // Nobody else holds it any more; if somebody did, a copy would do.
    let mut library = Arc::try_unwrap(library).unwrap_or_else(|shared| (*shared).clone());
    found.extend(markdown::finish_library(&mut library, &loaded, texts));
    let (contributed, works, of_rooms) = contribute(&mut library, &loaded, &series, now);
    found.extend(of_rooms);
    let library = Arc::new(library);

    let contributes = !series.is_empty() || !contributed.is_empty() || !works.is_empty();

    // Plan.
    let (planned, replaced, collisions) = plan::plan(&library, &loaded);
    found.extend(collisions);
    let Some(renderer) = renderer else { return Err(diagnostic::once(found)) };
    let before = found.len();

    // Render.
    // Not while writing: names that change with every edit would hide what changed.
    let fingerprints = loaded.repere.publish.fingerprint && options.mode != Mode::Serve;
    let folder = memory.folder.clone();
    let prints = Prints::new(&library, &loaded, files, today);
    let whole = if memory.keeps_bytes() { prints.whole() } else { Vec::new() };
    let values = renderer.publish_again(&library, &memory.values, whole);
    let makers = Makers { prints: &prints, images: renderer.images() };
    let outputs = Outputs::new(&memory.outputs, folder.as_deref(), fingerprints, memory.keeps_bytes());
    let minify = loaded.config.minify_html || options.minify;
    let scene = Scene {
        library: &library,
        renderer: &renderer,
        closures: &closures,
        makers: &makers,
        outputs: &outputs,
        minify,
    };
    let Beforehand { mut made, colours, faults } = beforehand(&scene);
    found.extend(faults);
    let (rendered, faults) = render::render(&planned, &replaced, &scene);
    found.extend(faults);
    made.extend(rendered);
    made.extend(files::assets_that_stay(&library, &planned));
    made.extend(gather(sitemap(&scene), &mut found).unwrap_or_default());
    found.extend(renderer.unknown_names().into_iter().filter_map(|fault| unrun(fault, &found)).collect::<Vec<_>>());
    made.extend(contributed);
    made.extend(worked(&works, &scene, &mut found));
    made.extend(gather(images_made(&renderer, &loaded), &mut found).unwrap_or_default());
    let (mut statics, told) = gather(files::statics(&loaded), &mut found).unwrap_or_default();
    found.extend(told);
    // A theme's own give way; those of the site do not.
    let is_shown = |file: &Output| colours.iter().any(|sheet| sheet.path == file.path);
    statics.retain(|file| !(is_shown(file) && files::is_of_theme(file, &loaded)));
    made.extend(colours);
    made.extend(statics);
    let mut shown = each_once(made);
    if fingerprints {
        let named = fingerprint::fingerprint(shown, &loaded.config.base_url);
        shown = gather(named, &mut found).unwrap_or_default();
    }

    // What a configuration with mistakes has not may follow from them.
    if !sound {
        let rendered = found.split_off(before);
        let follows = Follows::new(&loaded);
        found.retain(|fault| !Follows::of_content(fault));
        found.extend(rendered.into_iter().filter(|fault| !follows.of_rendering(fault)));
    }

    // Check. What a fault kept from being made is no dead end of a link as well.
    if sound && checks::wants_pages(&loaded) {
        let missing = missing(&planned, &library, &shown);
        found.extend(checks::run(&library, &loaded, &shown, &missing));
    }
    let found = diagnostic::once(found);
    // What a damaged memory gave is shown to nobody.
    if any_error(&found) || memory.is_damaged() {
        return Err(found);
    }

    let outputs = outputs.taken();
    let known = |output: &Output| match (&output.body, outputs.get(&output.path)) {
        (Body::Bytes(bytes), Some(made)) if made.is(bytes) => Some((made.hash, made.size)),
        (Body::Bytes(_), _) => None,
        (Body::File(file), Some(made)) if made.is_at(file, folder.as_deref(), &output.path) => {
            Some((made.hash, made.size))
        }
        (Body::File(file), _) => files.hash(file),
    };
    let manifest = Manifest::describe(&shown, known)
        .map_err(|path| vec![Diagnostic::error(format!("{} cannot be read", path.display()))])?;
    let sounds = podcast::sounds::sounds(&series, now);
    let known = Known::new(&library, bodies);
    memory.values = values;
    let may_be_mended = !fingerprints && replaced.is_empty() && mend::is_plain(&library, &loaded, contributes);
    memory.last = may_be_mended.then_some(Last { planned, closures, today, content_decides });
    Ok((
        Site { loaded, library, renderer, outputs: shown, sounds, manifest, warnings: found, next_change },
        outputs,
        known,
    ))
}

/// Paths that would be there if nothing was wrong.
fn missing(planned: &[plan::Planned], library: &Library, outputs: &[Output]) -> BTreeSet<String> {
    let made: BTreeSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    let index = |path: &str| format!("{}index.html", path.trim_start_matches('/'));
    let broken = library.pages.iter().filter(|page| page.broken).map(|page| index(&page.path));
    let sections = library.sections.iter().filter(|section| section.broken).map(|section| index(&section.path));
    let planned = planned.iter().map(|planned| planned.path.clone());
    planned.chain(broken).chain(sections).filter(|path| !made.contains(path.as_str())).collect()
}

/// The value, or its problems among those found.
fn gather<T>(result: Result<T, Vec<Diagnostic>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|problems| found.extend(problems)).ok()
}

/// What the podcast, the films and the toolkit add: values for their pages, files of their own, and work that gives more.
fn contribute<'a>(
    library: &mut Library,
    loaded: &Loaded,
    series: &'a [podcast::Series],
    now: jiff::Timestamp,
) -> (Vec<Output>, Vec<podcast::Work<'a>>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let (mut contribution, works) = podcast::prepare(library, loaded, series, now);
    let rooms = [
        podcast::video::contribute(library),
        toolkit::contribute(library, loaded),
        toolkit::cards::contribute(library, loaded),
    ];
    for (room, problems) in rooms {
        contribution.merge(room);
        found.extend(problems);
    }
    let (booklets, problems) = toolkit::booklets(library, loaded, &contribution.values);
    contribution.merge(booklets);
    found.extend(problems);
    for (source, values) in contribution.values {
        match library.node(&source) {
            Some(Node::Page(key)) => library[key].meta.facets.extend(values),
            Some(Node::Section(key)) => library[key].meta.facets.extend(values),
            None => {}
        }
    }
    (contribution.outputs, works, found)
}

/// The files of the podcast: work whose files are as it left them, from the same sources, is not done again.
fn worked(works: &[podcast::Work], scene: &Scene, found: &mut Vec<Diagnostic>) -> Vec<Output> {
    let run = |work: &podcast::Work| {
        let run = || work.run().map(|files| (files, BTreeSet::new())).map_err(|problem| vec![problem]);
        scene.outputs.group(work.name(), work.key(), scene.makers, run)
    };
    let made: Vec<_> = works.par_iter().map(run).collect();
    made.into_iter().filter_map(|made| gather(made, found)).flatten().collect()
}

/// Copies of images that templates asked for, made or taken from the cache.
fn images_made(renderer: &Renderer, loaded: &Loaded) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let cache = loaded.root.join(CACHE).join("images");
    let made = renderer.images().make(&cache).map_err(|problem| vec![Diagnostic::error(problem)])?;
    renderer.images().sweep(&cache, std::time::SystemTime::now());
    Ok(made.into_iter().map(|(path, file)| Output::file(path, file, "resize_image")).collect())
}

/// The colours of code, when they are classes.
fn colours(scene: &Scene) -> Result<Vec<Output>, Vec<Diagnostic>> {
    scene.outputs.group("colours", Print::NONE, scene.makers, || {
        let sheets = scene.renderer.highlighter().map(Highlighter::style_sheets).unwrap_or_default();
        let outputs = sheets.into_iter().map(|(name, text)| Output::bytes(name, text, "markdown.highlighting"));
        Ok((outputs.collect(), BTreeSet::new()))
    })
}

/// The style sheets that are compiled: all of them again when one of their sources changed.
fn sass(scene: &Scene) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let loaded = scene.renderer.loaded();
    let sheets = sass::sheets(loaded);
    let key = Print::of_value(&sheets);
    scene.outputs.group("sass", key, scene.makers, || {
        let (outputs, read) = sass::compiled(&sheets, loaded)?;
        Ok((outputs, read.into_iter().map(Read::Plain).collect()))
    })
}

/// What is made before templates run.
pub(super) struct Beforehand {
    /// Compiled style sheets and search indexes.
    pub(super) made: Vec<Output>,
    /// The colours of code: of one path they come after what lies beside pages.
    colours: Vec<Output>,
    /// Whatever is wrong with them.
    pub(super) faults: Vec<Diagnostic>,
}

/// Style sheets and the search index are made first and made known, with the files beside pages: templates may name them,
/// for their hash or their text.
pub(super) fn beforehand(scene: &Scene) -> Beforehand {
    let mut faults = Vec::new();
    let sheets = gather(sass(scene), &mut faults);
    let index = gather(search_index(scene), &mut faults);
    let colours = gather(colours(scene), &mut faults).unwrap_or_default();
    let failed = sheets.is_none() || index.is_none();
    let made: Vec<Output> = sheets.into_iter().chain(index).flatten().collect();
    let known: Vec<Output> = made.iter().chain(&colours).cloned().collect();
    let beside = files::assets(scene.library);
    scene.makers.prints.beforehand(&known, &beside);
    scene.renderer.beforehand(&known, &beside, failed);
    Beforehand { made, colours, faults }
}

/// The search index of each language, made again when any page changed.
fn search_index(scene: &Scene) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let library = scene.library;
    let bodies = library.pages.iter().map(|page| &page.rendered).chain(library.sections.iter().map(|s| &s.rendered));
    let bodies: Vec<Print> = bodies.map(|rendered| rendered.prints.content).collect();
    let key = Print::of_value(&(scene.makers.prints.heads(), bodies));
    scene.outputs.group("search", key, scene.makers, || {
        let loaded = scene.renderer.loaded();
        // It is named when memory ends; there is nothing in it that does not.
        let about = || (PathBuf::from(&loaded.config.output_dir), "making the search index".to_owned());
        let index = || search::outputs(library, &loaded.config);
        Ok((work::job(about, || work::aside(index))?, BTreeSet::new()))
    })
}

/// What never ran is no error yet; `None` for what ran and was told.
fn unrun(fault: Diagnostic, told: &[Diagnostic]) -> Option<Diagnostic> {
    let is_told = told.iter().any(|known| known.place == fault.place && known.message == fault.message);
    let warning = Diagnostic { level: Level::Warning, ..fault };
    (!is_told).then(|| warning.help("no page of this site needed it; the first that does cannot be built"))
}

/// The sitemap. One that is split is made each time: such a site has other worries.
fn sitemap(scene: &Scene) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let (library, renderer) = (scene.library, scene.renderer);
    let loaded = renderer.loaded();
    let told = |fault: Diagnostic| vec![fault];
    if !loaded.config.generate_sitemap || !feeds::is_one(library) {
        return feeds::sitemap(library, loaded, renderer).map_err(told);
    }
    let closure = scene.closures.of("sitemap.xml");
    let (path, origin) = ("sitemap.xml", PathBuf::from("sitemap.xml"));
    let made = scene.outputs.make((path, &origin), scene.makers.prints.heads(), closure, scene.makers, || {
        let outputs = feeds::sitemap(library, loaded, renderer)?;
        let body = outputs.into_iter().next().map(|output| output.body);
        Ok(if let Some(Body::Bytes(bytes)) = body { bytes.to_vec() } else { Vec::new() })
    });
    made.map(|output| vec![output]).map_err(told)
}

/// Later outputs win: a static file over a page, the site over its theme.
fn each_once(mut made: Vec<Output>) -> Vec<Output> {
    made.sort_by(|a, b| a.path.cmp(&b.path));
    made.dedup_by(|later, kept| {
        let same = later.path == kept.path;
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
    made
}
