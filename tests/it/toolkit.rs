//! Guides and kits of a small site, and of the site this repository publishes.

use std::path::{Path, PathBuf};

use repere::diagnostic::{self, Diagnostic};
use repere::site::{Body, Contribution};
use repere::{config, content, toolkit};

fn contribute(root: &Path) -> (Contribution, Vec<Diagnostic>) {
    let (loaded, _) = config::load(root, None).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    let (library, _) = content::load(root, &loaded.config, content::Options::default());
    toolkit::contribute(&library, &loaded)
}

fn bytes<'a>(contribution: &'a Contribution, path: &str) -> &'a [u8] {
    let found = contribution.outputs.iter().find(|output| output.path == path);
    match found.map(|output| &output.body) {
        Some(Body::Bytes(bytes)) => bytes,
        _ => panic!("{path} is not among {:?}", contribution.outputs.iter().map(|o| &o.path).collect::<Vec<_>>()),
    }
}

/// Set `REPERE_KEEP=DIR` to look at the documents.
#[test]
fn the_sites_own_tools_are_made() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let start = std::time::Instant::now();
    let (contribution, problems) = contribute(root);
    eprintln!("made in {:?}", start.elapsed());
    assert!(!diagnostic::any_error(&problems), "{}", diagnostic::render(&problems));
    for output in &contribution.outputs {
        eprintln!("{}", output.path);
    }
    if let Some(folder) = std::env::var_os("REPERE_KEEP").map(PathBuf::from) {
        for output in &contribution.outputs {
            let name = output.path.rsplit('/').next().unwrap_or_default();
            std::fs::write(folder.join(name), bytes(&contribution, &output.path)).unwrap();
        }
    }
}
