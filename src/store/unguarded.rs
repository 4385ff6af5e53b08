//! The control of the tests: the same program with its guards off, which must oversell. Without it nobody would know
//! whether a test under load can fail at all.
//!
//! Entry point: `Store::without_guards`. No command, setting or page leads here.

use std::time::Duration;

use crate::calendar::{self, Actor, Command, Epoch, Fresh, Refusal};

use super::execute::{Failed, Outcome};
use super::{Error, Store, crowd, fresh_id, load};

impl Store {
    /// The same store without its guards: it looks first and writes later, and adds up seats without a condition. The
    /// test takes the guards of the schema out itself.
    #[doc(hidden)]
    #[must_use]
    pub fn without_guards(mut self) -> Self {
        self.guarded = false;
        self
    }

    pub(super) async fn execute_without_guards(
        &self,
        command: &Command,
        actor: &Actor,
        now: Epoch,
    ) -> Result<Outcome, Error> {
        let mut reader = self.readers.acquire().await?;
        let state = match command {
            Command::Register(form) => {
                let mut states = crowd::states(self.engine, &mut reader, &[form]).await?;
                states.remove(&form.session).unwrap_or_default()
            }
            _ => load::state(&mut reader, command, now).await?,
        };
        drop(reader);
        let decision = calendar::decide(&state, command, Fresh { now, id: &fresh_id() })?;
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut tx = self.write().await?;
        match self.write_down(&mut tx, command, actor, &decision, now).await {
            Ok(outcome) => {
                tx.commit().await?;
                Ok(outcome)
            }
            Err(Failed::Error(error)) => Err(error),
            Err(Failed::Again) => Err(Refusal::Changed.into()),
        }
    }
}
