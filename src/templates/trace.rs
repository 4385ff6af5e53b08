//! What is read while something is rendered: each look-up of a template function leaves a note.
//!
//! Entry points: [`traced`] gathers the notes of some work on this thread, [`note`] leaves one. What a note is worth
//! today is told by `depend`; what templates read from their context is known from what is rendered (`reads`).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::functions;
use crate::config::Loaded;
use crate::media::image::Order;

/// Something a template asked for, as it asked: the answer may change while the question stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Read {
    /// `get_page`: path and language.
    Page(String, String),
    /// `get_section`: path, language, with its pages.
    Section(String, String, bool),
    /// `get_taxonomy`: kind and language.
    Taxonomy(String, String),
    /// `get_taxonomy_term`: kind, term, language, with its pages.
    Term(String, String, String, bool),
    /// `get_taxonomy_url`: kind, term, language.
    TermUrl(String, String, String),
    /// The address of `@/path` in a language.
    Address(String, String),
    /// A file named by a template: where it lies, and what it holds.
    File(String),
    /// A file by its own path.
    Plain(PathBuf),
    /// No question, but a wish to be heard again: the copy of an image.
    Copy(Order),
    /// A variable of the environment.
    Variable(String),
    /// The clock.
    Moment,
    /// What can never be known to be the same: an answer of another server, chance.
    Unknowable,
}

impl Read {
    /// Whether the answer lies in the library alone: what it is worth changes with its pages only.
    pub fn is_of_heads(&self) -> bool {
        match self {
            Self::Page(..) | Self::Section(..) | Self::Taxonomy(..) | Self::Term(..) | Self::TermUrl(..) => true,
            Self::Address(..) | Self::Copy(_) => true,
            Self::File(_) | Self::Plain(_) | Self::Variable(_) | Self::Moment | Self::Unknowable => false,
        }
    }

    /// Where the files lie that could change the answer, whether they are there or not.
    pub fn places(&self, loaded: &Loaded) -> Vec<PathBuf> {
        match self {
            Self::File(path) => functions::places(loaded, path),
            Self::Plain(path) => vec![path.clone()],
            _ => Vec::new(),
        }
    }
}

thread_local! {
    static NOTES: RefCell<Vec<BTreeSet<Read>>> = const { RefCell::new(Vec::new()) };
}

/// Takes its notes away when the work is done, also when it panics.
struct Frame;

impl Frame {
    fn open() -> Self {
        NOTES.with_borrow_mut(|notes| notes.push(BTreeSet::new()));
        Self
    }

    fn close(self) -> BTreeSet<Read> {
        let notes = NOTES.with_borrow_mut(Vec::pop).unwrap_or_default();
        std::mem::forget(self);
        notes
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        NOTES.with_borrow_mut(Vec::pop);
    }
}

/// Does the work and tells what it read. Work inside work notes for itself alone: a thread that waits may be lent to
/// another page.
pub fn traced<T>(work: impl FnOnce() -> T) -> (T, BTreeSet<Read>) {
    let frame = Frame::open();
    let done = work();
    (done, frame.close())
}

/// Leaves a note, when somebody gathers them.
pub(super) fn note(read: impl FnOnce() -> Read) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(last) = notes.last_mut() {
            last.insert(read());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_inside_work_notes_for_itself() {
        let ((), outer) = traced(|| {
            note(|| Read::Moment);
            let ((), inner) = traced(|| note(|| Read::Unknowable));
            assert_eq!(inner, BTreeSet::from([Read::Unknowable]));
        });
        assert_eq!(outer, BTreeSet::from([Read::Moment]));
        note(|| Read::Moment);
    }
}
