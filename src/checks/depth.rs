//! Pages whose elements stand in one another without end: reading them would take minutes, in browsers too.
//!
//! Entry point: [`check`], before any page is read.

use crate::diagnostic::{Diagnostic, Place};
use crate::output::{Body, Output};

/// Elements in one another that no page needs.
const MOST: usize = 1000;

/// Elements that have no end tag, or may leave it out.
const WITHOUT_END: [&str; 24] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li",
    "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
];

/// The pages that go too deep.
pub(super) fn check(outputs: &[Output]) -> Vec<Diagnostic> {
    let pages = outputs.iter().filter(|output| output.path.ends_with(".html"));
    let deep = pages.filter(|output| matches!(&output.body, Body::Bytes(bytes) if depth(bytes) > MOST));
    deep.map(|output| {
        Diagnostic::error(format!("more than {MOST} elements stand in one another on this page"))
            .at(Place::file(&output.origin))
            .help("close the elements and quotations that were opened")
    })
    .collect()
}

/// How deep elements stand in one another, about.
fn depth(html: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for (at, _) in html.iter().enumerate().filter(|(_, byte)| **byte == b'<') {
        let rest = &html[at + 1..html.len().min(at + 20)];
        let is_end = rest.first() == Some(&b'/');
        let name = &rest[usize::from(is_end)..];
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = String::from_utf8_lossy(&name[..length]).to_ascii_lowercase();
        if name.is_empty() || WITHOUT_END.contains(&name.as_str()) {
            continue;
        }
        now = if is_end { now.saturating_sub(1) } else { now + 1 };
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_elements_in_one_another_count() {
        assert_eq!(depth(b"<html><body><p>a<p>b<br><b>c</b><b>d</b></body></html>"), 3);
        assert_eq!(depth("<div>".repeat(2000).as_bytes()), 2000);
    }
}
