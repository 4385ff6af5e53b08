//! What a machine can see of accessibility. Passing it is not an audit: people must still look, listen and try.

use std::collections::BTreeMap;

use super::{Page, Site};
use crate::diagnostic::Diagnostic;

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let pages = || site.pages.iter().filter(|p| !p.document.is_redirect);
    for page in pages() {
        check_frame(site, page, &mut found);
        check_headings(site, page, &mut found);
        for (fault, needle) in &page.document.faults {
            found.push(Diagnostic::error(fault.clone()).at(site.place(page, needle)));
        }
        for id in &page.document.doubled_ids {
            let problem = Diagnostic::error(format!("the identifier `{id}` stands twice in the page"));
            found.push(problem.at(site.place(page, id)));
        }
    }
    let mut titles: BTreeMap<&str, &Page> = BTreeMap::new();
    for page in pages().filter(|p| !is_pager(p.path)) {
        let Some(title) = &page.document.title else { continue };
        if let Some(first) = titles.insert(title, page) {
            let problem = Diagnostic::error(format!("the title “{title}” is also that of `/{}`", first.path));
            found.push(problem.at(site.place(page, "title")).help("two pages open side by side must be told apart"));
        }
    }
    found
}

fn check_frame(site: &Site, page: &Page, found: &mut Vec<Diagnostic>) {
    let mut miss = |message: &str, help: &str| {
        found.push(Diagnostic::error(message).at(site.place(page, "")).help(help));
    };
    if page.document.lang.is_none() {
        miss("the page does not say its language", "write `<html lang=\"fr\">` in the template");
    }
    if page.document.title.is_none() {
        miss("the page has no title", "give it a `title`");
    }
}

fn check_headings(site: &Site, page: &Page, found: &mut Vec<Diagnostic>) {
    let firsts: Vec<&String> = page.document.headings.iter().filter(|(l, _)| *l == 1).map(|(_, t)| t).collect();
    match firsts.as_slice() {
        [_] => {}
        [] => found.push(Diagnostic::error("the page has no heading of level 1").at(site.place(page, ""))),
        [_, second, ..] => {
            let problem = Diagnostic::error(format!("the page has {} headings of level 1", firsts.len()));
            let help = "the template writes the title as level 1: begin at `##` in the text";
            found.push(problem.at(site.place(page, second)).help(help));
        }
    }
    let mut before = 0;
    for (level, text) in &page.document.headings {
        if before > 0 && *level > before + 1 {
            let problem = Diagnostic::error(format!("“{text}” is of level {level}, right after level {before}"));
            found.push(problem.at(site.place(page, text)).help(format!("make it level {}", before + 1)));
        }
        before = *level;
    }
}

/// `/page/2/`: a pager shares its title with its section unless the template numbers it.
fn is_pager(path: &str) -> bool {
    let folder = path.trim_end_matches("/index.html");
    folder.rsplit('/').next().is_some_and(|last| last.parse::<u32>().is_ok())
}
