//! Pages and sections as values.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Html, Kept, Node, PageFrontMatter, PageKey, Raw, SectionFrontMatter, SectionKey};
use crate::memory::Print;

/// Where a page or section comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileInfo {
    /// The file on disk.
    pub path: PathBuf,
    /// Its path relative to the site's root, for diagnostics (`content/blog/a.fr.md`, `episodes/x/index.md`).
    pub shown: String,
    /// Its path below the content root (`blog/a.fr.md`, `podcast/x/index.md`), with `/`. Templates' `relative_path`.
    pub relative: String,
    /// The same without the language (`blog/a.md`): what translations share.
    pub canonical: String,
    /// File name without language and `.md`.
    pub name: String,
    /// Folders below the content root; for `x/index.md` without the page's own folder.
    pub components: Vec<String>,
    /// For `x/index.md`, `blog/x/`; otherwise `None`.
    pub colocated_path: Option<String>,
    /// Folder of the file; empty for a home that nobody wrote.
    pub folder: PathBuf,
}

/// A file beside an `index.md` or `_index.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The file on disk.
    pub source: PathBuf,
    /// Its path below the page's folder, with `/`.
    pub name: String,
    /// As templates list it (`/blog/a/photo.png`).
    pub listed: String,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Where it comes from.
    pub file: FileInfo,
    /// Its front matter.
    pub meta: PageFrontMatter,
    /// Its language.
    pub lang: String,
    /// Its Markdown, as written, without front matter.
    pub raw: Raw,
    /// Line of the file on which `raw` begins (1 is the first).
    pub raw_line: usize,
    /// Sections above it, the home first.
    pub ancestors: Vec<SectionKey>,
    /// Nearest section, `None` for an orphan.
    pub section: Option<SectionKey>,
    /// Files beside it.
    pub assets: Vec<Asset>,
    /// Last part of its path.
    pub slug: String,
    /// Path of its address, with both slashes (`/blog/a/`).
    pub path: String,
    /// Parts of `path`.
    pub components: Vec<String>,
    /// Absolute address.
    pub permalink: String,
    /// Template it asks for, itself or through `page_template`; `None` is `page.html`.
    pub template: Option<String>,
    /// Previous in its section's list.
    pub lower: Option<PageKey>,
    /// Next in its section's list.
    pub higher: Option<PageKey>,
    /// The same page in each language, itself included, sorted by language. Empty in a site of one language.
    pub translations: Vec<PageKey>,
    /// Who links to it, sorted by permalink. Filled by [`crate::markdown::render_library`].
    pub backlinks: Vec<Node>,
    /// Its Markdown as HTML. Filled by [`crate::markdown::render_library`].
    pub rendered: Arc<Rendered>,
    /// What the next build may know of its file; `None` when something is wrong with it.
    pub kept: Option<Arc<Kept>>,
    /// Its file has faults: it is in no list and makes no output, but links to it are not called broken as well.
    pub broken: bool,
}

/// A section.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Where it comes from. A home without `_index.md` has a path that does not exist.
    pub file: FileInfo,
    /// Its front matter.
    pub meta: SectionFrontMatter,
    /// Its language.
    pub lang: String,
    /// Its Markdown, as written, without front matter.
    pub raw: Raw,
    /// Line of the file on which `raw` begins.
    pub raw_line: usize,
    /// Sections above it, the home first.
    pub ancestors: Vec<SectionKey>,
    /// Nearest section above.
    pub parent: Option<SectionKey>,
    /// Sections right below, by weight, then permalink.
    pub subsections: Vec<SectionKey>,
    /// The one before it among the sections of its parent (dialect 0.23).
    pub lower: Option<SectionKey>,
    /// The one after it (dialect 0.23).
    pub higher: Option<SectionKey>,
    /// Its pages in order, those of transparent sections included.
    pub pages: Vec<PageKey>,
    /// Pages its sorting could not place (no date, no weight, …). They are not rendered.
    pub ignored_pages: Vec<PageKey>,
    /// Files beside it.
    pub assets: Vec<Asset>,
    /// Path of its address, with both slashes (`/blog/`).
    pub path: String,
    /// Parts of `path`.
    pub components: Vec<String>,
    /// Absolute address.
    pub permalink: String,
    /// The same section in each language, itself included, sorted by language. Empty in a site of one language.
    pub translations: Vec<SectionKey>,
    /// Who links to it, sorted by permalink.
    pub backlinks: Vec<Node>,
    /// Its Markdown as HTML.
    pub rendered: Arc<Rendered>,
    /// What the next build may know of its file; `None` when something is wrong with it.
    pub kept: Option<Arc<Kept>>,
    /// Its file has faults: it makes no output, but what is below it stands.
    pub broken: bool,
}

/// What Markdown became.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The HTML, which whoever keeps this keeps beside it.
    #[serde(skip)]
    pub html: Html,
    /// The HTML before `<!-- more -->`, with the cutoff.
    pub summary: Option<String>,
    /// Headings, nested.
    pub toc: Vec<Heading>,
    /// Words outside fences.
    pub word_count: usize,
    /// Minutes.
    pub reading_time: usize,
    /// Links to other content.
    pub internal_links: Vec<InternalLink>,
    /// Links to other sites, as written.
    pub external_links: Vec<String>,
    /// Its text could not be made: of its anchors nothing is known.
    pub failed: bool,
    /// A template wrote a part of it: it depends on more than its text.
    pub hooked: bool,
    /// The prints of what templates see of it.
    pub prints: BodyPrints,
    /// Its blocks of code: the print of fence and code, and the bytes of the HTML they became.
    pub blocks: Vec<(Print, Range<usize>)>,
}

/// The prints of what templates see of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyPrints {
    /// Of the HTML.
    pub content: Print,
    /// Of the summary.
    pub summary: Print,
    /// Of the headings.
    pub toc: Print,
    /// Of the number of words and minutes.
    pub words: Print,
}

impl Rendered {
    /// Takes the prints, once everything else is there.
    pub fn seal(&mut self) {
        self.prints = BodyPrints {
            content: Print::of(self.html.as_bytes()),
            summary: Print::of_value(&self.summary),
            toc: Print::of_value(&self.toc),
            words: Print::of_value(&(self.word_count, self.reading_time)),
        };
    }
}

/// A link from content to content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalLink {
    /// Path of the target's file below the content root (`blog/a.md`).
    pub path: String,
    /// The fragment without `#`.
    pub anchor: Option<String>,
    /// The link as written, for diagnostics.
    pub written: String,
}

/// A heading and those below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u32,
    /// Its identifier.
    pub id: String,
    /// Address of the page with the identifier.
    pub permalink: String,
    /// Its text.
    pub title: String,
    /// Headings below.
    pub children: Vec<Heading>,
}
