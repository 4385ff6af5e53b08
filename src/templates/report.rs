//! The template engine's reports as diagnostics, with files as people know them.
//!
//! The engine gives its notes ("called from …") only as text, and gathers several faults in one text: so the text is
//! read back, one block per fault.

use std::path::Path;

use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place, slashed};

/// The name the engine gives to a text that is no template.
const ONE_OFF: &str = "__tera_one_off";

/// Which content file was being templated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    /// Its path relative to the site's root.
    pub(super) file: &'a str,
    /// Line of the file on which the text begins.
    pub(super) first_line: usize,
}

/// The first problem behind an error.
pub(super) fn one(error: &tera::Error, loaded: &Loaded) -> Diagnostic {
    let mut fault = all(error, loaded, None).swap_remove(0);
    super::suggest::improve(&mut fault, &[]);
    fault
}

/// Every problem behind an error; there is always one.
pub(super) fn all(error: &tera::Error, loaded: &Loaded, content: Option<Content>) -> Vec<Diagnostic> {
    let text = error.to_string();
    let mut found: Vec<Diagnostic> = Vec::new();
    for block in blocks(&text) {
        if let Some(note) = block.strip_prefix("note: ") {
            if let (Some(last), Some(at)) = (found.last_mut(), note.lines().next()) {
                last.help.push(rename_note(at, loaded, content));
            }
            continue;
        }
        let Some(report) = read_block(block) else { continue };
        let place = place(&report, loaded, content);
        found.push(Diagnostic::error(sentence(report.message)).at(place));
    }
    if found.is_empty() {
        let mut fault = Diagnostic::error(sentence(&text));
        if let Some(content) = content {
            fault = fault.at(Place::file(content.file));
        }
        found.push(fault);
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        found[0].help.push(inner.to_string());
        cause = inner.source();
    }
    found
}

/// A fault in a file of data, which `functions::data` tells behind its message, at its own place.
pub(super) fn in_data(mut fault: Diagnostic, root: &Path) -> Diagnostic {
    let found = fault.message.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    let Some((message, at)) = found.filter(|(text, _)| text.contains("cannot be read")) else { return fault };
    let mut parts = at.rsplitn(3, ':');
    let (Some(column), Some(line), Some(file)) = (parts.next(), parts.next(), parts.next()) else { return fault };
    let (Ok(column), Ok(line)) = (column.parse::<usize>(), line.parse::<usize>()) else { return fault };
    let Ok(text) = std::fs::read_to_string(root.join(file)) else { return fault };
    if let Some(place) = &fault.place {
        fault.help.insert(0, format!("it is read at {}:{}:{}", slashed(&place.file), place.line, place.column));
    }
    let message = message.to_owned();
    let start: usize = text.split_inclusive('\n').take(usize::max(line, 1) - 1).map(str::len).sum();
    let before = text[start..].chars().take(usize::max(column, 1) - 1).map(char::len_utf8).sum::<usize>();
    let at = (start + before).min(text.len());
    fault.place = Some(Place::span(file, &text, at..at + 1));
    fault.message = message;
    fault
}

/// Line and column of a content's text, counted from its own start, that a fault stands at or was called from.
pub(super) fn position(fault: &Diagnostic, content: Content) -> Option<(usize, usize)> {
    let of_text = |line: usize| (line + 1).checked_sub(content.first_line.max(1));
    if let Some(place) = fault.place.as_ref().filter(|place| place.file.as_os_str() == content.file) {
        return Some((of_text(place.line)?, place.column));
    }
    fault.help.iter().find_map(|help| {
        let mut parts = help.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next()?.ends_with(content.file).then_some((of_text(line)?, column))
    })
}

/// One fault as the engine prints it.
struct Report<'a> {
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    source: &'a str,
    width: usize,
}

/// Splits a text into blocks that begin with `error: ` or `note: ` at the start of a line.
fn blocks(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("error: ") || line.starts_with("note: ") {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| text[start..end].trim_end()).collect()
}

fn read_block(block: &str) -> Option<Report<'_>> {
    let body = block.strip_prefix("error: ")?;
    let arrow = body.find("--> ")?;
    let message = body[..arrow].trim_end();
    let mut lines = body[arrow + 4..].lines();
    let (rest, column) = lines.next()?.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let source = lines.nth(1).and_then(|l| l.split_once(" | ")).map_or("", |(_, s)| s);
    let width = lines.next().map_or(1, |l| l.matches('^').count().max(1));
    Some(Report { message, file, line: line.parse().ok()?, column: column.parse().ok()?, source, width })
}

fn place(report: &Report, loaded: &Loaded, content: Option<Content>) -> Place {
    let (file, line) = match content {
        Some(content) if report.file == ONE_OFF => {
            (content.file.to_owned(), report.line + content.first_line.saturating_sub(1))
        }
        _ => (template_file(report.file, loaded), report.line),
    };
    Place {
        file: file.into(),
        line,
        column: report.column,
        width: report.width,
        source: report.source.to_owned(),
        hidden: 0,
    }
}

/// The file behind a template's name, relative to the site's root.
pub(super) fn template_file(name: &str, loaded: &Loaded) -> String {
    if let Some(builtin) = name.strip_prefix(super::load::BUILTIN) {
        return format!("(built-in) {builtin}");
    }
    if let Some(theme) = &loaded.config.theme
        && name.starts_with(&format!("{theme}/templates/"))
    {
        return format!("themes/{name}");
    }
    format!("templates/{name}")
}

/// `called from page.html:3:4` with the file's real name.
fn rename_note(note: &str, loaded: &Loaded, content: Option<Content>) -> String {
    let Some((label, location)) = note.rsplit_once(' ') else { return note.to_owned() };
    let mut parts = location.rsplitn(3, ':');
    let (Some(column), Some(line), Some(file)) = (parts.next(), parts.next(), parts.next()) else {
        return note.to_owned();
    };
    match content {
        Some(content) if file == ONE_OFF => {
            let line = line.parse::<usize>().map_or(0, |l| l + content.first_line.saturating_sub(1));
            format!("{label} {}:{line}:{column}", content.file)
        }
        _ => format!("{label} {}:{line}:{column}", template_file(file, loaded)),
    }
}

/// A message without its full stop.
fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_back() {
        let text = "error: Unknown filter `x`\n --> a.html:3:5\n  |\n3 | {{ a | x }}\n  |        ^^\n\nnote: called from b.html:1:2\n  |\n1 | y\n  | ^";
        let blocks = blocks(text);
        assert_eq!(blocks.len(), 2);
        let report = read_block(blocks[0]).unwrap();
        assert_eq!((report.message, report.file, report.line, report.column), ("Unknown filter `x`", "a.html", 3, 5));
        assert_eq!((report.source, report.width), ("{{ a | x }}", 2));
    }
}
