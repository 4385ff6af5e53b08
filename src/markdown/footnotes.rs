//! Footnotes at the end of the page (`bottom_footnotes`), with the way back to each place that cites them.
//!
//! Entry point: [`to_the_bottom`]. Without the option pulldown-cmark writes footnotes where they stand.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;

use crate::config::Dialect;

/// Takes definitions out of the text, numbers them in the order of their first citation, and appends them as a list.
/// A definition that nothing cites is dropped.
pub(super) fn to_the_bottom(events: Vec<Event>, dialect: Dialect) -> Vec<Event> {
    let (mut text, definitions) = separate(events);
    let mut cited: HashMap<String, (usize, usize)> = HashMap::new(); // name → number, times cited
    let mut order = Vec::new();
    for event in &mut text {
        if let Event::FootnoteReference(name) = event {
            *event = Event::Html(cite(name, &mut cited, &mut order, dialect).into());
        }
    }
    let mut bodies: HashMap<String, Vec<Event>> = HashMap::new();
    for (name, mut body) in definitions {
        for event in &mut body {
            if let Event::FootnoteReference(inner) = event {
                *event = Event::Html(cite(inner, &mut cited, &mut order, dialect).into());
            }
        }
        bodies.entry(name.to_string()).or_insert(body);
    }
    order.retain(|name| bodies.contains_key(name));
    if order.is_empty() {
        return text;
    }
    text.push(Event::Html("<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n".into()));
    for name in order {
        let body = bodies.remove(&name).unwrap_or_default();
        let times = cited.get(&name).map_or(0, |(_, times)| *times);
        text.push(Event::Html(format!("<li id=\"fn-{}\">\n", escaped(&name)).into()));
        text.extend(with_ways_back(body, &name, times));
        text.push(Event::Html("</li>\n".into()));
    }
    text.push(Event::Html("</ol>\n</section>\n".into()));
    text
}

type Definitions<'a> = Vec<(CowStr<'a>, Vec<Event<'a>>)>;

fn separate(events: Vec<Event>) -> (Vec<Event>, Definitions) {
    let mut text = Vec::with_capacity(events.len());
    let mut definitions: Definitions = Vec::new();
    let mut open: Definitions = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => open.push((name, Vec::new())),
            Event::End(TagEnd::FootnoteDefinition) => definitions.extend(open.pop()),
            event => match open.last_mut() {
                Some((_, body)) => body.push(event),
                None => text.push(event),
            },
        }
    }
    (text, definitions)
}

fn cite(name: &str, cited: &mut HashMap<String, (usize, usize)>, order: &mut Vec<String>, dialect: Dialect) -> String {
    let next = cited.len() + 1;
    let (number, times) = cited.entry(name.to_owned()).or_insert_with(|| {
        order.push(name.to_owned());
        (next, 0)
    });
    *times += 1;
    let name = escaped(name);
    let shown = match dialect {
        Dialect::Zola022 => number.to_string(),
        Dialect::Zola023 => format!("[{number}]"),
    };
    format!("<sup class=\"footnote-reference\" id=\"fr-{name}-{times}\"><a href=\"#fn-{name}\">{shown}</a></sup>")
}

/// The links back go into the last paragraph when there is one, so that they stand beside its text.
fn with_ways_back<'a>(mut body: Vec<Event<'a>>, name: &str, times: usize) -> Vec<Event<'a>> {
    let name = escaped(name);
    let mut links = String::new();
    for time in 1..=times {
        let mark = if time == 1 { String::new() } else { time.to_string() };
        links.push_str(&format!(" <a href=\"#fr-{name}-{time}\">↩{mark}</a>"));
    }
    let at = match body.last() {
        Some(Event::End(TagEnd::Paragraph)) => body.len() - 1,
        _ => body.len(),
    };
    body.insert(at, Event::Html(links.into()));
    body
}

fn escaped(name: &str) -> String {
    let mut out = String::new();
    let _ = escape_html(&mut out, name);
    out
}
