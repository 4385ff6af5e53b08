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
    files.extend(documents.iter().enumerate().map(|(number, said)| (format!("e-{number}.json"), json(said))));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that a visitor fetches for a question: table, part of each word, texts of ten results; as they are and deflated.
    fn cost(files: &BTreeMap<&str, &str>, words: &[String], texts: usize) -> (usize, usize) {
        let table: Table = serde_json::from_str(files["index.json"]).unwrap();
        let mut names = vec!["index.json".to_owned()];
        for word in words {
            let root = roots::root(word);
            let part = table.parts.iter().rposition(|first| *first <= root).unwrap_or_default();
            names.push(format!("mots-{part}.json"));
        }
        names.extend((0..texts).map(|number| format!("e-{number}.json")));
        names.sort();
        names.dedup();
        let deflated = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
            encoder.finish().unwrap().len()
        };
        let chosen: Vec<&str> = names.iter().map(|name| files[name.as_str()]).collect();
        (chosen.iter().map(|text| text.len()).sum(), chosen.iter().map(|text| deflated(text)).sum())
    }

    /// Talk of `episodes` episodes: words by rank, the second half as often as the first, the third a third.
    fn talk(episodes: usize, passages: usize) -> (Vec<Document>, impl Fn(usize) -> String) {
        let name = |rank: usize| {
            let syllables = ["ba", "co", "di", "fu", "le", "mi", "no", "pa", "ro", "su", "ta", "vi"];
            let (mut word, mut left) = (String::new(), rank + 13);
            while left > 0 {
                word.push_str(syllables[left % 12]);
                left /= 12;
            }
            word.push('r');
            word
        };
        let mut seed = 88_172_645_463_325_252_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        let documents = (0..episodes)
            .map(|number| Document {
                title: format!("Épisode {number}"),
                url: format!("https://reperes.example/podcast/e{number}/"),
                audio: format!("https://reperes.example/podcast/e{number}/e.mp3"),
                number: Some(number as u64),
                kind: "full".to_owned(),
                said: (0..passages as u64)
                    .map(|passage| {
                        // Ranks between 1 and 40,000 whose logarithms are even: Zipf's law.
                        let words: Vec<String> = (0..22).map(|_| name(40_000_f64.powf(random()) as usize)).collect();
                        Passage(passage * 9, words.join(" "), "Camille".to_owned())
                    })
                    .collect(),
            })
            .collect();
        (documents, name)
    }

    #[test]
    fn a_question_to_a_hundred_episodes_costs_little() {
        let (documents, name) = talk(100, 60);
        let files = files(&documents);
        let files: BTreeMap<&str, &str> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (plain, deflated) = cost(&files, &[name(30), name(900)], 10);
        assert!(plain < 160_000 && deflated < 60_000, "{plain} bytes, {deflated} deflated");
    }

    #[test]
    #[ignore = "a minute: prints the figures for 5,000 episodes"]
    fn figures_for_five_thousand_episodes() {
        let (documents, name) = talk(5000, 120);
        let started = std::time::Instant::now();
        let files = files(&documents);
        println!("{} files in {:?}", files.len(), started.elapsed());
        let files: BTreeMap<&str, &str> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let sum = |start: &str| files.iter().filter(|(n, _)| n.starts_with(start)).map(|(_, t)| t.len()).sum::<usize>();
        println!("index {} bytes, words {}, texts {}", files["index.json"].len(), sum("mots-"), sum("e-"));
        for ranks in [&[5_usize][..], &[30], &[900], &[20_000], &[30, 900], &[30, 900, 20_000]] {
            let words: Vec<String> = ranks.iter().map(|rank| name(*rank)).collect();
            let (index, index_deflated) = cost(&files, &words, 0);
            let (all, all_deflated) = cost(&files, &words, 10);
            println!(
                "ranks {ranks:?}: index {index} ({index_deflated} deflated), with ten texts {all} ({all_deflated})"
            );
        }
    }
}
