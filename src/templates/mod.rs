//! Tera 2 behind one [`Renderer`]: contexts, functions, filters and the built-in templates.
//!
//! Entry points: [`Renderer::load`], [`Renderer::render`], [`Context`]; [`ContentHooks`] for the Markdown room. No other
//! room names tera. A renderer first knows no page ([`Renderer::prepare`] gives it the addresses), then, once Markdown
//! is rendered, the whole library ([`Renderer::publish`]).

mod context;
mod filters;
mod functions;
mod hooks;
mod load;
mod report;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tera::{Tera, Value};

use crate::config::Loaded;
use crate::content::Library;
use crate::diagnostic::Diagnostic;
use crate::markdown::Highlighter;
use crate::media::image::Images;

pub use context::Context;
pub use hooks::ContentHooks;

use values::LibraryValues;

/// The version of Zola whose dialect templates are written in: what `zola_version` says.
pub const ZOLA_VERSION: &str = "0.23.0";

/// The site's templates, compiled, with the functions and filters they may call.
#[derive(Clone)]
pub struct Renderer {
    tera: Arc<Tera>,
    shared: Arc<Shared>,
}

/// What functions and filters know; shared by every thread that renders.
pub(crate) struct Shared {
    loaded: Arc<Loaded>,
    configs: BTreeMap<String, Value>,
    highlighter: Option<Arc<Highlighter>>,
    /// The library before Markdown: enough to resolve addresses.
    early: OnceLock<Arc<Library>>,
    /// The library with everything rendered, and its values.
    full: OnceLock<(Arc<Library>, LibraryValues)>,
    images: Images,
    data: functions::DataCache,
    now: jiff::Zoned,
}

impl Shared {
    /// The library as far as it is known.
    fn library(&self) -> Option<&Library> {
        self.full.get().map(|(library, _)| &**library).or_else(|| self.early.get().map(|library| &**library))
    }

    fn config(&self, lang: &str) -> Value {
        let default = &self.loaded.config.default_language;
        self.configs.get(lang).or_else(|| self.configs.get(default)).cloned().unwrap_or_else(Value::none)
    }
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl Renderer {
    /// Compiles the templates of the site, of its theme, and the built-in ones. Every fault of every file comes back.
    pub fn load(loaded: &Arc<Loaded>, highlighter: Option<Arc<Highlighter>>) -> Result<Self, Vec<Diagnostic>> {
        let config = &loaded.config;
        let mut configs: BTreeMap<String, Value> =
            config.languages.keys().map(|lang| (lang.clone(), values::config(config, lang))).collect();
        configs
            .entry(config.default_language.clone())
            .or_insert_with(|| values::config(config, &config.default_language));
        let shared = Arc::new(Shared {
            loaded: Arc::clone(loaded),
            configs,
            highlighter,
            early: OnceLock::new(),
            full: OnceLock::new(),
            images: Images::default(),
            data: functions::DataCache::default(),
            now: jiff::Zoned::now(),
        });
        let mut tera = load::engine(loaded)?;
        filters::register(&mut tera, &shared);
        functions::register(&mut tera, &shared);
        tera.global_context().insert("zola_version", ZOLA_VERSION);
        load::compile(&mut tera, loaded)?;
        Ok(Self { tera: Arc::new(tera), shared })
    }

    /// Makes the addresses of pages known, before any text is rendered.
    pub fn prepare(&self, library: &Arc<Library>) {
        let _ = self.shared.early.set(Arc::clone(library));
    }

    /// Makes the rendered library known: from now on `get_page`, `get_section` and the taxonomy functions find it.
    pub fn publish(&self, library: &Arc<Library>) {
        let _ = self.shared.full.set((Arc::clone(library), LibraryValues::new(library)));
    }

    /// Whether a template of this name exists in the site, its theme or the program.
    pub fn has(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// The template whose name is nearest to a misspelt one.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let mut names: Vec<&str> = self.tera.get_template_names().filter(|n| !n.starts_with(load::BUILTIN)).collect();
        names.sort_unstable();
        crate::diagnostic::did_you_mean(name, names)
    }

    /// What every page's context has: `config`, `lang`, `current_path`, `current_url`. `path` starts with a slash.
    pub fn context(&self, lang: &str, path: &str) -> Context {
        let mut context = self.language_context(lang);
        context.insert("current_path", path);
        context.insert("current_url", &self.shared.loaded.make_permalink(path));
        context
    }

    /// `config` and `lang` alone, for what is no page: feeds, 404, sitemap.
    pub fn language_context(&self, lang: &str) -> Context {
        let mut context = Context::new();
        context.set("config", self.shared.config(lang));
        context.insert("lang", lang);
        context
    }

    /// `config` and `lang` of the default language, for what the site has once: 404, robots, sitemap.
    pub fn site_context(&self) -> Context {
        self.language_context(&self.shared.loaded.config.default_language)
    }

    /// Renders a template.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.tera.render(name, context.values()).map_err(|e| report::one(&e, &self.shared.loaded))
    }

    /// The site's configuration.
    pub fn loaded(&self) -> &Arc<Loaded> {
        &self.shared.loaded
    }

    /// The images that templates asked for while rendering.
    pub fn images(&self) -> &Images {
        &self.shared.images
    }
}
