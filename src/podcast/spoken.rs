//! What is said in the episodes, for the search of the site: the files of an index below `podcast/paroles/`.
//!
//! Entry point: `works`. Passages are plain sentences with the second where they begin and the voice that says them;
//! words and their roots are the matter of [`crate::find`].

use super::series::Episode;
use super::transcript::Transcript;
use super::work::Work;
use crate::find::index::{self, Document, Passage};
use crate::memory::Print;
use crate::output::Output;

/// Where the files are published.
pub const FOLDER: &str = "podcast/paroles";

/// Characters from which the end of a sentence ends a passage: one or two sentences, what a result can show.
const PASSAGE: usize = 90;
/// Characters after which a passage ends without one.
const LONGEST: usize = 400;

/// The index of the episodes that have a transcript: the words of each on their own, where they stand in all of them
/// together. Nothing when there is no word to search.
pub(super) fn works<'a>(episodes: &[&'a Episode]) -> Vec<Work<'a>> {
    let mut told: Vec<&'a Episode> = episodes.iter().copied().filter(|episode| episode.transcript.is_some()).collect();
    if told.is_empty() {
        return Vec::new();
    }
    // Oldest first: a new episode changes no file of the others.
    told.sort_by_key(|episode| (episode.date.timestamp(), &episode.source));
    let prints: Vec<Print> = told.iter().map(|episode| print(episode)).collect();
    let texts = told.iter().zip(&prints).enumerate().map(|(number, (episode, print))| {
        let episode = *episode;
        Work::new(format!("podcast said {number}"), Print::of_value(&(number, print)), move || {
            Ok(document(episode).iter().map(|document| published(index::text(number, document))).collect())
        })
    });
    let mut works: Vec<Work<'a>> = texts.collect();
    works.push(Work::new("podcast said".to_owned(), Print::of_value(&prints), move || {
        let documents: Vec<Document> = told.iter().filter_map(|episode| document(episode)).collect();
        Ok(index::words(&documents).into_iter().map(published).collect())
    }));
    works
}

fn published((name, text): (String, String)) -> Output {
    Output::bytes(format!("{FOLDER}/{name}"), text, "podcast")
}

/// The print of all that a document says.
fn print(episode: &Episode) -> Print {
    let words = episode.transcript.as_ref().map(|(transcript, _)| transcript);
    Print::of_value(&(&episode.title, &episode.link, &episode.audio.url, episode.number, episode.kind, words))
}

fn document(episode: &Episode) -> Option<Document> {
    let (transcript, _) = episode.transcript.as_ref()?;
    Some(Document {
        title: episode.title.clone(),
        url: episode.link.clone(),
        audio: episode.audio.url.clone(),
        number: episode.number,
        kind: episode.kind.to_owned(),
        said: passages(transcript),
    })
}

/// Cues joined until a sentence ends or another voice begins.
fn passages(transcript: &Transcript) -> Vec<Passage> {
    let mut out: Vec<Passage> = Vec::new();
    let mut open = false;
    for cue in &transcript.cues {
        for span in &cue.spans {
            let voice = span.voice.as_deref().unwrap_or_default();
            match out.last_mut().filter(|Passage(_, _, last)| open && last == voice) {
                Some(Passage(_, text, _)) => {
                    text.push(' ');
                    text.push_str(&span.text);
                }
                None => out.push(Passage(cue.start.as_secs(), span.text.clone(), voice.to_owned())),
            }
            open = out.last().is_some_and(|Passage(_, text, _)| !ends(text));
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
        assert_eq!(said.iter().map(|Passage(second, ..)| *second).collect::<Vec<_>>(), [2, 12, 14]);
        assert!(said[0].1.starts_with("Bonjour. Si vous"));
        assert!(said[0].1.ends_with("tout le monde."));
        assert_eq!(said[1], Passage(12, "C’est le 119.".to_owned(), "Camille".to_owned()));
        assert_eq!(said[2], Passage(14, "Merci.".to_owned(), "Noé".to_owned()));
    }
}
