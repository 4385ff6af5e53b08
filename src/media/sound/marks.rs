//! Chapters written into the files themselves, for players that read nothing else: ID3 `CHAP` and `CTOC` in MP3, a
//! chapter list and track in M4A, and ffmpeg's own form, from which Opus files get theirs.
//!
//! Entry points: [`missing`] (whether a file lacks them), [`write`], [`ffmetadata`].

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write as _};
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
    let chapter = |mark: &Mark| mp4ameta::Chapter::new(mark.start, mark.title.clone());
    *tag.chapter_track_mut() = marks.iter().map(chapter).collect();
    // The list counts in a byte; what is longer is in the track alone.
    let listed = marks.len() < usize::from(u8::MAX);
    let end = marks.last().filter(|_| listed).map(|mark| mp4ameta::Chapter::new(mark.end, String::new()));
    let list = marks.iter().filter(|_| listed).map(chapter).chain(end);
    *tag.chapter_list_mut() = list.collect();
    tag.write_to_path(file).map_err(|e| e.to_string())?;
    if listed { widen_list(file).map_err(|e| e.to_string()) } else { Ok(()) }
}

/// Gives the list of chapters the form that podcast apps read: its head is four bytes longer than the one that was
/// written, which ffmpeg alone understands. The room is that of an empty entry at the end of the list.
fn widen_list(path: &Path) -> std::io::Result<()> {
    const ENTRY: usize = 9;
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut within = (0, file.metadata()?.len());
    for name in [b"moov", b"udta", b"chpl"] {
        let Some(found) = content_of(&mut file, within, name)? else { return Ok(()) };
        within = found;
    }
    let mut old = Vec::new();
    file.seek(SeekFrom::Start(within.0))?;
    Read::by_ref(&mut file).take(within.1 - within.0).read_to_end(&mut old)?;
    // Version 0, its flags, the number of entries; the last one has no title.
    let [0, 0, 0, 0, count @ 1..=u8::MAX, entries @ ..] = old.as_slice() else { return Ok(()) };
    let Some((entries, [.., 0])) = entries.split_at_checked(entries.len().saturating_sub(ENTRY)) else { return Ok(()) };
    let mut new = vec![1, 0, 0, 0, 0, 0, 0, 0, count - 1];
    new.extend_from_slice(entries);
    new.resize(old.len(), 0);
    file.seek(SeekFrom::Start(within.0))?;
    file.write_all(&new)
}

/// Where the content of the first box of that name lies, among those between two positions.
fn content_of(file: &mut File, (mut at, end): (u64, u64), name: &[u8; 4]) -> std::io::Result<Option<(u64, u64)>> {
    let mut head = [0_u8; 16];
    while at + 8 <= end {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head[..8])?;
        let short = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let (size, length) = match short {
            0 => (end - at, 8),
            1 => {
                file.read_exact(&mut head[8..])?;
                (u64::from_be_bytes(head[8..].try_into().unwrap_or_default()), 16)
            }
            size => (size, 8),
        };
        let next = at.saturating_add(size);
        if size < length || next > end {
            return Ok(None);
        }
        if &head[4..8] == name {
            return Ok(Some((at + length, next)));
        }
        at = next;
    }
    Ok(None)
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
    fn a_list_of_chapters_gets_its_longer_head_in_place() {
        let entry =
            |start: u64, title: &str| [&start.to_be_bytes()[..], &[title.len() as u8], title.as_bytes()].concat();
        let boxed =
            |name: &[u8; 4], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], name, content].concat();
        let list = |head: &[u8], entries: &[Vec<u8>]| boxed(b"chpl", &[head, &entries.concat()].concat());
        let film = |list: &[u8]| {
            [boxed(b"ftyp", b"M4A "), boxed(b"moov", &boxed(b"udta", list)), boxed(b"mdat", b"sound")].concat()
        };
        let (one, two, end) = (entry(0, "Début"), entry(45_000_000, "Été"), entry(90_000_000, ""));
        let file = tempfile::NamedTempFile::new().unwrap();
        let widened = |bytes: &[u8]| {
            std::fs::write(file.path(), bytes).unwrap();
            widen_list(file.path()).unwrap();
            std::fs::read(file.path()).unwrap()
        };
        let old = film(&list(&[0, 0, 0, 0, 3], &[one.clone(), two.clone(), end]));
        let new = film(&list(&[1, 0, 0, 0, 0, 0, 0, 0, 2], &[one.clone(), two.clone(), vec![0; 5]]));
        assert_eq!(widened(&old), new);
        assert_eq!(widened(&new), new, "what has it is left alone");
        let titled = film(&list(&[0, 0, 0, 0, 2], &[one, two]));
        assert_eq!(widened(&titled), titled, "no entry is lost");
        assert_eq!(widened(&new[..40]), &new[..40], "a file that is cut is left alone");
    }

    #[test]
    fn signs_with_a_meaning_are_escaped_for_ffmpeg() {
        let mark = Mark { start: Duration::ZERO, end: Duration::from_secs(2), title: "a=b; #1".into(), url: None };
        assert_eq!(
            ffmetadata("Un\\deux", &[mark]),
            ";FFMETADATA1\ntitle=Un\\\\deux\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=a\\=b\\; \\#1\n"
        );
    }
}
