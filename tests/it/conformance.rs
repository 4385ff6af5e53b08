//! Zola's own output, byte for byte: each case of `tests/sites/zola-0.22` and `zola-0.23` is a small site with what that
//! Zola wrote for it.
//!
//! `known.toml` beside the cases lists those that are not the same, or files of them, each with its reason. It is a ratchet:
//! a listed case that passes, and an unlisted one that does not, both fail this test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;

#[test]
fn sites_are_built_as_zola_builds_them() {
    all_are_the_same("0.23", 100);
}

#[test]
fn sites_of_the_older_dialect_are_built_as_zola_builds_them() {
    all_are_the_same("0.22", 240);
}

fn all_are_the_same(dialect: &str, at_least: usize) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/sites/zola-{dialect}"));
    let known: BTreeMap<String, Known> =
        toml::from_str(&fs::read_to_string(corpus.join("known.toml")).unwrap()).unwrap();
    let mut cases: Vec<PathBuf> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.toml").is_file())
        .collect();
    cases.sort();
    let faults: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            match (compare(case, dialect), known.get(&name)) {
                (Ok(()), None) => None,
                (Err(difference), Some(known)) if known.allows(&difference) => None,
                // What comes in random order may be the same now and then.
                (Ok(()), Some(known)) if known.reason().starts_with("random: ") => None,
                (Ok(()), Some(_)) => Some(format!("{name}: is the same now; take it out of known.toml")),
                (Err(difference), _) => Some(format!("{name}: {difference}")),
            }
        })
        .collect();
    let unknown = known.keys().filter(|name| !corpus.join(name).is_dir());
    let stale: Vec<String> = unknown.map(|name| format!("{name}: is no case")).collect();
    assert!(faults.is_empty() && stale.is_empty(), "{}", [faults, stale].concat().join("\n"));
    assert!(cases.len() > at_least, "the corpus is there");
}

/// Why a case is not the same: as a whole, or in some of its files only.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Known {
    Case(String),
    Files { reason: String, files: Vec<String> },
}

impl Known {
    fn reason(&self) -> &str {
        match self {
            Self::Case(reason) | Self::Files { reason, .. } => reason,
        }
    }

    fn allows(&self, difference: &str) -> bool {
        let Self::Files { files, .. } = self else { return true };
        let known = |part: &str| part.strip_prefix("differs ").is_some_and(|file| files.iter().any(|f| f == file));
        difference.split(", ").all(known)
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Case {
    args: Vec<String>,
    global_args: Vec<String>,
    output_in_site: Option<String>,
}

fn compare(case: &Path, dialect: &str) -> Result<(), String> {
    let spec: Case = toml::from_str(&fs::read_to_string(case.join("case.toml")).unwrap()).unwrap();
    let work = tempfile::tempdir().unwrap();
    let site = work.path().join("site");
    copy(&case.join("site"), &site);
    let mut out = work.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
    command.arg("--root").arg(&site).args(&spec.global_args).arg("build");
    match &spec.output_in_site {
        Some(folder) => out = site.join(folder),
        None => drop(command.arg("-o").arg(&out).arg("--force")),
    }
    let done = command.args(&spec.args).env("REPERE_DIALECT", dialect).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let refused = !case.join("expected").is_dir();
    match (refused, done.status.code()) {
        (true, Some(1)) => Ok(()),
        (true, code) => Err(format!("must be refused with exit code 1, was {code:?}: {said}")),
        (false, Some(0)) => compare_trees(&case.join("expected"), &out),
        (false, code) => Err(format!("exit code {code:?}: {said}")),
    }
}

fn compare_trees(expected: &Path, made: &Path) -> Result<(), String> {
    let (want, got) = (Tree::read(expected), Tree::read(made));
    let mut differences = Vec::new();
    for (path, text) in &want.files {
        match got.files.get(path) {
            None => differences.push(format!("missing {path}")),
            Some(other) if other != text => differences.push(format!("differs {path}")),
            Some(_) => {}
        }
    }
    differences.extend(got.files.keys().filter(|path| !want.files.contains_key(*path)).map(|p| format!("extra {p}")));
    if want.images != got.images {
        differences.push(format!("images {:?}, wanted {:?}", got.images, want.images));
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join(", ")) }
}

/// Files by path, and processed images by name and size: their pixels are each program's own.
#[derive(Default)]
struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    images: Vec<(String, usize, usize)>,
}

impl Tree {
    fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        for entry in walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok) {
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            let bytes = fs::read(entry.path()).unwrap();
            if path.contains("processed_images/") {
                let size = imagesize::blob_size(&bytes).unwrap();
                tree.images.push((path, size.width, size.height));
                continue;
            }
            tree.files.insert(path, bytes);
        }
        tree.images.sort();
        tree
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
