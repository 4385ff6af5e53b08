//! The build: load, plan, render, check, publish; and nothing else.
//!
//! Entry points: [`load`] gives the whole site in memory (`serve`, `host`, `check`), [`build`] writes it to its folder.

mod feeds;
mod files;
mod folder;
mod pagers;
mod plan;
mod publish;
mod render;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::checks;
use crate::config::{self, Dialect, Loaded, Mode};
use crate::content::{self, Library, Node};
use crate::diagnostic::{Diagnostic, any_error};
use crate::markdown::{self, Highlighter};
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
pub fn load(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    let now = jiff::Timestamp::now();

    // Load.
    let loaded = load_config(options, &mut warnings)?;
    let (mut library, mut found) =
        content::load(&loaded.root, &loaded.config, content::Options { drafts: options.drafts });
    let (series, of_series) = podcast::load(&library, &loaded);
    found.extend(of_series);
    let highlighter = gather(Highlighter::new(&loaded), &mut found).flatten().map(Arc::new);
    let renderer = gather(Renderer::load(&loaded, highlighter.clone()), &mut found);
    // All that is wrong with the sources comes together, before anything is made of them.
    keep(found, &mut warnings)?;
    let Some(renderer) = renderer else { return Err(warnings) };
    podcast::hide_upcoming(&mut library, &series, now);
    renderer.prepare(&Arc::new(library.clone()));
    let hooks = ContentHooks::new(&renderer).map_err(|fault| vec![fault])?;
    let mut found = markdown::render_library(&mut library, &loaded, highlighter.as_deref(), &hooks);
    let (contributed, of_rooms) = contribute(&mut library, &loaded, &series, now);
    found.extend(of_rooms);
    keep(found, &mut warnings)?;
    let library = Arc::new(library);
    renderer.publish(&library);

    // Plan.
    let planned = plan::plan(&library, &loaded)?;

    // Render.
    let mut made = render::render(&planned, &library, &renderer)?;
    made.extend(feeds::sitemap(&library, &loaded, &renderer).map_err(|fault| vec![fault])?);
    if loaded.config.minify_html || options.minify {
        minify(&mut made, loaded.dialect);
    }
    made.extend(files::assets(&library));
    made.extend(contributed);
    made.extend(files::sass(&loaded)?);
    made.extend(images(&renderer, &loaded)?);
    made.extend(search::outputs(&library, &loaded.config)?);
    made.extend(style_sheets(highlighter.as_deref()));
    made.extend(files::statics(&loaded)?);
    let outputs = each_once(made);

    // Check.
    keep(checks::run(&library, &loaded, &outputs), &mut warnings)?;

    let manifest = Manifest::describe(&outputs).map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    let sounds = podcast::sounds::sounds(&series, now);
    Ok(Site { loaded, library, renderer, outputs, sounds, manifest, warnings })
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

fn load_config(options: &Options, warnings: &mut Vec<Diagnostic>) -> Result<Arc<Loaded>, Vec<Diagnostic>> {
    let (mut loaded, found) = config::load(&options.root, options.config.as_deref())?;
    keep(found, warnings)?;
    if let Some(base_url) = &options.base_url {
        loaded.config.base_url.clone_from(base_url);
    }
    if !options.announces {
        loaded.repere.podcast.hub = None;
    }
    if options.mode != Mode::Build {
        loaded.config.mode = options.mode;
    }
    if let Some(reason) = &loaded.dialect_reason {
        let number = if loaded.dialect == Dialect::Zola022 { "0.22" } else { "0.23" };
        // Once, however often `serve` loads the site; and before anything that a wrong guess would break.
        TOLD.call_once(|| eprintln!("dialect: Zola {number} ({reason}); `dialect` in repere.toml sets it"));
    }
    Ok(Arc::new(loaded))
}

/// The value, or its problems among those found.
fn gather<T>(result: Result<T, Vec<Diagnostic>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|problems| found.extend(problems)).ok()
}

/// Keeps warnings, stops at errors (which then come with the warnings).
fn keep(found: Vec<Diagnostic>, warnings: &mut Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    let stop = any_error(&found);
    warnings.extend(found);
    if stop { Err(std::mem::take(warnings)) } else { Ok(()) }
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
        if let Body::Bytes(bytes) = &mut output.body {
            *bytes = minify_html::minify(bytes, &options);
        }
    });
}

/// Later outputs win: a static file over a page, the site over its theme.
fn each_once(made: Vec<Output>) -> Vec<Output> {
    let by_path: BTreeMap<String, Output> = made.into_iter().map(|output| (output.path.clone(), output)).collect();
    by_path.into_values().collect()
}
