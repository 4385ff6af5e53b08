//! How captions are to be read: lines that fit, time enough, nothing on top of another.
//!
//! Entry points: [`check_captions`] for films (French charter of 2011 for people who do not hear well: two lines, 12
//! characters in one second, 20 in two, 36 in three, 60 in four, a fifth more or less), [`check_transcript`] for what
//! podcast apps show. Remarks point into the caption file.

use std::path::Path;
use std::time::Duration;

use super::transcript::{Cue, Transcript};
use crate::content::{Facet, Page};
use crate::diagnostic::{Diagnostic, Place};

/// Characters a line of a WebVTT transcript may have in podcast apps.
const LINE: usize = 65;
/// Characters a line of film captions may have: a third of a screen's width is left.
const CAPTION: usize = 42;
/// Remarks of one kind that are told; the others are counted.
const TOLD: usize = 3;

/// What is hard to read in the captions of a film.
pub fn check_captions(facet: &mut Facet<'_>, page: &Page, file: &Path, name: &str, transcript: &Transcript) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut remarks = Remarks::new(facet, shown(page, name), &text);
    overlaps(&mut remarks, transcript);
    let written: Vec<&str> = text.lines().collect();
    for cue in &transcript.cues {
        let lines = lines_of(&written, cue);
        if lines.len() > 2 {
            let message = format!("this caption has {} lines", lines.len());
            remarks.tell("lines", cue, message, "two lines at most: cut it in two captions");
        }
        if let Some(longest) = lines.iter().map(|line| line.chars().count()).max().filter(|n| *n > CAPTION) {
            let message = format!("a line of this caption has {longest} characters");
            remarks.tell("width", cue, message, format!("break it before {CAPTION}"));
        }
        let length: usize = lines.iter().map(|line| line.chars().count()).sum();
        let most = readable(cue.end - cue.start);
        if length > most {
            let seconds = (cue.end - cue.start).as_secs_f64();
            let message = format!("this caption asks for {length} characters to be read in {seconds:.1} s");
            remarks.tell(
                "pace",
                cue,
                message,
                format!("{most} can be read in that time: shorten it, or let it stay longer"),
            );
        }
    }
    remarks.finish();
}

/// What podcast apps show badly in a transcript.
pub fn check_transcript(facet: &mut Facet<'_>, page: &Page, file: &Path, name: &str, transcript: &Transcript) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut remarks = Remarks::new(facet, shown(page, name), &text);
    overlaps(&mut remarks, transcript);
    if name.ends_with(".vtt") {
        let written: Vec<&str> = text.lines().collect();
        for cue in &transcript.cues {
            let longest = lines_of(&written, cue).iter().map(|line| line.chars().count()).max();
            if let Some(longest) = longest.filter(|n| *n > LINE) {
                let message = format!("a line of this cue has {longest} characters, apps show {LINE}");
                remarks.tell("width", cue, message, "break the line");
            }
        }
    }
    remarks.finish();
}

fn overlaps(remarks: &mut Remarks<'_, '_>, transcript: &Transcript) {
    for pair in transcript.cues.windows(2) {
        if pair[1].start < pair[0].end {
            let message = "this cue begins before the one above it has ended".to_owned();
            remarks.tell("overlap", &pair[1], message, "let the one above end earlier: apps show one at a time");
        }
    }
}

/// Characters that can be read in a time, with the fifth that is allowed.
fn readable(time: Duration) -> usize {
    const CHARTER: [(f64, f64); 5] = [(0.0, 0.0), (1.0, 12.0), (2.0, 20.0), (3.0, 36.0), (4.0, 60.0)];
    let seconds = time.as_secs_f64();
    let above = CHARTER.windows(2).find(|pair| seconds <= pair[1].0);
    let most = match above {
        Some(pair) => {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            low + (high - low) * (seconds - from) / (to - from)
        }
        // Beyond the charter, at the pace of its last line.
        None => 15.0 * seconds,
    };
    (most * 1.2).floor() as usize
}

/// The lines of a cue as they are written, without markup.
fn lines_of(written: &[&str], cue: &Cue) -> Vec<String> {
    let below = written.get(cue.line..).unwrap_or_default();
    below.iter().take_while(|line| !line.trim().is_empty()).map(|line| without_tags(line)).collect()
}

fn without_tags(line: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in line.trim().chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    if !out.contains('&') {
        return out;
    }
    // An entity is one character to read.
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
}

fn shown(page: &Page, name: &str) -> String {
    let folder = page.file.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{name}")
}

/// Remarks on one file: a few of each kind, then their number.
struct Remarks<'a, 'b> {
    facet: &'a mut Facet<'b>,
    shown: String,
    text: &'a str,
    counts: std::collections::BTreeMap<&'static str, usize>,
}

impl<'a, 'b> Remarks<'a, 'b> {
    fn new(facet: &'a mut Facet<'b>, shown: String, text: &'a str) -> Self {
        Self { facet, shown, text, counts: std::collections::BTreeMap::new() }
    }

    fn tell(&mut self, kind: &'static str, cue: &Cue, message: String, help: impl Into<String>) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= TOLD {
            let place = Place::line(&self.shown, self.text, cue.line);
            self.facet.push(Diagnostic::warning(message).at(place).help(help));
        }
    }

    fn finish(self) {
        let more: usize = self.counts.values().map(|count| count.saturating_sub(TOLD)).sum();
        if more > 0 {
            let place = Place::file(&self.shown);
            self.facet.push(Diagnostic::warning(format!("{more} more remarks of these kinds on this file")).at(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charter_is_followed_with_its_fifth() {
        let most = |millis: u64| readable(Duration::from_millis(millis));
        assert_eq!([most(1000), most(2000), most(3000), most(4000)], [14, 24, 43, 72]);
        assert_eq!(most(1500), 19, "between two lines of the charter");
        assert_eq!(most(6000), 108);
    }

    #[test]
    fn markup_is_not_read() {
        assert_eq!(without_tags(" <v Camille>Bonjour <i>à</i> tous&nbsp;! &lt;3"), "Bonjour à tous ! <3");
    }
}
