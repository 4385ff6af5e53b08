//! Style sheets that would end the program while they are compiled: the compiler goes down one call for each bracket that
//! stands in another one, and for each function and mixin that calls another one.
//!
//! Entry points: [`read`] for a file as the compiler is to see it, [`unguarded`] for a place in it as its writer knows it,
//! [`with_room`] round the compiler. Each function and mixin first asks how much of the stack is left; what compiles is
//! not changed by that, and loops without end are the business of `work`.

use std::borrow::Cow;

use grass::sass_ast::ArgumentResult;
use grass::sass_value::Value;
use grass::{Builtin, Options, Visitor};

/// Brackets that may stand in one another.
const DEEPEST: usize = 150;
/// Signs that a line of the indented syntax may begin with: half as many blocks stand in one another.
const WIDEST: usize = 600;
/// Operators of an expression with all those round it: each stands in the one before.
const MOST_OPERATORS: usize = 2000;
/// Stack for one style sheet, taken as far as it is used: a thousand calls inside one another and more.
const STACK: usize = 128 << 20;
/// What must be left of it when a function or a mixin is entered.
const LEFT: usize = 8 << 20;

/// What is told of functions and mixins that have no end.
pub(super) const ENDLESS: &str = "functions and mixins call one another without end, or too deeply";
/// What every function and mixin begins with.
const GUARD: &str =
    "@if -repere-is-deep() {@error unquote(\"functions and mixins call one another without end, or too deeply\")}";
/// The same as lines of the indented syntax, the second one deeper.
const GUARD_LINES: [&str; 2] =
    ["@if -repere-is-deep()", "@error unquote(\"functions and mixins call one another without end, or too deeply\")"];

/// How a style sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Braces,
    Indented,
}

/// Options with the question that guards ask.
pub(super) fn guarding(options: Options<'_>) -> Options<'_> {
    fn is_deep(_: ArgumentResult, _: &mut Visitor) -> Result<Value, Box<grass::Error>> {
        let is_deep = stacker::remaining_stack().is_some_and(|left| left < LEFT);
        Ok(if is_deep { Value::True } else { Value::False })
    }
    options.add_custom_fn("-repere-is-deep", Builtin::new(is_deep))
}

/// Compiles with a stack of its own.
pub(super) fn with_room<T>(compile: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, compile)
}

/// A style sheet with its guards, or what is too deep in it.
pub(super) fn read(text: &str, syntax: Syntax) -> Result<Cow<'_, str>, TooDeep> {
    if let Some(at) = too_deep(text, syntax) {
        return Err(at);
    }
    let guards = guards(text, syntax);
    if guards.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len() + guards.len() * GUARD.len() * 2);
    let mut from = 0;
    for (at, guard) in guards {
        out.push_str(&text[from..at]);
        out.push_str(&guard);
        from = at;
    }
    out.push_str(&text[from..]);
    Ok(Cow::Owned(out))
}

/// The byte of the file as it is written, for a line and a column of what [`read`] made of it.
pub(super) fn unguarded(text: &str, syntax: Syntax, line: usize, column: usize) -> Option<usize> {
    let seen = read(text, syntax).ok()?;
    let start: usize = seen.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let mut at: usize = start + seen[start..].chars().take(column.checked_sub(1)?).map(char::len_utf8).sum::<usize>();
    for (guarded, guard) in guards(text, syntax) {
        if guarded >= at {
            break;
        }
        at = guarded.max(at.saturating_sub(guard.len()));
    }
    Some(at.min(text.len()))
}

/// What is too much in a style sheet, and the byte at which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooDeep {
    Brackets(usize),
    Operators(usize),
}

fn too_deep(text: &str, syntax: Syntax) -> Option<TooDeep> {
    let bytes = text.as_bytes();
    // The operators of each open bracket's item, and of all of them.
    let mut open: Vec<usize> = vec![0];
    let mut operators = 0;
    let (mut indent, mut begins) = (0, true);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\n' => (indent, begins) = (0, true),
            b' ' | b'\t' if begins => indent += 1,
            _ => begins = false,
        }
        if let Some(end) = skipped(text, at) {
            at = end;
            continue;
        }
        // What stands before a block is done with where it begins; before `#{` it is not.
        if byte == b'{' && !text[..at].ends_with('#') {
            operators -= open.last_mut().map(std::mem::take).unwrap_or_default();
        }
        match byte {
            b'(' | b'[' | b'{' => open.push(0),
            b')' | b']' | b'}' if open.len() > 1 => operators -= open.pop().unwrap_or_default(),
            b',' | b';' => operators -= open.last_mut().map(std::mem::take).unwrap_or_default(),
            b'\n' if syntax == Syntax::Indented => operators -= open.last_mut().map(std::mem::take).unwrap_or_default(),
            _ if is_operator(bytes, at) => {
                operators += 1;
                open.last_mut().into_iter().for_each(|count| *count += 1);
            }
            _ => {}
        }
        if open.len() > DEEPEST || (indent > WIDEST && syntax == Syntax::Indented) {
            return Some(TooDeep::Brackets(at));
        }
        if operators > MOST_OPERATORS {
            return Some(TooDeep::Operators(at));
        }
        at += 1;
    }
    None
}

/// Whether an operator begins here; a hyphen inside a name is none.
fn is_operator(bytes: &[u8], at: usize) -> bool {
    let begins = at.checked_sub(1).is_none_or(|before| bytes[before].is_ascii_whitespace() || bytes[before] == b'-');
    match bytes[at] {
        b'+' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' => true,
        b'-' => begins,
        b'n' | b'a' | b'o' if begins => {
            [&b"not "[..], b"and ", b"or "].iter().any(|word| bytes[at..].starts_with(word))
        }
        _ => false,
    }
}

/// Behind a comment, a quoted text or an address that begins here.
fn skipped(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = text.get(at..)?;
    let past = |sign: &str, from: usize| rest[from..].find(sign).map_or(text.len(), |end| at + from + end);
    match bytes[at] {
        b'/' if rest.starts_with("/*") => Some((past("*/", 2) + 2).min(text.len())),
        b'/' if rest.starts_with("//") => Some(past("\n", 2)),
        quote @ (b'"' | b'\'') => Some((quoted(bytes, at, quote) + 1).min(text.len())),
        // Two slashes are no comment in an address; one with more in it is read as any other text.
        b'u' if rest.starts_with("url(") => {
            let mut end = "url(".len();
            loop {
                end += rest[end..].find([')', '#', '"', '\'', '\n'])?;
                match &rest[end..] {
                    inner if inner.starts_with("#{") => end += inner.find('}')? + 1,
                    inner if inner.starts_with('#') => end += 1,
                    inner => return inner.starts_with(')').then_some(at + end + 1),
                }
            }
        }
        _ => None,
    }
}

/// What is put in where, the first first.
fn guards(text: &str, syntax: Syntax) -> Vec<(usize, Cow<'static, str>)> {
    match syntax {
        Syntax::Braces => bodies(text).into_iter().map(|at| (at, Cow::Borrowed(GUARD))).collect(),
        Syntax::Indented => indented(text),
    }
}

/// Where the bodies of functions and mixins begin, behind their brace.
fn bodies(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // Inside the head of a definition: the brackets open in it.
    let mut head: Option<usize> = None;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = skipped(text, at) {
            at = end;
            continue;
        }
        let rest = &bytes[at..];
        match bytes[at] {
            b'@' if rest.starts_with(b"@function") || rest.starts_with(b"@mixin") => head = Some(0),
            b'(' | b'[' => head.iter_mut().for_each(|open| *open += 1),
            b')' | b']' => head.iter_mut().for_each(|open| *open = open.saturating_sub(1)),
            b'{' if head == Some(0) => {
                head = None;
                found.push(at + 1);
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The last byte of a quoted text, or of the line that it is open in.
fn quoted(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Lines before the first one of each function and mixin of the indented syntax.
fn indented(text: &str) -> Vec<(usize, Cow<'static, str>)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut head: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - plain.len()];
        if !plain.trim().is_empty() {
            if let Some(above) = head.take().filter(|above| indent.len() > *above) {
                let deeper = &indent[above..];
                found.push((
                    at,
                    Cow::Owned(format!("{indent}{}\n{indent}{deeper}{}\n", GUARD_LINES[0], GUARD_LINES[1])),
                ));
            }
            if ["@function", "@mixin", "="].iter().any(|word| plain.starts_with(word)) {
                head = Some(indent.len());
            }
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_mixins_are_guarded_and_nothing_else() {
        let text = "@function f($x: \"{\", $y: (1)) { @return 1; }\n// @mixin no {\n/* @mixin no { */a{b:url(//x)}@mixin m{c:d}";
        let bodies = bodies(text);
        assert_eq!(
            bodies.iter().map(|at| &text[at - 3..*at]).collect::<Vec<_>>(),
            [") {", "m{"].map(|end| {
                let at = text.find(end).unwrap() + end.len();
                &text[at - 3..at]
            })
        );
        let seen = read(text, Syntax::Braces).unwrap();
        assert_eq!(seen.replace(GUARD, ""), text);
        let lines = "=m($x)\n  a: b\n@function f()\n\n  @return 1\nb\n  c: d\n";
        let seen = read(lines, Syntax::Indented).unwrap();
        let deep = "  @if -repere-is-deep()\n    @error";
        assert!(seen.starts_with(&format!("=m($x)\n{deep}")) && seen.matches(deep).count() == 2, "{seen}");
    }

    #[test]
    fn places_are_those_of_the_writer() {
        let text = "é @mixin m{a: b} @mixin n{c: d}\ne";
        for (at, sign) in text.char_indices().filter(|(_, sign)| !"{}\n".contains(*sign)) {
            let seen = read(text, Syntax::Braces).unwrap();
            // The last place at which the rest is the same.
            let there = seen.rfind(&text[at..at + sign.len_utf8()]).unwrap();
            let there = if seen[there..].len() == text[at..].len() { there } else { continue };
            let (line, column) = (
                seen[..there].matches('\n').count() + 1,
                seen[..there].rsplit('\n').next().unwrap().chars().count() + 1,
            );
            assert_eq!(unguarded(text, Syntax::Braces, line, column), Some(at));
        }
        let text = "=m\n  a: b\n  c: d\n";
        assert_eq!(unguarded(text, Syntax::Indented, 4, 3), text.find('a'));
        assert_eq!(unguarded(text, Syntax::Indented, 5, 6), text.find('d'));
        assert_eq!(unguarded("a", Syntax::Braces, 9, 9), Some(1));
    }

    #[test]
    fn brackets_without_end_are_found() {
        assert!(read(&"a{".repeat(200), Syntax::Braces).is_err());
        assert!(read(&"a{}".repeat(200), Syntax::Braces).is_ok());
        assert!(read(&"1+(".repeat(100), Syntax::Braces).is_ok());
        assert!(matches!(read(&"1+1+1".repeat(2000), Syntax::Braces), Err(TooDeep::Operators(_))));
        assert!(read(&"a>b{c:d}".repeat(5000), Syntax::Braces).is_ok());
        assert!(read(&format!("a{{b:{}}}", "1+#{".repeat(100)), Syntax::Braces).is_ok());
        let names = format!(
            "$a: ({}); b {{c: url(data:{}) \"{}\"}}",
            "a-b-c: -d, ".repeat(5000),
            "+/".repeat(5000),
            "+".repeat(5000)
        );
        assert!(read(&names, Syntax::Braces).is_ok());
        assert!(read(&format!("{}a", " ".repeat(700)), Syntax::Indented).is_err());
        assert!(read(&format!("{}a", " ".repeat(700)), Syntax::Braces).is_ok());
        let addresses = "@font-face{src: url(https://cdn.test/#{$v}/f.woff), url(//x/y.eot?#iefix)}".repeat(300);
        assert!(read(&addresses, Syntax::Braces).is_ok());
        for text in
            ["@mixin", "url(#{", "@function f(", "url(", "\"", "'\\", "/*", "//", "@mixin m{", "/", "=", "=\n a"]
        {
            let _ = (read(text, Syntax::Braces), read(text, Syntax::Indented));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_put_in_can_be_taken_out(text in "(@function|@mixin|=| f|\\(|\\)|\\{|\\}|\\[|\"|'|/\\*|\\*/|//|url\\(|#|é|\\\\|\n| |;){0,40}") {
            for (syntax, guard) in [(Syntax::Braces, GUARD.to_owned()), (Syntax::Indented, String::new())] {
                let Ok(seen) = read(&text, syntax) else { continue };
                if syntax == Syntax::Braces {
                    proptest::prop_assert_eq!(seen.replace(&guard, ""), text.clone());
                }
                for (line, column) in [(1, 1), (1, 30), (2, 2), (3, 99)] {
                    proptest::prop_assert!(unguarded(&text, syntax, line, column).is_none_or(|at| at <= text.len()));
                }
            }
        }
    }
}
