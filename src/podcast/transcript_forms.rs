//! What a transcript becomes: the text of a page, WebVTT, SubRip, the JSON of the podcast namespace.
//!
//! Entry points: [`html`], [`vtt`], [`srt`], [`json`]. A cue is untrusted text: everything is escaped here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use serde::Serialize;

use super::chapters::Chapter;
use super::transcript::{Cue, Transcript};
use crate::media::words;

/// A pause that begins a new paragraph although the speaker stays.
const PAUSE: Duration = Duration::from_secs(2);
/// Characters after which the next sentence begins a new paragraph.
const LONG: usize = 500;
/// Columns and lines of a SubRip cue.
const SRT_WIDTH: usize = 32;
const SRT_LINES: usize = 2;
/// Columns of a WebVTT line, the tag of the voice not counted.
const VTT_WIDTH: usize = 65;

/// Paragraphs with speaker and time; each has the anchor `t-SECONDS`, and its time plays `audio` from there (a media
/// fragment, which browsers follow without a script). Chapters become headings of level 3.
pub fn html(transcript: &Transcript, chapters: &[Chapter], audio: &str) -> String {
    html_of(&paragraphs(transcript, &starts(chapters)), chapters, audio)
}

/// Where paragraphs are cut, whoever speaks.
pub(super) fn starts(chapters: &[Chapter]) -> Vec<Duration> {
    chapters.iter().map(|chapter| chapter.start).collect()
}

/// The same of paragraphs that are made already.
pub(super) fn html_of(paragraphs: &[Paragraph<'_>], chapters: &[Chapter], audio: &str) -> String {
    let audio = attribute(audio);
    let mut out = String::new();
    let mut anchors = BTreeSet::new();
    let mut chapters = chapters.iter().peekable();
    let mut speaker: Option<Option<&str>> = None;
    for paragraph in paragraphs {
        while let Some(chapter) = chapters.next_if(|chapter| chapter.start <= paragraph.start) {
            push_heading(&mut out, chapter);
            speaker = None;
        }
        let seconds = paragraph.start.as_secs();
        let mut anchor = format!("t-{seconds}");
        let mut twin = 2;
        while !anchors.insert(anchor.clone()) {
            anchor = format!("t-{seconds}-{twin}");
            twin += 1;
        }
        let _ = write!(out, "<p id=\"{anchor}\">");
        if let Some(voice) = paragraph.voice.filter(|_| speaker != Some(paragraph.voice)) {
            out.push_str("<cite>");
            push_escaped(&mut out, voice);
            out.push_str("</cite> ");
        }
        let clock = words::clock(paragraph.start);
        let _ = write!(
            out,
            "<a href=\"{audio}#t={seconds}\" data-start=\"{seconds}\"><time datetime=\"PT{seconds}S\">{clock}</time></a> "
        );
        push_escaped(&mut out, &paragraph.text);
        out.push_str("</p>\n");
        speaker = Some(paragraph.voice);
    }
    // A chapter after the last word is linked to all the same.
    chapters.for_each(|chapter| push_heading(&mut out, chapter));
    out
}

fn push_heading(out: &mut String, chapter: &Chapter) {
    let _ = write!(out, "<h3 id=\"{}\">", chapter.id);
    push_escaped(out, &chapter.title);
    out.push_str("</h3>\n");
}

/// What one voice says without a pause.
pub(super) struct Paragraph<'a> {
    pub(super) start: Duration,
    end: Duration,
    pub(super) voice: Option<&'a str>,
    pub(super) text: String,
}

/// Cues joined while the speaker goes on; cut at pauses, at chapters and after a long sentence.
pub(super) fn paragraphs<'a>(transcript: &'a Transcript, cuts: &[Duration]) -> Vec<Paragraph<'a>> {
    let mut out: Vec<Paragraph<'_>> = Vec::new();
    for cue in &transcript.cues {
        for span in &cue.spans {
            let voice = span.voice.as_deref();
            if let Some(last) = out.last_mut() {
                let chapter = cuts.iter().any(|cut| *cut > last.start && *cut <= cue.start);
                let full = last.text.chars().count() > LONG && last.text.ends_with(['.', '!', '?', '…']);
                if last.voice == voice && !chapter && !full && cue.start.saturating_sub(last.end) < PAUSE {
                    last.text.push(' ');
                    last.text.push_str(&span.text);
                    last.end = cue.end;
                    continue;
                }
            }
            out.push(Paragraph { start: cue.start, end: cue.end, voice, text: span.text.clone() });
        }
    }
    out
}

/// WebVTT with the voice of each cue; lines of 65 columns at most, as podcast apps show them.
pub fn vtt(transcript: &Transcript) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in &transcript.cues {
        let _ = writeln!(out, "{} --> {}", vtt_time(cue.start), vtt_time(cue.end));
        for span in &cue.spans {
            for (index, line) in wrap(&span.text, VTT_WIDTH).iter().enumerate() {
                if let Some(voice) = span.voice.as_deref().filter(|_| index == 0) {
                    let _ = write!(out, "<v {}>", escaped(voice));
                }
                let _ = writeln!(out, "{}", escaped(line));
            }
        }
        out.push('\n');
    }
    out
}

/// `-->` in a text would be read as times, `<` as markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn vtt_time(moment: Duration) -> String {
    srt_time(moment).replace(',', ".")
}

/// SubRip: two lines of 32 columns at most, the speaker's name when it changes, long cues cut in time.
pub fn srt(transcript: &Transcript) -> String {
    let mut out = String::new();
    let mut number = 0;
    let mut speaker: Option<&str> = None;
    for cue in &transcript.cues {
        let mut text = String::new();
        for span in &cue.spans {
            let voice = span.voice.as_deref();
            if !text.is_empty() {
                text.push(' ');
            }
            if let Some(name) = voice.filter(|_| voice != speaker) {
                let _ = write!(text, "{name}: ");
            }
            text.push_str(&span.text);
            speaker = voice;
        }
        for (start, end, lines) in cut(cue, &wrap(&text, SRT_WIDTH)) {
            number += 1;
            // `-->` inside the text would be read as times.
            let lines = lines.join("\n").replace("-->", "→");
            let _ = write!(out, "{number}\n{} --> {}\n{lines}\n\n", srt_time(start), srt_time(end));
        }
    }
    out
}

/// Shares the time of a cue among groups of lines, by their length.
fn cut<'a>(cue: &Cue, lines: &'a [String]) -> Vec<(Duration, Duration, &'a [String])> {
    let length = |lines: &[String]| lines.iter().map(|l| l.chars().count()).sum::<usize>().max(1);
    let whole = length(lines) as u32;
    let mut said = 0;
    let moment = |said: u32| cue.start + (cue.end - cue.start) * said / whole;
    lines
        .chunks(SRT_LINES)
        .map(|chunk| {
            let start = moment(said);
            said += length(chunk) as u32;
            (start, moment(said), chunk)
        })
        .collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn srt_time(moment: Duration) -> String {
    let millis = moment.as_millis();
    let (h, m, s) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{h:02}:{m:02}:{s:02},{:03}", millis % 1000)
}

/// The JSON transcript of the podcast namespace: one segment a voice and cue.
pub fn json(transcript: &Transcript) -> String {
    let spans = transcript.cues.iter().flat_map(|cue| cue.spans.iter().map(move |span| (cue, span)));
    let segments = spans
        .map(|(cue, span)| Segment {
            speaker: span.voice.as_deref(),
            start_time: seconds(cue.start),
            end_time: seconds(cue.end),
            body: &span.text,
        })
        .collect();
    // Plain structures of text and numbers: writing them cannot fail.
    let mut text = serde_json::to_string(&Segments { version: "1.0.0", segments }).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Segments<'a> {
    version: &'static str,
    segments: Vec<Segment<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Segment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<&'a str>,
    start_time: serde_json::Value,
    end_time: serde_json::Value,
    body: &'a str,
}

/// Seconds as JSON writes them: a whole number when it is one.
pub(super) fn seconds(moment: Duration) -> serde_json::Value {
    if moment.subsec_millis() == 0 { moment.as_secs().into() } else { (moment.as_millis() as f64 / 1000.0).into() }
}

fn push_escaped(out: &mut String, text: &str) {
    // Writing into a String cannot fail.
    let _ = escape_html_body_text(&mut *out, text);
}

/// Text inside an attribute.
pub(super) fn attribute(text: &str) -> String {
    let mut out = String::new();
    let _ = escape_html(&mut out, text);
    out
}

/// Text between tags.
pub(super) fn body_text(text: &str) -> String {
    let mut out = String::new();
    push_escaped(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::super::transcript::parse;
    use super::*;

    const TEXT: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Camille>Bonjour.\n\n00:00:03.000 --> 00:00:06.500\n<v Camille>On parle d'écoute aujourd'hui, avec Noé qui travaille au collège.\n\n00:01:23.000 --> 00:01:24.000\n<v Noé>Oui &lt;script>alert(1)&lt;/script>";

    fn chapter(start: u64, title: &str, id: &str) -> Chapter {
        let start = Duration::from_secs(start);
        Chapter { start, title: title.into(), id: id.into(), url: None, hidden: false }
    }

    #[test]
    fn webvtt_that_is_made_reads_as_its_source() {
        let source = parse(TEXT).unwrap();
        let mut again = parse(&vtt(&source)).unwrap();
        for (cue, own) in again.cues.iter_mut().zip(&source.cues) {
            cue.line = own.line;
        }
        assert_eq!(again, source);
        assert!(vtt(&source).lines().all(|line| line.chars().count() <= VTT_WIDTH + 12), "the voice comes on top");
    }

    #[test]
    fn a_page_gets_paragraphs_with_anchors_and_no_foreign_markup() {
        let chapters = [chapter(0, "Accueil & suite", "c-1"), chapter(60, "Au collège", "c-2")];
        assert_eq!(
            html(&parse(TEXT).unwrap(), &chapters, "/e.mp3"),
            "<h3 id=\"c-1\">Accueil &amp; suite</h3>\n\
             <p id=\"t-1\"><cite>Camille</cite> <a href=\"/e.mp3#t=1\" data-start=\"1\"><time datetime=\"PT1S\">0:01</time></a> Bonjour. On parle d'écoute aujourd'hui, avec Noé qui travaille au collège.</p>\n\
             <h3 id=\"c-2\">Au collège</h3>\n\
             <p id=\"t-83\"><cite>Noé</cite> <a href=\"/e.mp3#t=83\" data-start=\"83\"><time datetime=\"PT83S\">1:23</time></a> Oui &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
        );
    }

    #[test]
    fn subrip_is_wrapped_and_cut_in_time() {
        let srt = srt(&parse(TEXT).unwrap());
        assert!(srt.starts_with("1\n00:00:01,000 --> 00:00:03,000\nCamille: Bonjour.\n\n2\n00:00:03,000 --> "));
        assert!(srt.contains("\n3\n"), "the long cue is cut in two");
        assert!(srt.lines().filter(|l| !l.contains("-->")).all(|l| l.chars().count() <= SRT_WIDTH));
    }

    #[test]
    fn json_names_voices_and_seconds() {
        let json: serde_json::Value = serde_json::from_str(&json(&parse(TEXT).unwrap())).unwrap();
        assert_eq!(json["segments"][1]["endTime"], 6.5);
        assert_eq!(json["segments"][2]["speaker"], "Noé");
        assert_eq!(json["segments"][2]["body"], "Oui <script>alert(1)</script>");
    }
}
