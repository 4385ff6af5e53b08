//! Commands: read the rows, decide, write changes and messages, all in one transaction.

use crate::calendar::{Actor, Command, Epoch, Shown};

use super::{Error, Store};

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What to show to the person who acted.
    pub shown: Shown,
    /// Id of what was created or changed (session, registration or request).
    pub id: String,
    /// Whether the same form had already been received: nothing was done again.
    pub repeated: bool,
}

impl Store {
    /// Carries out a command. When it returns, the decision and its messages are on the disk.
    pub async fn execute(&self, command: &Command, actor: &Actor, now: Epoch) -> Result<Outcome, Error> {
        let _ = (command, actor, now);
        unimplemented!()
    }

    /// Lets go of every held or offered seat whose deadline has passed, and promotes. Returns how many sessions changed.
    /// To be run every minute.
    pub async fn expire(&self, now: Epoch) -> Result<usize, Error> {
        let _ = now;
        unimplemented!()
    }
}
