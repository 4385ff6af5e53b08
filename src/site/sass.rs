//! Style sheets of `sass/` as compressed CSS.
//!
//! Entry points: [`sheets`], [`compiled`]. The compiler stops at the first fault of a sheet: a statement on which little else
//! depends is left out and the sheet compiled again, so that one run tells more of them. What it writes then is thrown away.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::sheets::{self, Syntax, TooDeep};
use crate::config::Loaded;
use crate::config::walk::{closed, walk};
use crate::diagnostic::{Diagnostic, Place, did_you_mean, slashed};
use crate::memory;
use crate::output::Output;
use crate::work;

/// Faults looked for in one sheet at most: each takes another try.
const MOST_FAULTS: usize = 20;
/// Tries that only met what follows from a fault, before nothing more is looked for.
const MOST_IN_VAIN: usize = 3;

/// The style sheets of `sass/` in the theme and in the site, by folder.
pub(super) fn sheets(loaded: &Loaded) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let mut folders = Vec::new();
    folders.extend(loaded.theme_dir.as_ref().map(|theme| theme.join("sass")));
    if loaded.config.compile_sass {
        folders.push(loaded.root.join("sass"));
    }
    folders.into_iter().map(|folder| (folder.clone(), of_folder(&folder))).collect()
}

/// Style sheets as compressed CSS, and every file that was looked for on the way.
pub(super) fn compiled(
    folders: &[(PathBuf, Vec<PathBuf>)],
    loaded: &Loaded,
) -> Result<(Vec<Output>, BTreeSet<PathBuf>), Vec<Diagnostic>> {
    let disk = Disk::default();
    let mut outputs: BTreeMap<String, Output> = BTreeMap::new();
    let mut faults = Vec::new();
    for (folder, sheets) in folders {
        faults.extend(closed(&walk(folder), &loaded.root));
        faults.extend(same_names(sheets, folder, &loaded.root));
        let compiled: Vec<Result<Output, Vec<Diagnostic>>> =
            sheets.par_iter().map(|file| one(file, folder, &loaded.root, &disk)).collect();
        for result in compiled {
            match result {
                Ok(output) => drop(outputs.insert(output.path.clone(), output)),
                Err(found) => faults.extend(found),
            }
        }
    }
    if !faults.is_empty() {
        // A part that several sheets use has its faults once.
        return Err(crate::diagnostic::once(faults));
    }
    Ok((outputs.into_values().collect(), disk.noted.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// The disk as style sheets see it, which notes what they look for.
#[derive(Debug, Default)]
struct Disk {
    noted: Mutex<BTreeSet<PathBuf>>,
    /// Files that would end the program.
    refused: Mutex<BTreeMap<PathBuf, TooDeep>>,
}

impl Disk {
    fn note(&self, path: &Path) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }
}

impl grass::Fs for Disk {
    fn is_dir(&self, path: &Path) -> bool {
        // What a folder would be asked for, should it come to be.
        for name in ["_index.scss", "index.scss", "_index.sass", "index.sass"] {
            self.note(&path.join(name));
        }
        path.is_dir()
    }

    fn is_file(&self, path: &Path) -> bool {
        self.note(path);
        path.is_file()
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        self.note(path);
        memory::read(path)
    }

    fn canonicalize(&self, path: &Path) -> std::io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// The style sheets of a folder. What begins with `_`, a file or a folder, is only there for others.
fn of_folder(folder: &Path) -> Vec<PathBuf> {
    let is_part = |path: &Path| {
        path.strip_prefix(folder).unwrap_or(path).iter().any(|name| name.to_string_lossy().starts_with('_'))
    };
    walk(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && !is_part(entry.path()))
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "scss" || e == "sass"))
        .collect()
}

fn same_names(sheets: &[PathBuf], folder: &Path, root: &Path) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    let mut faults = Vec::new();
    for sheet in sheets {
        if let Some(first) = seen.insert(sheet.with_extension("css"), sheet) {
            let name = slashed(first.strip_prefix(folder).unwrap_or(first));
            let place = Place::file(sheet.strip_prefix(root).unwrap_or(sheet));
            faults.push(
                Diagnostic::error(format!("makes the same CSS file as `{name}`")).at(place).help("rename one of them"),
            );
        }
    }
    faults
}

fn one(file: &Path, folder: &Path, root: &Path, disk: &Disk) -> Result<Output, Vec<Diagnostic>> {
    let about = || (file.strip_prefix(root).unwrap_or(file).to_owned(), "making CSS of it".to_owned());
    work::job(about, || sheets::with_room(|| compile(file, folder, root, disk)))
}

fn compile(file: &Path, folder: &Path, root: &Path, disk: &Disk) -> Result<Output, Vec<Diagnostic>> {
    let shown = file.strip_prefix(root).unwrap_or(file);
    let mut patched = Patched { disk, texts: BTreeMap::new() };
    let mut faults = Vec::new();
    // Variables whose definition was left out: what asks for one of them is not to blame.
    let mut missing = BTreeSet::new();
    let mut in_vain = 0;
    loop {
        let options = grass::Options::default().style(grass::OutputStyle::Compressed).load_path(folder).fs(&patched);
        let options = sheets::guarding(options);
        // The compiler ends at what it was never taught, `@forward … show … with`, for instance.
        let Ok(made) = catch_unwind(AssertUnwindSafe(|| grass::from_path(file, &options))) else {
            let fault = Diagnostic::error("the compiler of style sheets does not know what this sheet asks of it");
            faults.push(fault.at(Place::file(shown)).help("above is where it ended; write that part another way"));
            return Err(faults);
        };
        let error = match made {
            Ok(css) if faults.is_empty() => {
                let path = slashed(&file.strip_prefix(folder).unwrap_or(file).with_extension("css"));
                return Ok(Output::bytes(path, css, shown));
            }
            Ok(_) => return Err(faults),
            Err(error) => error.to_string(),
        };
        if let Some(fault) = too_deep(disk, &error, root) {
            faults.push(fault);
            return Err(faults);
        }
        let (fault, place) = fault(&error, shown, root, &patched);
        let told = error.lines().next().unwrap_or_default();
        let word = fault.place.as_ref().map_or("", |place| variable(place));
        if faults.is_empty() || !(missing.contains(word) || told.contains(" not found")) {
            faults.push(fault);
        } else {
            in_vain += 1;
        }
        // Of a wrong value the compiler does not say where it stands.
        let is_placed = !told.contains("valid CSS value") && !told.contains(sheets::ENDLESS);
        let left_out = place.filter(|_| is_placed).and_then(|place| patched.leave_out(&place, &mut missing));
        if left_out.is_none() || faults.len() == MOST_FAULTS || in_vain == MOST_IN_VAIN {
            return Err(faults);
        }
    }
}

/// The disk, with texts that stand in for those of files.
#[derive(Debug)]
struct Patched<'a> {
    disk: &'a Disk,
    texts: BTreeMap<PathBuf, String>,
}

impl grass::Fs for Patched<'_> {
    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.disk.is_file(path)
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let bytes = match self.texts.get(path) {
            Some(text) => text.clone().into_bytes(),
            None => self.disk.read(path)?,
        };
        let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(bytes) };
        match sheets::read(text, syntax(path)) {
            Ok(Cow::Borrowed(_)) => Ok(bytes),
            Ok(Cow::Owned(guarded)) => Ok(guarded.into_bytes()),
            Err(too_deep) => {
                self.disk.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), too_deep);
                Err(std::io::Error::other("refused"))
            }
        }
    }

    fn canonicalize(&self, path: &Path) -> std::io::Result<PathBuf> {
        self.disk.canonicalize(path)
    }
}

fn syntax(path: &Path) -> Syntax {
    if path.extension().is_some_and(|extension| extension == "sass") { Syntax::Indented } else { Syntax::Braces }
}

impl Patched<'_> {
    /// Line and column of a text as it stands, for those that the compiler saw.
    fn unguarded(&self, file: &Path, line: usize, column: usize) -> Option<(usize, usize)> {
        let read;
        let text = match self.texts.get(file) {
            Some(text) => text,
            None => {
                read = std::fs::read_to_string(file).ok()?;
                &read
            }
        };
        let place = Place::span("", text, sheets::unguarded(text, syntax(file), line, column)?..text.len());
        Some((place.line, place.column))
    }

    /// Puts blanks in the place of the statement that a place is in, unless too much depends on it: a rule that brings
    /// names, gives a value or has another branch.
    fn leave_out(&mut self, place: &At, missing: &mut BTreeSet<String>) -> Option<()> {
        let mut text = match self.texts.remove(&place.file) {
            Some(text) => text,
            None => std::fs::read_to_string(&place.file).ok()?,
        };
        let start: usize = text.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
        let before: usize = text.get(start..)?.chars().take(place.column.checked_sub(1)?).map(char::len_utf8).sum();
        let part = if syntax(&place.file) == Syntax::Indented {
            line(&text, start)
        } else {
            statement(&text, start + before)
        }?;
        let inside = &text[part.clone()];
        let said = without_comments(inside);
        let is_rule =
            said.starts_with(['@', '=']) && !["@include", "@extend"].iter().any(|rule| said.starts_with(rule));
        if said.is_empty() || is_rule {
            return None;
        }
        if said.starts_with('$') {
            missing.insert(name(said).to_owned());
        }
        let blank: String = inside.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        text.replace_range(part, &blank);
        self.texts.insert(place.file.clone(), text);
        Some(())
    }
}

/// A statement without the comments and blanks before it.
fn without_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    loop {
        let comment = ["//", "/*"].into_iter().zip(["\n", "*/"]).find(|(start, _)| rest.starts_with(start));
        let Some((_, end)) = comment else { return rest };
        rest = rest.split_once(end).map_or("", |(_, rest)| rest.trim_start());
    }
}

/// A line of the indented form, unless others stand in it.
fn line(text: &str, start: usize) -> Option<Range<usize>> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text[start..].lines();
    let own = lines.next()?;
    let next = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
    (depth(next) <= depth(own)).then(|| start..start + own.len())
}

/// The statement round a byte of a text, with the block that it may have.
fn statement(text: &str, at: usize) -> Option<Range<usize>> {
    let marks = marks(text);
    let start = marks.iter().rfind(|mark| **mark < at).map_or(0, |mark| mark + 1);
    let next = marks.iter().position(|mark| *mark >= at)?;
    let byte = |mark: usize| text.as_bytes()[mark];
    if byte(marks[next]) != b'{' {
        let semicolon = usize::from(byte(marks[next]) == b';');
        return Some(start..marks[next] + semicolon);
    }
    let mut depth = 0_usize;
    let end = marks[next..].iter().find(|mark| {
        match byte(**mark) {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    Some(start..end + 1)
}

/// Where `;`, `{` and `}` part statements: not in texts, comments, brackets or `#{…}`.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut found, mut inside, mut at) = (Vec::new(), 0_usize, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != quote && bytes[end] != b'\n' {
                    end += 1 + usize::from(bytes[end] == b'\\');
                }
                at = end;
            }
            b'/' if rest.starts_with(b"/*") => at += text[at..].find("*/").unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"//") && inside == 0 => at += text[at..].find('\n').unwrap_or(rest.len()),
            b'#' if rest.starts_with(b"#{") => {
                inside += 1;
                at += 1;
            }
            b'(' => inside += 1,
            b')' => inside = inside.saturating_sub(1),
            b'}' if inside > 0 => inside -= 1,
            b';' | b'{' | b'}' if inside == 0 => found.push(at),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the compiler met a fault.
#[derive(Debug)]
struct At {
    file: PathBuf,
    line: usize,
    column: usize,
}

/// What would have ended the program in a file that the compiler asked for.
fn too_deep(disk: &Disk, told: &str, root: &Path) -> Option<Diagnostic> {
    let refused = disk.refused.lock().unwrap_or_else(PoisonError::into_inner);
    let (path, what) = refused.first_key_value().filter(|_| told.contains("refused"))?;
    let (at, message) = match what {
        TooDeep::Brackets(at) => (*at, "too many brackets or blocks stand inside each other"),
        TooDeep::Operators(at) => (*at, "too many operators stand in one expression"),
    };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Some(Diagnostic::error(message).at(Place::span(path.strip_prefix(root).unwrap_or(path), &text, at..at + 1)))
}

/// The compiler's text: `Error: message`, lines of source, `./sass/x.scss:3:5`.
fn fault(told: &str, shown: &Path, root: &Path, seen: &Patched) -> (Diagnostic, Option<At>) {
    let message = told.lines().next().unwrap_or(told).trim_start_matches("Error: ").trim_end_matches('.');
    let Some((file, line, column)) = told.lines().rev().find_map(location) else {
        return (Diagnostic::error(message).at(Place::file(shown)), None);
    };
    // The compiler writes `./` before every path, were it one from the root of the disk.
    let path = Path::new(file.strip_prefix("./").unwrap_or(file));
    let (line, column) = seen.unguarded(path, line, column).unwrap_or((line, column));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let source = text.lines().nth(line - 1).unwrap_or_default().to_owned();
    let file = path.strip_prefix(root).unwrap_or(path).to_owned();
    let mut place = Place { file, line, column, width: 1, source, hidden: 0 };
    let word = variable(&place).to_owned();
    let at = At { file: path.to_owned(), line, column };
    if message != "Undefined variable" || word.is_empty() {
        return (Diagnostic::error(message).at(place), Some(at));
    }
    place.width = word.chars().count();
    let names = text.match_indices('$').map(|(at, _)| (name(&text[at..]), at));
    let set = names.filter(|(name, at)| text[at + name.len()..].trim_start().starts_with(':'));
    let known: BTreeSet<&str> = set.map(|(name, _)| &name[1..]).collect();
    let fault = Diagnostic::error(format!("there is no variable `{word}`")).at(place);
    match did_you_mean(&word[1..], known) {
        Some(near) => (fault.help(format!("did you mean `${near}`?")), Some(at)),
        None => (fault, Some(at)),
    }
}

/// The variable at a place, its module left out.
fn variable(place: &Place) -> &str {
    let Some(before) = place.column.checked_sub(1) else { return "" };
    let rest = place.source.char_indices().nth(before).map_or("", |(at, _)| &place.source[at..]);
    let module = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(0);
    let rest = &rest[module..];
    if rest.starts_with('$') { name(rest) } else { "" }
}

/// `$` and the name behind it.
fn name(rest: &str) -> &str {
    let end = rest[1..].find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len() - 1);
    &rest[..=end]
}

fn location(line: &str) -> Option<(&str, usize, usize)> {
    let mut parts = line.trim().rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let number = parts.next()?.parse().ok().filter(|n| *n > 0)?;
    Some((parts.next()?, number, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, word: &str) -> Option<String> {
        statement(text, text.find(word)?).map(|part| text[part].trim().to_owned())
    }

    #[test]
    fn a_statement_ends_where_the_next_begins() {
        let text = ".a { b: url(data:x;y); /* ; */ c: \"}\" + $d; @if $e { f: g } h: #{$i}; }\n// }\n$j: 1;";
        assert_eq!(part(text, "$d").as_deref(), Some("/* ; */ c: \"}\" + $d;"));
        assert_eq!(part(text, "$e").as_deref(), Some("@if $e { f: g }"));
        assert_eq!(part(text, "$i").as_deref(), Some("h: #{$i};"));
        assert_eq!(part(text, "y)").as_deref(), Some("b: url(data:x;y);"));
        assert_eq!(part(text, "$j").as_deref(), Some("// }\n$j: 1;"));
        assert_eq!(part(".a { b: $c }", "$c").as_deref(), Some("b: $c"));
        assert_eq!(part(".a { b: $c", "$c"), None);
    }

    /// What is told of a sheet beside `_part.scss`, which sets `$x`.
    fn told(sheet: &str) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("a.scss"), sheet).unwrap();
        std::fs::write(place.path().join("_part.scss"), "$x: 1;").unwrap();
        let disk = Disk::default();
        let faults = one(&place.path().join("a.scss"), place.path(), place.path(), &disk).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn what_follows_from_a_fault_is_not_told() {
        for sheet in [
            "// size\n/* of all */ $blue: $bleu;\n.a { b: $blue } .c { d: $blue }",
            "@use \"varz\";\n.a { b: varz.$x; c: $y }",
            "@import \"varz\";\n.a { b: $x; @include m }",
            "@function f($n) { @return $bad; }\n.a { b: f(1) }",
            "@function f($n) { $r: $n * $bad; @return $r; }\n.a { b: f(1) }",
            "@if $bad { a { b: c } } @else { d { e: f } }",
            "@mixin m { a: b; %c { d: e } }\n.f { @include m($bad); @extend %c; }",
        ] {
            assert_eq!(told(sheet).len(), 1, "{sheet}: {:?}", told(sheet));
        }
        assert_eq!(told("@import 'part'; .a { w: 10px * 2px; b: $x }").len(), 1);
        assert_eq!(told(".a { b: $c; d: $e }\n@mixin m { f: $g }\n.h { @include m; i: j }").len(), 3);
        // One try for each use would take a minute.
        let many = format!("$base: $typo; {}", ".a { b: $base }\n".repeat(3000));
        assert_eq!(told(&many).len(), 1);
        assert_eq!(told("a { b: c }"), Vec::<String>::new());
    }

    #[test]
    fn names_end_where_they_end() {
        let at = |source: &str, column| {
            let place = Place { file: "a".into(), line: 1, column, width: 1, source: source.to_owned(), hidden: 0 };
            variable(&place).to_owned()
        };
        assert_eq!(at("é: $a-b_c;", 4), "$a-b_c");
        assert_eq!(at("d: part.$y }", 4), "$y");
        assert_eq!((at("d: 1px", 4).as_str(), at("$", 1).as_str(), at("", 3).as_str()), ("", "$", ""));
    }
}
