//! Templates of the older dialect that reading alone could end the program with: its parser goes down one call for each
//! bracket, tag and operator that stands inside another.
//!
//! Entry point: [`too_deep`]. It looks at signs; what they mean is no matter here.

use super::spans;
use crate::diagnostic::{Diagnostic, Place};

/// How many brackets or tags may stand inside each other.
const DEEPEST: usize = 60;
/// How many operators may stand inside each other: `1 + 2 + 3` is two deep.
pub(super) const MOST_OPERATORS: usize = 10_000;

/// A template whose brackets, tags or operators stand inside each other too deeply.
pub(super) fn too_deep(file: &str, text: &str) -> Option<Diagnostic> {
    let mut open: usize = 0;
    for tag in spans::tags(text) {
        let inside = &text[tag.clone()];
        let mut brackets: usize = 0;
        for (at, byte) in inside.bytes().enumerate() {
            match byte {
                b'(' | b'[' => brackets += 1,
                b')' | b']' => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            if brackets > DEEPEST {
                let place = Place::span(file, text, tag.start + at..tag.start + at + 1);
                return Some(
                    Diagnostic::error(format!("more than {DEEPEST} brackets stand inside each other")).at(place),
                );
            }
        }
        if operators(inside) > MOST_OPERATORS {
            let message = format!("more than {MOST_OPERATORS} operators stand in one expression");
            return Some(Diagnostic::error(message).at(Place::span(file, text, tag.start..tag.start + 2)));
        }
        match spans::word(inside) {
            "if" | "for" | "block" | "filter" | "macro" => open += 1,
            word if word.starts_with("end") => open = open.saturating_sub(1),
            _ => {}
        }
        if open > DEEPEST {
            let place = Place::span(file, text, tag);
            return Some(Diagnostic::error(format!("more than {DEEPEST} tags stand inside each other")).at(place));
        }
    }
    None
}

/// What stands between two brackets.
#[derive(Default)]
struct Level {
    /// Operators of the item that is being read.
    operators: usize,
    /// The deepest of what stands in brackets in it.
    inside: usize,
    /// The deepest item before it.
    before: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.before.max(self.operators + self.inside)
    }
}

/// How many operators of a tag stand inside each other at most, whatever texts say. Items of a list stand beside one another.
fn operators(tag: &str) -> usize {
    // Fewer than one in two bytes are.
    if tag.len() < MOST_OPERATORS {
        return 0;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let (bytes, mut at) = (tag.as_bytes(), 0);
    let mut above: Vec<Level> = Vec::new();
    let mut level = Level::default();
    while let Some(byte) = bytes.get(at) {
        let from = at;
        at += 1;
        match byte {
            b'"' | b'\'' | b'`' => {
                at += bytes[at..].iter().position(|other| other == byte).map_or(bytes.len(), |end| end + 1);
            }
            // A word may follow a number without a blank.
            b'0'..=b'9' => {}
            byte if is_name(*byte) => {
                at += bytes[at..].iter().take_while(|byte| is_name(**byte)).count();
                level.operators += usize::from(matches!(&tag[from..at], "and" | "or" | "not"));
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' => level.operators += 1,
            b'(' | b'[' => above.push(std::mem::take(&mut level)),
            b')' | b']' => {
                if let Some(outer) = above.pop() {
                    let depth = level.depth();
                    level = Level { inside: outer.inside.max(depth), ..outer };
                }
            }
            b',' => level = Level { before: level.depth(), ..Level::default() },
            _ => {}
        }
    }
    // What is not closed is no template, but is read until there.
    above.into_iter().rev().fold(level.depth(), |depth, outer| outer.depth().max(outer.operators + depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a text that is made long enough to be counted.
    fn count(tag: &str) -> usize {
        operators(&format!("{tag}{}", " ".repeat(MOST_OPERATORS)))
    }

    #[test]
    fn operators_that_stand_inside_each_other_are_counted() {
        assert_eq!(count("1 + 2 * 3 and 4 or not 5"), 5);
        assert_eq!(count("1and 2and \"a\"and (b)or c1and"), 4);
        assert_eq!(count("\"1 + 2 and 3\" + 'a - b' ~ `-`"), 1);
        assert_eq!(count("[-1, -1, -1, 1 + 2 + 3]"), 2);
        assert_eq!(count("f(a=1, b=2, c=[3 + 4, 5])"), 2, "an argument has one of its own");
        assert_eq!(count("(1 + (2 + 3)) + (4 + 5 + 6 + 7)"), 4);
        assert_eq!(count("1 + (2 + (3 + 4"), 3);
        assert_eq!(count("a, b) ] c"), 0);
    }
}
