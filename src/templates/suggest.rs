//! What a misspelt word of a template could mean, and where a template names another one: help that the newer engine
//! does not give.
//!
//! Entry points: [`improve`] for its reports, [`name_undefined`] with the values there were, [`joining`] for templates that extend or include what they cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tera::{ErrorKind, Value};

use super::gone;
use super::load::{BUILTIN, Source};
use super::open::still_open;
use super::{functions, report};
use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place, did_you_mean};

/// Filters of the newer engine and of `filters`.
const FILTERS: &str = "abs base64_decode base64_encode capitalize date default escape escape_html escape_xml \
    filesize_format filesizeformat first float format get group_by indent int join json_encode keys last length lower \
    markdown newlines_to_br nth num_format pairs pluralize regex_replace replace reverse round safe shuffle slug slugify \
    sort spaceless split str striptags title trim trim_end trim_start truncate unique upper urlencode urlencode_strict \
    values wordcount";
const TESTS: &str = "after array before bool containing defined divisible_by ending_with even float integer iterable map \
    matching none number odd starting_with string undefined";

/// Adds "did you mean" to a report that names an unknown word, and takes the list of all known ones out of it; says what
/// to write in place of what Zola 0.22 had.
pub(super) fn improve(fault: &mut Diagnostic, sources: &[Source]) {
    if let Some(help) = gone::instead(fault).filter(|help| !fault.help.contains(help)) {
        fault.help.push(help);
    }
    if matches!(fault.message.as_str(), "Unknown tag" | "Unexpected end of input") {
        let text = fault.place.as_ref().and_then(|place| {
            let source = sources.iter().find(|source| place.file.as_os_str() == source.shown.as_str())?;
            still_open(&source.text, place.line, place.column)
        });
        fault.help.extend(text);
        return;
    }
    let Some(word) = fault.message.split('`').nth(1).map(str::to_owned) else { return };
    let near = match fault.message.as_str() {
        text if text.starts_with("Unknown filter") => nearest(&word, FILTERS.split_whitespace()),
        text if text.starts_with("Unknown test") => nearest(&word, TESTS.split_whitespace()),
        text if text.starts_with("Unknown function") => {
            let known = functions::ALL.iter().map(|(name, _)| *name);
            nearest(&word, known.chain(["get_random", "range", "throw"]))
        }
        text if text.starts_with("Unknown component") => nearest(&word, defined(sources, "component")),
        text if text.starts_with("Unknown template") => {
            nearest(&word, sources.iter().map(|source| source.name.as_str()).filter(|name| !name.starts_with(BUILTIN)))
        }
        text if text.starts_with("Unknown argument") => {
            let (_, known) = text.split_once(" are: ").unwrap_or_default();
            nearest(&word, known.split('`').skip(1).step_by(2))
        }
        text if text.starts_with("Block") && text.contains("not defined in any parent") => {
            nearest(&word, defined(sources, "block").filter(|name| *name != word))
        }
        text => {
            let Some((sentence, known)) = text.split_once(". Available ") else { return };
            let known = known.split_once(": ").map_or("", |(_, names)| names);
            let near = nearest(&word, known.split(", "));
            let sentence = sentence.to_owned();
            fault.message = sentence;
            near
        }
    };
    fault.help.extend(near.map(|near| format!("did you mean `{near}`?")));
}

/// Names what is not there, where a report says of which type it is only: `section.pagess` in a loop or before a filter.
pub(super) fn name_undefined(fault: &mut Diagnostic, known: &BTreeMap<String, Value>) {
    let Some(place) = fault.place.as_ref().filter(|_| fault.message.contains("`undefined`")) else { return };
    let Some(before) = place.column.checked_sub(1 + place.hidden) else { return };
    let rest = place.source.char_indices().nth(before).map_or("", |(at, _)| &place.source[at..]);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
    let path = &rest[..end];
    let mut steps = path.split('.');
    let Some(mut value) = steps.next().and_then(|root| known.get(root)) else { return };
    for step in steps {
        let Some(map) = value.as_map() else { return };
        match map.get(&tera::value::Key::Str(step)) {
            Some(inner) => value = inner,
            None => {
                let near = nearest(step, map.keys().filter_map(|key| key.as_str()));
                fault.help.insert(
                    0,
                    match near {
                        Some(near) => format!("there is no `{path}`: did you mean `{near}`?"),
                        None => format!("there is no `{path}`; `{path} | default(value=…)` says what stands in for it"),
                    },
                );
                return;
            }
        }
    }
}

fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let known: BTreeSet<&str> = known.collect();
    did_you_mean(word, known).map(str::to_owned)
}

/// The names that templates give to components or blocks.
fn defined<'s>(sources: &'s [Source], word: &'s str) -> impl Iterator<Item = &'s str> {
    sources.iter().flat_map(move |source| {
        statements(&source.text, word).map(|(_, rest)| {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            &rest[..end]
        })
    })
}

/// Every `{% word …`, with the place of what follows the word.
fn statements<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices("{%").filter_map(move |(at, _)| {
        let inside = &text[at + 2..];
        let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start();
        let rest = inside.strip_prefix(word)?.strip_prefix(char::is_whitespace)?.trim_start();
        Some((text.len() - rest.len(), rest))
    })
}

/// The template that a tag names after a word: `{% extends "base.html" %}`.
pub(super) fn named_by<'t>(tag: &'t str, word: &'t str) -> Option<&'t str> {
    let (_, rest) = statements(tag, word).next()?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next()
}

/// That a template extends one that nobody has.
pub(super) fn no_parent(source: &Source, parent: &str, sources: &[Source]) -> Option<Diagnostic> {
    let place = Place::span(&source.shown, &source.text, named(&source.text, "extends", parent)?);
    let fault = Diagnostic::error(format!("there is no template `{parent}` to extend")).at(place);
    Some(match nearest(parent, sources.iter().map(|source| source.name.as_str())) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("write `templates/{parent}`, or choose a theme that has it")),
    })
}

/// An error about how templates are joined, at the tag that joins them.
pub(super) fn joining(error: &tera::Error, sources: &[Source], loaded: &Loaded) -> Option<Diagnostic> {
    // From the template that holds the tag, by the one it names.
    let (steps, word, message): (Vec<&str>, _, _) = match error.kind() {
        ErrorKind::MissingParent { current, parent } => {
            return no_parent(sources.iter().find(|source| source.name == *current)?, parent, sources);
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            let steps = circle(tpl, inheritance_chain)?;
            let message = format!("`{}` extends itself", steps[0]);
            (steps, "extends", message)
        }
        ErrorKind::CircularInclude { tpl, include_chain } => {
            let from = include_chain.iter().rev().nth(1)?;
            (vec![from, tpl], "include", format!("`{tpl}` includes itself"))
        }
        _ => return None,
    };
    let (from, to) = (steps[0], steps[1]);
    let source = sources.iter().find(|source| source.name == from)?;
    let place = match named(&source.text, word, to) {
        Some(span) => Place::span(&source.shown, &source.text, span),
        None => Place::file(report::template_file(from, loaded)),
    };
    let fault = Diagnostic::error(message).at(place);
    Some(match error.kind() {
        ErrorKind::CircularInclude { include_chain, .. } => fault.help(way(include_chain)),
        _ => fault.help(way(&steps)),
    })
}

/// The circle that a template is in or leads to, from the first of its members by name and back to it: the engine asks
/// templates in no order, and those above a circle as well.
fn circle<'a>(from: &'a str, chain: &'a [String]) -> Option<Vec<&'a str>> {
    let way: Vec<&str> = std::iter::once(from).chain(chain.iter().map(String::as_str)).collect();
    let (last, before) = way.split_last()?;
    let members = &before[before.iter().position(|name| name == last)?..];
    let first = (0..members.len()).min_by_key(|at| members[*at])?;
    Some([&members[first..], &members[..=first]].concat())
}

fn way<T: std::fmt::Display>(steps: &[T]) -> String {
    let steps: Vec<String> = steps.iter().map(|step| format!("`{step}`")).collect();
    format!("the way is {}", steps.join(", "))
}

/// Where a tag names a template, by the name it resolves to or the end of it.
fn named(text: &str, word: &str, to: &str) -> Option<Range<usize>> {
    statements(text, word).find_map(|(at, rest)| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let name = rest[1..].split(quote).next()?;
        to.ends_with(name).then(|| at + 1..at + 1 + name.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_names_becomes_one_that_is_near() {
        let mut fault = Diagnostic::error("Field `titel` is not defined. Available fields: date, title, slug");
        improve(&mut fault, &[]);
        assert_eq!(fault.message, "Field `titel` is not defined");
        assert_eq!(fault.help, ["did you mean `title`?"]);
    }

    #[test]
    fn a_tag_is_found_by_the_template_it_names() {
        let text = "{% set a = 1 %}\n{%- extends \"base.html\" %}";
        assert_eq!(&text[named(text, "extends", "theme/templates/base.html").unwrap()], "base.html");
    }
}
