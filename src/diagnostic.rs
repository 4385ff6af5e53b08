//! What is wrong, where, and what to do: one value for every problem a person can repair.
//!
//! Entry points: [`Diagnostic::error`] and [`Diagnostic::warning`] with their builders, [`render`] for a terminal.
//! A step that can find several problems returns them all (`Vec<Diagnostic>`); printing happens once, in `cli`.
//! This module reads no file: the offending line travels inside the [`Place`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How much a problem weighs: errors stop a build, warnings do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The build cannot go on.
    Error,
    /// The build goes on; somebody should look.
    Warning,
}

/// A place in a file. Lines and columns start at 1; columns count characters, not bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path relative to the site's root, with `/` separators.
    pub file: PathBuf,
    /// Line of the file, 0 when only the file is known.
    pub line: usize,
    /// Column of the line, 0 when only the line is known.
    pub column: usize,
    /// How many characters are marked from `column` on (at least 1 when a column is known).
    pub width: usize,
    /// The text of the line, empty when unknown; of a very long one the part round the column.
    pub source: String,
    /// Characters of the line before that part.
    pub hidden: usize,
}

impl Place {
    /// The whole file, when no line can be named.
    pub fn file(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: 0, column: 0, width: 0, source: String::new(), hidden: 0 }
    }

    /// A span of bytes in `text`, the whole content of `file`. Spans past the end point at its last character.
    pub fn span(file: impl Into<PathBuf>, text: &str, span: std::ops::Range<usize>) -> Self {
        Lines::new(text).place(file, span)
    }

    /// A line of `text`, the whole content of `file`, without a column.
    pub fn line(file: impl Into<PathBuf>, text: &str, line: usize) -> Self {
        let source = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let source = source[..boundary(source, SHOWN)].to_owned();
        Self { file: file.into(), line, column: 0, width: 0, source, hidden: 0 }
    }
}

/// Bytes of a line that are shown at most; of a longer one the part round the column.
const SHOWN: usize = 400;

/// Bytes of a sentence that is shown whole.
const LONGEST: usize = 4000;

/// The places of one text, its lines counted only once when they are asked for in order: a text may have thousands of
/// problems, or a line of megabytes.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    /// How far lines were counted.
    at: usize,
    line: usize,
    line_start: usize,
    /// Characters between the start of the line and `at`.
    column: usize,
}

impl<'t> Lines<'t> {
    /// Nothing is counted yet.
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0, column: 0 }
    }

    /// A span of bytes as a place of `file`, whose whole content the text is.
    pub fn place(&mut self, file: impl Into<PathBuf>, span: std::ops::Range<usize>) -> Place {
        let text = self.text;
        let start = boundary(text, span.start);
        if start < self.at {
            *self = Self::new(text);
        }
        let passed = &text[self.at..start];
        let newlines = passed.matches('\n').count();
        if newlines > 0 {
            self.line += newlines;
            self.line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
            self.column = text[self.line_start..start].chars().count();
        } else {
            self.column += passed.chars().count();
        }
        self.at = start;
        let ahead = boundary(text, start + SHOWN);
        let line_end = text[start..ahead].find('\n').map_or(ahead, |at| start + at);
        let end = boundary(text, span.end.clamp(start, line_end));
        let shown_from = boundary(text, self.line_start.max(start.saturating_sub(SHOWN / 4)));
        // Nearly the whole line may as well be all of it.
        let shown_from = if start - self.line_start <= SHOWN / 2 { self.line_start } else { shown_from };
        Place {
            file: file.into(),
            line: self.line,
            column: self.column + 1,
            width: text[start..end].chars().count().max(1),
            source: text[shown_from..line_end].trim_end_matches('\r').to_owned(),
            hidden: self.column - text[shown_from..start].chars().count(),
        }
    }
}

/// The character boundary at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One problem, told to the person who can repair it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it weighs.
    pub level: Level,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where; `None` only for problems of the whole site.
    pub place: Option<Place>,
    /// What to do: each a sentence that can be followed.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A problem that stops the build.
    pub fn error(message: impl Into<String>) -> Self {
        Self { level: Level::Error, message: message.into(), place: None, help: Vec::new() }
    }

    /// A problem that the build survives.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(message) }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// True when at least one of them stops the build.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.level == Level::Error)
}

/// Each problem once: what two steps found is told by the first.
pub fn once(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = diagnostics;
    kept.retain(|d| seen.insert((d.message.clone(), d.place.clone())));
    kept
}

/// `Err` when the list holds an error, otherwise the value with its warnings.
pub fn finish<T>(value: T, diagnostics: Vec<Diagnostic>) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
    if any_error(&diagnostics) { Err(diagnostics) } else { Ok((value, diagnostics)) }
}

/// The nearest of `known` to a misspelt `word`, when it is near enough to be meant.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // A word that long is no slip of the pen, and comparing it would take its square of steps; one letter is near to all.
    if !(2..=200).contains(&length) {
        return None;
    }
    let limit = (length / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| {
            candidate.len() <= 4 * (length + limit) && candidate.chars().count().abs_diff(length) <= limit
        })
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(d, _)| *d <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap two neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(above[j - 2] + 1);
            }
        }
        above = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// The diagnostics as a terminal shows them, sorted by place, without colours.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| (&a.place, a.level, &a.message).cmp(&(&b.place, b.level, &b.message)));
    let mut out = String::new();
    for d in sorted {
        render_one(&mut out, d);
        out.push('\n');
    }
    out
}

fn render_one(out: &mut String, d: &Diagnostic) {
    let word = match d.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let _ = writeln!(out, "{word}: {}", short(&d.message));
    if let Some(place) = &d.place {
        render_place(out, place);
    }
    for help in &d.help {
        let _ = writeln!(out, "  = help: {}", short(help));
    }
}

/// A sentence without its middle, when it quotes megabytes.
fn short(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let end = (text.len() - LONGEST / 4..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    Cow::Owned(format!("{} … {}", &text[..boundary(text, LONGEST / 2)], &text[end..]))
}

fn render_place(out: &mut String, place: &Place) {
    let file = slashed(&place.file);
    if place.line == 0 {
        let _ = writeln!(out, "  --> {file}");
        return;
    }
    if place.column == 0 {
        let _ = writeln!(out, "  --> {file}:{}", place.line);
    } else {
        let _ = writeln!(out, "  --> {file}:{}:{}", place.line, place.column);
    }
    if place.source.is_empty() {
        return;
    }
    let number = place.line.to_string();
    let pad = " ".repeat(number.len());
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let before = if place.hidden > 0 { "…" } else { "" };
    let room = 160.max(place.column.saturating_sub(place.hidden) + 40);
    let shown: String = place.source.chars().take(room).map(plain).collect();
    let after = if place.source.chars().count() > room { "…" } else { "" };
    let _ = writeln!(out, " {pad} |\n {number} | {before}{shown}{after}");
    if place.column > place.hidden {
        let blanks = place.column - place.hidden - 1 + before.chars().count();
        let width = place.width.clamp(1, 80);
        let _ = writeln!(out, " {pad} | {}{}", " ".repeat(blanks), "^".repeat(width));
    }
}

/// A path as people read it: `/` separators on every system.
pub fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_becomes_a_marked_line() {
        let text = "title = \"Été\"\nwieght = 3\n";
        let at = text.find("wieght").unwrap();
        let d = Diagnostic::error("unknown key `wieght`")
            .at(Place::span("content/a.md", text, at..at + 6))
            .help("did you mean `weight`?");
        assert_eq!(
            render(&[d]),
            "error: unknown key `wieght`\n  --> content/a.md:2:1\n   |\n 2 | wieght = 3\n   | ^^^^^^\n  = help: did you mean `weight`?\n\n"
        );
    }

    #[test]
    fn of_a_long_line_the_part_round_the_place_is_shown() {
        let text = format!("{}été faux {}", "é".repeat(5000), "x".repeat(5000));
        let at = text.find("faux").unwrap();
        let told = render(&[Diagnostic::error("non").at(Place::span("a.md", &text, at..at + 4))]);
        assert!(told.contains("a.md:1:5005") && told.len() < 1000, "{told}");
        let lines: Vec<&str> = told.lines().collect();
        let column = |line: &str, mark: &str| line[..line.find(mark).unwrap()].chars().count();
        assert_eq!(column(lines[3], "faux"), column(lines[4], "^^^^"), "{told}");
    }

    #[test]
    fn places_asked_for_in_any_order_are_the_same() {
        let text = "un\ndeux é\n\ntrois";
        let mut lines = Lines::new(text);
        for at in [0, 4, 9, 3, 12, 13, 2, 18, 40] {
            let place = lines.place("a", at..at + 1);
            assert_eq!(place, Place::span("a", text, at..at + 1), "{at}");
        }
        assert_eq!((lines.place("a", 12..13).line, lines.place("a", 12..13).column), (4, 1));
    }

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(did_you_mean("wieght", ["weight", "title"]), Some("weight"));
        assert_eq!(did_you_mean("colour", ["weight", "title"]), None);
        assert_eq!(did_you_mean("scr", ["src", "alt"]), Some("src"), "two letters swapped are one slip");
    }
}
