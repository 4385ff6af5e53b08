//! The `series:` table of a section.
//!
//! Entry point: [`series`]; problems go into the table being read.

use super::load::{cover, description_fits, short};
use super::series::{License, Series};
use super::{categories, feed};
use crate::config::Loaded;
use crate::content::{Facet, Section};

/// The keys there are.
pub(super) const KEYS: [&str; 14] = [
    "title",
    "author",
    "owner_name",
    "owner_email",
    "language",
    "category",
    "explicit",
    "guid",
    "image",
    "copyright",
    "license",
    "type",
    "locked",
    "funding",
];

/// Reads it; `None` when too much is wrong to go on.
pub(super) fn series(section: &Section, loaded: &Loaded, facet: &mut Facet<'_>) -> Option<Series> {
    let title = facet.text("title").or_else(|| section.meta.title.clone());
    if title.is_none() {
        facet.error("title", "the series has no title", "write `title: …` in `series`");
    }
    let title = title.unwrap_or_default();
    short(facet, "title", &title);
    let description = section.meta.description.clone().unwrap_or_default();
    description_fits(facet, &description, "the series");
    let feed_path = format!("{}feed.xml", section.path.trim_start_matches('/'));
    let feed_url = loaded.make_permalink(&feed_path);
    if !facet.has("guid") {
        facet.error(
            "guid",
            "`series` needs `guid`, the identifier of the show for life",
            format!("freeze it once, before the first publication: guid: \"{}\"", feed::guid(&feed_url)),
        );
    }
    let guid = facet.text("guid").unwrap_or_default();
    if !guid.is_empty() && uuid::Uuid::parse_str(&guid).is_err() {
        let help = format!("for this feed's address it would be \"{}\"", feed::guid(&feed_url));
        facet.error("guid", format!("`{guid}` is not a UUID"), help);
    }
    let author = facet.required("author", "write who makes the series: `author: …`")?;
    let image = facet.text("image").and_then(|name| cover(facet, &section.assets, &section.permalink, &name, "image"));
    if !facet.has("image") {
        facet.error(
            "image",
            "the series has no cover",
            "put a square PNG or JPEG of 1400 to 3000 pixels beside it and name it: `image: …`",
        );
    }
    Some(Series {
        source: section.file.relative.clone(),
        shown: section.file.shown.clone(),
        title,
        description,
        link: section.permalink.clone(),
        feed_path,
        feed_url,
        language: facet.text("language").unwrap_or_else(|| section.lang.clone()),
        owner_name: facet.text("owner_name").unwrap_or_else(|| author.clone()),
        owner_email: facet.text("owner_email"),
        author,
        categories: categories_of(facet),
        explicit: facet.boolean("explicit").unwrap_or(false),
        guid,
        image,
        copyright: copyright(facet),
        license: license(facet),
        kind: facet.one_of("type", &["episodic", "serial"]),
        locked: facet.boolean("locked").unwrap_or(true),
        funding: facet.text("funding"),
        episodes: Vec::new(),
    })
}

fn categories_of(facet: &mut Facet<'_>) -> Vec<(String, Option<String>)> {
    let written = facet.texts("category");
    if written.is_empty() && !facet.has("category") {
        let help = "write at least one of Apple's: `category: [\"Kids & Family > Parenting\"]`";
        facet.error("category", "the series has no category", help);
    }
    let mut list = Vec::new();
    for text in written {
        match categories::parse(&text) {
            Ok(category) => list.push(category),
            Err(help) => facet.error("category", format!("`{text}` is not a category of Apple's list"), help),
        }
    }
    list
}

fn copyright(facet: &mut Facet<'_>) -> Option<String> {
    let holder = facet.text("copyright")?;
    let year = holder.split(|c: char| !c.is_ascii_digit()).any(|n| n.len() == 4);
    if holder.contains('©') || holder.to_lowercase().contains("copyright") || year {
        facet.error(
            "copyright",
            "`copyright` must be the holder's name only",
            "leave out the word, the sign and the year",
        );
    }
    Some(holder)
}

fn license(facet: &mut Facet<'_>) -> Option<License> {
    let written = facet.text("license")?;
    let lower = written.to_lowercase();
    let known = match lower.as_str() {
        "licence ouverte 2.0" | "etalab-2.0" => {
            Some(("etalab-2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/".to_owned()))
        }
        _ => None,
    };
    if let Some((id, url)) = known {
        return Some(License { id: id.to_owned(), url: Some(url) });
    }
    // CC-BY-SA-4.0 and its sisters say their own address.
    let parts = lower.strip_prefix("cc-").and_then(|rest| rest.rsplit_once('-'));
    let url = parts.map(|(rights, version)| format!("https://creativecommons.org/licenses/{rights}/{version}/"));
    Some(License { id: lower, url })
}
