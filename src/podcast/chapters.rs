//! Chapters: moments of an episode with a title, in every form a client reads.
//!
//! Entry points: [`parse_start`], [`fault`] (order and length), [`json`] (podcast namespace 1.2), [`lines`] (for notes).

use std::time::Duration;

use serde::Serialize;

use super::transcript_forms::seconds;
use crate::media::sound::Mark;

/// A moment with a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    /// When it begins.
    pub start: Duration,
    /// A few words.
    pub title: String,
    /// Anchor in the page: `c-1`.
    pub id: String,
    /// Where more is said.
    pub url: Option<String>,
    /// True for a moment that apps jump to but do not list.
    pub hidden: bool,
}

/// Reads `HH:MM:SS`, `MM:SS`, with or without milliseconds.
pub fn parse_start(text: &str) -> Option<Duration> {
    let (clock, millis) = text.split_once('.').unwrap_or((text, ""));
    let number = |s: &str| {
        (!s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u64>().ok())
    };
    let parts: Option<Vec<u64>> = clock.split(':').map(|part| number(part).flatten()).collect();
    let (h, m, s) = match parts?[..] {
        [h, m, s] => (h, m, s),
        [m, s] => (0, m, s),
        _ => return None,
    };
    let millis = if millis.is_empty() { 0 } else { number(&format!("{millis:0<3}")).flatten()? };
    (m < 60 && s < 60 && millis < 1000).then(|| Duration::from_millis((h * 3600 + m * 60 + s) * 1000 + millis))
}

/// The first chapter that is out of order or past the end, with the reason.
pub fn fault(chapters: &[Chapter], duration: Duration) -> Option<(usize, String)> {
    for (i, chapter) in chapters.iter().enumerate() {
        if i > 0 && chapter.start <= chapters[i - 1].start {
            return Some((i, format!("the chapter “{}” starts before the one above it", chapter.title)));
        }
        if chapter.start >= duration {
            let clock = crate::media::words::clock;
            return Some((
                i,
                format!(
                    "the chapter “{}” starts at {}, after the end of the sound ({})",
                    chapter.title,
                    clock(chapter.start),
                    clock(duration)
                ),
            ));
        }
    }
    None
}

/// The chapters as sound files hold them: each ends where the next begins.
pub fn marks(chapters: &[Chapter], duration: Duration) -> Vec<Mark> {
    let shown: Vec<&Chapter> = chapters.iter().filter(|c| !c.hidden).collect();
    let ends = shown.iter().skip(1).map(|c| c.start).chain([duration]);
    let mark =
        |(c, end): (&&Chapter, Duration)| Mark { start: c.start, end, title: c.title.clone(), url: c.url.clone() };
    shown.iter().zip(ends).map(mark).collect()
}

/// JSON chapters 1.2, `application/json+chapters`. No image: nothing an app would fetch without being asked.
pub fn json(chapters: &[Chapter], duration: Duration) -> String {
    let ends = chapters.iter().skip(1).map(|c| c.start).chain([duration]);
    let list: Vec<serde_json::Value> = chapters
        .iter()
        .zip(ends)
        .map(|(c, end)| {
            let mut one =
                serde_json::json!({ "startTime": seconds(c.start), "title": c.title, "endTime": seconds(end) });
            if let Some(url) = &c.url {
                one["url"] = url.as_str().into();
            }
            if c.hidden {
                one["toc"] = false.into();
            }
            one
        })
        .collect();
    let mut text = serde_json::json!({ "version": "1.2.0", "chapters": list }).to_string();
    text.push('\n');
    text
}

/// `00:01:23 Title`, the form podcast apps recognise in the notes.
pub fn lines(chapters: &[Chapter]) -> Vec<String> {
    chapters
        .iter()
        .filter(|c| !c.hidden)
        .map(|c| {
            let s = c.start.as_secs();
            format!("{:02}:{:02}:{:02} {}", s / 3600, s / 60 % 60, s % 60, c.title)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(seconds: u64, title: &str) -> Chapter {
        Chapter {
            start: Duration::from_secs(seconds),
            title: title.into(),
            id: format!("c-{seconds}"),
            url: None,
            hidden: false,
        }
    }

    #[test]
    fn starts_are_read_strictly() {
        assert_eq!(parse_start("00:01:23"), Some(Duration::from_secs(83)));
        assert_eq!(parse_start("1:23"), Some(Duration::from_secs(83)));
        assert_eq!(parse_start("00:00:01.5"), Some(Duration::from_millis(1500)));
        for wrong in ["", "83", "1:60", "1:2:3:4", "-1:00", "1:2x"] {
            assert!(parse_start(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn order_and_end_are_checked() {
        let end = Duration::from_secs(100);
        assert_eq!(fault(&[chapter(0, "A"), chapter(50, "B")], end), None);
        assert_eq!(
            fault(&[chapter(0, "A"), chapter(0, "B")], end).unwrap().1,
            "the chapter “B” starts before the one above it"
        );
        assert_eq!(
            fault(&[chapter(0, "A"), chapter(130, "B")], end).unwrap().1,
            "the chapter “B” starts at 2:10, after the end of the sound (1:40)"
        );
    }

    #[test]
    fn clients_get_their_forms() {
        let chapters = [chapter(0, "Accueil"), chapter(83, "Écouter")];
        assert_eq!(lines(&chapters), ["00:00:00 Accueil", "00:01:23 Écouter"]);
        assert_eq!(
            json(&chapters, Duration::from_secs(90)),
            "{\"version\":\"1.2.0\",\"chapters\":[{\"startTime\":0,\"title\":\"Accueil\",\"endTime\":83},{\"startTime\":83,\"title\":\"Écouter\",\"endTime\":90}]}\n"
        );
        let silent = [Chapter { hidden: true, url: Some("https://exemple.fr/".into()), ..chapter(5, "Aparté") }];
        assert!(json(&silent, Duration::from_secs(9)).contains("\"url\":\"https://exemple.fr/\",\"toc\":false"));
        assert!(lines(&silent).is_empty() && marks(&silent, Duration::from_secs(9)).is_empty());
        assert_eq!(marks(&chapters, Duration::from_secs(90))[0].end, Duration::from_secs(83));
    }
}
