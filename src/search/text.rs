//! The text of HTML, as a search index keeps it.

use scraper::{ElementRef, Html, Node};

use crate::output::html_depth;

/// Elements whose text nobody searches.
const SKIPPED: &[&str] = &["script", "style", "pre", "template", "svg", "math"];

/// Elements in one another past which the parser would take the square of the length.
const DEEPEST: usize = 500;

/// The text of an HTML fragment: one blank between words, empty lines left out, `&`, `<` and `>` still written as entities.
pub(super) fn of_html(html: &str) -> String {
    if html_depth(html.as_bytes()) > DEEPEST {
        return lines(&plainly(html));
    }
    let fragment = Html::parse_fragment(html);
    let mut text = String::new();
    collect(fragment.root_element(), &mut text);
    lines(&text)
}

fn lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut is_first = true;
        for word in line.split_whitespace() {
            if !joined.is_empty() {
                joined.push(if is_first { '\n' } else { ' ' });
            }
            joined.push_str(word);
            is_first = false;
        }
    }
    joined
}

/// What stands between tags, without asking what they mean.
fn plainly(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
    }
    text.push_str(rest);
    text
}

fn collect(element: ElementRef, text: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(part) => escape(part, text),
            Node::Element(inner) if !SKIPPED.contains(&inner.name()) => {
                if let Some(child) = ElementRef::wrap(child) {
                    collect(child, text);
                }
            }
            _ => {}
        }
    }
}

fn escape(part: &str, text: &mut String) {
    for character in part.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\u{a0}' => text.push_str("&nbsp;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_html;

    #[test]
    fn what_goes_too_deep_is_read_plainly() {
        assert_eq!(of_html(&format!("{}Un &amp; deux", "<div>".repeat(100_000))), "Un &amp; deux");
    }

    #[test]
    fn code_scripts_and_comments_are_no_text() {
        let html = "<p>Un  &amp;\t<b>deux</b>. <!-- x --> <script>no()</script></p>\n<pre>code</pre>\n<svg><text>no</text></svg>\n<p>Trois</p>\n";
        assert_eq!(of_html(html), "Un &amp; deux.\nTrois");
    }
}
