//! The pictures that go with links to pages: the title, and the name of the site, drawn at build on a picture of the theme.
//!
//! Entry point: [`contribute`], for a site that names one (`[share] card`). Pages and sections get `card` (`{ url, width,
//! height, alt }`) as a value; a discreet one has none, so that a link to it that is passed on shows no words. Pictures are
//! kept between builds by what is on them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::card::{Ground, SIZE, Words};
use crate::config::Loaded;
use crate::content::{Library, Section, SectionKey};
use crate::diagnostic::{Diagnostic, Place};
use crate::output::{Contribution, Output};

/// Where pictures are published: nothing of the page is in their names.
const FOLDER: &str = "partage";
/// Below the site's root; safe to delete.
const CACHE: &str = ".repere-cache/cards";
/// After how long a picture that no page had is removed: a site that is still served may need it.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A page or section that gets a picture.
struct Wanted<'a> {
    source: &'a str,
    shown: &'a str,
    lang: &'a str,
    kicker: &'a str,
    title: &'a str,
}

/// The pictures of all pages that may have one.
pub fn contribute(library: &Library, loaded: &Loaded) -> (Contribution, Vec<Diagnostic>) {
    let mut out = Contribution::default();
    let share = &loaded.repere.share;
    let Some(named) = &share.card else { return (out, Vec::new()) };
    let ground = match Ground::read(&loaded.root.join(named), &share.ink) {
        Ok(ground) => ground,
        Err(error) => {
            let problem = Diagnostic::error(format!("titles cannot be drawn on `{named}`: {error}"));
            let help =
                "`[share] card` is a picture of 1200 by 630 pixels, PNG or JPEG, by its path in the site's folder";
            return (out, vec![problem.at(Place::file("repere.toml")).help(help)]);
        }
    };
    let wanted = wanted(library);
    let drawn: Vec<_> = wanted.par_iter().map(|page| one(page, &ground, loaded)).collect();
    let mut problems = Vec::new();
    let mut pictures: BTreeMap<String, Output> = BTreeMap::new();
    for (page, drawn) in wanted.iter().zip(drawn) {
        match drawn {
            Ok(picture) => {
                let url = format!("{}{}", loaded.make_permalink("/"), picture.path);
                let above = if page.kicker.is_empty() { String::new() } else { format!("{}. ", page.kicker) };
                let alt = format!("{above}{}", page.title);
                let value = json!({ "url": url, "width": SIZE.0, "height": SIZE.1, "alt": alt });
                out.set(page.source, "card", value);
                // Two pages with the same words share a picture.
                pictures.insert(picture.path.clone(), picture);
            }
            Err(error) => {
                let message = format!("the picture that goes with links to this page cannot be drawn: {error}");
                problems.push(Diagnostic::warning(message).at(Place::file(page.shown)));
            }
        }
    }
    out.outputs = pictures.into_values().collect();
    sweep(&loaded.root.join(CACHE), &out.outputs, SystemTime::now());
    (out, problems)
}

/// The picture of a page: the one that is kept, or drawn now.
fn one(page: &Wanted<'_>, ground: &Ground, loaded: &Loaded) -> Result<Output, String> {
    let site = loaded.config.language(page.lang).title.as_deref().unwrap_or_default();
    let words = Words { kicker: page.kicker, title: page.title, site };
    let name = format!("{}.png", ground.name(&words));
    let file = loaded.root.join(CACHE).join(&name);
    let path = format!("{FOLDER}/{name}");
    if let Ok(about) = file.metadata() {
        used(&file, &about, SystemTime::now());
        return Ok(Output::file(path, file, page.shown));
    }
    let png = ground.draw(&words)?;
    // A cache that cannot be written costs time, never a build.
    Ok(match keep(&file, &png) {
        Ok(()) => Output::file(path, file, page.shown),
        Err(_) => Output::bytes(path, png, page.shown),
    })
}

/// Whole or not at all; readable by whoever serves it.
fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().suffix(".part").tempfile_in(folder)?;
    new.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        new.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    new.persist(file)?;
    Ok(())
}

/// A picture's date says when a page last had it, to a day: what is touched at each build would be copied at each build.
fn used(file: &Path, about: &Metadata, now: SystemTime) {
    let fresh = about.modified().is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age < DAY));
    if !fresh && let Ok(file) = std::fs::File::options().write(true).open(file) {
        // A cache that cannot be written may be swept too early: then it is drawn again.
        let _ = file.set_modified(now);
    }
}

fn sweep(folder: &Path, kept: &[Output], now: SystemTime) {
    let kept: BTreeSet<PathBuf> = kept.iter().filter_map(|o| Some(folder.join(o.path.rsplit('/').next()?))).collect();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let old = entry.metadata().and_then(|about| about.modified());
        let old = old.is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > UNUSED));
        if old && !kept.contains(&entry.path()) {
            // Left in place, it only takes room.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn wanted(library: &Library) -> Vec<Wanted<'_>> {
    let mut wanted = Vec::new();
    // The name of the site stands on every picture: that of its first page is not repeated above a title.
    let above = |key: Option<SectionKey>| {
        let section = key.map(|key| &library[key]).filter(|section| !section.path.trim_matches('/').is_empty());
        section.and_then(|section| section.meta.title.as_deref()).unwrap_or_default()
    };
    for page in library.pages.iter().filter(|page| page.meta.render) {
        let Some(title) = title(&page.meta.extra, page.meta.title.as_deref()) else { continue };
        if !discreet(library, &page.meta.extra, &page.ancestors) {
            let (source, shown, lang) = (&page.file.relative, &page.file.shown, &page.lang);
            wanted.push(Wanted { source, shown, lang, kicker: above(page.section), title });
        }
    }
    // The first page has the picture of the site.
    let below = |section: &&Section| section.meta.render && !section.ancestors.is_empty();
    for section in library.section_keys().map(|key| &library[key]).filter(below) {
        let Some(title) = title(&section.meta.extra, section.meta.title.as_deref()) else { continue };
        if !discreet(library, &section.meta.extra, &section.ancestors) {
            let (source, shown, lang) = (&section.file.relative, &section.file.shown, &section.lang);
            wanted.push(Wanted { source, shown, lang, kicker: above(section.parent), title });
        }
    }
    wanted
}

/// The words for tabs and shared screens, where a page has quieter ones than its title.
fn title<'a>(extra: &'a Map<String, Value>, title: Option<&'a str>) -> Option<&'a str> {
    extra.get("tab").and_then(Value::as_str).or(title).filter(|title| !title.trim().is_empty())
}

/// A page for teenagers, or one that asks for it: its own word, else that of the nearest section.
fn discreet(library: &Library, extra: &Map<String, Value>, ancestors: &[SectionKey]) -> bool {
    let inherited = |key: &str| {
        let above = || ancestors.iter().rev().find_map(|section| library[*section].meta.extra.get(key));
        extra.get(key).or_else(above)
    };
    inherited("audience").and_then(Value::as_str) == Some("ados")
        || inherited("discreet").and_then(Value::as_bool).unwrap_or(false)
}
