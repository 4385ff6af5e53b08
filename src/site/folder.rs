//! The folder a site is written into, which is replaced as a whole: so never one that holds sources.
//!
//! Entry point: [`output`].

use std::path::{Component, Path, PathBuf};

use super::Options;
use crate::config::Loaded;
use crate::diagnostic::Diagnostic;

/// Folders of a site that a person writes.
const SOURCES: [&str; 8] = ["content", "episodes", "sass", "static", "templates", "themes", "src", ".git"];

/// Where the site is written. A folder named on the command line is only replaced with `--force`, one with sources never.
pub(super) fn output(options: &Options, loaded: &Loaded) -> Result<PathBuf, Vec<Diagnostic>> {
    let refuse = |message: String, help: &str| Err(vec![Diagnostic::error(message).help(help)]);
    let folder = match &options.output_dir {
        Some(folder) => folder.clone(),
        None => loaded.root.join(&loaded.config.output_dir),
    };
    if holds_sources(&folder, &loaded.root) {
        let message = format!("the site cannot be written into {}: sources are there", folder.display());
        return refuse(message, "name a folder of its own, such as `public`: everything in it is replaced");
    }
    if folder.exists() && !folder.is_dir() {
        return refuse(format!("{} is not a folder", folder.display()), "name another folder, or take the file away");
    }
    if options.output_dir.is_some() && folder.exists() && !options.force {
        let message = format!("the folder {} exists already", folder.display());
        return refuse(message, "add `--force` to replace everything in it");
    }
    Ok(folder)
}

/// True for the site's folder, all that holds it, and its folders of sources.
fn holds_sources(folder: &Path, root: &Path) -> bool {
    let (folder, root) = (resolved(folder), resolved(root));
    root.starts_with(&folder) || SOURCES.iter().any(|source| folder.starts_with(resolved(&root.join(source))))
}

/// A path without links and `..`, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    let existing = plain.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match existing {
        Some((above, real)) => plain.strip_prefix(above).map_or_else(|_| plain.clone(), |rest| real.join(rest)),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_never_the_place_of_a_site() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("site");
        std::fs::create_dir_all(root.join("content")).unwrap();
        for folder in [".", "..", "content", "content/a", "themes", "../site", "public/.."] {
            assert!(holds_sources(&root.join(folder), &root), "{folder}");
        }
        for folder in ["public", "../public", "../site2", "a/content"] {
            assert!(!holds_sources(&root.join(folder), &root), "{folder}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_the_answer() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("site");
        std::fs::create_dir_all(&root).unwrap();
        std::os::unix::fs::symlink(&root, place.path().join("autre")).unwrap();
        assert!(holds_sources(&place.path().join("autre"), &root));
    }
}
