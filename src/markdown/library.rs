//! The Markdown of a whole library, in parallel; then what needs all of it: anchors and backlinks.
//!
//! Entry point: [`render_library`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use regex::Regex;

use super::{Context, Highlighter, Hooks, Places, SUGGESTED, render};
use crate::config::{InsertAnchor, LinkLevel, Loaded};
use crate::content::{FileInfo, Heading, InternalLink, Library, Node, Raw, Rendered};
use crate::diagnostic::{Diagnostic, Level, Place};
use crate::memory::Print;
use crate::work;

/// What a text became, and what is wrong with it.
pub type Done = (Arc<Rendered>, Vec<Diagnostic>);

/// The memory of earlier builds.
pub trait Recall: Sync {
    /// What a text becomes: as it is remembered, or by the work. `place` is the print of all that the text depends on
    /// besides itself, the configuration and what it calls.
    fn text(&self, library: &Library, node: Node, place: Print, work: &dyn Fn() -> Done) -> Done;
}

/// Renders the Markdown of every page and section in parallel; [`finish_library`] puts it where it belongs.
pub fn render_library(
    library: &Library,
    loaded: &Loaded,
    highlighter: Option<&Highlighter>,
    hooks: &dyn Hooks,
    recall: &dyn Recall,
) -> Vec<Done> {
    render_nodes(library, loaded, highlighter, hooks, recall, &nodes(library))
}

/// The same of some of them.
pub fn render_nodes(
    library: &Library,
    loaded: &Loaded,
    highlighter: Option<&Highlighter>,
    hooks: &dyn Hooks,
    recall: &dyn Recall,
    nodes: &[Node],
) -> Vec<Done> {
    // What links to pages that are not out become.
    let waiting = Print::of_value(&library.waiting);
    let render = |node: Node| {
        let own = view(library, node);
        let anchor = insert_anchor(library, loaded, node);
        let place = Print::of_value(&(own.permalink, &own.file.relative, own.lang, anchor, waiting));
        let about = || (own.file.shown.clone().into(), "making HTML of it".to_owned());
        let work = || work::job(about, || render_node(library, loaded, highlighter, hooks, node));
        recall.text(library, node, place, &work)
    };
    nodes.par_iter().map(|node| render(*node)).collect()
}

fn nodes(library: &Library) -> Vec<Node> {
    library.page_keys().map(Node::Page).chain(library.section_keys().map(Node::Section)).collect()
}

/// Gives every page and section its text, checks anchors of internal links, fills backlinks.
pub fn finish_library(library: &mut Library, loaded: &Loaded, done: Vec<Done>) -> Vec<Diagnostic> {
    let nodes = nodes(library);
    let mut found = Vec::new();
    for (node, (rendered, problems)) in nodes.iter().zip(done) {
        found.extend(problems);
        match node {
            Node::Page(key) => library[*key].rendered = rendered,
            Node::Section(key) => library[*key].rendered = rendered,
        }
    }
    fill_backlinks(library, &nodes);
    found.extend(check_anchors(library, loaded, &nodes));
    found
}

/// What a node has of its own, whichever it is.
struct View<'a> {
    file: &'a FileInfo,
    raw: &'a Raw,
    raw_line: usize,
    permalink: &'a str,
    lang: &'a str,
    rendered: &'a Rendered,
}

fn view(library: &Library, node: Node) -> View<'_> {
    match node {
        Node::Page(key) => {
            let page = &library[key];
            let (file, raw, raw_line) = (&page.file, &page.raw, page.raw_line);
            View { file, raw, raw_line, permalink: &page.permalink, lang: &page.lang, rendered: &page.rendered }
        }
        Node::Section(key) => {
            let section = &library[key];
            let (file, raw, raw_line) = (&section.file, &section.raw, section.raw_line);
            View {
                file,
                raw,
                raw_line,
                permalink: &section.permalink,
                lang: &section.lang,
                rendered: &section.rendered,
            }
        }
    }
}

/// Where headings of a node get their anchor: its section's wish, else the site's.
fn insert_anchor(library: &Library, loaded: &Loaded, node: Node) -> InsertAnchor {
    let wish = match node {
        Node::Page(key) => library[key].section.and_then(|section| library[section].meta.insert_anchor_links),
        Node::Section(key) => library[key].meta.insert_anchor_links,
    };
    wish.unwrap_or(loaded.config.markdown.insert_anchor_links)
}

fn render_node(
    library: &Library,
    loaded: &Loaded,
    highlighter: Option<&Highlighter>,
    hooks: &dyn Hooks,
    node: Node,
) -> Done {
    let own = view(library, node);
    let (text, problems) = match hooks.template(library, node, own.raw) {
        Ok(text) => (text, None),
        // What stands around the calls is still looked at.
        Err(problems) => (Cow::Owned(without_tags(own.raw)), Some(problems)),
    };
    let moved = matches!(&text, Cow::Owned(changed) if changed != own.raw.as_str());
    let shortcodes = hooks.shortcodes(library, node, &text);
    let context = Context {
        config: &loaded.config,
        library: Some(library),
        hooks: Some(hooks),
        highlighter,
        permalink: own.permalink,
        path: &own.file.relative,
        lang: own.lang,
        insert_anchor: insert_anchor(library, loaded, node),
        file: &own.file.shown,
        first_line: own.raw_line,
        source: moved.then(|| own.raw.as_str()),
        shortcodes: shortcodes.as_deref(),
    };
    let (mut rendered, mut found) = render(&text, &context);
    rendered.failed |= own.rendered.failed || problems.is_some();
    found.splice(0..0, problems.into_iter().flatten());
    // Zola counts the words as they are written, before templates: they were counted when the file was read.
    (rendered.word_count, rendered.reading_time) = (own.rendered.word_count, own.rendered.reading_time);
    rendered.seal();
    (Arc::new(rendered), found)
}

/// A text with a sign in place of each letter of its tags which no link can hold: what a tag would have written into one
/// is not known. What stands between the tags of a block is hidden as well: nobody knows whether it would be shown.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth: usize = 0;
    let hidden = |text: &str, out: &mut String| {
        out.extend(text.chars().map(|c| if c == '\n' { '\n' } else { '\u{1}' }));
    };
    let outside = |text: &str, depth: usize, out: &mut String| {
        if depth == 0 { out.push_str(text) } else { hidden(text, out) }
    };
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let close = match rest.as_bytes().get(at + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                outside(&rest[..=at], depth, &mut out);
                rest = &rest[at + 1..];
                continue;
            }
        };
        let end = rest[at..].find(close).map_or(rest.len(), |end| at + end + close.len());
        outside(&rest[..at], depth, &mut out);
        hidden(&rest[at..end], &mut out);
        match block_tag(&rest[at..end]) {
            Some(true) => depth += 1,
            Some(false) => depth = depth.saturating_sub(1),
            None => {}
        }
        rest = &rest[end..];
    }
    outside(rest, depth, &mut out);
    out
}

/// Whether a tag opens a block or ends one, if it does either.
fn block_tag(tag: &str) -> Option<bool> {
    let inside = tag.strip_prefix("{%")?.trim_start_matches('-').trim_start();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match inside.split(|c| !is_word(c)).next().unwrap_or_default() {
        "" if inside.starts_with("</") => Some(false),
        "" if inside.starts_with('<') => Some(true),
        "if" | "for" | "block" | "filter" | "component" | "raw" => Some(true),
        "set" | "set_global" if !inside.contains('=') => Some(true),
        word if word.starts_with("end") => Some(false),
        _ => None,
    }
}

fn fill_backlinks(library: &mut Library, nodes: &[Node]) {
    let mut to: BTreeMap<Node, BTreeSet<(String, Node)>> = BTreeMap::new();
    for node in nodes {
        let own = view(library, *node);
        for link in &own.rendered.internal_links {
            let Some(target) = library.node(&link.path) else { continue };
            // A page that links to itself is among those that do, as in Zola.
            to.entry(target).or_default().insert((own.permalink.to_owned(), *node));
        }
    }
    for (target, from) in to {
        let from = from.into_iter().map(|(_, node)| node).collect();
        match target {
            Node::Page(key) => library[key].backlinks = from,
            Node::Section(key) => library[key].backlinks = from,
        }
    }
}

fn check_anchors(library: &Library, loaded: &Loaded, nodes: &[Node]) -> Vec<Diagnostic> {
    let linked: HashSet<Node> = nodes
        .iter()
        .flat_map(|node| &view(library, *node).rendered.internal_links)
        .filter(|link| link.anchor.is_some())
        .filter_map(|link| library.node(&link.path))
        .collect();
    // Identifiers are collected once for each page that is linked to with an anchor, and for no other.
    let ids: BTreeMap<Node, Identifiers> = nodes
        .iter()
        .filter(|node| linked.contains(node))
        .map(|node| (*node, identifiers(view(library, *node).rendered, matches!(node, Node::Page(_)))))
        .collect();
    let mut found = Vec::new();
    for node in nodes {
        let own = view(library, *node);
        // Its text may still lie on the disk.
        if own.rendered.internal_links.iter().all(|link| link.anchor.is_none()) {
            continue;
        }
        let context = Context {
            file: &own.file.shown,
            first_line: own.raw_line,
            source: Some(own.raw),
            ..Context::plain(&loaded.config, None, None)
        };
        let mut places = Places::new(&context, own.raw);
        let mut told = 0;
        for link in &own.rendered.internal_links {
            let (Some(anchor), Some(target)) = (&link.anchor, library.node(&link.path)) else { continue };
            // What could not be made is told of already.
            if view(library, target).rendered.failed {
                continue;
            }
            if ids.get(&target).is_none_or(|known| !known.have(anchor)) {
                told += 1;
                let known = ids.get(&target).filter(|_| told <= SUGGESTED);
                let place = places.of(0..0, Some(&link.written));
                found.push(missing(loaded, place, link, anchor, known));
            }
        }
    }
    found
}

fn missing(
    loaded: &Loaded,
    place: Place,
    link: &InternalLink,
    anchor: &str,
    known: Option<&Identifiers>,
) -> Diagnostic {
    let message = format!("the link `{}` leads to an anchor that `{}` does not have", link.written, link.path);
    let mut problem = Diagnostic::error(message).at(place);
    if loaded.config.link_checker.internal_level == LinkLevel::Warn {
        problem.level = Level::Warning;
    }
    let mut ids: Vec<&str> = known.into_iter().flat_map(Identifiers::all).collect();
    ids.sort_unstable();
    ids.dedup();
    match crate::diagnostic::did_you_mean(anchor, ids) {
        Some(near) => problem.help(format!("did you mean `#{near}`?")),
        None => problem.help("headings get their identifier from their text, or from `{#identifier}` after it"),
    }
}

/// Everything an anchor may lead to.
struct Identifiers<'a> {
    /// Those of headings.
    headings: HashSet<&'a str>,
    /// What any element of a page has as `id` or `name`, in small letters: there Zola does not tell capitals. What stands
    /// before a blank counts as well.
    others: HashSet<String>,
}

impl Identifiers<'_> {
    fn have(&self, anchor: &str) -> bool {
        self.headings.contains(anchor) || (!self.others.is_empty() && self.others.contains(&anchor.to_lowercase()))
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.headings.iter().copied().chain(self.others.iter().map(String::as_str))
    }
}

static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)\s(?:id|name) *= *["']*([^"'>\n]{0,300})["'>]"#).expect("a fixed pattern"));

/// In pages any `id` or `name` counts, in sections only headings, as in Zola.
fn identifiers(rendered: &Rendered, is_page: bool) -> Identifiers<'_> {
    let mut ids = Identifiers { headings: HashSet::new(), others: HashSet::new() };
    collect(&rendered.toc, &mut ids.headings);
    if is_page {
        for found in ATTRIBUTE.captures_iter(&rendered.html) {
            let value = found[1].to_lowercase();
            ids.others.extend(value.match_indices(' ').map(|(end, _)| value[..end].to_owned()));
            ids.others.insert(value);
        }
    }
    ids
}

fn collect<'a>(headings: &'a [Heading], ids: &mut HashSet<&'a str>) {
    for heading in headings {
        ids.insert(&heading.id);
        collect(&heading.children, ids);
    }
}
