//! What is said in the episodes, for the search of the site: `podcast/paroles.json`.
//!
//! Entry point: [`json`]. Plain sentences with the second where they begin; accents and endings of words are the matter
//! of the page that searches (`js/search.js`), which treats the question and these sentences alike.

use serde::Serialize;

use super::series::Episode;
use super::transcript::Transcript;

/// Where the file is published.
pub const PATH: &str = "podcast/paroles.json";

/// Characters from which the end of a sentence ends a passage: one or two sentences, what a result can show.
const PASSAGE: usize = 90;
/// Characters after which a passage ends without one.
const LONGEST: usize = 400;

/// An episode and its passages.
#[derive(Debug, Serialize)]
struct Said<'a> {
    title: &'a str,
    url: &'a str,
    number: Option<u64>,
    r#type: &'a str,
    /// Second and words.
    said: Vec<(u64, String)>,
}

/// Every passage of the episodes that have a transcript, in their order; `None` when there is no word to search.
pub fn json(episodes: &[&Episode]) -> Option<String> {
    let all: Vec<Said> = episodes
        .iter()
        .filter_map(|episode| {
            let (transcript, _) = episode.transcript.as_ref()?;
            Some(Said {
                title: &episode.title,
                url: &episode.link,
                number: episode.number,
                r#type: episode.kind,
                said: passages(transcript),
            })
        })
        .collect();
    if all.is_empty() { None } else { serde_json::to_string(&all).ok() }
}

/// Cues joined until a sentence ends or another voice begins.
fn passages(transcript: &Transcript) -> Vec<(u64, String)> {
    let mut out: Vec<(u64, String)> = Vec::new();
    let mut voice: Option<&str> = None;
    let mut open = false;
    for cue in &transcript.cues {
        for span in &cue.spans {
            let same = voice == span.voice.as_deref();
            match out.last_mut().filter(|_| open && same) {
                Some((_, text)) => {
                    text.push(' ');
                    text.push_str(&span.text);
                }
                None => out.push((cue.start.as_secs(), span.text.clone())),
            }
            voice = span.voice.as_deref();
            open = out.last().is_some_and(|(_, text)| !ends(text));
        }
    }
    out
}

fn ends(text: &str) -> bool {
    let length = text.chars().count();
    let sentence = text.trim_end_matches(['»', '"', '\u{a0}', '\u{202f}', ' ']).ends_with(['.', '!', '?', '…']);
    length >= LONGEST || sentence && length >= PASSAGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::podcast::transcript::parse;

    #[test]
    fn passages_end_with_sentences_and_voices_and_keep_their_second() {
        let text = "WEBVTT\n\n\
            00:02.160 --> 00:04.000\n<v Camille>Bonjour.\n\n\
            00:04.000 --> 00:09.000\n<v Camille>Si vous êtes inquiet pour un enfant,\nun numéro répond jour et nuit,\n\n\
            00:09.000 --> 00:12.000\n<v Camille>et l’appel est gratuit pour tout le monde.\n\n\
            00:12.500 --> 00:14.000\n<v Camille>C’est le 119.\n\n\
            00:14.000 --> 00:15.000\n<v Noé>Merci.\n";
        let said = passages(&parse(text).unwrap());
        assert_eq!(said.iter().map(|(second, _)| *second).collect::<Vec<_>>(), [2, 12, 14]);
        assert!(said[0].1.starts_with("Bonjour. Si vous"));
        assert!(said[0].1.ends_with("tout le monde."));
        assert_eq!(said[1].1, "C’est le 119.");
        assert_eq!(said[2].1, "Merci.");
    }
}
