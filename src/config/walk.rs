//! A folder walked in the order of names, links followed.
//!
//! Entry points: [`walk`], which reads nothing: what a file is comes from its folder, so that ten thousand files cost one
//! call for each folder and none for each file. [`Walked`] also looks at every text, once for all who ask.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::text;
use crate::diagnostic::{Diagnostic, slashed};
use crate::memory::Stamp;

/// A folder of content as it was walked.
#[derive(Default)]
pub struct Walked {
    folder: PathBuf,
    /// What the walk met, with the state of each Markdown file and the moment it was looked at (nanoseconds since 1970).
    pub(crate) met: Vec<Met>,
}

/// Something a walk met, and what was seen of it.
pub(crate) type Met = (walkdir::Result<DirEntry>, Option<(Stamp, i128)>);

impl Walked {
    /// Walks a folder, and looks at its texts in parallel. They are to be read after this.
    pub(crate) fn of(folder: PathBuf) -> Self {
        let look = |entry: &walkdir::Result<DirEntry>| {
            let entry = entry.as_ref().ok().filter(|entry| is_text(entry))?;
            let at = Stamp::now();
            Some((Stamp::of(&std::fs::metadata(entry.path()).ok()?), at))
        };
        let met = walk(&folder).into_par_iter().map(|entry| (look(&entry), entry)).map(|(seen, entry)| (entry, seen));
        Self { met: met.collect(), folder }
    }

    /// Whether it is this folder that was walked.
    pub(crate) fn is_of(&self, folder: &Path) -> bool {
        self.folder == folder
    }
}

impl std::fmt::Debug for Walked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Walked").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn is_text(entry: &DirEntry) -> bool {
    entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "md")
}

/// Everything below a folder and the folder itself, sorted by name in each folder. A link counts as what it leads to; one
/// that leads nowhere, or back to a folder that holds it, is an error at its place.
pub(crate) fn walk(folder: &Path) -> Vec<walkdir::Result<DirEntry>> {
    let sorted = |follow| WalkDir::new(folder).follow_links(follow).sort_by_file_name();
    let plain: Vec<_> = sorted(false).into_iter().collect();
    // Following means to ask the disk about every file; most sites have no links.
    let has_links = plain.iter().flatten().any(|entry| entry.depth() > 0 && entry.path_is_symlink());
    if has_links { sorted(true).into_iter().collect() } else { plain }
}

/// The folders of a walk that may not be read: what lies in them would be missing without a word.
pub(crate) fn closed(met: &[walkdir::Result<DirEntry>], root: &Path) -> Vec<Diagnostic> {
    let closed = met.iter().filter_map(|entry| {
        let error = entry.as_ref().err()?;
        let cause = error.io_error().filter(|cause| cause.kind() == ErrorKind::PermissionDenied)?;
        let path = error.path()?;
        Some(text::unreadable(&slashed(path.strip_prefix(root).unwrap_or(path)), cause))
    });
    closed.collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_counts_as_what_it_leads_to() {
        let place = tempfile::tempdir().unwrap();
        let (root, other) = (place.path().join("a"), place.path().join("b"));
        std::fs::create_dir_all(&root).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(other.join("x.md"), "x").unwrap();
        std::fs::write(root.join("y.md"), "y").unwrap();
        let names = || -> Vec<String> {
            let files = walk(&root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
            files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(), ["y.md"]);
        std::os::unix::fs::symlink(&other, root.join("b")).unwrap();
        assert_eq!(names(), ["x.md", "y.md"]);
        std::os::unix::fs::symlink(&root, other.join("back")).unwrap();
        assert!(walk(&root).iter().any(Result::is_err));
        assert!(walk(&place.path().join("nothing")).iter().all(Result::is_err));
    }
}
