//! What a build leaves for being refreshed.
//!
//! Entry point: [`leave`]. A site whose bodies are seen by more than templates and the search, with outputs that are made
//! anew each time, or whose every page shows bodies out of lists, leaves nothing: it is built as always.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::listings::{Listing, walk};
use super::shown::{self, Shown};
use super::states::{Bytes, Gathered, State, UNSURE, state, state_since};
use super::{Around, Hash, Place, Standing, records};
use crate::config::built_with;
use crate::content::{Kept, Library, Node, PageKey, SectionKey};
use crate::diagnostic::{self, slashed};
use crate::memory::{Log, Print, Slot, Stamp, pairs};
use crate::site::mend::Last;
use crate::site::remember::{Known, Made, Memory, few};
use crate::site::{CACHE, Options, Site, publish};
use crate::templates::Read;

/// Outputs that may be so young that their state says nothing; when there are more, the next build looks at all.
const LATELY: usize = 256;
/// Folders of a site that it is made from; those of its theme are below the theme's folder.
const SOURCES: [&str; 5] = ["content", "episodes", "templates", "static", "sass"];
const OF_THEME: [&str; 4] = ["templates", "static", "sass", "i18n"];

/// A build that was published.
pub(in crate::site) struct Built<'a> {
    pub(in crate::site) options: &'a Options,
    pub(in crate::site) site: &'a Site,
    pub(in crate::site) memory: &'a Memory,
    pub(in crate::site) known: &'a Known,
    /// What it leaves for being mended, if that may be.
    pub(in crate::site) last: Option<&'a Last>,
    /// Where it was published.
    pub(in crate::site) folder: &'a Path,
    /// When it began, in nanoseconds since 1970.
    pub(in crate::site) began: i128,
}

/// Writes what the next build may be spared by, or takes away what an earlier one left.
pub(in crate::site) fn leave(built: &Built) {
    let cache = built.site.loaded.root.join(CACHE);
    let place = Place::of(&cache, built.options);
    let _ = std::fs::remove_file(place.since());
    if written(built, &cache, &place).is_none() {
        // What is not there costs time and nothing else.
        let _ = std::fs::remove_file(place.standing());
    }
}

fn written(built: &Built, cache: &Path, place: &Place) -> Option<()> {
    let Built { site, memory, known, .. } = built;
    let (library, loaded) = (&*site.library, &*site.loaded);
    let last = built.last?;
    let is_whole = library.pages.iter().all(|page| page.kept.is_some() && known.has(&page.file.relative))
        && library.sections.iter().all(|section| section.kept.is_some() && known.has(&section.file.relative));
    let is_at_home = loaded.config_file.parent() == Some(&*loaded.root) && !loaded.root.join("episodes").exists();
    if !is_whole || !is_at_home {
        return None;
    }
    // Where one text decided of the dialect, its next state may decide otherwise.
    let guessed = loaded.dialect_reason.clone().map(|reason| (loaded.dialect, reason));
    if last.content_decides && guessed.as_ref().is_some_and(|(_, reason)| reason.starts_with("content/")) {
        return None;
    }
    let shown = shown::shown(library, loaded, &site.renderer, last, &memory.outputs)?;
    let reads = shown::reads(known, &memory.outputs)?;
    let ((texts, outputs), sources) = rayon::join(|| few::places(cache, built.folder), || sources(built, &reads));
    let (sources, listings) = sources?;
    let places = Places::of(library, &shown, &texts, &outputs)?;
    let (published, around) = rayon::join(|| published(&memory.outputs), || around(built, &shown, &places));
    let ((published, lately), (around, begins)) = (published?, around);
    let sheets = ["/sass", "/colours"].into_iter().flat_map(|group| {
        let names = memory.outputs.get(group).map(Made::names).unwrap_or_default();
        names.iter().cloned().chain([group.to_owned()])
    });
    let slot = |path: String| outputs.slot(&few::output(&path)).map(|slot| (path, slot));
    let told = site.warnings.iter().filter_map(|warning| Some(slashed(&warning.place.as_ref()?.file)));
    let variable = |read: &&Read| {
        if let Read::Variable(name) = read { Some((name.clone(), std::env::var(name).ok())) } else { None }
    };
    let standing = Standing {
        environment: memory.environment(),
        folder: built.folder.to_str()?.to_owned(),
        guessed,
        content_decides: last.content_decides,
        today: last.today,
        now: loaded.now.timestamp(),
        next_change: site.next_change,
        summary: site.summary(),
        warnings: diagnostic::render(&site.warnings),
        told: told.collect(),
        searched: loaded.config.languages.values().any(|options| options.build_search_index),
        variables: reads.iter().filter_map(variable).collect(),
        records: records(cache, built.folder),
        files: outputs.slot(few::files()),
        sheets: sheets.filter_map(slot).collect(),
        manifest: state(&publish::manifest(cache)),
        listings,
        sources: sources.states(),
        pages: u32::try_from(library.pages.len()).ok()?,
        sections: u32::try_from(library.sections.len()).ok()?,
        outputs: published.states(),
        lately,
        around: Bytes(&around),
        begins,
        taxonomies: library.taxonomies.clone(),
        waiting: library.waiting.clone(),
    };
    place.write(&place.standing(), &standing).ok()
}

/// Everything that the site was made from, with the names in its folders.
fn sources(built: &Built, reads: &[&Read]) -> Option<(Gathered, Vec<Listing>)> {
    let (library, loaded, began) = (&*built.site.library, &*built.site.loaded, built.began);
    let root = &*loaded.root;
    let mut folders: Vec<String> = SOURCES.map(str::to_owned).into();
    let mut rest: Vec<String> = ["zola.toml", "config.toml", "repere.toml", "theme.toml"].map(str::to_owned).into();
    rest.push(loaded.config_file.to_str()?.to_owned());
    if let Some(theme) = &loaded.theme_dir {
        // Whoever puts another in its place while a build runs changes nothing in it.
        let about = std::fs::symlink_metadata(theme).ok()?;
        if !about.is_dir() || !Stamp::of(&about).settled(began) {
            return None;
        }
        let theme = theme.strip_prefix(root).ok()?.to_str()?;
        folders.extend(OF_THEME.map(|folder| format!("{theme}/{folder}")));
        rest.push(format!("{theme}/theme.toml"));
    }
    if loaded.dialect_reason.is_some() {
        let named = |place: &Path| place.strip_prefix(root).unwrap_or(place).to_str().map(str::to_owned);
        for folder in built_with::folders(root) {
            for below in built_with::FOLDERS {
                folders.push(named(&folder.join(below))?);
            }
            for file in built_with::FILES {
                rest.push(named(&folder.join(file))?);
            }
        }
        // What makes a folder above the root of a repository.
        for folder in built_with::above(root) {
            rest.push(named(&folder.join(".git"))?);
        }
    }
    let (mut listings, mut files) = (Vec::new(), Vec::new());
    folders.iter().try_for_each(|folder| walk(root, folder, began, &mut listings, &mut files))?;
    let is_text = |name: &String| name.strip_prefix("content/").is_some_and(|name| library.by_path.contains_key(name));
    rest.extend(files.into_iter().filter(|name| !is_text(name)));
    for place in reads.iter().flat_map(|read| read.places(loaded)) {
        rest.push(place.strip_prefix(root).unwrap_or(&place).to_str()?.to_owned());
    }
    let mut gathered = Gathered::default();
    let pages = library.pages.iter().map(|page| (&page.file, &page.kept));
    for (file, kept) in pages.chain(library.sections.iter().map(|section| (&section.file, &section.kept))) {
        let stamp = kept.as_ref().and_then(|kept| kept.stamp());
        gathered.push(&file.shown, &stamp.map_or(UNSURE, |stamp| stamp.to_bytes()));
    }
    let states: Option<Vec<State>> = rest.par_iter().map(|name| state_since(&root.join(name), began)).collect();
    rest.iter().zip(states?).for_each(|(name, state)| _ = gathered.push(name, &state));
    Some((gathered, listings))
}

/// The files of the published site, and those of them that must be read to be believed.
fn published(outputs: &BTreeMap<String, Made>) -> Option<(Gathered, Vec<(u32, Hash)>)> {
    let (mut gathered, mut lately) = (Gathered::default(), Vec::new());
    for (path, made) in outputs.iter().filter(|(path, _)| !path.starts_with('/')) {
        let (stamp, at) = made.file?;
        if stamp.settled(at) {
            gathered.push(path, &stamp.to_bytes());
        } else {
            lately.push((gathered.push(path, &UNSURE), made.hash));
        }
    }
    (lately.len() <= LATELY).then_some((gathered, lately))
}

/// Where the records of pages and sections stand, in the order of the library.
struct Places {
    texts: Vec<Slot>,
    bodies: Vec<Slot>,
    outputs: Vec<Option<(String, Slot)>>,
}

impl Places {
    /// None when the record of an output could not be written: it would be taken for a page without one.
    fn of(library: &Library, shown: &Shown, texts: &Log, outputs: &Log) -> Option<Self> {
        let pages = library.pages.iter().map(|page| page.file.relative.as_str());
        let sections = library.sections.iter().map(|section| section.file.relative.as_str());
        let named = |kind: &dyn Fn(&str) -> String, log: &Log, names: Vec<(usize, &str)>| -> Vec<Option<Slot>> {
            let mut found = vec![None; names.len()];
            let mut names: Vec<(String, usize)> = names.iter().map(|(at, name)| (kind(name), *at)).collect();
            names.sort_unstable();
            for (wanted, slot) in pairs(names, log.slots()) {
                if let (Some((_, at)), Some((_, slot))) = (wanted, slot) {
                    found[at] = Some(slot);
                }
            }
            found
        };
        let names: Vec<(usize, &str)> = pages.chain(sections).enumerate().collect();
        let ((texts, bodies), made) = rayon::join(
            || rayon::join(|| named(&few::text, texts, names.clone()), || named(&few::body, texts, names.clone())),
            || {
                let paths = shown.published.iter().map(|path| path.as_deref().unwrap_or_default());
                named(&few::output, outputs, paths.enumerate().collect())
            },
        );
        let sure = |slots: Vec<Option<Slot>>| slots.into_iter().map(Option::unwrap_or_default).collect();
        let written = |(path, slot): (&Option<String>, Option<Slot>)| match (path, slot) {
            (Some(path), Some(slot)) => Some(Some((path.clone(), slot))),
            (Some(_), None) => None,
            (None, _) => Some(None),
        };
        let outputs = shown.published.iter().zip(made).map(written).collect::<Option<_>>()?;
        Some(Self { texts: sure(texts), bodies: sure(bodies), outputs })
    }
}

/// What the rest of the site says of each page and section, one behind the other, and where each begins.
fn around(built: &Built, shown: &Shown, places: &Places) -> (Vec<u8>, Vec<u32>) {
    let library = &*built.site.library;
    let identity = |kept: &Option<Arc<Kept>>| kept.as_ref().map(|kept| kept.identity()).unwrap_or_default();
    let output = |(path, slot): &(String, Slot)| {
        let made = built.memory.outputs.get(path)?;
        Some((path.clone(), *slot, Print::of_hash(&made.hash)))
    };
    let links = library.pages.iter().flat_map(|page| &page.rendered.internal_links);
    let links = links.chain(library.sections.iter().flat_map(|section| &section.rendered.internal_links));
    let led_to: HashSet<&str> = links.filter(|link| link.anchor.is_some()).map(|link| link.path.as_str()).collect();
    let number = |key: &PageKey| key.0;
    let of_section = |key: &SectionKey| key.0;
    let backlink = |node: &Node| match node {
        Node::Page(key) => (true, key.0),
        Node::Section(key) => (false, key.0),
    };
    let pages = library.pages.par_iter().enumerate().map(|(at, page)| Around {
        section: page.section.map(|key| key.0),
        ancestors: page.ancestors.iter().map(of_section).collect(),
        template: page.template.clone(),
        lower: page.lower.map(|key| key.0),
        higher: page.higher.map(|key| key.0),
        translations: page.translations.iter().map(number).collect(),
        backlinks: page.backlinks.iter().map(backlink).collect(),
        assets: page.assets.clone(),
        is_led_to: led_to.contains(page.file.relative.as_str()),
        shown: shown.to_others[at],
        output: places.outputs[at].as_ref().and_then(output),
        identity: identity(&page.kept),
        text: places.texts[at],
        body: places.bodies[at],
        ..Around::default()
    });
    let first = library.pages.len();
    let sections = library.sections.par_iter().enumerate().map(|(at, section)| Around {
        identity: identity(&section.kept),
        text: places.texts[first + at],
        body: places.bodies[first + at],
        section: section.parent.map(|key| key.0),
        ancestors: section.ancestors.iter().map(of_section).collect(),
        subsections: section.subsections.iter().map(of_section).collect(),
        pages: section.pages.clone(),
        lower: section.lower.map(|key| key.0),
        higher: section.higher.map(|key| key.0),
        translations: section.translations.iter().map(of_section).collect(),
        backlinks: section.backlinks.iter().map(backlink).collect(),
        assets: section.assets.clone(),
        ..Around::default()
    });
    let written: Vec<Vec<u8>> =
        pages.chain(sections).map(|around| postcard::to_stdvec(&around).unwrap_or_default()).collect();
    let (mut bytes, mut begins) = (Vec::new(), Vec::with_capacity(written.len()));
    for one in written {
        begins.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        bytes.extend_from_slice(&one);
    }
    (bytes, begins)
}
