//! Files that templates name: where they are looked for, and their hashes.

use std::path::{Path, PathBuf};

use super::super::Shared;
use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use crate::config::Loaded;
use base64::Engine as _;
use sha2::Digest as _;

/// The file behind a path of a template: looked for in the site, `static/`, `content/`, the output folder and the
/// theme's `static/`. A path that leaves the site is an error.
pub(in crate::templates) fn find(shared: &Shared, path: &str) -> Result<Option<PathBuf>, String> {
    note(|| Read::File(path.to_owned()));
    locate(&shared.loaded, path)
}

/// The same, for the configuration of a site.
pub(in crate::templates) fn locate(loaded: &Loaded, path: &str) -> Result<Option<PathBuf>, String> {
    let path = plain(path);
    let output = loaded.config.output_dir.as_str();
    // Each folder with its depth below the site's root: a path may climb that far, and no farther.
    let mut folders = vec![(String::new(), 0), ("static".to_owned(), 1), ("content".to_owned(), 1)];
    // An output folder that is not below the root is nobody's way out.
    let below = Path::new(output).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    folders.push((output.to_owned(), if below { Path::new(output).components().count() } else { 0 }));
    let mut may_be = false;
    for (folder, depth) in folders {
        if climbs(&path, depth) {
            continue;
        }
        may_be = true;
        let place = loaded.root.join(folder).join(&path);
        if place.is_file() {
            return Ok(Some(place));
        }
    }
    if let Some(theme) = loaded.theme_dir.as_deref().filter(|_| !climbs(&path, 1)) {
        may_be = true;
        let place = theme.join("static").join(&path);
        if place.is_file() {
            return Ok(Some(place));
        }
    }
    if may_be { Ok(None) } else { Err(format!("`{path}` is outside the site")) }
}

/// A path of a template, without the signs that say where to look for it.
pub(in crate::templates) fn plain(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
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

/// sha256 of a file, hexadecimal.
pub(super) fn sha256_hex(file: &Path) -> Result<String, String> {
    Ok(hex::encode(sha2::Sha256::digest(read(file)?)))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))
}

/// `get_hash(path or literal, sha_type=384, base64=true)`.
pub(super) fn get_hash(call: &Call) -> Answer {
    let bytes = match (call.text("path")?, call.text("literal")?) {
        (Some(path), None) => {
            let file = find(call.shared, path)?.ok_or_else(|| format!("`get_hash`: there is no file `{path}`"))?;
            read(&file)?
        }
        (None, Some(literal)) => literal.as_bytes().to_vec(),
        _ => return Err("`get_hash` takes either `path` or `literal`".to_owned()),
    };
    let digest = match call.number::<u64>("sha_type")?.unwrap_or(384) {
        256 => sha2::Sha256::digest(&bytes).to_vec(),
        384 => sha2::Sha384::digest(&bytes).to_vec(),
        512 => sha2::Sha512::digest(&bytes).to_vec(),
        other => return Err(format!("`get_hash`: sha_type is 256, 384 or 512, not {other}")),
    };
    let as_base64 = call.flag("base64", true)?;
    let text = if as_base64 { base64::engine::general_purpose::STANDARD.encode(digest) } else { hex::encode(digest) };
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
}
