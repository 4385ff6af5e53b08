//! Records in a file: read whole, appended to, written anew when half of it is out of date.
//!
//! Every record carries the print of its bytes. A file that was cut while it was written, damaged, or left by another
//! version of the program gives fewer records or none, never wrong ones.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Print;
use super::heap::read_at;

/// Length of what stands before a record: its length and its print.
const HEAD: usize = 4 + 16;
/// A file smaller than this is never written anew only because much of it is out of date.
const SMALL: usize = 1 << 20;

/// A piece of what a file held when it was read.
#[derive(Debug, Clone)]
pub struct Slice {
    bytes: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Deref for Slice {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

/// A file of records by name; the last one of a name counts, and one without a value says that the name is gone.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    version: Print,
    bytes: Arc<Vec<u8>>,
    /// The body of each record that counts: where its name and its value stand.
    records: Vec<Record>,
    /// How far the file is made of whole records.
    end: usize,
}

#[derive(Debug, Clone)]
struct Record {
    name: Range<usize>,
    value: Range<usize>,
}

impl Log {
    /// Reads a file, which need not exist. Records of another `version` are left out.
    pub fn open(path: PathBuf, version: Print) -> Self {
        let log = Self::open_any(path);
        if log.version == version { log } else { Self { version, ..log.emptied() } }
    }

    /// Reads a file of any version; one that does not exist has none.
    pub fn open_any(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap_or_default();
        let mut log = Self { path, version: Print::NONE, bytes: Arc::new(bytes), records: Vec::new(), end: 0 };
        let Ok((version, rest)) = postcard::take_from_bytes::<Print>(&log.bytes) else { return log.emptied() };
        log.version = version;
        let start = log.bytes.len() - rest.len();
        let mut at = start;
        let mut records = Vec::new();
        while let Some(record) = record(&log.bytes, at) {
            at = record.value.end;
            records.push(record);
        }
        log.end = at;
        // Nearly in order: all but the records that were appended were written by name. Those of a name stay in theirs.
        let name = |record: &Record| &log.bytes[record.name.clone()];
        records.sort_by(|a, b| name(a).cmp(name(b)));
        records.dedup_by(|later, kept| {
            let same = name(later) == name(kept);
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        records.retain(|record| !record.value.is_empty());
        log.records = records;
        log
    }

    /// Whether it is this file, and of this version.
    pub fn is_of(&self, path: &Path, version: Print) -> bool {
        self.path == path && self.version == version
    }

    /// The same file as if it held nothing.
    pub fn emptied(&self) -> Self {
        Self { path: self.path.clone(), version: self.version, bytes: Arc::default(), records: Vec::new(), end: 0 }
    }

    /// Every name with its value, by name. A value is none when it is damaged: that costs its print, so it is told only
    /// when it is asked for.
    pub fn values(&self) -> impl IndexedParallelIterator<Item = (&str, Option<Slice>)> {
        self.records.par_iter().map(|record| {
            let name = std::str::from_utf8(&self.bytes[record.name.clone()]).unwrap_or_default();
            (name, self.value(record))
        })
    }

    /// Where each record stands that counts, by name.
    pub fn slots(&self) -> impl Iterator<Item = (&str, Slot)> {
        self.records.iter().map(|record| {
            let name = std::str::from_utf8(&self.bytes[record.name.clone()]).unwrap_or_default();
            (name, Slot::of(record))
        })
    }

    /// Where the record of a name stands.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.find(name).map(Slot::of)
    }

    /// The bytes remembered under a name, if they are whole.
    pub fn get(&self, name: &str) -> Option<Slice> {
        self.value(self.find(name)?)
    }

    fn find(&self, name: &str) -> Option<&Record> {
        let at = self.records.binary_search_by(|record| self.bytes[record.name.clone()].cmp(name.as_bytes())).ok()?;
        Some(&self.records[at])
    }

    fn value(&self, record: &Record) -> Option<Slice> {
        let body = body(record);
        let print = &self.bytes[body.start - 16..body.start];
        let whole = postcard::from_bytes::<Print>(print).ok()? == Print::of(&self.bytes[body]);
        whole.then(|| Slice { bytes: Arc::clone(&self.bytes), range: record.value.clone() })
    }

    /// Adds records, and says which names are gone. Another program that holds the file keeps it to itself: then nothing
    /// is written, and the next build works a little more.
    pub fn save(&self, added: &[(String, Vec<u8>)], gone: Vec<String>) -> std::io::Result<()> {
        if added.is_empty() && gone.is_empty() && self.end > 0 {
            return Ok(());
        }
        let gone = gone.iter().map(|name| (name.as_str(), &[][..]));
        let more = || added.iter().map(|(name, value)| (name.as_str(), value.as_slice())).chain(gone.clone());
        let replaced: HashSet<&[u8]> = more().map(|(name, _)| name.as_bytes()).collect();
        // What stands before a name is at most four bytes long.
        let length: usize = more().map(|(name, value)| HEAD + 4 + name.len() + value.len()).sum();
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let stays = |record: &&Record| !replaced.contains(&self.bytes[record.name.clone()]);
        let living: usize = self.records.iter().filter(stays).map(|record| HEAD + body(record).len()).sum();
        if self.end > 0 && self.end + length < 2 * (living + length) + SMALL {
            return append(&self.path, self.end as u64, more());
        }
        // Piece by piece: all of it at once would be the most that a first build holds in memory.
        let mut fresh = tempfile::NamedTempFile::new_in(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut file = BufWriter::with_capacity(1 << 18, fresh.as_file_mut());
        file.write_all(&postcard::to_stdvec(&self.version).unwrap_or_default())?;
        for record in self.records.iter().filter(stays) {
            file.write_all(&self.bytes[body(record).start - HEAD..record.value.end])?;
        }
        for (name, value) in more() {
            write_record(&mut file, name, value)?;
        }
        file.flush()?;
        drop(file);
        fresh.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

/// Where a record stands in its file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    at: u64,
    length: u64,
}

impl Slot {
    fn of(record: &Record) -> Self {
        let body = body(record);
        Self { at: (body.start - HEAD) as u64, length: (body.len() + HEAD) as u64 }
    }
}

/// A file of records of which only a few are wanted, each from where somebody knows that it stands.
#[derive(Debug)]
pub struct Slots {
    path: PathBuf,
    file: Option<File>,
}

impl Slots {
    /// Opens a file, which need not exist.
    pub fn open(path: PathBuf) -> Self {
        let file = File::open(&path).ok();
        Self { path, file }
    }

    /// The bytes remembered under a name, if they stand there and are whole.
    pub fn get(&self, name: &str, slot: Slot) -> Option<Vec<u8>> {
        let file = self.file.as_ref()?;
        if file.metadata().ok()?.len() < slot.at.checked_add(slot.length)? {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(slot.length).ok()?];
        read_at(file, &self.path, &mut bytes, slot.at).ok()?;
        let record = record(&bytes, 0).filter(|record| bytes[record.name.clone()] == *name.as_bytes())?;
        let print = postcard::from_bytes::<Print>(&bytes[4..HEAD]).ok()?;
        (print == Print::of(&bytes[body(&record)])).then(|| bytes[record.value].to_vec())
    }
}

/// The record that begins at a byte, if all of it is there. Its print is checked when it is asked for.
fn record(bytes: &[u8], at: usize) -> Option<Record> {
    let head = bytes.get(at..at + HEAD)?;
    let length = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
    let start = at + HEAD;
    let body = bytes.get(start..start.checked_add(length)?)?;
    let (name, value) = postcard::take_from_bytes::<&str>(body).ok()?;
    let end = start + length;
    let before = end - value.len();
    Some(Record { name: before - name.len()..before, value: before..end })
}

/// What the print of a record is of: the length of the name, the name, the value.
fn body(record: &Record) -> Range<usize> {
    // Lengths are written in seven bits a byte.
    let length = record.name.len().max(1).ilog2() as usize / 7 + 1;
    record.name.start - length..record.value.end
}

fn write_record(to: &mut impl Write, name: &str, value: &[u8]) -> std::io::Result<()> {
    let mut body = postcard::to_stdvec(name).unwrap_or_default();
    body.extend_from_slice(value);
    let Ok(length) = u32::try_from(body.len()) else { return Ok(()) };
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&postcard::to_stdvec(&Print::of(&body)).unwrap_or_default())?;
    to.write_all(&body)
}

fn append<'a>(path: &Path, end: u64, more: impl Iterator<Item = (&'a str, &'a [u8])>) -> std::io::Result<()> {
    use std::io::{Seek as _, SeekFrom};
    let mut file = File::options().write(true).open(path)?;
    if file.try_lock().is_err() {
        return Ok(());
    }
    // Somebody else wrote since we read: what we would add belongs to another state.
    if file.metadata()?.len() < end {
        return Ok(());
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    let mut file = BufWriter::new(file);
    for (name, value) in more {
        write_record(&mut file, name, value)?;
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(log: &Log, name: &str) -> Option<String> {
        log.get(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn records_come_back_and_the_last_one_counts() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/log");
        let version = Print::of(b"1");
        let log = Log::open(path.clone(), version);
        log.save(&[("a".into(), b"un".to_vec()), ("b".into(), b"deux".to_vec())], Vec::new()).unwrap();
        Log::open(path.clone(), version).save(&[("a".into(), b"trois".to_vec())], vec!["b".into()]).unwrap();
        let log = Log::open(path.clone(), version);
        assert_eq!((value(&log, "a"), value(&log, "b")), (Some("trois".into()), None));
        assert_eq!(log.values().map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
        assert_eq!(value(&Log::open(path, Print::of(b"2")), "a"), None, "another version");
    }

    /// A log of two records, and its version.
    fn of_two(folder: &Path) -> (PathBuf, Print) {
        let (path, version) = (folder.join("log"), Print::of(b"1"));
        let records = [("a".into(), b"un".to_vec()), ("b".into(), b"deux".to_vec())];
        Log::open(path.clone(), version).save(&records, Vec::new()).unwrap();
        (path, version)
    }

    #[test]
    fn a_record_is_read_from_where_it_stands_if_it_is_that() {
        let place = tempfile::tempdir().unwrap();
        let (path, version) = of_two(place.path());
        Log::open(path.clone(), version).save(&[("a".into(), b"trois".to_vec())], Vec::new()).unwrap();
        let log = Log::open(path.clone(), version);
        let slots: Vec<(&str, Slot)> = log.slots().collect();
        let get = |name: &str, slot| Slots::open(path.clone()).get(name, slot);
        assert_eq!(slots.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(get("a", slots[0].1).as_deref(), Some(&b"trois"[..]));
        assert_eq!(get("b", slots[1].1).as_deref(), Some(&b"deux"[..]));
        assert_eq!(get("b", slots[0].1), None);
        assert_eq!(get("a", Slot { at: u64::MAX, ..slots[0].1 }), None);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(get("a", slots[0].1), None);
    }

    #[test]
    fn a_cut_or_damaged_file_loses_records_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let (path, version) = of_two(place.path());
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let log = Log::open(path.clone(), version);
            assert!(value(&log, "a").is_none_or(|v| v == "un") && value(&log, "b").is_none_or(|v| v == "deux"));
            log.save(&[("c".into(), b"x".to_vec())], Vec::new()).unwrap();
            assert_eq!(value(&Log::open(path.clone(), version), "c").as_deref(), Some("x"));
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            fs::write(&path, &damaged).unwrap();
            let log = Log::open(path.clone(), version);
            assert!(value(&log, "a").is_none_or(|v| v == "un") && value(&log, "b").is_none_or(|v| v == "deux"));
        }
    }

    #[test]
    fn what_is_out_of_date_is_dropped_in_time() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("log");
        let version = Print::of(b"1");
        for _ in 0..12 {
            Log::open(path.clone(), version).save(&[("a".into(), vec![7; 400_000])], Vec::new()).unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() < 3_000_000);
        for _ in 0..3 {
            Log::open(path.clone(), version).save(&[("b".into(), vec![7; 2_000_000])], vec!["a".into()]).unwrap();
        }
        assert!(Log::open(path, version).get("a").is_none());
    }
}
