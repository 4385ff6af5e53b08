//! The older dialect: templates of Tera 1 with macros and shortcodes, as Zola 0.22 has it.
//!
//! Entry point: [`Engine::load`]. Tera 1 parses, and brings its filters and tests for plain values; running is our own
//! ([`run`]), because Tera 1 copies every value it touches, forgets where a tag is, and has no end to recursion.
//! Functions, values and configuration are those of the whole room.

mod calls;
#[cfg(test)]
mod chance;
mod compile;
mod dates;
mod depth;
#[cfg(test)]
mod differential;
mod fault;
mod filters;
mod lists;
mod load;
mod names;
mod plain;
mod program;
mod report;
mod run;
mod shortcodes;
mod spans;
mod testers;

use std::sync::{Arc, Weak};

use tera1::Tera;

use super::broken::Faults;
use super::{Context, Shared, bounds};
use crate::diagnostic::Diagnostic;

pub(super) use lists::Arguments;
pub(super) use plain::write as write_plain;
pub(super) use shortcodes::{Definitions, Scope};
pub(super) use spans::{tags, word};

use fault::Fault;

/// The engine, where functions and filters can reach it without keeping it alive.
pub(super) type Handle = std::sync::OnceLock<Weak<Engine>>;

/// The templates of a site of the older dialect.
pub(super) struct Engine {
    /// For its filters, tests and functions: it holds no template.
    tera: Tera,
    program: program::Program,
    sources: load::Sources,
    theme: Option<String>,
    definitions: Definitions,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Compiles every template, and gives back what is wrong with those that cannot be used.
    pub(super) fn load(shared: &Arc<Shared>) -> (Arc<Self>, Faults) {
        let mut tera = Tera::default();
        filters::register(&mut tera, shared);
        let (program, sources, faults) = load::load(&shared.loaded);
        let definitions = Definitions::new(sources.keys().map(String::as_str));
        let theme = shared.loaded.config.theme.clone();
        let engine = Arc::new(Self { tera, program, sources, theme, definitions, shared: Arc::clone(shared) });
        let _ = shared.engine.set(Arc::downgrade(&engine));
        (engine, faults)
    }

    /// Whether a template answers to a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some() || self.shared.fault_behind(name).is_some()
    }

    /// The template that answers to a name: the site's, the theme's, or the built-in one.
    fn find(&self, name: &str) -> Option<&program::Template> {
        let of_theme = || self.program.get(&format!("{}/templates/{name}", self.theme.as_ref()?));
        let builtin = || self.program.get(&format!("{}{name}", super::load::BUILTIN));
        self.program.get(name).or_else(of_theme).or_else(builtin)
    }

    /// Every name a template may be asked for, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.program.keys().map(String::as_str)
    }

    /// Renders a template.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.run(name, context.values(), context)
    }

    /// The same with other values; `told` says what is rendered.
    fn run(&self, name: &str, known: &run::Known, told: &Context) -> Result<String, Diagnostic> {
        let Some(template) = self.find(name) else {
            return Err(Diagnostic::error(format!("there is no template `{name}`")));
        };
        run::render(self, template, known).map_err(|faults| {
            let mut faults = faults.iter().map(|fault| report::diagnose(fault, &self.sources));
            let first = faults.next().unwrap_or_else(|| Diagnostic::error(format!("`{name}` cannot be rendered")));
            self.shared.further.add(faults, told);
            first
        })
    }

    /// What nothing answers to in the site's own templates, whether it ran or not.
    pub(super) fn unknown_names(&self) -> Vec<Diagnostic> {
        let of_theme = |name: &str| self.sources.get(name).is_none_or(|(file, _)| !file.starts_with("templates/"));
        let own = self.program.iter().filter(|(name, _)| !of_theme(name));
        let faults = own.flat_map(|(_, template)| names::unknown(self, template));
        faults.map(|fault| report::diagnose(&fault, &self.sources)).collect()
    }

    /// The shortcodes that templates define.
    pub(super) fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for (name, template) in std::mem::take(&mut self.program) {
            let text = self.sources.get(&name).map_or("", |(_, text)| text);
            compile::with_room(text, || drop(template));
        }
    }
}
