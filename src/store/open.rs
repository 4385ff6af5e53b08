//! Opening the database: settings, version, migrations, and the transaction that writes.
//!
//! One connection writes, several read. Every commit is on the disk before it is answered: WAL and synchronous=FULL on
//! SQLite, synchronous_commit on PostgreSQL.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Transaction};

use super::key::{Key, KeySource};
use super::line::Line;
use super::migrate::migrate;
use super::sums::Remembered;
use super::{Database, Engine, rows};

/// Before this version, a commit could be lost when another connection checkpointed (sqlite.org/wal.html#walresetbug).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Older ones are no longer looked after (postgresql.org/support/versioning).
const OLDEST_POSTGRES: i64 = 14;
/// Connections that read.
const READERS: u32 = 4;

/// Characters of a path that would end it in a database address.
const IN_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// Settings of each connection.
const SQLITE_SETTINGS: &[&str] = &[
    // The wait comes first, or two processes that start together refuse one another.
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    // 8 MB: what a crowd at one session touches stays in memory.
    "PRAGMA cache_size = -8192",
    // What is erased is overwritten, not only forgotten.
    "PRAGMA secure_delete = ON",
];
const POSTGRES_SETTINGS: &[&str] = &[
    "SET synchronous_commit = on",
    "SET lock_timeout = '10s'",
    // A process that stopped in the middle must not keep the others from writing.
    "SET idle_in_transaction_session_timeout = '30s'",
];

/// The database of one site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: AnyPool,
    pub(super) readers: AnyPool,
    pub(super) engine: Engine,
    /// Who waits to write.
    pub(super) line: Arc<Line>,
    /// What seals; see `unlock`.
    pub(super) key: Option<Arc<Key>>,
    /// What figures are added up from.
    pub(super) counted: Arc<Remembered>,
    /// Always true but for the tests' control: see `unguarded`.
    pub(super) guarded: bool,
}

impl Store {
    /// Opens the database (a folder's is made when it is not there) and brings it to the present schema, with the key in
    /// its folder.
    pub async fn open(database: impl Into<Database>) -> Result<Self> {
        let database = database.into();
        let key = KeySource::new(database.data(), None);
        Self::open_locked(database).await?.unlock(&key, jiff::Timestamp::now().as_second()).await
    }

    /// Opens it without its key: for what looks at no code of anybody.
    pub async fn open_locked(database: impl Into<Database>) -> Result<Self> {
        let database = database.into();
        let engine = database.engine();
        let url = match &database {
            Database::Folder(data) => {
                std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
                address(&data.join("repere.db"), "rwc")?
            }
            Database::Postgres { address, .. } => address.clone(),
        };
        let context = || format!("cannot open the database {database}");
        let writer = pool(&url, engine, 1).await.with_context(context)?;
        let readers = pool(&url, engine, READERS).await.with_context(context)?;
        let store =
            Self { writer, readers, engine, line: Arc::default(), counted: Arc::default(), key: None, guarded: true };
        store.assert_version().await.with_context(context)?;
        migrate(&store).await.with_context(|| format!("cannot migrate the database {database}"))?;
        Ok(store)
    }

    /// Which program keeps the rows.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Closes; the last one to close a file writes what is in the journal into it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that writes. All that write through it come one after the other, whatever the engine and however
    /// many processes: what it reads cannot change under it, so whoever checks first and writes later is right.
    ///
    /// SQLite takes its write lock at once: a transaction that reads first and writes later would be refused without
    /// waiting as soon as somebody else wrote between. PostgreSQL takes a lock of ours, let go at the end; each statement
    /// then sees what is committed, and nothing is ever refused for want of order.
    pub(super) async fn write(&self) -> sqlx::Result<Transaction<'static, sqlx::Any>> {
        self.writer
            .begin_with(self.engine.pick(
                "BEGIN IMMEDIATE",
                // The key is "repere" in ASCII. Two statements, one journey.
                "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(125780002959973)",
            ))
            .await
    }

    async fn assert_version(&self) -> Result<()> {
        if self.engine == Engine::Sqlite {
            let row = sqlx::query("SELECT sqlite_version() AS version").fetch_one(&self.writer).await?;
            let version = rows::text(&row, "version")?;
            let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
            let mut next = || numbers.next().unwrap_or(0);
            if (next(), next(), next()) < OLDEST_SQLITE {
                bail!("SQLite {version} can lose commits; 3.51.3 or newer is needed");
            }
            return Ok(());
        }
        let row = sqlx::query(
            "SELECT CAST(current_setting('server_version_num') AS BIGINT) / 10000 AS version,
                 current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync",
        );
        let row = row.fetch_one(&self.writer).await?;
        let version = rows::number(&row, "version")?;
        ensure!(version >= OLDEST_POSTGRES, "PostgreSQL {version} is too old; {OLDEST_POSTGRES} or newer is needed");
        let encoding = rows::text(&row, "encoding")?;
        ensure!(encoding == "UTF8", "its encoding is {encoding}; make it with ENCODING 'UTF8'");
        if rows::text(&row, "fsync")? != "on" {
            tracing::warn!("fsync is off in PostgreSQL: what is answered can be lost when the machine stops");
        }
        Ok(())
    }
}

/// A database file as sqlx names it. `mode` is SQLite's: `ro`, `rwc`.
pub(super) fn address(file: &Path, mode: &str) -> Result<String> {
    let path = file.to_str().with_context(|| format!("{} is not a name in UTF-8", file.display()))?;
    Ok(format!("sqlite://{}?mode={mode}", utf8_percent_encode(path, IN_PATH)))
}

async fn pool(url: &str, engine: Engine, connections: u32) -> sqlx::Result<AnyPool> {
    sqlx::any::install_default_drivers();
    let settings = match engine {
        Engine::Sqlite => SQLITE_SETTINGS,
        Engine::Postgres => POSTGRES_SETTINGS,
    };
    AnyPoolOptions::new()
        .max_connections(connections)
        // A server may have gone away since; a file has not, and asking costs a journey before each statement.
        .test_before_acquire(engine == Engine::Postgres)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for setting in settings {
                    sqlx::raw_sql(*setting).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await
}
