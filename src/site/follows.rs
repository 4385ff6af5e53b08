//! What a configuration with mistakes has not, and what follows from that: told with its cause, it would only hide it.
//!
//! Entry point: [`Follows`]. Which names of templates come from the configuration is read in their texts, all together and
//! without regard to where a name is known: what is left out for that is told by the next run.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::config::Loaded;
use crate::config::walk::walk;
use crate::diagnostic::Diagnostic;

/// How faults of what is looked up in the configuration are worded.
const LOOKED_UP: &[&str] =
    &["`config.", "`config[", "there is no translation `", "the site has no language `", "the site has no taxonomy `"];
/// And those of content that names what is not there.
const NAMED: &[&str] = &["the configuration has no language `", "the configuration has no taxonomy `"];

/// What gives a name a value: a tag that sets it, a loop, an argument.
static GIVEN: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        r"\bset(?:_global)?\s+(\w+)\s*=((?s:.*?))%\}",
        r"\bfor\s+(?:\w+\s*,\s*)?(\w+)\s+in\b((?s:.*?))%\}",
        r#"\b(\w+)\s*=\s*\{?\s*([\w.\[\]"']+)\s*[,)}/]"#,
    ]
    .map(|pattern| Regex::new(pattern).expect("the pattern is right"))
});

/// What follows from mistakes of the configuration.
pub(super) struct Follows<'a> {
    loaded: &'a Loaded,
    /// Names of templates whose values come from the configuration.
    names: BTreeSet<String>,
}

impl<'a> Follows<'a> {
    pub(super) fn new(loaded: &'a Loaded) -> Self {
        let folders = std::iter::once(&loaded.root).chain(&loaded.theme_dir).map(|folder| folder.join("templates"));
        let files = folders.flat_map(|folder| walk(&folder)).filter_map(Result::ok).filter(|e| e.file_type().is_file());
        let texts: Vec<String> = files.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect();
        Self { loaded, names: from_configuration(&texts) }
    }

    /// Whether a fault of the content may follow: it names a language or taxonomy that could not be read.
    pub(super) fn of_content(fault: &Diagnostic) -> bool {
        NAMED.iter().any(|words| fault.message.starts_with(words))
    }

    /// Whether a fault of rendering may follow: what is looked up in the configuration is not there.
    pub(super) fn of_rendering(&self, fault: &Diagnostic) -> bool {
        let message = &fault.message;
        if LOOKED_UP.iter().any(|words| message.contains(words)) {
            return true;
        }
        if let Some((_, after)) = message.split_once(" in the language `")
            && let Some((lang, _)) = after.split_once('`')
            && !self.loaded.config.languages.contains_key(lang)
        {
            return true;
        }
        root_of(fault).is_some_and(|root| root == "config" || self.names.contains(&root))
    }
}

/// The first name of the path that a fault is about.
fn root_of(fault: &Diagnostic) -> Option<String> {
    let is_of_path = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '"' | '\'' | '?');
    let written = match fault.message.strip_prefix("there is no `") {
        Some(after) => after.split('`').next()?.to_owned(),
        // The newer engine names the last field alone: the path stands before it.
        None => {
            let place = fault.place.as_ref()?;
            let before: Vec<char> =
                place.source.chars().take(place.column.saturating_sub(1) + place.width.max(1)).collect();
            let path: Vec<char> = before.into_iter().rev().take_while(is_of_path).collect();
            path.into_iter().rev().collect()
        }
    };
    written.split(['.', '[', '?']).next().filter(|root| !root.is_empty()).map(str::to_owned)
}

/// The names that are given `config`, a part of it, or a part of such a name.
fn from_configuration(texts: &[String]) -> BTreeSet<String> {
    let given = |text| GIVEN.iter().flat_map(move |pattern: &Regex| pattern.captures_iter(text));
    let pairs: Vec<(&str, BTreeSet<&str>)> = texts
        .iter()
        .flat_map(|text| given(text.as_str()))
        .map(|found| {
            let (name, value) = (found.get(1), found.get(2));
            let words = value.map_or("", |value| value.as_str()).split(|c: char| !c.is_alphanumeric() && c != '_');
            (name.map_or("", |name| name.as_str()), words.filter(|word| !word.is_empty()).collect())
        })
        .collect();
    let mut names = BTreeSet::from(["config"]);
    loop {
        let before = names.len();
        let more: Vec<&str> =
            pairs.iter().filter(|(_, words)| !words.is_disjoint(&names)).map(|(name, _)| *name).collect();
        names.extend(more);
        if names.len() == before {
            break;
        }
    }
    names.remove("config");
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_come_from_the_configuration_are_found() {
        let texts = [
            "{% set e = config.extra %}{% for a, b in e.menu -%}{{ b }}{% endfor %}{%- set_global o = section.extra %}",
            "{{ self::m(c=config, d=section) }}{{<knopf text={e.title} />}}",
        ];
        let names = from_configuration(&texts.map(str::to_owned));
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["b", "c", "e", "text"]);
    }
}
