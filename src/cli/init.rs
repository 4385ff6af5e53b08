//! `repere init`: a small working site to start from.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

/// Arguments of `repere init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder to make the site in
    #[arg(default_value = ".")]
    name: PathBuf,
    /// Make it even when the folder is not empty; existing files stay
    #[arg(short, long)]
    force: bool,
}

impl Init {
    pub(super) fn run(self) -> ExitCode {
        let _ = (self.name, self.force);
        eprintln!("error: not there yet");
        ExitCode::from(70)
    }
}
