//! What a file is, from its name and first bytes: content type, caching, who else may fetch it. Pure.
//!
//! Entry point: [`Kind::of`].

use axum::http::HeaderValue;

/// How a file is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// `Content-Type`, with the character set for text.
    pub(super) content_type: HeaderValue,
    /// `Cache-Control` when the address carries no fingerprint.
    pub(super) cache: &'static str,
    /// Worth compressing.
    pub(super) text: bool,
    /// An HTML page.
    pub(super) page: bool,
    /// Web players and directories on other hosts may fetch it (feed, transcripts, chapters, media, covers).
    pub(super) shared: bool,
    /// Audio or video: sent from the disk.
    pub(super) media: bool,
}

/// Caching of an address that carries the hash of its content.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";
const FEED: &str = "public, max-age=300";
const ASSET: &str = "public, max-age=3600";
const MEDIA: &str = "public, max-age=86400";

impl Kind {
    /// The kind of the file at `path` (relative to the site's root); `start` is how its content begins.
    pub(super) fn of(path: &str, start: &[u8]) -> Self {
        let essence = essence(path, start);
        let media = essence.starts_with("audio/") || essence.starts_with("video/");
        let feed = matches!(essence.as_str(), "application/rss+xml" | "application/atom+xml");
        let page = essence == "text/html";
        let text = is_text(&essence);
        let podcast = path.starts_with("podcast/");
        let companion = matches!(
            essence.as_str(),
            "text/vtt" | "text/x-opml" | "application/x-subrip" | "application/json+chapters"
        ) || podcast && essence == "application/json";
        let cover = podcast && essence.starts_with("image/");
        let cache = match () {
            () if page => REVALIDATE,
            () if feed => FEED,
            () if media => MEDIA,
            () if matches!(essence.as_str(), "application/xml" | "text/plain" | "text/calendar") => FEED,
            () => ASSET,
        };
        let content_type =
            if text && essence != "application/json+chapters" { format!("{essence}; charset=utf-8") } else { essence };
        let content_type =
            HeaderValue::from_str(&content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        Self { content_type, cache, text, page, shared: feed || media || companion || cover, media }
    }
}

fn essence(path: &str, start: &[u8]) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let known = match extension.as_str() {
        "xml" => return xml(start).to_owned(),
        "json" if name.ends_with("chapters.json") => "application/json+chapters",
        "vtt" => "text/vtt",
        "srt" => "application/x-subrip",
        "m4a" => "audio/mp4",
        "opus" => "audio/ogg",
        "mp3" => "audio/mpeg",
        "ics" => "text/calendar",
        "opml" => "text/x-opml",
        "webmanifest" => "application/manifest+json",
        "js" | "mjs" => "text/javascript",
        "yaml" | "yml" => "text/plain",
        "" => "text/plain",
        _ => return mime_guess::from_ext(&extension).first_or_octet_stream().essence_str().to_owned(),
    };
    known.to_owned()
}

/// Feeds are told from other XML by their root element: `feed.xml` may be either kind.
fn xml(start: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(&start[..start.len().min(2048)]);
    if start.contains("<rss") {
        "application/rss+xml"
    } else if start.contains("<feed") {
        "application/atom+xml"
    } else {
        "application/xml"
    }
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("json")
        || matches!(essence, "application/xml" | "application/x-subrip" | "application/json+chapters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_directories_and_players_insist_on() {
        let of = |path: &str, start: &str| Kind::of(path, start.as_bytes()).content_type.to_str().unwrap().to_owned();
        assert_eq!(of("index.html", "<!doctype html>"), "text/html; charset=utf-8");
        assert_eq!(of("podcast/feed.xml", "<?xml?><rss version"), "application/rss+xml; charset=utf-8");
        assert_eq!(of("presse/feed.xml", "<?xml?><feed xmlns"), "application/atom+xml; charset=utf-8");
        assert_eq!(of("sitemap.xml", "<urlset>"), "application/xml; charset=utf-8");
        assert_eq!(of("podcast/a/chapters.json", "{}"), "application/json+chapters");
        assert_eq!(of("podcast/a/a.vtt", "WEBVTT"), "text/vtt; charset=utf-8");
        assert_eq!(of("podcast/a/a.mp3", ""), "audio/mpeg");
        assert_eq!(of("site.css", ""), "text/css; charset=utf-8");
        assert_eq!(of("a.svg", "<svg"), "image/svg+xml; charset=utf-8");
        assert_eq!(of("guide.pdf", "%PDF"), "application/pdf");
        assert_eq!(of("x.unknown-thing", ""), "application/octet-stream");
    }

    #[test]
    fn only_what_players_need_is_shared() {
        assert!(Kind::of("podcast/feed.xml", b"<rss>").shared);
        assert!(Kind::of("podcast/a/couverture.jpg", b"").shared);
        assert!(Kind::of("podcast/a/transcription.json", b"{}").shared);
        assert!(!Kind::of("donnees/bilan.json", b"{}").shared);
        assert!(Kind::of("videos/capsule/capsule.mp4", b"").shared);
        assert!(!Kind::of("ados/index.html", b"").shared);
        assert!(!Kind::of("images/a.png", b"").shared);
    }
}
