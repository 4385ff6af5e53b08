//! What the braces in a text of the content tell of the Zola it was written for, when no word does.
//!
//! Entry points: [`read`] a file, [`read_body`]. To Zola 0.22 they are words, but for calls of shortcodes; 0.23 runs them as templates wherever
//! they stand, in code too. So code with braces that nobody protects was written for 0.22, and tags in prose for 0.23.
//! Which marks count as code is known roughly: fences and spans of backticks, as nearly all code is written.

use std::sync::LazyLock;

use regex::Regex;

/// What the braces of a text are to the one who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    /// Characters of code.
    Code,
    /// Tags of a template.
    Tags,
}

/// Tags that somebody means to be run: what a page sees, what a template can do, what protects from both.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"\{\{-?\s*(?:(?:page|section|config|lang|current_path|current_url)\b[^{}]*|\w+\([^{}]*\)[^{}]*)\}\}",
        r"|\{%-?\s*(?:set|set_global|if|for|raw|filter|include)\b[^{}]*%\}",
    );
    Regex::new(pattern).expect("the pattern is right")
});

/// What begins a tag or a comment.
const SIGNS: [&str; 3] = ["{{", "{%", "{#"];

/// What the braces of a file tell.
pub(super) fn read(text: &str) -> Option<Braces> {
    // Most texts hold none, and that is seen sooner.
    if SIGNS.iter().any(|sign| text.contains(sign)) { read_body(body(text)) } else { None }
}

/// The same of a text without its front matter; tags in prose count more than code.
pub(super) fn read_body(text: &str) -> Option<Braces> {
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let (prose, code) = apart(text);
    if TAGS.is_match(&prose) {
        return Some(Braces::Tags);
    }
    SIGNS.iter().any(|sign| code.contains(sign)).then_some(Braces::Code)
}

/// The text behind the front matter.
fn body(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let Some(fence) = ["+++", "---"].into_iter().find(|fence| text.starts_with(fence)) else { return text };
    let end = text[fence.len()..].find(&format!("\n{fence}")).map(|at| at + 2 * fence.len() + 1);
    end.and_then(|end| text.get(end..)).unwrap_or_default()
}

/// Prose and code of a text, each with a line for every line that has some.
fn apart(text: &str) -> (String, String) {
    let (mut prose, mut code) = (String::new(), String::new());
    // The character and length of the fence that the lines are in.
    let mut within: Option<(char, usize)> = None;
    for line in text.lines() {
        let bare = line.trim_start_matches([' ', '\t', '>']);
        let sign = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let fence = sign.map(|c| (c, bare.len() - bare.trim_start_matches(c).len())).filter(|(_, length)| *length >= 3);
        within = match (within, fence) {
            (None, Some((sign, length))) if !bare[length..].contains(sign) => Some((sign, length)),
            (Some((sign, length)), Some((c, n))) if c == sign && n >= length && bare[n..].trim().is_empty() => None,
            (Some(_), _) => {
                code.push_str(line);
                code.push('\n');
                within
            }
            (None, _) => {
                spans(line, &mut prose, &mut code);
                prose.push('\n');
                None
            }
        };
    }
    (prose, code)
}

/// A line of prose and the spans of code in it. One that does not end in its line is prose.
fn spans(line: &str, prose: &mut String, code: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let length = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let (before, inside) = (&rest[..at], &rest[at + length..]);
        prose.push_str(before);
        match inside.find(&rest[at..at + length]) {
            Some(end) => {
                code.push_str(&inside[..end]);
                code.push('\n');
                rest = inside[end..].trim_start_matches('`');
            }
            None => rest = inside,
        }
    }
    prose.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_code_are_of_code_and_tags_in_prose_are_tags() {
        for text in [
            "+++\ntitle = \"Jinja\"\n+++\n```jinja\n{{ user.name }}\n```\n",
            "---\ntitle: Bash\n---\nThe length is `${#names[@]}`.",
            "~~~~ {.jsx}\n~~~\n<a style={{ color: 'red' }} />\n~~~~~\n",
            "> ```\n> {% for a in b %}\n> ```\n",
            "``a ` {{ b }}`` and $x^{{2}}$",
        ] {
            assert_eq!(read(text), Some(Braces::Code), "{text}");
        }
        for text in [
            "The site is {{ config.title }}, in code `{{ config.title }}`.",
            "{% raw %}\n```\n{{ user.name }}\n```\n{% endraw %}",
            "{%- if page.draft %}a{% endif %}",
            "See {{ get_url(path=\"@/a.md\") }}.\n",
        ] {
            assert_eq!(read(text), Some(Braces::Tags), "{text}");
        }
        for text in [
            "+++\ntitle = \"`{{ a }}`\"\n+++\nNothing.",
            "```rust\nstruct A {}\n```\n$\\frac{{a}}{b}$ ` {{ c }}",
            "# Title {#title}\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
