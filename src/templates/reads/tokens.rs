//! A template's text as tags of tokens, for both dialects.

use super::template::Unclear;

/// A piece of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number,
    Sign(&'static str),
}

/// `{{ … }}` or `{% … %}`.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) prints: bool,
    pub(super) tokens: Vec<Token>,
}

/// Longer signs first.
const SIGNS: &[&str] = &[
    "...", "==", "!=", "<=", ">=", "?.", "?[", "::", "**", "//", ".", ",", ":", "(", ")", "[", "]", "{", "}", "|", "=",
    "<", ">", "+", "-", "*", "/", "%", "~", "!", "@", "?",
];

/// The tags of a text. Fails where a tag does not end or holds what no dialect has.
pub(super) fn tags(text: &str, escapes: bool) -> Result<Vec<Tag>, Unclear> {
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("{#") {
            rest = &comment[comment.find("#}").ok_or(Unclear)? + 2..];
            continue;
        }
        let prints = rest.starts_with("{{");
        if !prints && !rest.starts_with("{%") {
            rest = &rest[1..];
            continue;
        }
        let (tag, after) = tag(&rest[2..], prints, escapes)?;
        rest = after;
        if !prints && tag.tokens == [Token::Word("raw".to_owned())] {
            rest = after_raw(rest).ok_or(Unclear)?;
            continue;
        }
        tags.push(tag);
    }
    Ok(tags)
}

fn after_raw(text: &str) -> Option<&str> {
    text.match_indices("{%").find_map(|(at, _)| {
        let inside = text[at + 2..].trim_start_matches('-').trim_start().strip_prefix("endraw")?;
        inside.trim_start().trim_start_matches('-').strip_prefix("%}")
    })
}

fn tag(text: &str, prints: bool, escapes: bool) -> Result<(Tag, &str), Unclear> {
    let end = if prints { "}}" } else { "%}" };
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if depth == 0
            && let Some(after) = rest.strip_prefix(end).or_else(|| rest.strip_prefix('-')?.strip_prefix(end))
        {
            return Ok((Tag { prints, tokens }, after));
        }
        let first = rest.chars().next().ok_or(Unclear)?;
        if matches!(first, '"' | '\'' | '`') {
            let (literal, after) = string(rest, first, escapes)?;
            tokens.push(Token::Text(literal));
            rest = after;
        } else if first.is_ascii_digit() {
            // `1.5`, but not the end of `x.0.title`.
            let whole = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let fraction = rest[whole..].strip_prefix('.').filter(|r| r.starts_with(|c: char| c.is_ascii_digit()));
            let more = fraction.map_or(0, |r| 1 + r.find(|c: char| !c.is_ascii_digit()).unwrap_or(r.len()));
            let in_chain = tokens.last() == Some(&Token::Sign("."));
            tokens.push(Token::Number);
            rest = &rest[if in_chain { whole } else { whole + more }..];
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].to_owned()));
            rest = &rest[length..];
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or(Unclear)?;
            match *sign {
                "{" => depth += 1,
                "}" => depth = depth.checked_sub(1).ok_or(Unclear)?,
                _ => {}
            }
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        }
    }
}

/// The quoted text a string begins with, as it stands: what escapes can spell is no part of a name.
fn string(text: &str, quote: char, escapes: bool) -> Result<(String, &str), Unclear> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escapes && c == '\\' && !escaped {
            escaped = true;
        } else if c == quote && !escaped {
            return Ok((text[1..at].to_owned(), &text[at + 1..]));
        } else {
            escaped = false;
        }
    }
    Err(Unclear)
}
