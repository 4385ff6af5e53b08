//! A copy of the database that can be put back, made while the host runs.
//!
//! Entry point: [`Store::backup`]. For SQLite; PostgreSQL has its own tools. Copying the file of a database in use is no backup: what is still in its journal
//! would be missing.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sqlx::Row as _;
use sqlx::any::AnyPoolOptions;

use super::open::address;
use super::{Engine, Store};

impl Store {
    /// Writes the database as it is at this moment into `to`, which must not exist yet; the copy is checked before it
    /// gets its name. To put it back: stop the host, empty its data folder, give the copy the name `repere.db` there.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        ensure!(self.engine == Engine::Sqlite, "PostgreSQL is copied by its own program, pg_dump");
        if to.exists() {
            bail!("{} exists already; a backup never replaces another", to.display());
        }
        let partial = to.with_extension("partial");
        let context = || format!("cannot write {}", partial.display());
        let _ = fs::remove_file(&partial);
        let name = partial.to_str().with_context(|| format!("{} is not a name in UTF-8", partial.display()))?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&self.writer).await.with_context(context)?;
        verify(&partial).await.with_context(|| format!("the copy {} is not sound", partial.display()))?;
        File::open(&partial).and_then(|file| file.sync_all()).with_context(context)?;
        fs::rename(&partial, to).with_context(|| format!("cannot write {}", to.display()))
    }
}

async fn verify(copy: &Path) -> Result<()> {
    let pool = AnyPoolOptions::new().max_connections(1).connect(&address(copy, "ro")?).await?;
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(&pool).await?;
    let verdict: String = row.try_get(0)?;
    pool.close().await;
    ensure!(verdict == "ok", "{verdict}");
    Ok(())
}
