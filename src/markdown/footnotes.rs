//! Footnotes at the end of the page (`bottom_footnotes`), with the way back to each place that cites them.
//!
//! Entry point: [`to_the_bottom`]. Without the option pulldown-cmark writes footnotes where they stand.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use crate::config::Dialect;

/// A definition: its name and what it says.
type Definition<'a> = (CowStr<'a>, Vec<Event<'a>>);

/// For each name its number, and how often it was cited.
type Cited = HashMap<String, (usize, usize)>;

/// Takes definitions out of the text and appends them as a list, in the order in which they are cited first, be it by the
/// text or by another definition. One that nothing cites is dropped; two of one name both stay, as in Zola. `permalink` is
/// the page's: since 0.23.2 the links lead there from wherever the text is shown.
pub(super) fn to_the_bottom<'a>(events: Vec<Event<'a>>, dialect: Dialect, permalink: &str) -> Vec<Event<'a>> {
    let style = match dialect {
        Dialect::Zola022 => Style { page: "", open: "", close: "" },
        Dialect::Zola023 => Style { page: permalink, open: "[", close: "]" },
    };
    let mut cited = Cited::new();
    let (mut text, mut definitions) = separate(events, &mut cited, &style);
    if definitions.is_empty() {
        return text;
    }
    definitions.retain(|(name, _)| cited.contains_key(&**name));
    definitions.sort_by_key(|(name, _)| cited.get(&**name).map(|(number, _)| *number));
    text.push(Event::Html("<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n".into()));
    for (name, body) in definitions {
        let times = cited.get(&*name).map_or(0, |(_, times)| *times);
        text.push(Event::Html(format!("<li id=\"fn-{name}\">").into()));
        text.extend(with_ways_back(body, &name, times, style.page));
        text.push(Event::Html("</li>\n".into()));
    }
    text.push(Event::Html("</ol>\n</section>\n".into()));
    text
}

/// How citations are written.
struct Style<'a> {
    /// Address of the page they lead into.
    page: &'a str,
    /// What stands before a number.
    open: &'static str,
    /// And after it.
    close: &'static str,
}

fn separate<'a>(events: Vec<Event<'a>>, cited: &mut Cited, style: &Style) -> (Vec<Event<'a>>, Vec<Definition<'a>>) {
    let mut text = Vec::with_capacity(events.len());
    let mut definitions = Vec::new();
    let mut open: Vec<Definition> = Vec::new();
    for event in events {
        let event = match event {
            Event::Start(Tag::FootnoteDefinition(name)) => {
                open.push((name, Vec::new()));
                continue;
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                definitions.extend(open.pop());
                continue;
            }
            Event::FootnoteReference(name) => Event::Html(cite(&name, cited, style).into()),
            event => event,
        };
        match open.last_mut() {
            Some((_, body)) => body.push(event),
            None => text.push(event),
        }
    }
    (text, definitions)
}

/// A citation. Names are not escaped, as in Zola.
fn cite(name: &str, cited: &mut Cited, style: &Style) -> String {
    let next = cited.len() + 1;
    let (number, times) = cited.entry(name.to_owned()).or_insert((next, 0));
    *times += 1;
    let Style { page, open, close } = style;
    let link = format!("<a href=\"{page}#fn-{name}\">{open}{number}{close}</a>");
    format!("<sup class=\"footnote-reference\" id=\"fr-{name}-{times}\">{link}</sup>")
}

/// The links back go into the last paragraph when there is one, so that they stand beside its text.
fn with_ways_back<'a>(mut body: Vec<Event<'a>>, name: &str, times: usize, page: &str) -> Vec<Event<'a>> {
    let mut links = String::new();
    for time in 1..=times {
        let mark = if time == 1 { String::new() } else { time.to_string() };
        links.push_str(&format!(" <a href=\"{page}#fr-{name}-{time}\">↩{mark}</a>"));
    }
    // The paragraph's end is written with them: for the summary it stays open, as in Zola.
    if matches!(body.last(), Some(Event::End(TagEnd::Paragraph))) {
        body.pop();
        links.push_str("</p>\n");
    }
    body.push(Event::Html(links.into()));
    body
}
