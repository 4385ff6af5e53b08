//! What the Markdown room asks of templates: content run through Tera, heading anchors, the end of a summary.

use std::borrow::Cow;

use globset::GlobSet;

use super::{Context, Engine, Renderer, load, markup, older, report, suggest, values};
use crate::content::{Library, Node};
use crate::diagnostic::Diagnostic;
use crate::markdown::{Hooks, Kind, Markup, Shortcodes};

/// [`Hooks`] over a renderer.
#[derive(Debug)]
pub struct ContentHooks<'a> {
    renderer: &'a Renderer,
    skipped: GlobSet,
}

impl<'a> ContentHooks<'a> {
    /// Fails when a glob of `skip_content_templating` cannot be read.
    pub fn new(renderer: &'a Renderer) -> Result<Self, Diagnostic> {
        let mut skipped = globset::GlobSetBuilder::new();
        for pattern in &renderer.shared.loaded.config.skip_content_templating {
            let glob = globset::Glob::new(pattern).map_err(|e| {
                Diagnostic::error(format!("`skip_content_templating` has a pattern that cannot be read: {e}"))
            })?;
            skipped.add(glob);
        }
        let skipped = skipped.build().map_err(|e| Diagnostic::error(e.to_string()))?;
        Ok(Self { renderer, skipped })
    }
}

/// Whether a text has anything for the template engine; most have not.
fn is_templated(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

impl Hooks for ContentHooks<'_> {
    fn template<'t>(&self, library: &Library, node: Node, text: &'t str) -> Result<Cow<'t, str>, Vec<Diagnostic>> {
        let (file, lang, first_line) = match node {
            Node::Page(key) => {
                let page = &library[key];
                (&page.file, &page.lang, page.raw_line)
            }
            Node::Section(key) => {
                let section = &library[key];
                (&section.file, &section.lang, section.raw_line)
            }
        };
        let Engine::Newer(tera) = &self.renderer.engine else { return Ok(Cow::Borrowed(text)) };
        if !is_templated(text) || self.skipped.is_match(&file.relative) {
            return Ok(Cow::Borrowed(text));
        }
        let mut context = self.renderer.language_context(lang);
        let (name, value) = values::early(library, node);
        context.set(name, value);
        match tera.render_str(text, &context.newer(), false) {
            Ok(rendered) => Ok(Cow::Owned(rendered)),
            Err(error) => {
                let place = report::Content { file: &file.shown, first_line };
                let mut found = report::all(&error, &self.renderer.shared.loaded, Some(place));
                load::explain_older_dialect(text, &mut found);
                found.iter_mut().for_each(|fault| suggest::improve(fault, &[]));
                Err(found)
            }
        }
    }

    fn shortcodes<'s>(&'s self, library: &Library, node: Node, text: &str) -> Option<Box<dyn Shortcodes + 's>> {
        let Engine::Older(engine) = &self.renderer.engine else { return None };
        if !is_templated(text) {
            return None;
        }
        let lang = match node {
            Node::Page(key) => &library[key].lang,
            Node::Section(key) => &library[key].lang,
        };
        let mut context = self.renderer.language_context(lang);
        let (name, value) = values::early(library, node);
        context.set(name, value);
        Some(Box::new(older::Scope::new(engine, &context)))
    }

    fn writes(&self, kind: Kind) -> bool {
        markup::template(&self.renderer.shared, kind, |name| self.renderer.has(name)).is_some()
    }

    fn markup(&self, piece: &Markup, lang: &str, path: &str) -> Result<String, Diagnostic> {
        let shared = &self.renderer.shared;
        let Some(name) = markup::template(shared, piece.kind(), |name| self.renderer.has(name)) else {
            return Ok(String::new());
        };
        let mut context = self.renderer.language_context(lang);
        context.insert("path", path);
        for (name, value) in
            markup::values(shared, piece, shared.library().as_deref(), path).map_err(Diagnostic::error)?
        {
            context.insert(&name, &value);
        }
        Ok(self.renderer.render(name, &context)?.trim_end().to_owned())
    }

    fn anchor_link(&self, id: &str, level: u32, lang: &str) -> Result<String, String> {
        let context = Context::new().with("id", id).with("level", &level).with("lang", lang);
        self.renderer.render("anchor-link.html", &context).map_err(|d| d.message)
    }

    fn summary_cutoff(&self, summary: &str, lang: &str) -> Result<String, String> {
        let context = Context::new().with("summary", summary).with("lang", lang);
        self.renderer.render("summary-cutoff.html", &context).map_err(|d| d.message)
    }
}
