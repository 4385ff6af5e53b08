//! Opening the database: settings, version, migrations.

use std::path::Path;

use anyhow::Result;

/// The database of one site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: sqlx::AnyPool,
    pub(super) readers: sqlx::AnyPool,
}

impl Store {
    /// Opens (or creates) `repere.db` in the data directory and brings it to the present schema.
    pub async fn open(data: &Path) -> Result<Self> {
        let _ = data;
        unimplemented!()
    }

    /// Writes what is in the journal into the file and closes.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
