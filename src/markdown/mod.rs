//! Markdown as Zola writes it in HTML.
//!
//! Entry points: [`render_library`] for a whole library, [`render`] for one text (also the `markdown` filter, with
//! [`Context::plain`]). Templates are reached through [`Hooks`] only: this room does not know them.

mod fence;
mod footnotes;
mod headings;
mod library;
mod links;
mod shortcodes;
mod summary;
mod text;
mod themes;

use std::borrow::Cow;
use std::ops::Range;

use crate::config::{Config, InsertAnchor};
use crate::content::{Library, Node};
use crate::diagnostic::{Diagnostic, Place};

pub use fence::Highlighter;
pub use library::render_library;
pub use shortcodes::{ShortcodeCall, ShortcodeKind, Shortcodes};
pub use text::{escaped, render};

/// What Markdown asks of templates.
pub trait Hooks: Sync {
    /// The text of a page or section after templating (dialect 0.23); the text itself when it has nothing to template.
    /// Several problems at once are welcome.
    fn template<'a>(&self, library: &Library, node: Node, text: &'a str) -> Result<Cow<'a, str>, Vec<Diagnostic>>;
    /// What a text may call (dialect 0.22); `None` when it calls nothing.
    fn shortcodes<'a>(&'a self, _library: &Library, _node: Node, _text: &str) -> Option<Box<dyn Shortcodes + 'a>> {
        None
    }
    /// `anchor-link.html`.
    fn anchor_link(&self, id: &str, level: u32, lang: &str) -> Result<String, String>;
    /// `summary-cutoff.html`.
    fn summary_cutoff(&self, summary: &str, lang: &str) -> Result<String, String>;
}

/// The [`Hooks`] of a site whose templates have faults: texts that need none are made, others left out.
#[derive(Debug, Clone, Copy)]
pub struct Untemplated;

impl Hooks for Untemplated {
    fn template<'a>(&self, _library: &Library, _node: Node, text: &'a str) -> Result<Cow<'a, str>, Vec<Diagnostic>> {
        if text.contains("{{") || text.contains("{%") { Err(Vec::new()) } else { Ok(Cow::Borrowed(text)) }
    }

    fn anchor_link(&self, _id: &str, _level: u32, _lang: &str) -> Result<String, String> {
        Ok(String::new())
    }

    fn summary_cutoff(&self, _summary: &str, _lang: &str) -> Result<String, String> {
        Ok(String::new())
    }
}

/// What one text needs to be rendered.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The site's configuration.
    pub config: &'a Config,
    /// For internal links; `None` refuses none (the `markdown` filter resolves them when it has a library).
    pub library: Option<&'a Library>,
    /// Templates.
    pub hooks: Option<&'a dyn Hooks>,
    /// Colours of code; `None` when the site has no highlighting.
    pub highlighter: Option<&'a Highlighter>,
    /// Address of the page, for fragments and relative links; empty for a text without a page.
    pub permalink: &'a str,
    /// Path of the page's file below the content root; empty for a text without a page.
    pub path: &'a str,
    /// Its language.
    pub lang: &'a str,
    /// Where headings get their anchor.
    pub insert_anchor: InsertAnchor,
    /// File shown in diagnostics.
    pub file: &'a str,
    /// Line of the file on which the text (or `source`) begins.
    pub first_line: usize,
    /// The text as the file has it, when templates changed it.
    pub source: Option<&'a str>,
    /// What the text may call (dialect 0.22).
    pub shortcodes: Option<&'a dyn Shortcodes>,
}

impl<'a> Context<'a> {
    /// A text without a page, as the `markdown` filter has it.
    pub fn plain(config: &'a Config, library: Option<&'a Library>, highlighter: Option<&'a Highlighter>) -> Self {
        Self {
            config,
            library,
            hooks: None,
            highlighter,
            permalink: "",
            path: "",
            lang: &config.default_language,
            insert_anchor: InsertAnchor::None,
            file: "",
            first_line: 1,
            source: None,
            shortcodes: None,
        }
    }
}

/// A span of a text as a place of its file. When the text is not the file's own (it went through templates), what was
/// written is looked for in the source; without it only the file is named.
fn place(context: &Context, text: &str, span: Range<usize>, written: Option<&str>) -> Place {
    let (text, span) = match (context.source, written) {
        (None, _) => (text, span),
        (Some(source), Some(written)) => match source.find(written) {
            Some(at) => (source, at..at + written.len()),
            None => return Place::file(context.file),
        },
        (Some(_), None) => return Place::file(context.file),
    };
    let mut place = Place::span(context.file, text, span);
    place.line += context.first_line.saturating_sub(1);
    place
}

/// Paths of the library's files, in order, for "did you mean".
fn sorted_paths(library: &Library) -> Vec<&str> {
    let mut paths: Vec<&str> = library.by_path.keys().map(String::as_str).collect();
    paths.sort_unstable();
    paths
}
