//! Guides as PDF, kits as ZIP and episodes as booklets, made from the pages that say the same; pictures for links.
//!
//! Entry points: [`contribute`], [`booklets`] once the episodes are known, and [`cards::contribute`]. A page with a `tool` table gets its downloads as outputs and `page.tool` as a value, with
//! the size and pages of each file. The files carry the date of the last revision, no clock: same page, same bytes.

mod booklet;
mod cache;
mod card;
pub mod cards;
pub mod guide;
pub mod kit;
pub mod markup;
mod palette;
pub mod pdf;
pub mod tool;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::config::Loaded;
use crate::content::services::{self, Services};
use crate::content::{Library, Page};
use crate::diagnostic::Diagnostic;
use crate::media::words;
use crate::output::{Contribution, Output};

use tool::Tool;

pub use booklet::booklets;

/// Downloads of every tool of the site. Documents are made in parallel, and kept between builds.
pub fn contribute(library: &Library, loaded: &Loaded) -> (Contribution, Vec<Diagnostic>) {
    let pages: Vec<&Page> = library.pages.iter().filter(|page| page.meta.facets.contains_key("tool")).collect();
    if pages.is_empty() {
        return (Contribution::default(), Vec::new());
    }
    let mut problems = Vec::new();
    let services = services::load(&loaded.root).unwrap_or_else(|problem| {
        problems.push(problem);
        Services::default()
    });
    let made: Vec<(Contribution, Vec<Diagnostic>)> =
        pages.par_iter().map(|page| one_tool(page, library, loaded, &services)).collect();
    let mut out = Contribution::default();
    for (contribution, found) in made {
        out.merge(contribution);
        problems.extend(found);
    }
    if !pdf::AVAILABLE && out.values.values().any(|values| values.get("tool").is_some_and(|tool| tool["pdf"] == true)) {
        problems.push(
            Diagnostic::warning("the guides are not made as PDF: this program was built without the feature `pdf`")
                .help("build it again with `cargo build --release` (the feature is on by default)"),
        );
    }
    (out, problems)
}

fn one_tool(page: &Page, library: &Library, loaded: &Loaded, services: &Services) -> (Contribution, Vec<Diagnostic>) {
    let mut out = Contribution::default();
    let text = std::fs::read_to_string(&page.file.path).unwrap_or_default();
    let Some(mut facet) = tool::facet(page, &text) else { return (out, Vec::new()) };
    let Some(tool) = tool::read(page, &mut facet) else { return (out, facet.finish()) };
    let mut downloads = Downloads { page, outputs: Vec::new(), values: Vec::new() };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let say = |key: &str| words::say(loaded, &page.lang, key, &[]);

    if tool.pdf && pdf::AVAILABLE {
        match document(page, &tool, library, loaded, services) {
            Ok(pdf) => {
                let name = format!("{}.pdf", tool.file_name);
                downloads.add(&name, say("toolkit_download_pdf"), "PDF", &pdf.bytes, Some(pdf.pages));
                files.insert(name, pdf.bytes);
            }
            Err(error) => facet.error(
                "pdf",
                format!("the PDF of this page cannot be made: {error:#}"),
                "change what Typst names, or write `pdf = false`",
            ),
        }
    }
    if !tool.zip.is_empty() {
        for name in &tool.zip {
            let Some(asset) = page.assets.iter().find(|asset| asset.name == *name) else { continue };
            match std::fs::read(&asset.source) {
                Ok(bytes) => drop(files.insert(name.clone(), bytes)),
                Err(error) => facet.error("zip", format!("`{name}` cannot be read: {error}"), "check the file"),
            }
        }
        match kit::zip(&tool.file_name, &introduction(page, &tool, loaded), files, tool.date_revision) {
            Ok(bytes) => {
                downloads.add(&format!("{}.zip", tool.file_name), say("toolkit_download_zip"), "ZIP", &bytes, None);
            }
            Err(error) => {
                facet.error("zip", format!("the kit cannot be packed: {error:#}"), "check the files it names");
            }
        }
    }
    out.set(&page.file.relative, "tool", value(&tool, &downloads.values));
    out.outputs = downloads.outputs;
    (out, facet.finish())
}

/// Files to download, as outputs and as templates see them.
struct Downloads<'a> {
    page: &'a Page,
    outputs: Vec<Output>,
    values: Vec<Value>,
}

impl Downloads<'_> {
    fn add(&mut self, name: &str, label: String, kind: &str, bytes: &[u8], pages: Option<usize>) {
        let path = format!("{}{name}", self.page.path);
        let mut value = json!({
            "label": label,
            "path": path,
            "url": format!("{}{name}", self.page.permalink),
            "file_name": name,
            "type": kind,
            "mime": crate::output::mime_of(name),
            "bytes": bytes.len(),
            "size": words::size(bytes.len() as u64),
        });
        if let Some(pages) = pages {
            value["pages"] = pages.into();
        }
        self.values.push(value);
        self.outputs.push(Output::bytes(path.trim_start_matches('/'), bytes, &self.page.file.shown));
    }
}

/// `page.tool` of templates.
fn value(tool: &Tool, downloads: &[Value]) -> Value {
    json!({
        "kind": tool.kind,
        "version": tool.version,
        "date_revision": tool.date_revision.to_string(),
        "date_revision_text": words::date(tool.date_revision),
        "valid_until": tool.valid_until.map(|date| date.to_string()),
        "valid_until_text": tool.valid_until.map(words::date),
        "audience": tool.audience,
        "minutes": tool.minutes,
        "pdf": tool.pdf,
        "zip": tool.zip,
        "file_name": tool.file_name,
        "licence": tool.licence,
        "downloads": downloads,
    })
}

fn document(
    page: &Page,
    tool: &Tool,
    library: &Library,
    loaded: &Loaded,
    services: &Services,
) -> anyhow::Result<pdf::Pdf> {
    let resolve = |written: &str| address(written, page, library);
    let body = markup::body(&page.raw, &resolve, &|path| printable(page, path).is_some());
    let source = guide::source(page, tool, loaded, services, &body);
    cache::pdf(&loaded.root, source, pictures(page, &body)?, &page.permalink)
}

/// The printable pictures of a body, by the path that Typst knows them by.
fn pictures(page: &Page, body: &markup::Body) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut pictures = BTreeMap::new();
    for path in &body.images {
        if let Some(file) = printable(page, path) {
            let bytes = std::fs::read(file).map_err(|error| anyhow::anyhow!("`{path}` cannot be read: {error}"))?;
            pictures.insert(format!("/{}", path.trim_start_matches('/')), bytes);
        }
    }
    Ok(pictures)
}

/// The absolute form of an address written in Markdown.
fn address(written: &str, page: &Page, library: &Library) -> String {
    if let Some(internal) = written.strip_prefix("@/") {
        let (path, anchor) = internal.split_once('#').map_or((internal, ""), |(path, anchor)| (path, anchor));
        if let Some(node) = library.node(path) {
            let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
            return format!("{}{anchor}", library.permalink(node));
        }
    }
    let joined = url::Url::parse(&page.permalink).and_then(|base| base.join(written));
    joined.map_or_else(|_| written.to_owned(), String::from)
}

/// A picture beside the page that can be printed.
fn printable<'a>(page: &'a Page, path: &str) -> Option<&'a Path> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let asset = page.assets.iter().find(|asset| asset.name == path)?;
    ["svg", "png", "jpg", "jpeg", "gif", "webp"].contains(&extension).then_some(asset.source.as_path())
}

/// Head of a kit's README.
fn introduction(page: &Page, tool: &Tool, loaded: &Loaded) -> String {
    let say = |key: &str, values: &[(&str, &str)]| words::say(loaded, &page.lang, key, values);
    let title = page.meta.title.as_deref().unwrap_or_default();
    let date = words::date(tool.date_revision);
    let mut lines = vec![
        say("toolkit_colophon_version", &[("title", title), ("version", &tool.version), ("date", &date)]),
        say("toolkit_colophon_online", &[("address", &page.permalink)]),
    ];
    if !tool.licence.is_empty() {
        lines.push(say("toolkit_colophon_licence", &[("licence", &tool.licence)]));
    }
    lines.push(String::new());
    lines.push(say("toolkit_zip_readme", &[]));
    lines.join("\n")
}
