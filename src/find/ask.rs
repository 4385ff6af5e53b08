//! Questions to the index of what is said, answered from its files.
//!
//! Entry points: [`Said::load`] and [`Said::find`]. `js/search.js` follows the same steps in a browser: the places of
//! each term, the passages that hold most of the terms, newest episode first.

use std::collections::BTreeMap;

use super::index::Document;
use super::{postings, roots};

/// More passages than this are not shown at once.
pub const SHOWN: usize = 10;

/// The index in memory.
#[derive(Debug, Default)]
pub struct Said {
    /// Places by root.
    places: BTreeMap<String, String>,
    /// Texts of episodes, as they are published.
    texts: BTreeMap<u32, Vec<u8>>,
}

/// A passage that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The episode.
    pub document: Document,
    /// Which of its passages.
    pub passage: usize,
}

impl Said {
    /// Reads the files of an index, by name; what is not of the index is left out.
    pub fn load<'a>(files: impl Iterator<Item = (&'a str, Vec<u8>)>) -> Self {
        let mut said = Self::default();
        for (name, bytes) in files {
            let Some(stem) = name.strip_suffix(".json") else { continue };
            if let Some(number) = stem.strip_prefix("e-").and_then(|number| number.parse().ok()) {
                said.texts.insert(number, bytes);
            } else if stem.starts_with("mots-") {
                said.places.extend(serde_json::from_slice::<BTreeMap<String, String>>(&bytes).unwrap_or_default());
            }
        }
        said
    }

    /// The passages that answer a question, the best first, and how many there are in all.
    pub fn find(&self, question: &str) -> (usize, Vec<Heard>) {
        let terms = roots::terms(question);
        if terms.is_empty() {
            return (0, Vec::new());
        }
        let mut marks: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for term in &terms {
            let Some(text) = self.places.get(&roots::root(term)) else { continue };
            for place in postings::read(text) {
                *marks.entry(place).or_default() += 1;
            }
        }
        let most = marks.values().copied().max().unwrap_or_default();
        if most == 0 || most * 2 < terms.len() {
            return (0, Vec::new());
        }
        let mut best: Vec<(u32, u32)> = marks.into_iter().filter(|(_, n)| *n == most).map(|(place, _)| place).collect();
        best.sort_by_key(|(episode, passage)| (std::cmp::Reverse(*episode), *passage));
        let mut open: Option<(u32, Document)> = None;
        let mut heard = Vec::new();
        for (episode, passage) in best.iter().take(SHOWN) {
            if open.as_ref().is_none_or(|(number, _)| number != episode) {
                let text = self.texts.get(episode).map(Vec::as_slice).unwrap_or_default();
                open = serde_json::from_slice(text).ok().map(|document| (*episode, document));
            }
            if let Some((_, document)) = &open
                && (*passage as usize) < document.said.len()
            {
                heard.push(Heard { document: document.clone(), passage: *passage as usize });
            }
        }
        (best.len(), heard)
    }
}

/// A text cut where words of the question stand: pieces, and whether each is one of them.
pub fn marked(text: &str, question: &str) -> Vec<(String, bool)> {
    let wanted: Vec<String> = roots::terms(question).iter().map(|term| roots::root(term)).collect();
    let is_wanted = |word: &str| roots::words(word).iter().any(|word| wanted.contains(&roots::root(word)));
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut push = |piece: &str| {
        if piece.is_empty() {
            return;
        }
        let marked = piece.starts_with(char::is_alphanumeric) && is_wanted(piece);
        match pieces.last_mut().filter(|(_, last)| *last == marked) {
            Some((text, _)) => text.push_str(piece),
            None => pieces.push((piece.to_owned(), marked)),
        }
    };
    let mut start = 0;
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() != inside {
            push(&text[start..at]);
            start = at;
            inside = !inside;
        }
    }
    push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::index::{self, Passage, Table};
    use super::*;

    fn document(title: &str, said: &[(u64, &str)]) -> Document {
        Document {
            title: title.to_owned(),
            url: format!("/{title}/"),
            audio: String::new(),
            number: Some(1),
            kind: "full".to_owned(),
            said: said.iter().map(|(second, text)| Passage(*second, (*text).to_owned(), String::new())).collect(),
        }
    }

    fn said(documents: &[Document]) -> Said {
        let files = index::files(documents);
        Said::load(files.iter().map(|(name, text)| (name.as_str(), text.clone().into_bytes())))
    }

    fn found(said: &Said, question: &str) -> Vec<(String, u64)> {
        let (all, heard) = said.find(question);
        assert!(all >= heard.len());
        heard.into_iter().map(|h| (h.document.title.clone(), h.document.said[h.passage].0)).collect()
    }

    #[test]
    fn a_sentence_is_found_in_other_forms_newest_episode_first() {
        let all = [
            document("ancien", &[(3, "Elle s’inquiète pour un enfant."), (83, "Un numéro répond jour et nuit.")]),
            document("nouveau", &[(12, "Vous êtes inquiets ? Des enfants le sont aussi.")]),
        ];
        let said = said(&all);
        assert_eq!(found(&said, "INQUIET enfant"), [("nouveau".to_owned(), 12), ("ancien".to_owned(), 3)]);
        assert_eq!(found(&said, "un numéro, la nuit"), [("ancien".to_owned(), 83)]);
        assert!(found(&said, "xylophone").is_empty());
        assert!(found(&said, "").is_empty() && found(&said, "?").is_empty());
    }

    #[test]
    fn most_of_a_long_question_is_enough_and_a_small_part_is_not() {
        let said = said(&[document("un", &[(5, "La honte change de camp."), (9, "Le téléphone sonne.")])]);
        assert_eq!(found(&said, "quand la honte change"), [("un".to_owned(), 5)]);
        assert!(found(&said, "honte zèbre xylophone").is_empty());
    }

    #[test]
    fn words_of_the_question_are_marked() {
        let pieces = marked("L’enfant parle, les enfants parlent.", "enfants");
        let words: Vec<&str> = pieces.iter().filter(|(_, marked)| *marked).map(|(text, _)| text.as_str()).collect();
        assert_eq!(words, ["enfant", "enfants"]);
        assert_eq!(
            pieces.iter().map(|(text, _)| text.as_str()).collect::<String>(),
            "L’enfant parle, les enfants parlent."
        );
    }

    #[test]
    fn parts_are_small_and_in_order() {
        let text: Vec<String> = (0..6000).map(|n| format!("mot{n} cela{}", n % 7)).collect();
        let passages: Vec<(u64, &str)> = (0..).zip(text.iter().map(String::as_str)).collect();
        let files = index::files(&[document("un", &passages)]);
        let parts: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("mots-")).collect();
        assert!(parts.len() > 5 && parts.iter().all(|(_, text)| text.len() < 2 * index::PART));
        let table: Table = serde_json::from_str(&files[0].1).unwrap();
        assert_eq!(table.parts.len(), parts.len());
        assert!(table.parts.is_sorted());
    }
}
