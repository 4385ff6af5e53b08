//! Every address a page gives or fetches leads somewhere, and nothing is fetched from another site.

use std::collections::BTreeMap;

use super::{Page, Site};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// What an address is, seen from a page.
pub(super) enum Target {
    /// A path of the site, without its first slash, and the fragment.
    Inside(String, Option<String>),
    /// Another site.
    Outside,
    /// A telephone number, an e-mail, data: nothing to look for.
    Nothing,
    /// Not an address.
    Broken,
}

/// Resolves an address as the browser does.
pub(super) fn resolve(site: &Site, page: &Page, address: &str) -> Target {
    let base_url = site.loaded.config.base_url.trim_end_matches('/');
    // A site under `/` only has paths: any host will do to join them.
    let base_url =
        if base_url.contains("://") { base_url.to_owned() } else { format!("http://site.invalid{base_url}") };
    let here = page.path.strip_suffix("index.html").unwrap_or(page.path);
    let Ok(base) = url::Url::parse(&format!("{base_url}/{here}")) else { return Target::Broken };
    let Ok(target) = base.join(address.trim()) else { return Target::Broken };
    if !matches!(target.scheme(), "http" | "https") {
        return Target::Nothing;
    }
    if target.host_str() != base.host_str() || target.port_or_known_default() != base.port_or_known_default() {
        return Target::Outside;
    }
    let root = url::Url::parse(&format!("{base_url}/")).map(|u| u.path().to_owned()).unwrap_or_default();
    let Some(path) = target.path().strip_prefix(root.as_str()) else { return Target::Outside };
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    Target::Inside(decode(path), target.fragment().map(decode))
}

/// The output that answers for a path.
pub(super) fn output_path(site: &Site, path: &str) -> Option<String> {
    let index = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else if site.outputs.contains_key(path) || site.missing.contains(path) {
        return Some(path.to_owned());
    } else {
        format!("{path}/index.html")
    };
    (site.outputs.contains_key(index.as_str()) || site.missing.contains(&index)).then_some(index)
}

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let pages: BTreeMap<&str, &Page> = site.pages.iter().map(|p| (p.path, p)).collect();
    let mut found = Vec::new();
    for page in &site.pages {
        for link in &page.document.links {
            match resolve(site, page, &link.href) {
                Target::Inside(path, fragment) => {
                    found.extend(check_inside(site, page, &pages, &link.href, &path, fragment.as_deref()));
                }
                Target::Broken => found.push(
                    Diagnostic::error(format!("`{}` is not an address", link.href)).at(site.place(page, &link.href)),
                ),
                Target::Outside | Target::Nothing => {}
            }
        }
        for load in &page.document.loads {
            match resolve(site, page, &load.address) {
                Target::Inside(path, _) => {
                    found.extend(check_inside(site, page, &pages, &load.address, &path, None));
                }
                Target::Outside => {
                    let problem = Diagnostic::error(format!("`{}` is fetched from another site", load.address));
                    let help = "keep a copy in `static/`: nobody else may learn who reads these pages";
                    found.push(problem.at(site.place(page, &load.address)).help(help));
                }
                Target::Broken => found.push(
                    Diagnostic::error(format!("`{}` is not an address", load.address))
                        .at(site.place(page, &load.address)),
                ),
                Target::Nothing => {}
            }
        }
    }
    found
}

fn check_inside(
    site: &Site,
    page: &Page,
    pages: &BTreeMap<&str, &Page>,
    written: &str,
    path: &str,
    fragment: Option<&str>,
) -> Option<Diagnostic> {
    let answered = |prefix: &String| path == prefix || path.starts_with(&format!("{prefix}/"));
    let Some(output) = output_path(site, path) else {
        // The host answers for these; they are no files.
        if site.loaded.repere.safety.host_paths.iter().any(answered) {
            return None;
        }
        if told_with_its_text(site, written) {
            return None;
        }
        let place = site.place(page, source_form(written));
        // A site that publishes by the clock must be able to: a page that goes does not stop the others.
        let address =
            |waiting: &String| waiting.trim_end_matches('/').ends_with(&format!("/{}", path.trim_end_matches('/')));
        if site.library.waiting.values().any(address) {
            let problem = Diagnostic::warning(format!("`{written}` leads to a page that is not out at this time"));
            return Some(
                problem.at(place).help("a link of Markdown (`@/…`) becomes plain words until the page is out"),
            );
        }
        let problem = Diagnostic::error(format!("`{written}` leads nowhere")).at(place);
        let near =
            did_you_mean(path.trim_end_matches('/'), site.outputs.keys().map(|o| o.trim_end_matches("/index.html")));
        return Some(match near {
            Some(near) => problem.help(format!("did you mean `/{near}`?")),
            None => problem.help("correct the address, or take the link out"),
        });
    };
    let fragment = fragment.filter(|f| !f.is_empty() && *f != "top" && !f.starts_with(":~:"))?;
    let target = pages.get(output.as_str())?;
    if target.document.ids.contains(fragment) {
        return None;
    }
    let problem = Diagnostic::error(format!("`{written}` leads to a place that the page does not have"));
    let problem = problem.at(site.place(page, fragment));
    Some(match did_you_mean(fragment, target.document.ids.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `#{near}`?")),
        None => problem.help(format!("`{output}` has no element with the identifier `{fragment}`")),
    })
}

/// Whether a link stayed `@/…` because Markdown found no page for it, and said so.
fn told_with_its_text(site: &Site, written: &str) -> bool {
    let library = site.library;
    let path = written.trim_start_matches("@/").split(['#', '?']).next().unwrap_or_default();
    if !written.starts_with("@/") || library.node(path).is_some() {
        return false;
    }
    let mut texts = library.pages.iter().map(|page| &*page.raw).chain(library.sections.iter().map(|s| &*s.raw));
    texts.any(|text| text.contains(written))
}

/// What a writer is likely to have typed for an address: its last part.
fn source_form(written: &str) -> &str {
    let trimmed = written.trim_end_matches('/');
    trimmed.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(written)
}
