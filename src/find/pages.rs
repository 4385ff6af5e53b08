//! Questions to the pages of the site: a plain list of titles and texts, each term scored where it stands.
//!
//! Entry points: [`Pages::load`], from the index that the build made for browsers, and [`Pages::find`].

use serde::{Deserialize, Serialize};

use super::roots;

/// More pages than this are not shown.
const SHOWN: usize = 20;
/// Characters of a page's text that are shown when it has no description.
const ABOUT: usize = 160;

/// The pages of a language.
#[derive(Debug, Default)]
pub struct Pages(Vec<Page>);

/// An entry of the published index.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    path: Option<String>,
}

#[derive(Debug)]
struct Page {
    shown: Shown,
    title: String,
    about: String,
    body: String,
}

/// A page that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// Its description, or how it begins.
    pub about: String,
}

impl Pages {
    /// Reads the list of pages (`index_format = "fuse_json"`); another format gives none.
    pub fn load(bytes: &[u8]) -> Self {
        let entries: Vec<Entry> = serde_json::from_slice(bytes).unwrap_or_default();
        let plain = |text: &str| roots::words(text).join(" ");
        let page = |entry: Entry| {
            let (title, description) = (entry.title.unwrap_or_default(), entry.description.unwrap_or_default());
            let body = entry.body.unwrap_or_default();
            let about = if description.is_empty() { body.chars().take(ABOUT).collect() } else { description.clone() };
            let url = entry.url.or(entry.path).unwrap_or_default();
            let (plain_title, plain_about, plain_body) = (plain(&title), plain(&description), plain(&body));
            Page { shown: Shown { title, url, about }, title: plain_title, about: plain_about, body: plain_body }
        };
        Self(entries.into_iter().map(page).collect())
    }

    /// The pages that hold every term of a question, the best first.
    pub fn find(&self, question: &str) -> Vec<Shown> {
        let terms: Vec<String> = roots::terms(question).iter().map(|term| roots::root(term)).collect();
        if terms.is_empty() {
            return Vec::new();
        }
        let weight = |text: &str, term: &str, weight: u32| if text.contains(term) { weight } else { 0 };
        let score = |page: &Page, term: &str| {
            weight(&page.title, term, 8) + weight(&page.about, term, 3) + weight(&page.body, term, 1)
        };
        let mut hits: Vec<(u32, &Page)> = Vec::new();
        for page in &self.0 {
            let marks: Vec<u32> = terms.iter().map(|term| score(page, term)).collect();
            if marks.iter().all(|mark| *mark > 0) {
                hits.push((marks.iter().sum(), page));
            }
        }
        hits.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.title.cmp(&second.title)));
        hits.into_iter().take(SHOWN).map(|(_, page)| page.shown.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_must_stand_somewhere_and_titles_weigh_most() {
        let index = r#"[
            {"title":"Un ami","description":"Que dire","body":"écouter sans juger","url":"/ami/"},
            {"title":"Écouter","description":null,"body":"un ami, une amie","url":"/ecouter/"}
        ]"#;
        let pages = Pages::load(index.as_bytes());
        let urls = |question: &str| pages.find(question).into_iter().map(|p| p.url).collect::<Vec<_>>();
        assert_eq!(urls("écoute"), ["/ecouter/", "/ami/"]);
        assert_eq!(urls("ami juger"), ["/ami/"]);
        assert!(urls("ami xylophone").is_empty() && urls("").is_empty());
        assert!(Pages::load(b"window.searchIndex").find("ami").is_empty());
    }
}
