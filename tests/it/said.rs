//! What a question to the words of the podcast costs a visitor: bytes of the files that the browser fetches for it.

use std::collections::BTreeMap;
use std::time::Instant;

use repere::find::index::{self, Document, Passage, Table};
use repere::find::roots;
use serde_json::json;

/// Bytes for one question: table, part of each word, texts of results; as they are and deflated.
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

/// A word for each rank.
fn name(rank: usize) -> String {
    let syllables = ["ba", "co", "di", "fu", "le", "mi", "no", "pa", "ro", "su", "ta", "vi"];
    let (mut word, mut left) = (String::new(), rank + 13);
    while left > 0 {
        word.push_str(syllables[left % 12]);
        left /= 12;
    }
    word.push('r');
    word
}

/// Talk of `episodes` episodes: words by rank, the second half as often as the first, the third a third.
fn talk(episodes: usize, passages: usize) -> Vec<Document> {
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let document = |number: usize| Document {
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
    };
    (0..episodes).map(document).collect()
}

#[test]
fn a_question_to_a_hundred_episodes_costs_little() {
    let files = index::files(&talk(100, 60));
    let files: BTreeMap<&str, &str> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (plain, deflated) = cost(&files, &[name(30), name(900)], 10);
    assert!(plain < 160_000 && deflated < 60_000, "{plain} bytes, {deflated} deflated");
}

/// `tests/bench/feed` runs it in the release profile.
#[test]
#[ignore = "a benchmark"]
fn a_question_to_five_thousand_episodes() {
    let documents = talk(5000, 120);
    let start = Instant::now();
    let files = index::files(&documents);
    let made = start.elapsed();
    let files: BTreeMap<&str, &str> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let sum = |start: &str| files.iter().filter(|(n, _)| n.starts_with(start)).map(|(_, t)| t.len()).sum::<usize>();
    let mut questions = BTreeMap::new();
    for (about, ranks) in [
        ("a very common word", &[5_usize][..]),
        ("a common word", &[30]),
        ("a rare word", &[20_000]),
        ("two words", &[30, 900]),
        ("three words", &[30, 900, 20_000]),
    ] {
        let words: Vec<String> = ranks.iter().map(|rank| name(*rank)).collect();
        let (found, shown) = (cost(&files, &words, 0), cost(&files, &words, 10));
        let figures =
            json!({ "found": found.0, "found_deflated": found.1, "shown": shown.0, "shown_deflated": shown.1 });
        questions.insert(about, figures);
        // A page of this site may weigh 50 KB: a question may cost four times that, even for a word of every passage.
        assert!(shown.1 <= 200_000, "{about}: {} bytes deflated", shown.1);
    }
    let told = json!({
        "episodes": documents.len(), "files": files.len(), "seconds": (made.as_secs_f64() * 1e3).round() / 1e3,
        "table": files["index.json"].len(), "words": sum("mots-"), "texts": sum("e-"), "questions": questions,
    });
    println!("{told}");
}
