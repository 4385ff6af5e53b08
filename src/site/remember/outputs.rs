//! Outputs as they were made, and when they are still right.
//!
//! An output depends on what it is made for (a page, a list, a feed: the print of all that its template may see), on its
//! template and all that one pulls in, and on what it looked up while it was rendered. When all of it is as it was, the
//! output is taken as it is: from memory, or from the folder of the published site, if nobody touched it there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::media::image::Images;
use crate::memory::{Print, Stamp};
use crate::output::{Body, Output};
use crate::templates::{Closure, Prints, Read, traced};

/// An output as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::site) struct Made {
    key: Print,
    reads: Vec<(Read, Print)>,
    /// The outputs of a group, which are made by one piece of work.
    names: Vec<String>,
    /// blake3 and length of its bytes.
    pub(in crate::site) hash: [u8; 32],
    pub(in crate::site) size: u64,
    /// The file it was published as, and when it was looked at.
    pub(in crate::site) file: Option<(Stamp, i128)>,
    #[serde(skip)]
    bytes: Option<Bytes>,
}

impl Made {
    /// An output that is made anew each time: only its bytes are remembered, so that equal ones are not written again.
    pub(in crate::site) fn plain(hash: [u8; 32], size: u64) -> Self {
        Self { key: Print::default(), reads: Vec::new(), names: Vec::new(), hash, size, file: None, bytes: None }
    }

    /// What it read while it was made, with what that was worth; `None` when it is made anew each time.
    pub(in crate::site) fn reads(&self) -> Option<&[(Read, Print)]> {
        (self.key != Print::default()).then_some(&self.reads)
    }

    /// The outputs of a group.
    pub(in crate::site) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether these are the bytes, without reading them.
    pub(in crate::site) fn is(&self, bytes: &Bytes) -> bool {
        self.bytes.as_ref().is_some_and(|own| own.as_ptr() == bytes.as_ptr() && own.len() == bytes.len())
    }

    /// Whether a file is the one it was published as.
    pub(in crate::site) fn is_at(&self, file: &Path, folder: Option<&Path>, path: &str) -> bool {
        self.file.is_some() && folder.is_some_and(|folder| folder.join(path) == file)
    }

    /// The state of the published file when it still holds these bytes. A file that was touched is read.
    pub(in crate::site) fn stands(&self, file: &Path) -> Option<(Stamp, i128)> {
        let at = Stamp::now();
        let stamp = Stamp::of(&std::fs::symlink_metadata(file).ok().filter(std::fs::Metadata::is_file)?);
        match self.file {
            Some((before, seen)) if before == stamp && stamp.settled(seen) => Some((stamp, seen)),
            _ if stamp.length() != self.size => None,
            _ => (*blake3::hash(&std::fs::read(file).ok()?).as_bytes() == self.hash).then_some((stamp, at)),
        }
    }
}

/// Those who make outputs.
pub(in crate::site) struct Makers<'a> {
    pub(in crate::site) prints: &'a Prints<'a>,
    pub(in crate::site) images: &'a Images,
}

/// The memory of outputs during one build.
pub(in crate::site) struct Outputs<'a> {
    before: &'a BTreeMap<String, Made>,
    /// The published site, whose files may be taken as they are.
    folder: Option<&'a Path>,
    /// Whether pages are published with other words than they were made with: the new names of what they show.
    renames: bool,
    keeps_bytes: bool,
    /// The last one of a path counts.
    now: Mutex<Vec<(String, Made)>>,
}

impl<'a> Outputs<'a> {
    /// Outputs as the last build left them.
    pub(in crate::site) fn new(
        before: &'a BTreeMap<String, Made>,
        folder: Option<&'a Path>,
        renames: bool,
        keeps_bytes: bool,
    ) -> Self {
        Self { before, folder, renames, keeps_bytes, now: Mutex::default() }
    }

    /// What was made, by path: to be taken once, at the end.
    pub(in crate::site) fn taken(&self) -> BTreeMap<String, Made> {
        std::mem::take(&mut *self.now.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// An output as it is remembered, else by the work. `key` is the print of all that its template sees from the start.
    pub(in crate::site) fn make(
        &self,
        (path, origin): (&str, &PathBuf),
        key: Print,
        closure: Closure,
        makers: &Makers,
        work: impl FnOnce() -> Result<Vec<u8>, Diagnostic>,
    ) -> Result<Output, Diagnostic> {
        let key = Print::of_value(&(key, closure.print));
        if let Some((output, made)) = self.recall(path, origin, key, closure, makers) {
            self.keep(path, made);
            return Ok(output);
        }
        let (bytes, reads) = traced(work);
        let bytes = Bytes::from(bytes?);
        let reads: Option<Vec<(Read, Print)>> =
            reads.into_iter().map(|read| makers.prints.read(&read, closure).map(|print| (read, print))).collect();
        let mut made = Made::plain(*blake3::hash(&bytes).as_bytes(), bytes.len() as u64);
        if let (Some(reads), false) = (reads, closure.chance) {
            (made.key, made.reads) = (key, reads);
        }
        made.bytes = self.keeps_bytes.then(|| bytes.clone());
        self.keep(path, made);
        Ok(Output { path: path.to_owned(), body: Body::Bytes(bytes), origin: origin.clone() })
    }

    /// Outputs that one piece of work makes together, as they are remembered, else by the work, which tells what it read.
    pub(in crate::site) fn group(
        &self,
        name: &str,
        key: Print,
        makers: &Makers,
        work: impl FnOnce() -> Result<(Vec<Output>, BTreeSet<Read>), Vec<Diagnostic>>,
    ) -> Result<Vec<Output>, Vec<Diagnostic>> {
        // No output has such a path.
        let group = format!("/{name}");
        if let Some(before) = self.before.get(&group).filter(|before| before.key == key)
            && before.reads.iter().all(|(read, print)| makers.prints.read(read, Closure::NONE) == Some(*print))
            && self.hash_of(&before.names) == Some(before.hash)
            && let Some(found) = before.names.iter().map(|name| self.standing(name)).collect::<Option<Vec<_>>>()
        {
            self.keep(&group, before.clone());
            let outputs = found.into_iter().map(|(output, made)| {
                self.keep(&output.path, made);
                output
            });
            return Ok(outputs.collect());
        }
        let (outputs, reads) = work()?;
        let mut hashes = Vec::with_capacity(outputs.len());
        for output in &outputs {
            if let Body::Bytes(bytes) = &output.body {
                let hash = *blake3::hash(bytes).as_bytes();
                hashes.push(hash);
                let mut made = Made::plain(hash, bytes.len() as u64);
                made.bytes = self.keeps_bytes.then(|| bytes.clone());
                self.keep(&output.path, made);
            }
        }
        let reads = reads.into_iter().map(|read| makers.prints.read(&read, Closure::NONE).map(|print| (read, print)));
        if let Some(reads) = reads.collect() {
            let names = outputs.iter().map(|output| output.path.clone()).collect();
            self.keep(&group, Made { key, reads, names, ..Made::plain(of_group(&hashes), 0) });
        }
        Ok(outputs)
    }

    /// The hash of what stands at the addresses of a group: another file may have one of them.
    fn hash_of(&self, names: &[String]) -> Option<[u8; 32]> {
        let hashes: Option<Vec<_>> = names.iter().map(|name| Some(self.before.get(name)?.hash)).collect();
        Some(of_group(&hashes?))
    }

    /// An output of a group where it was left.
    fn standing(&self, path: &str) -> Option<(Output, Made)> {
        let mut made = self.before.get(path)?.clone();
        let body = match (&made.bytes, self.folder) {
            (Some(bytes), _) => Body::Bytes(bytes.clone()),
            (None, Some(folder)) if !(self.renames && path.ends_with(".html")) => {
                let file = folder.join(path);
                made.file = Some(made.stands(&file)?);
                Body::File(file)
            }
            (None, _) => return None,
        };
        Some((Output { path: path.to_owned(), body, origin: PathBuf::new() }, made))
    }

    fn keep(&self, path: &str, made: Made) {
        let made = (path.to_owned(), made);
        self.now.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    fn recall(
        &self,
        path: &str,
        origin: &Path,
        key: Print,
        closure: Closure,
        makers: &Makers,
    ) -> Option<(Output, Made)> {
        let made = self.before.get(path).filter(|made| made.key == key)?;
        if !made.reads.iter().all(|(read, print)| makers.prints.read(read, closure) == Some(*print)) {
            return None;
        }
        let (output, made) = self.standing(path)?;
        for (read, _) in &made.reads {
            if let Read::Copy(order) = read {
                makers.images.again(order);
            }
        }
        Some((Output { origin: origin.to_path_buf(), ..output }, made))
    }
}

/// The hash of a group by those of its outputs.
fn of_group(hashes: &[[u8; 32]]) -> [u8; 32] {
    *blake3::hash(hashes.as_flattened()).as_bytes()
}
