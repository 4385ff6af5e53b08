//! What render hooks see: the pieces of Markdown as values, images with their size and with copies for every screen.
//!
//! Entry point: [`values`]. The hooks are the templates `_markup/render-image.html`, `-link`, `-heading` and `-codeblock`
//! of a site or theme; with `[images] responsive` of `repere.toml` images have a built-in one.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::functions::find_file;
use super::trace::{Read, note};
use crate::config::Dialect;
use crate::config::repere::Modern;
use crate::content::{Library, Node};
use crate::markdown::{Kind, Markup};
use crate::media::image::{Filter, Format, Metadata, Operation, Request};

/// The built-in template of images, used only when `[images] responsive` asks for it.
pub(super) const RESPONSIVE: &str = "_markup/responsive-image.html";

/// The values of one piece; `path` is the content file that has it. Fails with a sentence about an image.
pub(super) fn values(
    shared: &Shared,
    markup: &Markup,
    library: Option<&Library>,
    path: &str,
) -> Result<Map<String, Json>, String> {
    let values = match *markup {
        Markup::Image { address, written, title, alt, nth } => {
            let mut values = json!({
                "url": href(address), "src": written, "alt": alt, "nth": nth,
                "title": if title.is_empty() { Json::Null } else { title.into() },
                "width": null, "height": null, "srcset": null, "sources": [],
                "sizes": shared.loaded.repere.images.sizes,
            });
            let file = image_file(shared, written, library, path);
            if let Some(file) = file {
                let told = |problem: String| format!("the image `{written}`: {problem}");
                let known = shared.images.metadata(&file).map_err(told)?;
                values["width"] = known.width.into();
                values["height"] = known.height.into();
                if shared.loaded.repere.images.responsive {
                    copies(shared, &file, &known, &mut values).map_err(told)?;
                }
            }
            values
        }
        Markup::Link { address, written, title, html, text, external } => json!({
            "url": href(address), "written": written, "html": html, "text": text, "external": external,
            "title": if title.is_empty() { Json::Null } else { title.into() },
        }),
        Markup::Heading { level, id, html, text, classes, permalink } => json!({
            "level": level, "id": id, "html": html, "text": text, "classes": classes, "permalink": permalink,
        }),
        Markup::Code { fence, code, html } => {
            let language =
                fence.split([',', ' ', '{']).map(str::trim).find(|word| !word.is_empty() && !word.contains('='));
            json!({ "language": language, "fence": fence, "code": code, "html": html })
        }
    };
    Ok(match values {
        Json::Object(map) => map,
        _ => Map::new(),
    })
}

/// The template that answers for a piece, when there is one.
pub(super) fn template(shared: &Shared, kind: Kind, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    if has(kind.template()) {
        return Some(kind.template());
    }
    (kind == Kind::Image && shared.loaded.repere.images.responsive).then_some(RESPONSIVE)
}

/// An address that may stand between quotation marks.
fn href(address: &str) -> String {
    let mut escaped = String::with_capacity(address.len());
    let _ = pulldown_cmark_escape::escape_href(&mut escaped, address);
    escaped
}

/// The file behind the address of an image: beside the page, or from the site's root.
fn image_file(shared: &Shared, written: &str, library: Option<&Library>, path: &str) -> Option<PathBuf> {
    let written = written.split(['?', '#']).next()?;
    let decoded = percent_encoding::percent_decode_str(written).decode_utf8().ok()?;
    if decoded.contains("://") || decoded.starts_with("//") || decoded.starts_with("data:") {
        return None;
    }
    if decoded.starts_with('/') {
        return find_file(shared, &decoded).ok().flatten();
    }
    let climbs = decoded.split('/').any(|part| part == "..");
    let folder = match library?.node(path)? {
        Node::Page(key) => &library?[key].file.folder,
        Node::Section(key) => &library?[key].file.folder,
    };
    let file = folder.join(&*decoded);
    note(|| Read::Plain(file.clone()));
    Some(file).filter(|file| !climbs && file.is_file())
}

/// Asks for the copies of an image, and says which there will be.
fn copies(shared: &Shared, file: &Path, known: &Metadata, values: &mut Json) -> Result<(), String> {
    let wishes = &shared.loaded.repere.images;
    // A drawing has any size; a GIF may move; AVIF is not read here.
    if !matches!(known.format, "jpg" | "png" | "webp") {
        return Ok(());
    }
    let mut widths: Vec<u32> =
        wishes.widths.iter().copied().filter(|width| *width > 0 && *width < known.width).collect();
    if wishes.widths.iter().max().is_some_and(|largest| known.width <= *largest) || widths.is_empty() {
        widths.push(known.width);
    }
    widths.sort_unstable();
    widths.dedup();
    let photograph = known.format != "png";
    // Of one that lies elsewhere (a theme by a link) the name alone: where that is, is this machine's business.
    let inside = file.strip_prefix(&shared.loaded.root).ok().or_else(|| file.file_name().map(Path::new));
    let source = inside.unwrap_or(file).to_string_lossy().replace('\\', "/");
    let ask = |format: Format, quality: Option<u8>| -> Result<(String, String), String> {
        let mut set = Vec::with_capacity(widths.len());
        let mut last = String::new();
        for width in &widths {
            let request = Request {
                width: Some(*width),
                height: None,
                operation: Operation::FitWidth,
                format,
                quality,
                speed: None,
                filter: Filter::default(),
                weighted: shared.loaded.dialect == Dialect::Zola023,
            };
            let (made, order) = shared.images.request(file, &source, request)?;
            note(|| Read::Copy(order));
            last = href(&shared.loaded.config.file_address(&made.path));
            set.push(format!("{last} {width}w"));
        }
        Ok((set.join(", "), last))
    };
    let mut sources = Vec::new();
    for format in &wishes.formats {
        let (format, quality, kind) = match format {
            Modern::Avif => (Format::Avif, Some(if photograph { wishes.avif_quality } else { 85 }), "image/avif"),
            // What had no loss gets none.
            Modern::Webp => (Format::Webp, photograph.then_some(wishes.webp_quality), "image/webp"),
        };
        sources.push(json!({ "type": kind, "srcset": ask(format, quality)?.0 }));
    }
    let own = if photograph { (Format::Jpeg, Some(wishes.jpeg_quality)) } else { (Format::Png, None) };
    let (set, largest) = ask(own.0, own.1)?;
    values["srcset"] = set.into();
    values["url"] = largest.into();
    values["sources"] = sources.into();
    Ok(())
}
