//! Finding and compiling templates: the site's over the theme's over the built-in ones.
//!
//! Names: a site template is `page.html`, the theme's is also `THEME/templates/page.html` (so that the site can extend
//! the very template it shadows), a built-in one `__zola_builtins/page.html`.

use std::collections::BTreeSet;
use std::path::Path;

use tera::Tera;

use super::broken::{self, Faults};
use super::reads::Closures;
use super::{older, report, suggest};
use crate::config::walk::{closed, walk};
use crate::config::{Dialect, Loaded, text};
use crate::diagnostic::{Diagnostic, Place, slashed};

/// Prefix of the built-in templates' names.
pub(super) const BUILTIN: &str = "__zola_builtins/";

pub(super) const BUILTINS: &[(&str, &str)] = &[
    ("__zola_builtins/404.html", include_str!("builtin/404.html")),
    ("__zola_builtins/anchor-link.html", include_str!("builtin/anchor-link.html")),
    ("__zola_builtins/_markup/responsive-image.html", include_str!("builtin/_markup/responsive-image.html")),
    ("__zola_builtins/atom.xml", include_str!("builtin/atom.xml")),
    ("__zola_builtins/index.html", include_str!("builtin/index.html")),
    ("__zola_builtins/internal/alias.html", include_str!("builtin/internal/alias.html")),
    ("__zola_builtins/page.html", include_str!("builtin/page.html")),
    ("__zola_builtins/robots.txt", include_str!("builtin/robots.txt")),
    ("__zola_builtins/rss.xml", include_str!("builtin/rss.xml")),
    ("__zola_builtins/section.html", include_str!("builtin/section.html")),
    ("__zola_builtins/sitemap.xml", include_str!("builtin/sitemap.xml")),
    ("__zola_builtins/split_sitemap_index.xml", include_str!("builtin/split_sitemap_index.xml")),
    ("__zola_builtins/summary-cutoff.html", include_str!("builtin/summary-cutoff.html")),
];

/// An engine that looks names up in the theme, then among the built-in templates.
pub(super) fn engine(loaded: &Loaded) -> Result<Tera, Vec<Diagnostic>> {
    let mut tera = Tera::default();
    let mut prefixes = Vec::new();
    if let Some(theme) = &loaded.config.theme {
        prefixes.push(format!("{theme}/templates/"));
    }
    prefixes.push(BUILTIN.to_owned());
    tera.set_fallback_prefixes(prefixes).map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    Ok(tera)
}

/// Compiles every template into `tera`. Those that cannot be used come back with all that is wrong with them, and stand
/// empty in the engine.
pub(super) fn compile(tera: Tera, loaded: &Loaded) -> Result<(Tera, Faults), Vec<Diagnostic>> {
    let (sources, mut faults) = sources(loaded);
    for source in &sources {
        older_dialect(&source.text, &source.shown).into_iter().for_each(|fault| faults.add(&source.name, fault));
    }
    let mut asked_alone = false;
    let closures = std::cell::OnceCell::new();
    loop {
        let own = sources.iter().map(|source| {
            let text = if faults.names.contains(&source.name) { "" } else { source.text.as_str() };
            (source.name.as_str(), text)
        });
        let mut engine = tera.clone();
        let Err(error) = engine.add_raw_templates(BUILTINS.iter().copied().chain(own)) else {
            return Ok((engine, faults));
        };
        // The engine stops at the first file it cannot read: each file is asked alone, so that one run tells everything.
        let known = faults.names.len();
        if !std::mem::replace(&mut asked_alone, true) {
            unreadable(&sources, loaded, &mut faults);
            without_parent(&sources, loaded, &mut faults);
        }
        if faults.names.len() == known {
            let told = match suggest::joining(&error, &sources, loaded) {
                Some(fault) => vec![fault],
                None => report::all(&error, loaded, None),
            };
            blame(told, &sources, closures.get_or_init(|| Closures::read(loaded)), &mut faults);
        }
        if faults.names.len() == known {
            // Nobody knows whose fault it is.
            return Err(faults.told);
        }
    }
}

/// The templates that cannot be parsed.
fn unreadable(sources: &[Source], loaded: &Loaded, faults: &mut Faults) {
    for source in sources {
        let Err(error) = Tera::default().add_raw_template(&source.name, &source.text) else { continue };
        if matches!(error.kind(), tera::ErrorKind::SyntaxError(_)) && !faults.names.contains(&source.name) {
            for mut fault in report::all(&error, loaded, None) {
                suggest::improve(&mut fault, sources);
                faults.add(&source.name, fault);
            }
        }
    }
}

/// The templates that extend one that nobody has.
fn without_parent(sources: &[Source], loaded: &Loaded, faults: &mut Faults) {
    let theme = loaded.config.theme.as_ref().map(|theme| format!("{theme}/templates/")).unwrap_or_default();
    let own = sources.iter().map(|source| source.name.as_str());
    let names: BTreeSet<&str> = own.chain(BUILTINS.iter().map(|(name, _)| *name)).collect();
    let is_there = |name: &str| {
        ["", theme.as_str(), BUILTIN].iter().any(|prefix| names.contains(format!("{prefix}{name}").as_str()))
    };
    for source in sources {
        if faults.names.contains(&source.name) {
            continue;
        }
        let tags = older::tags(&source.text).into_iter().map(|tag| &source.text[tag]);
        // What is printed may quote a tag.
        let parent = tags
            .filter(|tag| tag.starts_with("{%"))
            .filter_map(|tag| suggest::named_by(tag, "extends"))
            .find(|parent| !is_there(parent));
        if let Some(fault) = parent.and_then(|parent| suggest::no_parent(source, parent, sources)) {
            faults.add(&source.name, fault);
        }
    }
}

/// Gives each fault to the template it is in. What follows from one that was told before is not told.
fn blame(told: Vec<Diagnostic>, sources: &[Source], closures: &Closures, faults: &mut Faults) {
    let before = faults.names.clone();
    for mut fault in told {
        let file = fault.place.as_ref().map(|place| slashed(&place.file));
        let Some(source) = sources.iter().find(|source| Some(&source.shown) == file.as_ref()) else {
            suggest::improve(&mut fault, sources);
            faults.told.push(fault);
            continue;
        };
        let follows = broken::misses_another(&fault.message) && closures.reaches(&source.name, &before);
        if follows {
            faults.names.insert(source.name.clone());
        } else {
            suggest::improve(&mut fault, sources);
            faults.add(&source.name, fault);
        }
    }
}

/// A template as its file has it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// As other templates call it.
    pub(super) name: String,
    pub(super) text: String,
    /// The file below the site's root.
    pub(super) shown: String,
}

/// Every template of the site and of its theme; one that is no text stands empty among them.
pub(super) fn sources(loaded: &Loaded) -> (Vec<Source>, Faults) {
    let mut faults = Faults::default();
    let mut sources = Vec::new();
    let own = loaded.root.join("templates");
    let theme = loaded.theme_dir.as_ref().map(|theme| theme.join("templates"));
    let is_older = loaded.dialect == Dialect::Zola022;
    if is_older && let Some(theme) = theme.filter(|theme| !theme.is_dir()) {
        let message = "the theme has no `templates` folder";
        let place = Place::file(slashed(theme.strip_prefix(&loaded.root).unwrap_or(&theme)));
        faults.told.push(Diagnostic::error(message).at(place));
    }
    // The older dialect builds a site without templates, with words that say so on each page.
    if !is_older && !own.is_dir() && loaded.theme_dir.is_none() {
        faults.told.push(
            Diagnostic::error("the site has neither a `templates` folder nor a theme")
                .help("put an `index.html` into `templates/`, or name a theme of `themes/` with the key `theme`"),
        );
    }
    read(&own, "", is_template, &loaded.root, &mut sources, &mut faults);
    if let (Some(theme), Some(folder)) = (&loaded.config.theme, &loaded.theme_dir) {
        let folder = folder.join("templates");
        let robots = folder.join("robots.txt");
        let is_of_theme = |path: &Path| if is_older { is_markup(path) || path == robots } else { is_template(path) };
        read(&folder, &format!("{theme}/templates/"), is_of_theme, &loaded.root, &mut sources, &mut faults);
    }
    (sources, faults)
}

fn read(
    folder: &Path,
    prefix: &str,
    is_wanted: impl Fn(&Path) -> bool,
    root: &Path,
    sources: &mut Vec<Source>,
    faults: &mut Faults,
) {
    let met = walk(folder);
    faults.told.extend(closed(&met, root));
    let files = met.into_iter().filter_map(Result::ok);
    for entry in files.filter(|entry| entry.file_type().is_file() && is_wanted(entry.path())) {
        let path = entry.path();
        let shown = slashed(path.strip_prefix(root).unwrap_or(path));
        let name = format!("{prefix}{}", slashed(path.strip_prefix(folder).unwrap_or(path)));
        let text = text::read(path, &shown).unwrap_or_else(|fault| {
            faults.add(&name, fault);
            String::new()
        });
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        sources.push(Source { name, text, shown });
    }
}

fn is_template(path: &Path) -> bool {
    is_markup(path) || path.extension().is_some_and(|e| ["txt", "json", "ics"].iter().any(|known| e == *known))
}

/// All that the older dialect reads of a theme, but for its `robots.txt`.
fn is_markup(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    extension.ends_with("ml") || extension == "md"
}

/// Faults for each macro or import of the older dialect: the engine would only say "unexpected identifier".
fn older_dialect(text: &str, shown: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for word in ["macro", "import"] {
        if let Some(at) = find_statement(text, word) {
            let place = Place::span(shown, text, at..at + word.len());
            let message = format!("`{word}` belongs to the templates of Zola 0.22; this program reads those of 0.23");
            found.push(Diagnostic::error(message).at(place).help(
                "write a component: `{% component button(label) %}…{% endcomponent %}`, called `{{<button label=\"…\" />}}`",
            ));
        }
    }
    found
}

/// Where the statement `{% word` has its word.
fn find_statement(text: &str, word: &str) -> Option<usize> {
    text.match_indices("{%").find_map(|(at, _)| {
        let inside = &text[at + 2..];
        let trimmed = inside.strip_prefix('-').unwrap_or(inside).trim_start();
        let rest = trimmed.strip_prefix(word)?;
        rest.starts_with(char::is_whitespace).then(|| text.len() - trimmed.len())
    })
}

/// Says what to do when a text of content was written with shortcodes.
pub(super) fn explain_older_dialect(text: &str, faults: &mut [Diagnostic]) {
    let has_end = text.contains("{% end %}") || text.contains("{%- end -%}");
    for fault in faults {
        if has_end || fault.message.starts_with("Unknown function") || fault.message.contains("Unknown tag") {
            fault.help.push(
                "shortcodes belong to Zola 0.22; in 0.23 call a component: `{{<name key=\"value\" />}}` or `{% <name> %}…{% </name> %}`"
                    .to_owned(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_is_told_with_its_place() {
        let found = older_dialect("a\n{%- macro x() %}{% endmacro %}", "templates/m.html");
        assert_eq!(found.len(), 1);
        let place = found[0].place.as_ref().unwrap();
        assert_eq!((place.line, place.column), (2, 5));
        assert!(older_dialect("{% set importance = 1 %}", "x").is_empty());
    }
}
