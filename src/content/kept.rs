//! What is remembered of a text between builds: its front matter read, its address made.
//!
//! Entry points: [`Kept::of_page`], [`Kept::of_section`] right after a file was read, [`Kept::page`] and
//! [`Kept::section`] instead of reading it again. All of it depends on the file, its path and the configuration alone;
//! what the rest of the site says (order, translations, backlinks) is put together anew each time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FileInfo, Page, PageFrontMatter, Raw, Section, SectionFrontMatter};
use crate::memory::{Print, Stamp};

/// Texts as the last build read them, by their path below the content root.
pub type Texts = BTreeMap<String, Arc<Kept>>;

/// A text as it was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    seen: Seen,
    lang: String,
    /// Where the body begins: its byte, its line.
    body: usize,
    raw_line: usize,
    /// The print of what sections above add to it.
    defaults: Print,
    /// The print of what stands before the body.
    front: Print,
    /// The print of the body.
    pub(crate) raw: Print,
    meta: Meta,
    /// The print of a page's front matter.
    meta_print: Print,
    slug: String,
    path: String,
    components: Vec<String>,
    permalink: String,
    reading: (usize, usize),
}

/// The state of a file when it was read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Seen {
    stamp: Stamp,
    at: i128,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Meta {
    Page(Box<PageFrontMatter>),
    Section(Box<SectionFrontMatter>),
}

impl Seen {
    /// What was seen of a file before it was read, and when.
    pub(super) fn from((stamp, at): (Stamp, i128)) -> Self {
        Self { stamp, at }
    }
}

impl Kept {
    /// Whether this is still what a file says.
    pub(super) fn is_of(&self, seen: &Seen, lang: &str, defaults: Print) -> bool {
        let same = self.seen.stamp == seen.stamp && seen.stamp.settled(self.seen.at);
        same && self.lang == lang && self.defaults == defaults
    }

    /// The state of the file that this is of, unless it could have changed once more unseen.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.seen.stamp.settled(self.seen.at).then_some(self.seen.stamp)
    }

    /// What tells it from another state of the same text.
    pub(crate) fn identity(&self) -> Print {
        match self.meta {
            Meta::Page(_) => Print::of_value(&(self.front, self.raw, self.meta_print, self.body)),
            Meta::Section(_) => Print::of_value(self),
        }
    }

    /// The print of a page's front matter, if it still is what was read.
    pub(crate) fn print_of(&self, meta: &PageFrontMatter) -> Option<Print> {
        matches!(&self.meta, Meta::Page(own) if **own == *meta).then_some(self.meta_print)
    }

    /// Whether this stands before the body as it did.
    pub(super) fn begins_with(&self, front: &str) -> bool {
        self.body == front.len() && self.front == Print::of(front.as_bytes())
    }

    /// The same of a page whose body was read again.
    pub(super) fn with_body(&self, page: &Page, seen: Seen) -> Self {
        let reading = (page.rendered.word_count, page.rendered.reading_time);
        Self { seen, raw: Print::of(page.raw.as_bytes()), reading, ..self.clone() }
    }

    /// What to remember of a page that was just read.
    /// `front` is the print of what stands before its body.
    pub(super) fn of_page(page: &Page, seen: Seen, (body, front): (usize, Print), defaults: Print) -> Self {
        Self {
            seen,
            lang: page.lang.clone(),
            body,
            raw_line: page.raw_line,
            defaults,
            front,
            raw: Print::of(page.raw.as_bytes()),
            meta: Meta::Page(Box::new(page.meta.clone())),
            meta_print: Print::of_value(&page.meta),
            slug: page.slug.clone(),
            path: page.path.clone(),
            components: page.components.clone(),
            permalink: page.permalink.clone(),
            reading: (page.rendered.word_count, page.rendered.reading_time),
        }
    }

    /// What to remember of a section that was just read.
    pub(super) fn of_section(section: &Section, seen: Seen, body: usize) -> Self {
        Self {
            seen,
            lang: section.lang.clone(),
            body,
            raw_line: section.raw_line,
            defaults: Print::NONE,
            front: Print::NONE,
            raw: Print::of(section.raw.as_bytes()),
            meta: Meta::Section(Box::new(section.meta.clone())),
            meta_print: Print::NONE,
            slug: String::new(),
            path: section.path.clone(),
            components: section.components.clone(),
            permalink: section.permalink.clone(),
            reading: (section.rendered.word_count, section.rendered.reading_time),
        }
    }

    /// The page again, without its files.
    pub(super) fn page(&self, file: FileInfo) -> Option<Page> {
        let Meta::Page(meta) = &self.meta else { return None };
        let raw = Raw::later(file.path.clone(), self.body);
        Some(Page {
            raw,
            meta: (**meta).clone(),
            lang: self.lang.clone(),
            raw_line: self.raw_line,
            slug: self.slug.clone(),
            path: self.path.clone(),
            components: self.components.clone(),
            permalink: self.permalink.clone(),
            rendered: Arc::new(self.rendered()),
            file,
            ..Page::default()
        })
    }

    /// The section again, without its files.
    pub(super) fn section(&self, file: FileInfo) -> Option<Section> {
        let Meta::Section(meta) = &self.meta else { return None };
        let raw = Raw::later(file.path.clone(), self.body);
        Some(Section {
            raw,
            meta: (**meta).clone(),
            lang: self.lang.clone(),
            raw_line: self.raw_line,
            path: self.path.clone(),
            components: self.components.clone(),
            permalink: self.permalink.clone(),
            rendered: Arc::new(self.rendered()),
            file,
            ..Section::default()
        })
    }

    fn rendered(&self) -> super::Rendered {
        super::Rendered { word_count: self.reading.0, reading_time: self.reading.1, ..super::Rendered::default() }
    }
}
