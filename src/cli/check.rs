//! `repere check`: everything that is wrong, and nothing written.

use std::process::ExitCode;

use clap::Args;

use super::{Place, fail, print};
use crate::config::Mode;
use crate::site;

/// Arguments of `repere check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Check drafts too
    #[arg(long)]
    drafts: bool,
    /// Do not ask other sites whether the links to them still lead somewhere
    #[arg(long)]
    skip_external_links: bool,
}

impl Check {
    pub(super) fn run(self, place: &Place) -> ExitCode {
        println!("Checking site...");
        let options = site::Options {
            root: place.root.clone(),
            config: place.config.clone(),
            drafts: self.drafts,
            mode: Mode::Check,
            ..site::Options::default()
        };
        let _ = self.skip_external_links;
        match site::load(&options) {
            Ok(site) => {
                print(&site.warnings);
                println!("{}", site.summary());
                ExitCode::SUCCESS
            }
            Err(found) => fail(&found),
        }
    }
}
