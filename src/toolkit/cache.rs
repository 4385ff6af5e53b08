//! PDFs kept between builds, by what they are made from.
//!
//! Entry point: [`pdf`]. A cache that cannot be read or written costs time, never a build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::pdf::{self, Pdf};

/// Below the site's root; safe to delete.
const FOLDER: &str = ".repere-cache/toolkit";

/// The PDF of `main` and its pictures: from the cache, or compiled now and kept.
pub(super) fn pdf(root: &Path, main: String, pictures: BTreeMap<String, Vec<u8>>, ident: &str) -> anyhow::Result<Pdf> {
    let document = blake3::hash(ident.as_bytes()).to_hex()[..16].to_owned();
    let key = format!("{document}-{}", key(&main, &pictures, ident));
    let folder = root.join(FOLDER);
    if let Some(kept) = kept(&folder, &key) {
        return Ok(kept);
    }
    let made = pdf::compile(main, pictures, ident)?;
    forget(&folder, &document);
    if let Err(error) = keep(&folder, &key, &made) {
        tracing::debug!("the cache of PDFs cannot be written: {error}");
    }
    Ok(made)
}

fn key(main: &str, pictures: &BTreeMap<String, Vec<u8>>, ident: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [env!("CARGO_PKG_VERSION"), pdf::STYLE, main, ident] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    for (path, bytes) in pictures {
        hasher.update(path.as_bytes()).update(&[0]).update(blake3::hash(bytes).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// `DOCUMENT-KEY-PAGES.pdf`, whole.
fn kept(folder: &Path, key: &str) -> Option<Pdf> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name().into_string().ok()?;
        let Some(pages) = name.strip_prefix(key).and_then(|rest| rest.strip_prefix('-')) else { continue };
        let pages = pages.strip_suffix(".pdf")?.parse().ok()?;
        let bytes = std::fs::read(entry.path()).ok()?;
        let whole = bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF");
        return whole.then_some(Pdf { bytes, pages });
    }
    None
}

/// Drops what a document was before.
fn forget(folder: &Path, document: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(document) {
            // Left in place, it only takes room.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn keep(folder: &Path, key: &str, pdf: &Pdf) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, &pdf.bytes)?;
    let path: PathBuf = folder.join(format!("{key}-{}.pdf", pdf.pages));
    file.persist(path)?;
    Ok(())
}
