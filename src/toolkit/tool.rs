//! A tool as a value: the `tool:` table of a page, checked.
//!
//! Entry point: [`read`].

use jiff::civil::Date;

use crate::content::{Facet, Page};
use crate::diagnostic::did_you_mean;

/// A guide or a kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// `guide` or `kit`.
    pub kind: &'static str,
    /// As people compare it: "1.0".
    pub version: String,
    /// When somebody last read all of it. The only date its files carry.
    pub date_revision: Date,
    /// After which it should not be handed out unread.
    pub valid_until: Option<Date>,
    /// `ados`, `parents`, `professionnels` or nothing.
    pub audience: String,
    /// How long it takes.
    pub minutes: Option<u64>,
    /// Whether it is also a PDF.
    pub pdf: bool,
    /// Files of the kit, beside the page.
    pub zip: Vec<String>,
    /// Name of the files to download, without extension; discreet for teenagers.
    pub file_name: String,
    /// Name of the licence.
    pub licence: String,
}

const KEYS: [&str; 10] =
    ["kind", "version", "date_revision", "valid_until", "audience", "minutes", "pdf", "zip", "file_name", "licence"];

/// Reads the table of a page; `None` when too much is wrong to go on. Begin with [`facet`].
pub fn read(page: &Page, facet: &mut Facet<'_>) -> Option<Tool> {
    let kind = facet.one_of("kind", &["guide", "kit"]);
    let version = facet.required("version", "write `version = \"1.0\"`; raise it when the text changes");
    if !facet.has("date_revision") {
        let help = "write the day somebody last read all of it: `date_revision = \"2026-11-21\"`";
        facet.error("date_revision", "`tool` needs `date_revision`", help);
    }
    let date_revision = facet.date("date_revision");
    let valid_until = facet.date("valid_until");
    if let (Some(revised), Some(until)) = (date_revision, valid_until)
        && until < revised
    {
        facet.error("valid_until", "the tool expires before it was revised", "write a later day after `valid_until`");
    }
    let file_name = facet.text("file_name").unwrap_or_else(|| page.slug.clone());
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if file_name.is_empty() || !file_name.bytes().all(plain) {
        let help = format!("write `file_name = \"{}\"`", slug::slugify(&file_name));
        facet.error("file_name", format!("`{file_name}` is not a plain file name"), help);
    }
    let zip = facet.texts("zip");
    for name in &zip {
        if !page.assets.iter().any(|asset| asset.name == *name) {
            let near = did_you_mean(name, page.assets.iter().map(|asset| asset.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "put the file in the folder of the page, or take its name out of `zip`".to_owned(),
            };
            facet.error("zip", format!("there is no file `{name}` beside this page"), help);
        }
    }
    Some(Tool {
        kind,
        version: version?,
        date_revision: date_revision?,
        valid_until,
        audience: facet.text("audience").unwrap_or_default(),
        minutes: facet.number("minutes"),
        pdf: facet.boolean("pdf").unwrap_or(kind == "guide"),
        zip,
        file_name,
        licence: facet.text("licence").unwrap_or_default(),
    })
}

/// The table of a page, ready to be read; `text` is the whole file.
pub fn facet<'a>(page: &Page, text: &'a str) -> Option<Facet<'a>> {
    let value = page.meta.facets.get("tool")?;
    Some(Facet::new("tool", value, &page.file.shown, text, &KEYS))
}
