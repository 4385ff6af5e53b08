//! What no feed survives elsewhere: files that lie, that are cut, that never end; words that are markup. Each gives a
//! clear problem with its place, or safe output: never a broken feed.

use std::fs;
use std::path::Path;

use repere::diagnostic;
use roxmltree::Document;

use crate::podcast::{copy, make, output, site};

/// The series of every tag, spoiled by `spoil`; its problems as they are shown.
fn spoiled(spoil: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy(&site().join("../series"), folder.path());
    spoil(&folder.path().join("episodes/ecouter/parler"));
    diagnostic::render(&make(folder.path()).problems)
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} does not hold {from:?}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_sound_cut_in_the_middle_is_told() {
    let told = spoiled(|episode| {
        let bytes = fs::read(episode.join("parler.mp3")).unwrap();
        fs::write(episode.join("parler.mp3"), &bytes[..bytes.len() / 2]).unwrap();
    });
    assert!(told.starts_with("error: `parler.mp3` is cut: its head promises 0:20, 0:"), "{told}");
    assert!(told.contains("--> episodes/ecouter/parler/index.md:8:3"), "{told}");
    assert!(told.contains("copy or export the file again"), "{told}");
}

#[test]
fn twelve_hours_are_published_with_a_remark_and_without_waiting() {
    // MPEG 2.5, layer III, 8 kbit/s, 8 kHz, mono: frames of 72 bytes that last 72 ms.
    let mut frame = [0_u8; 72];
    frame[..4].copy_from_slice(&[0xff, 0xe3, 0x18, 0xc0]);
    let mut told = String::new();
    let folder = tempfile::tempdir().unwrap();
    copy(&site().join("../series"), folder.path());
    let episode = folder.path().join("episodes/ecouter/parler");
    fs::write(episode.join("parler.mp3"), frame.repeat(600_000)).unwrap();
    replace(
        &episode.join("index.md"),
        "    - { start: \"00:00:12\", title: \"Fin\" }",
        "    - { start: \"11:59:00\", title: \"Fin\" }",
    );
    let made = make(folder.path());
    told.push_str(&diagnostic::render(&made.problems));
    assert!(
        told.starts_with("warning: `parler.mp3` lasts 12\u{a0}h: it is published without being measured"),
        "{told}"
    );
    let feed = output(&made.contribution, "podcast/ecouter/feed.xml");
    assert!(feed.contains("<itunes:duration>43200</itunes:duration>"), "{feed}");
    assert!(feed.contains("<p>11:59:00 Fin</p>"), "{feed}");
}

#[test]
fn a_film_named_as_sound_and_a_sound_named_as_another_are_told() {
    let told = spoiled(|episode| {
        fs::rename(episode.join("parler.mp3"), episode.join("parler.wav")).unwrap();
        replace(&episode.join("index.md"), "parler.mp3", "parler.wav");
    });
    assert!(told.starts_with("error: `parler.wav` is in truth MP3"), "{told}");
    let told =
        spoiled(|episode| fs::write(episode.join("parler.mp3"), "#EXTM3U\nhttps://exemple.org/a.mp3\n").unwrap());
    assert!(told.starts_with("error: `parler.mp3` cannot be read as sound"), "a playlist is no sound: {told}");
    let told = spoiled(|episode| fs::write(episode.join("parler.mp3"), "").unwrap());
    assert!(told.starts_with("error: `parler.mp3` cannot be read as sound"), "{told}");
}

#[test]
fn an_m4a_that_ends_before_its_table_of_contents_is_told() {
    let told = spoiled(|episode| {
        fs::remove_file(episode.join("parler.mp3")).unwrap();
        let boxed =
            |name: &[u8], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], name, content].concat();
        let cut = [boxed(b"ftyp", b"M4A \0\0\0\0M4A isom"), boxed(b"mdat", &[7; 5000])].concat();
        fs::write(episode.join("parler.m4a"), cut).unwrap();
        replace(&episode.join("index.md"), "parler.mp3", "parler.m4a");
    });
    assert!(told.starts_with("error: `parler.m4a` cannot be read as sound: "), "{told}");
    assert!(told.contains("--> episodes/ecouter/parler/index.md:8:3"), "{told}");
}

#[test]
fn a_cover_of_fifty_megabytes_is_refused_without_being_read() {
    let told = spoiled(|episode| {
        let cover = fs::File::options().append(true).open(episode.join("couverture.png")).unwrap();
        cover.set_len(50_000_000).unwrap();
    });
    assert!(told.starts_with("error: the cover `couverture.png` weighs 50\u{a0}Mo"), "{told}");
    assert!(told.contains("--> episodes/ecouter/parler/index.md:13:3"), "{told}");
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_by_its_head() {
    let told = spoiled(|episode| {
        let mut bytes = fs::read(episode.join("couverture.png")).unwrap();
        // Width and height of IHDR; its checksum no longer fits, which is told just as well.
        bytes[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        fs::write(episode.join("couverture.png"), bytes).unwrap();
    });
    assert!(told.starts_with("error: "), "{told}");
    assert!(told.contains("couverture.png"), "{told}");
}

#[test]
fn overlapping_cues_are_told_where_they_stand() {
    let told = spoiled(|episode| replace(&episode.join("parler.srt"), "00:00:05,000", "00:00:03,000"));
    assert_eq!(
        told,
        "warning: this cue begins before the one above it has ended\n  --> episodes/ecouter/parler/parler.srt:6\n   |\n 6 | 00:00:03,000 --> 00:00:09,000\n\
         \x20 = help: let the one above end earlier: apps show one at a time\n\n"
    );
}

#[test]
fn a_transcript_that_goes_on_after_the_end_is_told() {
    let told = spoiled(|episode| {
        replace(&episode.join("parler.srt"), "00:00:12,000 --> 00:00:18,000", "00:00:32,000 --> 00:00:38,000");
    });
    assert!(told.starts_with("error: the transcript goes on at 0:32, after the end of the sound (0:20)"), "{told}");
}

#[test]
fn a_chapter_past_the_end_is_told() {
    let told = spoiled(|episode| replace(&episode.join("index.md"), "00:00:12", "01:00:12"));
    assert!(
        told.starts_with("error: the chapter “Fin” starts at 1:00:12, after the end of the sound (0:20)"),
        "{told}"
    );
}

#[test]
fn words_that_are_markup_stay_words_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site().join("../series"), folder.path());
    let episode = folder.path().join("episodes/ecouter/parler");
    replace(
        &episode.join("parler.srt"),
        "Merci.",
        "</v><script>alert(1)</script> --> ]]> &lt;img onerror=x&gt; <script",
    );
    replace(&episode.join("index.md"), "title: \"Début\"", "title: \"Début <script>]]>\"");
    replace(
        &episode.join("index.md"),
        "{ name: \"Noé\", role: \"guest\" }",
        "{ name: \"<b>Noé]]>\", role: \"guest\" }",
    );
    replace(&episode.join("index.md"), "guid: \"ecouter-1\"", "guid: \"e<1>&]]>\"");
    let made = make(folder.path());
    assert!(!diagnostic::any_error(&made.problems), "{}", diagnostic::render(&made.problems));
    let feed = output(&made.contribution, "podcast/ecouter/feed.xml");
    let document = Document::parse(feed).unwrap();
    let item = document.descendants().find(|n| n.tag_name().name() == "item").unwrap();
    let text =
        |name: &str| item.children().find(|n| n.tag_name().name() == name).and_then(|n| n.text()).unwrap().to_owned();
    assert_eq!(text("title"), "Parler, <écouter> & ]]> croire");
    assert_eq!(text("guid"), "e<1>&]]>");
    assert!(!feed.contains("<script"), "{feed}");
    let vtt = output(&made.contribution, "podcast/ecouter/parler/transcription.vtt");
    assert!(repere::podcast::transcript::parse(vtt).is_ok(), "{vtt}");
    assert!(!vtt.contains("<script"), "{vtt}");
    let html =
        made.contribution.values["podcast/ecouter/parler/index.md"]["episode"]["transcript"]["html"].as_str().unwrap();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    for path in ["transcription.json", "chapters.json"] {
        let json = output(&made.contribution, &format!("podcast/ecouter/parler/{path}"));
        assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
    }
}

#[test]
fn a_tag_full_of_pictures_before_the_sound_is_told() {
    let told = spoiled(|episode| {
        let sound = fs::read(episode.join("parler.mp3")).unwrap();
        // An ID3 head whose size is written in four times seven bits, and nothing but padding.
        let size = 400_000_u32;
        let seven = |shift: u32| (size >> shift & 0x7f) as u8;
        let mut bytes = vec![b'I', b'D', b'3', 3, 0, 0, seven(21), seven(14), seven(7), seven(0)];
        bytes.resize(10 + size as usize, 0);
        bytes.extend(sound);
        fs::write(episode.join("parler.mp3"), bytes).unwrap();
    });
    assert!(told.starts_with("warning: `parler.mp3` begins with 400\u{a0}Ko of pictures and words"), "{told}");
}

/// Directories take plain addresses alone; what to write is told whole, for the folders above have accents too.
#[test]
fn an_address_with_accents_is_told_with_the_whole_path_to_write() {
    let folder = tempfile::tempdir().unwrap();
    copy(&site().join("../series"), folder.path());
    let config = folder.path().join("zola.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "\n[slugify]\npaths = \"safe\"\n").unwrap();
    let episodes = folder.path().join("episodes");
    fs::rename(episodes.join("ecouter"), episodes.join("écouter")).unwrap();
    let told = diagnostic::render(&make(folder.path()).problems);
    assert!(told.contains("has characters that podcast directories refuse"), "{told}");
    assert!(told.contains("`path: \"podcast/ecouter/parler\"`"), "{told}");
}
