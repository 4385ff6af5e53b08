//! Code blocks: the fence line, and the code as HTML with or without colours.
//!
//! Entry points: [`block`] for one block, [`Highlighter`] for the grammars and themes of a site, which are loaded when
//! the first block of the site needs them and not before (they cost more than a small site).

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use giallo::{HighlightOptions, HtmlRenderer, PLAIN_GRAMMAR_NAME, Registry, ThemeVariant, parse_markdown_fence};
use pulldown_cmark_escape::escape_html;

use crate::config::{DataAttrPosition, Dialect, HighlightStyle, Highlighting, Loaded};
use crate::content::Rendered;
use crate::diagnostic::{Diagnostic, Place};
use crate::memory::{self, Print};

/// Prefix of the classes of class highlighting.
const PREFIX: &str = "z-";

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
    is_older: bool,
    registry: OnceLock<Result<Registry, String>>,
    /// Blocks by the print of fence and code: the same few lines often stand on many pages.
    known: Mutex<HashMap<Print, Arc<str>>>,
}

impl Highlighter {
    /// `None` when the site does not ask for highlighting. Checks the names of themes; loads nothing yet.
    pub fn new(loaded: &Loaded) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(options) = loaded.config.markdown.highlighting.clone() else { return Ok(None) };
        let named = options.theme.is_some() || (options.light_theme.is_some() && options.dark_theme.is_some());
        if !named {
            let file = loaded.config_file.strip_prefix(&loaded.root).unwrap_or(&loaded.config_file);
            return Err(vec![
                Diagnostic::error("`[markdown.highlighting]` names no theme")
                    .at(Place::file(file))
                    .help("set `theme`, or both `light_theme` and `dark_theme`"),
            ]);
        }
        let unknown = super::themes::check(loaded, &options);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let folder = loaded.config_file.parent().map(PathBuf::from).unwrap_or_default();
        let is_older = loaded.dialect == Dialect::Zola022;
        Ok(Some(Self { options, folder, is_older, registry: OnceLock::new(), known: Mutex::default() }))
    }

    /// Style sheets of class highlighting: file name (`giallo.css`, or `giallo-light.css` and `giallo-dark.css`) and text.
    pub fn style_sheets(&self) -> Vec<(String, String)> {
        if self.options.style != HighlightStyle::Class {
            return Vec::new();
        }
        let Ok(registry) = self.registry() else { return Vec::new() };
        match self.theme() {
            ThemeVariant::Single(theme) => {
                registry.generate_css(theme, PREFIX).map(|css| vec![("giallo.css".to_owned(), css)]).unwrap_or_default()
            }
            ThemeVariant::Dual { light, dark } => registry
                .generate_dual_css(light, dark, PREFIX)
                .map(|(l, d)| vec![("giallo-light.css".to_owned(), l), ("giallo-dark.css".to_owned(), d)])
                .unwrap_or_default(),
        }
    }

    fn theme(&self) -> ThemeVariant<&str> {
        match (&self.options.theme, &self.options.light_theme, &self.options.dark_theme) {
            (_, Some(light), Some(dark)) => ThemeVariant::Dual { light, dark },
            (single, _, _) => ThemeVariant::Single(single.as_deref().unwrap_or_default()),
        }
    }

    fn registry(&self) -> Result<&Registry, &str> {
        self.registry.get_or_init(|| self.load()).as_ref().map_err(String::as_str)
    }

    fn load(&self) -> Result<Registry, String> {
        let mut registry = Registry::builtin().map_err(|e| e.to_string())?;
        for grammar in &self.options.extra_grammars {
            let path = self.folder.join(grammar);
            let told = |problem: &dyn std::fmt::Display| format!("cannot load the grammar `{grammar}`: {problem}");
            memory::ends(&path).map_err(|e| told(&e))?;
            registry.add_grammar_from_path(&path).map_err(|e| told(&e))?;
        }
        for theme in &self.options.extra_themes {
            let path = self.folder.join(theme);
            let told = |problem: &dyn std::fmt::Display| format!("cannot load the theme `{theme}`: {problem}");
            memory::ends(&path).map_err(|e| told(&e))?;
            registry.add_theme_from_path(&path).map_err(|e| told(&e))?;
        }
        let names = match self.theme() {
            ThemeVariant::Single(theme) => vec![theme],
            ThemeVariant::Dual { light, dark } => vec![light, dark],
        };
        if let Some(unknown) = names.into_iter().find(|name| !registry.contains_theme(name)) {
            return Err(format!(
                "`[markdown.highlighting]` names the theme `{unknown}`, which is neither giallo's nor in `extra_themes`"
            ));
        }
        registry.link_grammars();
        Ok(registry)
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
        let registry = match self.registry() {
            Ok(registry) => registry,
            Err(message) => return block_plainly(code, message.to_owned()),
        };
        let mut parsed = parse_markdown_fence(fence);
        let mut problem = None;
        if !registry.contains_grammar(&parsed.lang) {
            if !parsed.lang.is_empty() {
                let message = format!("no grammar for the language `{}` of a code block", parsed.lang);
                problem = Some(Problem { message, is_error: self.options.error_on_missing_language });
            }
            parsed.lang = PLAIN_GRAMMAR_NAME.to_owned();
        }
        let options = HighlightOptions::new(&parsed.lang, self.theme()).fallback_to_plain(true);
        let highlighted = match registry.highlight(code, &options) {
            Ok(highlighted) => highlighted,
            Err(error) => return block_plainly(code, error.to_string()),
        };
        let mut renderer = HtmlRenderer { other_metadata: parsed.rest, ..HtmlRenderer::default() };
        renderer.data_attr_position = match self.options.data_attr_position {
            DataAttrPosition::Code => giallo::DataAttrPosition::Code,
            DataAttrPosition::Pre => giallo::DataAttrPosition::Pre,
            DataAttrPosition::Both => giallo::DataAttrPosition::Both,
            DataAttrPosition::None => giallo::DataAttrPosition::None,
        };
        if self.options.style == HighlightStyle::Class {
            renderer.css_class_prefix = Some(PREFIX.to_owned());
        }
        let html = renderer.render(&highlighted, &parsed.options);
        // Zola 0.22 leaves no blank where the attributes of `<pre>` end.
        let html = if self.is_older { html.replacen("\" ><code", "\"><code", 1) } else { html };
        (html, problem)
    }
}

fn block_plainly(code: &str, message: String) -> (String, Option<Problem>) {
    (block(None, None, code).0, Some(Problem { message, is_error: true }))
}
