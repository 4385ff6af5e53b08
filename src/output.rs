//! An output: one file the site will have. The idea that `build`, `serve`, `host` and `checks` share.
//!
//! This file is a leaf: it uses no other room, so the domain rooms may name [`Output`] and [`Contribution`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;

/// One file of the site, by the path visitors ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Path relative to the site's root, `/` separators, no leading slash: `blog/index.html`.
    pub path: String,
    /// Where its bytes come from.
    pub body: Body,
    /// The source that asked for it (relative to the site's root), named when two outputs collide.
    pub origin: PathBuf,
}

impl Output {
    /// An output made in memory.
    pub fn bytes(path: impl Into<String>, bytes: impl Into<Vec<u8>>, origin: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), body: Body::Bytes(Bytes::from(bytes.into())), origin: origin.into() }
    }

    /// An output that is a copy of `file` (absolute path).
    pub fn file(path: impl Into<String>, file: impl Into<PathBuf>, origin: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), body: Body::File(file.into()), origin: origin.into() }
    }
}

/// Where the bytes of an output come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Made in memory, and shared rather than copied.
    Bytes(Bytes),
    /// A file that is copied as it is (static files, colocated assets, audio): absolute path.
    File(PathBuf),
}

impl Body {
    /// The bytes, read from disk for a file.
    pub fn read(&self) -> std::io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::File(path) => std::fs::read(path).map(Bytes::from),
        }
    }
}

/// What a domain room (podcast, toolkit) adds to a site before templates are rendered.
#[derive(Debug, Clone, Default)]
pub struct Contribution {
    /// Values for pages and sections, by source path relative to `content/` as [`crate::content`] names it
    /// (`podcast/un/index.md`), then by name: `episode` becomes `page.episode`, `series` becomes `section.series`.
    pub values: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
    /// Files of its own: a feed, a PDF, a ZIP.
    pub outputs: Vec<Output>,
}

impl Contribution {
    /// Gives `value` to the page or section made from `source`, under `name`.
    pub fn set(&mut self, source: impl Into<String>, name: &str, value: serde_json::Value) {
        self.values.entry(source.into()).or_default().insert(name.to_owned(), value);
    }

    /// Adds what another room contributes.
    pub fn merge(&mut self, other: Self) {
        for (source, values) in other.values {
            self.values.entry(source).or_default().extend(values);
        }
        self.outputs.extend(other.outputs);
    }
}

/// A sound file of an episode, as whoever counts downloads must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Path of the file, as [`Output::path`].
    pub path: String,
    /// The episode's guid, the same for all its formats.
    pub episode: String,
    /// The episode's title.
    pub title: String,
    /// Address of the episode's page.
    pub url: String,
    /// Its number in its season.
    pub number: Option<u64>,
    /// `mp3`, `opus`…
    pub format: String,
    /// Size of the file.
    pub bytes: u64,
    /// How many of them come before the sound (tags).
    pub tag: u64,
    /// How long it plays.
    pub seconds: u64,
}

/// What a published site consists of: written beside a release, read by `host`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Each file by its path (`blog/index.html`).
    pub files: BTreeMap<String, FileEntry>,
}

/// One file of a [`Manifest`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileEntry {
    /// blake3 of the bytes, hexadecimal.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// The media type a server sends.
    pub mime: String,
}

impl Manifest {
    /// Describes every output. `known` tells blake3 and length of those that need not be read; `None` for an output that
    /// cannot be read at all: fails with its path.
    pub fn describe(
        outputs: &[Output],
        known: impl Fn(&Output) -> Option<([u8; 32], u64)> + Sync,
    ) -> Result<Self, PathBuf> {
        use rayon::prelude::*;
        let describe = |output: &Output| {
            let (hash, size) = match known(output) {
                Some(known) => known,
                None => match &output.body {
                    Body::Bytes(bytes) => (*blake3::hash(bytes).as_bytes(), bytes.len() as u64),
                    Body::File(path) => return Err(path.clone()),
                },
            };
            Ok((output.path.clone(), FileEntry { hash: hex::encode(hash), size, mime: mime_of(&output.path) }))
        };
        let files: Result<Vec<_>, PathBuf> = outputs.par_iter().map(describe).collect();
        Ok(Self { files: files?.into_iter().collect() })
    }
}

/// A podcast's feed (`feed.xml`, its older pages, the light one) or a section's (`rss.xml`).
fn is_feed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let podcast = path.starts_with("podcast/") && (name.starts_with("feed") || name == "leger.xml");
    podcast || name == "rss.xml"
}

/// The media type of a path, with the types podcasts, captions and calendars need.
pub fn mime_of(path: &str) -> String {
    let extension = path.rsplit_once('.').map_or("", |(_, e)| e);
    let known = match extension {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "xml" if is_feed(path) => "application/rss+xml; charset=utf-8",
        "xml" if path.ends_with("atom.xml") => "application/atom+xml; charset=utf-8",
        "xml" => "text/xml; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "vtt" => "text/vtt; charset=utf-8",
        "srt" => "application/x-subrip; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "opus" | "ogg" | "oga" => "audio/ogg",
        "webmanifest" => "application/manifest+json",
        _ => "",
    };
    if known.is_empty() { mime_guess::from_path(path).first_or_octet_stream().to_string() } else { known.to_owned() }
}

/// Elements that have no end tag, or may leave it out.
const WITHOUT_END: [&str; 24] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li",
    "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
];

/// How deep elements stand in one another, about: reading what goes too deep takes the square of its length,
/// or the whole stack.
pub fn html_depth(html: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for (at, _) in html.iter().enumerate().filter(|(_, byte)| **byte == b'<') {
        let rest = &html[at + 1..html.len().min(at + 20)];
        let is_end = rest.first() == Some(&b'/');
        let name = &rest[usize::from(is_end)..];
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = String::from_utf8_lossy(&name[..length]).to_ascii_lowercase();
        if name.is_empty() || WITHOUT_END.contains(&name.as_str()) {
            continue;
        }
        now = if is_end { now.saturating_sub(1) } else { now + 1 };
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_elements_in_one_another_count() {
        assert_eq!(html_depth(b"<html><body><p>a<p>b<br><b>c</b><b>d</b></body></html>"), 3);
        assert_eq!(html_depth("<div>".repeat(2000).as_bytes()), 2000);
    }
}
