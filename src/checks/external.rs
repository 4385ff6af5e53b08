//! Links to other sites, asked one by one. The only part of the checks that opens a socket, and only when it is asked to.

use std::collections::BTreeMap;
use std::time::Duration;

use rayon::prelude::*;

use super::place_in;
use crate::config::{LinkLevel, Loaded};
use crate::content::Library;
use crate::diagnostic::{Diagnostic, Level};

/// How long one site may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Most bytes read of a page in search of a fragment.
const MOST_BYTES: u64 = 4 << 20;

/// Asks every external link of the rendered library, sites side by side, the links of one site one after another.
pub fn external(library: &Library, loaded: &Loaded) -> Vec<Diagnostic> {
    let checker = &loaded.config.link_checker;
    let level = match checker.external_level {
        LinkLevel::Error => Level::Error,
        LinkLevel::Warn => Level::Warning,
    };
    let mut ignored = globset::GlobSetBuilder::new();
    for glob in checker.ignored_files.iter().filter_map(|g| globset::Glob::new(g).ok()) {
        ignored.add(glob);
    }
    let ignored = ignored.build().unwrap_or_default();
    let mut sites: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let pages = library.pages.iter().map(|p| (&p.file, &p.rendered.external_links));
    let sections = library.sections.iter().map(|s| (&s.file, &s.rendered.external_links));
    for (file, links) in pages.chain(sections) {
        if ignored.is_match(&file.shown) || ignored.is_match(&file.relative) {
            continue;
        }
        for link in links {
            let Ok(url) = url::Url::parse(link) else { continue };
            if !matches!(url.scheme(), "http" | "https") || checker.skip_prefixes.iter().any(|p| link.starts_with(p)) {
                continue;
            }
            let host = url.host_str().unwrap_or_default().to_owned();
            sites.entry(host).or_default().entry(link).or_default().push(&file.shown);
        }
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("repere/", env!("CARGO_PKG_VERSION"), " (link check)"))
        .build()
        .into();
    let found = sites.par_iter().flat_map_iter(|(_, links)| {
        links.iter().filter_map(|(link, files)| {
            let skip_anchor = checker.skip_anchor_prefixes.iter().any(|p| link.starts_with(p));
            let fault = ask(&agent, link, !skip_anchor).err()?;
            let file = files.first()?;
            let mut problem = Diagnostic::error(format!("`{link}` {fault}"));
            problem.level = level;
            problem = problem.at(place_in(&loaded.root, file.as_ref(), link));
            Some(match files.len() {
                1 => problem,
                2 => problem.help("one other page has this link"),
                many => problem.help(format!("{} other pages have this link", many - 1)),
            })
        })
    });
    found.collect()
}

/// Asks for a page; `Err` says what is wrong with it.
fn ask(agent: &ureq::Agent, link: &str, with_anchor: bool) -> Result<(), String> {
    let (page, fragment) = link.split_once('#').unwrap_or((link, ""));
    let mut answer = agent.get(page).header("Accept", "text/html, */*").call().map_err(|error| match error {
        ureq::Error::StatusCode(code) => format!("answers {code}"),
        other => format!("does not answer: {other}"),
    })?;
    if fragment.is_empty() || !with_anchor || fragment.starts_with(":~:") {
        return Ok(());
    }
    let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/html") {
        return Ok(());
    }
    let text = answer.body_mut().with_config().limit(MOST_BYTES).read_to_string().unwrap_or_default();
    if has_anchor(&text, fragment) { Ok(()) } else { Err(format!("has no place `{fragment}`")) }
}

/// An `id` or `name` with that value, quoted or not.
fn has_anchor(html: &str, fragment: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    ["id", "name"]
        .iter()
        .any(|attr| ["\"", "'", ""].iter().any(|quote| html.contains(&format!("{attr}={quote}{decoded}{quote}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_an_id_or_a_name() {
        assert!(has_anchor("<p id=\"été\">", "%C3%A9t%C3%A9"));
        assert!(has_anchor("<a name='b'>", "b"));
        assert!(!has_anchor("<p id=\"a\">", "b"));
    }
}
