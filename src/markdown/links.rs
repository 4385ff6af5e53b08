//! Where a link leads: into the content (`@/…`), beside the page, inside it, or away.
//!
//! Entry point: [`resolve`]. Anchors are checked later, when every page is rendered ([`super::anchors`]).

use percent_encoding::percent_decode_str;
use pulldown_cmark_escape::escape_href;

use super::Context;
use crate::config::{Dialect, Markdown};
use crate::content::{InternalLink, Library, Node};

/// A link as the page will carry it.
pub(super) enum Resolved {
    /// To content or to a part of the page; `None` when there is nothing to check.
    Inside(String, Option<InternalLink>),
    /// To another site.
    Outside(String),
    /// Anything else, as it is.
    Other(String),
    /// To a page that is not out now: no link at all.
    Waiting,
    /// To content that does not exist.
    Broken,
}

/// Resolves the address of a link that is not an e-mail.
pub(super) fn resolve(link: &str, context: &Context) -> Resolved {
    if let Some(target) = link.strip_prefix("@/") {
        return internal(link, target, context);
    }
    if let Some(fragment) = link.strip_prefix('#') {
        if fragment.is_empty() || context.path.is_empty() {
            return Resolved::Other(link.to_owned());
        }
        let own =
            InternalLink { path: context.path.to_owned(), anchor: Some(fragment.to_owned()), written: link.to_owned() };
        return Resolved::Inside(format!("{}{link}", context.permalink), Some(own));
    }
    if is_colocated(link) {
        return Resolved::Other(format!("{}{link}", context.permalink));
    }
    if is_external(link) { Resolved::Outside(link.to_owned()) } else { Resolved::Other(link.to_owned()) }
}

fn internal(link: &str, target: &str, context: &Context) -> Resolved {
    let Some(library) = context.library else { return Resolved::Other(link.to_owned()) };
    let decoded = percent_decode_str(target).decode_utf8_lossy();
    let (path, anchor) = match decoded.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (decoded.as_ref(), None),
    };
    // A borrowed page leads on in the language it is read in.
    let own = if is_borrowed(context, library) { localized(path, context.lang) } else { None };
    let known = own.filter(|path| library.node(path).is_some());
    let path = known.as_deref().unwrap_or(path);
    let Some(node) = library.node(path) else {
        let asset = if context.config.dialect == Dialect::Zola023 { library.asset(path) } else { None };
        if let Some(address) = asset {
            let found = InternalLink { path: path.to_owned(), anchor: None, written: link.to_owned() };
            return Resolved::Inside(address, Some(found));
        }
        return if library.waiting.contains_key(path) { Resolved::Waiting } else { Resolved::Broken };
    };
    let mut permalink = library.permalink(node).to_owned();
    if let Some(anchor) = anchor {
        permalink.push('#');
        permalink.push_str(anchor);
    }
    let found = InternalLink { path: path.to_owned(), anchor: anchor.map(str::to_owned), written: link.to_owned() };
    Resolved::Inside(permalink, Some(found))
}

/// Whether the text is one of the default language that stands in for a translation.
fn is_borrowed(context: &Context, library: &Library) -> bool {
    match library.node(context.path) {
        Some(Node::Page(key)) => library[key].meta.facets.contains_key("fallback"),
        Some(Node::Section(key)) => library[key].meta.facets.contains_key("fallback"),
        None => false,
    }
}

/// `a.md` in a language: `a.fr.md`.
fn localized(path: &str, lang: &str) -> Option<String> {
    path.strip_suffix(".md").map(|stem| format!("{stem}.{lang}.md"))
}

/// True for `photo.png`, `files/a.pdf`: a path from the page's own folder.
pub(super) fn is_colocated(link: &str) -> bool {
    !link.starts_with('/') && !link.starts_with("..") && !link.starts_with('#') && !has_scheme(link)
}

fn has_scheme(link: &str) -> bool {
    let end = link.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(link.len());
    end > 0 && link[end..].starts_with(':')
}

/// True for the web's addresses.
pub(super) fn is_external(link: &str) -> bool {
    link.starts_with("http:") || link.starts_with("https:")
}

/// True when external links carry more than their address.
pub(super) fn decorates(options: &Markdown) -> bool {
    options.external_links_target_blank
        || options.external_links_no_follow
        || options.external_links_no_referrer
        || options.external_links_external
        || options.external_links_class.is_some()
}

/// The opening tag of an external link, with what the configuration adds to it. The title is not escaped, as in Zola.
pub(super) fn external_tag(options: &Markdown, address: &str, title: &str) -> String {
    let mut tag = "<a".to_owned();
    if let Some(class) = &options.external_links_class {
        tag.push_str(&format!(" class=\"{class}\""));
    }
    let rel: Vec<&str> = [
        (options.external_links_target_blank, "noopener"),
        (options.external_links_no_follow, "nofollow"),
        (options.external_links_no_referrer, "noreferrer"),
        (options.external_links_external, "external"),
    ]
    .into_iter()
    .filter_map(|(asked, word)| asked.then_some(word))
    .collect();
    if !rel.is_empty() {
        tag.push_str(&format!(" rel=\"{}\"", rel.join(" ")));
    }
    if options.external_links_target_blank {
        tag.push_str(" target=\"_blank\"");
    }
    if !title.is_empty() {
        tag.push_str(&format!(" title=\"{title}\""));
    }
    tag.push_str(" href=\"");
    let _ = escape_href(&mut tag, address);
    tag.push_str("\">");
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_beside_the_page_is_told_from_an_address() {
        for link in ["photo.png", "a/b.pdf", "a_b:c", "git+ssh://a.test", "é:x"] {
            assert!(is_colocated(link), "{link}");
        }
        for link in ["/a", "../a", "#a", "mailto:a@b.test", "tel:119", "https://a.test"] {
            assert!(!is_colocated(link), "{link}");
        }
    }

    #[test]
    fn an_external_link_has_its_attributes_in_order() {
        let options = Markdown {
            external_links_class: Some("ext".to_owned()),
            external_links_target_blank: true,
            external_links_no_follow: true,
            ..Markdown::default()
        };
        assert_eq!(
            external_tag(&options, "https://a.test/?x=1&y=2", "T"),
            r#"<a class="ext" rel="noopener nofollow external" target="_blank" title="T" href="https://a.test/?x=1&amp;y=2">"#
        );
    }
}
