//! The faults of the older dialect as diagnostics: with file, line, column and the words to blame.

use std::error::Error as _;
use std::ops::Range;

use tera1::{Error, ErrorKind};

use super::Fault;
use super::load::Sources;
use super::program::Span;
use crate::diagnostic::{Diagnostic, Place};
use crate::templates::open::still_open;

/// Calls told at most: a template that calls itself would fill the screen.
const MOST_CALLS: usize = 6;

/// A fault of a running template.
pub(super) fn diagnose(fault: &Fault, sources: &Sources) -> Diagnostic {
    let mut told = Diagnostic::error(fault.message.as_str());
    if let Some(place) = fault.span.and_then(|span| place(span, fault.word.as_deref(), sources)) {
        told = told.at(place);
    }
    if let Some(near) = &fault.near {
        told = told.help(format!("did you mean `{near}`?"));
    }
    for (what, span) in fault.calls.iter().take(MOST_CALLS) {
        let Some(place) = place(*span, None, sources) else { continue };
        let call = format!("{what} at {}:{}:{}", place.file.display(), place.line, place.column);
        if told.help.last() != Some(&call) {
            told = told.help(call);
        }
    }
    told
}

fn place(span: Span, word: Option<&str>, sources: &Sources) -> Option<Place> {
    let (file, text) = sources.values().nth(span.template as usize)?;
    let tag = span.start as usize..span.end as usize;
    if tag.is_empty() {
        return Some(Place::file(file));
    }
    let inside = text.get(tag.clone())?;
    let span = word
        .and_then(|word| find_word(inside, word))
        .map_or(tag.clone(), |found| tag.start + found.start..tag.start + found.end);
    Some(Place::span(file, text, span))
}

/// Where a word stands whole in a tag; else where its letters stand.
fn find_word(tag: &str, word: &str) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = tag.match_indices(word).find(|(at, _)| {
        let before = tag[..*at].chars().next_back();
        let after = tag[at + word.len()..].chars().next();
        !before.is_some_and(|c| is_part(c) || c == '.') && !after.is_some_and(is_part)
    });
    let (at, _) = whole.or_else(|| tag.match_indices(word).next())?;
    Some(at..at + word.len())
}

/// What the parser cannot read.
pub(super) fn syntax(error: &Error, file: &str, text: &str) -> Diagnostic {
    let mut cause = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        cause = inner.to_string();
        next = inner.source();
    }
    let told = Diagnostic::error(message(&cause));
    let mut told = match position(&cause) {
        Some((line, column)) => {
            let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let column: usize = text[start..].chars().take(column - 1).map(char::len_utf8).sum();
            let at = (start + column).min(text.len());
            told.at(Place::span(file, text, at..(at + 1).min(text.len())))
        }
        None => match quoted(&cause).find_map(|word| text.rfind(word).map(|at| at..at + word.len())) {
            Some(span) => told.at(Place::span(file, text, span)),
            None => told.at(Place::file(file)),
        },
    };
    if let Some(place) = told.place.as_ref().filter(|_| told.message.contains("tag")) {
        told.help.extend(still_open(text, place.line, place.column));
    }
    match &error.kind {
        ErrorKind::Msg(_) => told,
        _ => told.help("templates of this site are read as those of Zola 0.22"),
    }
}

/// The sentence alone, without the excerpt the parser draws.
fn message(text: &str) -> String {
    let told = text.lines().rev().find_map(|line| line.trim().strip_prefix("= "));
    let text = told.unwrap_or_else(|| text.lines().next().unwrap_or_default());
    text.trim().trim_end_matches('.').replace('\'', "`")
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|word| !word.is_empty())
}

/// `--> 3:4` of the parser.
fn position(text: &str) -> Option<(usize, usize)> {
    let (line, column) = text.split_once("--> ")?.1.lines().next()?.trim().split_once(':')?;
    Some((line.parse().ok().filter(|n| *n > 0)?, column.parse().ok().filter(|n| *n > 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_syntax_error_is_the_parsers() {
        let text = "x\na {{ b | }}\n";
        let error = tera1::Template::new("a.html", None, text).unwrap_err();
        let told = syntax(&error, "templates/a.html", text);
        let place = told.place.unwrap();
        assert_eq!((place.line, place.source.as_str()), (2, "a {{ b | }}"));
        assert!(told.message.starts_with("expected"), "{}", told.message);
    }

    #[test]
    fn a_word_is_found_whole() {
        assert_eq!(find_word("{{ names | name }}", "name"), Some(11..15));
        assert_eq!(find_word("{{ page.name ~ name }}", "name"), Some(15..19));
    }
}
