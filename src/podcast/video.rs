//! Films: the `video:` table of a page, completed from the files beside it.
//!
//! Entry point: [`contribute`], which gives `page.video` and tells what is missing. A film without captions is refused:
//! who cannot hear it would get nothing.

use serde_json::{Map, Value, json};

use super::{beside, captions, read_transcript, transcript_forms};
use crate::content::{Facet, Library, Page};
use crate::diagnostic::Diagnostic;
use crate::media::audio::{self, Kind};
use crate::media::words;
use crate::output::Contribution;

const KEYS: [&str; 13] = [
    "file",
    "webm",
    "captions",
    "poster",
    "audio",
    "transcript",
    "description",
    "width",
    "height",
    "synthetic_voice",
    "content_note",
    "help",
    "title",
];

/// `page.video` for every page with a `video:` table.
pub fn contribute(library: &Library) -> (Contribution, Vec<Diagnostic>) {
    let mut out = Contribution::default();
    let mut problems = Vec::new();
    for page in &library.pages {
        let Some(written) = page.meta.facets.get("video") else { continue };
        let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
        let mut facet = Facet::new("video", written, &page.file.shown, &text, &KEYS);
        if let Some(value) = video(page, written, &mut facet) {
            out.set(&page.file.relative, "video", value);
        }
        problems.extend(facet.finish());
    }
    (out, problems)
}

fn video(page: &Page, written: &Value, facet: &mut Facet<'_>) -> Option<Value> {
    let name = facet.required("file", "name the MP4 beside the page: `file: \"capsule.mp4\"`");
    let captions_name = facet.required("captions", "write the captions beside the page: `captions: \"capsule.vtt\"`");
    let poster = facet.text("poster").and_then(|poster| beside(facet, &page.assets, "poster", &poster).map(|_| poster));
    let name = name?;
    let asset = beside(facet, &page.assets, "file", &name)?;
    let facts = match audio::probe(&asset.source) {
        Ok(facts) => facts,
        Err(error) => {
            facet.error(
                "file",
                format!("`{name}` cannot be read as a film: {error}"),
                "export the film again as MP4 (H.264 and AAC)",
            );
            return None;
        }
    };
    if facts.kind != Kind::Mp4 {
        facet.error(
            "file",
            format!("`{name}` is in truth {}", facts.kind.name()),
            "export the film as MP4 (H.264 and AAC)",
        );
    }
    let captions_name = captions_name?;
    let captions_asset = beside(facet, &page.assets, "captions", &captions_name)?;
    let transcript =
        read_transcript(facet, "captions", page, &captions_asset.source, &captions_name, Some(facts.duration))?;
    captions::check_captions(facet, page, &captions_asset.source, &captions_name, &transcript);
    let url = |name: &str| format!("{}{name}", page.permalink);
    // What the page says stays; what the files say wins.
    let mut value: Map<String, Value> = written.as_object().cloned().unwrap_or_default();
    let size = words::size(facts.bytes);
    let source = json!({ "url": url(&name), "type": facts.kind.mime(), "bytes": facts.bytes, "size": size });
    let known = [
        ("url", json!(url(&name))),
        ("bytes", json!(facts.bytes)),
        ("size", json!(size)),
        ("type", json!(facts.kind.mime())),
        ("sources", json!([source])),
        ("duration", json!(words::rounded_seconds(facts.duration))),
        ("duration_text", json!(words::duration(facts.duration))),
        ("captions_url", json!(url(&captions_name))),
        ("poster_url", json!(poster.as_deref().map(url))),
        ("transcript_html", json!(transcript_forms::html(&transcript, &[], &url(&name)))),
    ];
    value.extend(known.map(|(key, value)| (key.to_owned(), value)));
    Some(Value::Object(value))
}
