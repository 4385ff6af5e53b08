//! What a page costs on a poor connection: its HTML, style sheets and scripts, compressed as they are sent.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::links::{Target, output_path, resolve};
use super::{Page, Site};
use crate::diagnostic::Diagnostic;

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let budget = site.loaded.repere.safety.page_budget_kb;
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for page in site.pages.iter().filter(|p| !p.document.is_redirect) {
        let bytes = page.transfer + linked(site, page, &mut known);
        let kilobytes = bytes.div_ceil(1000) as u64;
        if kilobytes > budget {
            let problem =
                Diagnostic::warning(format!("the page weighs {kilobytes} kB once compressed, {budget} are allowed"));
            found.push(
                problem.at(site.place(page, "")).help("this counts HTML, style sheets and scripts, not pictures"),
            );
        }
    }
    found
}

/// Style sheets and scripts of the site that the page fetches, each once.
fn linked(site: &Site, page: &Page, known: &mut BTreeMap<String, usize>) -> usize {
    let mut paths: Vec<String> = page
        .document
        .loads
        .iter()
        .filter(|l| l.is_style_or_script)
        .filter_map(|l| match resolve(site, page, &l.address) {
            Target::Inside(path, _) => output_path(site, &path),
            _ => None,
        })
        .collect();
    paths.sort();
    paths.dedup();
    let mut sum = 0;
    for path in paths {
        if !known.contains_key(&path) {
            let output = site.outputs.get(path.as_str());
            let size = output.and_then(|o| o.body.read().ok()).map_or(0, |bytes| compressed(&bytes));
            known.insert(path.clone(), size);
        }
        sum += known[&path];
    }
    sum
}

/// Length after gzip, the least a server does.
pub(super) fn compressed(bytes: &[u8]) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(packed) => packed.len(),
        Err(_) => bytes.len(),
    }
}
