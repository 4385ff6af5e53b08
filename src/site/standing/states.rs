//! The states of many files, as they were and as they are.
//!
//! Entry points: [`States::differing`], [`state`]. A state is what a system says of a file besides its content.
//! One that was written so lately that it could have been written once more unseen is never as it was.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::memory::Stamp;

/// The state of a file.
pub(super) type State = [u8; SIZE];

const SIZE: usize = 32;
/// No file is there.
pub(super) const ABSENT: State = [0xff; SIZE];
/// A folder is there.
const FOLDER: State = [0xfd; SIZE];
/// A link is there.
const LINK: State = [0xfe; SIZE];
/// Nobody can tell whether the file is as it was.
pub(super) const UNSURE: State = [0; SIZE];
/// What stands at the end of a name.
const END: char = '\0';

/// The state of a file now. A link is in no state that a file can be in.
pub(super) fn state(path: &Path) -> State {
    match std::fs::symlink_metadata(path) {
        Ok(about) if about.is_file() => Stamp::of(&about).to_bytes(),
        Ok(about) if about.is_symlink() => LINK,
        Ok(about) if about.is_dir() => FOLDER,
        _ => ABSENT,
    }
}

/// The same of a file that was read after `since`: unsure when it was written after that. None for a link, which could
/// lead anywhere.
pub(super) fn state_since(path: &Path, since: i128) -> Option<State> {
    match std::fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => None,
        Ok(about) if about.is_file() => {
            let stamp = Stamp::of(&about);
            Some(if stamp.settled(since) { stamp.to_bytes() } else { UNSURE })
        }
        Ok(about) if about.is_dir() => Some(FOLDER),
        _ => Some(ABSENT),
    }
}

/// Bytes that are written and read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Bytes<'a>(#[serde(borrow)] pub(super) &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Files by name, with the states they were in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct States<'a> {
    #[serde(borrow)]
    names: &'a str,
    #[serde(borrow)]
    states: Bytes<'a>,
}

/// The same while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    names: String,
    states: Vec<u8>,
    number: u32,
}

impl Gathered {
    /// Adds a file, and gives its number.
    pub(super) fn push(&mut self, name: &str, state: &State) -> u32 {
        self.names.push_str(name);
        self.names.push(END);
        self.states.extend_from_slice(state);
        self.number += 1;
        self.number - 1
    }

    pub(super) fn states(&self) -> States<'_> {
        States { names: &self.names, states: Bytes(&self.states) }
    }
}

impl<'a> States<'a> {
    /// Their names, by number.
    pub(super) fn names(&self) -> Vec<&'a str> {
        self.names.split_terminator(END).collect()
    }

    /// The numbers of the files below `folder` that are not in the states they were in. `instead` has those of which
    /// something newer is known: then that alone is right.
    pub(super) fn differing(
        &self,
        names: &[&'a str],
        folder: &Path,
        instead: impl Fn(u32) -> Option<State> + Sync,
    ) -> Vec<u32> {
        let parts = names.par_chunks(PART).zip(self.states.0.par_chunks(PART * SIZE)).enumerate();
        let differing = parts.flat_map_iter(|(part, (names, states))| {
            let mut looker = Looker::new(folder);
            let differing =
                names.iter().zip(states.chunks_exact(SIZE)).enumerate().filter_map(|(at, (name, state))| {
                    let (number, now) = (u32::try_from(part * PART + at).ok()?, looker.state(name));
                    let same = instead(number).map_or(now == state, |newer| newer == now);
                    (!same).then_some(number)
                });
            differing.collect::<Vec<u32>>()
        });
        differing.collect()
    }
}

/// How many files one thread looks at before it asks for more.
const PART: usize = 512;

/// Looks at files one after the other.
struct Looker<'a> {
    folder: &'a Path,
    /// The folder of the file that was looked at last.
    #[cfg(target_os = "linux")]
    last: Option<&'a str>,
    /// That folder or the one above it, opened.
    #[cfg(target_os = "linux")]
    way: Option<(&'a str, rustix::fd::OwnedFd)>,
}

impl<'a> Looker<'a> {
    fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            #[cfg(target_os = "linux")]
            last: None,
            #[cfg(target_os = "linux")]
            way: None,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn state(&mut self, name: &'a str) -> State {
        state(&self.folder.join(name))
    }

    /// Files that follow each other lie near each other: half of the work would be to find the way anew. A folder of many
    /// files is opened; where each file has a folder of its own, the one above them is.
    #[cfg(target_os = "linux")]
    fn state(&mut self, name: &'a str) -> State {
        use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, StatxFlags, openat, statx};
        let cut = |at: Option<(usize, &str)>| at.map_or(("", name), |(at, _)| (&name[..at], &name[at + 1..]));
        let mut ends = name.rmatch_indices('/');
        let in_folder = cut(ends.next());
        let (way, rest) = if self.last == Some(in_folder.0) { in_folder } else { cut(ends.next()) };
        self.last = Some(in_folder.0);
        if self.way.as_ref().is_none_or(|(known, _)| *known != way) {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            self.way = openat(CWD, self.folder.join(way), flags, Mode::empty()).ok().map(|opened| (way, opened));
        }
        let Some((_, way)) = &self.way else { return state(&self.folder.join(name)) };
        let wanted = StatxFlags::TYPE | StatxFlags::SIZE | StatxFlags::MTIME | StatxFlags::CTIME | StatxFlags::INO;
        let Ok(about) = statx(way, rest, AtFlags::SYMLINK_NOFOLLOW, wanted) else {
            return state(&self.folder.join(name));
        };
        match FileType::from_raw_mode(about.stx_mode.into()) {
            FileType::RegularFile => {
                let (modified, changed) = (about.stx_mtime, about.stx_ctime);
                let (modified, changed) = ((modified.tv_sec, modified.tv_nsec), (changed.tv_sec, changed.tv_nsec));
                Stamp::of_parts(about.stx_size, modified, changed, about.stx_ino).to_bytes()
            }
            _ => state(&self.folder.join(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_removed_or_replaced_differs() {
        let place = tempfile::tempdir().unwrap();
        let mut gathered = Gathered::default();
        for name in ["a", "b", "c", "d"] {
            std::fs::write(place.path().join(name), name).unwrap();
            gathered.push(name, &state(&place.path().join(name)));
        }
        gathered.push("never", &ABSENT);
        gathered.push("lately", &UNSURE);
        let states = gathered.states();
        let differing = || states.differing(&states.names(), place.path(), |_| None);
        assert_eq!(differing(), [5]);
        std::fs::write(place.path().join("a"), "aa").unwrap();
        std::fs::remove_file(place.path().join("b")).unwrap();
        std::fs::write(place.path().join("never"), "").unwrap();
        assert_eq!(differing(), [0, 1, 4, 5]);
        let newer = state(&place.path().join("a"));
        assert_eq!(states.differing(&states.names(), place.path(), |at| (at == 0).then_some(newer)), [1, 4, 5]);
        // As it was before what is known is not as it is known.
        let differing = states.differing(&states.names(), place.path(), |at| (at == 2).then_some(newer));
        assert_eq!(differing, [0, 1, 2, 4, 5]);
    }

    #[test]
    fn a_state_is_the_same_however_it_is_asked_for() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(place.path().join("a/b/c")).unwrap();
        let absolute = place.path().join("a/b").to_str().unwrap().to_owned();
        let names =
            ["x", "y", "a/x", "a/y", "a/b/x", "a/b/y", "a/b/z", "a/b/c/x", "a", "no/x/y", "no/x/z", "a/b/x", &absolute];
        let below = ["x", "y", "z"].map(|name| format!("{absolute}/{name}"));
        let names: Vec<&str> = names.into_iter().chain(below.iter().map(String::as_str)).collect();
        for name in &names[..8] {
            std::fs::write(place.path().join(name), name).unwrap();
        }
        let mut looker = Looker::new(place.path());
        for name in names {
            assert_eq!(looker.state(name), state(&place.path().join(name)), "{name}");
        }
        assert_eq!(looker.state("a/b/no"), ABSENT);
    }
}
