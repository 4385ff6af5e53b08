//! `repere backup`: a copy of the calendar's database, made while the host runs.
//!
//! Entry point: [`Backup::run`]. Kept mails and the site itself are files: any tool copies those.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::store::Store;

/// Arguments of `repere backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The copy to write; it must not exist yet
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// Folder of the calendar's database
    #[arg(long, env = "REPERE_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
}

impl Backup {
    /// Carries the command out. Exit codes: 0 done, 1 not possible.
    pub(super) fn run(&self) -> ExitCode {
        match copy(self) {
            Ok(()) => {
                println!("{}", self.to.display());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn copy(backup: &Backup) -> anyhow::Result<()> {
    let database = backup.data.join("repere.db");
    anyhow::ensure!(database.is_file(), "there is no database {}; name its folder with --data", database.display());
    let store = Store::open(&backup.data).await?;
    let done = store.backup(&backup.to).await;
    store.close().await;
    done
}
