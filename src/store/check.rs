//! Whether what is kept is sound: looked at when the host starts and every night.
//!
//! Entry point: [`Store::faults`]. It only reads, beside everybody else; it repairs nothing.

use anyhow::Result;

use super::{Engine, Store, rows};

impl Store {
    /// What is not as it must be, in words for the log, without names; empty when all is well. PostgreSQL looks after its
    /// own pages and references; SQLite is asked to look at its.
    pub async fn faults(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        if self.engine == Engine::Sqlite {
            let pages = sqlx::query("PRAGMA quick_check(10)").fetch_all(&self.readers).await?;
            let told = pages.iter().map(|row| rows::text(row, "quick_check"));
            faults.extend(told.collect::<Result<Vec<_>>>()?.into_iter().filter(|verdict| verdict != "ok"));
            let lost = sqlx::query("SELECT DISTINCT \"table\" AS name FROM pragma_foreign_key_check ORDER BY 1");
            for row in lost.fetch_all(&self.readers).await? {
                faults.push(format!("rows of {} refer to what is not there", rows::text(&row, "name")?));
            }
        }
        let miscounted = self.miscounted().await?;
        faults.extend(
            miscounted.iter().map(|id| format!("session {id}: seats taken are not the sum of its registrations")),
        );
        let unopened = self.unopened().await?;
        faults.extend(unopened.iter().map(|id| format!("staff {id}: what their codes are checked with does not open")));
        Ok(faults)
    }

    /// Sessions whose seat counter is not the sum of what is registered: none, unless something is broken.
    pub async fn miscounted(&self) -> Result<Vec<String>> {
        let query = sqlx::query(
            "SELECT s.id FROM sessions s WHERE s.taken <> (
                 SELECT COALESCE(SUM(r.seats), 0) FROM registrations r
                 WHERE r.session = s.id AND r.state IN ('pending', 'confirmed', 'offered')) ORDER BY s.id",
        );
        query.fetch_all(&self.readers).await?.iter().map(|row| rows::text(row, "id")).collect()
    }
}
