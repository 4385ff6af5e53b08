//! Render hooks: the pieces of Markdown that a template may write instead of this room.
//!
//! Entry points: [`Markup`] is what the template is told, [`Kind`] which template is meant; `text`, `headings` and
//! `summary` ask [`super::Hooks::markup`] where such a piece ends.

use pulldown_cmark::{Event, html::push_html};

/// Which piece of Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `![…](…)`.
    Image,
    /// `[…](…)`.
    Link,
    /// `# …`.
    Heading,
    /// A block of code.
    Code,
}

impl Kind {
    /// The template that writes it, when a site or its theme has one.
    pub fn template(self) -> &'static str {
        match self {
            Self::Image => "_markup/render-image.html",
            Self::Link => "_markup/render-link.html",
            Self::Heading => "_markup/render-heading.html",
            Self::Code => "_markup/render-codeblock.html",
        }
    }
}

/// A piece of Markdown, read and resolved.
#[derive(Debug, Clone, Copy)]
pub enum Markup<'a> {
    /// An image.
    Image {
        /// Its address as the page will carry it.
        address: &'a str,
        /// Its address as written.
        written: &'a str,
        /// Its title, empty when there is none.
        title: &'a str,
        /// Its alternative, without markup.
        alt: &'a str,
        /// The how manieth image of the text it is, from 1.
        nth: usize,
    },
    /// A link.
    Link {
        /// Its address as the page will carry it.
        address: &'a str,
        /// Its address as written.
        written: &'a str,
        /// Its title, empty when there is none.
        title: &'a str,
        /// What is between its brackets, as HTML.
        html: &'a str,
        /// The same without markup.
        text: &'a str,
        /// Whether it leads to another site.
        external: bool,
    },
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u32,
        /// Its identifier.
        id: &'a str,
        /// Its text as HTML.
        html: &'a str,
        /// The same without markup.
        text: &'a str,
        /// Its classes.
        classes: &'a [String],
        /// Address of the page with the identifier.
        permalink: &'a str,
    },
    /// A block of code.
    Code {
        /// The whole fence line after the backticks; empty for indented code.
        fence: &'a str,
        /// The code as written.
        code: &'a str,
        /// The block as it would be without a hook, colours included.
        html: &'a str,
    },
}

impl Markup<'_> {
    /// Which piece it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Image { .. } => Kind::Image,
            Self::Link { .. } => Kind::Link,
            Self::Heading { .. } => Kind::Heading,
            Self::Code { .. } => Kind::Code,
        }
    }
}

/// Some events as HTML, and as text without markup.
pub(super) fn written(events: &[Event]) -> (String, String) {
    let mut html = String::new();
    push_html(&mut html, events.iter().cloned());
    let mut text = String::new();
    for event in events {
        plain(event, &mut text);
    }
    (html, text)
}

/// What an event says without its markup.
pub(super) fn plain(event: &Event, into: &mut String) {
    match event {
        Event::Text(text) | Event::Code(text) => into.push_str(text),
        Event::SoftBreak | Event::HardBreak => into.push(' '),
        _ => {}
    }
}
