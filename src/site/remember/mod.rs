//! What one build leaves for the next: texts as they were read, bodies as they were rendered, outputs as they were made.
//!
//! Entry points: [`Memory::on_disk`] for `build`, [`Memory::in_process`] for `serve`, [`Memory::none`] for commands that
//! build once. Everything is believed only when all it was made from is still the same: `bodies` and `outputs` say how
//! that is told. A memory that is lost, cut, damaged or of another program costs time and nothing else.

mod bodies;
pub(super) mod few;
mod outputs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::Either;
use rayon::prelude::*;

use crate::config::Loaded;
use crate::content::{Kept, Library, Texts};
use crate::markdown::Highlighter;
use crate::memory::{Files, Heap, Log, Place, Print, Slice, pairs, program};
use crate::site::Options;
use crate::site::mend::Last;
use crate::site::standing::Later;
use crate::templates::{KeptValues, Read};

pub(super) use bodies::Bodies;
pub(super) use outputs::{Made, Makers, Outputs};

pub(super) use bodies::Body;
pub(super) use few::Few;

/// What the last build left.
#[derive(Debug, Default)]
pub struct Memory {
    keeps: Keeps,
    /// What is on the disk was damaged: none of it is read again.
    distrusted: bool,
    /// The state of every file that was looked at.
    pub(super) files: Files,
    /// What texts, bodies and outputs were made with: program, configuration, options.
    environment: Print,
    pub(super) texts: Texts,
    pub(super) bodies: BTreeMap<String, Arc<Body>>,
    pub(super) outputs: BTreeMap<String, Made>,
    /// The folder of the site they were published in.
    pub(super) folder: Option<PathBuf>,
    /// The grammars of code, once they are loaded.
    pub(super) highlighter: Option<Arc<Highlighter>>,
    /// The values of pages.
    pub(super) values: KeptValues,
    /// What the last good build left for being mended.
    pub(super) last: Option<Last>,
    disk: Option<Disk>,
    ahead: Option<Ahead>,
}

/// The texts and bodies of a build, for the next one.
#[derive(Debug)]
pub(super) struct Known {
    texts: Texts,
    bodies: BTreeMap<String, Arc<Body>>,
}

impl Known {
    pub(super) fn new(library: &Library, bodies: BTreeMap<String, Arc<Body>>) -> Self {
        let pages = library.pages.iter().filter_map(|page| Some((&page.file.relative, page.kept.as_ref()?)));
        let sections = library.sections.iter().filter_map(|s| Some((&s.file.relative, s.kept.as_ref()?)));
        let texts = pages.chain(sections).map(|(name, kept)| (name.clone(), Arc::clone(kept))).collect();
        Self { texts, bodies }
    }

    /// Whether the body of a text is remembered.
    pub(super) fn has(&self, name: &str) -> bool {
        self.bodies.contains_key(name)
    }

    /// What bodies read while they were rendered, with what that was worth.
    pub(super) fn reads(&self) -> impl Iterator<Item = &(Read, Print)> {
        self.bodies.values().flat_map(|body| body.reads())
    }
}

/// What a memory is on the disk.
#[derive(Debug)]
struct Disk {
    /// Texts and bodies.
    texts: Log,
    outputs: Log,
    /// The HTML of bodies, in which nobody looks but for what changed.
    heap: Arc<Heap>,
}

/// The records of a cache, much to read: read and understood while the configuration is, whether they turn out to be of
/// this environment or not.
#[derive(Debug)]
struct Ahead {
    cache: PathBuf,
    read: std::thread::JoinHandle<(ReadTexts, Option<ReadOutputs>)>,
}

#[derive(Debug)]
struct ReadTexts {
    log: Log,
    heap: Arc<Heap>,
    texts: Texts,
    bodies: BTreeMap<String, Arc<Body>>,
}

#[derive(Debug)]
struct ReadOutputs {
    log: Log,
    files: Files,
    outputs: BTreeMap<String, Made>,
}

impl ReadTexts {
    fn of(cache: &Path, log: Log) -> Self {
        let heap = Arc::new(Heap::open(cache.join(BODIES)));
        let records = log.values().filter_map(|record| text_or_body(record, &heap));
        let (texts, bodies): (Vec<_>, Vec<_>) = records.partition_map(|either| either);
        Self { texts: BTreeMap::from_iter(texts), bodies: BTreeMap::from_iter(bodies), log, heap }
    }
}

impl ReadOutputs {
    fn of(log: Log) -> Self {
        let (files, outputs): (Vec<_>, Vec<_>) =
            log.values().filter_map(files_or_output).partition_map(|either| either);
        let files = files.into_iter().next_back().unwrap_or_default();
        Self { files, outputs: BTreeMap::from_iter(outputs), log }
    }

    /// The one folder that a site was published in, if there is one: of several nobody knows yet which will be asked for.
    fn only(cache: &Path) -> Option<Self> {
        let entries = std::fs::read_dir(cache).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        let is_outputs = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(OUTPUTS));
        let mut found = entries.filter(is_outputs);
        let (only, None) = (found.next()?, found.next()) else { return None };
        Some(Self::of(Log::open_any(only)))
    }
}

/// Where a memory lives.
#[derive(Debug, Default, PartialEq, Eq)]
enum Keeps {
    /// Nowhere.
    #[default]
    Nothing,
    /// In the cache of the site.
    Disk,
    /// In this process, outputs included.
    Process,
}

impl Memory {
    /// For one build that nothing follows.
    pub fn none() -> Self {
        Self::default()
    }

    /// For builds of this process: outputs stay in memory.
    pub fn in_process() -> Self {
        Self { keeps: Keeps::Process, ..Self::default() }
    }

    /// For a build of the site in `root` into a folder: what is needed is read from the cache of the site.
    pub fn on_disk(root: &Path) -> Self {
        let cache = std::path::absolute(root).unwrap_or_else(|_| root.to_owned()).join(super::CACHE);
        let place = cache.clone();
        let read = std::thread::spawn(move || {
            rayon::join(|| ReadTexts::of(&place, Log::open_any(place.join(TEXTS))), || ReadOutputs::only(&place))
        });
        Self { keeps: Keeps::Disk, ahead: Some(Ahead { cache, read }), ..Self::default() }
    }

    /// Whether outputs are kept in memory.
    pub(super) fn keeps_bytes(&self) -> bool {
        self.keeps == Keeps::Process
    }

    /// Begins a build: forgets what was made otherwise, reads what the disk has.
    pub(super) fn begin(&mut self, loaded: &Loaded, options: &Options, folder: Option<PathBuf>) {
        let environment = environment(loaded, options);
        self.last = None;
        if self.environment != environment {
            (self.highlighter, self.values) = (None, KeptValues::default());
        }
        if self.keeps == Keeps::Disk {
            self.open(&loaded.root.join(super::CACHE), environment, folder);
        } else {
            self.files.next();
            if self.environment != environment {
                self.texts.clear();
                self.bodies.clear();
                self.outputs.clear();
            }
        }
        self.environment = environment;
    }

    fn open(&mut self, cache: &Path, environment: Print, folder: Option<PathBuf>) {
        let file = outputs_of(cache, folder.as_deref());
        let ahead = self.ahead.take().filter(|ahead| ahead.cache == *cache);
        let (texts, outputs) = ahead.and_then(|ahead| ahead.read.join().ok()).unzip();
        let texts = texts
            .filter(|texts| texts.log.is_of(&cache.join(TEXTS), environment))
            .unwrap_or_else(|| ReadTexts::of(cache, Log::open(cache.join(TEXTS), environment)));
        let outputs = outputs
            .flatten()
            .filter(|outputs| outputs.log.is_of(&file, environment))
            .unwrap_or_else(|| ReadOutputs::of(Log::open(file, environment)));
        (self.texts, self.bodies) = (texts.texts, texts.bodies);
        (self.files, self.outputs) = (outputs.files, outputs.outputs);
        self.folder = folder;
        self.disk = Some(Disk { texts: texts.log, outputs: outputs.log, heap: texts.heap });
        if self.distrusted {
            self.forget();
        }
    }

    /// Whether something was believed that could not be had when it was wanted.
    pub(super) fn is_damaged(&self) -> bool {
        self.disk.as_ref().is_some_and(|disk| disk.heap.is_damaged())
    }

    /// Forgets everything, and what is on the disk is written anew.
    pub(super) fn forget(&mut self) {
        let disk = self.disk.take().map(|disk| Disk {
            texts: disk.texts.emptied(),
            outputs: disk.outputs.emptied(),
            heap: Arc::new(disk.heap.emptied()),
        });
        let (environment, folder) = (self.environment, self.folder.take());
        *self = Self { keeps: Keeps::Disk, environment, folder, disk, distrusted: true, ..Self::default() };
    }

    /// Believes what was published since the last build, instead of what that one published: the bytes, but not what they
    /// were made from. Where nothing of that one is known (another environment, another folder), these few would be taken
    /// for all that is there, and the rest would stay for ever.
    pub(super) fn published_since(&mut self, later: Later) {
        let is_same = later.environment == self.environment && self.folder.as_ref() == Some(&later.folder);
        if is_same && !self.outputs.is_empty() {
            self.outputs.extend(later.outputs);
        }
    }

    /// What everything that is remembered was made with.
    pub(super) fn environment(&self) -> Print {
        self.environment
    }

    /// What the last build published.
    pub(super) fn published(&self) -> &BTreeMap<String, Made> {
        &self.outputs
    }

    /// Takes over the texts and bodies of a build.
    pub(super) fn remember(&mut self, known: Known) {
        (self.texts, self.bodies) = (known.texts, known.bodies);
    }

    /// Writes the texts and bodies of a build to the disk, if that is where they are kept.
    pub(super) fn save(&self, known: &Known) {
        if let Some(disk) = &self.disk {
            // A cache that cannot be written (a read-only disk) makes the next build slower, not wrong.
            let _ = self.write(disk, &known.texts, &known.bodies);
        }
    }

    fn write(&self, disk: &Disk, texts: &Texts, bodies: &BTreeMap<String, Arc<Body>>) -> std::io::Result<()> {
        let mut added: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, kept) in texts {
            if !self.texts.get(name).is_some_and(|before| Arc::ptr_eq(before, kept)) {
                added.push((few::text(name), postcard::to_stdvec(&**kept).unwrap_or_default()));
            }
        }
        let (stay, fresh): (Vec<_>, Vec<_>) = bodies
            .iter()
            .partition(|(name, body)| self.bodies.get(*name).is_some_and(|before| Arc::ptr_eq(before, body)));
        let living: u64 = stay.iter().filter_map(|(_, body)| body.html().place()).map(|place| place.length()).sum();
        let length: usize = fresh.iter().map(|(_, body)| body.html().len()).sum();
        let anew = disk.heap.is_wasteful(living, length as u64);
        let written: Vec<_> = if anew { bodies.iter().collect() } else { fresh };
        let Some(places) = disk.heap.write(written.iter().map(|(_, body)| body.html().as_str()), anew)? else {
            return Ok(());
        };
        let record = |((name, body), place): ((&String, &Arc<Body>), Place)| (few::body(name), body.to_bytes(place));
        added.extend(written.into_iter().zip(places).map(record));
        let gone = gone("t", &self.texts, texts).chain(gone("b", &self.bodies, bodies));
        added.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        disk.texts.save(&added, gone.collect())
    }

    /// Takes over the outputs, once they are where they belong.
    pub(super) fn remember_outputs(&mut self, outputs: BTreeMap<String, Made>) {
        if let Some(Disk { outputs: log, .. }) = &self.disk {
            let changed = changed(&self.outputs, &outputs);
            let mut added: Vec<(String, Vec<u8>)> = changed
                .map(|(name, made)| (few::output(name), postcard::to_stdvec(made).unwrap_or_default()))
                .collect();
            added.push((FILES.to_owned(), self.files.to_bytes()));
            let _ = log.save(&added, gone("o", &self.outputs, &outputs).collect());
        }
        self.outputs = outputs;
    }
}

/// The file of texts and bodies.
const TEXTS: &str = "texts.bin";
/// The file of the HTML of bodies.
const BODIES: &str = "bodies.bin";
/// The beginning of the name of the files of outputs, one for each folder.
const OUTPUTS: &str = "outputs-";
/// The record of the states of files.
const FILES: &str = "files";

/// The records of the site that is published in a folder.
fn outputs_of(cache: &Path, folder: Option<&Path>) -> PathBuf {
    let place = folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    cache.join(format!("{OUTPUTS}{}.bin", hex(Print::of(place.as_bytes()))))
}

/// The files of the memory of a site that is published in a folder.
pub(super) fn files(cache: &Path, folder: &Path) -> [PathBuf; 3] {
    [cache.join(TEXTS), cache.join(BODIES), outputs_of(cache, Some(folder))]
}

/// What everything depends on: this program, the configuration as it was understood, the options, files that only the
/// configuration names.
pub(super) fn environment(loaded: &Loaded, options: &Options) -> Print {
    let highlighting = loaded.config.markdown.highlighting.iter();
    // The clock counts where it is looked at.
    let settled = Loaded { now: jiff::Zoned::default(), walked: None, ..loaded.clone() };
    let folder = loaded.config_file.parent().unwrap_or(&loaded.root);
    let named: Vec<Option<Vec<u8>>> = highlighting
        .flat_map(|options| options.extra_grammars.iter().chain(&options.extra_themes))
        .map(|name| crate::memory::read(&folder.join(name)).ok())
        .collect();
    let asked = (options.drafts, options.minify, format!("{:?}", options.mode));
    Print::of_value(&(program(), format!("{settled:?}"), asked, named))
}

fn hex(print: Print) -> String {
    let bytes = postcard::to_stdvec(&print).unwrap_or_default();
    bytes[..bytes.len().min(8)].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The records of what is not there any more: they must not come back when the same path is made again.
fn gone<'a, T, U>(
    kind: &'static str,
    before: &'a BTreeMap<String, T>,
    now: &'a BTreeMap<String, U>,
) -> impl Iterator<Item = String> + 'a {
    let gone = pairs(before, now).filter_map(|(before, now)| before.filter(|_| now.is_none()));
    gone.map(move |(name, _)| format!("{kind}{name}"))
}

/// What is new or not the same.
fn changed<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    now: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a String, &'a T)> {
    pairs(before, now).filter_map(|(before, now)| now.filter(|now| before != Some(*now)))
}

type Remembered<T> = (String, Arc<T>);

fn text_or_body(
    (name, value): (&str, Option<Slice>),
    heap: &Arc<Heap>,
) -> Option<Either<Remembered<Kept>, Remembered<Body>>> {
    let (kind, name) = name.split_at_checked(1)?;
    Some(match kind {
        "t" => Either::Left((name.to_owned(), Arc::new(postcard::from_bytes(&value?).ok()?))),
        _ => Either::Right((name.to_owned(), Arc::new(Body::from_bytes(&value?, heap)?))),
    })
}

fn files_or_output((name, value): (&str, Option<Slice>)) -> Option<Either<Files, (String, Made)>> {
    if name == FILES {
        return Some(Either::Left(Files::from_bytes(&value?)));
    }
    let made = postcard::from_bytes(&value?).ok()?;
    Some(Either::Right((name.strip_prefix('o')?.to_owned(), made)))
}
