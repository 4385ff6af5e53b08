//! Whether files are still what they were, without reading them again.
//!
//! As git does: a file whose size, times and inode are those of last time has the content of last time. One that was
//! changed just when it was looked at could change again within the same tick of the clock: it is read again.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Print;

/// Clocks of file systems tick every few milliseconds.
const TICK: Duration = Duration::from_millis(30);
/// On the oldest, and over a network, they know whole seconds alone, and some of them every second one.
const COARSE: Duration = Duration::from_secs(2);

/// The bytes of a file. A pipe or a device is none: nobody knows when it ends.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    ends(path)?;
    std::fs::read(path)
}

/// That reading a path comes to an end: it is no pipe and no device.
pub fn ends(path: &Path) -> std::io::Result<()> {
    let about = std::fs::metadata(path)?;
    if about.is_file() || about.is_dir() {
        return Ok(());
    }
    Err(std::io::Error::other("this is no file, but a pipe or a device"))
}

/// What a system says of a file besides its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    length: u64,
    modified: i128,
    changed: i128,
    inode: u64,
}

impl Stamp {
    /// Reads it off a file's metadata.
    pub fn of(about: &Metadata) -> Self {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i128);
        let modified = about.modified().map(since).unwrap_or_default();
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let changed = i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec());
            Self { length: about.len(), modified, changed, inode: about.ino() }
        }
        #[cfg(not(unix))]
        Self { length: about.len(), modified, changed: modified, inode: 0 }
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Of what a system call says: bytes, seconds and nanoseconds since 1970, inode.
    #[cfg(target_os = "linux")]
    pub fn of_parts(length: u64, modified: (i64, u32), changed: (i64, u32), inode: u64) -> Self {
        let nanoseconds = |(seconds, rest): (i64, u32)| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self { length, modified: nanoseconds(modified).max(0), changed: nanoseconds(changed), inode }
    }

    /// All of it in a fixed number of bytes, to be held against others.
    pub fn to_bytes(&self) -> [u8; 32] {
        // Nanoseconds fit into half of their room for centuries.
        let parts = [self.length, self.modified as u64, self.changed as u64, self.inode];
        let mut bytes = [0; 32];
        for (room, part) in bytes.chunks_exact_mut(8).zip(parts) {
            room.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }

    /// Whether a change right after `seen` (nanoseconds since 1970) would show in the stamp.
    pub fn settled(&self, seen: i128) -> bool {
        let tick = if self.changed % 1_000_000_000 == 0 { COARSE } else { TICK };
        self.changed + (tick.as_nanos() as i128) < seen
    }

    /// Now, as [`Stamp::settled`] wants it.
    pub fn now() -> i128 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i128)
    }
}

/// A file as it was seen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Seen {
    stamp: Stamp,
    at: i128,
    hash: [u8; 32],
}

/// The prints of files, each looked at once per build.
#[derive(Debug, Default)]
pub struct Files {
    before: BTreeMap<PathBuf, Seen>,
    now: Mutex<BTreeMap<PathBuf, Option<Seen>>>,
}

impl Files {
    /// What the last build saw; `bytes` come from [`Files::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { before: postcard::from_bytes(bytes).unwrap_or_default(), now: Mutex::default() }
    }

    /// What this build saw.
    pub fn to_bytes(&self) -> Vec<u8> {
        let now = lock(&self.now);
        let seen: BTreeMap<&PathBuf, &Seen> =
            now.iter().filter_map(|(path, seen)| Some((path, seen.as_ref()?))).collect();
        postcard::to_stdvec(&seen).unwrap_or_default()
    }

    /// Begins the next build: every file is looked at again.
    pub fn next(&mut self) {
        let now = std::mem::take(self.now.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner));
        self.before.extend(now.into_iter().filter_map(|(path, seen)| Some((path, seen?))));
    }

    /// The print of a file's content; `None` when it is no file that can be read.
    pub fn print(&self, path: &Path) -> Option<Print> {
        self.seen(path).map(|seen| Print::of_hash(&seen.hash))
    }

    /// The blake3 of a file's content, and its length in bytes.
    pub fn hash(&self, path: &Path) -> Option<([u8; 32], u64)> {
        self.seen(path).map(|seen| (seen.hash, seen.stamp.length()))
    }

    fn seen(&self, path: &Path) -> Option<Seen> {
        if let Some(seen) = lock(&self.now).get(path) {
            return *seen;
        }
        let seen = self.look(path);
        lock(&self.now).insert(path.to_owned(), seen);
        seen
    }

    fn look(&self, path: &Path) -> Option<Seen> {
        let at = Stamp::now();
        let about = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        let stamp = Stamp::of(&about);
        if let Some(before) = self.before.get(path).filter(|seen| seen.stamp == stamp && stamp.settled(seen.at)) {
            return Some(*before);
        }
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut std::fs::File::open(path).ok()?, &mut hasher).ok()?;
        Some(Seen { stamp, at, hash: *hasher.finalize().as_bytes() })
    }
}

/// A poisoned lock holds a map that is still whole: each insertion is one call.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_even_when_size_and_time_stay() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a");
        std::fs::write(&file, "un").unwrap();
        let time = std::fs::metadata(&file).unwrap().modified().unwrap();
        let mut files = Files::default();
        let first = files.print(&file);
        std::fs::write(&file, "II").unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        assert_eq!(files.print(&file), first, "one build sees one state");
        files.next();
        assert_ne!(files.print(&file), first);
        let again = Files::from_bytes(&files.to_bytes());
        assert_eq!(again.print(&file), files.print(&file));
        std::fs::remove_file(&file).unwrap();
        files.next();
        assert_eq!(files.print(&file), None);
    }
}
