//! The build: load, plan, render, check, publish; and nothing else.
//!
//! Entry points: [`load`] gives the whole site in memory (`serve`, `host`, `check`), [`build`] writes it to its folder.

mod beside;
mod either;
mod feeds;
mod files;
mod fingerprint;
mod folder;
mod follows;
mod make;
mod mend;
mod pagers;
mod plan;
mod publish;
mod references;
mod remember;
mod render;
mod sass;
mod sheets;
mod standing;

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{self, Dialect, Loaded, Mode};
use crate::content::Library;
use crate::diagnostic::{Diagnostic, any_error};
use crate::templates::Renderer;

pub use crate::output::{self, Body, Contribution, FileEntry, Manifest, Output, Sound};
pub use mend::{Mended, mend};
pub use remember::Memory;
pub use standing::{Refreshed, refresh};

pub use crate::memory::CACHE;

use crate::memory::Stamp;
use standing::Built;

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
pub fn load(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    load_with(options, &mut Memory::none())
}

/// The same, believing what `memory` has of an earlier build as far as it still holds, and leaving it for the next one.
pub fn load_with(options: &Options, memory: &mut Memory) -> Result<Site, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let loaded = load_config(options, &mut found)?;
    memory.begin(&loaded.0, options, None);
    let (site, made, known) = either::make(options, loaded, found, memory, None)?;
    memory.remember(known);
    memory.remember_outputs(made);
    Ok(site)
}

/// Builds a site and publishes it: what changed is replaced file by file, a first build in one rename.
pub fn build(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    let began = Stamp::now();
    let mut found = Vec::new();
    let mut memory = Memory::on_disk(&options.root);
    let loaded = load_config(options, &mut found)?;
    let folder = folder::output(options, &loaded.0)?;
    let since = standing::refreshed(&loaded.0.root.join(CACHE), options);
    memory.begin(&loaded.0, options, Some(folder.clone()));
    if let Some(since) = since {
        memory.published_since(since);
    }
    let mut made = either::make(options, loaded, found, &mut memory, Some(folder.clone()));
    if memory.is_damaged() {
        memory.forget();
        let mut found = Vec::new();
        let loaded = load_config(options, &mut found)?;
        made = either::make(options, loaded, found, &mut memory, Some(folder.clone()));
    }
    let (mut site, made, known) = made?;
    let config = &site.loaded.config;
    let manner =
        publish::Manner { hard_links: config.hard_link_static, keep_dotfiles: config.preserve_dotfiles_in_output };
    let told = |e: anyhow::Error| vec![Diagnostic::error(format!("the site could not be written: {e:#}"))];
    let cache = site.loaded.root.join(CACHE);
    // Texts and bodies are what they are, whatever becomes of the folder.
    let (made, ()) = rayon::join(
        || publish::publish(&site, made, memory.published(), &folder, manner, &cache),
        || memory.save(&known),
    );
    let made = made.map_err(told)?;
    let ((), written) =
        rayon::join(|| memory.remember_outputs(made), || publish::write_manifest(&site.manifest, &cache));
    // The site is out: a manifest that cannot be written (sources on a read-only disk) does not take it back.
    if let Err(error) = written {
        site.warnings.push(Diagnostic::warning(format!("the manifest could not be written: {error:#}")));
    }
    let last = memory.last.take();
    standing::leave(&Built {
        options,
        site: &site,
        memory: &memory,
        known: &known,
        last: last.as_ref(),
        folder: &folder,
        began,
    });
    // Giving a large memory back piece by piece takes time that nobody need wait for.
    std::thread::spawn(move || drop((memory, known, last)));
    Ok(site)
}

/// Whether the guessed dialect was told.
static TOLD: std::sync::Once = std::sync::Once::new();

/// The configuration, and whether it has no errors: with errors, only what does not depend on them is done.
fn load_config(options: &Options, found: &mut Vec<Diagnostic>) -> Result<(Arc<Loaded>, bool), Vec<Diagnostic>> {
    load_guessed(options, found, None)
}

/// The same, with a dialect that was guessed before: who guessed tells it once it is shown to be right.
fn load_guessed(
    options: &Options,
    found: &mut Vec<Diagnostic>,
    guessed: Option<(Dialect, String)>,
) -> Result<(Arc<Loaded>, bool), Vec<Diagnostic>> {
    let now = options.at.unwrap_or_else(jiff::Timestamp::now);
    let is_new_guess = guessed.is_none();
    let (mut loaded, of_config) = config::load_guessed(&options.root, options.config.as_deref(), guessed)?;
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
    // Of a site that shows none, the one it was made in is told (`either`).
    if sound && is_new_guess && !loaded.shows_no_dialect() {
        tell_dialect(&guess(&loaded));
    }
    Ok((Arc::new(loaded), sound))
}

/// The dialect of a site and how it was guessed, if it was.
type Guess = (Dialect, Option<String>);

fn guess(loaded: &Loaded) -> Guess {
    (loaded.dialect, loaded.dialect_reason.clone())
}

/// Tells the guessed dialect, once, however often `serve` loads the site.
fn tell_dialect((dialect, reason): &Guess) {
    let Some(reason) = reason else { return };
    let number = if *dialect == Dialect::Zola022 { "0.22" } else { "0.23" };
    TOLD.call_once(|| eprintln!("dialect: Zola {number} ({reason}); `dialect` in repere.toml sets it"));
}
