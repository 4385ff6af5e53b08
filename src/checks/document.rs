//! What an HTML page says, read once for every check.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html};

/// The facts of a page.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) lang: Option<String>,
    pub(super) title: Option<String>,
    /// Only sends elsewhere: an alias, a first pager.
    pub(super) is_redirect: bool,
    /// `name` or `property` of a `<meta>`, and its content.
    pub(super) metas: Vec<(String, String)>,
    /// Every `id` and `<a name>`.
    pub(super) ids: BTreeSet<String>,
    /// Identifiers that stand twice.
    pub(super) doubled_ids: BTreeSet<String>,
    /// Where a visitor may go.
    pub(super) links: Vec<Link>,
    /// What a browser fetches by itself.
    pub(super) loads: Vec<Load>,
    /// Level and text, in order.
    pub(super) headings: Vec<(u8, String)>,
    /// Problems found on the way: a sentence, and what to look for in the source.
    pub(super) faults: Vec<(String, String)>,
    /// An element with `data-exit`.
    pub(super) has_exit: bool,
    /// `src` of videos without captions.
    pub(super) silent_videos: Vec<String>,
    /// Sound without a transcript near it.
    pub(super) has_sound: bool,
    /// A transcript: something whose `id` or class says so, or a heading.
    pub(super) has_transcript: bool,
}

/// A link.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) is_download: bool,
}

/// A file the page fetches.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) address: String,
    pub(super) is_style_or_script: bool,
}

/// Reads a page.
pub(super) fn read(html: &str) -> Document {
    let tree = Html::parse_document(html);
    let mut document = Document::default();
    for node in tree.tree.root().descendants() {
        if let Some(element) = ElementRef::wrap(node) {
            read_element(&mut document, element);
        }
    }
    let labels = labelled(&tree);
    for node in tree.tree.root().descendants() {
        if let Some(element) = ElementRef::wrap(node) {
            check_control(&mut document, element, &labels);
        }
    }
    document
}

fn read_element(document: &mut Document, element: ElementRef) {
    let tag = element.value();
    let attr = |name: &str| tag.attr(name).map(str::to_owned);
    if let Some(id) = attr("id")
        && !document.ids.insert(id.clone())
    {
        document.doubled_ids.insert(id);
    }
    if tag.attr("data-exit").is_some() {
        document.has_exit = true;
    }
    let marks = format!("{} {}", attr("id").unwrap_or_default(), attr("class").unwrap_or_default());
    if marks.to_lowercase().contains("transcri") {
        document.has_transcript = true;
    }
    match tag.name() {
        "html" => document.lang = attr("lang").filter(|l| !l.trim().is_empty()),
        "title" if document.title.is_none() && !inside(element, "svg") => {
            document.title = Some(text_of(element)).filter(|t| !t.is_empty());
        }
        "meta" => read_meta(document, element),
        "a" | "area" => {
            document.ids.extend(attr("name"));
            if let Some(href) = attr("href") {
                document.links.push(Link { href: href.clone(), is_download: tag.attr("download").is_some() });
                if name_of(element).is_empty() {
                    document.faults.push((format!("the link to `{href}` has no text"), href));
                }
            }
        }
        "button" if name_of(element).is_empty() => {
            document.faults.push(("a button has no text".to_owned(), "<button".to_owned()));
        }
        "img" => {
            let src = attr("src").unwrap_or_default();
            if tag.attr("alt").is_none() {
                document.faults.push((format!("the image `{src}` has no `alt`"), src));
            }
        }
        "iframe" if name_of(element).is_empty() => {
            let src = attr("src").unwrap_or_default();
            document.faults.push((format!("the frame `{src}` has no title"), src));
        }
        "table" if !has_inside(element, "th") => {
            document.faults.push(("a table has no header cell (`<th>`)".to_owned(), "<table".to_owned()));
        }
        "audio" => document.has_sound = true,
        "video" => {
            let captions = element.descendants().filter_map(ElementRef::wrap).any(|e| {
                e.value().name() == "track" && matches!(e.value().attr("kind"), Some("captions" | "subtitles"))
            });
            if !captions {
                document.silent_videos.push(attr("src").unwrap_or_default());
            }
        }
        name => {
            if let Some(level) =
                name.strip_prefix('h').and_then(|l| l.parse::<u8>().ok()).filter(|l| (1..=6).contains(l))
            {
                let text = text_of(element);
                document.has_transcript |= text.to_lowercase().starts_with("transcri");
                if text.is_empty() && name_of(element).is_empty() {
                    document.faults.push((format!("a heading of level {level} is empty"), format!("<h{level}")));
                }
                document.headings.push((level, text));
            }
        }
    }
    read_loads(document, element);
}

fn read_meta(document: &mut Document, element: ElementRef) {
    let tag = element.value();
    if tag.attr("http-equiv").is_some_and(|h| h.eq_ignore_ascii_case("refresh")) {
        document.is_redirect = true;
    }
    if let Some(name) = tag.attr("name").or_else(|| tag.attr("property")) {
        document.metas.push((name.to_owned(), tag.attr("content").unwrap_or_default().to_owned()));
    }
}

fn read_loads(document: &mut Document, element: ElementRef) {
    let tag = element.value();
    let name = tag.name();
    let mut add = |address: &str, is_style_or_script: bool| {
        if !address.trim().is_empty() {
            document.loads.push(Load { address: address.trim().to_owned(), is_style_or_script });
        }
    };
    if let Some(src) = tag.attr("src").filter(|_| name != "input" || tag.attr("type") == Some("image")) {
        add(src, name == "script");
    }
    if let Some(poster) = tag.attr("poster") {
        add(poster, false);
    }
    if let Some(set) = tag.attr("srcset") {
        for candidate in set.split(',') {
            add(candidate.split_whitespace().next().unwrap_or_default(), false);
        }
    }
    if name == "object"
        && let Some(data) = tag.attr("data")
    {
        add(data, false);
    }
    if name == "link"
        && let Some(href) = tag.attr("href")
    {
        let rel = tag.attr("rel").unwrap_or_default().to_ascii_lowercase();
        let fetched = rel.split_whitespace().any(|r| {
            matches!(
                r,
                "stylesheet" | "icon" | "preload" | "modulepreload" | "manifest" | "apple-touch-icon" | "preconnect"
            )
        });
        if fetched {
            add(href, rel.contains("stylesheet"));
        } else {
            document.links.push(Link { href: href.to_owned(), is_download: false });
        }
    }
}

/// Identifiers that a `<label for>` names.
fn labelled(tree: &Html) -> BTreeSet<String> {
    let elements = tree.tree.root().descendants().filter_map(ElementRef::wrap);
    let labels = elements.filter(|e| e.value().name() == "label");
    labels.filter_map(|l| l.value().attr("for").map(str::to_owned)).collect()
}

fn check_control(document: &mut Document, element: ElementRef, labels: &BTreeSet<String>) {
    let tag = element.value();
    let is_control = match tag.name() {
        "select" | "textarea" => true,
        "input" => {
            let kind = tag.attr("type").unwrap_or("text").to_ascii_lowercase();
            !matches!(kind.as_str(), "hidden" | "submit" | "button" | "reset" | "image")
        }
        _ => false,
    };
    if !is_control || tag.attr("aria-hidden") == Some("true") {
        return;
    }
    let named = tag.attr("id").is_some_and(|id| labels.contains(id))
        || tag.attr("aria-label").is_some_and(|l| !l.trim().is_empty())
        || tag.attr("aria-labelledby").is_some()
        || tag.attr("title").is_some_and(|t| !t.trim().is_empty())
        || inside(element, "label");
    if !named {
        let name = tag.attr("name").or_else(|| tag.attr("id")).unwrap_or(tag.name()).to_owned();
        document.faults.push((format!("the field `{name}` has no label"), name));
    }
}

/// The text of an element, blanks as one.
fn text_of(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What assistive technology would read: its label, its text, the alternatives of its images.
fn name_of(element: ElementRef) -> String {
    let tag = element.value();
    for attr in ["aria-label", "aria-labelledby", "title"] {
        if let Some(label) = tag.attr(attr).filter(|l| !l.trim().is_empty()) {
            return label.to_owned();
        }
    }
    let text = text_of(element);
    if !text.is_empty() {
        return text;
    }
    let inner = element.descendants().filter_map(ElementRef::wrap);
    inner
        .filter_map(|e| e.value().attr("alt").or_else(|| e.value().attr("aria-label")))
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn inside(element: ElementRef, name: &str) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|e| e.value().name() == name)
}

fn has_inside(element: ElementRef, name: &str) -> bool {
    element.descendants().filter_map(ElementRef::wrap).any(|e| e.value().name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_once_for_all() {
        let page = read(
            "<html lang=fr><title>T</title><h1>Un</h1><h3>Transcription</h3><a href='/x/'></a><img src=a.png>\
             <input name=q><label for=r>R</label><input id=r><audio src=a.mp3></audio><p id=x></p><p id=x></p>",
        );
        assert_eq!(page.title.as_deref(), Some("T"));
        assert_eq!(page.headings.len(), 2);
        assert!(page.has_sound && page.has_transcript);
        assert_eq!(page.loads.len(), 2);
        assert!(page.doubled_ids.contains("x"));
        let faults: Vec<&str> = page.faults.iter().map(|(f, _)| f.as_str()).collect();
        assert_eq!(
            faults,
            ["the link to `/x/` has no text", "the image `a.png` has no `alt`", "the field `q` has no label"]
        );
    }
}
