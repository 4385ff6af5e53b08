//! Long texts beside the records of a log, each read from the file when somebody asks for it.
//!
//! Entry points: [`Heap::open`], [`Heap::write`], [`Text`]. A text is known by its place and its print. One that is not
//! there as it was written cannot be had any more, after somebody relied on it: the heap then says that it is damaged,
//! and whoever used it begins anew without.

use std::fs::{self, File};
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::Print;

/// A heap smaller than this is never written anew only because much of it is out of date.
const SMALL: u64 = 4 << 20;

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    at: u64,
    length: u64,
}

impl Place {
    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// A file of texts.
#[derive(Debug, Default)]
pub struct Heap {
    path: PathBuf,
    file: Option<File>,
    length: u64,
    damaged: AtomicBool,
}

impl Heap {
    /// Opens a file, which need not exist.
    pub fn open(path: PathBuf) -> Self {
        let file = File::open(&path).ok();
        let length = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |about| about.len());
        Self { path, file, length, damaged: AtomicBool::new(false) }
    }

    /// The same file as if it held nothing.
    pub fn emptied(&self) -> Self {
        Self { path: self.path.clone(), ..Self::default() }
    }

    /// Whether a text can stand at a place.
    pub fn reaches(&self, place: Place) -> bool {
        place.at.checked_add(place.length).is_some_and(|end| end <= self.length)
    }

    /// Whether a text was wanted that could not be had.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Whether more than half of it is of no use once `added` bytes come to the `living` ones.
    pub fn is_wasteful(&self, living: u64, added: u64) -> bool {
        self.file.is_none() || self.length + added > 2 * (living + added) + SMALL
    }

    /// Adds texts, or makes them all that it holds. Gives their places; none when another program holds the file.
    pub fn write<'a>(&self, texts: impl Iterator<Item = &'a str>, anew: bool) -> std::io::Result<Option<Vec<Place>>> {
        if anew {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
            let places = write_from(0, fresh.as_file_mut(), texts)?;
            fresh.persist(&self.path).map_err(|error| error.error)?;
            return Ok(Some(places));
        }
        let mut file = File::options().write(true).open(&self.path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        // Behind whatever somebody else added since.
        let end = file.seek(SeekFrom::End(0))?;
        write_from(end, &mut file, texts).map(Some)
    }

    fn read(&self, place: Place) -> Option<Vec<u8>> {
        let file = self.file.as_ref().filter(|_| self.reaches(place))?;
        let mut bytes = vec![0; usize::try_from(place.length).ok()?];
        read_at(file, &self.path, &mut bytes, place.at).ok()?;
        Some(bytes)
    }
}

/// Reads as many bytes as there is room for.
#[cfg(unix)]
pub(super) fn read_at(file: &File, _path: &Path, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

/// Reads as many bytes as there is room for.
#[cfg(not(unix))]
pub(super) fn read_at(_file: &File, path: &Path, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
    use std::io::Read as _;
    let mut own = File::open(path)?;
    own.seek(SeekFrom::Start(at))?;
    own.read_exact(bytes)
}

fn write_from<'a>(mut at: u64, file: &mut File, texts: impl Iterator<Item = &'a str>) -> std::io::Result<Vec<Place>> {
    let mut file = BufWriter::with_capacity(1 << 18, file);
    let mut places = Vec::new();
    for text in texts {
        file.write_all(text.as_bytes())?;
        let place = Place { at, length: text.len() as u64 };
        at += place.length;
        places.push(place);
    }
    file.flush()?;
    Ok(places)
}

/// A text of a heap, shared by its copies.
#[derive(Debug, Clone)]
pub struct Text(Arc<Later>);

#[derive(Debug)]
struct Later {
    heap: Arc<Heap>,
    place: Place,
    print: Print,
    text: OnceLock<String>,
}

impl Text {
    /// The text at a place that has this print.
    pub fn new(heap: &Arc<Heap>, place: Place, print: Print) -> Self {
        Self(Arc::new(Later { heap: Arc::clone(heap), place, print, text: OnceLock::new() }))
    }

    /// Its place.
    pub fn place(&self) -> Place {
        self.0.place
    }

    /// The text. When it is not what was written there it is empty, and the heap is damaged.
    pub fn as_str(&self) -> &str {
        self.0.text.get_or_init(|| {
            let bytes = self.0.heap.read(self.0.place).filter(|bytes| Print::of(bytes) == self.0.print);
            bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| {
                self.0.heap.damaged.store(true, Ordering::Relaxed);
                String::new()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_a_damaged_one_is_told() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/heap");
        let heap = Heap::open(path.clone());
        assert!(heap.is_wasteful(0, 1), "there is none yet");
        let first = heap.write(["un", "deux"].into_iter(), true).unwrap().unwrap();
        let more = Heap::open(path.clone()).write(["trois"].into_iter(), false).unwrap().unwrap();
        let heap = Arc::new(Heap::open(path.clone()));
        let text = |heap: &Arc<Heap>, place: Place, text: &str| {
            Text::new(heap, place, Print::of(text.as_bytes())).as_str().to_owned()
        };
        assert_eq!((text(&heap, first[1], "deux"), text(&heap, more[0], "trois")), ("deux".into(), "trois".into()));
        assert!(!heap.is_damaged() && !heap.is_wasteful(11, 5));
        assert_eq!(text(&heap, first[0], "une"), "");
        assert!(heap.is_damaged());
        fs::write(&path, "unde").unwrap();
        let heap = Arc::new(Heap::open(path));
        assert!(heap.reaches(first[0]) && !heap.reaches(first[1]));
        assert_eq!(text(&heap, first[1], "deux"), "");
        assert!(heap.is_damaged() && !heap.emptied().is_damaged());
    }
}
