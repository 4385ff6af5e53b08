//! A file of the site read as text; what is in the way is told so that a writer can repair it.
//!
//! Entry point: [`read`].

use std::io::ErrorKind;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Place};

/// The text of `path`, which diagnostics call `shown`.
pub(crate) fn read(path: &Path, shown: &str) -> Result<String, Diagnostic> {
    let bytes = crate::memory::read(path).map_err(|error| unreadable(shown, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        Diagnostic::error("this file is not text in UTF-8")
            .at(Place::span(shown, &text, at..at + 1))
            .help("save it again with the encoding UTF-8")
    })
}

/// Brackets of YAML that may stand in one another: reading more takes the square of their number.
pub(crate) const DEEPEST: usize = 200;

/// Where the brackets of a YAML text go too deep. Those of quoted texts are counted too: nobody writes that many.
pub(crate) fn too_deep(text: &str) -> Option<usize> {
    let mut open: usize = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// A file or folder that the system does not hand over.
pub(crate) fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    let (message, help) = match error.kind() {
        ErrorKind::NotFound => ("there is nothing where this name leads", "take the link away, or mend it"),
        ErrorKind::PermissionDenied => {
            ("this may not be read", "allow it: `chmod u+r` for a file, `u+rx` for a folder")
        }
        _ => return Diagnostic::error(format!("this cannot be read: {error}")).at(Place::file(shown)),
    };
    Diagnostic::error(message).at(Place::file(shown)).help(help)
}

/// A link of the file system that leads out of the site's folder: what it shows was perhaps never meant to be published.
/// Zola follows it, and so does a plain site; `[safety] inside` refuses it.
pub(crate) fn leads_out(root: &Path, path: &Path, shown: &str, refuse: bool) -> Option<Diagnostic> {
    let (Ok(root), Ok(target)) = (root.canonicalize(), path.canonicalize()) else { return None };
    if target.starts_with(&root) {
        return None;
    }
    let message = "this link leads out of the site";
    let problem = if refuse { Diagnostic::error(message) } else { Diagnostic::warning(message) };
    let problem = problem.at(Place::file(shown)).help("copy what is meant into the site, or take the link away");
    Some(if refuse {
        problem.help("`inside` of `[safety]` in repere.toml says whether such links may stand")
    } else {
        problem
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_byte_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        std::fs::write(&file, b"un\nd\xe9 trois").unwrap();
        let place = read(&file, "a.md").unwrap_err().place.unwrap();
        assert_eq!((place.line, place.column, place.width), (2, 2, 1));
    }
}
