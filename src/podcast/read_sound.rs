//! The sound of an episode: the file beside the page, checked against what directories and players take, and what is
//! published of it.
//!
//! Entry points: [`source`], then [`publish`] once the chapters are known; [`alternates`] for its other forms. Problems
//! go into the table being read.

use std::time::Duration;

use super::beside;
use super::chapters::{self, Chapter};
use super::read_lists::{only, word};
use super::series::{Alternate, Audio, Copy};
use crate::content::{Asset, Facet, Page};
use crate::diagnostic::Diagnostic;
use crate::media::audio::{Kind, ProbeError};
use crate::media::sound::{self, Job, Known, LOUDNESS, Measured, Piece, Workshop};
use crate::media::words;

/// The smallest bit rates at which directories take speech, in kbit/s: mono, stereo.
const LEAST: (u32, u32) = (32, 64);
/// Bytes of pictures and words before the sound from which it starts late.
const HEAVY_TAG: u64 = 300_000;

/// The sound as it stands beside the page.
pub(super) struct Source<'a> {
    name: String,
    asset: &'a Asset,
    known: Known,
}

impl Source<'_> {
    pub(super) fn duration(&self) -> Duration {
        self.known.facts.duration
    }
}

/// The file that `audio` names.
pub(super) fn source<'a>(page: &'a Page, workshop: &Workshop, facet: &mut Facet<'_>) -> Option<Source<'a>> {
    let name = facet.required("audio", "name the MP3 beside the page: `audio: \"episode.mp3\"`")?;
    let asset = beside(facet, &page.assets, "audio", &name)?;
    plain_name(facet, "audio", &name);
    if !page.permalink.is_ascii() || page.permalink.contains('%') {
        let message = format!("the address `{}` has characters that podcast directories refuse", page.permalink);
        facet.error("audio", message, plain_address(&page.path));
    }
    let known = match workshop.known(&asset.source) {
        Ok(known) => known,
        Err(error) => {
            let help = match error {
                ProbeError::Io(_) => "check that the file is there and may be read",
                _ => "export the episode again as MP3, constant bit rate, 44.1 kHz",
            };
            facet.error("audio", format!("`{name}` cannot be read as sound: {error}"), help);
            return None;
        }
    };
    let facts = &known.facts;
    if !facts.agrees_with(&asset.source) {
        let (kind, right) = (facts.kind.name(), facts.kind.extensions()[0]);
        let stem = stem(&name);
        facet.error("audio", format!("`{name}` is in truth {kind}"), format!("rename it to `{stem}.{right}`"));
    } else if !workshop.takes(facts.kind) {
        let message = format!("podcast apps do not play {}", facts.kind.name());
        facet.error("audio", message, "export the episode as MP3, or install ffmpeg, with which the build makes one");
    } else if facts.duration.as_millis() < 500 {
        facet.error("audio", format!("`{name}` holds no sound"), "export the episode again as MP3");
    }
    Some(Source { name, asset, known })
}

/// How a page gets an address of plain characters: all of it is told, for folders above may have others too.
fn plain_address(path: &str) -> String {
    let plain = path.split('/').filter(|part| !part.is_empty()).map(slug::slugify).collect::<Vec<_>>().join("/");
    if plain == path.trim_matches('/') {
        return "the site itself has such an address: write `base_url` of zola.toml in plain characters".to_owned();
    }
    format!("give the page another at the top of the front matter: `path: \"{plain}\"`")
}

/// Characters that every directory and every file system takes.
fn plain_name(facet: &mut Facet<'_>, key: &str, name: &str) {
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "mp3"));
        let help = format!("rename it to `{}.{extension}`", slug::slugify(stem));
        facet.error(key, format!("the name `{name}` has characters that podcast directories refuse"), help);
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What is published: as it is, or made in the workshop.
pub(super) fn publish(
    page: &Page,
    title: &str,
    source: Source<'_>,
    chapters: &[Chapter],
    workshop: &Workshop,
    facet: &mut Facet<'_>,
) -> Audio {
    let Source { name, asset, known } = source;
    let marks = chapters::marks(chapters, known.facts.duration);
    let job = Job { source: &asset.source, title, marks: &marks };
    // What is refused anyway is not worked on.
    let sound = known.facts.agrees_with(&asset.source) && workshop.takes(known.facts.kind);
    let own = known.integrity.clone();
    if !sound {
        return audio(page, (&name, asset, own), Piece { file: asset.source.clone(), known }, None, None);
    }
    let published = workshop.publish(&job, &known);
    for reason in &published.failed {
        facet.warn(
            "audio",
            format!("`{name}` is published without what could not be made: {reason}"),
            "see whether ffmpeg plays it",
        );
    }
    let measured = match &published.measured {
        Some(Ok(measured)) => {
            remarks(facet, &name, measured, &known);
            Some(measured.clone())
        }
        Some(Err(error)) if known.facts.kind == Kind::Mp3 => {
            let message = format!("`{name}` cannot be played to its end: {error}");
            facet.error("audio", message, "export the episode again as MP3, constant bit rate, 44.1 kHz");
            None
        }
        Some(Err(_)) => None,
        None => {
            long(facet, &name, known.facts.duration);
            None
        }
    };
    audio(page, (&name, asset, own), published.main, measured, published.small)
}

fn audio(
    page: &Page,
    (name, asset, source_integrity): (&str, &Asset, String),
    main: Piece,
    measured: Option<Measured>,
    small: Option<Piece>,
) -> Audio {
    let kind = main.known.facts.kind;
    let kept = kind.extensions().iter().any(|extension| name.ends_with(&format!(".{extension}")));
    let published = if kept { name.to_owned() } else { format!("{}.{}", stem(name), kind.extensions()[0]) };
    let folder = page.path.trim_matches('/');
    let small = small.map(|piece| {
        let taken =
            page.assets.iter().any(|other| other.name != asset.name && other.name == format!("{}.opus", stem(name)));
        copy(page, &format!("{}{}.opus", stem(name), if taken { ".leger" } else { "" }), piece)
    });
    Audio {
        url: format!("{}{published}", page.permalink),
        path: format!("{folder}/{published}"),
        source: asset.source.clone(),
        source_integrity,
        file: main.file,
        facts: main.known.facts,
        integrity: main.known.integrity,
        measured,
        small,
    }
}

fn copy(page: &Page, name: &str, piece: Piece) -> Copy {
    Copy {
        url: format!("{}{name}", page.permalink),
        path: format!("{}/{name}", page.path.trim_matches('/')),
        file: piece.file,
        facts: piece.known.facts,
        integrity: piece.known.integrity,
    }
}

/// Apple's figures, and what players stumble over.
fn remarks(facet: &mut Facet<'_>, name: &str, measured: &Measured, known: &Known) {
    if sound::cut_short(measured) {
        let clock = |seconds: f64| words::clock(Duration::from_secs_f64(seconds.max(0.0)));
        let (there, promised) = (clock(measured.seconds), clock(measured.promised.unwrap_or_default()));
        let message = format!("`{name}` is cut: its head promises {promised}, {there} of it are there");
        facet.error("audio", message, "copy or export the file again");
        return;
    }
    let again = "export it again, or let the build do it: install ffmpeg";
    if let Some(loudness) = measured.loudness.filter(|l| (l - LOUDNESS).abs() > 1.0) {
        let word = if loudness < LOUDNESS { "quiet" } else { "loud" };
        let message = format!("`{name}` is too {word}: {} LUFS, where players expect −16 ± 1", minus(loudness));
        facet.warn("audio", message, again);
    }
    if let Some(peak) = measured.true_peak.filter(|peak| *peak > -1.0) {
        let message = format!("`{name}` has a true peak of {} dB, above −1: it distorts on some players", minus(peak));
        facet.warn("audio", message, again);
    }
    if !matches!(measured.rate, 44_100 | 48_000) {
        let message = format!("`{name}` has {} samples a second, directories ask for 44,100 or 48,000", measured.rate);
        facet.warn("audio", message, again);
    }
    if !measured.constant && !measured.indexed {
        let message =
            format!("`{name}` has a variable bit rate and no index: apps cannot tell how long it is, nor jump in it");
        facet.warn("audio", message, "export it at a constant bit rate");
    }
    if measured.tag_bytes > HEAVY_TAG {
        let message = format!("`{name}` begins with {} of pictures and words", words::size(measured.tag_bytes));
        facet.warn("audio", message, "take the picture out of the file: apps take it from the feed");
    }
    let least = if measured.channels > 1 { LEAST.1 } else { LEAST.0 };
    if let Some(rate) = known.facts.bit_rate.filter(|rate| *rate < least && known.facts.kind == Kind::Mp3) {
        let message = format!("`{name}` has {rate} kbit/s, directories ask for {least} at least");
        facet.warn("audio", message, "export it at 96 kbit/s (mono) or 128 (stereo)");
    }
}

fn minus(value: f64) -> String {
    format!("{value:.1}").replace('-', "−")
}

fn long(facet: &mut Facet<'_>, name: &str, duration: Duration) {
    if duration > sound::MEASURED {
        let message = format!("`{name}` lasts {}: it is published without being measured", words::duration(duration));
        facet.warn("audio", message, "check that this is the episode and nothing else, or cut it in parts");
    }
}

/// `alternates`: the same episode in sign language, in easy words, in another language.
pub(super) fn alternates(page: &Page, workshop: &Workshop, facet: &mut Facet<'_>) -> Vec<Alternate> {
    let mut out = Vec::new();
    for (table, place) in facet.tables("alternates") {
        only(facet, &table, &place, &["file", "title", "rel", "lang"]);
        let (file, title) = (word(&table, "file"), word(&table, "title"));
        let (Some(name), Some(title)) = (file, title) else {
            let help = "write `- { file: \"lsf.mp4\", title: \"En langue des signes\", rel: \"lsf\" }`";
            facet.push(Diagnostic::error("this other form is not complete").at(place).help(help));
            continue;
        };
        super::read_lists::fits(facet, &place, "this title", &title, 32);
        plain_name(facet, "alternates", &name);
        let Some(asset) = beside(facet, &page.assets, "alternates", &name) else { continue };
        match workshop.known(&asset.source) {
            Ok(known) if !known.facts.agrees_with(&asset.source) => {
                let right = known.facts.kind.extensions()[0];
                let problem = Diagnostic::error(format!("`{name}` is in truth {}", known.facts.kind.name()));
                facet.push(problem.at(place).help(format!("rename it to `{}.{right}`", stem(&name))));
            }
            Ok(known) => {
                let piece = Piece { file: asset.source.clone(), known };
                let (rel, lang) = (word(&table, "rel"), word(&table, "lang"));
                out.push(Alternate { copy: copy(page, &name, piece), title, rel, lang });
            }
            Err(error) => {
                let problem = Diagnostic::error(format!("`{name}` cannot be read as sound or film: {error}"));
                facet.push(problem.at(place).help("export it again"));
            }
        }
    }
    out
}
