//! The program as people call it: exit codes, words, and a first site.

use std::path::Path;
use std::process::{Command, Output};

fn repere(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_repere"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("REPERE_DIALECT")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_new_site_builds_at_once() {
    let place = tempfile::tempdir().unwrap();
    let made = repere(place.path(), &["init", "site"]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let built = repere(&place.path().join("site"), &["build"]);
    assert_eq!(built.status.code(), Some(0), "{}", said(&built));
    assert!(place.path().join("site/public/index.html").is_file());
    assert!(!said(&built).contains("warning"), "{}", said(&built));
}

#[test]
fn init_does_not_write_over_a_site() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(repere(place.path(), &["init", "site"]).status.code(), Some(0));
    std::fs::write(place.path().join("site/zola.toml"), "base_url = \"https://a.test\"").unwrap();
    assert_eq!(repere(place.path(), &["init", "site"]).status.code(), Some(1));
    assert_eq!(repere(place.path(), &["init", "site", "--force"]).status.code(), Some(0));
    let kept = std::fs::read_to_string(place.path().join("site/zola.toml")).unwrap();
    assert!(kept.contains("a.test"));
}

#[test]
fn every_shell_gets_its_completion() {
    let place = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = repere(place.path(), &["completion", shell]);
        assert_eq!(done.status.code(), Some(0), "{shell}");
        let script = String::from_utf8(done.stdout).unwrap();
        assert!(script.contains("skip-external-links") && script.contains("completion"), "{shell}");
    }
    assert_eq!(repere(place.path(), &["completion", "tcsh"]).status.code(), Some(2));
}

#[test]
fn wrong_use_has_its_own_exit_code() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(repere(place.path(), &["bild"]).status.code(), Some(2));
    assert_eq!(repere(place.path(), &["build", "--nothing"]).status.code(), Some(2));
    assert_eq!(repere(place.path(), &["--help"]).status.code(), Some(0));
}

#[test]
fn a_folder_without_a_site_is_an_error_of_the_site() {
    let place = tempfile::tempdir().unwrap();
    let done = repere(place.path(), &["build"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("zola.toml"), "{}", said(&done));
}

#[test]
fn an_unknown_dialect_is_refused_by_name() {
    let place = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_repere"))
        .arg("build")
        .current_dir(place.path())
        .env("REPERE_DIALECT", "0.4")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("0.23"));
}
