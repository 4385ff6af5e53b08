//! Markdown as Zola writes it in HTML.
//!
//! Entry points: [`render_library`] for a whole library, [`render`] for one text (also the `markdown` filter, with
//! [`Context::plain`]). Templates are reached through [`Hooks`] only: this room does not know them.

use std::borrow::Cow;

use crate::config::{Config, InsertAnchor, Loaded};
use crate::content::{Library, Node, Rendered};
use crate::diagnostic::Diagnostic;

/// What Markdown asks of templates.
pub trait Hooks: Sync {
    /// The text of a page or section after templating (dialect 0.23); the text itself when it has nothing to template.
    /// Several problems at once are welcome.
    fn template<'a>(&self, library: &Library, node: Node, text: &'a str) -> Result<Cow<'a, str>, Vec<Diagnostic>>;
    /// `anchor-link.html`.
    fn anchor_link(&self, id: &str, level: u32, lang: &str) -> Result<String, String>;
    /// `summary-cutoff.html`.
    fn summary_cutoff(&self, summary: &str, lang: &str) -> Result<String, String>;
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
    /// Its language.
    pub lang: &'a str,
    /// Where headings get their anchor.
    pub insert_anchor: InsertAnchor,
    /// File shown in diagnostics.
    pub file: &'a str,
    /// Line of the file on which the text begins.
    pub first_line: usize,
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
            lang: &config.default_language,
            insert_anchor: InsertAnchor::None,
            file: "",
            first_line: 1,
        }
    }
}

/// The grammars and themes of a site, loaded when the first code block needs them.
#[derive(Debug, Default)]
pub struct Highlighter {}

impl Highlighter {
    /// `None` when the site does not ask for highlighting. Checks names and files of themes; loads nothing else yet.
    pub fn new(loaded: &Loaded) -> Result<Option<Self>, Vec<Diagnostic>> {
        let _ = loaded;
        Ok(None)
    }

    /// Style sheets of class highlighting: file name (`giallo.css`, or `giallo-light.css` and `giallo-dark.css`) and text.
    pub fn style_sheets(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// Renders the Markdown of every page and section in parallel, checks internal links and anchors, fills backlinks.
pub fn render_library(
    library: &mut Library,
    loaded: &Loaded,
    highlighter: Option<&Highlighter>,
    hooks: &dyn Hooks,
) -> Vec<Diagnostic> {
    let _ = (library, loaded, highlighter, hooks);
    Vec::new()
}

/// One text as HTML. Problems do not stop it: the HTML is as good as it can be.
pub fn render(text: &str, context: &Context) -> (Rendered, Vec<Diagnostic>) {
    let _ = (text, context);
    (Rendered::default(), Vec::new())
}
