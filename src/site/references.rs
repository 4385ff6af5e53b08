//! Where HTML and style sheets name the files they fetch. Only places: what they mean is for `fingerprint` to say.
//!
//! Entry points: [`in_html`] and [`in_css`], each in one pass, spans in order.

use std::ops::Range;

/// The attributes by which a tag fetches a file.
fn fetching(tag: &str) -> &'static [&'static str] {
    match tag {
        "link" | "use" | "image" => &["href", "xlink:href"],
        "script" | "embed" | "input" => &["src"],
        "img" | "source" => &["src", "srcset"],
        "video" => &["poster"],
        "object" => &["data"],
        _ => &[],
    }
}

/// An attribute: its name and where its value is.
type Attribute<'t> = (&'t str, Range<usize>);

/// The addresses that a page fetches by itself.
pub(super) fn in_html(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|next| at + next) {
        if text[start..].starts_with("<!--") {
            at = text[start..].find("-->").map_or(text.len(), |end| start + end + 3);
            continue;
        }
        let Some((name, attributes, end)) = tag(text, start) else {
            at = start + 1;
            continue;
        };
        at = end;
        let name = name.to_ascii_lowercase();
        let has = |wanted: &str| attributes.iter().any(|(attribute, _)| attribute.eq_ignore_ascii_case(wanted));
        if !has("integrity") {
            for (attribute, value) in &attributes {
                let attribute = attribute.to_ascii_lowercase();
                if attribute == "style" {
                    found.extend(in_css(&text[value.clone()]).into_iter().map(|span| moved(span, value.start)));
                } else if fetching(&name).contains(&attribute.as_str()) {
                    match attribute.as_str() {
                        "srcset" => found.extend(candidates(&text[value.clone()], value.start)),
                        _ => found.push(value.clone()),
                    }
                }
            }
        }
        if matches!(name.as_str(), "script" | "style" | "textarea" | "title") {
            let close = format!("</{name}");
            let length = find_ignoring_case(&text[at..], &close).unwrap_or(text.len() - at);
            if name == "style" {
                found.extend(in_css(&text[at..at + length]).into_iter().map(|span| moved(span, at)));
            }
            at += length;
        }
    }
    found
}

fn moved(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let (bytes, wanted) = (text.as_bytes(), wanted.as_bytes());
    bytes.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

/// The opening tag at `start`: its name, its attributes, and where it ends.
fn tag(text: &str, start: usize) -> Option<(&str, Vec<Attribute<'_>>, usize)> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    if !bytes.get(at)?.is_ascii_alphabetic() {
        return None;
    }
    let end_of = |from: usize, stop: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|byte| stop(*byte)).map_or(bytes.len(), |length| from + length)
    };
    let name_end = end_of(at, &|b| b.is_ascii_whitespace() || b == b'>' || b == b'/');
    let name = &text[at..name_end];
    at = name_end;
    let mut attributes = Vec::new();
    loop {
        at = end_of(at, &|b| !b.is_ascii_whitespace() && b != b'/');
        match bytes.get(at) {
            None => return Some((name, attributes, text.len())),
            Some(b'>') => return Some((name, attributes, at + 1)),
            Some(_) => {}
        }
        let name_end = end_of(at + 1, &|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'>' | b'/'));
        let attribute = &text[at..name_end];
        at = end_of(name_end, &|b| !b.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        at = end_of(at + 1, &|b| !b.is_ascii_whitespace());
        let value = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let end = end_of(at + 1, &|b| b == *quote);
                let value = at + 1..end;
                at = (end + 1).min(bytes.len());
                value
            }
            _ => {
                let end = end_of(at, &|b| b.is_ascii_whitespace() || b == b'>');
                let value = at..end;
                at = end;
                value
            }
        };
        attributes.push((attribute, value));
    }
}

/// The addresses of a `srcset`.
fn candidates(set: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for candidate in set.split(',') {
        let lead = candidate.len() - candidate.trim_start().len();
        let address = candidate.split_whitespace().next().unwrap_or_default();
        if !address.is_empty() {
            found.push(from + at + lead..from + at + lead + address.len());
        }
        at += candidate.len() + 1;
    }
    found
}

/// The addresses of `url(…)` and `@import "…"`.
pub(super) fn in_css(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"/*") {
            at += text[at..].find("*/").map_or(rest.len(), |end| end + 2);
        } else if starts_with_ignoring_case(rest, b"url(") {
            let (span, end) = inside_url(text, at + 4);
            found.push(span);
            at = end;
        } else if starts_with_ignoring_case(rest, b"@import") {
            at += 7;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            if let Some(end) = end_of_string(bytes, at) {
                found.push(at + 1..end);
                at = end + 1;
            }
        } else if let Some(end) = end_of_string(bytes, at) {
            at = end + 1;
        } else {
            at += 1;
        }
    }
    found
}

fn starts_with_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Where the quotation that begins at `at` ends; nothing when none begins there.
fn end_of_string(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != quote {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    Some(end.min(bytes.len()))
}

/// The address of a `url(` whose inside begins at `from`, and where to go on.
fn inside_url(text: &str, from: usize) -> (Range<usize>, usize) {
    let bytes = text.as_bytes();
    let mut at = from;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    if let Some(end) = end_of_string(bytes, at) {
        return (at + 1..end.max(at + 1).min(bytes.len()), (end + 1).min(bytes.len()));
    }
    let end = text[at..].find(')').map_or(text.len(), |length| at + length);
    let address = text[at..end].trim_end();
    (at..at + address.len(), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> Vec<&str> {
        in_html(text).into_iter().map(|span| &text[span]).collect()
    }

    fn css(text: &str) -> Vec<&str> {
        in_css(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn tags_that_fetch_are_read_however_they_are_written() {
        assert_eq!(html("<IMG alt='<a src=x>' SRC = a.png><a href=b.png>"), ["a.png"]);
        assert_eq!(html("<source srcset=' a.webp 1x,b.webp 2x '/>"), ["a.webp", "b.webp"]);
        assert_eq!(
            html("<!-- <img src=a> --><p style=\"background:url(b.png)\"><style>p{c:url(d.png)}</style>"),
            ["b.png", "d.png"]
        );
        assert_eq!(html("<script>'<img src=a>'</script><link href=\"é.css\">"), ["é.css"]);
    }

    #[test]
    fn broken_markup_ends() {
        for text in ["<", "<a", "<a b", "<a b=", "<a b='", "<img src=\"é", "<!--", "<script", "<script>", "<style>url("]
        {
            html(text);
        }
        for text in ["url(", "url('", "@import", "@import '", "/*", "'\\", "url(é"] {
            css(text);
        }
    }

    #[test]
    fn style_sheets_name_files_in_two_ways() {
        assert_eq!(
            css("@import 'a.css';@import url(\"b.css\");p{x:url( c.png );y:\"url(d)\"}"),
            ["a.css", "b.css", "c.png"]
        );
    }
}
