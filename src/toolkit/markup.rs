//! Markdown to Typst: the text of a page as the body of a printed guide.
//!
//! Entry point: [`body`]. Text only ever becomes Typst string literals, so nothing that a page says can be read as code.
//! Shape and colours are in `guide.typ`; its functions `task`, `address`, `figure-of` are called from here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

/// What a guide prints: Typst markup and the pictures it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Typst markup.
    pub markup: String,
    /// Pictures by the path the Markdown gives them, in order of appearance.
    pub images: BTreeSet<String>,
}

/// Translates Markdown. `resolve` makes an address absolute, `drawable` says whether a picture is there to print.
pub fn body(markdown: &str, resolve: &dyn Fn(&str) -> String, drawable: &dyn Fn(&str) -> bool) -> Body {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let plain = without_templates(markdown);
    let events: Vec<Event<'_>> = Parser::new_ext(&plain, options).collect();
    let shift = events.iter().filter_map(heading_level).min().unwrap_or(1) - 1;
    let mut writer = Writer {
        out: String::new(),
        open: Vec::new(),
        notes: footnotes(&events),
        images: BTreeSet::new(),
        level: 0,
        resolve,
        drawable,
        shift,
    };
    writer.write(&events);
    Body { markup: writer.out, images: writer.images }
}

/// A Typst string literal ending the expression: `#"…";`.
pub fn literal(text: &str) -> String {
    let mut out = String::from("#");
    quote(&mut out, &typography(text));
    out.push(';');
    out
}

/// A quoted Typst string without any change of typography: `"…"`.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    quote(&mut out, text);
    out
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
}

/// French print: curly apostrophes, no-break spaces at high punctuation and within guillemets.
pub fn typography(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().copied().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(i + 1).copied();
        out.push(match c {
            '\'' if before.is_some_and(char::is_alphanumeric) => '’',
            ' ' if matches!(after, Some(':' | '»')) || before == Some('«') => '\u{a0}',
            ' ' if matches!(after, Some('?' | '!' | ';')) => '\u{202f}',
            c => c,
        });
    }
    out
}

/// Drops what only templates understand: it has no printed form.
fn without_templates(markdown: &str) -> String {
    let mut out = markdown.replace("<!-- more -->", "");
    for (open, close) in [("{%", "%}"), ("{{", "}}"), ("{#", "#}")] {
        while let Some(start) = out.find(open) {
            let Some(length) = out[start..].find(close) else { break };
            out.replace_range(start..start + length + close.len(), "");
        }
    }
    out
}

fn heading_level(event: &Event<'_>) -> Option<usize> {
    match event {
        Event::Start(Tag::Heading { level, .. }) => Some(level_of(*level)),
        _ => None,
    }
}

fn level_of(level: HeadingLevel) -> usize {
    level as usize
}

/// Events of each footnote, by its name.
fn footnotes<'a>(events: &[Event<'a>]) -> BTreeMap<String, Vec<Event<'a>>> {
    let mut notes = BTreeMap::new();
    let mut open: Option<(String, Vec<Event<'a>>)> = None;
    for event in events {
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => open = Some((name.to_string(), Vec::new())),
            Event::End(TagEnd::FootnoteDefinition) => notes.extend(open.take()),
            event => {
                if let Some((_, inside)) = &mut open {
                    inside.push(event.clone());
                }
            }
        }
    }
    notes
}

struct Writer<'a, 'b> {
    out: String,
    open: Vec<Open>,
    notes: BTreeMap<String, Vec<Event<'a>>>,
    images: BTreeSet<String>,
    /// Level of the last heading: levels may not jump in a tagged document.
    level: usize,
    resolve: &'b dyn Fn(&str) -> String,
    drawable: &'b dyn Fn(&str) -> bool,
    shift: usize,
}

/// What an open element needs at its end.
enum Open {
    Link { address: Option<String>, from: usize },
    Image { path: String, from: usize },
    Html,
}

impl<'a> Writer<'a, '_> {
    fn write(&mut self, events: &[Event<'a>]) {
        let mut inside_note = false;
        for event in events {
            match event {
                Event::Start(Tag::FootnoteDefinition(_)) => inside_note = true,
                Event::End(TagEnd::FootnoteDefinition) => inside_note = false,
                _ if inside_note => {}
                Event::Start(tag) => self.start(tag),
                Event::End(tag) => self.end(*tag),
                event => self.inline(event),
            }
        }
    }

    fn inline(&mut self, event: &Event<'a>) {
        match event {
            Event::Text(text) => self.out.push_str(&literal(text)),
            Event::Code(text) => {
                let _ = write!(self.out, "#raw({});", quoted(text));
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("#linebreak();"),
            Event::Rule => self.out.push_str("\n#rule();\n\n"),
            Event::TaskListMarker(done) => {
                let _ = write!(self.out, "#task({done});");
            }
            Event::FootnoteReference(name) => {
                if let Some(note) = self.notes.get(name.as_ref()).cloned() {
                    self.out.push_str("#footnote[");
                    self.write(&note);
                    self.out.push_str("];");
                }
            }
            // HTML has no printed form; its text, if any, comes as text.
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'a>) {
        match tag {
            Tag::Heading { level, classes, .. } => {
                // `## Sheet to tear off {.new-page}`
                if classes.iter().any(|class| class.as_ref() == "new-page") {
                    self.out.push_str("\n#pagebreak(weak: true)\n");
                }
                self.level = (level_of(*level) - self.shift).min(self.level + 1);
                let _ = write!(self.out, "\n#heading(level: {})[", self.level);
            }
            Tag::BlockQuote(_) => self.out.push_str("\n#quote(block: true)[\n"),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.out.push_str("\n#code-block["),
            Tag::List(Some(first)) => {
                let _ = write!(self.out, "\n#enum(start: {first}, ");
            }
            Tag::List(None) => self.out.push_str("\n#list("),
            Tag::Item | Tag::TableCell => self.out.push('['),
            Tag::DefinitionListTitle => self.out.push_str("\n#strong["),
            Tag::DefinitionListDefinition => self.out.push_str("\n#pad(left: 1.2em)["),
            Tag::Table(columns) => {
                let _ = write!(self.out, "\n#table(columns: {}, ", columns.len());
            }
            Tag::TableHead => self.out.push_str("table.header("),
            Tag::Emphasis => self.out.push_str("#emph["),
            Tag::Strong => self.out.push_str("#strong["),
            Tag::Strikethrough => self.out.push_str("#strike["),
            Tag::Link { link_type, dest_url, .. } => self.start_link(*link_type, dest_url),
            Tag::Image { dest_url, .. } => {
                self.open.push(Open::Image { path: dest_url.to_string(), from: self.out.len() });
            }
            Tag::HtmlBlock => self.open.push(Open::Html),
            _ => {}
        }
    }

    fn start_link(&mut self, kind: LinkType, written: &str) {
        // An anchor of the same page has no address on paper.
        if written.starts_with('#') {
            self.open.push(Open::Link { address: None, from: self.out.len() });
            return;
        }
        let url = (self.resolve)(written);
        let shown = kind == LinkType::Autolink || !(url.starts_with("http://") || url.starts_with("https://"));
        let _ = write!(self.out, "#link({})[", quoted(&url));
        self.open.push(Open::Link { address: Some(if shown { String::new() } else { url }), from: self.out.len() });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.out.push_str("\n\n"),
            TagEnd::Heading(_) => self.out.push_str("]\n\n"),
            TagEnd::BlockQuote(_) => self.out.push_str("]\n\n"),
            TagEnd::CodeBlock => self.out.push_str("]\n\n"),
            TagEnd::List(_) => self.out.push_str(");\n\n"),
            TagEnd::Table => self.out.push_str(");\n\n"),
            TagEnd::Item | TagEnd::TableCell => self.out.push_str("], "),
            TagEnd::DefinitionListTitle | TagEnd::DefinitionListDefinition => self.out.push_str("]\n\n"),
            TagEnd::TableHead => self.out.push_str("), "),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.out.push_str("];"),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.end_image(),
            TagEnd::HtmlBlock => {
                self.open.pop();
            }
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some(Open::Link { address: Some(address), from }) = self.open.pop() else { return };
        let text = self.out[from..].to_owned();
        self.out.push_str("];");
        let readable = address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        if !readable.is_empty() && !text.contains(readable) {
            let _ = write!(self.out, "#address({});", quoted(readable));
        }
    }

    fn end_image(&mut self) {
        let Some(Open::Image { path, from }) = self.open.pop() else { return };
        let alternative = unquoted(&self.out[from..]);
        self.out.truncate(from);
        if !(self.drawable)(&path) {
            // A picture that cannot be printed is told in words.
            self.out.push_str(&literal(&alternative));
            return;
        }
        let _ = write!(self.out, "#figure-of({}, {});", quoted(&path), quoted(&alternative));
        self.images.insert(path);
    }
}

/// The text of literals already written.
fn unquoted(markup: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    let mut chars = markup.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => inside = !inside,
            '\\' if inside => out.extend(chars.next()),
            '\n' if !inside => out.push(' '),
            c if inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(markdown: &str) -> String {
        body(markdown, &|url| format!("https://exemple.fr{url}"), &|path| path.ends_with(".svg")).markup
    }

    #[test]
    fn text_is_never_code() {
        let out = markup("a # b $x$ @c \\[e\\] \"f\" #let `#eval(1)` \\\\".replace('"', "").as_str());
        // Outside of string literals only our own calls are left.
        let code: String = out.split('"').step_by(2).collect();
        assert!(!code.contains("let") && !code.contains("eval") && !code.contains('$'), "{out}");
    }

    #[test]
    fn structure_is_kept() {
        assert_eq!(
            markup("## Un\n\nDes **mots**.\n\n#### Deux"),
            "\n#heading(level: 1)[#\"Un\";]\n\n#\"Des \";#strong[#\"mots\";];#\".\";\n\n\n#heading(level: 2)[#\"Deux\";]\n\n"
        );
        assert!(
            markup("## Fiche {.new-page}").starts_with("\n#pagebreak(weak: true)\n\n#heading(level: 1)[#\"Fiche\";]")
        );
        assert_eq!(markup("- a\n- [x] b"), "\n#list([#\"a\";], [#task(true);#\"b\";], );\n\n");
        assert_eq!(
            markup("| a | b |\n|---|---|\n| 1 | 2 |"),
            "\n#table(columns: 2, table.header([#\"a\";], [#\"b\";], ), [#\"1\";], [#\"2\";], );\n\n"
        );
    }

    #[test]
    fn addresses_are_printed_after_their_text() {
        assert_eq!(
            markup("[l'aide](/aide/)"),
            "#link(\"https://exemple.fr/aide/\")[#\"l’aide\";];#address(\"exemple.fr/aide\");\n\n"
        );
        assert_eq!(markup("[là](#suite)"), "#\"là\";\n\n");
    }

    #[test]
    fn pictures_are_drawn_or_told() {
        assert_eq!(markup("![Un \"phare\"](p.svg)"), "#figure-of(\"p.svg\", \"Un \\\"phare\\\"\");\n\n");
        assert_eq!(markup("![Un phare](p.webp)"), "#\"Un phare\";\n\n");
    }

    #[test]
    fn notes_stand_where_they_are_called() {
        assert_eq!(markup("a[^1]\n\n[^1]: b"), "#\"a\";#footnote[#\"b\";\n\n];\n\n");
    }

    #[test]
    fn french_spaces_do_not_break() {
        assert_eq!(typography("« Ça va ? » : l'été !"), "«\u{a0}Ça va\u{202f}?\u{a0}»\u{a0}: l’été\u{202f}!");
    }
}
