//! Sound made fit to be published: measured, put right when it must be, its chapters inside, a small copy beside it.
//!
//! Entry point: [`Workshop::open`], then [`Workshop::publish`] for each episode, in parallel, and [`Workshop::close`].
//! Sources are never changed: what is made stands in the cache of the site, named by what it is made from.

mod encode;
mod kept;
mod marks;
mod measure;
pub mod waveform;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kept::Kept;

pub use encode::{Ffmpeg, LOUDNESS};
pub use kept::Known;
pub use marks::Mark;
pub use measure::Measured;

use super::audio::{Kind, ProbeError};

/// Below the site's root; safe to delete.
const FOLDER: &str = ".repere-cache/sound";
/// Raised when the same sources are to give other files.
const RECIPE: &str = "1";
/// How far from [`LOUDNESS`] nobody reaches for the volume.
const TOLERANCE: f64 = 1.0;
/// The highest peak that directories take, in dBTP.
const PEAK: f64 = -1.0;
/// Longer sound is published as it is, unmeasured: it would hold up every first build.
pub const MEASURED: Duration = Duration::from_secs(6 * 3600);

/// What a site wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// Whether sound that podcast apps or directories do not take is encoded again.
    pub encode: bool,
    /// Kilobits a second of small Opus copies; 0 for none.
    pub small_kbps: u16,
}

/// Where sound is measured and made.
#[derive(Debug)]
pub struct Workshop {
    kept: Kept,
    wishes: Wishes,
    ffmpeg: Option<Ffmpeg>,
}

/// One sound to be published.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The file beside the page.
    pub source: &'a Path,
    /// Name of the episode.
    pub title: &'a str,
    /// Its chapters.
    pub marks: &'a [Mark],
}

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it is.
    pub file: PathBuf,
    /// What it is.
    pub known: Known,
}

/// What is published of a sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The sound every app plays.
    pub main: Piece,
    /// The Opus copy for small data plans.
    pub small: Option<Piece>,
    /// Its figures; the error is a sentence. `None` when it is too long or a film.
    pub measured: Option<Result<Measured, String>>,
    /// True when `main` was encoded again.
    pub encoded: bool,
    /// What could not be made, each a sentence.
    pub failed: Vec<String>,
}

impl Workshop {
    /// Opens the workshop of the site in `root`; `path` is the variable `PATH`, where ffmpeg is looked up.
    pub fn open(root: &Path, wishes: Wishes, path: Option<OsString>) -> Self {
        let wanted = wishes.encode || wishes.small_kbps > 0;
        Self { kept: Kept::open(root.join(FOLDER)), wishes, ffmpeg: Ffmpeg::find(path).filter(|_| wanted) }
    }

    /// True when something is wished that only ffmpeg can do, and it is not there.
    pub fn lacks_ffmpeg(&self) -> bool {
        self.ffmpeg.is_none() && (self.wishes.encode || self.wishes.small_kbps > 0)
    }

    /// True when a sound of this kind can be published: as it is, or once encoded.
    pub fn takes(&self, kind: Kind) -> bool {
        kind.fits_a_feed() || (self.wishes.encode && self.ffmpeg.is_some())
    }

    /// What a file is; read only when it changed since the last build.
    pub fn known(&self, file: &Path) -> Result<Known, ProbeError> {
        self.kept.known(file)
    }

    /// Makes what is missing. `known` is what [`Workshop::known`] says of the source.
    pub fn publish(&self, job: &Job<'_>, known: &Known) -> Published {
        let kind = known.facts.kind;
        let measurable = matches!(kind, Kind::Mp3 | Kind::M4a) && known.facts.duration <= MEASURED;
        let mut out = Published {
            main: Piece { file: job.source.to_owned(), known: known.clone() },
            small: None,
            measured: measurable.then(|| self.kept.measured(job.source)),
            encoded: false,
            failed: Vec::new(),
        };
        let mut filter = None;
        if let Some(ffmpeg) = self.ffmpeg.as_ref().filter(|_| self.wishes.encode)
            && !matches!(kind, Kind::Mp4)
            // Directories differ on what M4A is called, and some do not take it: MP3 goes everywhere.
            && !(kind == Kind::Mp3 && out.measured.as_ref().is_some_and(|m| m.as_ref().is_ok_and(is_right)))
            && (measurable || !kind.fits_a_feed())
            && !is_cut(&out)
        {
            let stereo = known.facts.channels.is_some_and(|n| n > 1);
            let made = self.encode(ffmpeg, job.source, known, stereo, &mut filter);
            match made {
                Ok(main) => {
                    out.measured = Some(self.kept.measured(&main.file));
                    out.main = main;
                    out.encoded = true;
                }
                Err(error) => out.failed.push(error),
            }
        }
        let kind = out.main.known.facts.kind;
        let marks = ending(job.marks, out.measured.as_ref());
        let job = &Job { marks: &marks, ..*job };
        if marks::missing(&out.main.file, kind, job.marks) {
            match self.with_marks(&out.main, job.marks) {
                Ok(main) => out.main = main,
                Err(error) => out.failed.push(format!("its chapters cannot be written into it: {error}")),
            }
        }
        if self.wishes.small_kbps > 0
            && kind != Kind::Mp4
            && let Some(ffmpeg) = &self.ffmpeg
            && !is_cut(&out)
        {
            match self.small(ffmpeg, job, known, filter.as_ref()) {
                // A copy that is not smaller helps nobody.
                Ok(small) => out.small = Some(small).filter(|s| s.known.facts.bytes < out.main.known.facts.bytes),
                Err(error) => out.failed.push(error),
            }
        }
        out
    }

    fn encode(
        &self,
        ffmpeg: &Ffmpeg,
        source: &Path,
        known: &Known,
        stereo: bool,
        filter: &mut Option<encode::Filter>,
    ) -> Result<Piece, String> {
        let kind = known.facts.kind;
        let name = format!("{}.mp3", name(&[&known.hash, "mp3"]));
        let (file, known) = self.kept.made(&name, |target| {
            let level = ffmpeg.level(source, kind)?;
            ffmpeg.mp3(source, kind, stereo, &level, target)?;
            *filter = Some(level);
            Ok(())
        })?;
        Ok(Piece { file, known })
    }

    fn with_marks(&self, main: &Piece, marks: &[Mark]) -> Result<Piece, String> {
        let kind = main.known.facts.kind;
        let name = format!("{}.{}", name(&[&main.known.hash, &format!("{marks:?}")]), kind.extensions()[0]);
        let (file, known) = self.kept.made(&name, |target| {
            std::fs::copy(&main.file, target).map_err(|e| e.to_string())?;
            marks::write(target, kind, marks)
        })?;
        Ok(Piece { file, known })
    }

    fn small(
        &self,
        ffmpeg: &Ffmpeg,
        job: &Job<'_>,
        known: &Known,
        filter: Option<&encode::Filter>,
    ) -> Result<Piece, String> {
        let kbps = self.wishes.small_kbps;
        let recipe = format!("{kbps} {} {:?} {}", job.title, job.marks, self.wishes.encode);
        let name = format!("{}.opus", name(&[&known.hash, &recipe]));
        let kind = known.facts.kind;
        let (file, known) = self.kept.made(&name, |target| {
            // The level is that of the main file: asked for again when that one came from the cache.
            let level = match filter {
                Some(level) => Some(level.clone()),
                None if self.wishes.encode && !self.kept.measured(job.source).as_ref().is_ok_and(is_right) => {
                    Some(ffmpeg.level(job.source, kind)?)
                }
                None => None,
            };
            let opus = encode::Opus {
                source: job.source,
                kind,
                kbps,
                filter: level.as_ref(),
                title: job.title,
                marks: job.marks,
            };
            ffmpeg.opus(&opus, target)
        })?;
        Ok(Piece { file, known })
    }

    /// Keeps what was learnt for the next build, at the moment `now`.
    pub fn close(&self, now: SystemTime) {
        self.kept.close(now);
    }
}

fn name(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [RECIPE].iter().chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Chapters whose last one ends with the sound as it was decoded: heads only estimate how long it plays.
fn ending(marks: &[Mark], measured: Option<&Result<Measured, String>>) -> Vec<Mark> {
    let mut marks = marks.to_vec();
    if let (Some(last), Some(Ok(measured))) = (marks.last_mut(), measured) {
        last.end = measured.duration().max(last.start);
    }
    marks
}

/// True when nothing has to be encoded again.
fn is_right(measured: &Measured) -> bool {
    let loud = measured.loudness.is_none_or(|l| (l - LOUDNESS).abs() <= TOLERANCE);
    let low = measured.true_peak.is_none_or(|p| p <= PEAK);
    loud && low && measured.constant && matches!(measured.rate, 44_100 | 48_000)
}

/// True when the head of the file promises more than there is.
pub fn cut_short(measured: &Measured) -> bool {
    measured.promised.is_some_and(|promised| promised - measured.seconds > 1.0)
}

fn is_cut(published: &Published) -> bool {
    published.measured.as_ref().is_some_and(|m| m.as_ref().is_ok_and(cut_short))
}
