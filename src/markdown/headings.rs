//! Headings: their identifiers, their anchors, and the table of contents they make.
//!
//! Entry point: [`finish`], over the events of a text in which headings are still pulldown-cmark's.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;
use regex::Regex;

use super::Context;
use super::markup::{self, Kind, Markup};
use crate::config::{InsertAnchor, slugify_anchor};
use crate::content::Heading;
use crate::diagnostic::Diagnostic;

struct Found {
    start: usize,
    end: usize,
    level: u32,
    id: Option<String>,
    classes: Vec<String>,
}

/// Writes identifiers and anchors into the events and gives the table of contents, with the faults of a template that
/// writes headings. Fails with the message of the anchors' template.
pub(super) fn finish(events: &mut Vec<Event>, context: &Context) -> Result<(Vec<Heading>, Vec<Diagnostic>), String> {
    let writer = context.writer(Kind::Heading);
    let mut faults = Vec::new();
    let mut replaced = Vec::new();
    let found = find(events);
    // Identifiers that writers chose come first, whatever their place: generated ones give way.
    let mut next = HashMap::new();
    let mut taken: HashSet<String> = found.iter().filter_map(|h| h.id.clone()).collect();
    let mut headings = Vec::with_capacity(found.len());
    let mut anchors = Vec::new();
    for heading in found {
        let title = text_of(&events[heading.start + 1..heading.end]);
        let id = match heading.id {
            Some(id) => id,
            None => unique(&mut taken, &mut next, slugify_anchor(&title, context.config.slugify.anchors)),
        };
        let permalink = format!("{}#{id}", context.permalink);
        if let Some(hooks) = writer {
            let (html, text) = markup::written(&events[heading.start + 1..heading.end]);
            let (level, classes) = (heading.level, heading.classes.as_slice());
            let piece = Markup::Heading { level, id: &id, html: &html, text: &text, classes, permalink: &permalink };
            match hooks.markup(&piece, context.lang, context.path) {
                Ok(html) => replaced.push((heading.start, heading.end, html)),
                Err(fault) => faults.push(fault),
            }
            headings.push(Heading { level: heading.level, id, permalink, title, children: Vec::new() });
            continue;
        }
        events[heading.start] = Event::Html(open(heading.level, &id, &heading.classes).into());
        if context.insert_anchor != InsertAnchor::None
            && let Some(hooks) = context.hooks
        {
            let link = hooks.anchor_link(&id, heading.level, context.lang)?;
            anchors.push((heading.start, heading.end, link));
        }
        headings.push(Heading { level: heading.level, id, permalink, title, children: Vec::new() });
    }
    insert_anchors(events, anchors, context.insert_anchor);
    replace(events, replaced);
    Ok((nest(headings), faults))
}

/// Puts what a template wrote in the place of whole headings.
fn replace(events: &mut Vec<Event>, replaced: Vec<(usize, usize, String)>) {
    if replaced.is_empty() {
        return;
    }
    let mut replaced = replaced.into_iter().peekable();
    let mut kept = Vec::with_capacity(events.len());
    let mut skip_to = 0;
    for (at, event) in std::mem::take(events).into_iter().enumerate() {
        if let Some((_, end, html)) = replaced.next_if(|(start, ..)| *start == at) {
            kept.push(Event::Html(format!("{html}\n").into()));
            skip_to = end + 1;
        }
        if at >= skip_to {
            kept.push(event);
        }
    }
    *events = kept;
}

fn find(events: &[Event]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { level, id, classes, .. }) => found.push(Found {
                start: at,
                end: at,
                level: number(*level),
                id: id.as_ref().map(ToString::to_string),
                classes: classes.iter().map(ToString::to_string).collect(),
            }),
            Event::End(TagEnd::Heading(_)) => {
                if let Some(last) = found.last_mut() {
                    last.end = at;
                }
            }
            _ => {}
        }
    }
    found
}

fn number(level: HeadingLevel) -> u32 {
    level as u32
}

/// Text and code of some events, without their markup.
fn text_of(events: &[Event]) -> String {
    let mut title = String::new();
    for event in events {
        if let Event::Text(text) | Event::Code(text) = event {
            title.push_str(text);
        }
    }
    title
}

fn open(level: u32, id: &str, classes: &[String]) -> String {
    let mut tag = format!("<h{level} id=\"");
    let _ = escape_html(&mut tag, id);
    tag.push('"');
    if !classes.is_empty() {
        tag.push_str(" class=\"");
        let _ = escape_html(&mut tag, &classes.join(" "));
        tag.push('"');
    }
    tag.push('>');
    tag
}

/// `name`, or `name-1`, `name-2` … when it is taken. `next` remembers how far a name has come, so that a page with the
/// same heading many times costs no more than any other.
fn unique(taken: &mut HashSet<String>, next: &mut HashMap<String, u32>, name: String) -> String {
    if taken.insert(name.clone()) {
        return name;
    }
    let number = next.entry(name.clone()).or_default();
    loop {
        *number += 1;
        let candidate = format!("{name}-{number}");
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
}

/// Anchors are inserted from the last to the first, so that positions stay right.
fn insert_anchors(events: &mut Vec<Event>, anchors: Vec<(usize, usize, String)>, place: InsertAnchor) {
    if anchors.is_empty() {
        return;
    }
    let mut insertions = Vec::with_capacity(anchors.len() * 2);
    for (start, end, link) in anchors {
        match place {
            InsertAnchor::None => {}
            InsertAnchor::Left => insertions.push((start + 1, link)),
            InsertAnchor::Right => insertions.push((end, link)),
            InsertAnchor::Heading => {
                if let Some(opening) = opening_tag(&link) {
                    insertions.push((start + 1, opening));
                    insertions.push((end, "</a>".to_owned()));
                }
            }
        }
    }
    let mut merged = Vec::with_capacity(events.len() + insertions.len());
    let mut insertions = insertions.into_iter().peekable();
    for (at, event) in std::mem::take(events).into_iter().enumerate() {
        while let Some((_, html)) = insertions.next_if(|(before, _)| *before == at) {
            merged.push(Event::Html(html.into()));
        }
        merged.push(event);
    }
    *events = merged;
}

static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(<\s*a[^>]*>).*?<\s*/\s*a>").expect("a fixed pattern"));

/// `<a …>` of an anchor template's output, which has to close it on the same line.
fn opening_tag(link: &str) -> Option<String> {
    LINK.captures(link).map(|found| found[1].to_owned())
}

/// The flat list as a tree: a heading's children are the deeper ones that follow it.
fn nest(headings: Vec<Heading>) -> Vec<Heading> {
    let mut top: Vec<Heading> = Vec::new();
    let mut open: Vec<Heading> = Vec::new();
    for heading in headings {
        while open.last().is_some_and(|last| last.level >= heading.level) {
            close(&mut top, &mut open);
        }
        open.push(heading);
    }
    while !open.is_empty() {
        close(&mut top, &mut open);
    }
    top
}

fn close(top: &mut Vec<Heading>, open: &mut Vec<Heading>) {
    let Some(done) = open.pop() else { return };
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => top.push(done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(level: u32, id: &str) -> Heading {
        Heading { level, id: id.to_owned(), permalink: String::new(), title: String::new(), children: Vec::new() }
    }

    #[test]
    fn deeper_headings_belong_to_the_one_before() {
        let tree = nest(vec![heading(2, "a"), heading(4, "b"), heading(3, "c"), heading(2, "d"), heading(1, "e")]);
        let shape: Vec<(String, Vec<String>)> =
            tree.into_iter().map(|h| (h.id, h.children.into_iter().map(|c| c.id).collect())).collect();
        assert_eq!(
            shape,
            [
                ("a".to_owned(), vec!["b".to_owned(), "c".to_owned()]),
                ("d".to_owned(), vec![]),
                ("e".to_owned(), vec![])
            ]
        );
    }
}
