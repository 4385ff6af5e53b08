//! What is known of sound files, kept between builds: a file whose size and time are the same is not read again.
//!
//! Entry point: [`Kept`]. An index that cannot be read or written costs time, never a build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::measure::Measured;
use crate::media::audio::{self, Facts, ProbeError};

/// Raised when what is kept means something else.
const VERSION: u32 = 2;
/// Name of the index.
const INDEX: &str = "index.json";
/// After how many seconds a file that no episode asked for is removed: a site that is still shown may need it.
const UNUSED: u64 = 30 * DAY;
const DAY: u64 = 24 * 3600;

/// A file, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What it is.
    pub facts: Facts,
    /// blake3 of its bytes, hexadecimal.
    pub hash: String,
    /// `sha384-…`, as integrity attributes write it.
    pub integrity: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    size: u64,
    modified: u128,
    known: Known,
    measured: Option<Result<Measured, String>>,
    /// The day, in seconds since 1970, when an episode last asked for it.
    used: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    version: u32,
    files: BTreeMap<PathBuf, Entry>,
}

/// The index and its folder.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    index: Mutex<Index>,
    used: Mutex<BTreeSet<PathBuf>>,
    changed: Mutex<bool>,
}

impl Kept {
    pub(super) fn open(folder: PathBuf) -> Self {
        let read = std::fs::read(folder.join(INDEX)).ok();
        let index: Index = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let index = if index.version == VERSION { index } else { Index { version: VERSION, ..Index::default() } };
        Self { folder, index: Mutex::new(index), used: Mutex::default(), changed: Mutex::new(false) }
    }

    /// What a file is; read only when it changed.
    pub(super) fn known(&self, file: &Path) -> Result<Known, ProbeError> {
        let (size, modified) = stamp(file)?;
        lock(&self.used).insert(file.to_owned());
        if let Some(entry) = lock(&self.index).files.get(file)
            && (entry.size, entry.modified) == (size, modified)
        {
            return Ok(entry.known.clone());
        }
        let facts = audio::probe(file)?;
        let (hash, integrity) = digests(file)?;
        let known = Known { facts, hash, integrity };
        let entry = Entry { size, modified, known: known.clone(), measured: None, used: 0 };
        lock(&self.index).files.insert(file.to_owned(), entry);
        *lock(&self.changed) = true;
        Ok(known)
    }

    /// The figures of a file that is known; measured only once.
    pub(super) fn measured(&self, file: &Path) -> Result<Measured, String> {
        if let Some(kept) = lock(&self.index).files.get(file).and_then(|entry| entry.measured.clone()) {
            return kept;
        }
        let measured = super::measure::measure(file);
        if let Some(entry) = lock(&self.index).files.get_mut(file) {
            entry.measured = Some(measured.clone());
            *lock(&self.changed) = true;
        }
        measured
    }

    /// A file of the folder: the one there is, or the one that `make` writes. The name says all that it is made from.
    pub(super) fn made(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<(PathBuf, Known), String> {
        let file = self.folder.join(name);
        if !file.is_file() {
            let told = |e: std::io::Error| format!("{}: {e}", file.display());
            std::fs::create_dir_all(&self.folder).map_err(told)?;
            let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
            let new =
                tempfile::Builder::new().suffix(&format!(".{extension}")).tempfile_in(&self.folder).map_err(told)?;
            make(new.path())?;
            // Whole or not at all; readable by whoever serves it.
            let path = new.into_temp_path();
            allow_reading(&path).map_err(told)?;
            path.persist(&file).map_err(|e| told(e.error))?;
        }
        let known = self.known(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        Ok((file, known))
    }

    /// Writes the index, forgets files that no longer count, removes what was not used for long.
    pub(super) fn close(&self, now: SystemTime) {
        let today = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / DAY * DAY;
        let used = lock(&self.used);
        let mut index = lock(&self.index);
        let mut changed = *lock(&self.changed);
        for (file, entry) in &mut index.files {
            if used.contains(file) && entry.used != today {
                entry.used = today;
                changed = true;
            }
        }
        let before = index.files.len();
        let recent = |entry: &Entry| today.saturating_sub(entry.used) <= UNUSED;
        // A source that no episode names is forgotten at once; what was made stays a while.
        index.files.retain(|file, entry| used.contains(file) || file.starts_with(&self.folder) && recent(entry));
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !index.files.contains_key(&path) && path.file_name().is_some_and(|name| name != INDEX) {
                self.remove(&path, now);
            }
        }
        if (changed || index.files.len() != before)
            && let Err(error) = self.write(&index)
        {
            tracing::debug!("the index of sound files cannot be written: {error}");
        }
    }

    /// Removes a file that the index does not know, unless another build is just making it.
    fn remove(&self, file: &Path, now: SystemTime) {
        let modified = std::fs::metadata(file).and_then(|data| data.modified());
        let old = modified.is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age.as_secs() > DAY));
        if old {
            // Left in place, it only takes room.
            let _ = std::fs::remove_file(file);
        }
    }

    fn write(&self, index: &Index) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(&mut file, index)?;
        file.persist(self.folder.join(INDEX))?;
        Ok(())
    }
}

/// A lock that another thread's fault does not close for good.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn stamp(file: &Path) -> std::io::Result<(u64, u128)> {
    let data = std::fs::metadata(file)?;
    let modified = data.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok((data.len(), modified.as_nanos()))
}

fn digests(file: &Path) -> std::io::Result<(String, String)> {
    let mut file = File::open(file)?;
    let (mut blake, mut sha) = (blake3::Hasher::new(), sha2::Sha384::new());
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        blake.update(&buffer[..read]);
        sha.update(&buffer[..read]);
    }
    let integrity = base64::engine::general_purpose::STANDARD.encode(sha.finalize());
    Ok((blake.finalize().to_hex().to_string(), format!("sha384-{integrity}")))
}

#[cfg(unix)]
fn allow_reading(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_reading(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A file that is sound enough to be known, made in the folder of `kept`.
    fn make(kept: &Kept, name: &str) -> PathBuf {
        let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/podcast/episodes/un/un.mp3");
        kept.made(name, |target| std::fs::copy(sound, target).map(drop).map_err(|e| e.to_string())).unwrap().0
    }

    #[test]
    fn what_was_made_outlives_the_build_that_no_longer_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let day = |n: u64| SystemTime::now() + Duration::from_secs(n * DAY);
        let open = || Kept::open(folder.path().to_owned());
        let kept = open();
        let file = make(&kept, "a.mp3");
        kept.close(day(0));
        // In use for long: its age does not count.
        let kept = open();
        make(&kept, "a.mp3");
        kept.close(day(100));
        open().close(day(101));
        assert!(file.is_file(), "the site that is shown may still be the one of yesterday");
        open().close(day(129));
        assert!(file.is_file());
        open().close(day(133));
        assert!(!file.exists(), "nobody asked for it in thirty days");
    }

    #[test]
    fn a_file_is_made_once_and_known_without_being_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(folder.path().to_owned());
        let file = make(&kept, "a.mp3");
        kept.made("a.mp3", |_| Err("made twice".to_owned())).unwrap();
        let known = kept.known(&file).unwrap();
        kept.close(SystemTime::now());
        // The same size and time: what is known is believed.
        let time = std::fs::metadata(&file).unwrap().modified().unwrap();
        std::fs::write(&file, vec![0; known.facts.bytes as usize]).unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        assert_eq!(Kept::open(folder.path().to_owned()).known(&file).unwrap(), known);
        assert!(kept.made("b.mp3", |_| Err("no".to_owned())).is_err() && !folder.path().join("b.mp3").exists());
    }
}
