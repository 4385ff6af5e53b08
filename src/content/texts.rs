//! YAML that is read as text whatever it looks like: `title: 404` and `tags: [2024, 1.10]`, as Zola takes them.
//!
//! Entry point: [`as_written`]. A text in quotes or of words needs none of this; TOML has no such freedom.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use crate::config::keys::{Item, Raw, Table};

/// The keys of pages and sections that hold texts, as texts. Everything else is passed over.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Texts {
    title: Option<String>,
    description: Option<String>,
    slug: Option<String>,
    path: Option<String>,
    template: Option<String>,
    page_template: Option<String>,
    paginate_path: Option<String>,
    redirect_to: Option<String>,
    aliases: Vec<String>,
    authors: Vec<String>,
    taxonomies: BTreeMap<String, Vec<String>>,
}

const TEXTS: [&str; 8] =
    ["title", "description", "slug", "path", "template", "page_template", "paginate_path", "redirect_to"];

/// Puts texts for the numbers and truth values where a text is meant, as they are written. What is wrong stays as it is.
pub(super) fn as_written(table: &mut Table, front: &str) {
    let is_needed = table.entries.iter().any(|entry| match entry.key.as_str() {
        key if TEXTS.contains(&key) => is_scalar(&entry.item.value),
        "aliases" | "authors" => is_mixed(&entry.item.value),
        "taxonomies" => match &entry.item.value {
            Raw::Table(terms) => terms.entries.iter().any(|terms| is_mixed(&terms.item.value)),
            _ => false,
        },
        _ => false,
    });
    if !is_needed {
        return;
    }
    let Ok(texts) = serde_yaml::from_str::<Texts>(front) else { return };
    let single = [
        texts.title,
        texts.description,
        texts.slug,
        texts.path,
        texts.template,
        texts.page_template,
        texts.paginate_path,
        texts.redirect_to,
    ];
    for (key, text) in TEXTS.into_iter().zip(single) {
        if let (Some(item), Some(text)) = (item(table, key), text) {
            item.value = Raw::String(text);
        }
    }
    for (key, list) in [("aliases", texts.aliases), ("authors", texts.authors)] {
        if let Some(item) = item(table, key) {
            item.value = list_of(list, &item.span);
        }
    }
    if let Some(Item { value: Raw::Table(inner), .. }) = item(table, "taxonomies") {
        for (name, terms) in texts.taxonomies {
            if let Some(item) = item(inner, &name) {
                item.value = list_of(terms, &item.span);
            }
        }
    }
}

fn item<'t>(table: &'t mut Table, key: &str) -> Option<&'t mut Item> {
    table.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.item)
}

fn list_of(texts: Vec<String>, span: &Range<usize>) -> Raw {
    Raw::Array(texts.into_iter().map(|text| Item { value: Raw::String(text), span: span.clone() }).collect())
}

fn is_scalar(value: &Raw) -> bool {
    matches!(value, Raw::Bool(_) | Raw::Integer(_) | Raw::Float(_))
}

/// Whether a list holds something that is no text, or is left empty.
fn is_mixed(value: &Raw) -> bool {
    match value {
        Raw::Array(items) => items.iter().any(|item| is_scalar(&item.value) || matches!(item.value, Raw::Null)),
        value => matches!(value, Raw::Null),
    }
}
