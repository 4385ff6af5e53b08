//! The sound files of all episodes, as whoever counts downloads must know them.
//!
//! Entry point: [`sounds`].

use std::time::Duration;

use super::series::{Episode, Series};
use crate::media::audio::Facts;
use crate::output::Sound;

/// Every published sound file of every episode that is out.
pub fn sounds(series: &[Series], now: jiff::Timestamp) -> Vec<Sound> {
    let episodes = series.iter().flat_map(|series| &series.episodes).filter(|episode| !episode.upcoming(now));
    episodes.flat_map(of_episode).collect()
}

fn of_episode(episode: &Episode) -> Vec<Sound> {
    let sound = |path: &str, facts: &Facts, time: Duration| Sound {
        path: path.to_owned(),
        episode: episode.guid.clone(),
        title: episode.title.clone(),
        url: episode.link.clone(),
        number: episode.number,
        format: facts.kind.extensions()[0].to_owned(),
        bytes: facts.bytes,
        tag: tag(facts.bytes, facts.duration, facts.bit_rate),
        seconds: time.as_secs(),
    };
    let copies = episode.audio.small.iter().chain(episode.alternates.iter().map(|other| &other.copy));
    let audio = &episode.audio;
    let mut sounds = vec![sound(&audio.path, &audio.facts, audio.duration())];
    sounds.extend(copies.map(|copy| sound(&copy.path, &copy.facts, copy.facts.duration)));
    sounds
}

/// Bytes before the sound itself (tags, pictures): what the bit rate does not explain.
fn tag(bytes: u64, duration: Duration, bit_rate: Option<u32>) -> u64 {
    let Some(bit_rate) = bit_rate else { return 0 };
    let sound = (duration.as_secs_f64() * f64::from(bit_rate) * 125.0) as u64;
    // Less than a second of sound is the rounding of the bit rate, not a tag.
    bytes.checked_sub(sound).filter(|tag| *tag > u64::from(bit_rate) * 125 && *tag < bytes / 2).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_in_front_of_the_sound_is_not_sound() {
        let minute = Duration::from_secs(60);
        assert_eq!(tag(480_000, minute, Some(64)), 0);
        assert_eq!(tag(480_000 + 300_000, minute, Some(64)), 300_000);
        assert_eq!(tag(480_500, minute, Some(64)), 0);
        assert_eq!(tag(480_000, minute, None), 0);
    }
}
