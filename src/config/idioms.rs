//! What both dialects read and write out differently, in templates of a site that shows neither.
//!
//! Entry point: [`told`]. Only the first of them is told: it is about the site, not about the line. `{{ a or b }}` is none:
//! nobody writes it for the `true` of the older dialect.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::dialect::UNRUN;
use super::walk::walk;
use super::{Loaded, shown};
use crate::diagnostic::{Diagnostic, Place};

/// Each idiom with what becomes of it in the newer dialect, and in the older one.
static IDIOMS: LazyLock<[(Regex, &str); 2]> = LazyLock::new(|| {
    [
        (
            r#"\{\{[^{}]*\|\s*(round)\s*(?:\(\s*(?:method\s*=\s*["'`]\w+["'`]\s*,?\s*)?\))?\s*-?\}\}"#,
            "Zola 0.23 writes a rounded number with its point, `2.0`, Zola 0.22 without, `2`",
        ),
        (
            r"\{\{[^{}]*\|\s*(escape)\s*-?\}\}",
            "Zola 0.23 escapes this once, Zola 0.22 a second time where it is printed",
        ),
    ]
    .map(|(pattern, told)| (Regex::new(pattern).expect("the pattern is right"), told))
});

/// A warning of the first idiom that the site's templates, or its theme's, use.
pub(crate) fn told(loaded: &Loaded) -> Option<Diagnostic> {
    let folders = std::iter::once(&loaded.root).chain(&loaded.theme_dir).map(|folder| folder.join("templates"));
    let files = folders.flat_map(|folder| walk(&folder)).filter_map(Result::ok);
    files.filter(|entry| entry.file_type().is_file()).find_map(|entry| {
        // In no other file anything is escaped.
        let is_escaped = entry.path().extension().is_some_and(|e| e == "html" || e == "htm" || e == "xml");
        let text = std::fs::read_to_string(entry.path()).ok()?;
        let (at, told) = first(&text, is_escaped)?;
        let place = Place::span(shown(&loaded.root, entry.path()), &text, at);
        let help = "`dialect = \"0.23\"` or `dialect = \"0.22\"` in repere.toml says which one the site is for";
        Some(Diagnostic::warning(told).at(place).help(help))
    })
}

/// Where the first idiom of a template stands, and what is told of it.
fn first(text: &str, is_escaped: bool) -> Option<(std::ops::Range<usize>, &'static str)> {
    let run = UNRUN.replace_all(text, |found: &Captures| " ".repeat(found[0].len()));
    let idioms = if is_escaped { &IDIOMS[..] } else { &IDIOMS[..1] };
    let found = idioms.iter().filter_map(|(pattern, told)| {
        let word = pattern.captures(&run)?.get(1)?;
        Some((word.range(), *told))
    });
    found.min_by_key(|(at, _)| at.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_out_differently_is_found() {
        let word = |text: &str| first(text, true).map(|(at, _)| text[at].to_owned());
        for (text, idiom) in [
            ("{# a #}{{ page.reading_time / 2 | round }}", "round"),
            ("{{ 1.5 | round(method=\"ceil\") }}", "round"),
            ("{{- page.title | escape -}}", "escape"),
        ] {
            assert_eq!(word(text).as_deref(), Some(idiom), "{text}");
        }
        for text in [
            "{{ 1.5 | round(precision=1) }}{{ 1.5 | round | int }}{% set a = 1.5 | round %}",
            "{{ page.title | escape | safe }}{% if a and b %}{% endif %}{{ a if b or c else d }}",
            "{{ a or b }}{# {{ 1.5 | round }} #}{% raw %}{{ 1.5 | round }}{% endraw %}",
        ] {
            assert_eq!(word(text), None, "{text}");
        }
        assert_eq!(first("{{ page.title | escape }}", false), None);
    }
}
