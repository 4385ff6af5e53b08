//! The outbox: letters written with the decision that caused them, claimed by whoever delivers.

use anyhow::Result;

use crate::calendar::{Epoch, Letter};

use super::Store;

/// How a letter fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum PostState {
    /// To be sent at `not_before`.
    Due,
    /// Accepted by the mail server.
    Sent,
    /// No mail server is configured: kept for the coordinator to read, and in `DATA/mail`.
    Kept,
    /// The mail server refuses it for good, or too many tries failed.
    Dead,
}

/// A letter in the outbox.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its key: unique, and the local part of its Message-ID.
    pub key: String,
    /// What to say, tokens included.
    pub letter: Letter,
    /// How it fares.
    pub state: PostState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written.
    pub created: Epoch,
    /// What the last failure said, without addresses.
    pub error: String,
}

impl Store {
    /// Claims up to `most` letters that are due; nobody else gets them for two minutes.
    pub async fn claim(&self, most: u32, now: Epoch) -> Result<Vec<Post>> {
        let _ = (most, now);
        unimplemented!()
    }

    /// The mail server took it: tokens are erased.
    pub async fn mark_sent(&self, key: &str, now: Epoch) -> Result<()> {
        let _ = (key, now);
        unimplemented!()
    }

    /// It was written to the local folder instead.
    pub async fn mark_kept(&self, key: &str, now: Epoch) -> Result<()> {
        let _ = (key, now);
        unimplemented!()
    }

    /// It failed for now: tried again later, dead after too many tries.
    pub async fn mark_failed(&self, key: &str, error: &str, now: Epoch) -> Result<()> {
        let _ = (key, error, now);
        unimplemented!()
    }

    /// It failed for good.
    pub async fn mark_dead(&self, key: &str, error: &str, now: Epoch) -> Result<()> {
        let _ = (key, error, now);
        unimplemented!()
    }

    /// Letters for the staff area: those that are dead, due or kept first, the newest first.
    pub async fn posts(&self, most: u32) -> Result<Vec<Post>> {
        let _ = most;
        unimplemented!()
    }

    /// One letter.
    pub async fn post(&self, key: &str) -> Result<Option<Post>> {
        let _ = key;
        unimplemented!()
    }
}
