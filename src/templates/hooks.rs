//! What the Markdown room asks of templates: content run through Tera, heading anchors, the end of a summary.

use std::borrow::Cow;
use std::ops::Range;

use globset::GlobSet;
use tera::Tera;

use super::{Context, Engine, Renderer, broken, load, markup, older, report, suggest, values};
use crate::content::{Library, Node};
use crate::diagnostic::{Diagnostic, Place};
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

    /// Every fault of a text: what a `{{ … }}` should have given is left out, and the text tried again.
    fn every_fault(
        &self,
        tera: &Tera,
        text: &str,
        context: &Context,
        error: tera::Error,
        place: report::Content,
    ) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let (written, mut text, mut error) = (text, text.to_owned(), error);
        for _ in 0..MOST_FAULTS {
            let mut faults = report::all(&error, &self.renderer.shared.loaded, Some(place));
            for shown in faults.iter_mut().filter_map(|fault| fault.place.as_mut()) {
                if shown.file.as_os_str() == place.file {
                    let line = (shown.line + 1).saturating_sub(place.first_line.max(1));
                    shown.source = Place::line("", written, line).source;
                }
            }
            let places = faults.iter().filter_map(|fault| report::position(fault, place));
            let tags = printing_tags(&text, places);
            found.extend(faults);
            if tags.is_empty() {
                break;
            }
            for tag in tags.into_iter().rev() {
                blank(&mut text, tag);
            }
            match tera.render_str(&text, &context.newer(), false) {
                Ok(_) => break,
                Err(next) => error = next,
            }
        }
        crate::diagnostic::once(found)
    }
}

/// Faults looked for in one text at most: each takes another try.
const MOST_FAULTS: usize = 20;

/// The `{{ … }}` that places of a text are in, each once, the first first.
fn printing_tags(text: &str, places: impl Iterator<Item = (usize, usize)>) -> Vec<Range<usize>> {
    let mut tags: Vec<_> = places.filter_map(|place| printing_tag(text, place)).collect();
    tags.sort_unstable_by_key(|tag| tag.start);
    tags.dedup();
    tags
}

/// Leaves a tag out: columns count characters, and what stands behind keeps its own.
pub(super) fn blank(text: &mut String, tag: Range<usize>) {
    let blank: String = text[tag.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    text.replace_range(tag, &blank);
}

/// The `{{ … }}` that a line and a column of a text are in.
pub(super) fn printing_tag(text: &str, (line, column): (usize, usize)) -> Option<Range<usize>> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let before: usize = text.get(start..)?.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    let at = start + before;
    // The place may be that of the braces themselves.
    let reach = text.char_indices().map(|(at, _)| at).find(|next| *next >= at + 2).unwrap_or(text.len());
    let open = text[..reach].rfind("{{")?;
    let close = open + text[open..].find("}}")? + 2;
    (close > at).then_some(open..close)
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
                let mut found = self.every_fault(tera, text, &context, error, place);
                load::explain_older_dialect(text, &mut found);
                found.iter_mut().for_each(|fault| suggest::improve(fault, &[]));
                found.retain(|fault| !self.follows(fault));
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

#[cfg(test)]
mod tests {
    use super::{blank, printing_tag, printing_tags};

    #[test]
    fn tags_that_are_left_out_leave_the_columns_of_the_others() {
        let mut text = "{{ \"é\" | a }} {{ \"ê\" | b }} c".to_owned();
        let tags = printing_tags(&text, [(1, 21), (1, 10), (1, 22)].into_iter());
        assert_eq!(tags.len(), 2);
        let column = |text: &str| text.chars().position(|c| c == 'c');
        let before = column(&text);
        tags.into_iter().rev().for_each(|tag| blank(&mut text, tag));
        assert_eq!((text.trim(), column(&text)), ("c", before));
    }

    #[test]
    fn the_tag_of_a_place_is_found() {
        let text = "é {{ a }}\n{{ b | c }} {% d %}\n";
        let tag = |line, column| printing_tag(text, (line, column)).map(|tag| &text[tag]);
        assert_eq!(tag(1, 6), Some("{{ a }}"));
        assert_eq!(tag(1, 3), Some("{{ a }}"));
        assert_eq!(tag(2, 8), Some("{{ b | c }}"));
        assert_eq!((tag(2, 16), tag(1, 1), tag(9, 1)), (None, None, None));
    }
}
