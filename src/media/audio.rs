//! What a sound or film file is, told by the file itself: duration, size, type, bit rate, channels.
//!
//! Entry point: [`probe`]. The name of the file is never believed; [`Facts::agrees_with`] says whether it tells the
//! truth. Nothing is decoded: only headers are read.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Duration;

use lofty::file::{AudioFile, FileType};
use lofty::probe::Probe;
use serde::{Deserialize, Serialize};

/// What was read from a sound or film file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Container and codec family.
    pub kind: Kind,
    /// How long it plays.
    pub duration: Duration,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Kilobits a second, when the file says so.
    pub bit_rate: Option<u32>,
    /// 1 for mono, 2 for stereo.
    pub channels: Option<u8>,
}

/// The containers a site publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// MPEG layer III.
    Mp3,
    /// Sound in an MPEG-4 container.
    M4a,
    /// Film in an MPEG-4 container.
    Mp4,
    /// Opus or Vorbis in Ogg.
    Ogg,
    /// Free Lossless Audio Codec.
    Flac,
    /// Uncompressed sound.
    Wav,
}

impl Kind {
    /// The media type of HTTP and feeds.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            // Apple's name; `audio/mp4` is the registered one, which older podcast apps do not know.
            Self::M4a => "audio/x-m4a",
            Self::Mp4 => "video/mp4",
            Self::Ogg => "audio/ogg",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
        }
    }

    /// The extensions that tell the truth about it, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Mp3 => &["mp3"],
            Self::M4a => &["m4a"],
            Self::Mp4 => &["mp4", "m4v"],
            Self::Ogg => &["opus", "ogg", "oga"],
            Self::Flac => &["flac"],
            Self::Wav => &["wav"],
        }
    }

    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "MP3",
            Self::M4a => "M4A",
            Self::Mp4 => "MP4",
            Self::Ogg => "Ogg",
            Self::Flac => "FLAC",
            Self::Wav => "WAV",
        }
    }

    /// True for what every podcast app plays (PSP-1, Apple).
    pub fn fits_a_feed(self) -> bool {
        matches!(self, Self::Mp3 | Self::M4a | Self::Mp4)
    }
}

impl Facts {
    /// True when the extension of `path` is one of this kind of file.
    pub fn agrees_with(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        self.kind.extensions().contains(&extension)
    }
}

/// Why a media file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No such file, or no right to read it.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The content is no sound this program knows.
    #[error("its content is neither MP3, M4A, MP4, Ogg, FLAC nor WAV")]
    Unknown,
    /// The container is known, the inside is broken.
    #[error("{0}")]
    Broken(String),
}

/// Reads the headers of a media file.
pub fn probe(path: &Path) -> Result<Facts, ProbeError> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let probe = Probe::new(BufReader::new(file)).guess_file_type()?;
    let kind = kind(probe.file_type(), path)?;
    let tagged = probe.read().map_err(|e| ProbeError::Broken(e.to_string()))?;
    let properties = tagged.properties();
    Ok(Facts {
        kind,
        duration: properties.duration(),
        bytes,
        bit_rate: properties.audio_bitrate(),
        channels: properties.channels(),
    })
}

fn kind(found: Option<FileType>, path: &Path) -> Result<Kind, ProbeError> {
    Ok(match found {
        Some(FileType::Mpeg) => Kind::Mp3,
        Some(FileType::Mp4) if has_film(path)? => Kind::Mp4,
        Some(FileType::Mp4) => Kind::M4a,
        Some(FileType::Opus | FileType::Vorbis) => Kind::Ogg,
        Some(FileType::Flac) => Kind::Flac,
        Some(FileType::Wav) => Kind::Wav,
        _ => return Err(ProbeError::Unknown),
    })
}

/// True when an MPEG-4 file has a film track: a `vide` handler among its headers.
fn has_film(path: &Path) -> std::io::Result<bool> {
    let mut rest = BufReader::new(File::open(path)?);
    let mut header = [0_u8; 8];
    // Walk the top-level boxes to `moov`; the sound itself (`mdat`) is jumped over.
    while rest.read_exact(&mut header).is_ok() {
        let short = u64::from(u32::from_be_bytes([header[0], header[1], header[2], header[3]]));
        let (size, head) = if short == 1 {
            let mut long = [0_u8; 8];
            rest.read_exact(&mut long)?;
            (u64::from_be_bytes(long), 16)
        } else {
            (short, 8)
        };
        let content = size.saturating_sub(head);
        if &header[4..8] == b"moov" {
            let mut moov = Vec::new();
            rest.take(content.min(16 << 20)).read_to_end(&mut moov)?;
            // `hdlr`, version and flags (4 bytes), predefined (4 bytes), then the handler's type.
            return Ok(moov.windows(16).any(|w| &w[..4] == b"hdlr" && &w[12..] == b"vide"));
        }
        if size < head {
            return Ok(false);
        }
        let Ok(jump) = i64::try_from(content) else { return Ok(false) };
        rest.seek_relative(jump)?;
    }
    Ok(false)
}
