//! Instead of a build: what the last one left is compared with what is there, and what changed bodies made is made anew.
//!
//! Entry point: [`refresh`]. It gives up as soon as anything else changed, or may follow; then the site is built as always,
//! which also tells what is wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::pages::Work;
use super::states::{State, UNSURE, state};
use super::{Place, Since, Standing, Written, get, records, set};
use crate::config::Loaded;
use crate::diagnostic::any_error;
use crate::site::remember::environment;
use crate::site::{CACHE, Options, folder, guess, load_guessed, publish, tell_dialect};

/// More pages than this are built as always.
const FEW: usize = 32;

/// A site that is published as it should be.
#[derive(Debug)]
pub struct Refreshed {
    /// What it consists of, as a line for a terminal.
    pub summary: String,
    /// What should be looked at, as a text for a terminal.
    pub warnings: String,
    /// How many pages were published anew.
    pub pages: usize,
}

/// Brings a published site up to date when nothing changed since, or nothing but bodies of pages that nobody else shows.
/// None when it must be built.
pub fn refresh(options: &Options) -> Option<Refreshed> {
    // On one of the threads that share the work: to hand it over piece by piece would take longer than some of it.
    rayon::scope(|_| refreshed(options))
}

fn refreshed(options: &Options) -> Option<Refreshed> {
    let root = std::path::absolute(&options.root).ok()?;
    let cache = root.join(CACHE);
    let place = Place::of(&cache, options);
    let bytes = std::fs::read(place.standing()).ok()?;
    let (standing, print) = Standing::read(&bytes)?;
    let mut since = place.read_since(print).unwrap_or(Since { of: print, ..Since::default() });
    let is_described = state(&publish::manifest(&cache)) == since.manifest.unwrap_or(standing.manifest);
    // A build that was killed while it published is followed by a whole one.
    if publish::mark(&cache).exists() || !is_described {
        return None;
    }
    let folder = PathBuf::from(&standing.folder);
    let names = standing.sources.names();
    let ((loaded, listings), differing) = rayon::join(
        || (configuration(options, &root, &standing), listings(&standing, &since, &root)),
        || {
            let (sources, outputs) = rayon::join(
                || standing.sources.differing(&names, &root, |number| get(&since.sources, number)),
                || outputs(&standing, &since, &folder),
            );
            outputs.then_some(sources)
        },
    );
    let (loaded, listings, differing) = (loaded?, listings?, differing?);
    if differing.len() > FEW || differing.iter().any(|number| *number >= standing.pages) {
        return None;
    }
    let guessed = guess(&loaded);
    let work = Work { options, standing: &standing, names: &names, loaded, cache: &cache, folder: &folder };
    let pages = if differing.is_empty() { 0 } else { work.pages(&differing, &mut since)? };
    let is_news = !differing.is_empty() || !listings.is_empty();
    listings.into_iter().for_each(|(number, state)| set(&mut since.listings, number, state));
    if is_news {
        place.write(&place.since(), &since).ok()?;
    }
    tell_dialect(&guessed);
    Some(Refreshed { summary: standing.summary, warnings: standing.warnings, pages })
}

/// The configuration, when all that it and the moment decide is as it was.
fn configuration(options: &Options, root: &Path, standing: &Standing) -> Option<Arc<Loaded>> {
    let mut found = Vec::new();
    let (loaded, _) = load_guessed(options, &mut found, standing.guessed.clone()).ok()?;
    let now = loaded.now.timestamp();
    let is_then = standing.now <= now && standing.next_change.is_none_or(|next| now < next);
    let is_same = !any_error(&found)
        && loaded.root == *root
        && folder::output(options, &loaded).ok()? == Path::new(&standing.folder)
        && environment(&loaded, options) == standing.environment
        && records(&root.join(CACHE), Path::new(&standing.folder)) == standing.records
        && standing.variables.iter().all(|(name, value)| std::env::var(name).ok() == *value);
    (is_then && loaded.now.date() == standing.today && is_same).then_some(loaded)
}

/// Whether every published file is as it was left.
fn outputs(standing: &Standing, since: &Since, folder: &Path) -> bool {
    let names = standing.outputs.names();
    let written = |number: u32| since.outputs.iter().find(|written| written.number == number);
    let state = |written: &Written| if written.stamp.settled(written.at) { written.stamp.to_bytes() } else { UNSURE };
    let differing = standing.outputs.differing(&names, folder, |number| written(number).map(state));
    // What was written just then is read.
    differing.into_iter().all(|number| {
        let hash = written(number).map(|written| written.hash).or_else(|| get(&standing.lately, number));
        let file = folder.join(names[number as usize]);
        let is_file = || std::fs::symlink_metadata(&file).is_ok_and(|about| about.is_file());
        hash.is_some_and(|hash| {
            is_file() && std::fs::read(&file).is_ok_and(|bytes| *blake3::hash(&bytes).as_bytes() == hash)
        })
    })
}

/// The states of folders that were written to, though the same names are in them. None when there are other names.
fn listings(standing: &Standing, since: &Since, root: &Path) -> Option<Vec<(u32, State)>> {
    let numbered = standing.listings.par_iter().zip(0..u32::try_from(standing.listings.len()).ok()?);
    let stand = numbered.map(|(listing, number)| Some((number, listing.stands(root, get(&since.listings, number))?)));
    let stand: Vec<(u32, Option<State>)> = stand.collect::<Option<_>>()?;
    Some(stand.into_iter().filter_map(|(number, state)| Some((number, state?))).collect())
}
