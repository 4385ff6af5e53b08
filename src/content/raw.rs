//! The text of a page as its writer wrote it, read from its file only when somebody asks.
//!
//! A page that did not change since the last build has its HTML from there: its text is wanted only for what is told about
//! it. Whoever reads it does so through [`std::ops::Deref`].

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// A text without its front matter.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    text: Arc<OnceLock<String>>,
    later: Option<(PathBuf, usize)>,
}

impl Raw {
    /// The text of a file from a byte on, read when it is asked for. Should the file be gone by then, it is empty.
    pub fn later(file: PathBuf, from: usize) -> Self {
        Self { text: Arc::default(), later: Some((file, from)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.text.get_or_init(|| {
            let Some((file, from)) = &self.later else { return String::new() };
            let text = std::fs::read_to_string(file).unwrap_or_default();
            text.get(*from..).unwrap_or_default().to_owned()
        })
    }
}

impl From<String> for Raw {
    fn from(text: String) -> Self {
        Self { text: Arc::new(OnceLock::from(text)), later: None }
    }
}

impl Deref for Raw {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}
