//! Publishing: what visitors see changes at once, and only where something changed.
//!
//! Entry point: [`publish`]. A first build, or one whose folder is not as the last build left it, is written beside the
//! old site and becomes the site with one rename. Otherwise the files that changed are written beside it, and each is
//! renamed over its predecessor when all are there: the rest keeps its dates, which whoever copies the site on looks at.
//! A file is always whole; a mark in the cache says that the renames are under way, so that a build that was killed in
//! between is followed by a whole one. When something fails before the renames, the old site stays.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rayon::prelude::*;

use super::Site;
use super::beside::{self, Beside, NEW, OLD};
use super::plan::climbs;
use super::remember::Made;
use crate::memory::{Stamp, pairs};
use crate::output::{Body, FileEntry, Manifest, Output};
use crate::work;

/// How files reach the folder.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Hard links instead of copies, where the file system allows them.
    pub(super) hard_links: bool,
    /// Keep the dotfiles of the old site (`.git`, `.htaccess`).
    pub(super) keep_dotfiles: bool,
}

/// Makes the outputs of a site the content of `folder`. `made` tells what the next build may believe of them, `before`
/// what the last one published there. Gives `made` for every output, with the files that now hold them.
pub(super) fn publish(
    site: &Site,
    mut made: BTreeMap<String, Made>,
    before: &BTreeMap<String, Made>,
    folder: &Path,
    manner: Manner,
    cache: &Path,
) -> anyhow::Result<BTreeMap<String, Made>> {
    beside::sweep(folder);
    let mark = mark(cache);
    let was_cut = mark.exists();
    let changed = if before.is_empty() || was_cut || !folder.is_dir() { None } else { changed(site, before, folder) };
    let written: Option<HashSet<&str>> =
        changed.as_ref().map(|changed| changed.iter().map(|output| output.path.as_str()).collect());
    match changed {
        Some(changed) => {
            let gone = before.keys().filter(|path| !is_group(path) && !site.manifest.files.contains_key(*path));
            replace(&changed, &gone.collect::<Vec<_>>(), folder, manner, &mark)?;
        }
        None => {
            whole(&site.outputs, folder, manner)?;
            let _ = fs::remove_file(&mark);
        }
    }
    // Only now: what was published is what is believed of it.
    let is_written = |path: &str| written.as_ref().is_none_or(|written| written.contains(path));
    let (groups, made): (Vec<_>, Vec<_>) = std::mem::take(&mut made).into_iter().partition(|(path, _)| is_group(path));
    let met = pairs(&site.manifest.files, made).filter_map(|(file, made)| Some((file?, made)));
    let files: Vec<(&String, &FileEntry, Option<Made>)> =
        met.map(|((path, entry), made)| (path, entry, made.map(|(_, made)| made))).collect();
    let published: Vec<(String, Made)> = files
        .into_par_iter()
        .filter_map(|(path, entry, own)| {
            let mut own = own.filter(|made| is_hash(made, entry)).or_else(|| plain(entry))?;
            // What was taken as it stands there was looked at when it was taken.
            if is_written(path) || own.file.is_none() {
                let at = Stamp::now();
                let stands = before.get(path).filter(|before| before.hash == own.hash).and_then(|before| before.file);
                let stamp = Stamp::of(&fs::symlink_metadata(folder.join(path)).ok()?);
                own.file = stands.filter(|file| file.0 == stamp).or(Some((stamp, at)));
            }
            Some((path.clone(), own))
        })
        .collect();
    Ok(groups.into_iter().chain(published).collect())
}

/// Pieces of work that make several outputs have names that no output has.
fn is_group(path: &str) -> bool {
    path.starts_with('/')
}

fn is_hash(made: &Made, entry: &FileEntry) -> bool {
    let mut hash = [0; 32];
    hex::decode_to_slice(&entry.hash, &mut hash).is_ok() && hash == made.hash
}

fn plain(entry: &FileEntry) -> Option<Made> {
    let mut hash = [0; 32];
    hex::decode_to_slice(&entry.hash, &mut hash).ok()?;
    Some(Made::plain(hash, entry.size))
}

/// The outputs whose files do not hold their bytes yet; `None` when the folder cannot be mended file by file.
fn changed<'a>(site: &'a Site, before: &BTreeMap<String, Made>, folder: &Path) -> Option<Vec<&'a Output>> {
    let is_new = |output: &&Output| {
        let target = folder.join(&output.path);
        if matches!(&output.body, Body::File(file) if *file == target) {
            return false;
        }
        let Some(entry) = site.manifest.files.get(&output.path) else { return true };
        let same = before.get(&output.path).filter(|before| is_hash(before, entry));
        same.is_none_or(|same| same.stands(&target).is_none())
    };
    let changed: Vec<&Output> = site.outputs.par_iter().filter(is_new).collect();
    // A file where a folder must be, or the other way round.
    let blocked = changed.iter().any(|output| {
        let target = folder.join(&output.path);
        target.is_dir() || target.ancestors().skip(1).take_while(|above| *above != folder).any(Path::is_file)
    });
    (!blocked).then_some(changed)
}

/// Says that renames are under way.
pub(super) fn mark(cache: &Path) -> PathBuf {
    cache.join("publishing")
}

/// Replaces some files and takes others away.
pub(super) fn replace(
    changed: &[&Output],
    gone: &[&String],
    folder: &Path,
    manner: Manner,
    mark: &Path,
) -> anyhow::Result<()> {
    if changed.is_empty() && gone.is_empty() {
        return Ok(());
    }
    inside(changed)?;
    let fresh = Beside::new(NEW, folder)?;
    let numbered: Vec<(PathBuf, &Output)> =
        changed.iter().enumerate().map(|(number, output)| (fresh.path().join(number.to_string()), *output)).collect();
    numbered.par_iter().try_for_each(|(file, output)| fill(file, output, manner))?;
    if let Some(cache) = mark.parent() {
        fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    }
    work::whole(|| put(&numbered, gone, folder, mark))
}

/// Puts written files in their places, between a mark that says so and its end.
fn put(written: &[(PathBuf, &Output)], gone: &[&String], folder: &Path, mark: &Path) -> anyhow::Result<()> {
    fs::write(mark, b"").with_context(|| format!("{} cannot be written", mark.display()))?;
    for (file, output) in written {
        let target = folder.join(&output.path);
        if let Some(above) = target.parent() {
            fs::create_dir_all(above).with_context(|| format!("{} cannot be made", above.display()))?;
        }
        fs::rename(file, &target).with_context(|| format!("{} cannot be replaced", target.display()))?;
    }
    for path in gone {
        let target = folder.join(path);
        match fs::remove_file(&target) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be removed", target.display()));
            }
            _ => {}
        }
        // Folders that are empty now go too; one that is not cannot be removed.
        for above in target.ancestors().skip(1).take_while(|above| *above != folder) {
            if fs::remove_dir(above).is_err() {
                break;
            }
        }
    }
    fs::remove_file(mark).with_context(|| format!("{} cannot be removed", mark.display()))
}

/// Writes all outputs beside the old site and makes them the site.
fn whole(outputs: &[Output], folder: &Path, manner: Manner) -> anyhow::Result<()> {
    let fresh = Beside::new(NEW, folder)?;
    make_readable(fresh.path())?;
    write(&outputs.iter().collect::<Vec<_>>(), fresh.path(), manner)?;
    if manner.keep_dotfiles {
        keep_dotfiles(folder, fresh.path())?;
    }
    work::whole(|| switch(fresh, folder))
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

/// Writes outputs where they stand below a folder.
fn write(outputs: &[&Output], folder: &Path, manner: Manner) -> anyhow::Result<()> {
    inside(outputs)?;
    let folders: BTreeSet<PathBuf> =
        outputs.iter().filter_map(|o| folder.join(&o.path).parent().map(Path::to_owned)).collect();
    folders.par_iter().try_for_each(|folder| {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
    })?;
    outputs.par_iter().try_for_each(|output| fill(&folder.join(&output.path), output, manner))
}

/// Refuses outputs outside the site.
fn inside(outputs: &[&Output]) -> anyhow::Result<()> {
    match outputs.iter().find(|output| climbs(&output.path)) {
        Some(outside) => anyhow::bail!("{} would stand outside the site", outside.path),
        None => Ok(()),
    }
}

/// Writes the bytes of an output into a file.
fn fill(file: &Path, output: &Output, manner: Manner) -> anyhow::Result<()> {
    match &output.body {
        Body::Bytes(bytes) => fs::write(file, bytes),
        Body::File(source) if manner.hard_links && fs::hard_link(source, file).is_ok() => Ok(()),
        Body::File(source) => fs::copy(source, file).map(drop),
    }
    .with_context(|| format!("{} cannot be written", output.path))
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

fn switch(fresh: Beside, folder: &Path) -> anyhow::Result<()> {
    if fs::symlink_metadata(folder).is_err() {
        fs::rename(fresh.path(), folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let _ = fresh.keep();
        return Ok(());
    }
    let aside = Beside::new(OLD, folder)?;
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

/// Where the published files are described.
pub(super) fn manifest(cache: &Path) -> PathBuf {
    cache.join("manifest.json")
}

/// Writes the manifest for whoever deploys the folder; it is no part of the site.
pub(super) fn write_manifest(manifest: &Manifest, cache: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    let file = self::manifest(cache);
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
        whole(&[Output::bytes("a/index.html", "1", "a.md")], &folder, Manner::default()).unwrap();
        whole(&[Output::bytes("b.txt", "2", "b.md")], &folder, Manner::default()).unwrap();
        assert!(!folder.join("a").exists());
        let missing = Output::file("c.txt", place.path().join("nothing"), "c");
        assert!(whole(std::slice::from_ref(&missing), &folder, Manner::default()).is_err());
        assert!(replace(&[&missing], &[], &folder, Manner::default(), &place.path().join("mark")).is_err());
        assert_eq!(fs::read_to_string(folder.join("b.txt")).unwrap(), "2");
        let left: Vec<_> = fs::read_dir(place.path()).unwrap().filter_map(Result::ok).collect();
        assert_eq!(left.len(), 1, "nothing is left beside the site");
    }

    #[test]
    fn only_what_changed_is_replaced_and_empty_folders_go() {
        let place = tempfile::tempdir().unwrap();
        let (folder, mark) = (place.path().join("public"), place.path().join("mark"));
        let outputs = [Output::bytes("a/b/index.html", "1", "a.md"), Output::bytes("c.txt", "2", "c")];
        whole(&outputs, &folder, Manner::default()).unwrap();
        let changed = Output::bytes("d/index.html", "3", "d.md");
        replace(&[&changed], &[&"a/b/index.html".to_owned()], &folder, Manner::default(), &mark).unwrap();
        assert!(!folder.join("a").exists() && !mark.exists());
        assert_eq!(fs::read_to_string(folder.join("d/index.html")).unwrap(), "3");
        assert_eq!(fs::read_to_string(folder.join("c.txt")).unwrap(), "2");
    }
}
