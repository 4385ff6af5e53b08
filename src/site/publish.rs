//! Publishing: the files are written beside the old site, then one rename makes them the site.
//!
//! Entry point: [`publish`]. Until that rename nothing a visitor sees has changed; when something fails, the old site
//! stays.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rayon::prelude::*;

use crate::output::{Body, Manifest, Output};

/// How files reach the folder.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Hard links instead of copies, where the file system allows them.
    pub(super) hard_links: bool,
    /// Keep the dotfiles of the old site (`.git`, `.htaccess`).
    pub(super) keep_dotfiles: bool,
}

/// Writes `outputs` and makes them the content of `folder`.
pub(super) fn publish(outputs: &[Output], folder: &Path, manner: Manner) -> anyhow::Result<()> {
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    let fresh = tempfile::Builder::new()
        .prefix(".repere-new-")
        .tempdir_in(parent)
        .with_context(|| format!("{} cannot be written to", parent.display()))?;
    make_readable(fresh.path())?;
    write(outputs, fresh.path(), manner)?;
    if manner.keep_dotfiles {
        keep_dotfiles(folder, fresh.path())?;
    }
    switch(fresh, folder, parent)
}

/// A temporary folder is private; a site is not.
fn make_readable(folder: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("{} cannot be made readable", folder.display()))?;
    }
    let _ = folder;
    Ok(())
}

fn write(outputs: &[Output], folder: &Path, manner: Manner) -> anyhow::Result<()> {
    let folders: BTreeSet<PathBuf> =
        outputs.iter().filter_map(|o| folder.join(&o.path).parent().map(Path::to_owned)).collect();
    for folder in folders {
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    outputs.par_iter().try_for_each(|output| {
        let target = folder.join(&output.path);
        match &output.body {
            Body::Bytes(bytes) => fs::write(&target, bytes),
            Body::File(source) if manner.hard_links && fs::hard_link(source, &target).is_ok() => Ok(()),
            Body::File(source) => fs::copy(source, &target).map(drop),
        }
        .with_context(|| format!("{} cannot be written", output.path))
    })
}

fn keep_dotfiles(old: &Path, fresh: &Path) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(old) else { return Ok(()) };
    for entry in entries.filter_map(Result::ok).filter(|e| e.file_name().to_string_lossy().starts_with('.')) {
        let target = fresh.join(entry.file_name());
        if !target.exists() {
            copy_all(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
        for entry in fs::read_dir(from)?.filter_map(Result::ok) {
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", from.display()))
}

fn switch(fresh: tempfile::TempDir, folder: &Path, parent: &Path) -> anyhow::Result<()> {
    if fs::symlink_metadata(folder).is_err() {
        fs::rename(fresh.path(), folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let _ = fresh.keep();
        return Ok(());
    }
    let aside = tempfile::Builder::new().prefix(".repere-old-").tempdir_in(parent)?;
    let old = aside.path().join("site");
    match fs::rename(folder, &old) {
        Ok(()) => {}
        // A mount point cannot be moved: its content is replaced instead.
        Err(error) if matches!(error.kind(), ErrorKind::ResourceBusy | ErrorKind::CrossesDevices) => {
            return replace_content(fresh.path(), folder);
        }
        Err(error) => return Err(error).with_context(|| format!("{} cannot be replaced", folder.display())),
    }
    if let Err(error) = fs::rename(fresh.path(), folder) {
        let _ = fs::rename(&old, folder);
        return Err(error).with_context(|| format!("{} cannot be replaced", folder.display()));
    }
    let _ = fresh.keep();
    Ok(())
}

fn replace_content(fresh: &Path, folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
        let path = entry.path();
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    copy_all(fresh, folder)
}

/// Writes the manifest for whoever deploys the folder; it is no part of the site.
pub(super) fn write_manifest(manifest: &Manifest, cache: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    let file = cache.join("manifest.json");
    let text = serde_json::to_vec_pretty(manifest)?;
    fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_site_replaces_the_old_one_and_a_failed_one_does_not() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("public");
        publish(&[Output::bytes("a/index.html", "1", "a.md")], &folder, Manner::default()).unwrap();
        publish(&[Output::bytes("b.txt", "2", "b.md")], &folder, Manner::default()).unwrap();
        assert!(!folder.join("a").exists());
        let missing = Output::file("c.txt", place.path().join("nothing"), "c");
        assert!(publish(&[missing], &folder, Manner::default()).is_err());
        assert_eq!(fs::read_to_string(folder.join("b.txt")).unwrap(), "2");
        let left: Vec<_> = fs::read_dir(place.path()).unwrap().filter_map(Result::ok).collect();
        assert_eq!(left.len(), 1, "nothing is left beside the site");
    }
}
