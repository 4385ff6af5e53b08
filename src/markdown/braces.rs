//! What the braces of a file are to the one who wrote it, where nothing says for which Zola that was.
//!
//! Entry point: [`Written::of`]. To Zola 0.22 they are words, but for calls of shortcodes; 0.23 runs them as templates
//! wherever they stand, in code too. So code that cannot be run was written for 0.22, and tags in prose for 0.23. What is
//! code is told by the Markdown before any template ran.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;

/// What begins a tag or a comment.
const SIGNS: [&str; 3] = ["{{", "{%", "{#"];

/// Tags that somebody means to be run: what a page sees, what a template can do.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"\{\{-?\s*(?:(?:page|section|config|lang|current_path|current_url)\b[^{}]*|\w+\([^{}]*\)[^{}]*)\}\}",
        r"|\{%-?\s*(?:set|set_global|if|for|filter|include)\b[^{}]*%\}",
    );
    Regex::new(pattern).expect("the pattern is right")
});
/// What protects braces, in code as well.
static RAW: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{%-?\s*raw\s*-?%\}").expect("the pattern is right"));

/// A file of the content as it is written.
pub struct Written {
    text: String,
    /// Where its front matter ends.
    body: usize,
    code: Vec<Range<usize>>,
}

impl Written {
    /// A whole file; `None` when it has no braces that a template could run.
    pub fn of(text: String) -> Option<Self> {
        if !SIGNS.iter().any(|sign| text.contains(sign)) {
            return None;
        }
        let body = body(&text);
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS;
        let events = Parser::new_ext(&text[body..], options).into_offset_iter();
        let code = events.filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))));
        let code: Vec<Range<usize>> = code.map(|(_, at)| body + at.start..body + at.end).collect();
        Some(Self { text, body, code })
    }

    /// Whether the prose has tags that are meant to be run, or anything of the text is protected from that.
    pub fn has_tags(&self) -> bool {
        let body = &self.text[self.body..];
        let is_prose = |at: usize| !self.is_in_code(self.body + at);
        RAW.is_match(body) || TAGS.find_iter(body).any(|tag| is_prose(tag.start()))
    }

    /// Whether a character of a line (both from 1) stands in code.
    pub fn is_code(&self, line: usize, column: usize) -> bool {
        self.at(line, column).is_some_and(|at| self.is_in_code(at))
    }

    /// Whether a line that has braces comes after the front matter.
    pub fn has_braces(&self, line: usize) -> bool {
        let text = self.at(line, 1).filter(|at| *at >= self.body).map(|at| &self.text[at..]);
        text.and_then(|text| text.lines().next()).is_some_and(|line| SIGNS.iter().any(|sign| line.contains(sign)))
    }

    fn is_in_code(&self, at: usize) -> bool {
        let after = self.code.partition_point(|code| code.start <= at);
        self.code[..after].last().is_some_and(|code| at < code.end)
    }

    fn at(&self, line: usize, column: usize) -> Option<usize> {
        let line = line.checked_sub(1)?;
        let start = self.text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let (at, _) = self.text.get(start..)?.char_indices().nth(column.checked_sub(1)?)?;
        Some(start + at)
    }
}

/// Where the front matter of a file ends.
fn body(text: &str) -> usize {
    let start = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let Some(fence) = ["+++", "---"].into_iter().find(|fence| text[start..].starts_with(fence)) else { return 0 };
    let inside = start + fence.len();
    text[inside..].find(&format!("\n{fence}")).map_or(0, |at| inside + at + 1 + fence.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_tags(text: &str) -> bool {
        Written::of(text.to_owned()).is_some_and(|written| written.has_tags())
    }

    /// Whether the sign `§` stands in code.
    fn is_code(text: &str) -> bool {
        let before = text.split('§').next().unwrap();
        let (line, column) = (before.matches('\n').count() + 1, before.lines().last().map_or(0, |l| l.chars().count()));
        let column = if before.ends_with('\n') { 1 } else { column + 1 };
        Written::of(text.to_owned()).is_some_and(|written| written.is_code(line, column))
    }

    #[test]
    fn braces_stand_in_code_or_in_prose() {
        for text in [
            "+++\ntitle = \"Jinja\"\n+++\n```jinja\n{{ §user.name }}\n```\n",
            "---\ntitle: Bash\n---\nÉté: `${#§names[@]}`.",
            "~~~~ {.jsx}\n~~~\n<a style={{ §color: 'red' }} />\n~~~~~\n",
            "> ```\n> {% §for a in b %}\n",
            "1. ```sh\n   {{ §a }}\n   ```\n",
            "A paragraph.\n\n    {{ §a }}\n",
        ] {
            assert!(is_code(text), "{text}");
        }
        for text in [
            "+++\ntitle = \"`{{ §a }}`\"\n+++\nNothing.",
            "1. ```sh\n   a\n   ```\n\n{{ §a }}\n",
            "> ```\n> code\n\n{{ §page.title }}\n",
            "\\` {{ §page.title }} \\`",
            "$\\frac{{§a}}{b}$ ` {{ c }}",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn tags_in_prose_are_meant() {
        for text in [
            "The site is {{ config.title }}, in code `{{ config.title }}`.",
            "```\n{% raw %}{{ user.name }}{% endraw %}\n```",
            "{%- if page.draft %}a{% endif %}",
            "See {{ get_url(path=\"@/a.md\") }}.\n",
        ] {
            assert!(has_tags(text), "{text}");
        }
        for text in [
            "+++\ntitle = \"{{ page.title }}\"\n+++\nNothing.",
            "```\n{{ page.title }}\n```\nand $x^{{2}}$, {{ user }}, `{% if a %}`",
            "# Title {#title}\n",
        ] {
            assert!(!has_tags(text), "{text}");
        }
    }
}
