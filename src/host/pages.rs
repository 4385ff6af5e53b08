//! The built site as the server holds it: every file with its validators and compressed forms, in one immutable value.
//!
//! Entry points: [`Site::load`] once per build, [`Site::find`] once per request. A visitor's path is only ever a key of
//! the map; what lies on the disk is named by the build. How an entry is sent is told in `deliver`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use anyhow::Context as _;
use bytes::Bytes;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::encoding::{Coding, compress};
use super::kinds::{IMMUTABLE, Kind};
use super::search::Finder;
use crate::site::{Body, Output, Sound};

/// Files above this size are sent from the disk, as audio and video always are.
const MOST_IN_MEMORY: u64 = 1024 * 1024;

/// One generation of the site. Replaced as a whole, so that a request sees exactly one.
#[derive(Debug, Default)]
pub struct Site {
    entries: HashMap<String, Entry>,
    /// The sound files whose downloads are counted.
    sounds: Vec<Sound>,
    /// Made with the first question.
    finder: OnceLock<Finder>,
}

/// One file of the site, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Content type, caching, sharing.
    pub(super) kind: Kind,
    /// SHA-256 of the bytes as they are, in hexadecimal.
    pub(super) hash: String,
    /// Since when these bytes are known.
    pub(super) modified: SystemTime,
    /// The bytes as they are.
    pub(super) stored: Stored,
    /// The compressed forms that are worth sending.
    pub(super) forms: Vec<(Coding, Bytes)>,
}

/// Where the bytes of an entry are.
#[derive(Debug, Clone)]
pub(super) enum Stored {
    /// In memory.
    Memory(Bytes),
    /// On the disk, at a path the build named, with the length it had.
    Disk(PathBuf, u64),
}

impl Entry {
    /// A file made while answering: never compressed, known since `modified`.
    pub(super) fn made(path: &str, bytes: Bytes, modified: SystemTime) -> Self {
        let (stored, kind, hash, modified) = in_memory(path, bytes, modified);
        Self { kind, hash, modified, stored, forms: Vec::new() }
    }

    /// The strong entity tag of one form.
    pub(super) fn etag(&self, coding: Option<Coding>) -> String {
        let hash = &self.hash[..32];
        coding.map_or_else(|| format!("\"{hash}\""), |coding| format!("\"{hash}-{}\"", coding.name()))
    }

    /// True when `?h=` carries the beginning of the content's hash, as `get_url(cachebust=true)` writes it.
    pub(super) fn fingerprinted_by(&self, query: Option<&str>) -> bool {
        let given = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("h="));
        given.is_some_and(|h| h.len() >= 8 && self.hash.starts_with(h))
    }
}

impl Site {
    /// Loads a built site, in parallel. Forms and dates of files that did not change come from the generation before.
    pub fn load(outputs: Vec<Output>, before: Option<&Self>) -> anyhow::Result<Self> {
        let now = SystemTime::now();
        let entries = outputs
            .into_par_iter()
            .map(|output| {
                let earlier = before.and_then(|site| site.entries.get(&output.path));
                let entry = load_one(&output.path, output.body, earlier, now)?;
                Ok((output.path, entry))
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self { entries, ..Self::default() })
    }

    /// The same, knowing the sound files of the podcast.
    pub fn with_sounds(mut self, sounds: Vec<Sound>) -> Self {
        self.sounds = sounds;
        self
    }

    /// The sound files of the podcast.
    pub(super) fn sounds(&self) -> &[Sound] {
        &self.sounds
    }

    /// The sound file at a decoded path.
    pub(super) fn sound(&self, path: &str) -> Option<&Sound> {
        let key = path.trim_start_matches('/');
        self.sounds.iter().find(|sound| sound.path == key)
    }

    /// What questions are asked of, for pages in `lang`.
    pub(super) fn finder(&self, lang: &str) -> &Finder {
        self.finder.get_or_init(|| {
            let files = self.entries.iter().filter_map(|(path, entry)| match &entry.stored {
                Stored::Memory(bytes) => Some((path.as_str(), bytes.clone())),
                Stored::Disk(..) => None,
            });
            Finder::load(files, lang)
        })
    }

    /// The file at a decoded path (`/`, `/ados/`, `/site.css`).
    pub(super) fn find(&self, path: &str) -> Option<&Entry> {
        let key = path.trim_start_matches('/');
        if key.is_empty() || key.ends_with('/') {
            return self.entries.get(&format!("{key}index.html"));
        }
        self.entries.get(key)
    }

    /// The page for what is not there: the one of the nearest folder that has one, so each language has its own.
    pub(super) fn not_found(&self, path: &str) -> Option<&Entry> {
        let mut folder = path.trim_matches('/');
        loop {
            let key = if folder.is_empty() { "404.html".to_owned() } else { format!("{folder}/404.html") };
            if let Some(entry) = self.entries.get(&key) {
                return Some(entry);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Every file by its path, in no order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// How many files it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn load_one(path: &str, body: Body, earlier: Option<&Entry>, now: SystemTime) -> anyhow::Result<Entry> {
    let (stored, kind, hash, modified) = match body {
        Body::Bytes(bytes) => in_memory(path, bytes, now),
        Body::File(file) => from_file(path, &file)?,
    };
    let kind = if is_named_after(path, &hash) { Kind { cache: IMMUTABLE, ..kind } } else { kind };
    if let Some(same) = earlier.filter(|earlier| earlier.hash == hash) {
        return Ok(Entry { stored, kind, ..same.clone() });
    }
    let forms = match &stored {
        Stored::Memory(bytes) if kind.text => {
            Coding::ALL.into_iter().filter_map(|coding| Some((coding, compress(coding, bytes)?))).collect()
        }
        _ => Vec::new(),
    };
    Ok(Entry { kind, hash, modified, stored, forms })
}

/// True for `site.HASH.css`, when the hash is the content's own.
fn is_named_after(path: &str, hash: &str) -> bool {
    let digits = path.rsplit('.').nth(1).unwrap_or_default();
    let is_hash = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash && hash.starts_with(digits)
}

fn in_memory(path: &str, bytes: Bytes, modified: SystemTime) -> (Stored, Kind, String, SystemTime) {
    let kind = Kind::of(path, &bytes);
    let hash = hex::encode(Sha256::digest(&bytes));
    (Stored::Memory(bytes), kind, hash, modified)
}

/// A file as it lies on the disk, without reading it: for the preview, where nobody keeps anything.
pub(super) fn from_disk(path: &str, file: &Path) -> anyhow::Result<Entry> {
    let context = || format!("failed to read `{}`", file.display());
    let about = fs::metadata(file).with_context(context)?;
    let modified = about.modified().with_context(context)?;
    if about.len() <= MOST_IN_MEMORY {
        return Ok(Entry::made(path, fs::read(file).with_context(context)?.into(), modified));
    }
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let hash = format!("{:032x}{:032x}", since.as_nanos(), about.len());
    let stored = Stored::Disk(file.to_owned(), about.len());
    Ok(Entry { kind: Kind::of(path, b""), hash, modified, stored, forms: Vec::new() })
}

fn from_file(path: &str, file: &Path) -> anyhow::Result<(Stored, Kind, String, SystemTime)> {
    let context = || format!("failed to read `{}`", file.display());
    let about = fs::metadata(file).with_context(context)?;
    let modified = about.modified().with_context(context)?;
    let kind = Kind::of(path, b"");
    if !kind.media && about.len() <= MOST_IN_MEMORY {
        return Ok(in_memory(path, fs::read(file).with_context(context)?.into(), modified));
    }
    let mut hasher = Sha256::new();
    let mut opened = fs::File::open(file).with_context(context)?;
    let length = std::io::copy(&mut opened, &mut Feed(&mut hasher)).with_context(context)?;
    Ok((Stored::Disk(file.to_owned(), length), kind, hex::encode(hasher.finalize()), modified))
}

/// Lets `io::copy` feed a hasher.
struct Feed<'a>(&'a mut Sha256);

impl std::io::Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> Site {
        let outputs = files.iter().map(|(path, text)| Output {
            path: (*path).to_owned(),
            body: Body::Bytes(Bytes::copy_from_slice(text.as_bytes())),
            origin: PathBuf::new(),
        });
        Site::load(outputs.collect(), None).unwrap()
    }

    #[test]
    fn folders_are_their_index_and_each_language_has_its_own_missing_page() {
        let site = site(&[("index.html", "a"), ("ados/index.html", "b"), ("404.html", "c"), ("en/404.html", "d")]);
        let hash = |entry: Option<&Entry>| entry.map(|e| e.hash.clone());
        assert_eq!(hash(site.find("/")), hash(site.find("/index.html")));
        assert!(site.find("/ados/").is_some() && site.find("/ados").is_none());
        assert_eq!(hash(site.not_found("/en/x/y/")), hash(site.find("/en/404.html")));
        assert_eq!(hash(site.not_found("/x")), hash(site.find("/404.html")));
    }

    #[test]
    fn a_fingerprint_must_be_the_contents_own() {
        let site = site(&[("site.css", "p{}")]);
        let entry = site.find("/site.css").unwrap();
        let query = format!("h={}", &entry.hash[..20]);
        assert!(entry.fingerprinted_by(Some(&query)));
        assert!(!entry.fingerprinted_by(Some("h=0000000000")));
        assert!(!entry.fingerprinted_by(Some("h=")) && !entry.fingerprinted_by(None));
    }

    #[test]
    fn a_name_that_says_its_content_is_kept_for_ever() {
        let hash = hex::encode(Sha256::digest("p{}"));
        let named = format!("css/site.{}.css", &hash[..16]);
        let site = site(&[
            (named.as_str(), "p{}"),
            ("css/site.0123456789abcdef.css", "p{}"),
            ("css/site.css", "p{}"),
            ("processed_images/a.0123456789abcdef.avif", "x"),
        ]);
        let is_kept = |path: &str| site.find(path).unwrap().kind.cache == IMMUTABLE;
        assert!(is_kept(&named));
        assert!(!is_kept("css/site.0123456789abcdef.css") && !is_kept("css/site.css"));
        // The hash in the name of a copy is of the words that asked for it.
        assert!(!is_kept("processed_images/a.0123456789abcdef.avif"));
    }

    #[test]
    fn what_did_not_change_keeps_its_date() {
        let first = site(&[("a.html", "same"), ("b.html", "old")]);
        let outputs = [("a.html", "same"), ("b.html", "new")].map(|(path, text)| Output {
            path: path.to_owned(),
            body: Body::Bytes(Bytes::from_static(text.as_bytes())),
            origin: PathBuf::new(),
        });
        let second = Site::load(outputs.into(), Some(&first)).unwrap();
        assert_eq!(first.find("/a.html").unwrap().modified, second.find("/a.html").unwrap().modified);
        assert_ne!(first.find("/b.html").unwrap().hash, second.find("/b.html").unwrap().hash);
    }
}
