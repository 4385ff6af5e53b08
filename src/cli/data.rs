//! Where a command finds the calendar: arguments and environment first, then `repere.toml`.
//!
//! Entry points: [`Data::database`] with a configuration at hand, [`Data::find`] without; [`Data::key`].

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::Place;
use crate::config::{self, Loaded};
use crate::diagnostic;
use crate::store::{Database, KeySource};

/// The environment's word for `[calendar] database`; it may hold a password.
const ADDRESS: &str = "REPERE_DATABASE_URL";
/// The environment's key, for hosts that share a database; a file in the data folder otherwise.
const KEY: &str = "REPERE_KEY";

/// Arguments of every command that opens the calendar.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Data {
    /// Folder of mails that are kept, of the key (repere.key, unless REPERE_KEY holds it), and of the calendar's database
    /// unless REPERE_DATABASE_URL (or repere.toml) names one of PostgreSQL
    #[arg(long = "data", env = "REPERE_DATA", value_name = "DIR", default_value = "./data")]
    pub(super) folder: PathBuf,
}

impl Data {
    /// The calendar's database as environment and configuration choose it.
    pub(super) fn database(&self, loaded: &Loaded) -> Result<Database> {
        match std::env::var(ADDRESS) {
            Ok(address) if !address.trim().is_empty() => Database::choose(&self.folder, &address),
            _ => self.configured(&loaded.repere.calendar.database),
        }
    }

    /// The same for a command that needs no site: `repere.toml` is read where there is one.
    pub(super) fn find(&self, place: &Place) -> Result<Database> {
        match std::env::var(ADDRESS) {
            Ok(address) if !address.trim().is_empty() => return Database::choose(&self.folder, &address),
            _ if !place.root.join("repere.toml").is_file() => return Database::choose(&self.folder, ""),
            _ => {}
        }
        match config::load(&place.root, place.config.as_deref()) {
            Ok((loaded, _)) => self.database(&loaded),
            Err(problems) => anyhow::bail!("the configuration has errors\n{}", diagnostic::render(&problems)),
        }
    }

    /// Where the key of the database is.
    pub(super) fn key(&self) -> KeySource {
        KeySource::new(&self.folder, std::env::var(KEY).ok())
    }

    fn configured(&self, address: &str) -> Result<Database> {
        let database = Database::choose(&self.folder, address)?;
        ensure!(
            !database.has_password(),
            "`database` of `[calendar]` holds a password, which belongs into no file: give the address in {ADDRESS}"
        );
        Ok(database)
    }
}
