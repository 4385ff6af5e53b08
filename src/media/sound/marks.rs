//! Chapters written into the files themselves, for players that read nothing else: ID3 `CHAP` and `CTOC` in MP3, a
//! chapter list and track in M4A, and ffmpeg's own form, from which Opus files get theirs.
//!
//! Entry points: [`missing`] (whether a file lacks them), [`write`], [`ffmetadata`].

use std::path::Path;
use std::time::Duration;

use id3::frame::{Chapter, Content, ExtendedLink, TableOfContents};
use id3::{Frame, Tag, TagLike as _, Version};

use crate::media::audio::Kind;

/// A chapter of a sound file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it begins.
    pub start: Duration,
    /// When the next one begins, or the sound ends.
    pub end: Duration,
    /// A few words.
    pub title: String,
    /// Where more is said.
    pub url: Option<String>,
}

/// True when a file of this kind can hold chapters and does not hold these.
pub(super) fn missing(file: &Path, kind: Kind, marks: &[Mark]) -> bool {
    let wanted = || marks.iter().map(|mark| (mark.start.as_millis(), mark.title.clone()));
    match kind {
        _ if marks.is_empty() => false,
        Kind::Mp3 => {
            let Ok(tag) = Tag::read_from_path(file) else { return true };
            let links = tag.chapters().flat_map(|c| &c.frames).filter(|f| f.id() == "WXXX").count();
            links != marks.iter().filter(|mark| mark.url.is_some()).count()
                || !tag.chapters().map(|c| (u128::from(c.start_time), title(c))).eq(wanted())
        }
        Kind::M4a => mp4ameta::Tag::read_from_path(file)
            .is_ok_and(|tag| !tag.chapter_list().iter().map(|c| (c.start.as_millis(), c.title.clone())).eq(wanted())),
        Kind::Mp4 | Kind::Ogg | Kind::Flac | Kind::Wav => false,
    }
}

fn title(chapter: &Chapter) -> String {
    chapter.frames.iter().find(|frame| frame.id() == "TIT2").and_then(|f| f.content().text()).unwrap_or("").to_owned()
}

/// Replaces the chapters of a file; the error is a sentence. The sound itself is not touched.
pub(super) fn write(file: &Path, kind: Kind, marks: &[Mark]) -> Result<(), String> {
    match kind {
        Kind::Mp3 => write_id3(file, marks),
        Kind::M4a => write_mp4(file, marks),
        Kind::Mp4 | Kind::Ogg | Kind::Flac | Kind::Wav => Ok(()),
    }
}

fn write_id3(file: &Path, marks: &[Mark]) -> Result<(), String> {
    let mut tag = match Tag::read_from_path(file) {
        Ok(tag) => tag,
        Err(error) if matches!(error.kind, id3::ErrorKind::NoTag) => Tag::new(),
        Err(error) => return Err(error.to_string()),
    };
    tag.remove("CHAP");
    tag.remove("CTOC");
    let id = |index: usize| format!("c{}", index + 1);
    for (index, mark) in marks.iter().enumerate() {
        let mut frames = vec![Frame::text("TIT2", &mark.title)];
        if let Some(url) = &mark.url {
            let link = ExtendedLink { description: "chapter url".to_owned(), link: url.clone() };
            frames.push(Frame::with_content("WXXX", Content::ExtendedLink(link)));
        }
        tag.add_frame(Chapter {
            element_id: id(index),
            start_time: millis(mark.start),
            end_time: millis(mark.end),
            start_offset: u32::MAX,
            end_offset: u32::MAX,
            frames,
        });
    }
    tag.add_frame(TableOfContents {
        element_id: "toc".to_owned(),
        top_level: true,
        ordered: true,
        elements: (0..marks.len()).map(id).collect(),
        frames: Vec::new(),
    });
    // 2.3 is what old players read.
    tag.write_to_path(file, Version::Id3v23).map_err(|e| e.to_string())
}

fn millis(moment: Duration) -> u32 {
    u32::try_from(moment.as_millis()).unwrap_or(u32::MAX - 1)
}

fn write_mp4(file: &Path, marks: &[Mark]) -> Result<(), String> {
    let mut tag = mp4ameta::Tag::read_from_path(file).map_err(|e| e.to_string())?;
    let chapters = || marks.iter().map(|mark| mp4ameta::Chapter::new(mark.start, mark.title.clone()));
    *tag.chapter_list_mut() = chapters().collect();
    *tag.chapter_track_mut() = chapters().collect();
    tag.write_to_path(file).map_err(|e| e.to_string())
}

/// The chapters as ffmpeg reads them.
pub(super) fn ffmetadata(title: &str, marks: &[Mark]) -> String {
    // `=`, `;`, `#`, `\` and line breaks have a meaning there.
    let plain = |text: &str| {
        text.chars().fold(String::new(), |mut out, c| {
            if "=;#\\\n".contains(c) {
                out.push('\\');
            }
            out.push(c);
            out
        })
    };
    let mut out = format!(";FFMETADATA1\ntitle={}\n", plain(title));
    for mark in marks {
        let (start, end) = (mark.start.as_millis(), mark.end.as_millis());
        out.push_str(&format!("[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={}\n", plain(&mark.title)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_with_a_meaning_are_escaped_for_ffmpeg() {
        let mark = Mark { start: Duration::ZERO, end: Duration::from_secs(2), title: "a=b; #1".into(), url: None };
        assert_eq!(
            ffmetadata("Un\\deux", &[mark]),
            ";FFMETADATA1\ntitle=Un\\\\deux\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=a\\=b\\; \\#1\n"
        );
    }
}
