//! A few pages made anew in a site that stands, and published.
//!
//! Entry point: [`Work::pages`]. Everything is made in a library of a few pages. That this gives what the whole library
//! would give is told by what was looked up: only what was looked up the last time, and worth as much.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::few::{Few, Source};
use super::manifest::{self, Described, Patch};
use super::states::{UNSURE, state};
use super::{Around, Since, Standing, Written, set, shown};
use crate::config::{Loaded, may_show_dialect};
use crate::content::{self, Page, PageKey, Rendered};
use crate::markdown::Highlighter;
use crate::memory::{Print, Stamp};
use crate::output::{Body, Output};
use crate::site::mend::{self, Last};
use crate::site::plan::{Job, Planned, Turn};
use crate::site::remember::{self, Body as Text, Made, Makers, Memory, Outputs};
use crate::site::render::{self, Scene};
use crate::site::{Options, make, publish};
use crate::templates::{Closures, Fields, Prints, Read, Renderer};

/// What making pages anew needs.
pub(super) struct Work<'a> {
    pub(super) options: &'a Options,
    pub(super) standing: &'a Standing<'a>,
    /// The names of all sources.
    pub(super) names: &'a [&'a str],
    pub(super) loaded: Arc<Loaded>,
    pub(super) cache: &'a Path,
    /// Where the site is published.
    pub(super) folder: &'a Path,
}

type Before = BTreeMap<PageKey, Arc<Rendered>>;

impl Work<'_> {
    /// Makes pages anew whose files were written, publishes them, and tells how many there were.
    pub(super) fn pages(&self, numbers: &[u32], since: &mut Since) -> Option<usize> {
        let (standing, loaded) = (self.standing, &self.loaded);
        if standing.searched {
            return None;
        }
        let records = remember::Few::open(self.cache, self.folder);
        let source = Source { standing, names: self.names, records: &records, loaded };
        let few = Few::gather(numbers, &source)?;
        // What is told of it may not be so any more.
        if few.pages.values().any(|(key, _)| standing.told.contains(&few.library[*key].file.shown)) {
            return None;
        }
        let mut memory = records.memory(standing.environment, self.folder, standing.files);
        memory.bodies.clone_from(&few.bodies);
        for (path, slot) in &standing.sheets {
            memory.outputs.insert(path.clone(), records.output(path, *slot)?);
        }
        for (path, slot, print) in few.pages.values().filter_map(|(_, around)| around.output.as_ref()) {
            let made = records.output(path, *slot).filter(|made| Print::of_hash(&made.hash) == *print)?;
            memory.outputs.insert(path.clone(), made);
        }
        let manifest = || std::fs::read(publish::manifest(self.cache)).ok();
        let (outputs, manifest) = rayon::join(|| self.make(few, &mut memory, since), manifest);
        let outputs = outputs.filter(|_| !records.is_damaged())?;
        self.publish(&outputs, &memory, manifest?, since)
    }

    /// The outputs of the pages as they are now.
    fn make(&self, few: Few, memory: &mut Memory, since: &mut Since) -> Option<Vec<Output>> {
        let (standing, loaded) = (self.standing, &self.loaded);
        let (Few { mut library, bodies, pages }, mut before) = (few, Before::new());
        for (number, (key, _)) in &pages {
            let old = &library[*key];
            let page = content::reread(old, &loaded.config)?;
            // None of the texts did when it was guessed.
            if standing.content_decides && may_show_dialect(&page.raw) {
                return None;
            }
            let stamp = page.kept.as_ref().and_then(|kept| kept.stamp());
            set(&mut since.sources, *number, stamp.map_or(UNSURE, |stamp| stamp.to_bytes()));
            before.insert(*key, Arc::clone(&old.rendered));
            library[*key] = page;
        }
        let highlighter = Highlighter::new(loaded).ok()?.map(Arc::new);
        memory.highlighter.clone_from(&highlighter);
        let closures = Closures::read(loaded);
        let renderer = Renderer::load(loaded, highlighter).ok()?;
        let (today, content_decides) = (standing.today, standing.content_decides);
        let last = Last { planned: Vec::new(), closures, today, content_decides };
        let library = mend::bodies(memory, loaded, &renderer, &last, library, &before)?;
        let is_by_itself = |key: PageKey, around: &Around| {
            let page = &library[key];
            let name = &page.file.relative;
            let texts = bodies.get(name).zip(memory.bodies.get(name));
            let is_same =
                |(old, new): (&Arc<Text>, &Arc<Text>)| new.leads_like(old) && are_known(new.reads(), old.reads());
            texts.is_some_and(is_same) && before.get(&key).is_some_and(|old| is_seen_by_itself(page, old, around))
        };
        if !pages.values().all(|(key, around)| is_by_itself(*key, around)) {
            return None;
        }

        let library = Arc::new(library);
        let prints = Prints::new(&library, loaded, &memory.files, today);
        renderer.publish(&library);
        let makers = Makers { prints: &prints, images: renderer.images() };
        let made = Outputs::new(&memory.outputs, Some(self.folder), false, false);
        let minify = loaded.config.minify_html || self.options.minify;
        let closures = &last.closures;
        let scene = Scene { library: &library, renderer: &renderer, closures, makers: &makers, outputs: &made, minify };
        let faults = make::beforehand(&scene).faults;
        let planned = pages.values().filter_map(|(key, around)| {
            let page = &library[*key];
            let (path, origin) = (around.output.as_ref()?.0.clone(), page.file.shown.clone().into());
            Some(Planned { path, origin, job: Job::Page(*key), turn: Turn::of(page) })
        });
        let planned: Vec<Planned> = planned.collect();
        let can_be_made = |planned: &Planned| {
            let others = closures.of(&render::template(planned, &library, &renderer)).others;
            let made = memory.outputs.get(&planned.path).and_then(Made::reads);
            made.is_some_and(|reads| shown::needs_heads_alone(reads, others))
        };
        if !planned.iter().all(can_be_made) {
            return None;
        }
        let outputs: Result<Vec<Output>, _> = planned.iter().map(|planned| scene.output(planned)).collect();
        let outputs = outputs.ok().filter(|_| faults.is_empty())?;
        let made = made.taken();
        let holds = |output: &Output| {
            let reads = made.get(&output.path).and_then(Made::reads);
            let before = memory.outputs.get(&output.path).and_then(Made::reads);
            reads.zip(before).is_some_and(|(reads, before)| are_known(reads, before))
        };
        let outputs = outputs.iter().all(holds).then_some(outputs);
        drop(prints);
        // As after a build: nobody need wait for that.
        std::thread::spawn(move || drop((renderer, library)));
        outputs
    }

    /// Writes what is not there yet, and tells how many pages that were.
    fn publish(&self, outputs: &[Output], memory: &Memory, manifest: Vec<u8>, since: &mut Since) -> Option<usize> {
        let mut written = Vec::new();
        let names = self.standing.outputs.names();
        for output in outputs {
            // What stands as it was published is a file.
            let Body::Bytes(bytes) = &output.body else { continue };
            let hash = *blake3::hash(bytes).as_bytes();
            let newer = since.outputs.iter().find(|written| written.path == output.path);
            let published = newer.map(|written| written.hash).or_else(|| Some(memory.outputs.get(&output.path)?.hash));
            if published != Some(hash) {
                let number = u32::try_from(names.binary_search(&output.path.as_str()).ok()?).ok()?;
                written.push((output, Described { hash, size: bytes.len() as u64 }, number));
            }
        }
        if written.is_empty() {
            return Some(0);
        }
        let describe = |(output, described, _): &(&Output, Described, u32)| described.instead(&manifest, &output.path);
        let patches: Vec<Patch> = written.iter().map(describe).collect::<Option<_>>()?;
        let changed: Vec<&Output> = written.iter().map(|(output, ..)| *output).collect();
        publish::replace(&changed, &[], self.folder, publish::Manner::default(), &publish::mark(self.cache)).ok()?;
        // From here on a build that is wanted after all finds files that are not what it left, and makes them again.
        let file = publish::manifest(self.cache);
        manifest::write(&file, &manifest, patches).ok()?;
        since.manifest = Some(state(&file));
        let number_of_pages = written.len();
        for (output, Described { hash, size }, number) in written {
            let stamp = Stamp::of(&std::fs::symlink_metadata(self.folder.join(&output.path)).ok()?);
            let path = output.path.clone();
            since.outputs.retain(|other| other.number != number);
            since.outputs.push(Written { number, path, hash, size, stamp, at: Stamp::now() });
        }
        Some(number_of_pages)
    }
}

/// Whether nothing but its own output shows what is new of a page, which was `old`.
fn is_seen_by_itself(page: &Page, old: &Rendered, around: &Around) -> bool {
    let differing = mend::differences(old, &page.rendered);
    let is_moved = differing.meets([Fields::CONTENT, Fields::TOC].into_iter().collect());
    let is_led_elsewhere = around.is_led_to && is_moved;
    !around.shown.meets(differing) && !is_led_elsewhere
}

/// Whether each look-up was made before, and is worth what it was worth.
fn are_known(reads: &[(Read, Print)], before: &[(Read, Print)]) -> bool {
    reads.iter().all(|read| before.contains(read) && !matches!(read.0, Read::Copy(_)))
}
