//! The cut of a text at `<!-- more -->`.
//!
//! Entry points: [`has_mark`] finds the mark in raw HTML, [`write`] gives the whole HTML and the part before the mark.

use std::sync::LazyLock;

use pulldown_cmark::{Event, TagEnd, html::push_html};
use regex::Regex;

use super::Context;

/// What stands in the page where the summary ends: the piece of raw HTML that held the mark, all of it, becomes this.
pub(super) const CONTINUE: &str = "<span id=\"continue-reading\"></span>";

static MARK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)<!--\s*more\s*-->").expect("a fixed pattern"));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<sup class="footnote-reference"[^>]*><a href=[^>]*>[^<]*</a></sup>"#).expect("a fixed pattern")
});

/// Whether raw HTML holds the mark. Blocks of raw HTML come line by line: there it stands on one line.
pub(super) fn has_mark(html: &str) -> bool {
    html.contains("<!--") && MARK.is_match(html)
}

/// The HTML of the events; the summary is what comes before the mark.
pub(super) fn write(
    events: Vec<Event>,
    has_summary: bool,
    context: &Context,
) -> Result<(String, Option<String>), String> {
    let mut html = String::with_capacity(events.len() * 24);
    if !has_summary {
        push_html(&mut html, events.into_iter());
        return Ok((html, None));
    }
    let cut = events.iter().position(|event| matches!(event, Event::Html(html) if **html == *CONTINUE));
    let before = &events[..cut.unwrap_or(events.len())];
    let open = open_after(before);
    // Made apart from the whole: what is written knows what came before it (numbers of footnotes, heads of tables).
    let mut summary = String::new();
    push_html(&mut summary, before.iter().cloned());
    let mut summary = REFERENCE.replace_all(&summary, "").into_owned();
    summary.truncate(summary.trim_end().len());
    if !open.is_empty() {
        if let Some(hooks) = context.hooks {
            summary.push_str(&hooks.summary_cutoff(&summary, context.lang)?);
        }
        push_html(&mut summary, open.into_iter().rev().map(Event::End));
    }
    push_html(&mut html, events.into_iter());
    Ok((html, Some(summary)))
}

/// The elements that are open after some events, outermost first, as Zola counts them: the end of an element whose start
/// was written as raw HTML (a heading, a link to another site) ends all there are.
fn open_after(events: &[Event]) -> Vec<TagEnd> {
    let mut open: Vec<TagEnd> = Vec::new();
    for event in events {
        match event {
            Event::Start(tag) if tag.to_end() != TagEnd::HtmlBlock => open.push(tag.to_end()),
            Event::End(end) if *end != TagEnd::HtmlBlock => {
                open.truncate(open.iter().rposition(|tag| tag == end).unwrap_or(0));
            }
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_whatever_its_case_and_spaces() {
        for text in ["<!-- more -->", "<!--more-->", "<!--  MORE\t-->", "<!--\nmore\n-->", "<b><!-- more --></b>"] {
            assert!(has_mark(text), "{text}");
        }
        assert!(!has_mark("<!-- pas more -->"));
    }
}
