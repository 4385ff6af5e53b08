//! An output: one file the site will have. The idea that `build`, `serve`, `host` and `checks` share.

use std::path::PathBuf;

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

/// Where the bytes of an output come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Made in memory.
    Bytes(Vec<u8>),
    /// A file that is copied as it is (static files, colocated assets, audio): absolute path.
    File(PathBuf),
}
