//! `repere completion`: what a shell needs to complete the commands.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

/// Arguments of `repere completion`.
#[derive(Debug, Args)]
pub(super) struct Completion {
    /// The shell it is for
    shell: Shell,
}

impl Completion {
    pub(super) fn run(&self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "repere", &mut script);
        // Who closed the pipe wants no more.
        let _ = std::io::stdout().write_all(&script);
        ExitCode::SUCCESS
    }
}
