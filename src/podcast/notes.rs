//! The notes of an episode as podcast apps show them: a short description, and the page's text made safe for a feed.
//!
//! Entry points: [`description`] and [`content`]. Words come in as values; the feed itself is in [`super::feed`].

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;
use url::Url;

use super::chapters;
use super::series::Episode;
use super::transcript_forms::{attribute, body_text};

/// Bytes of a description that directories accept.
pub const DESCRIPTION_LIMIT: usize = 4000;

/// Sentences of the notes, in the language of the series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Above the chapters.
    pub chapters: String,
    /// Said when no human voice is heard.
    pub synthetic_voice: String,
    /// Above the help services.
    pub help: String,
    /// The link to the page with the transcript.
    pub page: String,
    /// Before what was put right: `{date}`, `{text}`.
    pub correction: String,
}

/// The description: what is written, then as much of note, help, chapters and link as the limit allows.
///
/// `help` are lines such as "119, Allô enfance en danger". Only the tags PSP-1 lists are used.
pub fn description(episode: &Episode, words: &Words, help: &[String]) -> String {
    let mut out = paragraphs(&episode.description);
    let mut add = |part: String| {
        if out.len() + part.len() <= DESCRIPTION_LIMIT {
            out.push_str(&part);
        }
    };
    for correction in &episode.corrections {
        let said = words.correction.replace("{date}", &crate::media::words::date(correction.date));
        add(paragraphs(&said.replace("{text}", &correction.text)));
    }
    if let Some(note) = &episode.content_note {
        add(paragraphs(note));
    }
    if !help.is_empty() {
        let items: String = help.iter().map(|line| format!("<li>{}</li>", body_text(line))).collect();
        add(format!("<p>{}</p><ul>{items}</ul>", body_text(&words.help)));
    }
    add(format!("<p><a href=\"{}\">{}</a></p>", attribute(&episode.link), body_text(&words.page)));
    if episode.synthetic_voice {
        add(paragraphs(&words.synthetic_voice));
    }
    if !episode.chapters.is_empty() {
        // One a line: the form in which apps find them.
        let lines: String =
            chapters::lines(&episode.chapters).iter().map(|l| format!("<p>{}</p>", body_text(l))).collect();
        add(format!("<p>{}</p>{lines}", body_text(&words.chapters)));
    }
    out
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).map(|p| format!("<p>{}</p>", body_text(p))).collect()
}

/// What never stands in a feed, with all that is inside. `svg` comes last: it may hold the others.
const REMOVED: [&str; 10] =
    ["script", "style", "audio", "video", "iframe", "object", "form", "svg", "template", "noscript"];

/// The patterns below are fixed.
static ELEMENTS: LazyLock<Vec<(String, Regex)>> = LazyLock::new(|| {
    let pattern =
        |name: &str| Some((format!("<{name}"), Regex::new(&format!(r"(?is)<{name}\b.*?(</{name}\s*>|$)")).ok()?));
    REMOVED.into_iter().filter_map(pattern).collect()
});
static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?s)<[a-zA-Z][^>]*>").ok());
static ATTRIBUTES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(\s)(href|src|on\w+|style|srcset)\s*=\s*("([^"]*)"|'([^']*)')"#).ok());

/// The page's HTML for `content:encoded`: absolute addresses, no script, no player, no frame, no form.
pub fn content(html: &str, page: &str) -> String {
    let mut html = Cow::Borrowed(html);
    for (start, pattern) in ELEMENTS.iter() {
        // Looked for first, in either case: most pages have none of them.
        let begins = |at: usize| {
            html.as_bytes().get(at..at + start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start.as_bytes()))
        };
        if html.match_indices('<').any(|(at, _)| begins(at)) {
            html = Cow::Owned(pattern.replace_all(&html, "").into_owned());
        }
    }
    let (Ok(base), Some(tags), Some(attributes)) = (Url::parse(page), &*TAGS, &*ATTRIBUTES) else {
        return String::new();
    };
    tags.replace_all(&html, |tag: &regex::Captures<'_>| {
        if !tag[0].contains('=') {
            return tag[0].to_owned();
        }
        attributes
            .replace_all(&tag[0], |found: &regex::Captures<'_>| {
                let name = found[2].to_ascii_lowercase();
                if name != "href" && name != "src" {
                    return String::new();
                }
                let written = found.get(4).or(found.get(5)).map_or("", |m| m.as_str()).replace("&amp;", "&");
                match base.join(&written) {
                    Ok(url) if matches!(url.scheme(), "http" | "https" | "tel" | "sms" | "mailto") => {
                        format!("{}{name}=\"{}\"", &found[1], attribute(url.as_str()))
                    }
                    _ => String::new(),
                }
            })
            .into_owned()
    })
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_for_apps_have_absolute_addresses_and_nothing_active() {
        let html = "<p onclick=\"x()\">Lire <a href=\"/aide/?a=1&amp;b=2\">l'aide</a>, <a href='#t-1'>ici</a>, <a href=\"javascript:alert(1)\">là</a>.</p><audio controls src=\"a.mp3\"></audio><SCRIPT>1</SCRIPT >";
        assert_eq!(
            content(html, "https://exemple.fr/podcast/un/"),
            "<p>Lire <a href=\"https://exemple.fr/aide/?a=1&amp;b=2\">l'aide</a>, <a href=\"https://exemple.fr/podcast/un/#t-1\">ici</a>, <a>là</a>.</p>"
        );
    }
}
