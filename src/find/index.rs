//! The index of what is said, cut into files so that a question costs little.
//!
//! Entry point: [`files`]. Three kinds of JSON below one folder:
//! - `index.json` ([`Table`]): the first root of each part, and the rules that make roots;
//! - `mots-N.json`: roots in order, each with its places (`postings`); a part ends at about [`PART`] bytes;
//! - `e-N.json` ([`Document`]): the words of episode N, fetched only when one of them is shown.
//!
//! Episodes are numbered from the oldest, so that a new one changes no `e-N.json`.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{postings, roots};

/// Bytes after which a part ends. A root that is longer alone has a part of its own.
pub const PART: usize = 12 * 1024;

/// What is said in an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Title of the episode.
    pub title: String,
    /// Address of its page.
    pub url: String,
    /// Address of its sound.
    pub audio: String,
    /// Number in its season.
    pub number: Option<u64>,
    /// `full`, `trailer` or `bonus`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Passages in order of time.
    pub said: Vec<Passage>,
}

/// One or two sentences: second, words, and who says them (empty when nobody is named).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage(pub u64, pub String, pub String);

/// `index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// The first root of each part, in order.
    pub parts: Vec<String>,
    /// See [`roots::ENDINGS`].
    pub endings: String,
    /// See [`roots::SMALL`].
    pub small: String,
}

/// Name and text of every file of the index, for documents from the oldest to the newest.
pub fn files(documents: &[Document]) -> Vec<(String, String)> {
    let mut files = words(documents);
    files.extend((0..).zip(documents).map(|(number, document)| text(number, document)));
    files
}

/// Name and text of the file that holds the words of the document with that number.
pub fn text(number: usize, document: &Document) -> (String, String) {
    (format!("e-{number}.json"), json(document))
}

/// Name and text of the files that tell where words stand: these depend on all documents.
pub fn words(documents: &[Document]) -> Vec<(String, String)> {
    let mut places: BTreeMap<String, (u32, String)> = BTreeMap::new();
    let found: Vec<BTreeMap<String, Vec<u32>>> = documents.par_iter().map(occurrences).collect();
    for (episode, occurrences) in (0_u32..).zip(found) {
        for (root, passages) in occurrences {
            match places.get_mut(&root) {
                Some((last, text)) => {
                    postings::push(text, Some(*last), episode, &passages);
                    *last = episode;
                }
                None => {
                    let mut text = String::new();
                    postings::push(&mut text, None, episode, &passages);
                    places.insert(root, (episode, text));
                }
            }
        }
    }
    let parts = parts(places);
    let table = Table {
        parts: parts.iter().filter_map(|part| part.keys().next().cloned()).collect(),
        endings: roots::ENDINGS.to_owned(),
        small: roots::SMALL.to_owned(),
    };
    let mut files = vec![("index.json".to_owned(), json(&table))];
    files.extend(parts.iter().enumerate().map(|(number, part)| (format!("mots-{number}.json"), json(part))));
    files
}

fn occurrences(document: &Document) -> BTreeMap<String, Vec<u32>> {
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (number, Passage(_, text, _)) in (0_u32..).zip(&document.said) {
        for word in roots::words(text).into_iter().filter(|word| word.len() > 1) {
            let passages = found.entry(roots::root(&word)).or_default();
            if passages.last() != Some(&number) {
                passages.push(number);
            }
        }
    }
    found
}

fn parts(places: BTreeMap<String, (u32, String)>) -> Vec<BTreeMap<String, String>> {
    let mut parts: Vec<BTreeMap<String, String>> = Vec::new();
    let mut full = PART;
    for (root, (_, text)) in places {
        let size = root.len() + text.len() + 6;
        match parts.last_mut().filter(|_| full + size <= PART) {
            Some(part) => {
                full += size;
                part.insert(root, text);
            }
            None => {
                full = size;
                parts.push(BTreeMap::from([(root, text)]));
            }
        }
    }
    parts
}

fn json<T: Serialize>(value: &T) -> String {
    // Plain structures of text and numbers: writing them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}
