//! Files that are copied as they are, and style sheets that are compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::prelude::*;

use super::plan;
use crate::config::walk::walk;
use crate::config::{Loaded, text};
use crate::content::{Asset, Library};
use crate::diagnostic::{Diagnostic, Place, slashed};
use crate::output::Output;

/// The files beside pages and sections.
pub(super) fn assets(library: &Library) -> Vec<Output> {
    let copy = |path: &str, asset: &Asset, origin: &str| {
        let folder = path.trim_start_matches('/');
        Output::file(format!("{folder}{}", asset.name), &asset.source, origin)
    };
    // Where a page is not rendered, its files are not either.
    let unplaced = plan::unplaced(library);
    let rendered = library.page_keys().filter(|key| library[*key].meta.render && !unplaced.contains(key));
    let pages = rendered.map(|key| &library[key]);
    let pages = pages.flat_map(|page| page.assets.iter().map(move |asset| copy(&page.path, asset, &page.file.shown)));
    let sections = library.sections.iter();
    let sections =
        sections.flat_map(|section| section.assets.iter().map(move |a| copy(&section.path, a, &section.file.shown)));
    pages.chain(sections).collect()
}

/// The theme's `static/`, then the site's, which wins; with a word about links that lead out of the site.
pub(super) fn statics(loaded: &Loaded) -> Result<(Vec<Output>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut told = Vec::new();
    let ignored = globs(&loaded.config.ignored_static).map_err(|fault| vec![fault])?;
    let mut found: BTreeMap<String, Output> = BTreeMap::new();
    let theme = loaded.theme_dir.as_ref().map(|theme| theme.join("static"));
    for folder in theme.into_iter().chain([loaded.root.join("static")]) {
        let files = walk(&folder).into_iter().filter_map(Result::ok);
        for entry in files.filter(|entry| entry.file_type().is_file()) {
            let relative = entry.path().strip_prefix(&folder).unwrap_or(entry.path());
            if ignored.is_match(relative) {
                continue;
            }
            if entry.path().starts_with(loaded.root.join("static")) && leaves(&entry) {
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

/// The style sheets of `sass/` in the theme and in the site, by folder.
pub(super) fn sass_sheets(loaded: &Loaded) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let mut folders = Vec::new();
    folders.extend(loaded.theme_dir.as_ref().map(|theme| theme.join("sass")));
    if loaded.config.compile_sass {
        folders.push(loaded.root.join("sass"));
    }
    folders.into_iter().map(|folder| (folder.clone(), sheets(&folder))).collect()
}

/// Style sheets as compressed CSS, and every file that was looked for on the way.
pub(super) fn sass(
    folders: &[(PathBuf, Vec<PathBuf>)],
    loaded: &Loaded,
) -> Result<(Vec<Output>, BTreeSet<PathBuf>), Vec<Diagnostic>> {
    let disk = Disk::default();
    let mut outputs: BTreeMap<String, Output> = BTreeMap::new();
    let mut faults = Vec::new();
    for (folder, sheets) in folders {
        faults.extend(same_names(sheets, folder, &loaded.root));
        let compiled: Vec<Result<Output, Diagnostic>> =
            sheets.par_iter().map(|file| compile(file, folder, &loaded.root, &disk)).collect();
        for result in compiled {
            match result {
                Ok(output) => drop(outputs.insert(output.path.clone(), output)),
                Err(fault) => faults.push(fault),
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok((outputs.into_values().collect(), disk.0.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// The disk as style sheets see it, which notes what they look for.
#[derive(Debug, Default)]
struct Disk(Mutex<BTreeSet<PathBuf>>);

impl Disk {
    fn note(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }
}

impl grass::Fs for Disk {
    fn is_dir(&self, path: &Path) -> bool {
        // What a folder would be asked for, should it come to be.
        for name in ["_index.scss", "index.scss", "_index.sass", "index.sass"] {
            self.note(&path.join(name));
        }
        path.is_dir()
    }

    fn is_file(&self, path: &Path) -> bool {
        self.note(path);
        path.is_file()
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        self.note(path);
        std::fs::read(path)
    }

    fn canonicalize(&self, path: &Path) -> std::io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// The style sheets of a folder. What begins with `_`, a file or a folder, is only there for others.
fn sheets(folder: &Path) -> Vec<PathBuf> {
    let is_part = |path: &Path| {
        path.strip_prefix(folder).unwrap_or(path).iter().any(|name| name.to_string_lossy().starts_with('_'))
    };
    walk(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && !is_part(entry.path()))
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "scss" || e == "sass"))
        .collect()
}

fn same_names(sheets: &[PathBuf], folder: &Path, root: &Path) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    let mut faults = Vec::new();
    for sheet in sheets {
        if let Some(first) = seen.insert(sheet.with_extension("css"), sheet) {
            let name = slashed(first.strip_prefix(folder).unwrap_or(first));
            let place = Place::file(sheet.strip_prefix(root).unwrap_or(sheet));
            faults.push(
                Diagnostic::error(format!("makes the same CSS file as `{name}`")).at(place).help("rename one of them"),
            );
        }
    }
    faults
}

fn compile(file: &Path, folder: &Path, root: &Path, disk: &Disk) -> Result<Output, Diagnostic> {
    let shown = file.strip_prefix(root).unwrap_or(file);
    let options = grass::Options::default().style(grass::OutputStyle::Compressed).load_path(folder).fs(disk);
    let css = grass::from_path(file, &options).map_err(|error| sass_fault(&error.to_string(), shown, root))?;
    let path = slashed(&file.strip_prefix(folder).unwrap_or(file).with_extension("css"));
    Ok(Output::bytes(path, css, shown))
}

/// The compiler's text: `Error: message`, lines of source, `./sass/x.scss:3:5`.
fn sass_fault(text: &str, shown: &Path, root: &Path) -> Diagnostic {
    let message = text.lines().next().unwrap_or(text).trim_start_matches("Error: ").trim_end_matches('.');
    let mut place = Place::file(shown);
    if let Some((file, line, column)) = text.lines().rev().find_map(location) {
        // The compiler writes `./` before every path, were it one from the root of the disk.
        let path = Path::new(file.strip_prefix("./").unwrap_or(file));
        place.file = path.strip_prefix(root).unwrap_or(path).to_owned();
        place.line = line;
        place.column = column;
        place.width = 1;
        if let Ok(source) = std::fs::read_to_string(path) {
            place.source = source.lines().nth(line - 1).unwrap_or_default().to_owned();
        }
    }
    Diagnostic::error(message).at(place)
}

fn location(line: &str) -> Option<(&str, usize, usize)> {
    let mut parts = line.trim().rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let number = parts.next()?.parse().ok().filter(|n| *n > 0)?;
    Some((parts.next()?, number, column))
}
