//! Folders beside the site that publishing works in, and what killed builds left of them.
//!
//! Entry points: [`Beside::new`], [`sweep`]. A folder is locked as long as its build lives, and the system takes the lock
//! back however that ends: one that can be locked is nobody's. Where folders cannot be locked, nothing is removed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::{Builder, TempDir};

/// Beginnings of the names of a folder that is being written, and of one that holds the site that was.
pub(super) const NEW: &str = ".repere-new-";
pub(super) const OLD: &str = ".repere-old-";

/// A folder beside the site; it goes when it is dropped.
pub(super) struct Beside {
    folder: TempDir,
    _held: Option<File>,
}

impl Beside {
    /// One for the site that stands in `site`, or will.
    pub(super) fn new(kind: &str, site: &Path) -> anyhow::Result<Self> {
        let parent = parent(site);
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        loop {
            let folder = Builder::new()
                .prefix(&prefix(kind, site))
                .tempdir_in(parent)
                .with_context(|| format!("{} cannot be written to", parent.display()))?;
            let held = File::open(folder.path()).ok().filter(|held| held.lock().is_ok());
            // Another build may have swept it before it was locked.
            if folder.path().is_dir() {
                return Ok(Self { folder, _held: held });
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder to whoever renamed it.
    pub(super) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// Removes what killed builds left beside the site that stands in `site`. Where there is none, the one that was is kept:
/// a build may have been killed just before it put the new one in its place.
pub(super) fn sweep(site: &Path) {
    let kinds = if site.is_dir() { &[NEW, OLD][..] } else { &[NEW] };
    let beginnings: Vec<String> = kinds.iter().map(|kind| prefix(kind, site)).collect();
    for entry in fs::read_dir(parent(site)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Six signs of chance come behind.
        let is_one = |beginning: &String| name.strip_prefix(beginning).is_some_and(|rest| !rest.contains('-'));
        if !beginnings.iter().any(is_one) || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let held = File::open(entry.path()).ok().filter(|held| held.try_lock().is_ok());
        if held.is_some() {
            // What cannot be removed only takes room.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The folder that a site stands in.
pub(super) fn parent(site: &Path) -> &Path {
    site.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Several sites may stand side by side: each has names of its own.
fn prefix(kind: &str, site: &Path) -> String {
    format!("{kind}{}-", site.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_build_left_goes_and_what_another_one_writes_stays() {
        let place = tempfile::tempdir().unwrap();
        let there = || {
            let names = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
            names.sort();
            names
        };
        let site = place.path().join("public");
        for left in [".repere-new-public-aaaaaa", ".repere-old-public-aaaaaa", ".repere-new-public-2-aaaaaa"] {
            fs::create_dir_all(place.path().join(left).join("site")).unwrap();
        }
        let other = Beside::new(NEW, &site).unwrap();
        let name = other.path().file_name().unwrap().to_string_lossy().into_owned();
        sweep(&site);
        let mut stay = [".repere-new-public-2-aaaaaa", ".repere-old-public-aaaaaa", name.as_str()];
        stay.sort_unstable();
        assert_eq!(there(), stay, "there is no site yet");
        fs::create_dir(&site).unwrap();
        drop(other);
        sweep(&site);
        assert_eq!(there(), [".repere-new-public-2-aaaaaa", "public"]);
    }
}
