//! A transcript, read from WebVTT with `<v Name>` voices: who said what, when.
//!
//! Entry point: [`parse`] (other sources: [`super::transcript_sources`]), strict on purpose: a caption file that a browser would silently cut is refused with its line.
//! The forms made of it (page, SubRip, JSON) are in [`super::transcript_forms`]. Text is plain here: markup is dropped,
//! entities are decoded, nothing is escaped yet.

use std::time::Duration;

use serde::Serialize;

/// Everything that is said, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Transcript {
    /// Never empty, sorted by start.
    pub cues: Vec<Cue>,
}

/// What is said between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cue {
    /// When it begins.
    pub start: Duration,
    /// When it ends, after `start`.
    pub end: Duration,
    /// Usually one; several when voices answer each other within the cue.
    pub spans: Vec<Span>,
    /// Line of the file that holds its times.
    pub line: usize,
}

/// A voice and its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The speaker; `None` for unnamed text such as `[musique]`.
    pub voice: Option<String>,
    /// Plain text on one line.
    pub text: String,
}

/// Why a transcript is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptError {
    /// Line of the file, from 1.
    pub line: usize,
    /// A sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Reads a WebVTT file.
pub fn parse(text: &str) -> Result<Transcript, TranscriptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.first().copied().unwrap_or_default();
    if !(head == "WEBVTT" || head.starts_with("WEBVTT ") || head.starts_with("WEBVTT\t")) {
        return Err(refuse(1, "the transcript does not begin with `WEBVTT`", "write `WEBVTT` alone on the first line"));
    }
    let mut cues: Vec<Cue> = Vec::new();
    let mut at = 1;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|i| lines[*i].trim().is_empty()).unwrap_or(lines.len());
        if let Some(cue) = block(&lines[at..end], at + 1)? {
            if cues.last().is_some_and(|last| cue.start < last.start) {
                return Err(refuse(
                    cue.line,
                    "this cue starts before the one above it",
                    "put the cues in order of time",
                ));
            }
            cues.push(cue);
        }
        at = end;
    }
    if cues.is_empty() {
        return Err(refuse(
            1,
            "the transcript holds no cue",
            "write at least one `00:00:00.000 --> 00:00:05.000` and its text",
        ));
    }
    Ok(Transcript { cues })
}

/// The cues of a source in another form, checked as those of WebVTT are.
pub(super) fn finish(cues: Vec<Cue>) -> Result<Transcript, TranscriptError> {
    if cues.is_empty() {
        return Err(refuse(1, "the transcript holds no words", "write what is said, and when"));
    }
    if let Some(cue) = cues.iter().find(|cue| cue.end <= cue.start) {
        return Err(refuse(cue.line, "this cue ends before it starts", "the second time must be later than the first"));
    }
    if let Some(pair) = cues.windows(2).find(|pair| pair[1].start < pair[0].start) {
        return Err(refuse(pair[1].line, "this cue starts before the one above it", "put the cues in order of time"));
    }
    Ok(Transcript { cues })
}

/// One block between blank lines; `None` for comments, styles and regions.
fn block(lines: &[&str], first: usize) -> Result<Option<Cue>, TranscriptError> {
    let word = lines[0].split_whitespace().next().unwrap_or_default();
    if ["NOTE", "STYLE", "REGION"].contains(&word) {
        return Ok(None);
    }
    // A cue may have a name above its times.
    let Some(times) = lines.iter().take(2).position(|line| line.contains("-->")) else {
        return Err(refuse(
            first,
            "this is neither times nor text of a cue",
            "a cue begins with `00:00:00.000 --> 00:00:05.000`, its text follows without a blank line",
        ));
    };
    let line = first + times;
    let (start, end) = span_of_time(lines[times], line)?;
    let spans = spans(&lines[times + 1..].join("\n"), line + 1)?;
    if spans.is_empty() {
        return Err(refuse(line, "this cue has no text", "write what is said below its times, or remove it"));
    }
    Ok(Some(Cue { start, end, spans, line }))
}

fn span_of_time(text: &str, line: usize) -> Result<(Duration, Duration), TranscriptError> {
    let (start, rest) = text.split_once("-->").unwrap_or((text, ""));
    let start = moment(start.trim(), line)?;
    let end = moment(rest.split_whitespace().next().unwrap_or_default(), line)?;
    if end <= start {
        return Err(refuse(line, "this cue ends before it starts", "the second time must be later than the first"));
    }
    Ok((start, end))
}

/// `[HH:]MM:SS.mmm`, the only form of WebVTT.
fn moment(text: &str, line: usize) -> Result<Duration, TranscriptError> {
    let wrong = || {
        let help = if text.contains(',') {
            "WebVTT writes milliseconds after a point: `00:01:23.000`"
        } else {
            "write hours, minutes, seconds and milliseconds: `00:01:23.000`"
        };
        refuse(line, format!("`{text}` is not a time"), help)
    };
    let (clock, millis) = text.split_once('.').ok_or_else(wrong)?;
    let digits =
        |s: &str, len: usize| (s.len() >= len && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u64>().ok());
    let number = |s: &str, len: usize| digits(s, len).flatten().ok_or_else(wrong);
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [h, m, s] => (number(h, 2)?, number(m, 2)?, number(s, 2)?),
        [m, s] => (0, number(m, 2)?, number(s, 2)?),
        _ => return Err(wrong()),
    };
    if minutes > 59 || seconds > 59 || hours > 9_999 || millis.len() != 3 {
        return Err(wrong());
    }
    Ok(Duration::from_millis((hours * 3600 + minutes * 60 + seconds) * 1000 + number(millis, 3)?))
}

/// The text of a cue, cut where the voice changes; tags other than voices are dropped.
fn spans(payload: &str, line: usize) -> Result<Vec<Span>, TranscriptError> {
    let mut spans = vec![Span { voice: None, text: String::new() }];
    let mut rest = payload;
    while let Some(open) = rest.find('<') {
        push(&mut spans, &rest[..open]);
        let here = line + payload[..payload.len() - rest.len() + open].matches('\n').count();
        let Some(close) = rest[open..].find('>') else {
            return Err(refuse(here, "a `<` is never closed", "write `&lt;` when the sign itself is meant"));
        };
        let tag = &rest[open + 1..open + close];
        if let Some(voice) = voice(tag) {
            if voice.is_empty() {
                return Err(refuse(here, "this voice has no name", "write `<v Camille>`"));
            }
            spans.push(Span { voice: Some(voice), text: String::new() });
        } else if tag == "/v" {
            spans.push(Span { voice: None, text: String::new() });
        }
        rest = &rest[open + close + 1..];
    }
    push(&mut spans, rest);
    for span in &mut spans {
        span.text = one_line(&entities(&span.text));
    }
    spans.retain(|span| !span.text.is_empty());
    Ok(spans)
}

fn push(spans: &mut [Span], text: &str) {
    if let Some(last) = spans.last_mut() {
        last.text.push_str(text);
    }
}

/// The name in `v Name` or `v.loud Name`; `None` for any other tag.
fn voice(tag: &str) -> Option<String> {
    let rest = tag.strip_prefix('v')?;
    let name = match rest.chars().next() {
        None => "",
        Some('.') => rest.split_once(char::is_whitespace).map_or("", |(_, name)| name),
        Some(c) if c.is_whitespace() => rest,
        Some(_) => return None,
    };
    Some(one_line(&entities(name)))
}

fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // `&amp;` last: `&amp;lt;` means the five characters `&lt;`.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&lrm;", "\u{200e}")
        .replace("&rlm;", "\u{200f}")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// One line without control characters; no-break spaces stay.
pub(super) fn one_line(text: &str) -> String {
    let plain = !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ");
    if plain && !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(super) fn refuse(line: usize, message: impl Into<String>, help: impl Into<String>) -> TranscriptError {
    TranscriptError { line, message: message.into(), help: help.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(Option<String>, String)> {
        let cues = parse(text).unwrap().cues;
        cues.into_iter().flat_map(|c| c.spans).map(|s| (s.voice, s.text)).collect()
    }

    #[test]
    fn voices_are_told_apart_even_within_a_cue() {
        let text = "WEBVTT\n\nNOTE rien\n\n1\n00:01.000 --> 00:04.000 align:start\n<v Camille>Bonjour <i>à tous</i>.</v>\n<v.loud Noé>Bonjour&nbsp;!\n";
        assert_eq!(
            said(text),
            [
                (Some("Camille".to_owned()), "Bonjour à tous.".to_owned()),
                (Some("Noé".to_owned()), "Bonjour\u{a0}!".to_owned())
            ]
        );
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(said("WEBVTT\n\n00:00.000 --> 00:01.000\n&amp;lt;b> 1 &lt; 2")[0].1, "&lt;b> 1 < 2");
    }

    #[test]
    fn faults_are_told_with_their_line() {
        let fault = |text: &str| {
            let e = parse(text).unwrap_err();
            format!("{}: {}", e.line, e.message)
        };
        assert_eq!(fault("Bonjour"), "1: the transcript does not begin with `WEBVTT`");
        assert_eq!(fault("WEBVTT\n\n00:01,000 --> 00:02,000\nA"), "3: `00:01,000` is not a time");
        assert_eq!(fault("WEBVTT\n\n00:61.000 --> 01:02.000\nA"), "3: `00:61.000` is not a time");
        assert_eq!(fault("WEBVTT\n\n00:02.000 --> 00:01.000\nA"), "3: this cue ends before it starts");
        assert_eq!(
            fault("WEBVTT\n\n00:02.000 --> 00:03.000\nA\n\n00:01.000 --> 00:04.000\nB"),
            "6: this cue starts before the one above it"
        );
        assert_eq!(fault("WEBVTT\n\n00:02.000 --> 00:03.000\n\nA"), "3: this cue has no text");
        assert_eq!(fault("WEBVTT\n\nA"), "3: this is neither times nor text of a cue");
        assert_eq!(fault("WEBVTT\n\n00:02.000 --> 00:03.000\nA\nb <v"), "5: a `<` is never closed");
        assert_eq!(fault("WEBVTT\n\n00:02.000 --> 00:03.000\n<v >A"), "4: this voice has no name");
        assert_eq!(fault("WEBVTT\n"), "1: the transcript holds no cue");
    }
}
