//! The `series:` table of a section.
//!
//! Entry point: [`series`]; problems go into the table being read.

use super::load::{cover, description_fits, plain, short};
use super::read_lists::{self as lists, fits, only, word};
use super::roles::PURPOSES;
use super::series::{Banner, Picture, Series};
use super::{beside, categories, feed, picture};
use crate::config::Loaded;
use crate::content::{Facet, Section};
use crate::diagnostic::Diagnostic;

/// The keys there are.
pub(super) const KEYS: [&str; 28] = [
    "title",
    "author",
    "owner_name",
    "owner_email",
    "language",
    "category",
    "explicit",
    "guid",
    "image",
    "image_alt",
    "images",
    "copyright",
    "license",
    "type",
    "locked",
    "funding",
    "persons",
    "location",
    "seasons",
    "block",
    "txt",
    "frequency",
    "podroll",
    "publisher",
    "medium",
    "complete",
    "moved_to",
    "booklet",
];

/// What a series can be.
const MEDIUMS: [&str; 4] = ["podcast", "course", "audiobook", "newsletter"];

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
    plain(facet, "description", &description);
    let folder = section.path.trim_matches('/').to_owned();
    let feed_path = format!("{folder}/feed.xml").trim_start_matches('/').to_owned();
    let feed_url = loaded.config.file_address(&feed_path);
    let guid = identifier(facet, &feed_url);
    let author = facet.required("author", "write who makes the series: `author: …`")?;
    short(facet, "author", &author);
    let image = facet.text("image").and_then(|name| cover(facet, &section.assets, &section.permalink, &name, "image"));
    let alt = facet.text("image_alt");
    if !facet.has("image") {
        facet.error(
            "image",
            "the series has no cover",
            "put a square PNG or JPEG of 1400 to 3000 pixels beside it and name it: `image: …`",
        );
    }
    let (persons, absent) = lists::persons(facet, &section.assets, &section.permalink);
    if !absent.is_empty() {
        facet.error("persons", "nobody can be absent from a whole series", "leave the name out");
    }
    let moved_to = facet.text("moved_to");
    if let Some(url) = &moved_to {
        let place = facet.place("moved_to");
        lists::web(facet, &place, url);
    }
    Some(Series {
        source: section.file.relative.clone(),
        shown: section.file.shown.clone(),
        description,
        link: section.permalink.clone(),
        folder,
        feed_path,
        feed_url,
        language: language(facet, &section.lang),
        owner_name: facet.text("owner_name").unwrap_or_else(|| author.clone()),
        owner_email: owner_email(facet),
        author,
        categories: categories_of(facet),
        explicit: facet.boolean("explicit").unwrap_or(false),
        guid,
        image: image.map(|image| Picture { alt, ..image }),
        images: images(section, facet),
        copyright: copyright(facet),
        license: lists::license(facet),
        kind: facet.one_of("type", &["episodic", "serial"]),
        locked: facet.boolean("locked").unwrap_or(true),
        funding: lists::funding(facet, &title),
        persons,
        locations: lists::locations(facet),
        seasons: seasons(facet),
        block: lists::block(facet),
        txt: lists::txt(facet),
        frequency: lists::frequency(facet),
        podroll: lists::remotes(facet, "podroll"),
        publisher: lists::remotes(facet, "publisher").into_iter().next(),
        medium: facet.one_of("medium", &MEDIUMS),
        complete: facet.boolean("complete").unwrap_or(false),
        booklet: facet.boolean("booklet").unwrap_or(false),
        moved_to,
        title,
        episodes: Vec::new(),
    })
}

fn identifier(facet: &mut Facet<'_>, feed_url: &str) -> String {
    if !facet.has("guid") {
        facet.error(
            "guid",
            "`series` needs `guid`, the identifier of the show for life",
            format!("freeze it once, before the first publication: guid: \"{}\"", feed::guid(feed_url)),
        );
    }
    let guid = facet.text("guid").unwrap_or_default();
    if !guid.is_empty() && uuid::Uuid::parse_str(&guid).is_err() {
        let help = format!("for this feed's address it would be \"{}\"", feed::guid(feed_url));
        facet.error("guid", format!("`{guid}` is not a UUID"), help);
    }
    guid
}

/// ISO 639 with an optional region: Apple refuses a whole feed for a wrong one.
fn language(facet: &mut Facet<'_>, otherwise: &str) -> String {
    let code = facet.text("language").unwrap_or_else(|| otherwise.to_owned());
    let letters = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let (first, rest) = code.split_once('-').map_or((code.as_str(), None), |(first, rest)| (first, Some(rest)));
    if !letters(first, 2, 3) || rest.is_some_and(|rest| !letters(rest, 2, 4)) {
        facet.error(
            "language",
            format!("`{code}` is not a language code"),
            "write the code of ISO 639: `fr` or `fr-FR`",
        );
    }
    code
}

fn owner_email(facet: &mut Facet<'_>) -> Option<String> {
    let email = facet.text("owner_email")?;
    let right = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !right || email.contains(char::is_whitespace) {
        let help = "write the address of a role, for it is public: `podcast@exemple.fr`";
        facet.error("owner_email", format!("`{email}` is not an e-mail address"), help);
    }
    Some(email)
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

/// `seasons`: numbers and names.
fn seasons(facet: &mut Facet<'_>) -> Vec<(u64, String)> {
    let mut out: Vec<(u64, String)> = Vec::new();
    for (table, place) in facet.tables("seasons") {
        only(facet, &table, &place, &["number", "name"]);
        let number = table.get("number").and_then(serde_json::Value::as_u64).filter(|n| *n > 0);
        match (number, word(&table, "name")) {
            (Some(number), Some(name)) if out.iter().all(|(other, _)| *other != number) => {
                fits(facet, &place, "the name of this season", &name, 128);
                out.push((number, name));
            }
            (Some(number), Some(_)) => {
                let problem = Diagnostic::error(format!("season {number} has two names"));
                facet.push(problem.at(place).help("leave one of them out"));
            }
            _ => {
                let problem = Diagnostic::error("this season is not complete");
                facet.push(problem.at(place).help("write `- { number: 1, name: \"Comprendre\" }`"));
            }
        }
    }
    out
}

/// `images`: pictures beside the cover.
fn images(section: &Section, facet: &mut Facet<'_>) -> Vec<Banner> {
    let mut out = Vec::new();
    for (table, place) in facet.tables("images") {
        only(facet, &table, &place, &["file", "purpose", "alt"]);
        let Some(name) = word(&table, "file") else {
            let help = "write `- { file: \"banniere.png\", purpose: \"banner\", alt: \"…\" }`";
            facet.push(Diagnostic::error("this picture has no file").at(place).help(help));
            continue;
        };
        let Some(asset) = beside(facet, &section.assets, "images", &name) else { continue };
        let written = word(&table, "purpose").unwrap_or_default();
        let Some(purpose) = PURPOSES.into_iter().find(|purpose| *purpose == written) else {
            let problem = Diagnostic::error(format!("no purpose of a picture is called `{written}`"));
            facet.push(problem.at(place).help(format!("choose one of: {}", PURPOSES.join(", "))));
            continue;
        };
        match picture::size(&asset.source) {
            Ok(size) => {
                let picture = Picture {
                    url: format!("{}{name}", section.permalink),
                    file: asset.source.clone(),
                    size: Some(size),
                    alt: word(&table, "alt"),
                };
                out.push(Banner { picture, purpose });
            }
            Err(error) => {
                let problem = Diagnostic::error(format!("`{name}` cannot be read as a picture: {error}"));
                facet.push(problem.at(place).help("export it as PNG or JPEG"));
            }
        }
    }
    out
}
