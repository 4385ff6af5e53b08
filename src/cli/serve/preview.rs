//! What the preview server shows: the built site with a small script in each page, or a page that tells what is wrong.

use crate::diagnostic::{self, Diagnostic};
use crate::site::{Body, Output};

const SCRIPT: &str = include_str!("reload.js");
const TAG: &[u8] = b"<script src=\"/__repere/reload.js\" defer></script>";

/// The outputs to show for build number `build`. Without a site (the first build failed) there is only the page that
/// tells the problems.
pub(super) fn outputs(site: Option<&[Output]>, problems: &[Diagnostic], build: u64) -> Vec<Output> {
    let text = diagnostic::render(problems);
    let mut shown: Vec<Output> = match site {
        Some(outputs) => outputs.iter().cloned().map(with_script).collect(),
        None => ["index.html", "404.html"].map(|path| Output::bytes(path, empty_page(), "serve")).into(),
    };
    let state = serde_json::json!({ "build": build, "problems": text });
    shown.push(Output::bytes("__repere/state.json", state.to_string(), "serve"));
    shown.push(Output::bytes("__repere/reload.js", SCRIPT, "serve"));
    shown
}

fn empty_page() -> Vec<u8> {
    let page = "<!doctype html><meta charset=\"utf-8\"><title>repere</title><body><p>The site has errors.</p></body>";
    add_tag(page.as_bytes())
}

fn with_script(mut output: Output) -> Output {
    if output.path.ends_with(".html")
        && let Body::Bytes(bytes) = &mut output.body
    {
        *bytes = add_tag(bytes);
    }
    output
}

/// Before the end of the body, or at the end of a page that leaves it out.
fn add_tag(page: &[u8]) -> Vec<u8> {
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|window| window == end).unwrap_or(page.len());
    [&page[..at], TAG, &page[at..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_gets_the_script_and_nothing_else_does() {
        let site = [Output::bytes("a/index.html", "<body>x</body>", "a"), Output::bytes("a.txt", "x", "a")];
        let shown = outputs(Some(&site), &[], 1);
        let Body::Bytes(page) = &shown[0].body else { panic!("a page is in memory") };
        assert!(String::from_utf8_lossy(page).ends_with("</script></body>"));
        assert_eq!(shown[1].body, site[1].body);
    }
}
