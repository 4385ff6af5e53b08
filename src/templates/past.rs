//! Leaving out of a text of the newer dialect what failed, so that another try tells the next fault.
//!
//! Entry point: [`leave_out`]. A `{{ … }}` goes alone, a condition or a loop with all that stands in it, a call of a
//! component without its body. Names that are set in what goes are missing from then on: a tag that asks for one of them
//! may fail for no reason of its own. The older engine goes past faults while it runs (`older/run/past.rs`).

use std::collections::BTreeSet;
use std::ops::Range;

use super::older::{tags, word};

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// It is there for a reason of its own, and not because of a name that is missing.
    pub(super) is_own: bool,
    /// It was left out.
    pub(super) is_out: bool,
}

/// Leaves out what a line and a column of a text are in; columns count characters, and what stands behind keeps its own.
pub(super) fn leave_out(text: &mut String, place: (usize, usize), missing: &mut BTreeSet<String>) -> Left {
    let is_own = !follows(text, place, missing);
    let Some(parts) = parts_at(text, place, is_own) else { return Left { is_own, is_out: false } };
    let tags = tags(text);
    for part in parts {
        let inside = tags.iter().filter(|tag| part.contains(&tag.start)).map(|tag| &text[tag.clone()]);
        missing.extend(inside.filter_map(name_set).map(str::to_owned));
        blank(text, part);
    }
    Left { is_own, is_out: true }
}

/// Whether a tag, or one of those round it that choose whether it runs, asks for a name that is missing.
pub(super) fn follows(text: &str, place: (usize, usize), missing: &BTreeSet<String>) -> bool {
    let Some((tags, at)) = tag_at(text, place) else { return false };
    let asks = |tag: &str| tag.split(|c: char| !c.is_alphanumeric() && c != '_').any(|name| missing.contains(name));
    // Of each condition and loop that is open: its tag and those of the branches before.
    let mut open: Vec<Vec<&str>> = Vec::new();
    for tag in &tags[..at] {
        let tag = &text[tag.clone()];
        match word(tag) {
            "if" | "for" => open.push(vec![tag]),
            "elif" => open.last_mut().into_iter().for_each(|chain| chain.push(tag)),
            "endif" | "endfor" => drop(open.pop()),
            _ => {}
        }
    }
    !missing.is_empty() && open.into_iter().flatten().chain([&text[tags[at].clone()]]).any(asks)
}

/// Whether what a tag prints becomes a value.
pub(super) fn is_captured(text: &str, place: (usize, usize)) -> bool {
    tag_at(text, place).is_some_and(|(tags, at)| captured(text, &tags, at).is_some())
}

/// The tags of a text and the one at a place.
fn tag_at(text: &str, (line, column): (usize, usize)) -> Option<(Vec<Range<usize>>, usize)> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let before: usize = text.get(start..)?.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    let tags = tags(text);
    let at = tags.iter().position(|tag| tag.contains(&(start + before)))?;
    Some((tags, at))
}

/// What goes with the tag at a place; nothing where too much depends on it.
fn parts_at(text: &str, place: (usize, usize), is_own: bool) -> Option<Vec<Range<usize>>> {
    let (tags, at) = tag_at(text, place)?;
    let mut parts = match captured(text, &tags, at) {
        Some(whole) => vec![whole],
        None => parts(text, &tags, at)?,
    };
    let holds = |parts: &[Range<usize>], words: &[&str]| {
        let inside = tags.iter().filter(|tag| parts.iter().any(|part| part.contains(&tag.start)));
        inside.into_iter().any(|tag| words.contains(&word(&text[tag.clone()])))
    };
    // What keeps the rest of a turn from running: the turns go with it.
    if holds(&parts, &["break", "continue"]) && word(&text[tags[at].clone()]) != "for" {
        let loops = (0..at).rev().filter(|opens| word(&text[tags[*opens].clone()]) == "for");
        let mut round = loops.filter_map(|opens| section(text, &tags, opens));
        parts = vec![round.find(|whole| whole.contains(&tags[at].start))?];
    }
    // Whoever throws says that what follows need not hold, unless it is because of a name that is missing.
    let throws = parts.iter().any(|part| text[part.clone()].contains("throw("));
    (!throws || !is_own).then_some(parts)
}

/// What has to go with a tag.
fn parts(text: &str, tags: &[Range<usize>], at: usize) -> Option<Vec<Range<usize>>> {
    let tag = &text[tags[at].clone()];
    if tag.starts_with("{{") {
        return Some(vec![tags[at].clone()]);
    }
    match word(tag) {
        "include" => Some(vec![tags[at].clone()]),
        "set" | "set_global" if !is_section(tag) => Some(vec![tags[at].clone()]),
        "elif" => {
            let mut depth = 0;
            let opens = tags[..at].iter().rposition(|tag| match word(&text[tag.clone()]) {
                "if" if depth == 0 => true,
                "if" => {
                    depth -= 1;
                    false
                }
                "endif" => {
                    depth += 1;
                    false
                }
                _ => false,
            })?;
            Some(vec![section(text, tags, opens)?])
        }
        "if" | "for" | "filter" | "set" | "set_global" => Some(vec![section(text, tags, at)?]),
        "" => {
            let name = component(tag)?;
            let closes = |tag: &str| tag.contains(&format!("</{name}"));
            let mut depth = 0;
            let end = tags[at..].iter().find(|other| {
                let other = &text[(*other).clone()];
                depth += i32::from(component(other) == Some(name)) - i32::from(closes(other));
                depth == 0
            })?;
            Some(vec![tags[at].clone(), end.clone()])
        }
        _ => None,
    }
}

/// A tag that opens something, with all up to its end.
fn section(text: &str, tags: &[Range<usize>], at: usize) -> Option<Range<usize>> {
    let opening = word(&text[tags[at].clone()]);
    let closing = format!("end{}", opening.strip_suffix("_global").unwrap_or(opening));
    let mut depth = 0;
    let end = tags[at..].iter().find(|tag| {
        let tag = &text[(*tag).clone()];
        let found = word(tag);
        depth += i32::from(found == opening && (!found.starts_with("set") || is_section(tag)));
        depth -= i32::from(found == closing);
        depth == 0
    })?;
    Some(tags[at].start..end.end)
}

/// The outermost section around a tag that makes a value of what stands in it, which must not miss a part.
fn captured(text: &str, tags: &[Range<usize>], at: usize) -> Option<Range<usize>> {
    let makes = |tag: &str| match word(tag) {
        "filter" => true,
        "set" | "set_global" => is_section(tag),
        _ => false,
    };
    let before = (0..at).filter(|opens| makes(&text[tags[*opens].clone()]));
    before.filter_map(|opens| section(text, tags, opens)).find(|whole| whole.contains(&tags[at].start))
}

/// Whether a `set` takes what stands between it and its end.
fn is_section(tag: &str) -> bool {
    !tag.contains('=')
}

/// The name that a tag sets.
fn name_set(tag: &str) -> Option<&str> {
    if !tag.starts_with("{%") || !matches!(word(tag), "set" | "set_global") {
        return None;
    }
    let (_, rest) = tag.split_once(word(tag))?;
    rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// The component that `{% <name …> %}` calls.
fn component(tag: &str) -> Option<&str> {
    let inside = tag.strip_prefix("{%")?;
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start().strip_prefix('<')?;
    let end = inside.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))).unwrap_or(inside.len());
    (end > 0).then(|| &inside[..end])
}

/// Puts blanks in the place of a part; lines stay.
fn blank(text: &mut String, part: Range<usize>) {
    let blank: String = text[part.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    text.replace_range(part, &blank);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left after the tags at some words failed, one after the other, with what each was.
    fn left(text: &str, words: &[&str]) -> (String, Vec<Option<bool>>) {
        let told = |left: Left| left.is_out.then_some(left.is_own);
        let (mut text, mut missing) = (text.to_owned(), BTreeSet::new());
        let mut all = Vec::new();
        for word in words {
            let Some(at) = text.find(word) else {
                all.push(None);
                continue;
            };
            let line = text[..at].matches('\n').count() + 1;
            let column = text[..at].chars().rev().take_while(|c| *c != '\n').count() + 1;
            all.push(told(leave_out(&mut text, (line, column), &mut missing)));
        }
        (text.split_whitespace().collect::<Vec<_>>().join(" "), all)
    }

    #[test]
    fn what_fails_goes_with_what_depends_on_it() {
        let own = Some(true);
        assert_eq!(left("é {{ bad }} {{ b }}", &["bad"]), ("é {{ b }}".into(), vec![own]));
        let text = "{% if a %}{% if bad %}x{% elif c %}y{% endif %}z{% endif %}";
        assert_eq!(left(text, &["bad"]), ("{% if a %} z{% endif %}".into(), vec![own]));
        assert_eq!(left(text, &["c %"]), ("{% if a %} z{% endif %}".into(), vec![own]));
        assert_eq!(left("{% for x in bad %}{% if x %}{% endif %}{% endfor %}y", &["bad"]), ("y".into(), vec![own]));
        let text = "{% <box a=bad> %}{% <box> %}{{ b }}{% </box> %}{% </box> %}";
        assert_eq!(left(text, &["bad"]).0, "{% <box> %}{{ b }}{% </box> %}");
        assert_eq!(left("{% filter upper %}a{{ bad }}{% endfilter %}b", &["bad"]).0, "b");
        assert_eq!(left("{% block a %}{% endblock %}", &["a"]).1, [None]);
        assert_eq!(left("{{ throw(message=bad) }}", &["bad"]).1, [None]);
    }

    #[test]
    fn names_that_are_missing_are_the_reason_of_other_faults() {
        let text = "{% set z = bad %}{{ z.a }}{{ other }}";
        let (text, told) = left(text, &["bad", "z.a", "other"]);
        assert_eq!((text.as_str(), told), ("", vec![Some(true), Some(false), Some(true)]));
        let text = "{% if bad %}{% set z = 1 %}{% endif %}{% set y %}{{ worse }}{% endset %}{{ z }}{{ y }}";
        assert_eq!(left(text, &["bad", "worse", "z }", "y }"]).1, [Some(true), Some(true), Some(false), Some(false)]);
        assert_eq!(left("{% set z = bad %}{{ throw(message=z) }}", &["bad", "throw"]).1, [Some(true), Some(false)]);
        let text = "{% set z = bad %}{% if z %}{% else %}{{ worse }}{% endif %}{% if y %}{{ own }}{% endif %}";
        assert_eq!(left(text, &["bad", "worse", "own"]).1, [Some(true), Some(false), Some(true)]);
        let text = "{% for p in q %}{% if bad %}{% continue %}{% endif %}{{ p.a }}{% endfor %}b";
        assert_eq!(left(text, &["bad"]), ("b".into(), vec![Some(true)]));
        assert_eq!(left("{% if bad %}{{ throw(message='a') }}{% endif %}", &["bad"]).1, [None]);
    }
}
