//! The faults of Tera 1 as diagnostics. The engine tells a line for what it cannot parse only; for what goes wrong while
//! rendering, the word it complains about is looked for in the template.

use std::error::Error as _;

use tera1::{Error, ErrorKind};

use super::load::Sources;
use crate::diagnostic::{Diagnostic, Place};

/// Whether an error is about how a template is written, not about what it extends or imports.
pub(super) fn is_syntax(error: &Error) -> bool {
    chain(error).iter().any(|text| text.contains("--> "))
}

/// An error with its place and, as help, the way that led there.
pub(super) fn diagnose(error: &Error, sources: &Sources) -> Diagnostic {
    let texts = chain(error);
    let name = texts.iter().rev().find_map(|text| quoted(text, '\'').find(|name| sources.contains_key(*name)));
    let cause = texts.last().map_or("", String::as_str);
    let mut fault = Diagnostic::error(message(cause));
    if let Some((name, (file, text))) = name.and_then(|name| sources.get_key_value(name)) {
        fault = fault.at(place(cause, file, text));
        for frame in texts[..texts.len() - 1].iter().filter(|text| !text.contains(&format!("'{name}'"))) {
            fault.help.push(message(frame));
        }
    }
    if let ErrorKind::FunctionNotFound(_) | ErrorKind::FilterNotFound(_) = &error.kind {
        fault.help.push("the functions and filters are those of Zola 0.22".to_owned());
    }
    fault
}

/// Every text of an error, the outermost first.
fn chain(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    texts
}

/// The sentence alone, without the excerpt the parser draws.
fn message(text: &str) -> String {
    let told = text.lines().rev().find_map(|line| line.trim().strip_prefix("= "));
    let text = told.unwrap_or_else(|| text.lines().next().unwrap_or_default());
    text.trim().trim_end_matches('.').replace('\'', "`")
}

fn quoted(text: &str, mark: char) -> impl Iterator<Item = &str> {
    text.split(mark).skip(1).step_by(2)
}

fn place(cause: &str, file: &str, text: &str) -> Place {
    if let Some((line, column)) = position(cause) {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let column: usize = text[start..].chars().take(column - 1).map(char::len_utf8).sum();
        let at = (start + column).min(text.len());
        return Place::span(file, text, at..(at + 1).min(text.len()));
    }
    let word = quoted(cause, '`').chain(quoted(cause, '\'')).find(|word| !word.is_empty() && text.contains(word));
    match word.and_then(|word| text.find(word).map(|at| at..at + word.len())) {
        Some(span) => Place::span(file, text, span),
        None => Place::file(file),
    }
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
        let cause = " --> 2:4\n  |\n2 | a {{ b\n  |    ^---\n  |\n  = expected a filter";
        let place = place(cause, "templates/a.html", "x\na {{ b\n");
        assert_eq!((place.line, place.column), (2, 4));
        assert_eq!(message(cause), "expected a filter");
    }

    #[test]
    fn the_place_of_another_is_the_word_it_names() {
        let cause = "Variable `nom` not found in context while rendering 'a.html'";
        assert_eq!(place(cause, "templates/a.html", "x\n{{ nom }}").line, 2);
    }
}
