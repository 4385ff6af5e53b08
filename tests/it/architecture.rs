//! The invariants of ARCHITECTURE.md, held against the sources: who may name whom, and what only one room knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may name. `cli` sees all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("french", &[]),
    ("memory", &[]),
    ("output", &["diagnostic"]),
    ("work", &["diagnostic"]),
    ("config", &["diagnostic", "memory"]),
    ("content", &["diagnostic", "memory", "config"]),
    ("markdown", &["diagnostic", "memory", "work", "config", "content"]),
    ("media", &["diagnostic", "french", "work", "config", "content", "output"]),
    ("templates", &["diagnostic", "memory", "work", "config", "content", "markdown", "media", "output"]),
    ("find", &[]),
    ("podcast", &["diagnostic", "memory", "config", "content", "markdown", "media", "output", "find"]),
    ("toolkit", &["diagnostic", "config", "content", "markdown", "media", "output"]),
    ("search", &["diagnostic", "config", "content", "output"]),
    ("checks", &["diagnostic", "config", "content", "media", "output"]),
    (
        "site",
        &[
            "diagnostic",
            "memory",
            "work",
            "output",
            "config",
            "content",
            "markdown",
            "media",
            "templates",
            "podcast",
            "toolkit",
            "search",
            "checks",
        ],
    ),
    ("calendar", &["diagnostic", "french", "config"]),
    ("store", &["calendar", "config"]),
    ("mail", &["diagnostic", "calendar", "config", "store", "templates"]),
    ("host", &["diagnostic", "output", "config", "content", "templates", "find", "site", "calendar", "store", "mail"]),
];

/// A crate, and the only rooms that may name it.
const KEPT: &[(&str, &[&str])] = &[
    ("axum", &["host"]),
    ("sqlx", &["store"]),
    ("lettre", &["mail"]),
    ("tera", &["templates"]),
    ("tera_contrib", &["templates"]),
    ("tera1", &["templates"]),
    ("typst", &["toolkit"]),
    ("rss", &["podcast"]),
    ("ureq", &["templates", "checks", "host"]),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    below("src")
}

fn below(folder: &str) -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.expect("it can be read");
        if entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let relative = entry.path().strip_prefix(&root).expect("below it");
        let room = relative.components().next().expect("a name").as_os_str().to_string_lossy().replace(".rs", "");
        let text = fs::read_to_string(entry.path()).expect("a source file is text");
        found.push((room, relative.to_owned(), text));
    }
    found
}

/// The lines of a file without comments, and without its unit tests at the end.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn named_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    line.match_indices(prefix)
        .filter(|(at, _)| *at == 0 || !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn no_room_names_one_that_it_must_not() {
    let mut wrong = BTreeSet::new();
    for (room, file, text) in sources() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == room) else { continue };
        for line in code(&text) {
            for named in named_after(line, "crate::") {
                let is_room = ALLOWED.iter().any(|(name, _)| *name == named) || named == "cli";
                if is_room && named != room && !allowed.contains(&named) {
                    wrong.insert(format!("{} names {named}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a room points back:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_one_room_knows_no_other_names() {
    let mut wrong = BTreeSet::new();
    for (room, file, text) in sources() {
        for line in code(&text) {
            for (known, rooms) in KEPT {
                let named =
                    named_after(line, &format!("{known}::")).len() + named_after(line, &format!("use {known}")).len();
                let other_crate = line.contains(&format!("crate::{known}::"));
                if named > 0 && !other_crate && !rooms.contains(&room.as_str()) {
                    wrong.insert(format!("{} names {known}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "kept knowledge leaks:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_none_grows_past_500_lines() {
    let mut wrong = Vec::new();
    for (_, file, text) in sources().into_iter().chain(below("tests/it")) {
        if !text.starts_with("//!") {
            wrong.push(format!("{} has no module doc", file.display()));
        }
        if text.lines().count() > 500 {
            wrong.push(format!("{} has {} lines", file.display(), text.lines().count()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_is_written_in_the_store_alone() {
    let statements = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA "];
    let mut wrong = Vec::new();
    for (room, file, text) in sources() {
        if room == "store" {
            continue;
        }
        for line in code(&text) {
            if statements.iter().any(|s| line.contains(&format!("\"{s}"))) {
                wrong.push(format!("{}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "SQL outside the store:\n{}", wrong.join("\n"));
}
