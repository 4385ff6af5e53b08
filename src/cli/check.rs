//! `repere check`: everything that is wrong, and nothing written.

use std::process::ExitCode;

use clap::Args;

use super::{Place, SITE_ERRORS, fail, print, progress, watch};
use crate::checks;
use crate::config::Mode;
use crate::diagnostic::any_error;
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
        watch();
        let options = site::Options {
            root: place.root.clone(),
            config: place.config.clone(),
            drafts: self.drafts,
            mode: Mode::Check,
            announces: false,
            ..site::Options::default()
        };
        let site = match progress::during("still checking,", || site::load(&options)) {
            Ok(site) => site,
            Err(found) => return fail(&found),
        };
        let mut found = checks::overdue(&site.loaded, jiff::Zoned::now().date());
        if !self.skip_external_links {
            found.extend(checks::external(&site.library, &site.loaded));
        }
        print(&site.warnings);
        print(&found);
        println!("{}", site.summary());
        if any_error(&found) { ExitCode::from(SITE_ERRORS) } else { ExitCode::SUCCESS }
    }
}
