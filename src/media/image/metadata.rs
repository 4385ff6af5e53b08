//! What an image is: size as shown, format, and the words its EXIF block carries.

use std::io::Cursor;
use std::path::Path;

use image::{ImageDecoder, ImageReader, metadata::Orientation};

use super::exif;

/// What an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Width as shown: turned pictures are turned.
    pub width: u32,
    /// Height as shown.
    pub height: u32,
    /// `png`, `jpg`, `webp`, `avif`, `gif`, `svg`…
    pub format: &'static str,
    /// Media type.
    pub mime: &'static str,
    /// EXIF's description.
    pub description: Option<String>,
    /// EXIF's date, as written there.
    pub created: Option<String>,
    /// True when nothing of the picture was lost in its format.
    pub(super) lossless: bool,
}

/// Reads the head of an image.
pub(super) fn read(bytes: &[u8], file: &Path) -> Result<Metadata, String> {
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    if extension == "svg" {
        return read_svg(bytes);
    }
    let kind = imagesize::image_type(bytes).map_err(|_| "is not an image this program knows".to_owned())?;
    let size = imagesize::blob_size(bytes).map_err(|e| e.to_string())?;
    let (format, mime, lossless) = match kind {
        imagesize::ImageType::Png => ("png", "image/png", true),
        imagesize::ImageType::Jpeg => ("jpg", "image/jpeg", false),
        imagesize::ImageType::Webp => ("webp", "image/webp", bytes.get(12..16) == Some(b"VP8L".as_slice())),
        imagesize::ImageType::Gif => ("gif", "image/gif", true),
        imagesize::ImageType::Heif(_) => ("avif", "image/avif", false),
        imagesize::ImageType::Bmp => ("bmp", "image/bmp", true),
        imagesize::ImageType::Tiff => ("tiff", "image/tiff", true),
        _ => return Err("is not an image this program knows".to_owned()),
    };
    let (mut width, mut height) = (dimension(size.width)?, dimension(size.height)?);
    let exif = exif_block(bytes);
    let tags = exif.as_deref().map(exif::read).unwrap_or_default();
    if orientation(exif.as_deref()).is_some_and(turns) && format != "avif" {
        (width, height) = (height, width);
    }
    Ok(Metadata { width, height, format, mime, description: tags.description, created: tags.created, lossless })
}

fn dimension(pixels: usize) -> Result<u32, String> {
    u32::try_from(pixels).map_err(|_| "is too large".to_owned())
}

fn exif_block(bytes: &[u8]) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.into_decoder().ok()?.exif_metadata().ok()?
}

fn orientation(exif: Option<&[u8]>) -> Option<Orientation> {
    Orientation::from_exif_chunk(exif?)
}

fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

fn read_svg(bytes: &[u8]) -> Result<Metadata, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|e| e.to_string())?;
    let root = document.root_element();
    let length = |name: &str| {
        let digits: String = root.attribute(name)?.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        digits.parse::<f64>().ok()
    };
    let view: Vec<f64> = root
        .attribute("viewBox")
        .map(|v| v.split([' ', ',']).filter_map(|part| part.parse().ok()).collect())
        .unwrap_or_default();
    let (width, height) = match (length("width"), length("height"), view.as_slice()) {
        (Some(width), Some(height), _) => (width, height),
        (_, _, [_, _, width, height]) => (*width, *height),
        _ => return Err("the SVG has neither `width` and `height` nor a `viewBox`".to_owned()),
    };
    Ok(Metadata {
        width: width.round() as u32,
        height: height.round() as u32,
        format: "svg",
        mime: "text/svg+xml",
        description: None,
        created: None,
        lossless: true,
    })
}
