//! Where the tags of a template are: the parser of Tera 1 forgets it.
//!
//! Entry point: [`tags`]. The parsed nodes come in the order of the source, so the n-th tag belongs to the n-th node
//! that is written as a tag.

use std::ops::Range;

/// The spans of `{{ … }}` and `{% … %}` in order; comments and what stands in `raw` are none.
pub(in crate::templates) fn tags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = next(text, at) {
        let rest = &text[open + 2..];
        if text[open..].starts_with("{#") {
            at = rest.find("#}").map_or(text.len(), |end| open + 2 + end + 2);
            continue;
        }
        let close = if text[open..].starts_with("{{") { "}}" } else { "%}" };
        let end = end_of_tag(rest, close).map_or(text.len(), |end| open + 2 + end + 2);
        found.push(open..end);
        at = end;
        if word(&text[open..end]) == "raw" {
            let Some(closing) = endraw(text, end) else { break };
            found.push(closing.clone());
            at = closing.end;
        }
    }
    found
}

fn next(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len().saturating_sub(1)).find(|&at| bytes[at] == b'{' && matches!(bytes[at + 1], b'{' | b'%' | b'#'))
}

/// Where a tag ends: not inside a string.
fn end_of_tag(rest: &str, close: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1 + bytes[at + 1..].iter().position(|b| *b == quote)?;
            }
            _ if bytes[at..].starts_with(close.as_bytes()) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The first word of a tag: `for`, `endif`.
pub(in crate::templates) fn word(tag: &str) -> &str {
    let inside = tag.get(2..).unwrap_or_default();
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
    &inside[..end]
}

fn endraw(text: &str, from: usize) -> Option<Range<usize>> {
    text[from..].match_indices("{%").map(|(at, _)| from + at).find_map(|open| {
        let end = open + text[open..].find("%}")? + 2;
        (word(&text[open..end]) == "endraw").then_some(open..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_order() {
        let text = r#"a{# {{ no }} #}{{ "}}" ~ b }}{%- raw -%}{{ no }}{%- endraw -%}{% if x == "%}" %}é{% endif %}"#;
        let found: Vec<&str> = tags(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(
            found,
            [r#"{{ "}}" ~ b }}"#, "{%- raw -%}", "{%- endraw -%}", r#"{% if x == "%}" %}"#, "{% endif %}"]
        );
        assert_eq!(word("{%- endraw -%}"), "endraw");
    }
}
