//! What a listener hears of a sound, in figures: loudness, true peak, bit rate, and the shape of the wave.
//!
//! Entry point: [`measure`], which decodes the whole file once. Loudness is that of EBU R128 (ITU-R BS.1770): mono counts
//! as heard from two loudspeakers, as players do. Opus is not decoded here: it is never what a feed offers first.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ebur128::{Channel, EbuR128, Mode};
use serde::{Deserialize, Serialize};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

/// Figures of a sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Samples a second.
    pub rate: u32,
    /// 1 for mono, 2 for stereo.
    pub channels: u32,
    /// Seconds that could be decoded.
    pub seconds: f64,
    /// Seconds that the head of the file promises, when it does.
    pub promised: Option<f64>,
    /// Integrated loudness in LUFS, to a tenth; `None` for silence and for less than 0.4 s.
    pub loudness: Option<f64>,
    /// The highest true peak in dBTP, to a tenth; `None` for silence.
    pub true_peak: Option<f64>,
    /// Whether each second takes the same room (MP3 only, true otherwise).
    pub constant: bool,
    /// Whether the head says how long it plays (a Xing, Info or VBRI frame; MP3 only, true otherwise).
    pub indexed: bool,
    /// Bytes of the ID3 tag before the sound.
    pub tag_bytes: u64,
    /// The wave in [`super::waveform::BINS`] steps, 0 to 100.
    pub peaks: Vec<u8>,
}

impl Measured {
    /// How long it plays, to the millisecond.
    pub fn duration(&self) -> Duration {
        Duration::from_millis((self.seconds * 1000.0).round() as u64)
    }
}

/// Steps a second in which the level is noted, before they are gathered to the shape of the wave.
const STEPS: u32 = 20;

/// Decodes a file and measures it; the error is a sentence.
pub(super) fn measure(path: &Path) -> Result<Measured, String> {
    let head = head(path).map_err(|e| e.to_string())?;
    let mut format = open(path)?;
    let track = format.default_track(TrackType::Audio).ok_or("it has no sound track")?;
    let id = track.id;
    let promised_frames = track.num_frames;
    let parameters = track.codec_params.as_ref().and_then(|p| p.audio()).ok_or("its codec is not known")?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|e| e.to_string())?;

    let mut meter: Option<EbuR128> = None;
    let mut levels = Levels::default();
    let mut rates = BTreeSet::new();
    let mut samples: Vec<f32> = Vec::new();
    let (mut frames, mut rate, mut channels) = (0_u64, 0_u32, 0_u32);
    while let Some(packet) = next(format.as_mut())? {
        if packet.track_id != id {
            continue;
        }
        if head.mp3
            && let Some(byte) = packet.data.get(2)
        {
            rates.insert(byte >> 4);
        }
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            // A damaged moment: players skip it too.
            Err(Error::DecodeError(_)) => continue,
            Err(error) => return Err(error.to_string()),
        };
        let spec = (decoded.spec().rate(), decoded.spec().channels().count() as u32);
        if meter.is_none() {
            (rate, channels) = spec;
            levels.step = u64::from((rate / STEPS).max(1));
            meter = Some(new_meter(rate, channels)?);
        } else if spec != (rate, channels) {
            return Err("its sample rate or its channels change on the way".to_owned());
        }
        decoded.copy_to_vec_interleaved(&mut samples);
        frames += (samples.len() / channels.max(1) as usize) as u64;
        levels.add(&samples, channels as usize);
        if let Some(meter) = &mut meter {
            meter.add_frames_f32(&samples).map_err(|e| e.to_string())?;
        }
    }
    let meter = meter.ok_or("it holds no sound")?;
    let loudness = meter.loudness_global().ok().filter(|l| l.is_finite()).map(tenth);
    let peak = (0..channels).filter_map(|c| meter.true_peak(c).ok()).fold(0.0_f64, f64::max);
    Ok(Measured {
        rate,
        channels,
        seconds: frames as f64 / f64::from(rate.max(1)),
        promised: promised_frames.map(|n| n as f64 / f64::from(rate.max(1))),
        loudness,
        true_peak: (peak > 0.0).then(|| tenth(20.0 * peak.log10())),
        constant: rates.len() < 2,
        indexed: !head.mp3 || head.indexed,
        tag_bytes: head.tag_bytes,
        peaks: super::waveform::peaks(&levels.finish()),
    })
}

fn open(path: &Path) -> Result<Box<dyn FormatReader>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|e| e.to_string())
}

/// The next packet; a file that ends in the middle of one ends there.
fn next(format: &mut dyn FormatReader) -> Result<Option<Packet>, String> {
    match format.next_packet() {
        Ok(packet) => Ok(packet),
        Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn new_meter(rate: u32, channels: u32) -> Result<EbuR128, String> {
    let mut meter = EbuR128::new(channels, rate, Mode::I | Mode::TRUE_PEAK).map_err(|e| e.to_string())?;
    if channels == 1 {
        meter.set_channel(0, Channel::DualMono).map_err(|e| e.to_string())?;
    }
    Ok(meter)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Mean levels of short steps.
#[derive(Default)]
struct Levels {
    step: u64,
    frames: u64,
    sum: f64,
    out: Vec<f32>,
}

impl Levels {
    fn add(&mut self, samples: &[f32], channels: usize) {
        for frame in samples.chunks_exact(channels.max(1)) {
            self.sum += frame.iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>() / channels as f64;
            self.frames += 1;
            if self.frames == self.step {
                self.push();
            }
        }
    }

    fn push(&mut self) {
        self.out.push((self.sum / self.frames as f64).sqrt() as f32);
        (self.sum, self.frames) = (0.0, 0);
    }

    fn finish(mut self) -> Vec<f32> {
        if self.frames > 0 {
            self.push();
        }
        self.out
    }
}

/// What the first bytes tell.
struct Head {
    mp3: bool,
    indexed: bool,
    tag_bytes: u64,
}

fn head(path: &Path) -> std::io::Result<Head> {
    let mut file = File::open(path)?;
    let mut start = [0_u8; 10];
    let read = file.read(&mut start)?;
    let mut tag_bytes = 0;
    if read == 10 && &start[..3] == b"ID3" {
        // Four bytes of seven bits, without the head of ten bytes itself.
        tag_bytes = start[6..].iter().fold(0_u64, |size, byte| size << 7 | u64::from(byte & 0x7f)) + 10;
    }
    use std::io::Seek as _;
    file.seek(std::io::SeekFrom::Start(tag_bytes))?;
    let mut frame = Vec::new();
    file.take(4096).read_to_end(&mut frame)?;
    // Layer III behind eleven bits of synchronisation.
    let mp3 = frame.len() > 4 && frame[0] == 0xff && frame[1] & 0xe6 == 0xe2;
    let names = |name: &[u8]| frame.windows(name.len()).any(|window| window == name);
    Ok(Head { mp3, indexed: names(b"Xing") || names(b"Info") || names(b"VBRI"), tag_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine of 1 kHz as 16-bit WAV.
    fn wave(channels: u16, amplitude: f64, seconds: u32) -> tempfile::NamedTempFile {
        let rate = 48_000_u32;
        let mut data = Vec::new();
        for i in 0..rate * seconds {
            let value =
                (amplitude * (std::f64::consts::TAU * 1000.0 * f64::from(i) / f64::from(rate)).sin() * 32767.0) as i16;
            for _ in 0..channels {
                data.extend(value.to_le_bytes());
            }
        }
        let bytes = u32::from(channels) * 2;
        let mut out = Vec::from(*b"RIFF");
        out.extend((36 + data.len() as u32).to_le_bytes());
        out.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        out.extend(channels.to_le_bytes());
        out.extend(rate.to_le_bytes());
        out.extend((rate * bytes).to_le_bytes());
        out.extend((bytes as u16).to_le_bytes());
        out.extend(16_u16.to_le_bytes());
        out.extend(b"data");
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        let file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        std::fs::write(file.path(), out).unwrap();
        file
    }

    #[test]
    fn loudness_is_that_of_the_standard() {
        // BS.1770: a sine at full scale on one loudspeaker is at −3.01 LUFS.
        let stereo = measure(wave(2, 0.5, 3).path()).unwrap();
        assert_eq!((stereo.channels, stereo.rate), (2, 48_000));
        assert!((stereo.loudness.unwrap() - -6.0).abs() < 0.15, "{stereo:?}");
        assert!((stereo.true_peak.unwrap() - -6.0).abs() < 0.15, "{stereo:?}");
        assert!((stereo.seconds - 3.0).abs() < 0.01);
        // Mono is played by both loudspeakers.
        let mono = measure(wave(1, 0.5, 3).path()).unwrap();
        assert_eq!(mono.loudness, stereo.loudness);
        assert!(mono.peaks.iter().all(|peak| *peak > 95), "{:?}", mono.peaks);
    }

    #[test]
    fn silence_has_no_loudness() {
        let silent = measure(wave(1, 0.0, 1).path()).unwrap();
        assert_eq!((silent.loudness, silent.true_peak), (None, None));
        assert!(silent.peaks.iter().all(|peak| *peak == 0));
        assert!(measure(Path::new("/nowhere.mp3")).is_err());
    }
}
