//! `tests/sites/inventory.toml` names what Zola has, each with the cases that hold it or the reason why there is none. Here:
//! that every case is there, and that one of them shows the word it is named for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Held {
    By(Vec<String>),
    Not(String),
}

#[test]
fn everything_of_zola_has_its_case_or_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("tests/sites/inventory.toml")).unwrap();
    let table: BTreeMap<String, BTreeMap<String, Held>> = toml::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    let (mut items, mut reasons) = (0, 0);
    for (part, held) in &table {
        for (name, held) in held {
            items += 1;
            let cases = match held {
                Held::By(cases) => cases,
                Held::Not(reason) if reason.len() > 20 => {
                    reasons += 1;
                    continue;
                }
                Held::Not(_) => &Vec::new(),
            };
            if cases.is_empty() {
                wrong.push(format!("{part}, {name}: neither cases nor a reason"));
            }
            let sources: Vec<Option<String>> = cases.iter().map(|case| source(root, case)).collect();
            let missing = cases.iter().zip(&sources).filter(|(_, source)| source.is_none());
            wrong.extend(missing.map(|(case, _)| format!("{part}, {name}: {case} is not there")));
            let word = Regex::new(&format!(r"\b{}\b", regex::escape(name))).unwrap();
            if !name.contains(' ') && !sources.iter().flatten().any(|text| word.is_match(text)) {
                wrong.push(format!("{part}, {name}: none of its cases has this word"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(items >= 380 && reasons <= 4, "{items} items, {reasons} reasons");
}

/// All that a case says: the sources of its site, or the text of a test.
fn source(root: &Path, case: &str) -> Option<String> {
    let sites = root.join("tests/sites");
    match case.split_once('/')? {
        ("rules", name) => fs::read_to_string(sites.join(format!("rules/{name}.txt"))).ok(),
        (dialect @ ("0.22" | "0.23"), name) => {
            let folder = sites.join(format!("zola-{dialect}")).join(name);
            folder.join("case.toml").is_file().then(|| read_all(&folder))
        }
        _ => {
            let (file, test) = case.split_once('#')?;
            test_function(&fs::read_to_string(root.join(file)).ok()?, test)
        }
    }
}

/// The text of one test function: from its comment and `#[test]` to the brace that ends it, by the indent rustfmt gives.
fn test_function(text: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with(&format!("fn {name}(")))?;
    let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
    let before = lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with(['#', '/'])).count();
    let head = &lines[at - before..at];
    let end = lines[at..].iter().position(|line| *line == format!("{indent}}}"))?;
    head.iter().any(|line| line.trim() == "#[test]").then(|| lines[at - before..=at + end].join("\n"))
}

#[test]
fn a_word_counts_only_in_the_test_that_is_named() {
    let text = "mod tests {\n    /// Of a.\n    #[test]\n    fn a() {\n        un();\n    }\n\n    #[test]\n    fn b() {\n        deux();\n    }\n    fn c() {\n    }\n}\n";
    assert!(test_function(text, "a").is_some_and(|text| text.contains("un") && text.contains("Of a")));
    assert!(test_function(text, "b").is_some_and(|text| text.contains("deux") && !text.contains("un()")));
    assert_eq!(test_function(text, "c"), None, "no test");
}

fn read_all(folder: &Path) -> String {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
}

#[test]
fn every_flag_of_zola_is_taken() {
    let flags: [(&str, &[&str]); 5] = [
        ("init", &["--force", "-f,"]),
        (
            "build",
            &["--base-url", "-u,", "--output-dir", "-o,", "--force", "-f,", "--drafts", "--minify", "--root", "-r,"],
        ),
        (
            "serve",
            &[
                "--interface",
                "-i,",
                "--port",
                "-p,",
                "--output-dir",
                "-o,",
                "--force",
                "--base-url",
                "-u,",
                "--drafts",
                "--open",
                "-O,",
                "--store-html",
                "--fast",
                "-f,",
                "--no-port-append",
                "--extra-watch-path",
                "--debounce",
                "-d,",
            ],
        ),
        ("check", &["--drafts", "--skip-external-links"]),
        ("completion", &["bash", "elvish", "fish", "powershell", "zsh"]),
    ];
    for (command, flags) in flags {
        let told = Command::new(env!("CARGO_BIN_EXE_repere")).args([command, "--help"]).output().unwrap().stdout;
        let told = String::from_utf8(told).unwrap();
        let missing: Vec<&&str> = flags.iter().filter(|flag| !told.contains(**flag)).collect();
        assert!(missing.is_empty(), "{command}: {missing:?}");
    }
}
