//! The cut of a text at `<!-- more -->`.
//!
//! Entry points: [`marker`] finds the mark in raw HTML, [`write`] gives the whole HTML and the part before the mark.

use std::sync::LazyLock;

use pulldown_cmark::{Event, TagEnd, html::push_html};
use regex::Regex;

use super::Context;

/// What stands in the page where the summary ends.
pub(super) const CONTINUE: &str = "<span id=\"continue-reading\"></span>";

static MARK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)<!--[ \t]*more[ \t]*-->").expect("a fixed pattern"));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<sup class="footnote-reference"[^>]*><a href=[^>]*>[^<]*</a></sup>"#).expect("a fixed pattern")
});

/// Raw HTML with its mark replaced, or `None` when it has none.
pub(super) fn marker(html: &str) -> Option<String> {
    let found = MARK.find(html)?;
    // A mark alone on its line takes the end of the line with it.
    let rest = &html[found.end()..];
    let rest = if rest.trim().is_empty() { "" } else { rest };
    Some(format!("{}{CONTINUE}{rest}", &html[..found.start()]))
}

/// The HTML of the events; the summary is what comes before event number `cut`.
pub(super) fn write(
    events: Vec<Event>,
    cut: Option<usize>,
    context: &Context,
) -> Result<(String, Option<String>), String> {
    let mut html = String::with_capacity(events.len() * 24);
    let Some(cut) = cut else {
        push_html(&mut html, events.into_iter());
        return Ok((html, None));
    };
    let open = open_at(&events[..cut]);
    let mut rest = events.into_iter();
    push_html(&mut html, rest.by_ref().take(cut));
    let mut summary = REFERENCE.replace_all(html.trim_end(), "").into_owned();
    if !open.is_empty() {
        if let Some(hooks) = context.hooks {
            summary.push_str(&hooks.summary_cutoff(&summary, context.lang)?);
        }
        push_html(&mut summary, open.into_iter().rev().map(Event::End));
    }
    push_html(&mut html, rest);
    Ok((html, Some(summary)))
}

/// The elements that are open after some events, outermost first.
fn open_at(events: &[Event]) -> Vec<TagEnd> {
    let mut open = Vec::new();
    for event in events {
        match event {
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(_) => {
                open.pop();
            }
            _ => {}
        }
    }
    // The block of raw HTML that holds the mark writes nothing itself.
    open.retain(|tag| !matches!(tag, TagEnd::HtmlBlock));
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_whatever_its_case_and_spaces() {
        for text in ["<!-- more -->", "<!--more-->", "<!--  MORE\t-->"] {
            assert_eq!(marker(text).as_deref(), Some(CONTINUE), "{text}");
        }
        assert_eq!(marker("<!-- pas more -->"), None);
        assert_eq!(marker("<!--\nmore\n-->"), None);
    }
}
