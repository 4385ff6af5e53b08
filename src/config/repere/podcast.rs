//! `[podcast]`: what the feeds need beyond the front matter of the series.

use serde::{Deserialize, Serialize};

/// `[podcast]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Podcast {
    /// Whether ffmpeg, where it is installed, makes what directories ask for: MP3 at a constant bit rate from any sound,
    /// at −16 LUFS. Sound that is right already is published as it is.
    pub encode: bool,
    /// Kilobits a second of the small Opus copies that ffmpeg makes for small data plans; 0 makes none.
    pub small_kbps: u16,
    /// Episodes in a feed. Older ones move to pages behind it (RFC 5005), which not every app follows.
    pub feed_episodes: usize,
    /// A WebSub hub. `repere host` tells it of every change; `repere build`, which cannot, leaves it out of the feeds.
    pub hub: Option<String>,
}

impl Default for Podcast {
    fn default() -> Self {
        Self { encode: true, small_kbps: 24, feed_episodes: 500, hub: None }
    }
}
