//! The grammars and themes of a site, and code in their colours.
//!
//! Entry points: [`Grammars::load`], [`Grammars::coloured`], [`Grammars::style_sheets`]. Two versions of giallo: the second
//! one is for the classes of the 0.22 dialect, named by scope (`z-keyword z-operator`). Zola writes the style sheets that
//! name them into the site's own `static` folder, where they stay, and themes bring theirs; later versions number classes.
//! Which blocks are known already is no matter of this module.

use std::path::Path;

use crate::config::{DataAttrPosition, Dialect, HighlightStyle, Highlighting};
use crate::memory;

/// Prefix of the classes of class highlighting.
const PREFIX: &str = "z-";

/// A block by one of the versions; `$finish` sets what only one of their renderers has.
macro_rules! coloured {
    ($giallo:ident, $registry:ident, $options:ident, $fence:ident, $code:ident, $finish:expr) => {{
        let mut parsed = $giallo::parse_markdown_fence($fence);
        let mut unknown = None;
        if !$registry.contains_grammar(&parsed.lang) {
            unknown = Some(std::mem::replace(&mut parsed.lang, $giallo::PLAIN_GRAMMAR_NAME.to_owned()));
        }
        let theme = match themes($options) {
            (light, Some(dark)) => $giallo::ThemeVariant::Dual { light, dark },
            (theme, None) => $giallo::ThemeVariant::Single(theme),
        };
        let wanted = $giallo::HighlightOptions::new(&parsed.lang, theme).fallback_to_plain(true);
        let mut renderer = $giallo::HtmlRenderer { other_metadata: parsed.rest, ..Default::default() };
        if $options.style == HighlightStyle::Class {
            renderer.css_class_prefix = Some(PREFIX.to_owned());
        }
        $finish(&mut renderer);
        match $registry.highlight($code, &wanted) {
            Ok(highlighted) => Ok(Coloured { html: renderer.render(&highlighted, &parsed.options), unknown }),
            Err(error) => Err(error.to_string()),
        }
    }};
}

/// Grammars and themes, linked.
#[derive(Debug)]
pub(super) enum Grammars {
    Newer { registry: giallo::Registry, is_older_dialect: bool },
    Scoped(giallo02::Registry),
}

/// A block of code.
pub(super) struct Coloured {
    pub(super) html: String,
    /// The language that it names, when there is no grammar for it.
    pub(super) unknown: Option<String>,
}

impl Grammars {
    /// Loads what comes with giallo and what the site has below `folder`. The error is a sentence.
    pub(super) fn load(options: &Highlighting, folder: &Path, dialect: Dialect) -> Result<Self, String> {
        if are_scoped(options, dialect) {
            return filled::<giallo02::Registry>(options, folder).map(Self::Scoped);
        }
        let is_older_dialect = dialect == Dialect::Zola022;
        filled(options, folder).map(|registry| Self::Newer { registry, is_older_dialect })
    }

    /// The style sheets of the classes: file name (`giallo.css`, or `giallo-light.css` and `giallo-dark.css`) and text.
    pub(super) fn style_sheets(&self, options: &Highlighting) -> Vec<(String, String)> {
        let sheets: Option<Vec<String>> = match (self, themes(options)) {
            (Self::Newer { registry, .. }, (theme, None)) => {
                registry.generate_css(theme, PREFIX).ok().map(|css| vec![css])
            }
            (Self::Newer { registry, .. }, (light, Some(dark))) => {
                registry.generate_dual_css(light, dark, PREFIX).ok().map(|(light, dark)| vec![light, dark])
            }
            (Self::Scoped(registry), (first, second)) => {
                std::iter::once(first).chain(second).map(|theme| registry.generate_css(theme, PREFIX).ok()).collect()
            }
        };
        let names: &[&str] =
            if themes(options).1.is_some() { &["giallo-light.css", "giallo-dark.css"] } else { &["giallo.css"] };
        names.iter().map(|name| (*name).to_owned()).zip(sheets.unwrap_or_default()).collect()
    }

    /// A block as HTML. The error is a sentence.
    pub(super) fn coloured(&self, options: &Highlighting, fence: &str, code: &str) -> Result<Coloured, String> {
        match self {
            Self::Scoped(registry) => coloured!(giallo02, registry, options, fence, code, |_| ()),
            Self::Newer { registry, is_older_dialect } => {
                let position = |renderer: &mut giallo::HtmlRenderer| {
                    renderer.data_attr_position = match options.data_attr_position {
                        DataAttrPosition::Code => giallo::DataAttrPosition::Code,
                        DataAttrPosition::Pre => giallo::DataAttrPosition::Pre,
                        DataAttrPosition::Both => giallo::DataAttrPosition::Both,
                        DataAttrPosition::None => giallo::DataAttrPosition::None,
                    };
                };
                let mut made: Coloured = coloured!(giallo, registry, options, fence, code, position)?;
                // Zola 0.22 leaves no blank where the attributes of `<pre>` end.
                if *is_older_dialect {
                    made.html = made.html.replacen("\" ><code", "\"><code", 1);
                }
                Ok(made)
            }
        }
    }
}

/// Whether classes are named by scope.
pub(super) fn are_scoped(options: &Highlighting, dialect: Dialect) -> bool {
    dialect == Dialect::Zola022 && options.style == HighlightStyle::Class
}

/// One theme, or that for light and that for dark screens. Where all three are named, the one is meant, as in Zola.
fn themes(options: &Highlighting) -> (&str, Option<&str>) {
    match (&options.theme, &options.light_theme, &options.dark_theme) {
        (Some(theme), _, _) => (theme, None),
        (None, Some(light), Some(dark)) => (light, Some(dark)),
        (None, ..) => ("", None),
    }
}

/// What both versions do in the same words, with types of their own.
trait Registry: Sized {
    fn builtin() -> Result<Self, String>;
    fn add_grammar(&mut self, path: &Path) -> Result<(), String>;
    fn add_theme(&mut self, path: &Path) -> Result<(), String>;
    fn has_theme(&self, name: &str) -> bool;
    fn link(&mut self);
}

macro_rules! registry {
    ($giallo:ident) => {
        impl Registry for $giallo::Registry {
            fn builtin() -> Result<Self, String> {
                Self::builtin().map_err(|error| error.to_string())
            }

            fn add_grammar(&mut self, path: &Path) -> Result<(), String> {
                self.add_grammar_from_path(path).map_err(|error| error.to_string())
            }

            fn add_theme(&mut self, path: &Path) -> Result<(), String> {
                self.add_theme_from_path(path).map_err(|error| error.to_string())
            }

            fn has_theme(&self, name: &str) -> bool {
                self.contains_theme(name)
            }

            fn link(&mut self) {
                self.link_grammars();
            }
        }
    };
}
registry!(giallo);
registry!(giallo02);

fn filled<R: Registry>(options: &Highlighting, folder: &Path) -> Result<R, String> {
    let mut registry = R::builtin()?;
    for grammar in &options.extra_grammars {
        let path = folder.join(grammar);
        let told = |problem: &dyn std::fmt::Display| format!("cannot load the grammar `{grammar}`: {problem}");
        memory::ends(&path).map_err(|e| told(&e))?;
        registry.add_grammar(&path).map_err(|e| told(&e))?;
    }
    for theme in &options.extra_themes {
        let path = folder.join(theme);
        let told = |problem: &dyn std::fmt::Display| format!("cannot load the theme `{theme}`: {problem}");
        memory::ends(&path).map_err(|e| told(&e))?;
        registry.add_theme(&path).map_err(|e| told(&e))?;
    }
    let (first, second) = themes(options);
    if let Some(unknown) = std::iter::once(first).chain(second).find(|name| !registry.has_theme(name)) {
        return Err(format!(
            "`[markdown.highlighting]` names the theme `{unknown}`, which is neither giallo's nor in `extra_themes`"
        ));
    }
    registry.link();
    Ok(registry)
}
