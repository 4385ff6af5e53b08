//! The HTML of a body: made in this build, or still lying in the memory of the last one.
//!
//! A body that did not change is wanted by few: its page stands as it was published. Whoever reads it does so through
//! [`std::ops::Deref`].

use std::ops::Deref;

use crate::memory::Slice;

/// HTML.
#[derive(Debug, Clone)]
pub struct Html(Held);

#[derive(Debug, Clone)]
enum Held {
    Made(String),
    Kept(Slice),
}

impl Html {
    /// HTML as a build wrote it into its memory.
    pub fn kept(bytes: Slice) -> Self {
        Self(Held::Kept(bytes))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Made(text) => text,
            // The bytes are those that were written: records of the memory are checked when they are read.
            Held::Kept(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        }
    }
}

impl Default for Html {
    fn default() -> Self {
        Self(Held::Made(String::new()))
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self(Held::Made(text))
    }
}

impl Deref for Html {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Html {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Html {}
