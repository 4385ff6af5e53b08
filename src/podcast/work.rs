//! Files of the podcast that are made only when what they are made from is another than before.
//!
//! Entry point: [`Work`]. Its key says all that its files depend on, and costs less than making them; who remembers the
//! key of the last build (`site`) need not run it.

use crate::diagnostic::Diagnostic;
use crate::memory::Print;
use crate::output::Output;

/// The files it makes, or why there are none.
type Made = Result<Vec<Output>, Diagnostic>;

/// Work that makes some files together.
pub struct Work<'a> {
    name: String,
    key: Print,
    make: Box<dyn Fn() -> Made + Send + Sync + 'a>,
}

impl<'a> Work<'a> {
    /// `name` is this work's alone; `make` depends on what `key` is the print of, and on this program.
    pub(super) fn new(name: String, key: Print, make: impl Fn() -> Made + Send + Sync + 'a) -> Self {
        Self { name, key, make: Box::new(make) }
    }

    /// What it is remembered by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The print of what its files are made from.
    pub fn key(&self) -> Print {
        self.key
    }

    /// Makes its files.
    pub fn run(&self) -> Made {
        (self.make)()
    }
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("name", &self.name).field("key", &self.key).finish_non_exhaustive()
    }
}
