//! What an image is: size as shown, format, and the words its EXIF block carries.

use std::io::Cursor;
use std::path::Path;

use image::{ImageDecoder, ImageFormat, ImageReader, metadata::Orientation};

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
    /// True for the formats whose copies are PNG unless another format is asked for. As in Zola, neither GIF nor WebP is.
    pub(super) lossless: bool,
}

/// Reads the head of an image. What it holds counts, not what it is called, but for formats without a sign of their own.
pub(super) fn read(bytes: &[u8], file: &Path) -> Result<Metadata, String> {
    let unknown = || "is not an image this program knows".to_owned();
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| e.to_string())?;
    if reader.format().is_none() {
        let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        if extension == "svg" {
            return read_svg(bytes);
        }
        reader.set_format(ImageFormat::from_extension(extension).ok_or_else(unknown)?);
    }
    let kind = reader.format().ok_or_else(unknown)?;
    if kind == ImageFormat::Avif {
        return read_avif(bytes);
    }
    let mut decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let (mut width, mut height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    if exif.as_deref().and_then(Orientation::from_exif_chunk).is_some_and(turns) {
        (width, height) = (height, width);
    }
    let tags = exif.as_deref().map(exif::read).unwrap_or_default();
    Ok(Metadata {
        width,
        height,
        format: kind.extensions_str().first().copied().unwrap_or_default(),
        mime: kind.to_mime_type(),
        description: tags.description,
        created: tags.created,
        lossless: !matches!(
            kind,
            ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif | ImageFormat::Dds | ImageFormat::Qoi
        ),
    })
}

/// AVIF is written by this program, and only its size is read.
fn read_avif(bytes: &[u8]) -> Result<Metadata, String> {
    let size = imagesize::blob_size(bytes).map_err(|e| e.to_string())?;
    let dimension = |pixels: usize| u32::try_from(pixels).map_err(|_| "is too large".to_owned());
    Ok(Metadata {
        width: dimension(size.width)?,
        height: dimension(size.height)?,
        format: "avif",
        mime: "image/avif",
        description: None,
        created: None,
        lossless: false,
    })
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
    let view: Vec<f64> = root
        .attribute("viewBox")
        .map(|v| v.split(|c: char| c == ',' || c.is_whitespace()).filter_map(|part| part.parse().ok()).collect())
        .unwrap_or_default();
    let length = |name: &str, whole: Option<&f64>| svg_length(root.attribute(name)?, whole.copied());
    let (width, height) = match (length("width", view.get(2)), length("height", view.get(3)), view.as_slice()) {
        (Some(width), Some(height), _) => (width, height),
        (_, _, [_, _, width, height]) => (*width, *height),
        _ => return Err("the SVG has neither `width` and `height` nor a `viewBox`".to_owned()),
    };
    // What is left of a pixel is cut off, as Zola does.
    Ok(Metadata {
        width: width as u32,
        height: height as u32,
        format: "svg",
        mime: "text/svg+xml",
        description: None,
        created: None,
        lossless: true,
    })
}

/// A length of an SVG: its number, whatever its unit; a part of the `viewBox` if it is a percentage. `None` for what is
/// none (`auto`), or has a unit that is none.
fn svg_length(written: &str, whole: Option<f64>) -> Option<f64> {
    let written = written.trim();
    let end = written.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(written.len());
    let number: f64 = written[..end].parse().ok()?;
    match (&*written[end..].to_ascii_lowercase(), whole) {
        ("%", Some(whole)) => Some(number / 100.0 * whole),
        ("" | "%" | "em" | "ex" | "px" | "pt" | "pc" | "cm" | "mm" | "in", _) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_image_holds_counts_not_what_it_is_called() {
        let read = |bytes: &[u8], name: &str| read(bytes, Path::new(name)).map(|found| (found.width, found.format));
        let mut png = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(3, 2).write_to(&mut png, ImageFormat::Png).unwrap();
        let png = png.into_inner();
        for name in ["a.png", "a.jpg", "a.svg", "a.avif", "a.xyz", "a"] {
            assert_eq!(read(&png, name), Ok((3, "png")), "{name}");
        }
        let pam = b"P7\nWIDTH 4\nHEIGHT 3\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n";
        assert_eq!(read(pam, "a.pam"), Ok((4, "pbm")));
        assert!(read(b"<svg/>", "a.png").is_err() && read(b"", "a").is_err());
    }

    #[test]
    fn an_svg_tells_its_size_or_the_part_of_its_view_box() {
        assert_eq!(svg_length("24px", None), Some(24.0));
        assert_eq!(svg_length("100%", Some(48.0)), Some(48.0));
        assert_eq!(svg_length("50%", None), Some(50.0));
        assert_eq!(svg_length("auto", Some(48.0)), None);
        assert_eq!(svg_length("3rem", None), None);
        let read = |text: &str| read_svg(text.as_bytes()).map(|found| (found.width, found.height));
        assert_eq!(
            read(r#"<svg xmlns="http://www.w3.org/2000/svg" width="1em" height="1em" viewBox="0 0 24 24"/>"#),
            Ok((1, 1))
        );
        assert_eq!(
            read(r#"<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%" viewBox="0 0 24.9 12"/>"#),
            Ok((24, 12))
        );
        assert!(read(r#"<svg xmlns="http://www.w3.org/2000/svg" width="3"/>"#).is_err());
    }
}
