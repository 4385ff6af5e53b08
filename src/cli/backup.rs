//! `repere backup`: a copy of the calendar's database, made while the host runs.
//!
//! Entry point: [`Backup::run`]. Kept mails and the site itself are files: any tool copies those.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Place;
use super::data::Data;
use crate::store::{Database, Engine, Store};

/// Arguments of `repere backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The copy to write; it must not exist yet
    #[arg(value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Backup {
    /// Carries the command out. Exit codes: 0 done, 1 not possible.
    pub(super) fn run(&self, place: &Place) -> ExitCode {
        match copy(self, place) {
            Ok(()) => {
                println!("{}", self.to.display());
                eprintln!("note: repere.key of the data folder is not in it; keep a copy of that elsewhere");
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
async fn copy(backup: &Backup, place: &Place) -> anyhow::Result<()> {
    let database = backup.data.find(place)?;
    if let Database::Folder(folder) = &database {
        let file = folder.join("repere.db");
        anyhow::ensure!(file.is_file(), "there is no database {}; name its folder with --data", file.display());
    }
    anyhow::ensure!(
        database.engine() == Engine::Sqlite,
        "the calendar is in PostgreSQL ({database}), whose own program copies it while the host runs:\n  \
         pg_dump --format=custom --file={} --dbname=\"$REPERE_DATABASE_URL\"",
        backup.to.display()
    );
    let store = Store::open_locked(database).await?;
    let done = store.backup(&backup.to).await;
    store.close().await;
    done
}
