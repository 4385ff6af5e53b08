//! `repere build`: the site in its folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::{Place, fail, print, progress, watch};
use crate::config::Mode;
use crate::site;

/// Arguments of `repere build`.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// Use this address instead of the configuration's `base_url`
    #[arg(short = 'u', long, value_name = "ADDRESS")]
    base_url: Option<String>,
    /// Write the site here instead of `output_dir`
    #[arg(short, long, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
    /// Replace the folder of --output-dir when it exists already
    #[arg(short, long)]
    force: bool,
    /// Publish drafts too
    #[arg(long)]
    drafts: bool,
    /// Build the site as it is at this moment (2026-12-24T08:00:00Z) instead of now
    #[arg(long, value_name = "MOMENT")]
    at: Option<jiff::Timestamp>,
    /// Minify the HTML
    #[arg(long)]
    minify: bool,
}

impl Build {
    pub(super) fn run(self, place: &Place) -> ExitCode {
        let start = Instant::now();
        println!("Building site...");
        watch();
        let options = site::Options {
            root: place.root.clone(),
            config: place.config.clone(),
            base_url: self.base_url,
            output_dir: self.output_dir,
            force: self.force,
            drafts: self.drafts,
            minify: self.minify,
            mode: Mode::Build,
            announces: false,
            at: self.at,
        };
        if let Some(site) = site::refresh(&options) {
            eprint!("{}", site.warnings);
            println!("{}", site.summary);
            println!("Done in {}ms.", start.elapsed().as_millis());
            return ExitCode::SUCCESS;
        }
        match progress::during("still building,", || site::build(&options)) {
            Ok(site) => {
                print(&site.warnings);
                println!("{}", site.summary());
                println!("Done in {}ms.", start.elapsed().as_millis());
                // The process ends here: giving a large site back piece by piece would only take time.
                std::mem::forget(site);
                ExitCode::SUCCESS
            }
            Err(found) => fail(&found),
        }
    }
}
