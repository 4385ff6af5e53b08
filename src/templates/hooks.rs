//! What the Markdown room asks of templates: content run through Tera, heading anchors, the end of a summary.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use globset::GlobSet;
use regex::Regex;
use tera::Tera;

use super::past::leave_out;
use super::{Context, Engine, Renderer, broken, load, markup, older, printed, report, suggest, values};
use crate::content::{Library, Node};
use crate::diagnostic::{Diagnostic, Place};
use crate::markdown::{Hooks, Kind, Markup, Shortcodes, is_templated};

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

impl ContentHooks<'_> {
    /// Whether a template cannot be used, which has been told.
    fn is_broken(&self, template: &str) -> bool {
        self.renderer.shared.fault_behind(template).is_some()
    }

    /// Whether a fault follows from one that has been told: the component stands in a template that cannot be used.
    fn follows(&self, fault: &Diagnostic) -> bool {
        let Some(broken) = self.renderer.shared.broken.get() else { return false };
        broken::unknown_component(&fault.message).is_some_and(|name| broken.defines(name))
    }

    /// Every fault of a text, as it was written and as it was run: what fails is left out, and the text tried again.
    fn every_fault(
        &self,
        tera: &Tera,
        (written, text): (&str, &str),
        context: &Context,
        error: tera::Error,
        place: report::Content,
    ) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let (mut text, mut error) = (text.to_owned(), error);
        let mut missing = BTreeSet::new();
        for _ in 0..MOST_FAULTS {
            let mut went = false;
            for mut fault in report::all(&error, &self.renderer.shared.loaded, Some(place)) {
                let at = report::position(&fault, place);
                if let Some(shown) = fault.place.as_mut().filter(|shown| shown.file.as_os_str() == place.file) {
                    let line = (shown.line + 1).saturating_sub(place.first_line.max(1));
                    shown.source = Place::line("", written, line).source;
                }
                let left = at.map(|at| leave_out(&mut text, at, &mut missing));
                went |= left.is_some_and(|left| left.is_out);
                if left.is_none_or(|left| left.is_own) {
                    found.push(fault);
                }
            }
            if !went {
                break;
            }
            match printed::text(tera, &text, &context.newer()) {
                Ok(_) => break,
                Err(next) => error = next,
            }
        }
        crate::diagnostic::once(found)
    }
}

/// Faults looked for in one text at most: each takes another try.
const MOST_FAULTS: usize = 20;

/// Stands for the brace of a heading's identifier while a text is run through templates: of one byte as the brace is, so
/// that places in faults stay.
const BRACE: char = '\u{1}';

/// A heading with an identifier, `## Title {#title .class}`; `{#so#}` is a comment. (getzola/zola#3234)
static IDENTIFIED: LazyLock<Regex> = LazyLock::new(|| {
    let identifier = r"\{(#[^\s{}#](?:[^{}\n]*[^#{}\n])?\})";
    Regex::new(&format!(r"(?m)^( {{0,3}}\#{{1,6}} .*?){identifier}")).expect("a fixed pattern")
});

/// A text whose headings keep their identifiers, which else would open comments.
fn with_identifiers(text: &str) -> Cow<'_, str> {
    if !text.contains("{#") || text.contains(BRACE) {
        return Cow::Borrowed(text);
    }
    IDENTIFIED.replace_all(text, format!("${{1}}{BRACE}${{2}}"))
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
        if self.skipped.is_match(&file.relative) {
            return Ok(Cow::Borrowed(text));
        }
        let kept = with_identifiers(text);
        if !is_templated(&kept) {
            return Ok(Cow::Borrowed(text));
        }
        let mut context = self.renderer.language_context(lang);
        let (name, value) = values::early(library, node);
        context.set(name, value);
        match printed::text(tera, &kept, &context.newer()) {
            Ok(rendered) if matches!(kept, Cow::Owned(_)) => Ok(Cow::Owned(rendered.replace(BRACE, "{"))),
            Ok(rendered) => Ok(Cow::Owned(rendered)),
            Err(error) => {
                let place = report::Content { file: &file.shown, first_line };
                let mut found = self.every_fault(tera, (text, &kept), &context, error, place);
                load::explain_older_dialect(text, &mut found);
                for fault in &mut found {
                    suggest::improve(fault, &[]);
                    suggest::name_undefined(fault, context.values());
                }
                found.retain(|fault| !self.follows(fault));
                let root = &self.renderer.shared.loaded.root;
                Err(found.into_iter().map(|fault| report::in_data(fault, root)).collect())
            }
        }
    }

    fn shortcodes<'s>(&'s self, library: &Library, node: Node, text: &str) -> Option<Box<dyn Shortcodes + 's>> {
        let Engine::Older(engine) = &self.renderer.engine else { return None };
        if !text.contains("{{") && !text.contains("{%") {
            return None;
        }
        let (file, lang) = match node {
            Node::Page(key) => (&library[key].file, &library[key].lang),
            Node::Section(key) => (&library[key].file, &library[key].lang),
        };
        let mut context = self.renderer.language_context(lang);
        context.rendering(Path::new(&file.shown));
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
        if self.is_broken(name) {
            return Ok(String::new());
        }
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
        if self.is_broken("anchor-link.html") {
            return Ok(String::new());
        }
        let context = Context::new().with("id", id).with("level", &level).with("lang", lang);
        self.renderer.render("anchor-link.html", &context).map_err(|d| d.message)
    }

    fn summary_cutoff(&self, summary: &str, lang: &str) -> Result<String, String> {
        if self.is_broken("summary-cutoff.html") {
            return Ok(String::new());
        }
        let context = Context::new().with("summary", summary).with("lang", lang);
        self.renderer.render("summary-cutoff.html", &context).map_err(|d| d.message)
    }
}
