//! `repere serve`: the site for its writer.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Place;

/// Arguments of `repere serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(short, long, default_value = "127.0.0.1")]
    interface: String,
    /// Port to listen on; the next free one when it is taken
    #[arg(short, long, default_value_t = 1111)]
    port: u16,
    /// Also write the site into this folder
    #[arg(short, long, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
    /// Replace the folder of --output-dir when it exists already
    #[arg(long)]
    force: bool,
    /// The address visitors use, when it is not the one listened on
    #[arg(short = 'u', long, value_name = "ADDRESS")]
    base_url: Option<String>,
    /// Show drafts too
    #[arg(long)]
    drafts: bool,
    /// Open a browser
    #[arg(short = 'O', long)]
    open: bool,
    /// Also write the HTML into the output folder
    #[arg(long)]
    store_html: bool,
    /// Accepted for habit: only what changed matters here anyway
    #[arg(short, long)]
    fast: bool,
    /// Leave the port out of the addresses
    #[arg(long)]
    no_port_append: bool,
    /// Follow changes of this file or folder too
    #[arg(long, value_name = "PATH")]
    extra_watch_path: Vec<PathBuf>,
    /// Milliseconds to wait for further changes
    #[arg(short, long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    debounce: u64,
}

impl Serve {
    pub(super) fn run(self, _place: &Place) -> ExitCode {
        eprintln!("error: not there yet");
        ExitCode::from(70)
    }
}
