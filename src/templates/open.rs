//! What is still open where a template cannot be read on: parsers say which tag they did not expect, and the one to mend
//! stands above it.
//!
//! Entry point: [`still_open`], for both dialects.

use super::older::{tags, word};
use crate::diagnostic::did_you_mean;

/// Tags that have an end.
const WITH_END: &[&str] = &["if", "for", "block", "macro", "filter", "component", "set", "set_global"];
/// Tags that begin otherwise than with `end`.
const KNOWN: &[&str] = &[
    "block",
    "break",
    "component",
    "continue",
    "elif",
    "else",
    "extends",
    "filter",
    "for",
    "if",
    "import",
    "include",
    "macro",
    "raw",
    "set",
    "set_global",
];
/// Characters of a tag that are shown.
const SHOWN: usize = 60;

/// The innermost tag that is open at a line and a column, as help: with its line and the end it misses. A tag that is
/// not expected for another reason gets the name that is near.
pub(super) fn still_open(text: &str, line: usize, column: usize) -> Option<String> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let before = text[start..].chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
    let unexpected = tags(text).into_iter().find(|tag| tag.contains(&(start + before)));
    let name = unexpected.map_or("", |tag| word(&text[tag]));
    let is_end = name.is_empty() || name.starts_with("end") || matches!(name, "else" | "elif" | "macro");
    if !is_end {
        let near = did_you_mean(name, KNOWN.iter().copied().filter(|known| *known != name))?;
        return Some(format!("did you mean `{near}`?"));
    }
    let mut open = Vec::new();
    // The place may be inside the tag that was not expected.
    for tag in tags(text).into_iter().take_while(|tag| tag.end <= start + before) {
        let (start, tag) = (tag.start, &text[tag]);
        let name = word(tag);
        let takes_what_follows = !name.starts_with("set") || !tag.contains('=');
        if !tag.starts_with("{%") {
            continue;
        }
        if let Some(closed) = name.strip_prefix("end") {
            let is_its = |(_, tag): &(usize, &str)| word(tag).trim_end_matches("_global") == closed;
            if open.last().is_some_and(is_its) {
                open.pop();
            }
        } else if WITH_END.contains(&name) && takes_what_follows {
            open.push((start, tag));
        }
    }
    let (at, tag) = open.pop()?;
    let line = text[..at].matches('\n').count() + 1;
    let end = word(tag).trim_end_matches("_global");
    let shown = match tag.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &tag[..cut]),
        None => tag.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    Some(format!("`{shown}` of line {line} is still open here: it ends with `{{% end{end} %}}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_open_tag_is_told() {
        let text = "{% if a %}\n{% set x = 1 %}{% for p in é %}\n{# {% endfor %} #}{% endif %}\n";
        let told = |line, column| still_open(text, line, column);
        assert_eq!(
            told(3, 19).as_deref(),
            Some("`{% for p in é %}` of line 2 is still open here: it ends with `{% endfor %}`")
        );
        assert!(still_open("{% if a %}\nx", 2, 1).unwrap().starts_with("`{% if a %}` of line 1"));
        assert_eq!((told(1, 4), told(0, 1)), (None, None));
        assert!(told(99, 99).unwrap().contains("for"));
        assert_eq!(still_open("{% set x %}a{% endset %}{% endif %}", 1, 28), None);
        let text = "{% block a %}\n{% iff b %}x{% endif %}\n{% endblock %}";
        assert_eq!(still_open(text, 2, 4).as_deref(), Some("did you mean `if`?"));
        assert_eq!(still_open("{% if a %}{% include b %}{% endif %}", 1, 14), None);
        assert!(still_open(&format!("{{% block {} %}}x", "é".repeat(99)), 2, 1).unwrap().contains('…'));
    }
}
