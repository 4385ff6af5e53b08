//! Opening the database: settings, version, migrations.
//!
//! One connection writes, several read. Every commit is on the disk before it is answered (WAL, synchronous=FULL).

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row, Transaction};

/// Before this version, a commit could be lost when another connection checkpointed (sqlite.org/wal.html#walresetbug).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Migrations in order. One that was published never changes; a new one is added.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/sqlite/0001_start.sql"), include_str!("migrations/sqlite/0002_letters_and_time.sql")];

/// Characters of a path that would end it in a database address.
const IN_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// The database of one site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: AnyPool,
    pub(super) readers: AnyPool,
}

impl Store {
    /// Opens (or creates) `repere.db` in the data directory and brings it to the present schema.
    pub async fn open(data: &Path) -> Result<Self> {
        std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
        let file = data.join("repere.db");
        let path = file.display().to_string();
        let url = address(&file, "rwc")?;
        let context = || format!("cannot open the database {path}");
        let writer = pool(&url, 1).await.with_context(context)?;
        assert_version(&writer).await?;
        migrate(&writer).await.with_context(|| format!("cannot migrate the database {path}"))?;
        let readers = pool(&url, 4).await.with_context(context)?;
        Ok(Self { writer, readers })
    }

    /// Closes; the last one to close writes what is in the journal into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that writes. It takes the lock at once: one that reads first and writes later would be refused
    /// without waiting as soon as somebody else wrote between.
    pub(super) async fn write(&self) -> sqlx::Result<Transaction<'static, sqlx::Any>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}

/// A database file as sqlx names it. `mode` is SQLite's: `ro`, `rwc`.
pub(super) fn address(file: &Path, mode: &str) -> Result<String> {
    let path = file.to_str().with_context(|| format!("{} is not a name in UTF-8", file.display()))?;
    Ok(format!("sqlite://{}?mode={mode}", utf8_percent_encode(path, IN_PATH)))
}

async fn pool(url: &str, connections: u32) -> sqlx::Result<AnyPool> {
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(|connection, _| {
            Box::pin(async move {
                // The wait comes first, or two processes that start together refuse one another.
                for pragma in [
                    "PRAGMA busy_timeout = 10000",
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA foreign_keys = ON",
                    // What is erased is overwritten, not only forgotten.
                    "PRAGMA secure_delete = ON",
                ] {
                    sqlx::raw_sql(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await
}

async fn assert_version(writer: &AnyPool) -> Result<()> {
    let row = sqlx::query("SELECT sqlite_version() AS version").fetch_one(writer).await?;
    let version: String = row.try_get("version")?;
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        bail!("SQLite {version} can lose commits; 3.51.3 or newer is needed");
    }
    Ok(())
}

async fn migrate(writer: &AnyPool) -> Result<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)").execute(&mut *tx).await?;
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM migrations").fetch_one(&mut *tx).await?;
    let done: i64 = row.try_get("number")?;
    let done = usize::try_from(done)?;
    if done > MIGRATIONS.len() {
        bail!("it was made by a newer repere (schema {done}, this program knows {})", MIGRATIONS.len());
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        sqlx::raw_sql(*migration).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO migrations (number) VALUES ($1)")
            .bind(i64::try_from(index + 1)?)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
