//! Pages whose elements stand in one another without end: reading them would take minutes, in browsers too.
//!
//! Entry point: [`check`], before any page is read.

use crate::diagnostic::{Diagnostic, Place};
use crate::output::{Body, Output, html_depth};

/// Elements in one another that no page needs.
const MOST: usize = 1000;

/// The pages that go too deep.
pub(super) fn check(outputs: &[Output]) -> Vec<Diagnostic> {
    let pages = outputs.iter().filter(|output| output.path.ends_with(".html"));
    let deep = pages.filter(|output| matches!(&output.body, Body::Bytes(bytes) if html_depth(bytes) > MOST));
    deep.map(|output| {
        Diagnostic::error(format!("more than {MOST} elements stand in one another on this page"))
            .at(Place::file(&output.origin))
            .help("close the elements and quotations that were opened")
    })
    .collect()
}
