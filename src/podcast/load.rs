//! Series and episodes, read from the library and checked against the files beside them.
//!
//! Entry point: [`load`]. Every problem is found in one pass, each with its file and line; an episode with an error is
//! left out of the series, the build stops anyway. The keys themselves are read in `read_series` and `read_episode`.

use std::collections::BTreeMap;

use super::series::{Episode, Picture, Series};
use super::{beside, picture, read_episode, read_series};
use crate::config::Loaded;
use crate::content::services::{self, Service};
use crate::content::{Asset, Facet, Library, SectionKey};
use crate::diagnostic::Diagnostic;

/// Every series of the site, newest episode first, and everything that is wrong with them.
pub fn load(library: &Library, loaded: &Loaded) -> (Vec<Series>, Vec<Diagnostic>) {
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
            let (series, found) = one_series(library, loaded, key, services.as_deref());
            problems.extend(found);
            all.extend(series);
        }
    }
    (all, problems)
}

fn one_series(
    library: &Library,
    loaded: &Loaded,
    key: SectionKey,
    services: Option<&[Service]>,
) -> (Option<Series>, Vec<Diagnostic>) {
    let section = &library[key];
    let text = std::fs::read_to_string(&section.file.path).unwrap_or_default();
    let mut facet =
        Facet::new("series", &section.meta.facets["series"], &section.file.shown, &text, &read_series::KEYS);
    let series = read_series::series(section, loaded, &mut facet);
    let mut problems = facet.finish();
    let Some(mut series) = series else { return (None, problems) };
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for page in library.pages.iter().filter(|page| page.section == Some(key)) {
        let Some(value) = page.meta.facets.get("episode") else { continue };
        let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
        let mut facet = Facet::new("episode", value, &page.file.shown, &text, &read_episode::KEYS);
        let episode = read_episode::episode(page, &series, services, &mut facet);
        if let Some(episode) = &episode
            && let Some(other) = seen.insert(episode.guid.clone(), page.file.shown.clone())
        {
            let help = "every episode keeps its own guid for life: give the newer of the two another one";
            facet.error("guid", format!("this guid is already that of {other}"), help);
        }
        problems.extend(facet.finish());
        series.episodes.extend(episode);
    }
    series.episodes.sort_by(|a, b| (b.date.timestamp(), &b.source).cmp(&(a.date.timestamp(), &a.source)));
    problems.extend(same_sound(&series.episodes, library));
    (Some(series), problems)
}

/// Two episodes with the same sound: one of them names the wrong file, and apps would keep one.
fn same_sound(episodes: &[Episode], library: &Library) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<[u8; 32], &str> = BTreeMap::new();
    // Oldest first: the newer one is asked about.
    for episode in episodes.iter().rev() {
        let same_size = episodes.iter().filter(|other| other.audio.facts.bytes == episode.audio.facts.bytes);
        if same_size.count() < 2 {
            continue;
        }
        let Ok(bytes) = std::fs::read(&episode.audio.file) else { continue };
        let Some(other) = seen.insert(*blake3::hash(&bytes).as_bytes(), &episode.shown) else { continue };
        let Some(page) = library.page(&episode.source) else { continue };
        let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
        let facet = Facet::new("episode", &page.meta.facets["episode"], &episode.shown, &text, &read_episode::KEYS);
        problems.push(
            Diagnostic::error(format!("this sound is also that of {other}"))
                .at(facet.place("audio"))
                .help("one of the two episodes names the wrong file"),
        );
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

/// The cover a key names, checked.
pub(super) fn cover(
    facet: &mut Facet<'_>,
    assets: &[Asset],
    permalink: &str,
    name: &str,
    key: &str,
) -> Option<Picture> {
    let asset = beside(facet, assets, key, name)?;
    if let Err((message, help)) = picture::check_cover(&asset.source, name) {
        facet.error(key, message, help);
    }
    Some(Picture { url: format!("{permalink}{name}"), file: asset.source.clone() })
}
