//! A few of the records that a build left, for whoever needs no more.
//!
//! Entry points: [`places`], which tells where every record stands, and [`Few`], which reads those that are wanted from
//! there. The others are not even looked at. Whoever keeps the places must see that the files are those that the places
//! are of.

use std::path::Path;
use std::sync::Arc;

use super::{BODIES, Body, FILES, Keeps, Made, Memory, TEXTS, outputs_of};
use crate::content::Kept;
use crate::memory::{Files, Heap, Log, Print, Slot, Slots};

/// The records of a cache, texts and bodies, then outputs: their places are told by [`text`], [`body`] and [`output`].
pub(in crate::site) fn places(cache: &Path, folder: &Path) -> (Log, Log) {
    rayon::join(|| Log::open_any(cache.join(TEXTS)), || Log::open_any(outputs_of(cache, Some(folder))))
}

/// The name of the record of a text, by the path of its file.
pub(in crate::site) fn text(name: &str) -> String {
    format!("t{name}")
}

/// The name of the record of a body.
pub(in crate::site) fn body(name: &str) -> String {
    format!("b{name}")
}

/// The name of the record of an output, or of a group of them.
pub(in crate::site) fn output(path: &str) -> String {
    format!("o{path}")
}

/// The name of the record of the prints of files.
pub(in crate::site) fn files() -> &'static str {
    FILES
}

/// The records of a cache, read where they stand.
pub(in crate::site) struct Few {
    texts: Slots,
    outputs: Slots,
    heap: Arc<Heap>,
}

impl Few {
    /// The records of the site in a folder.
    pub(in crate::site) fn open(cache: &Path, folder: &Path) -> Self {
        Self {
            texts: Slots::open(cache.join(TEXTS)),
            outputs: Slots::open(outputs_of(cache, Some(folder))),
            heap: Arc::new(Heap::open(cache.join(BODIES))),
        }
    }

    /// A text by the path of its file.
    pub(in crate::site) fn text(&self, name: &str, slot: Slot) -> Option<Arc<Kept>> {
        let kept: Kept = postcard::from_bytes(&self.texts.get(&text(name), slot)?).ok()?;
        Some(Arc::new(kept))
    }

    /// A body by the path of its file.
    pub(in crate::site) fn body(&self, name: &str, slot: Slot) -> Option<Arc<Body>> {
        Some(Arc::new(Body::from_bytes(&self.texts.get(&body(name), slot)?, &self.heap)?))
    }

    /// An output, or a group of them, by its path.
    pub(in crate::site) fn output(&self, path: &str, slot: Slot) -> Option<Made> {
        postcard::from_bytes(&self.outputs.get(&output(path), slot)?).ok()
    }

    /// Whether a text was wanted that could not be had.
    pub(in crate::site) fn is_damaged(&self) -> bool {
        self.heap.is_damaged()
    }

    /// A memory that has no text, body or output yet, but the prints of files.
    pub(in crate::site) fn memory(&self, environment: Print, folder: &Path, files: Option<Slot>) -> Memory {
        let files = files.and_then(|slot| self.outputs.get(FILES, slot));
        let files = files.map(|bytes| Files::from_bytes(&bytes)).unwrap_or_default();
        Memory { keeps: Keeps::Nothing, files, environment, folder: Some(folder.to_owned()), ..Memory::default() }
    }
}
