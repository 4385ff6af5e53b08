//! Files that templates name: where they are looked for, and their hashes.
//!
//! What the build itself makes before its pages (compiled style sheets, the search index, the colours of code) is found as
//! well, by the path it will have, and so is what lies beside pages and sections, as in Zola, which copies it before it
//! renders a section; what an earlier build left in the output folder is not.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::super::Shared;
use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use crate::config::{Dialect, Loaded};
use crate::output::{Body, Output};
use base64::Engine as _;
use bytes::Bytes;
use sha2::Digest as _;

thread_local! {
    /// Address of the page that is being rendered on this thread.
    static HERE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Renders for a page, if it is one: its own files are copied after it, and cannot be named by the path they will have.
pub(in crate::templates) fn seen_from<T>(page: Option<String>, work: impl FnOnce() -> T) -> T {
    /// Puts back what was there, also when the work panics.
    struct Before(Option<String>);
    impl Drop for Before {
        fn drop(&mut self) {
            HERE.set(self.0.take());
        }
    }
    let _before = Before(HERE.replace(page));
    work()
}

/// The files that are there, or made, before any page is.
#[derive(Debug, Default)]
pub(in crate::templates) struct Beforehand {
    files: BTreeMap<String, Body>,
    /// What lies beside pages and sections, by the path it will have.
    beside: BTreeMap<String, PathBuf>,
    /// Whether making them failed: then nobody can tell which there would be.
    failed: bool,
}

impl Beforehand {
    pub(in crate::templates) fn new(made: &[Output], beside: &[Output], failed: bool) -> Self {
        let source = |output: &Output| match &output.body {
            Body::File(file) => Some((output.path.clone(), file.clone())),
            Body::Bytes(_) => None,
        };
        Self {
            files: made.iter().map(|output| (output.path.clone(), output.body.clone())).collect(),
            beside: beside.iter().filter_map(source).collect(),
            failed,
        }
    }

    /// The file behind a path of a template.
    pub(in crate::templates) fn get(&self, path: &str) -> Option<Found> {
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        for part in Path::new(path).components() {
            match part {
                Component::Normal(name) => parts.push(name.to_string_lossy()),
                Component::ParentDir => drop(parts.pop()?),
                _ => {}
            }
        }
        let path = parts.join("/");
        if let Some(made) = self.files.get(&path) {
            return Some(Found::Made(made.clone()));
        }
        let is_own = |page: &str| path.strip_prefix(page.trim_matches('/')).is_some_and(|rest| rest.starts_with('/'));
        let is_hidden = || HERE.with_borrow(|here| here.as_deref().is_some_and(is_own));
        self.beside.get(&path).filter(|_| !is_hidden()).map(|file| Found::Source(file.clone()))
    }
}

/// A file that a template named.
#[derive(Debug)]
pub(in crate::templates) enum Found {
    /// A source, where it lies.
    Source(PathBuf),
    /// Made beforehand.
    Made(Body),
}

impl Found {
    pub(in crate::templates) fn read(&self) -> std::io::Result<Bytes> {
        match self {
            Self::Source(file) => crate::memory::read(file).map(Bytes::from),
            Self::Made(body) => body.read(),
        }
    }
}

/// The file behind a path of a template: looked for in the site, `static/`, `content/`, what was made beforehand and the
/// theme's `static/`. A path that leaves the site is an error.
pub(in crate::templates) fn find(shared: &Shared, path: &str) -> Result<Option<Found>, String> {
    note(|| Read::File(path.to_owned()));
    let beforehand = shared.beforehand.get();
    let found = locate(&shared.loaded, beforehand, path)?;
    // Why it could not be made has been told.
    let untold = || beforehand.filter(|made| made.failed).map(|_| Found::Made(Body::Bytes(Bytes::new())));
    Ok(found.or_else(untold))
}

/// The same, but sources only.
pub(in crate::templates) fn find_source(shared: &Shared, path: &str) -> Result<Option<PathBuf>, String> {
    Ok(match find(shared, path)? {
        Some(Found::Source(file)) => Some(file),
        _ => None,
    })
}

/// The same, for the configuration of a site and what was made.
pub(in crate::templates) fn locate(
    loaded: &Loaded,
    beforehand: Option<&Beforehand>,
    path: &str,
) -> Result<Option<Found>, String> {
    let path = plain(path, loaded.dialect);
    let mut may_be = false;
    // Each folder with its depth below the site's root: a path may climb that far, and no farther.
    for (folder, depth) in [("", 0), ("static", 1), ("content", 1)] {
        if climbs(&path, depth) {
            continue;
        }
        may_be = true;
        let place = loaded.root.join(folder).join(&path);
        // A folder is found as well, as in Zola, and then cannot be read.
        if place.exists() {
            return Ok(Some(Found::Source(place)));
        }
    }
    if let Some(found) = beforehand.and_then(|made| made.get(&path)) {
        return Ok(Some(found));
    }
    if let Some(theme) = loaded.theme_dir.as_deref().filter(|_| !climbs(&path, 1)) {
        may_be = true;
        let place = theme.join("static").join(&path);
        if place.exists() {
            return Ok(Some(Found::Source(place)));
        }
    }
    if may_be { Ok(None) } else { Err(format!("`{path}` is outside the site")) }
}

/// Where a file that a template names may lie.
pub(in crate::templates) fn places(loaded: &Loaded, path: &str) -> Vec<PathBuf> {
    let path = plain(path, loaded.dialect);
    let statics = loaded.theme_dir.as_ref().map(|theme| theme.join("static"));
    let own = ["", "static", "content"].map(|folder| loaded.root.join(folder));
    own.into_iter().chain(statics).map(|folder| folder.join(&path)).collect()
}

/// A path of a template, without the signs that say where to look for it; in the newer dialect also without what an
/// address has behind its path.
pub(in crate::templates) fn plain(path: &str, dialect: Dialect) -> String {
    let path = match dialect {
        Dialect::Zola022 => path,
        Dialect::Zola023 => path.split(['?', '#']).next().unwrap_or(path),
    };
    match path.strip_prefix("@/") {
        Some(content) => format!("content/{content}"),
        None => path.trim_start_matches('/').to_owned(),
    }
}

/// Whether a path leaves the folder that lies `depth` folders above its start.
fn climbs(path: &str, depth: usize) -> bool {
    let mut depth = depth as i64;
    Path::new(path).components().any(|part| {
        match part {
            std::path::Component::ParentDir => depth -= 1,
            std::path::Component::Normal(_) => depth += 1,
            _ => {}
        }
        depth < 0
    })
}

/// Hashes of files, each computed once in a build however many pages name it: by what is found, its path and its kind.
#[derive(Debug, Default)]
pub(in crate::templates) struct Hashes(Mutex<HashMap<(bool, PathBuf, u64), Vec<u8>>>);

/// The hash of a file that a template named by `path`.
pub(super) fn hash_of(shared: &Shared, path: &str, found: &Found, sha_type: u64) -> Result<Vec<u8>, String> {
    let key = match found {
        Found::Source(file) => (false, file.clone(), sha_type),
        Found::Made(_) => (true, PathBuf::from(path), sha_type),
    };
    let known = || shared.hashes.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hash) = known().get(&key) {
        return Ok(hash.clone());
    }
    let bytes = found.read().map_err(|e| format!("`{path}` cannot be read: {e}"))?;
    let hash = digest(&bytes, sha_type)?;
    known().insert(key, hash.clone());
    Ok(hash)
}

fn digest(bytes: &[u8], sha_type: u64) -> Result<Vec<u8>, String> {
    match sha_type {
        256 => Ok(sha2::Sha256::digest(bytes).to_vec()),
        384 => Ok(sha2::Sha384::digest(bytes).to_vec()),
        512 => Ok(sha2::Sha512::digest(bytes).to_vec()),
        other => Err(format!("sha_type is 256, 384 or 512, not {other}")),
    }
}

/// `get_hash(path or literal, sha_type=384, base64=true)`.
pub(super) fn get_hash(call: &Call) -> Answer {
    let sha_type = call.number::<u64>("sha_type")?.unwrap_or(384);
    let hash = match (call.text("path")?, call.text("literal")?) {
        (Some(path), None) => {
            let file = find(call.shared, path)?.ok_or_else(|| format!("`get_hash`: there is no file `{path}`"))?;
            hash_of(call.shared, path, &file, sha_type)
        }
        (None, Some(literal)) => digest(literal.as_bytes(), sha_type),
        _ => return Err("`get_hash` takes either `path` or `literal`".to_owned()),
    };
    let hash = hash.map_err(|problem| format!("`get_hash`: {problem}"))?;
    let as_base64 = call.flag("base64", true)?;
    let text = if as_base64 { base64::engine::general_purpose::STANDARD.encode(hash) } else { hex::encode(hash) };
    Ok(Given::Safe(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_climb_inside_the_site() {
        assert!(!climbs("blog/a/../b.png", 0));
        assert!(!climbs("../static/b.png", 1));
        assert!(climbs("../b.png", 0));
        assert!(climbs("a/../../../b.png", 1));
    }

    #[test]
    fn what_was_made_is_found_however_its_path_is_written() {
        let made = Beforehand::new(&[Output::bytes("css/main.css", "a{}", "sass")], &[], false);
        assert!(made.get("css/main.css").is_some() && made.get("./css/x/../main.css").is_some());
        assert!(made.get("main.css").is_none() && made.get("../css/main.css").is_none());
    }

    #[test]
    fn a_page_does_not_see_its_own_files() {
        let asset = Output::file("blog/a/b.png", "/content/x/b.png", "content/x/index.md");
        let made = Beforehand::new(&[], &[asset], false);
        let from = |page: &str| seen_from(Some(page.to_owned()), || made.get("blog/a/b.png").is_some());
        assert!(made.get("blog/a/b.png").is_some() && from("/blog/a-b/") && !from("/blog/a/"));
    }
}
