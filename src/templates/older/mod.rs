//! The older dialect: Tera 1 with macros and shortcodes, as Zola 0.22 has it.
//!
//! Entry point: [`Engine::load`]. The engine owns its templates only; functions, values and configuration are those of
//! the rest of the room, turned into plain values.

mod calls;
mod filters;
mod load;
mod report;
mod shortcodes;
mod values;

use std::sync::{Arc, Weak};

use tera1::Tera;

use super::{Context, Shared};
use crate::diagnostic::Diagnostic;

pub(super) use shortcodes::{Definitions, Scope};
pub(super) use values::Values;

/// The engine, where functions and filters can reach it without keeping it alive.
pub(super) type Handle = std::sync::OnceLock<Weak<Engine>>;

/// The templates of a site of the older dialect.
pub(super) struct Engine {
    tera: Tera,
    theme: Option<String>,
    definitions: Definitions,
    sources: load::Sources,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Compiles every template. Every fault of every file comes back.
    pub(super) fn load(shared: &Arc<Shared>) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let mut tera = Tera::default();
        filters::register(&mut tera, shared);
        calls::register(&mut tera, shared);
        let sources = load::compile(&mut tera, &shared.loaded)?;
        let definitions = Definitions::new(tera.get_template_names());
        let theme = shared.loaded.config.theme.clone();
        let engine = Arc::new(Self { tera, theme, definitions, sources });
        let _ = shared.engine.set(Arc::downgrade(&engine));
        Ok(engine)
    }

    /// The template that answers to a name: the site's, the theme's, or the built-in one.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        let of_theme = self.theme.as_ref().map(|theme| format!("{theme}/templates/{name}"));
        let builtin = Some(format!("{}{name}", super::load::BUILTIN));
        [Some(name.to_owned()), of_theme, builtin].into_iter().flatten().find(|n| self.tera.get_template(n).is_ok())
    }

    /// Every name a template may be asked for, unsorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.tera.get_template_names()
    }

    /// Renders a template.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        let found = self.find(name).unwrap_or_else(|| name.to_owned());
        self.tera.render(&found, &context.older()).map_err(|error| report::diagnose(&error, &self.sources))
    }

    /// The shortcodes that templates define.
    pub(super) fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}
