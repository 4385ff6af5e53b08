//! The shortcodes of a text, rendered by Tera 1.

use std::cell::Cell;
use std::collections::BTreeMap;

use tera::Value;

use super::{Engine, run};
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

/// How deep shortcodes may call each other through the filter `markdown`.
const DEEPEST: usize = 16;

thread_local! {
    /// How deep the text that is being rendered on this thread is.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// The shortcodes as one text may call them: with the page it is of.
pub(in crate::templates) struct Scope<'a> {
    engine: &'a Engine,
    values: super::Context,
}

impl<'a> Scope<'a> {
    /// For a text of a page: `config`, `lang`, and `page` or `section`.
    pub(in crate::templates) fn new(engine: &'a Engine, values: &super::Context) -> Self {
        Self { engine, values: values.clone() }
    }

    /// For a text of no page.
    pub(super) fn empty(engine: &'a Engine) -> Self {
        Self { engine, values: super::Context::new() }
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
        if DEPTH.get() >= DEEPEST {
            return Err(format!("`{}` calls itself without end", call.name));
        }
        DEPTH.set(DEPTH.get() + 1);
        let rendered = self.render_here(call);
        DEPTH.set(DEPTH.get() - 1);
        rendered
    }
}

impl Scope<'_> {
    fn render_here(&self, call: ShortcodeCall) -> Result<String, String> {
        let template = self.engine.definitions().0.get(call.name).map(|(_, template)| template.as_str());
        // What is wrong with it has been told.
        if template.is_some_and(|template| self.engine.shared.fault_behind(template).is_some()) {
            return Ok(String::new());
        }
        let mut known = run::Known::new();
        for (name, value) in call.args {
            known.insert(name.clone(), Value::from_serializable(value));
        }
        if let Some(body) = call.body {
            known.insert("body".to_owned(), Value::from(body));
        }
        known.insert("nth".to_owned(), Value::from(call.nth));
        // What the page has comes last: an argument called `page` does not hide it.
        known.extend(self.values.values().iter().map(|(name, value)| (name.clone(), value.clone())));
        let text =
            self.engine.run(template.unwrap_or_default(), &known, &self.values).map_err(|fault| match fault.place {
                Some(place) => format!("{} ({}:{})", fault.message, place.file.display(), place.line),
                None => fault.message,
            })?;
        Ok(text.replace("\r\n", "\n"))
    }
}
