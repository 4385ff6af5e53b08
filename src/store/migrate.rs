//! The schema and its steps: each a file of the same name for each engine, carried out once, all in one transaction.
//!
//! A step that was published never changes; a new one is added. Steps are known by their numbers, so that two that were
//! written at the same time may arrive in any order.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::{Engine, Store, rows};

struct Migration {
    number: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $file:literal,)*) => {
        &[$(Migration {
            number: $number,
            sqlite: include_str!(concat!("migrations/sqlite/", $file)),
            postgres: include_str!(concat!("migrations/postgres/", $file)),
        }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    1 "0001_start.sql",
    2 "0002_letters_and_time.sql",
    3 "0003_scale.sql",
    5 "0005_access.sql",
    6 "0006_sessions.sql",
    7 "0007_requests.sql",
    8 "0008_data.sql",
    10 "0010_downloads.sql",
    11 "0011_age.sql",
    12 "0012_key.sql",
    13 "0013_origin.sql",
    14 "0014_sums.sql",
    15 "0015_one_index.sql",
];

/// Brings the database to the present schema; refuses one that a newer program made.
pub(super) async fn migrate(store: &Store) -> Result<()> {
    let mut tx = store.write().await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY)").execute(&mut *tx).await?;
    let rows = sqlx::query("SELECT number FROM migrations").fetch_all(&mut *tx).await?;
    let done: BTreeSet<i64> = rows.iter().map(|row| rows::number(row, "number")).collect::<Result<_>>()?;
    if let Some(strange) = done.iter().find(|number| MIGRATIONS.iter().all(|known| known.number != **number)) {
        bail!("it was made by a newer repere (this program does not know step {strange} of its schema)");
    }
    for migration in MIGRATIONS.iter().filter(|migration| !done.contains(&migration.number)) {
        let number = migration.number;
        let sql = match store.engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
        sqlx::raw_sql(sql).execute(&mut *tx).await.with_context(|| format!("step {number} of the schema"))?;
        sqlx::query("INSERT INTO migrations (number) VALUES ($1)").bind(number).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_step_of_both_engines() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
        let names = |engine: &str| -> BTreeSet<String> {
            let files = std::fs::read_dir(folder.join(engine)).unwrap();
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
        };
        assert_eq!(names("sqlite"), names("postgres"));
        let numbers: Vec<i64> = names("sqlite").iter().map(|name| name[..4].parse().unwrap()).collect();
        assert_eq!(numbers, MIGRATIONS.iter().map(|migration| migration.number).collect::<Vec<_>>());
    }
}
