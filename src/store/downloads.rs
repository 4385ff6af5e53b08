//! How often episodes were downloaded: figures by day, episode, application and format. Nothing of any person.
//!
//! Entry points: [`Store::add_downloads`] and [`Store::downloads`]. What makes a download is told in `host::counts`.

use anyhow::Result;
use sqlx::Row as _;

use super::Store;

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// `2026-11-21`.
    pub day: String,
    /// The episode's guid.
    pub episode: String,
    /// The family of the application.
    pub app: String,
    /// `mp3`, `opus`…
    pub format: String,
    /// How many.
    pub number: u64,
}

impl Store {
    /// Adds to what is stored, all of it or nothing.
    pub async fn add_downloads(&self, rows: &[Download]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for row in rows {
            let add = "INSERT INTO downloads (day, episode, app, format, number) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (day, episode, app, format) DO UPDATE SET number = downloads.number + excluded.number";
            sqlx::query(add)
                .bind(&row.day)
                .bind(&row.episode)
                .bind(&row.app)
                .bind(&row.format)
                .bind(i64::try_from(row.number)?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every figure up to a day, that day included, in order.
    pub async fn downloads(&self, until: &str) -> Result<Vec<Download>> {
        let list = "SELECT day, episode, app, format, number FROM downloads WHERE day <= $1 \
                    ORDER BY day, episode, app, format";
        let rows = sqlx::query(list).bind(until).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(Download {
                    day: row.try_get("day")?,
                    episode: row.try_get("episode")?,
                    app: row.try_get("app")?,
                    format: row.try_get("format")?,
                    number: u64::try_from(row.try_get::<i64, _>("number")?)?,
                })
            })
            .collect()
    }
}
