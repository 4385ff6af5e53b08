//! What one build remembers for the next: fingerprints, the state of files, and records on the disk.
//!
//! Entry points: [`Print`] names a value by its content, [`Files`] tells whether a file is still what it was, [`Log`]
//! keeps records in a file that may be cut or damaged at any byte without harm, [`Heap`] the long texts beside them,
//! [`pairs`] holds what was against what is. What is remembered, and when it is still right, is decided by the rooms that
//! ask: this one knows no page and no template.

mod files;
mod heap;
pub mod json;
mod log;
mod pairs;
mod print;

/// Folder of a site that holds what can be made again.
pub const CACHE: &str = ".repere-cache";

pub use files::{Files, Stamp, ends, read};
pub use heap::{Heap, Place, Text};
pub use log::{Log, Slice, Slot, Slots};
pub use pairs::pairs;
pub use print::{Print, program};
