//! Files that are copied as they are.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::plan::{self, Planned, Turn};
use crate::config::walk::{closed, walk};
use crate::config::{Loaded, text};
use crate::content::{Asset, Library};
use crate::diagnostic::{Diagnostic, slashed};
use crate::output::Output;

/// The files beside pages and sections, in the order in which Zola writes them.
pub(super) fn assets(library: &Library) -> Vec<Output> {
    beside(library).into_iter().map(|(_, output)| output).collect()
}

/// Those that stay when `planned` is written.
pub(super) fn assets_that_stay(library: &Library, planned: &[Planned]) -> impl Iterator<Item = Output> {
    let stays = |(turn, asset): &(Turn, Output)| !plan::is_written_after(planned, &asset.path, *turn);
    beside(library).into_iter().filter(stays).map(|(_, asset)| asset)
}

fn beside(library: &Library) -> Vec<(Turn, Output)> {
    let copy = |path: &str, asset: &Asset, origin: &str| {
        let folder = path.trim_start_matches('/');
        Output::file(format!("{folder}{}", asset.name), &asset.source, origin)
    };
    // Where a page is not rendered, its files are not either.
    let unplaced = plan::unplaced(library);
    let rendered = library.page_keys().filter(move |key| library[*key].meta.render && !unplaced.contains(key));
    let pages = rendered.map(|key| &library[key]).flat_map(move |page| {
        page.assets.iter().map(move |asset| (Turn::of(page), copy(&page.path, asset, &page.file.shown)))
    });
    let sections = library.sections.iter().flat_map(move |section| {
        section.assets.iter().map(move |asset| (Turn::Page, copy(&section.path, asset, &section.file.shown)))
    });
    let mut all: Vec<(Turn, Output)> = pages.chain(sections).collect();
    all.sort_by_key(|(turn, _)| *turn);
    all
}

/// The theme's `static/`, then the site's, which wins and alone is asked what to ignore; with a word about links that
/// lead out of the site.
pub(super) fn statics(loaded: &Loaded) -> Result<(Vec<Output>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut told = Vec::new();
    let ignored = globs(&loaded.config.ignored_static).map_err(|fault| vec![fault])?;
    let mut found: BTreeMap<String, Output> = BTreeMap::new();
    let theme = loaded.theme_dir.as_ref().map(|theme| theme.join("static"));
    let own = loaded.root.join("static");
    for folder in theme.iter().chain([&own]) {
        let met = walk(folder);
        told.extend(closed(&met, &loaded.root));
        let files = met.into_iter().filter_map(Result::ok);
        for entry in files.filter(|entry| entry.depth() > 0 && entry.file_type().is_file()) {
            let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            if *folder == own && ignored.is_match(relative) {
                continue;
            }
            if *folder == own && leaves(&entry) {
                let shown = slashed(entry.path().strip_prefix(&loaded.root).unwrap_or(entry.path()));
                told.extend(text::leads_out(&loaded.root, entry.path(), &shown, loaded.repere.safety.inside));
            }
            let origin = entry.path().strip_prefix(&loaded.root).unwrap_or(entry.path()).to_owned();
            let path = slashed(relative);
            found.insert(path.clone(), Output::file(path, entry.path(), origin));
        }
    }
    Ok((found.into_values().collect(), told))
}

/// True for a static file of the theme.
pub(super) fn is_of_theme(file: &Output, loaded: &Loaded) -> bool {
    loaded.theme_dir.as_ref().is_some_and(|theme| loaded.root.join(&file.origin).starts_with(theme))
}

/// True for a link, and for what stands behind one.
fn leaves(entry: &walkdir::DirEntry) -> bool {
    let mut above = entry.path().ancestors().take(entry.depth());
    above.any(|path| std::fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_symlink()))
}

fn globs(patterns: &[String]) -> Result<GlobSet, Diagnostic> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(|e| Diagnostic::error(format!("`ignored_static`: {e}")))?);
    }
    set.build().map_err(|e| Diagnostic::error(e.to_string()))
}
