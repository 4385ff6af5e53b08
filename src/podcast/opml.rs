//! The list of all series as OPML 2.0, which podcast applications import at once.
//!
//! Entry point: [`xml`]. Addresses of feeds only: what a series says of itself is in its feed.

use std::fmt::Write as _;

use pulldown_cmark_escape::escape_html;

use super::series::Series;

/// Where the list is published.
pub const PATH: &str = "podcast/series.opml";

/// The list, in the order of the series.
pub fn xml(series: &[Series]) -> String {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>");
    let title = series.first().map_or("", |series| series.author.as_str());
    push(&mut out, title);
    out.push_str("</title>\n  </head>\n  <body>\n");
    for series in series {
        out.push_str("    <outline type=\"rss\"");
        for (name, value) in [
            ("text", series.title.as_str()),
            ("title", &series.title),
            ("description", &series.description),
            ("language", &series.language),
            ("xmlUrl", &series.feed_url),
            ("htmlUrl", &series.link),
        ] {
            let _ = write!(out, " {name}=\"");
            push(&mut out, value);
            out.push('"');
        }
        out.push_str("/>\n");
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

/// Escaped for text and attributes, without the characters that XML forbids.
fn push(out: &mut String, text: &str) {
    let _ = escape_html(&mut *out, &super::feed::clean(text));
}
