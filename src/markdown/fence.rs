//! Code blocks: the fence line, and the code as HTML with or without colours.
//!
//! Entry points: [`block`] for one block, [`Highlighter`] for the grammars and themes of a site, which are loaded when
//! the first block of the site needs them and not before (they cost more than a small site).

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use giallo::{PLAIN_GRAMMAR_NAME, parse_markdown_fence};
use pulldown_cmark_escape::escape_html;

use super::grammars::{Coloured, Grammars};
use crate::config::{Dialect, HighlightStyle, Highlighting, Loaded};
use crate::content::Rendered;
use crate::diagnostic::Diagnostic;
use crate::memory::Print;

/// A block as HTML, and what is wrong with its fence. `fence` is `None` for indented code.
pub(super) fn block(highlighter: Option<&Highlighter>, fence: Option<&str>, code: &str) -> (String, Option<Problem>) {
    if let Some(highlighter) = highlighter {
        return highlighter.block(fence.unwrap_or_default(), code);
    }
    let mut html = match parse_markdown_fence(fence.unwrap_or_default()).lang {
        plain if plain == PLAIN_GRAMMAR_NAME => "<pre><code>".to_owned(),
        // Not escaped, as in Zola.
        language => format!("<pre><code data-lang=\"{language}\">"),
    };
    let _ = escape_html(&mut html, code);
    html.push_str("</code></pre>\n");
    (html, None)
}

/// Something about a fence that its writer should know.
pub(super) struct Problem {
    /// What is wrong.
    pub(super) message: String,
    /// Whether it stops the build.
    pub(super) is_error: bool,
}

/// The grammars and themes of a site, loaded when the first code block needs them.
#[derive(Debug)]
pub struct Highlighter {
    options: Highlighting,
    folder: PathBuf,
    dialect: Dialect,
    grammars: OnceLock<Result<Grammars, String>>,
    /// Blocks by the print of fence and code: the same few lines often stand on many pages.
    known: Mutex<HashMap<Print, Arc<str>>>,
}

impl Highlighter {
    /// `None` when the site does not ask for highlighting. Checks the names of themes; loads nothing yet.
    pub fn new(loaded: &Loaded) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(options) = loaded.config.markdown.highlighting.clone() else { return Ok(None) };
        let named = options.theme.is_some() || (options.light_theme.is_some() && options.dark_theme.is_some());
        // That has been told.
        if !named {
            return Ok(None);
        }
        let unknown = super::themes::check(loaded, &options);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let folder = loaded.config_file.parent().map(PathBuf::from).unwrap_or_default();
        let dialect = loaded.dialect;
        Ok(Some(Self { options, folder, dialect, grammars: OnceLock::new(), known: Mutex::default() }))
    }

    /// Style sheets of class highlighting: file name (`giallo.css`, or `giallo-light.css` and `giallo-dark.css`) and text.
    pub fn style_sheets(&self) -> Vec<(String, String)> {
        // Colours in the HTML need no sheet, and no grammars for that.
        if self.options.style != HighlightStyle::Class {
            return Vec::new();
        }
        self.grammars().map(|grammars| grammars.style_sheets(&self.options)).unwrap_or_default()
    }

    fn grammars(&self) -> Result<&Grammars, &str> {
        let load = || Grammars::load(&self.options, &self.folder, self.dialect);
        self.grammars.get_or_init(load).as_ref().map_err(String::as_str)
    }

    /// Forgets every block: in a process that builds again and again they would only become more.
    pub fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Learns the blocks of a body that an earlier build made with the same grammars and themes, so that those which stay
    /// need no grammar.
    pub fn learn(&self, body: &Rendered) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, range) in &body.blocks {
            if let Some(html) = body.html.get(range.clone()) {
                known.insert(*key, html.into());
            }
        }
    }

    /// Where the blocks of a text stand in its HTML. One that is not there as it was made is not told.
    pub(super) fn places(&self, blocks: &[Print], html: &str) -> Vec<(Print, Range<usize>)> {
        // The search waits for nobody, and nobody waits for it.
        let known: Vec<(Print, Arc<str>)> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            blocks.iter().filter_map(|key| Some((*key, Arc::clone(known.get(key)?)))).collect()
        };
        let mut from = 0;
        let found = known.into_iter().filter_map(|(key, block)| {
            let at = from + html[from..].find(&*block)?;
            from = at + block.len();
            Some((key, at..from))
        });
        found.collect()
    }

    /// The name of a block among those that are known.
    pub(super) fn key(fence: &str, code: &str) -> Print {
        Print::of_value(&(fence, code))
    }

    /// A block that is known from another page, or highlighted now. One with a problem is told each time.
    fn block(&self, fence: &str, code: &str) -> (String, Option<Problem>) {
        let key = Self::key(fence, code);
        if let Some(html) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return (html.to_string(), None);
        }
        let (html, problem) = self.highlighted(fence, code);
        if problem.is_none() {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, html.as_str().into());
        }
        (html, problem)
    }

    fn highlighted(&self, fence: &str, code: &str) -> (String, Option<Problem>) {
        let made = self.grammars().map_err(str::to_owned);
        let Coloured { html, unknown } = match made.and_then(|grammars| grammars.coloured(&self.options, fence, code)) {
            Ok(coloured) => coloured,
            Err(message) => return (block(None, None, code).0, Some(Problem { message, is_error: true })),
        };
        let problem = unknown.filter(|language| !language.is_empty()).map(|language| {
            let message = format!("no grammar for the language `{language}` of a code block");
            Problem { message, is_error: self.options.error_on_missing_language }
        });
        (html, problem)
    }
}
