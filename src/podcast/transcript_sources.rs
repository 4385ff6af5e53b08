//! Transcripts from whatever a team works with: WebVTT, SubRip, the JSON of the podcast namespace, or plain text with
//! times and names.
//!
//! Entry point: [`read`], which goes by the ending of the file's name. One source is edited, the other forms are made
//! from it ([`super::transcript_forms`]). Text is plain here: nothing is escaped yet.

use std::time::Duration;

use serde_json::Value;

use super::chapters::parse_start;
use super::transcript::{self, Cue, Span, Transcript, TranscriptError, finish, one_line, refuse};

/// Characters a person reads in a second, where a text says only when it begins.
const PACE: f64 = 15.0;
/// Characters after which a paragraph of plain text is shared among several cues.
const CUE: usize = 110;

/// Reads a transcript; `duration` is that of the sound, where the last words end at the latest.
pub fn read(name: &str, text: &str, duration: Option<Duration>) -> Result<Transcript, TranscriptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "vtt" => transcript::parse(text),
        "srt" => srt(text),
        "json" => json(text),
        "txt" => plain(text, duration),
        other => Err(refuse(
            1,
            format!("a transcript is not a file with the ending `.{other}`"),
            "write it as .vtt, .srt, .json or .txt",
        )),
    }
}

/// SubRip: number, times with a comma, one or more lines; the speaker is what stands before the first `: `.
fn srt(text: &str) -> Result<Transcript, TranscriptError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut cues: Vec<Cue> = Vec::new();
    let mut speaker: Option<String> = None;
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|i| lines[*i].trim().is_empty()).unwrap_or(lines.len());
        let block = &lines[at..end];
        let Some(times) = block.iter().take(2).position(|line| line.contains("-->")) else {
            let help = "SubRip has a number, then `00:00:01,000 --> 00:00:03,000`, then the words";
            return Err(refuse(at + 1, "this is neither times nor words of a cue", help));
        };
        let line = at + times + 1;
        let (start, rest) = block[times].split_once("-->").unwrap_or_default();
        let (start, stop) = (srt_moment(start, line)?, srt_moment(rest, line)?);
        let said = one_line(&without_tags(&block[times + 1..].join("\n")));
        if said.is_empty() {
            return Err(refuse(line, "this cue has no text", "write what is said below its times, or remove it"));
        }
        let (name, words) = speaker_of(&said);
        speaker = name.or(speaker);
        cues.push(Cue { start, end: stop, spans: vec![Span { voice: speaker.clone(), text: words }], line });
        at = end;
    }
    finish(cues)
}

fn srt_moment(text: &str, line: usize) -> Result<Duration, TranscriptError> {
    let text = text.split_whitespace().next().unwrap_or_default();
    let help = "SubRip writes hours, minutes, seconds, then milliseconds after a comma: `00:01:23,000`";
    parse_start(&text.replacen(',', ".", 1)).ok_or_else(|| refuse(line, format!("`{text}` is not a time"), help))
}

/// `<i>…</i>`, `{\an8}`: how words look, not what they are.
fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(['<', '{']) {
        out.push_str(&rest[..open]);
        let (close, tag) =
            if rest[open..].starts_with('<') { ('>', true) } else { ('}', rest[open..].starts_with("{\\")) };
        let looks = tag && rest[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '\\');
        match rest[open..].find(close).filter(|_| looks) {
            Some(end) => rest = &rest[open + end + 1..],
            None => {
                out.push_str(&rest[open..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    out + rest
}

/// "Camille : Bonjour" or "Camille: Bonjour": a short name of letters before a colon.
fn speaker_of(text: &str) -> (Option<String>, String) {
    let Some((name, words)) = text.split_once(':') else { return (None, text.to_owned()) };
    let name = name.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
    let letters = name.chars().all(|c| c.is_alphanumeric() || " .'’-".contains(c));
    let short = name.chars().count() <= 40 && name.split(' ').count() <= 4;
    let begins = name.starts_with(|c: char| c.is_uppercase());
    let spoken = words.starts_with([' ', '\u{a0}', '\u{202f}']);
    if letters && short && begins && spoken && !words.trim().is_empty() {
        (Some(name.to_owned()), words.trim().to_owned())
    } else {
        (None, text.to_owned())
    }
}

/// The JSON of the podcast namespace: `segments` with `startTime`, `endTime`, `body` and maybe `speaker`.
fn json(text: &str) -> Result<Transcript, TranscriptError> {
    let help =
        "it is `{\"version\":\"1.0.0\",\"segments\":[{\"speaker\":…,\"startTime\":0,\"endTime\":2.5,\"body\":…}]}`";
    let value: Value =
        serde_json::from_str(text).map_err(|e| refuse(e.line().max(1), format!("this is not JSON: {e}"), help))?;
    let Some(segments) = value.get("segments").and_then(Value::as_array) else {
        return Err(refuse(1, "this JSON has no `segments`", help));
    };
    // The parser keeps no places: the nth `"body"` stands on the line of the nth segment.
    let lines: Vec<usize> =
        text.match_indices("\"body\"").map(|(at, _)| text[..at].matches('\n').count() + 1).collect();
    let mut cues: Vec<Cue> = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let line = lines.get(index).copied().unwrap_or(1);
        let seconds = |key: &str| {
            let value = segment.get(key).and_then(Value::as_f64).filter(|s| (0.0..360_000.0).contains(s));
            let wrong = || refuse(line, format!("segment {} has no `{key}` in seconds", index + 1), help);
            value.map(|s| Duration::from_millis((s * 1000.0).round() as u64)).ok_or_else(wrong)
        };
        let (start, end) = (seconds("startTime")?, seconds("endTime")?);
        let word = |key: &str| segment.get(key).and_then(Value::as_str).map(one_line).filter(|text| !text.is_empty());
        let Some(text) = word("body") else {
            return Err(refuse(line, format!("segment {} has no `body`", index + 1), help));
        };
        cues.push(Cue { start, end, spans: vec![Span { voice: word("speaker"), text }], line });
    }
    finish(cues)
}

/// Plain text: each paragraph begins with its time in brackets and maybe a name, `[1:23] **Camille** Bonjour.` A
/// paragraph ends where the next begins; long ones are shared among cues by their sentences.
fn plain(text: &str, duration: Option<Duration>) -> Result<Transcript, TranscriptError> {
    struct Part {
        start: Duration,
        voice: Option<String>,
        text: String,
        line: usize,
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut open = false;
    let mut voice: Option<String> = None;
    for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())) {
        // A heading is for people who edit; chapters stand in the front matter.
        if line.is_empty() || line.starts_with('#') {
            open = false;
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (clock, rest) = rest.split_once(']').unwrap_or((rest, ""));
            if let Some(start) = parse_start(clock.trim()) {
                let (name, words) = named(rest.trim());
                voice = name.or(voice);
                parts.push(Part { start, voice: voice.clone(), text: words, line: number });
                open = true;
                continue;
            }
            if clock.starts_with(|c: char| c.is_ascii_digit()) {
                let help = "write minutes and seconds, or hours before them: `[1:23]`, `[0:01:23]`";
                return Err(refuse(number, format!("`{clock}` is not a time"), help));
            }
        }
        match parts.last_mut() {
            Some(part) if open => {
                part.text.push(' ');
                part.text.push_str(line);
            }
            Some(part) if !part.text.is_empty() => {
                // A new paragraph of the same moment and voice.
                part.text.push(' ');
                part.text.push_str(line);
                open = true;
            }
            _ => {
                let help = "begin each paragraph with when it is said: `[0:00] **Camille** Bonjour.`";
                return Err(refuse(number, "this paragraph has no time", help));
            }
        }
    }
    let mut cues = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let words = one_line(&part.text.replace("**", "").replace(['*', '`'], ""));
        if words.is_empty() {
            return Err(refuse(part.line, "this paragraph has no text", "write what is said after its time"));
        }
        let spoken = Duration::from_millis((words.chars().count() as f64 / PACE * 1000.0) as u64 + 1000);
        let next = parts.get(index + 1).map(|next| next.start);
        if next.is_some_and(|next| next <= part.start) {
            let line = parts[index + 1].line;
            return Err(refuse(
                line,
                "this paragraph starts before the one above it",
                "put the paragraphs in order of time",
            ));
        }
        let end = next.or(duration.filter(|end| *end > part.start)).map_or(part.start + spoken, |end| {
            // A long silence or music is not spoken.
            end.min(part.start + spoken * 2)
        });
        share(&mut cues, part.start, end, part.voice.as_deref(), &words, part.line);
    }
    finish(cues)
}

/// `**Camille** Bonjour`, `**Camille :** Bonjour`, `Camille : Bonjour`.
fn named(text: &str) -> (Option<String>, String) {
    if let Some((name, words)) = text.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
        let name = one_line(name.trim().trim_end_matches([':', ' ', '\u{a0}', '\u{202f}']));
        let words = words.trim_start_matches([':', ' ', '\u{a0}', '\u{202f}']);
        return (Some(name).filter(|name| !name.is_empty()), words.to_owned());
    }
    speaker_of(text)
}

/// Shares the time of a paragraph among its sentences, by their length.
fn share(cues: &mut Vec<Cue>, start: Duration, end: Duration, voice: Option<&str>, text: &str, line: usize) {
    let mut pieces: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = pieces.len() - 1;
        let piece = &mut pieces[last];
        let length = piece.chars().count();
        let sentence = piece.ends_with(['.', '!', '?', '…', ';']);
        if length + word.chars().count() > CUE || sentence && length > CUE / 2 {
            pieces.push(word.to_owned());
        } else {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(word);
        }
    }
    let whole: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
    let moment = |said: usize| start + (end - start).mul_f64(said as f64 / whole.max(1) as f64);
    let mut said = 0;
    for piece in pieces {
        let from = moment(said);
        said += piece.chars().count();
        let spans = vec![Span { voice: voice.map(str::to_owned), text: piece }];
        cues.push(Cue { start: whole_millis(from), end: whole_millis(moment(said)), spans, line });
    }
}

fn whole_millis(moment: Duration) -> Duration {
    Duration::from_millis(moment.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, text: &str) -> Vec<(u64, u64, Option<String>, String)> {
        let cues = read(name, text, Some(Duration::from_secs(60))).unwrap().cues;
        let flat = |c: Cue| {
            let span = c.spans.into_iter().next().unwrap();
            (c.start.as_millis() as u64, c.end.as_millis() as u64, span.voice, span.text)
        };
        cues.into_iter().map(flat).collect()
    }

    fn fault(name: &str, text: &str) -> String {
        let error = read(name, text, None).unwrap_err();
        format!("{}: {}", error.line, error.message)
    }

    #[test]
    fn subrip_gives_voices_and_plain_words() {
        let text = "1\n00:00:01,000 --> 00:00:02,500\nCamille : <i>Bonjour</i>\nà tous.\n\n2\n00:00:02,500 --> 00:00:04,000\nOn commence <3.\n";
        assert_eq!(
            said("a.srt", text),
            [
                (1000, 2500, Some("Camille".into()), "Bonjour à tous.".into()),
                (2500, 4000, Some("Camille".into()), "On commence <3.".into())
            ]
        );
        assert_eq!(fault("a.srt", "1\n00:00:01.x --> 00:00:02,000\nA"), "2: `00:00:01.x` is not a time");
        assert_eq!(fault("a.srt", "Bonjour"), "1: this is neither times nor words of a cue");
        assert_eq!(fault("a.srt", "1\n00:00:03,000 --> 00:00:02,000\nA"), "2: this cue ends before it starts");
    }

    #[test]
    fn json_gives_segments() {
        let text = "{\"version\":\"1.0.0\",\"segments\":[\n{\"speaker\":\"Noé\",\"startTime\":0.5,\"endTime\":2,\"body\":\"Oui <b>.\"}]}";
        assert_eq!(said("a.json", text), [(500, 2000, Some("Noé".into()), "Oui <b>.".into())]);
        assert_eq!(
            fault("a.json", "{\"segments\":[\n{\"startTime\":0,\"body\":\"A\"}]}"),
            "2: segment 1 has no `endTime` in seconds"
        );
        assert!(fault("a.json", "{").starts_with("1: this is not JSON"));
    }

    #[test]
    fn plain_text_is_shared_among_cues() {
        let text = "# Épisode\n\n[0:02] **Camille** Bonjour.\nBienvenue.\n\n[0:10] **Noé** Merci. Une première phrase assez longue pour remplir plus de la moitié d’une ligne. Une seconde phrase, qui suit la première et finit ici.\n\n[1:00:00] Fin\n";
        let got = said("a.txt", text);
        assert_eq!(got[0], (2000, 6532, Some("Camille".into()), "Bonjour. Bienvenue.".into()));
        assert_eq!(got[1].0, 10_000);
        assert_eq!(got.len(), 4);
        assert_eq!(got[2].3, "Une seconde phrase, qui suit la première et finit ici.");
        assert_eq!(got[3].2.as_deref(), Some("Noé"), "a voice goes on until another begins");
        assert_eq!(fault("a.txt", "Bonjour"), "1: this paragraph has no time");
        assert_eq!(fault("a.txt", "[0:99] A"), "1: `0:99` is not a time");
        assert_eq!(fault("a.txt", "[0:10] A\n\n[0:05] B"), "3: this paragraph starts before the one above it");
        assert_eq!(fault("a.odt", ""), "1: a transcript is not a file with the ending `.odt`");
    }
}
