//! Guides and kits of a small site, and of the site this repository publishes.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use repere::diagnostic::{self, Diagnostic, Level};
use repere::site::{Body, Contribution};
use repere::{config, content, toolkit};

fn contribute(root: &Path) -> (Contribution, Vec<Diagnostic>) {
    let (loaded, _) = config::load(root, None).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    let (library, found) = content::load(root, &loaded.config, content::Options::default());
    assert!(!diagnostic::any_error(&found), "{}", diagnostic::render(&found));
    toolkit::contribute(&library, &loaded)
}

fn bytes<'a>(contribution: &'a Contribution, path: &str) -> &'a [u8] {
    let found = contribution.outputs.iter().find(|output| output.path == path);
    match found.map(|output| &output.body) {
        Some(Body::Bytes(bytes)) => bytes,
        _ => panic!("{path} is not among {:?}", contribution.outputs.iter().map(|o| &o.path).collect::<Vec<_>>()),
    }
}

/// A copy of the small site, with one text of the page replaced.
fn small_site(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/toolkit"), folder.path());
    let path = folder.path().join("content/kit/index.md");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "the page does not hold {from:?}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[cfg(feature = "pdf")]
#[test]
fn a_guide_is_a_tagged_document_and_the_same_every_time() {
    let folder = small_site("", "");
    let (first, problems) = contribute(folder.path());
    assert_eq!(diagnostic::render(&problems), "");
    let pdf = bytes(&first, "kit/le-kit.pdf");
    let holds = |needle: &str| pdf.windows(needle.len()).any(|part| part == needle.as_bytes());
    assert!(pdf.starts_with(b"%PDF-1."));
    assert!(holds("pdfuaid:part"), "it says that it is PDF/UA");
    assert!(holds("2026-11-21"), "it carries the date of its revision");
    if let Some(keep) = std::env::var_os("REPERE_KEEP").map(std::path::PathBuf::from) {
        fs::write(keep.join("le-kit.pdf"), pdf).unwrap();
    }

    let tool = &first.values["kit/index.md"]["tool"];
    let download = &tool["downloads"][0];
    assert_eq!(download["url"], "https://exemple.fr/kit/le-kit.pdf");
    assert_eq!(download["type"], "PDF");
    assert_eq!(download["bytes"], pdf.len());
    assert!(download["pages"].as_u64().unwrap() >= 2);
    assert_eq!(tool["date_revision_text"], "21\u{a0}novembre\u{a0}2026");

    // Kept between builds, and the same when it is made again.
    let cache = folder.path().join(".repere-cache/toolkit");
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);
    assert_eq!(contribute(folder.path()).0.outputs, first.outputs);
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(contribute(folder.path()).0.outputs, first.outputs);
}

#[cfg(feature = "pdf")]
#[test]
fn a_damaged_cache_is_made_again_and_an_old_document_leaves_it() {
    let folder = small_site("", "");
    let (first, _) = contribute(folder.path());
    let cache = folder.path().join(".repere-cache/toolkit");
    let kept = || fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let file = kept()[0].clone();
    fs::write(&file, "%PDF-1.7 cut").unwrap();
    assert_eq!(contribute(folder.path()).0.outputs, first.outputs);

    let page = folder.path().join("content/kit/index.md");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("Une partie", "Une autre")).unwrap();
    let (second, _) = contribute(folder.path());
    assert_ne!(second.outputs, first.outputs);
    assert_eq!(kept().len(), 1);
    assert_ne!(kept()[0], file);
}

#[test]
fn a_kit_holds_its_files_and_their_checksums() {
    let folder = small_site("", "");
    let (contribution, _) = contribute(folder.path());
    let zip = bytes(&contribution, "kit/le-kit.zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut names: Vec<String> =
        (0..archive.len()).map(|i| archive.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    names.retain(|name| name != "le-kit/le-kit.pdf");
    assert_eq!(names, ["le-kit/LISEZ-MOI.txt", "le-kit/SHA256SUMS.txt", "le-kit/carte.svg"]);
    let mut readme = String::new();
    archive.by_name("le-kit/LISEZ-MOI.txt").unwrap().read_to_string(&mut readme).unwrap();
    assert!(readme.replace('\u{a0}', " ").starts_with(
        "Le kit #1 : \"essai\", version 1.2, révisé le 21 novembre 2026.\n\
         La page en ligne, la plus à jour : https://exemple.fr/kit/\nLicence Ouverte 2.0 : "
    ));
}

#[test]
fn mistakes_are_told_word_by_word() {
    let told = |from: &str, to: &str| {
        let (_, mut problems) = contribute(small_site(from, to).path());
        // Without the feature `pdf`, a warning says so.
        problems.retain(|problem| problem.level == Level::Error);
        diagnostic::render(&problems)
    };
    assert_eq!(
        told("date_revision", "date_revison"),
        "error: `tool` needs `date_revision`\n  --> content/kit/index.md:8:2\n   |\n 8 | [tool]\n   |  ^^^^\n\
         \x20 = help: write the day somebody last read all of it: `date_revision = \"2026-11-21\"`\n\n\
         error: unknown key `date_revison` in `tool`\n  --> content/kit/index.md:11:1\n    |\n 11 | date_revison = \"2026-11-21\"\n    | ^^^^^^^^^^^^\n\
         \x20 = help: did you mean `date_revision`?\n\n"
    );
    assert_eq!(
        told("[\"carte.svg\"]", "[\"cartes.svg\"]"),
        "error: there is no file `cartes.svg` beside this page\n  --> content/kit/index.md:16:1\n    |\n 16 | zip = [\"cartes.svg\"]\n    | ^^^\n\
         \x20 = help: did you mean `carte.svg`?\n\n"
    );
    let first = |from: &str, to: &str| told(from, to).lines().next().unwrap_or_default().to_owned();
    assert_eq!(first("2027-11-21", "2025-11-21"), "error: the tool expires before it was revised");
    assert_eq!(first("\"2026-11-21\"", "\"le 21\""), "error: `date_revision` must be a day such as `2026-03-09`");
    assert_eq!(first("\"le-kit\"", "\"Le Kit\""), "error: `Le Kit` is not a plain file name");
    assert_eq!(first("\"kit\"", "\"ki\""), "error: `kind` cannot be `ki`");
}

/// Set `REPERE_KEEP=DIR` to look at the documents.
#[cfg(feature = "pdf")]
#[test]
fn the_sites_own_tools_are_made() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (contribution, problems) = contribute(root);
    assert_eq!(diagnostic::render(&problems), "");
    assert!(contribution.outputs.iter().filter(|output| output.path.ends_with(".pdf")).count() >= 3);
    if let Some(folder) = std::env::var_os("REPERE_KEEP").map(std::path::PathBuf::from) {
        for output in &contribution.outputs {
            let name = output.path.rsplit('/').next().unwrap_or_default();
            fs::write(folder.join(name), bytes(&contribution, &output.path)).unwrap();
        }
    }
}
