//! Covers: what directories refuse, found before they do.
//!
//! Entry point: [`check_cover`]. Only the head of the file is read.

use std::path::Path;

use image::{ImageDecoder as _, ImageFormat, ImageReader};

/// Sides a cover may have, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 1400..=3000;

/// Whether the picture is a cover Apple takes; the error is a sentence and its remedy.
pub fn check_cover(file: &Path, name: &str) -> Result<(), (String, String)> {
    let remedy = "export the cover as PNG or JPEG, RGB, square, 1400 to 3000 pixels a side";
    let unreadable = |error: String| (format!("`{name}` cannot be read as a picture: {error}"), remedy.to_owned());
    let reader =
        ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|e| unreadable(e.to_string()))?;
    let format = reader.format();
    let decoder = reader.into_decoder().map_err(|e| unreadable(e.to_string()))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let extensions: &[&str] = match format {
        Some(ImageFormat::Png) => &["png"],
        Some(ImageFormat::Jpeg) => &["jpg", "jpeg"],
        _ => return Err((format!("`{name}` is neither PNG nor JPEG"), remedy.to_owned())),
    };
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !extensions.contains(&extension) {
        let stem = name.strip_suffix(&format!(".{extension}")).unwrap_or(name);
        let truth = if extensions == ["png"] { "PNG" } else { "JPEG" };
        return Err((format!("`{name}` is in truth {truth}"), format!("rename it to `{stem}.{}`", extensions[0])));
    }
    if width != height || !SIDES.contains(&width) {
        return Err((format!("the cover `{name}` has {width} × {height} pixels"), remedy.to_owned()));
    }
    if color.has_alpha() {
        return Err((
            format!("the cover `{name}` has a transparent layer"),
            "export it without transparency (alpha)".to_owned(),
        ));
    }
    if !color.has_color() {
        return Err((format!("the cover `{name}` is in grey levels"), "export it as RGB".to_owned()));
    }
    Ok(())
}
