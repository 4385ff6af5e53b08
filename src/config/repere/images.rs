//! `[images]`: copies of the images of Markdown for every screen.

use serde::{Deserialize, Serialize};

/// `[images]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Images {
    /// Images of Markdown become `<picture>` with copies in several sizes and formats.
    pub responsive: bool,
    /// Widths of the copies in pixels; those above the image's own are left out.
    pub widths: Vec<u32>,
    /// Formats of the copies, the first that a browser knows is taken. The image's own format follows by itself.
    pub formats: Vec<Modern>,
    /// How wide an image is shown: the attribute `sizes`.
    pub sizes: String,
    /// Quality of AVIF copies, 1 to 100.
    pub avif_quality: u8,
    /// Quality of WebP copies, 1 to 100.
    pub webp_quality: u8,
    /// Quality of JPEG copies, 1 to 100.
    pub jpeg_quality: u8,
}

/// A format that is smaller than JPEG and PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modern {
    /// AVIF.
    Avif,
    /// WebP.
    Webp,
}

impl Default for Images {
    fn default() -> Self {
        Self {
            responsive: false,
            widths: vec![320, 640, 960, 1280],
            formats: vec![Modern::Avif, Modern::Webp],
            sizes: "(max-width: 45rem) 100vw, 45rem".to_owned(),
            avif_quality: 60,
            webp_quality: 75,
            jpeg_quality: 78,
        }
    }
}
