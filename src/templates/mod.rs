//! Templates behind one [`Renderer`]: contexts, functions, filters and the built-in templates, for Tera 2 and, in
//! `older`, for Tera 1.
//!
//! Entry points: [`Renderer::load`], [`Renderer::render`], [`Context`]; [`ContentHooks`] for the Markdown room. No other
//! room names tera. A renderer first knows no page ([`Renderer::prepare`] gives it the addresses), then, once Markdown
//! is rendered, the whole library ([`Renderer::publish`]).

mod bounds;
mod broken;
mod context;
mod depend;
mod filters;
mod functions;
mod further;
mod gone;
mod hooks;
mod load;
mod markup;
mod newer;
mod older;
mod open;
mod past;
mod printed;
pub mod reads;
mod report;
mod suggest;
mod trace;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use tera::{Tera, Value};

use crate::config::{Dialect, Loaded};
use crate::content::Library;
use crate::diagnostic::{Diagnostic, Place};
use crate::markdown::Highlighter;
use crate::media::image::Images;
use crate::memory::Print;
use crate::output::Output;

pub use context::Context;
pub use depend::{Prints, page_head, section_head};
pub use hooks::ContentHooks;
pub use reads::{Closure, Closures, Fields};
pub use trace::{Read, traced};
pub use values::{Kept as KeptValues, shown_to};

use values::LibraryValues;

/// The version of Zola that a dialect is of: what `zola_version` says.
pub fn zola_version(dialect: Dialect) -> &'static str {
    match dialect {
        // Zola 0.22.1 says the version of one of its parts, which it had forgotten to raise.
        Dialect::Zola022 => "0.21.0",
        Dialect::Zola023 => "0.23.0",
    }
}

/// The site's templates, compiled, with the functions and filters they may call.
#[derive(Clone)]
pub struct Renderer {
    engine: Engine,
    shared: Arc<Shared>,
}

/// The compiled templates of one dialect.
#[derive(Clone)]
enum Engine {
    Newer(Arc<Tera>),
    Older(Arc<older::Engine>),
}

/// What functions and filters know; shared by every thread that renders.
pub(crate) struct Shared {
    loaded: Arc<Loaded>,
    /// `config` by language.
    configs: BTreeMap<String, Value>,
    highlighter: Option<Arc<Highlighter>>,
    /// The library before Markdown: enough to resolve addresses.
    early: RwLock<Option<Arc<Library>>>,
    /// The library with everything rendered.
    full: OnceLock<Arc<Library>>,
    /// Its values.
    values: OnceLock<Arc<LibraryValues>>,
    engine: older::Handle,
    images: Images,
    data: functions::DataCache,
    beforehand: OnceLock<functions::Beforehand>,
    hashes: functions::Hashes,
    now: jiff::Zoned,
    /// Templates that cannot be used, when there are any.
    broken: OnceLock<broken::Broken>,
    further: further::Further,
}

impl Shared {
    /// The library as far as it is known.
    fn library(&self) -> Option<Arc<Library>> {
        let early = || self.early.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.full.get().cloned().or_else(early)
    }

    /// Why a template cannot be used, when it or one it pulls in cannot be read.
    fn fault_behind(&self, template: &str) -> Option<&Diagnostic> {
        self.broken.get()?.fault_behind(template)
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
        match Self::load_what_can_be(loaded, highlighter) {
            (Some(renderer), faults) if faults.is_empty() => Ok(renderer),
            (_, faults) => Err(faults),
        }
    }

    /// The same, past templates that cannot be used: what asks for one of them gets one of the faults again.
    pub fn load_what_can_be(
        loaded: &Arc<Loaded>,
        highlighter: Option<Arc<Highlighter>>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let config = &loaded.config;
        let languages = config.languages.keys().chain([&config.default_language]);
        let configs = languages.map(|lang| (lang.clone(), values::config(config, lang))).collect();
        let shared = Arc::new(Shared {
            loaded: Arc::clone(loaded),
            configs,
            highlighter,
            early: RwLock::default(),
            full: OnceLock::new(),
            values: OnceLock::new(),
            engine: OnceLock::new(),
            images: Images::default(),
            data: functions::DataCache::default(),
            beforehand: OnceLock::new(),
            hashes: functions::Hashes::default(),
            now: loaded.now.clone(),
            further: further::Further::default(),
            broken: OnceLock::new(),
        });
        let engine = match loaded.dialect {
            Dialect::Zola023 => {
                newer_engine(loaded, &shared).map(|(tera, faults)| (Engine::Newer(Arc::new(tera)), faults))
            }
            Dialect::Zola022 => {
                let (engine, faults) = older::Engine::load(&shared);
                Ok((Engine::Older(engine), faults))
            }
        };
        let (engine, faults) = match engine {
            Ok(loaded) => loaded,
            Err(faults) => return (None, faults),
        };
        if let Some(broken) = broken::Broken::new(&faults, loaded) {
            let _ = shared.broken.set(broken);
        }
        (Some(Self { engine, shared }), faults.told)
    }

    /// Makes the addresses of pages known, before any text is rendered.
    pub fn prepare(&self, library: &Arc<Library>) {
        *self.shared.early.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(library));
    }

    /// Lets go of the library that [`Renderer::prepare`] was given: its texts are rendered.
    pub fn settle(&self) {
        self.shared.early.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Makes the rendered library known: from now on `get_page`, `get_section` and the taxonomy functions find it.
    pub fn publish(&self, library: &Arc<Library>) {
        self.publish_again(library, &KeptValues::default(), Vec::new());
    }

    /// The same, with the values of pages whose prints are those of `before`. Gives the values for the next time.
    pub fn publish_again(&self, library: &Arc<Library>, before: &KeptValues, prints: Vec<Print>) -> KeptValues {
        let values = Arc::new(LibraryValues::new(library, self.shared.loaded.dialect, before, &prints));
        let _ = self.shared.values.set(Arc::clone(&values));
        let _ = self.shared.full.set(Arc::clone(library));
        if prints.is_empty() { KeptValues::default() } else { KeptValues::new(&values, prints) }
    }

    /// What colours code, where the site asks for it.
    pub fn highlighter(&self) -> Option<&Highlighter> {
        self.shared.highlighter.as_deref()
    }

    /// Makes known what is made before the pages and what lies beside them, which their templates may name; `failed` when
    /// some could not be made.
    pub fn beforehand(&self, made: &[Output], beside: &[Output], failed: bool) {
        let _ = self.shared.beforehand.set(functions::Beforehand::new(made, beside, failed));
    }

    /// Whether a template of this name exists in the site, its theme or the program.
    pub fn has(&self, name: &str) -> bool {
        match &self.engine {
            Engine::Newer(tera) => tera.contains_template(name),
            Engine::Older(engine) => engine.has(name),
        }
    }

    /// The template whose name is nearest to a misspelt one.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let mut names: Vec<&str> = match &self.engine {
            Engine::Newer(tera) => tera.get_template_names().collect(),
            Engine::Older(engine) => engine.names().collect(),
        };
        names.retain(|name| !name.starts_with(load::BUILTIN));
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

    /// `config` and `lang` alone, for what is no page: feeds, 404.
    pub fn language_context(&self, lang: &str) -> Context {
        let mut context = Context::new();
        context.set("config", self.shared.config(lang));
        context.insert("lang", lang);
        context
    }

    /// `config` for `robots.txt`: the older dialect tells it no language.
    pub fn robots_context(&self) -> Context {
        let mut context = self.site_context();
        if self.shared.loaded.dialect == Dialect::Zola022 {
            context.remove("lang");
        }
        context
    }

    /// What `sitemap.xml` has beside its entries: `config` in the newer dialect, nothing in the older one.
    pub fn sitemap_context(&self) -> Context {
        let mut context = Context::new();
        if self.shared.loaded.dialect == Dialect::Zola023 {
            context.set("config", self.shared.config(&self.shared.loaded.config.default_language));
        }
        context
    }

    /// `config` and `lang` of the default language, for what the site has once: 404.
    pub fn site_context(&self) -> Context {
        self.language_context(&self.shared.loaded.config.default_language)
    }

    /// Renders a template.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        if let Some(fault) = self.shared.fault_behind(name) {
            return Err(fault.clone());
        }
        let done = functions::seen_from(context.page(), || match &self.engine {
            Engine::Newer(tera) => printed::template(tera, name, &context.newer()).map_err(|error| {
                let mut fault = report::one(&error, &self.shared.loaded);
                suggest::name_undefined(&mut fault, context.values());
                let file = || Place::file(report::template_file(name, &self.shared.loaded));
                fault.place.get_or_insert_with(file);
                // What is refused for its size or time would be so again.
                if !fault.message.starts_with("this takes longer") && !fault.message.starts_with("this prints more") {
                    self.shared.further.look_behind(name, context, &fault);
                }
                fault
            }),
            Engine::Older(engine) => engine.render(name, context),
        });
        done.map_err(|fault| report::in_data(context.told(fault), &self.shared.loaded.root))
    }

    /// What else is wrong in templates that failed since this was asked for the last time: [`Renderer::render`] gives one
    /// fault.
    pub fn take_further(&self) -> Vec<Diagnostic> {
        let (further, loaded) = (&self.shared.further, &self.shared.loaded);
        let behind = further.unsearched();
        let sources = if behind.is_empty() { Vec::new() } else { load::sources(loaded).0 };
        for failed in behind {
            let Engine::Newer(tera) = &self.engine else { continue };
            let search = || further::search(tera, &failed, loaded, sources.clone());
            further.add(functions::seen_from(failed.context.page(), search), &failed.context);
        }
        further.take().into_iter().map(|fault| report::in_data(fault, &self.shared.loaded.root)).collect()
    }

    /// Names in the site's templates that nothing answers to, as warnings: of a branch that never ran nothing else tells.
    /// The newer engine refuses such a template.
    pub fn unknown_names(&self) -> Vec<Diagnostic> {
        match &self.engine {
            Engine::Newer(_) => Vec::new(),
            Engine::Older(engine) => engine.unknown_names(),
        }
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

fn newer_engine(loaded: &Loaded, shared: &Arc<Shared>) -> Result<(Tera, broken::Faults), Vec<Diagnostic>> {
    let mut tera = load::engine(loaded)?;
    filters::register(&mut tera, shared);
    newer::register(&mut tera, shared);
    tera.global_context().insert("zola_version", zola_version(Dialect::Zola023));
    load::compile(tera, loaded)
}
