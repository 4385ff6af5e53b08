//! Bodies of pages as they were rendered, and when they are still right.
//!
//! A body depends on its text, on where it stands, and on what it read while it was rendered: addresses it links to,
//! files and data that its shortcodes or components asked for. A text that calls templates also depends on every one of
//! them and on its own page. A text with something wrong in it is never remembered, so that it is told every time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::config::Loaded;
use crate::content::{Html, Kept, Library, Node, Rendered};
use crate::markdown::{Done, Highlighter, Recall};
use crate::media::image::Images;
use crate::memory::{Files, Heap, Place, Print, Text};
use crate::templates::{Closure, Closures, Prints, Read, page_head, section_head, traced};

/// Templates that write parts of any body.
const SMALL: &[&str] = &[
    "anchor-link.html",
    "summary-cutoff.html",
    "_markup/render-image.html",
    "_markup/render-link.html",
    "_markup/render-heading.html",
    "_markup/render-codeblock.html",
    "_markup/responsive-image.html",
];

/// A body as it was rendered.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::site) struct Body {
    key: Print,
    /// The print of the text, and whether it calls templates.
    raw: Print,
    is_templated: bool,
    /// Where its links lead.
    links: Print,
    reads: Vec<(Read, Print)>,
    rendered: Arc<Rendered>,
}

impl Body {
    /// As bytes; its HTML lies at this place of a heap.
    pub(in crate::site) fn to_bytes(&self, html: Place) -> Vec<u8> {
        postcard::to_stdvec(&(html, self)).unwrap_or_default()
    }

    /// Of such bytes; the HTML stays where it lies.
    pub(in crate::site) fn from_bytes(bytes: &[u8], heap: &Arc<Heap>) -> Option<Self> {
        let (html, mut body): (Place, Self) = postcard::from_bytes(bytes).ok()?;
        let rendered = Arc::get_mut(&mut body.rendered).filter(|_| heap.reaches(html))?;
        rendered.html = Html::kept(Text::new(heap, html, rendered.prints.content));
        Some(body)
    }

    /// What it read while it was rendered, with what that was worth.
    pub(in crate::site) fn reads(&self) -> &[(Read, Print)] {
        &self.reads
    }

    /// What the text became.
    pub(in crate::site) fn rendered(&self) -> &Arc<Rendered> {
        &self.rendered
    }

    /// Whether it is what this state of its text became.
    pub(in crate::site) fn is_of(&self, kept: &Kept) -> bool {
        self.raw == kept.raw
    }

    /// Whether its links lead where those of another do.
    pub(in crate::site) fn leads_like(&self, other: &Self) -> bool {
        self.links == other.links
    }

    /// Its HTML.
    pub(in crate::site) fn html(&self) -> &Html {
        &self.rendered.html
    }
}

/// The memory of bodies during one build.
pub(in crate::site) struct Bodies<'a> {
    before: &'a BTreeMap<String, Arc<Body>>,
    prints: Prints<'a>,
    closures: &'a Closures,
    images: Option<&'a Images>,
    highlighter: Option<&'a Highlighter>,
    /// The templates that any body may use.
    small: Print,
    now: Mutex<Vec<(String, Arc<Body>)>>,
}

impl<'a> Bodies<'a> {
    /// Bodies as the last build left them, for a library whose Markdown is still to be rendered.
    pub(in crate::site) fn new(
        before: &'a BTreeMap<String, Arc<Body>>,
        (library, loaded, files): (&'a Library, &'a Loaded, &'a Files),
        closures: &'a Closures,
        (images, highlighter): (Option<&'a Images>, Option<&'a Highlighter>),
        today: jiff::civil::Date,
    ) -> Self {
        let small: Vec<Print> = SMALL.iter().map(|name| closures.of(name).print).collect();
        Self {
            before,
            prints: Prints::early(library, loaded, files, today),
            closures,
            images,
            highlighter,
            small: Print::of_value(&small),
            now: Mutex::default(),
        }
    }

    /// What the next build may believe.
    pub(in crate::site) fn done(self) -> BTreeMap<String, Arc<Body>> {
        self.now.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }

    /// Whether all bodies but these still stand, when nothing but these was written: what they read besides the library. Of
    /// one that is not remembered nobody knows what it read.
    pub(in crate::site) fn others_hold(&self, written: BTreeSet<&str>, library: &Library) -> bool {
        let pages = library.pages.iter().map(|page| &page.file.relative);
        let mut all = pages.chain(library.sections.iter().map(|section| &section.file.relative));
        if !all.all(|name| written.contains(name.as_str()) || self.before.contains_key(name)) {
            return false;
        }
        let reads = self.before.iter().filter(|(name, _)| !written.contains(name.as_str()));
        let mut reads = reads.flat_map(|(_, body)| &body.reads).filter(|(read, _)| !read.is_of_heads());
        reads.all(|(read, print)| self.prints.read(read, self.closure()) == Some(*print))
    }

    fn keep(&self, name: &str, body: Arc<Body>) {
        let body = (name.to_owned(), body);
        self.now.lock().unwrap_or_else(PoisonError::into_inner).push(body);
    }

    /// What templates called by a text may show of the clock.
    fn closure(&self) -> Closure {
        Closure { print: self.closures.all(), ..self.closures.everything() }
    }

    fn key(&self, library: &Library, node: Node, place: Print, raw: Print, is_templated: bool) -> Print {
        let called = is_templated.then(|| {
            let head = match node {
                Node::Page(key) => page_head(library, &library[key]),
                Node::Section(key) => section_head(library, key),
            };
            (self.closures.all(), head)
        });
        Print::of_value(&(place, raw, self.small, called))
    }

    /// Whether all that a body read would be answered as it was.
    fn holds(&self, body: &Body, library: &Library) -> bool {
        body.links == links(library, &body.rendered)
            && body.reads.iter().all(|(read, print)| self.prints.read(read, self.closure()) == Some(*print))
    }
}

/// Where the links of a body lead today.
fn links(library: &Library, rendered: &Rendered) -> Print {
    let targets = rendered.internal_links.iter();
    let leads = |path: &str| library.node(path).map(|node| library.permalink(node).to_owned());
    let targets: Vec<_> =
        targets.map(|link| (&link.path, leads(&link.path).or_else(|| library.asset(&link.path)))).collect();
    Print::of_value(&targets)
}

impl Recall for Bodies<'_> {
    fn text(&self, library: &Library, node: Node, place: Print, work: &dyn Fn() -> Done) -> Done {
        let (file, kept, raw) = match node {
            Node::Page(key) => (&library[key].file, &library[key].kept, &library[key].raw),
            Node::Section(key) => (&library[key].file, &library[key].kept, &library[key].raw),
        };
        let name = file.relative.as_str();
        if let (Some(kept), Some(body)) = (kept, self.before.get(name))
            && body.raw == kept.raw
            && body.key == self.key(library, node, place, body.raw, body.is_templated)
            && self.holds(body, library)
        {
            for (read, _) in &body.reads {
                if let (Read::Copy(order), Some(images)) = (read, self.images) {
                    images.again(order);
                }
            }
            self.keep(name, Arc::clone(body));
            return (Arc::clone(&body.rendered), Vec::new());
        }
        if let (Some(highlighter), Some(body)) = (self.highlighter, self.before.get(name)) {
            highlighter.learn(&body.rendered);
        }
        let ((rendered, found), reads) = traced(work);
        let reads: Option<Vec<(Read, Print)>> =
            reads.into_iter().map(|read| self.prints.read(&read, self.closure()).map(|print| (read, print))).collect();
        if let (true, Some(reads)) = (found.is_empty(), reads) {
            let (raw, is_templated) = (Print::of(raw.as_bytes()), raw.contains("{{") || raw.contains("{%"));
            let key = self.key(library, node, place, raw, is_templated);
            let links = links(library, &rendered);
            self.keep(name, Arc::new(Body { key, raw, is_templated, links, reads, rendered: Arc::clone(&rendered) }));
        }
        (rendered, found)
    }
}
