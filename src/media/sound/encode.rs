//! Sound made again with ffmpeg: MP3 at a constant bit rate and the right loudness, and a small Opus copy.
//!
//! Entry points: [`Ffmpeg::find`], [`Ffmpeg::mp3`], [`Ffmpeg::opus`]. The form of the input is told, never guessed, and
//! only files may be opened: a playlist in disguise reaches nothing. The same input gives the same bytes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::marks::{self, Mark};
use crate::media::audio::Kind;

/// Where players expect speech to be, in LUFS.
pub const LOUDNESS: f64 = -16.0;
/// What is aimed at below the highest peak that directories take (−1 dBTP): encoding adds a little.
const PEAK: f64 = -1.5;

/// The program, once found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ffmpeg(PathBuf);

/// How the level is changed on the way: two-pass `loudnorm`, as an option of ffmpeg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Ffmpeg {
    /// Looks the program up in the folders of `path` (the variable `PATH`).
    pub fn find(path: Option<OsString>) -> Option<Self> {
        let folders = path?;
        std::env::split_paths(&folders).map(|folder| folder.join("ffmpeg")).find(|file| file.is_file()).map(Self)
    }

    /// Listens to a file and says how its level is to be changed.
    pub fn level(&self, source: &Path, kind: Kind) -> Result<Filter, String> {
        let aim = format!("loudnorm=I={LOUDNESS}:TP={PEAK}:LRA=11:dual_mono=true");
        let mut command = self.command(source, kind, "info");
        command.args(["-map", "0:a:0", "-af", &format!("{aim}:print_format=json"), "-f", "null", "-"]);
        let told = run(command)?;
        let json = told.rfind('{').and_then(|from| told[from..].rfind('}').map(|to| &told[from..=from + to]));
        let found: serde_json::Value =
            json.and_then(|text| serde_json::from_str(text).ok()).ok_or("ffmpeg did not tell the loudness")?;
        let value = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        // Silence measures `-inf`, which the second pass refuses.
        if value("input_i").contains("inf") {
            return Ok(Filter("anull".to_owned()));
        }
        Ok(Filter(format!(
            "{aim}:linear=true:measured_I={}:measured_TP={}:measured_LRA={}:measured_thresh={}:offset={}",
            value("input_i"),
            value("input_tp"),
            value("input_lra"),
            value("input_thresh"),
            value("target_offset")
        )))
    }

    /// Writes `target` as MP3, 44.1 kHz, 96 kbit/s for mono and 128 for stereo.
    pub fn mp3(&self, source: &Path, kind: Kind, stereo: bool, filter: &Filter, target: &Path) -> Result<(), String> {
        let (channels, rate) = if stereo { ("2", "128k") } else { ("1", "96k") };
        let mut command = self.command(source, kind, "error");
        command.args(["-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1", "-af", &filter.0]);
        command.args(["-c:a", "libmp3lame", "-b:a", rate, "-ac", channels, "-ar", "44100"]);
        command.args(["-flags:a", "+bitexact", "-fflags", "+bitexact", "-id3v2_version", "3", "-f", "mp3", "-y"]);
        command.arg(target);
        run(command).map(drop)
    }

    /// Writes `target` as mono Opus in Ogg with its chapters.
    pub fn opus(&self, job: &Opus<'_>, target: &Path) -> Result<(), String> {
        let chapters = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        std::fs::write(chapters.path(), marks::ffmetadata(job.title, job.marks)).map_err(|e| e.to_string())?;
        let mut command = self.command(job.source, job.kind, "error");
        command.args(["-f", "ffmetadata", "-i"]).arg(chapters.path());
        command.args(["-map", "0:a:0", "-map_metadata", "1", "-map_chapters", "1"]);
        if let Some(filter) = job.filter {
            command.args(["-af", &filter.0]);
        }
        command.args(["-c:a", "libopus", "-b:a", &format!("{}k", job.kbps), "-application", "voip", "-ac", "1"]);
        command.args(["-ar", "48000", "-flags:a", "+bitexact", "-fflags", "+bitexact", "-f", "opus", "-y"]);
        command.arg(target);
        run(command).map(drop)
    }

    fn command(&self, source: &Path, kind: Kind, level: &str) -> Command {
        let form = match kind {
            Kind::Mp3 => "mp3",
            Kind::M4a | Kind::Mp4 => "mov",
            Kind::Ogg => "ogg",
            Kind::Flac => "flac",
            Kind::Wav => "wav",
        };
        let mut command = Command::new(&self.0);
        command.args(["-nostdin", "-hide_banner", "-nostats", "-loglevel", level]);
        command.args(["-protocol_whitelist", "file", "-f", form, "-i"]).arg(source);
        command
    }
}

/// What a small copy is made of.
#[derive(Debug)]
pub struct Opus<'a> {
    /// The sound.
    pub source: &'a Path,
    /// What it is.
    pub kind: Kind,
    /// Kilobits a second.
    pub kbps: u16,
    /// How the level is changed, when it is.
    pub filter: Option<&'a Filter>,
    /// Name of the episode.
    pub title: &'a str,
    /// Its chapters.
    pub marks: &'a [Mark],
}

/// Runs to the end; what it told, or its last line as the error.
fn run(mut command: Command) -> Result<String, String> {
    let done = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|e| format!("ffmpeg cannot be started: {e}"))?;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        return Ok(told);
    }
    let last = told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").trim().to_owned();
    Err(format!("ffmpeg stopped: {last}"))
}
