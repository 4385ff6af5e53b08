//! The HTML of a body: made in this build, or still lying in the memory of the last one.
//!
//! A body that did not change is wanted by few: its page stands as it was published. Whoever reads it does so through
//! [`std::ops::Deref`].

use std::ops::Deref;

use crate::memory::{Place, Text};

/// HTML.
#[derive(Debug, Clone)]
pub struct Html(Held);

#[derive(Debug, Clone)]
enum Held {
    Made(String),
    Kept(Text),
}

impl Html {
    /// HTML as a build wrote it into its memory.
    pub fn kept(text: Text) -> Self {
        Self(Held::Kept(text))
    }

    /// Where it lies in the memory of the last build.
    pub(crate) fn place(&self) -> Option<Place> {
        if let Held::Kept(text) = &self.0 { Some(text.place()) } else { None }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Made(text) => text,
            Held::Kept(text) => text.as_str(),
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
