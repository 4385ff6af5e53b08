//! The build: load, plan, render, check, publish; and nothing else.
//!
//! Entry points: [`load`] gives the whole site in memory (`serve`, `host`, `check`), [`build`] writes it to its folder.

mod feeds;
mod files;
mod fingerprint;
mod folder;
mod pagers;
mod plan;
mod publish;
mod references;
mod render;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::checks;
use crate::config::{self, Dialect, Loaded, Mode};
use crate::content::schedule::{self, Clock};
use crate::content::{self, Library, Node};
use crate::diagnostic::{self, Diagnostic, any_error};
use crate::markdown::{self, Highlighter, Hooks, Untemplated};
use crate::podcast;
use crate::search;
use crate::templates::{ContentHooks, Renderer};
use crate::toolkit;

pub use crate::output::{self, Body, Contribution, FileEntry, Manifest, Output, Sound};

/// Folder of the site that holds what can be made again.
pub const CACHE: &str = ".repere-cache";

/// How a site is to be built: what the command line decides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder the site lives in.
    pub root: PathBuf,
    /// The configuration file, looked up from `root` upward; `None` for `zola.toml`, then `config.toml`.
    pub config: Option<PathBuf>,
    /// Replaces `base_url`.
    pub base_url: Option<String>,
    /// Replaces `output_dir`.
    pub output_dir: Option<PathBuf>,
    /// Whether an existing output folder given by `output_dir` may be replaced.
    pub force: bool,
    /// Whether drafts are built.
    pub drafts: bool,
    /// Whether HTML is minified, whatever the configuration says.
    pub minify: bool,
    /// What templates see as `config.mode`.
    pub mode: Mode,
    /// Whether changes of feeds are told to their hub: only then the feeds name it.
    pub announces: bool,
    /// The moment the site is built for; now when absent.
    pub at: Option<jiff::Timestamp>,
}

/// A whole site, rendered.
#[derive(Debug)]
pub struct Site {
    /// Its configuration.
    pub loaded: Arc<Loaded>,
    /// Its pages and sections, rendered.
    pub library: Arc<Library>,
    /// Renders further pages with the site's templates (the calendar of `host`).
    pub renderer: Renderer,
    /// Every file, sorted by path, each path once.
    pub outputs: Vec<Output>,
    /// The sound files of the podcast.
    pub sounds: Vec<Sound>,
    /// Hash, size and type of every file.
    pub manifest: Manifest,
    /// What should be looked at but does not stop a build.
    pub warnings: Vec<Diagnostic>,
    /// When a page comes or goes next: the site must be built again then.
    pub next_change: Option<jiff::Timestamp>,
}

impl Site {
    /// What was made, as a line for a terminal.
    pub fn summary(&self) -> String {
        let library = &self.library;
        let (pages, orphans, sections) = (library.pages.len(), library.orphans.len(), library.sections.len());
        format!("-> {pages} pages ({orphans} orphan) and {sections} sections: {} files", self.outputs.len())
    }
}

/// Loads, plans, checks and renders a site, writing nothing but its cache.
///
/// A step that fails does not end the run: whatever does not depend on it is still done, for the sake of what else may be
/// wrong. Only what is published must be whole.
pub fn load(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let now = options.at.unwrap_or_else(jiff::Timestamp::now);

    // Load.
    let (loaded, sound) = load_config(options, now, &mut found)?;
    let wishes = content::Options {
        drafts: options.drafts,
        schedule: loaded.repere.publish.schedule,
        fallback: loaded.repere.publish.fallback,
        inside: loaded.repere.safety.inside,
    };
    let (mut library, of_content) = content::load(&loaded.root, &loaded.config, wishes);
    found.extend(of_content);
    let (series, of_series) = podcast::load(&library, &loaded);
    found.extend(of_series);
    let highlighter = gather(Highlighter::new(&loaded), &mut found).flatten().map(Arc::new);
    let renderer = match loaded.theme_is_missing() {
        true => None,
        false => gather(Renderer::load(&loaded, highlighter.clone()), &mut found),
    };
    let clock = Clock { now, zone: loaded.repere.publish.timezone.rules(), all_pages: wishes.schedule };
    let next_change = schedule::next_change(&library, &clock);
    podcast::leave_out_sources(&mut library, &series);
    schedule::hide(&mut library, &clock);
    let hooks = match &renderer {
        Some(renderer) => {
            renderer.prepare(&Arc::new(library.clone()));
            gather(ContentHooks::new(renderer).map_err(|fault| vec![fault]), &mut found)
        }
        None => None,
    };
    let hooks: &dyn Hooks = hooks.as_ref().map_or(&Untemplated, |hooks| hooks);
    found.extend(markdown::render_library(&mut library, &loaded, highlighter.as_deref(), hooks));
    let (contributed, of_rooms) = contribute(&mut library, &loaded, &series, now);
    found.extend(of_rooms);
    let library = Arc::new(library);

    // Plan.
    let (planned, collisions) = plan::plan(&library, &loaded);
    found.extend(collisions);
    let (Some(renderer), true) = (renderer, sound) else { return Err(diagnostic::once(found)) };
    renderer.publish(&library);

    // Render.
    let (mut made, faults) = render::render(&planned, &library, &renderer);
    found.extend(faults);
    made.extend(
        gather(feeds::sitemap(&library, &loaded, &renderer).map_err(|fault| vec![fault]), &mut found)
            .unwrap_or_default(),
    );
    if loaded.config.minify_html || options.minify {
        minify(&mut made, loaded.dialect);
    }
    made.extend(files::assets(&library));
    made.extend(contributed);
    made.extend(gather(files::sass(&loaded), &mut found).unwrap_or_default());
    made.extend(gather(images(&renderer, &loaded), &mut found).unwrap_or_default());
    made.extend(gather(search::outputs(&library, &loaded.config), &mut found).unwrap_or_default());
    made.extend(style_sheets(highlighter.as_deref()));
    let (statics, told) = gather(files::statics(&loaded), &mut found).unwrap_or_default();
    found.extend(told);
    made.extend(statics);
    let mut outputs = each_once(made);
    // Not while writing: names that change with every edit would hide what changed.
    if loaded.repere.publish.fingerprint && options.mode != Mode::Serve {
        let named = fingerprint::fingerprint(outputs, &loaded.config.base_url);
        outputs = gather(named, &mut found).unwrap_or_default();
    }

    // Check. What a fault kept from being made is no dead end of a link as well.
    let missing = missing(&planned, &library, &outputs);
    found.extend(checks::run(&library, &loaded, &outputs, &missing));

    let found = diagnostic::once(found);
    if any_error(&found) {
        return Err(found);
    }
    let manifest = Manifest::describe(&outputs).map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    let sounds = podcast::sounds::sounds(&series, now);
    Ok(Site { loaded, library, renderer, outputs, sounds, manifest, warnings: found, next_change })
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

/// Builds a site and publishes it in one rename.
pub fn build(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    let mut site = load(options)?;
    let folder = folder::output(options, &site.loaded)?;
    let config = &site.loaded.config;
    let manner =
        publish::Manner { hard_links: config.hard_link_static, keep_dotfiles: config.preserve_dotfiles_in_output };
    let told = |e: anyhow::Error| vec![Diagnostic::error(format!("the site could not be written: {e:#}"))];
    publish::publish(&site.outputs, &folder, manner).map_err(told)?;
    // The site is out: a manifest that cannot be written (sources on a read-only disk) does not take it back.
    if let Err(error) = publish::write_manifest(&site.manifest, &site.loaded.root.join(CACHE)) {
        site.warnings.push(Diagnostic::warning(format!("the manifest could not be written: {error:#}")));
    }
    Ok(site)
}

/// Whether the guessed dialect was told.
static TOLD: std::sync::Once = std::sync::Once::new();

/// The configuration, and whether it has no errors: with errors, only what does not depend on them is done.
fn load_config(
    options: &Options,
    now: jiff::Timestamp,
    found: &mut Vec<Diagnostic>,
) -> Result<(Arc<Loaded>, bool), Vec<Diagnostic>> {
    let (mut loaded, of_config) = config::load_lenient(&options.root, options.config.as_deref())?;
    let sound = !any_error(&of_config);
    found.extend(of_config);
    loaded.now = now.to_zoned(jiff::tz::TimeZone::system());
    if let Some(base_url) = &options.base_url {
        loaded.config.base_url.clone_from(base_url);
    }
    if !options.announces {
        loaded.repere.podcast.hub = None;
    }
    if options.mode != Mode::Build {
        loaded.config.mode = options.mode;
    }
    if let Some(reason) = loaded.dialect_reason.as_ref().filter(|_| sound) {
        let number = if loaded.dialect == Dialect::Zola022 { "0.22" } else { "0.23" };
        // Once, however often `serve` loads the site; and before anything that a wrong guess would break.
        TOLD.call_once(|| eprintln!("dialect: Zola {number} ({reason}); `dialect` in repere.toml sets it"));
    }
    Ok((Arc::new(loaded), sound))
}

/// The value, or its problems among those found.
fn gather<T>(result: Result<T, Vec<Diagnostic>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|problems| found.extend(problems)).ok()
}

/// What the podcast, the films and the toolkit add: values for their pages, files of their own.
fn contribute(
    library: &mut Library,
    loaded: &Loaded,
    series: &[podcast::Series],
    now: jiff::Timestamp,
) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut contribution = Contribution::default();
    let mut found = Vec::new();
    let rooms = [
        podcast::contribute(library, loaded, series, now),
        podcast::video::contribute(library),
        toolkit::contribute(library, loaded),
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
    (contribution.outputs, found)
}

/// Copies of images that templates asked for, made or taken from the cache.
fn images(renderer: &Renderer, loaded: &Loaded) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let cache = loaded.root.join(CACHE).join("images");
    let made = renderer.images().make(&cache).map_err(|problem| vec![Diagnostic::error(problem)])?;
    Ok(made.into_iter().map(|(path, file)| Output::file(path, file, "resize_image")).collect())
}

/// The colours of code, when they are classes.
fn style_sheets(highlighter: Option<&Highlighter>) -> Vec<Output> {
    let sheets = highlighter.map(Highlighter::style_sheets).unwrap_or_default();
    sheets.into_iter().map(|(name, text)| Output::bytes(name, text, "markdown.highlighting")).collect()
}

fn minify(outputs: &mut [Output], dialect: Dialect) {
    let options = minify_html::Cfg {
        keep_closing_tags: dialect == Dialect::Zola023,
        keep_html_and_head_opening_tags: true,
        minify_css: true,
        minify_js: false,
        allow_removing_spaces_between_attributes: false,
        ..minify_html::Cfg::new()
    };
    outputs.par_iter_mut().filter(|output| output.path.ends_with(".html")).for_each(|output| {
        // The minifier goes down with every element: what goes too deep stays as it is.
        if let Body::Bytes(bytes) = &mut output.body
            && output::html_depth(bytes) <= 500
        {
            *bytes = minify_html::minify(bytes, &options);
        }
    });
}

/// Later outputs win: a static file over a page, the site over its theme.
fn each_once(made: Vec<Output>) -> Vec<Output> {
    let by_path: BTreeMap<String, Output> = made.into_iter().map(|output| (output.path.clone(), output)).collect();
    by_path.into_values().collect()
}
