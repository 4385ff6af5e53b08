//! Rules of Zola that no recorded case shows, found in its documents, sources and behaviour: one small site a file of
//! `tests/sites/rules`, with what must come out.
//!
//! A file begins with `dialect: 0.22` (or `0.23`, or both, or nothing: then it must be found) and says in its next lines what it shows. `=== site/PATH` and `=== expected/PATH`
//! begin a file of the site and one of the output; `=== refused` begins a part of what is said when the site must be
//! refused, `=== absent` the paths that must not be there. Only the named outputs are looked at.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;

#[test]
fn every_rule_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/rules");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let faults: Vec<String> = cases
        .par_iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let dialects =
                text.lines().next().unwrap().strip_prefix("dialect:").expect("a dialect in the first line").trim();
            let check = |dialect: &str| check(&text, dialect).err().map(|fault| format!("{name} ({dialect}): {fault}"));
            dialects.split(' ').filter_map(check).collect::<Vec<_>>()
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(cases.len() >= 20, "{} cases", cases.len());
}

fn check(case: &str, dialect: &str) -> Result<(), String> {
    let work = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    let (mut refused, mut absent) = (None, Vec::new());
    for part in case.split("\n=== ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        match name.split_once('/') {
            Some(("site", path)) => {
                let file = work.path().join("site").join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            Some(("expected", path)) => expected.push((path, text.trim_end())),
            _ if name == "refused" => refused = Some(text.trim()),
            _ if name == "absent" => absent.extend(text.split_whitespace()),
            _ => panic!("what is `{name}`?"),
        }
    }
    let out = work.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
    command.arg("--root").arg(work.path().join("site")).arg("build").arg("-o").arg(&out).arg("--force");
    if dialect.is_empty() {
        command.env_remove("REPERE_DIALECT");
    } else {
        command.env("REPERE_DIALECT", dialect);
    }
    let done = command.env("NO_COLOR", "1").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if let Some(part) = refused {
        let is_refused = done.status.code() == Some(1) && part.lines().all(|line| said.contains(line.trim()));
        return if is_refused { Ok(()) } else { Err(format!("must be refused with «{part}»: {said}")) };
    }
    if !done.status.success() {
        return Err(said);
    }
    let mut wrong = String::new();
    for (path, want) in expected {
        match fs::read_to_string(out.join(path)) {
            Ok(made) if made.trim_end() == want => {}
            Ok(made) => write!(wrong, "{path}\n--- wanted\n{want}\n--- made\n{}\n", made.trim_end()).unwrap(),
            Err(error) => writeln!(wrong, "{path}: {error}").unwrap(),
        }
    }
    for path in absent {
        if out.join(path).exists() {
            writeln!(wrong, "{path} is there").unwrap();
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
