//! Covers: what directories refuse, found before they do.
//!
//! Entry points: [`check_cover`] and [`size`]. Only the head of the file is read: a picture of any size costs nothing.

use std::path::Path;

use image::{ExtendedColorType, ImageDecoder as _, ImageFormat, ImageReader};

/// Sides a cover may have, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 1400..=3000;
/// Bytes from which apps on a telephone load it slowly, and directories begin to refuse.
const HEAVY: u64 = 5_000_000;

/// What is wrong with a picture, and its remedy.
type Fault = (String, String);

/// Width and height; the error is a sentence.
pub fn size(file: &Path) -> Result<(u32, u32), String> {
    let reader = ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|e| e.to_string())?;
    reader.into_dimensions().map_err(|e| e.to_string())
}

/// Width and height of a cover that Apple takes; the error is a sentence and its remedy.
pub fn check_cover(file: &Path, name: &str) -> Result<(u32, u32), Fault> {
    let remedy = "export the cover as PNG or JPEG, RGB, square, 1400 to 3000 pixels a side";
    let unreadable = |error: String| (format!("`{name}` cannot be read as a picture: {error}"), remedy.to_owned());
    let bytes = std::fs::metadata(file).map_err(|e| unreadable(e.to_string()))?.len();
    if bytes > HEAVY {
        let size = crate::media::words::size(bytes);
        return Err((
            format!("the cover `{name}` weighs {size}"),
            "export it as JPEG below 500 Ko: every app loads it for every listener".to_owned(),
        ));
    }
    let reader =
        ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|e| unreadable(e.to_string()))?;
    let format = reader.format();
    let mut decoder = reader.into_decoder().map_err(|e| unreadable(e.to_string()))?;
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
    let profile = decoder.icc_profile().ok().flatten();
    if decoder.original_color_type() == ExtendedColorType::Cmyk8 || profile.is_some_and(|p| !is_rgb(&p)) {
        return Err((
            format!("the cover `{name}` has the colours of printing, not of screens"),
            "export it as RGB (sRGB)".to_owned(),
        ));
    }
    Ok((width, height))
}

/// The colour space in the head of an ICC profile.
fn is_rgb(profile: &[u8]) -> bool {
    profile.get(16..20).is_none_or(|space| space == b"RGB ")
}
