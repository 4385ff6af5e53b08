//! Series and episodes, read from the library and checked against the files beside them.
//!
//! Entry points: [`load`], and [`load_with`] with a workshop of one's own. Every problem is found in one pass, each with
//! its file and line; an episode with an error is left out of the series, the build stops anyway. The keys themselves
//! are read in `read_series` and `read_episode`; episodes are read in parallel, since their sound may have to be made.

use std::collections::BTreeMap;
use std::time::SystemTime;

use rayon::prelude::*;

use super::series::{Episode, Picture, Series};
use super::{beside, picture, read_episode, read_series};
use crate::config::Loaded;
use crate::content::services::{self, Service};
use crate::content::{Asset, Facet, Library, SectionKey};
use crate::diagnostic::{Diagnostic, Place};
use crate::media::sound::{Wishes, Workshop};

/// Every series of the site, newest episode first, and everything that is wrong with them.
pub fn load(library: &Library, loaded: &Loaded) -> (Vec<Series>, Vec<Diagnostic>) {
    let podcast = &loaded.repere.podcast;
    let wishes = Wishes { encode: podcast.encode, small_kbps: podcast.small_kbps };
    let workshop = Workshop::open(&loaded.root, wishes, std::env::var_os("PATH"));
    let (series, mut problems) = load_with(library, loaded, &workshop);
    if !series.is_empty() {
        workshop.close(SystemTime::now());
        if workshop.lacks_ffmpeg() {
            problems.push(
                Diagnostic::warning("ffmpeg is not installed: episodes get no small copy, and sound that is too quiet or too loud stays so")
                    .at(Place::file("repere.toml"))
                    .help("install it (Debian: `apt install ffmpeg`), or write `encode = false` and `small_kbps = 0` under `[podcast]`"),
            );
        }
    }
    (series, problems)
}

/// The same with what the workshop can do.
pub fn load_with(library: &Library, loaded: &Loaded, workshop: &Workshop) -> (Vec<Series>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let services = match services::load(&loaded.root) {
        Ok(found) => Some(found.services),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let mut all = Vec::new();
    for key in library.section_keys() {
        if library[key].meta.facets.contains_key("series") {
            let (series, found) = one_series(library, loaded, key, services.as_deref(), workshop);
            problems.extend(found);
            all.extend(series);
        }
    }
    problems.extend(same_guid(&all, library));
    (all, problems)
}

fn one_series(
    library: &Library,
    loaded: &Loaded,
    key: SectionKey,
    services: Option<&[Service]>,
    workshop: &Workshop,
) -> (Option<Series>, Vec<Diagnostic>) {
    let section = &library[key];
    let text = std::fs::read_to_string(&section.file.path).unwrap_or_default();
    let mut facet =
        Facet::new("series", &section.meta.facets["series"], &section.file.shown, &text, &read_series::KEYS);
    let series = read_series::series(section, loaded, &mut facet);
    let mut problems = facet.finish();
    let Some(mut series) = series else { return (None, problems) };
    let pages: Vec<_> = library.pages.iter().filter(|page| page.section == Some(key)).collect();
    let read: Vec<(Option<Episode>, Vec<Diagnostic>)> = pages
        .par_iter()
        .filter_map(|page| {
            let value = page.meta.facets.get("episode")?;
            let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
            let mut facet = Facet::new("episode", value, &page.file.shown, &text, &read_episode::KEYS);
            let episode = read_episode::episode(page, &series, services, workshop, &mut facet);
            Some((episode, facet.finish()))
        })
        .collect();
    for (episode, found) in read {
        problems.extend(found);
        series.episodes.extend(episode);
    }
    series.episodes.sort_by(|a, b| (b.date.timestamp(), &b.source).cmp(&(a.date.timestamp(), &a.source)));
    problems.extend(same_sound(&series.episodes, library));
    (Some(series), problems)
}

/// Two episodes with one identifier, in whichever series: apps would keep one of them.
fn same_guid(all: &[Series], library: &Library) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut episodes: Vec<&Episode> = all.iter().flat_map(|series| &series.episodes).collect();
    episodes.sort_by(|a, b| a.source.cmp(&b.source));
    for episode in episodes {
        if let Some(other) = seen.insert(&episode.guid, &episode.shown) {
            let help = "every episode keeps its own guid for life: give the newer of the two another one";
            let problem = Diagnostic::error(format!("this guid is already that of {other}")).help(help);
            problems.push(at_key(problem, library, episode, "guid"));
        }
    }
    problems
}

/// A problem at a key of an episode that was read already.
fn at_key(problem: Diagnostic, library: &Library, episode: &Episode, key: &str) -> Diagnostic {
    let Some(page) = library.page(&episode.source) else { return problem.at(Place::file(&episode.shown)) };
    let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
    let facet = Facet::new("episode", &page.meta.facets["episode"], &episode.shown, &text, &read_episode::KEYS);
    problem.at(facet.place(key))
}

/// Two episodes with the same sound: one of them names the wrong file, and apps would keep one.
fn same_sound(episodes: &[Episode], library: &Library) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    // Oldest first: the newer one is asked about.
    for episode in episodes.iter().rev() {
        if let Some(other) = seen.insert(&episode.audio.source_integrity, &episode.shown) {
            let problem = Diagnostic::error(format!("this sound is also that of {other}"))
                .help("one of the two episodes names the wrong file");
            problems.push(at_key(problem, library, episode, "audio"));
        }
    }
    problems
}

/// A title that directories do not cut.
pub(super) fn short(facet: &mut Facet<'_>, key: &str, title: &str) {
    let length = title.chars().count();
    if length > 255 {
        facet.error(key, format!("the title has {length} characters, directories cut at 255"), "shorten it");
    }
}

/// A description that is there and fits.
pub(super) fn description_fits(facet: &mut Facet<'_>, description: &str, whose: &str) {
    let limit = super::notes::DESCRIPTION_LIMIT;
    if description.trim().is_empty() {
        let message = format!("{whose} has no description");
        facet.error("description", message, "write `description: …` at the top of the front matter");
    } else if description.len() > limit {
        let message = format!("the description has {} bytes, directories accept {limit}", description.len());
        facet.error("description", message, "shorten it; the rest can stand in the text of the page");
    }
}

/// A text that directories show as it is, tags and all.
pub(super) fn plain(facet: &mut Facet<'_>, key: &str, text: &str) {
    let tag = |(at, _): (usize, &str)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    if text.match_indices('<').any(tag) {
        let message = "the description of the series holds markup";
        facet.error(key, message, "directories show it as plain text: leave the tags out");
    }
}

/// The cover a key names, checked.
pub(super) fn cover(
    facet: &mut Facet<'_>,
    assets: &[Asset],
    permalink: &str,
    name: &str,
    key: &str,
) -> Option<Picture> {
    let asset = beside(facet, assets, key, name)?;
    let size = match picture::check_cover(&asset.source, name) {
        Ok(size) => Some(size),
        Err((message, help)) => {
            facet.error(key, message, help);
            None
        }
    };
    Some(Picture { url: format!("{permalink}{name}"), file: asset.source.clone(), size, alt: None })
}
