//! Compiling templates for Tera 1: the site's, the theme's under its own name and under the short one, the built-in ones.

use std::collections::BTreeMap;

use tera1::Tera;

use super::super::load::{BUILTIN, BUILTINS, sources};
use super::report;
use crate::config::Loaded;
use crate::diagnostic::Diagnostic;

/// Built-in templates whose words differ in Tera 1.
const OLDER_BUILTINS: &[(&str, &str)] = &[
    ("__zola_builtins/atom.xml", include_str!("builtin/atom.xml")),
    ("__zola_builtins/summary-cutoff.html", include_str!("builtin/summary-cutoff.html")),
    ("__zola_builtins/rss.xml", include_str!("builtin/rss.xml")),
];

/// The texts of templates by name, with the file of each, to show where something went wrong.
pub(super) type Sources = BTreeMap<String, (String, String)>;

/// Compiles every template into `tera`; all faults of all files come back.
pub(super) fn compile(tera: &mut Tera, loaded: &Loaded) -> Result<Sources, Vec<Diagnostic>> {
    let mut all = Sources::new();
    for (name, text) in BUILTINS.iter().chain(OLDER_BUILTINS) {
        let file = format!("(built-in) {}", name.trim_start_matches(BUILTIN));
        all.insert((*name).to_owned(), (file, (*text).to_owned()));
    }
    let prefix = loaded.config.theme.as_ref().map(|theme| format!("{theme}/templates/"));
    for source in sources(loaded)? {
        // The site's come first: what the theme calls by the same short name stays in its shadow.
        let short = prefix.as_ref().and_then(|prefix| source.name.strip_prefix(prefix.as_str()));
        if let Some(short) = short {
            all.entry(short.to_owned()).or_insert_with(|| (source.shown.clone(), source.text.clone()));
        }
        all.insert(source.name, (source.shown, source.text));
    }
    let Err(error) = tera.add_raw_templates(all.iter().map(|(name, (_, text))| (name, text))) else { return Ok(all) };
    // The engine stops at the first file it cannot read: ask each file alone, so that one run tells everything.
    let mut faults: Vec<Diagnostic> = Vec::new();
    for (name, (_, text)) in &all {
        let alone = Tera::default().add_raw_template(name, text).err();
        let fault = alone.filter(report::is_syntax).map(|error| report::diagnose(&error, &all));
        faults.extend(fault.filter(|fault| !faults.contains(fault)));
    }
    if faults.is_empty() {
        faults.push(report::diagnose(&error, &all));
    }
    Err(faults)
}
