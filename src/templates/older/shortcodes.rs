//! The shortcodes of a text, rendered by Tera 1.

use std::collections::BTreeMap;

use tera1::Context;

use super::Engine;
use crate::markdown::{ShortcodeCall, ShortcodeKind, Shortcodes};

/// Which shortcodes there are: each name with its template.
#[derive(Debug, Default)]
pub(in crate::templates) struct Definitions(BTreeMap<String, (ShortcodeKind, String)>);

impl Definitions {
    /// Reads them off the names of templates: `shortcodes/NAME.html` and `shortcodes/NAME.md`.
    pub(super) fn new<'a>(templates: impl Iterator<Item = &'a str>) -> Self {
        let mut found = BTreeMap::new();
        let mut names: Vec<&str> = templates.collect();
        // Of two files with one name the HTML wins.
        names.sort_unstable_by(|a, b| b.cmp(a));
        for template in names {
            let Some(file) = template.strip_prefix("shortcodes/") else { continue };
            let kinds = [(".md", ShortcodeKind::Markdown), (".html", ShortcodeKind::Html)];
            for (suffix, kind) in kinds {
                if let Some(name) = file.strip_suffix(suffix) {
                    found.insert(name.to_owned(), (kind, template.to_owned()));
                }
            }
        }
        Self(found)
    }
}

/// The shortcodes as one text may call them: with the page it is of.
pub(in crate::templates) struct Scope<'a> {
    engine: &'a Engine,
    context: Context,
}

impl<'a> Scope<'a> {
    /// For a text of a page: `config`, `lang`, and `page` or `section`.
    pub(in crate::templates) fn new(engine: &'a Engine, values: &super::Context) -> Self {
        Self { engine, context: values.older() }
    }

    /// For a text of no page.
    pub(super) fn empty(engine: &'a Engine) -> Self {
        Self { engine, context: Context::new() }
    }
}

impl Shortcodes for Scope<'_> {
    fn kind(&self, name: &str) -> Option<ShortcodeKind> {
        self.engine.definitions().0.get(name).map(|(kind, _)| *kind)
    }

    fn names(&self) -> Vec<&str> {
        self.engine.definitions().0.keys().map(String::as_str).collect()
    }

    fn render(&self, call: ShortcodeCall) -> Result<String, String> {
        let template = self.engine.definitions().0.get(call.name).map(|(_, template)| template.as_str());
        let mut context = Context::new();
        for (name, value) in call.args {
            context.insert(name, value);
        }
        if let Some(body) = call.body {
            context.insert("body", body);
        }
        context.insert("nth", &call.nth);
        // What the page has comes last: an argument called `page` does not hide it.
        context.extend(self.context.clone());
        let rendered = self.engine.tera.render(template.unwrap_or_default(), &context);
        let text = rendered.map_err(|error| {
            let fault = super::report::diagnose(&error, &self.engine.sources);
            match fault.place {
                Some(place) => format!("{} ({}:{})", fault.message, place.file.display(), place.line),
                None => fault.message,
            }
        })?;
        Ok(text.replace("\r\n", "\n"))
    }
}
