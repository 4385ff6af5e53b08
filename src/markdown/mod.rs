//! Markdown as Zola writes it in HTML.
//!
//! Entry points: [`render_library`] for a whole library, [`render`] for one text (also the `markdown` filter, with
//! [`Context::plain`]). Templates are reached through [`Hooks`] only: this room does not know them.

mod braces;
mod fence;
mod footnotes;
mod grammars;
mod headings;
mod library;
mod links;
mod markup;
mod shortcodes;
mod summary;
mod text;
mod themes;

use std::borrow::Cow;
use std::ops::Range;

use crate::config::{Config, InsertAnchor};
use crate::content::{Library, Node};
use crate::diagnostic::{Diagnostic, Lines, Place};

pub use braces::Written;
pub use fence::Highlighter;
pub use library::{Done, Recall, finish_library, render_library, render_nodes};
pub use markup::{Kind, Markup};
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
    /// Whether a template writes a kind of piece instead of this room.
    fn writes(&self, _kind: Kind) -> bool {
        false
    }
    /// What the template writes for a piece of a text; `path` is the content file.
    fn markup(&self, _markup: &Markup, _lang: &str, _path: &str) -> Result<String, Diagnostic> {
        Ok(String::new())
    }
    /// `anchor-link.html`.
    fn anchor_link(&self, id: &str, level: u32, lang: &str) -> Result<String, String>;
    /// `summary-cutoff.html`.
    fn summary_cutoff(&self, summary: &str, lang: &str) -> Result<String, String>;
}

/// Whether a text has anything for the template engine of dialect 0.23, as Zola looks: a tag or a comment that opens, and
/// after it its end. Most texts have not.
pub fn is_templated(text: &str) -> bool {
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .iter()
        .any(|(open, close)| text.find(open).is_some_and(|at| text[at + open.len()..].contains(close)))
}

/// The [`Hooks`] of a site whose templates have faults: texts that need none are made, others left out.
#[derive(Debug, Clone, Copy)]
pub struct Untemplated;

impl Hooks for Untemplated {
    fn template<'a>(&self, _library: &Library, _node: Node, text: &'a str) -> Result<Cow<'a, str>, Vec<Diagnostic>> {
        if is_templated(text) { Err(Vec::new()) } else { Ok(Cow::Borrowed(text)) }
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
    /// The templates, when one of them writes a kind of piece.
    fn writer(&self, kind: Kind) -> Option<&'a dyn Hooks> {
        self.hooks.filter(|hooks| hooks.writes(kind))
    }

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

/// The places of one text, asked for in the order of the text (see [`Lines`]).
struct Places<'a> {
    context: &'a Context<'a>,
    text: Lines<'a>,
    /// The text as the file has it, when templates changed it.
    source: Option<(&'a str, Lines<'a>)>,
    /// How far the source was searched.
    searched: usize,
    /// Searches that found nothing: a template wrote it. After some nothing is looked for any more.
    misses: usize,
}

impl<'a> Places<'a> {
    fn new(context: &'a Context<'a>, text: &'a str) -> Self {
        let source = context.source.map(|source| (source, Lines::new(source)));
        Self { context, text: Lines::new(text), source, searched: 0, misses: 0 }
    }

    /// A span of the text. When the text is not the file's own, what was written is looked for in the source, from where
    /// the last was found; without it only the file is named.
    fn of(&mut self, span: Range<usize>, written: Option<&str>) -> Place {
        let mut place = match (&mut self.source, written) {
            (None, _) => self.text.place(self.context.file, span),
            (Some((source, lines)), Some(written)) if self.misses < 20 => {
                let ahead =
                    source.get(self.searched..).and_then(|rest| rest.find(written)).map(|at| self.searched + at);
                let Some(at) = ahead.or_else(|| source.find(written)) else {
                    self.misses += 1;
                    return Place::file(self.context.file);
                };
                self.searched = at + written.len();
                lines.place(self.context.file, at..at + written.len())
            }
            _ => return Place::file(self.context.file),
        };
        place.line += self.context.first_line.saturating_sub(1);
        place
    }
}

/// A span of a text as a place of its file. When the text is not the file's own (it went through templates), what was
/// written is looked for in the source; without it only the file is named.
fn place(context: &Context, text: &str, span: Range<usize>, written: Option<&str>) -> Place {
    Places::new(context, text).of(span, written)
}

/// Problems of one kind in one text that get a suggestion; who has more has another problem than slips of the pen.
const SUGGESTED: usize = 100;

/// Paths of the library's files, in order, for "did you mean".
fn sorted_paths(library: &Library) -> Vec<&str> {
    let mut paths: Vec<&str> = library.by_path.keys().map(String::as_str).collect();
    paths.sort_unstable();
    paths
}
