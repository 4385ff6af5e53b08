//! What is known of sound files, kept between builds: a file whose size and time are the same is not read again.
//!
//! Entry point: [`Kept`]. An index that cannot be read or written costs time, never a build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::measure::Measured;
use crate::media::audio::{self, Facts, ProbeError};

/// Raised when what is kept means something else.
const VERSION: u32 = 1;
/// Name of the index.
const INDEX: &str = "index.json";
/// After how long a file that no episode asked for is removed.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);

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
        let entry = Entry { size, modified, known: known.clone(), measured: None };
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
        let used = lock(&self.used);
        let mut index = lock(&self.index);
        let before = index.files.len();
        index.files.retain(|file, _| used.contains(file));
        if *lock(&self.changed) || index.files.len() != before {
            if let Err(error) = self.write(&index) {
                tracing::debug!("the index of sound files cannot be written: {error}");
            }
        }
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(modified) = entry.metadata().and_then(|m| m.modified()) else { continue };
            let old = now.duration_since(modified).is_ok_and(|age| age > UNUSED);
            if old && !used.contains(&path) && path.file_name().is_some_and(|name| name != INDEX) {
                // Left in place, it only takes room.
                let _ = std::fs::remove_file(path);
            }
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
