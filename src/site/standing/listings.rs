//! The names in folders, as they were and as they are.
//!
//! Entry points: [`walk`], [`Listing::stands`].

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::states::{ABSENT, State, UNSURE};
use crate::memory::{Print, Stamp};

/// A folder: its state and the names of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listing {
    /// Below the site's folder.
    pub(super) path: String,
    pub(super) state: State,
    names: Print,
}

impl Listing {
    /// Whether the same names are in it as were; with its state now, should it be another one.
    pub(super) fn stands(&self, root: &Path, instead: Option<State>) -> Option<Option<State>> {
        let (at, path) = (Stamp::now(), root.join(&self.path));
        let now = folder_state(&path, at);
        if now != UNSURE && now == instead.unwrap_or(self.state) {
            return Some(None);
        }
        (list(&path).is_some_and(|list| list.names == self.names)).then_some(Some(now))
    }
}

fn folder_state(path: &Path, since: i128) -> State {
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() && Stamp::of(&about).settled(since) => Stamp::of(&about).to_bytes(),
        Ok(about) if about.is_dir() => UNSURE,
        _ => ABSENT,
    }
}

/// What is in a folder.
struct List {
    names: Print,
    folders: Vec<String>,
    files: Vec<String>,
}

/// None when a name is no text or a link. A folder that is not there is empty.
fn list(path: &Path) -> Option<List> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(path).into_iter().flatten() {
        let entry = entry.ok()?;
        let (name, kind) = (entry.file_name().into_string().ok()?, entry.file_type().ok()?);
        match (kind.is_dir(), kind.is_symlink()) {
            (true, _) => folders.push(name),
            (false, true) => return None,
            (false, false) => files.push(name),
        }
    }
    folders.sort_unstable();
    files.sort_unstable();
    Some(List { names: Print::of_value(&(path.is_dir(), &folders, &files)), folders, files })
}

/// A folder below `root` and all below it, and every file there. None when there is a link, whose target is looked at by
/// nobody, or when a folder was written to after `since`, so that a name may have come unseen.
pub(super) fn walk(
    root: &Path,
    folder: &str,
    since: i128,
    listings: &mut Vec<Listing>,
    files: &mut Vec<String>,
) -> Option<()> {
    let path = root.join(folder);
    // In this order: a name that comes or goes in between makes the folder unsure.
    let list = list(&path)?;
    let state = Some(folder_state(&path, since)).filter(|state| *state != UNSURE)?;
    let below = |name: &String| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    files.extend(list.files.iter().map(below));
    listings.push(Listing { path: folder.to_owned(), state, names: list.names });
    list.folders.iter().try_for_each(|name| walk(root, &below(name), since, listings, files))
}

#[cfg(test)]
mod tests {
    use super::super::states::state_since;
    use super::*;

    #[test]
    fn a_folder_stands_as_long_as_its_names_do() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(place.path().join("a/b")).unwrap();
        std::fs::write(place.path().join("a/b/x"), "").unwrap();
        let (mut listings, mut files) = (Vec::new(), Vec::new());
        assert!(walk(place.path(), "a", 0, &mut listings, &mut files).is_none(), "a name may have come since");
        let later = Stamp::now() + 1_000_000_000;
        walk(place.path(), "a", later, &mut listings, &mut files).unwrap();
        walk(place.path(), "none", later, &mut listings, &mut files).unwrap();
        assert_eq!(files, ["a/b/x"]);
        let stand = || listings.iter().map(|listing| listing.stands(place.path(), None).is_some()).collect::<Vec<_>>();
        assert_eq!(stand(), [true, true, true]);
        std::fs::write(place.path().join("a/y"), "").unwrap();
        assert_eq!(stand(), [false, true, true]);
        std::fs::remove_file(place.path().join("a/y")).unwrap();
        std::fs::create_dir(place.path().join("none")).unwrap();
        assert_eq!(stand(), [true, true, false]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_looks_behind_a_link() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("a")).unwrap();
        std::os::unix::fs::symlink("/", place.path().join("a/b")).unwrap();
        let later = Stamp::now() + 1_000_000_000;
        assert!(walk(place.path(), "a", later, &mut Vec::new(), &mut Vec::new()).is_none());
        assert!(state_since(&place.path().join("a/b"), later).is_none());
    }
}
