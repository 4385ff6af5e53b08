//! Copies of other sizes: the arithmetic, and the pixels.

use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;

use image::codecs::avif::AvifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageReader, Rgba};
use serde::{Deserialize, Serialize};

use super::{Request, bounded, rows};

/// How a picture meets a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Exactly this size, the picture distorted.
    Scale,
    /// This width.
    FitWidth,
    /// This height.
    FitHeight,
    /// Inside this size, never enlarged.
    Fit,
    /// Exactly this size, the borders cut.
    Fill,
}

impl Operation {
    /// By the name templates use.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "scale" => Ok(Self::Scale),
            "fit_width" => Ok(Self::FitWidth),
            "fit_height" => Ok(Self::FitHeight),
            "fit" => Ok(Self::Fit),
            "fill" => Ok(Self::Fill),
            other => Err(format!("`op` is scale, fit_width, fit_height, fit or fill, not `{other}`")),
        }
    }
}

/// Format of a copy, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG for photographs, PNG for what has no loss.
    Auto,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, without loss unless a quality is asked for.
    Webp,
    /// AVIF.
    Avif,
}

impl Format {
    /// By the name templates use.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "png" => Ok(Self::Png),
            "webp" => Ok(Self::Webp),
            "avif" => Ok(Self::Avif),
            other => Err(format!("`format` is auto, jpg, png, webp or avif, not `{other}`")),
        }
    }
}

/// How the pixels of a copy are made of those of the original.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Filter {
    /// The nearest one: for pictures of few pixels.
    Nearest,
    /// Linear.
    Triangle,
    /// Cubic.
    CatmullRom,
    /// Soft.
    Gaussian,
    /// Sharp.
    #[default]
    Lanczos3,
}

impl Filter {
    /// By the name templates use.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "nearest" => Ok(Self::Nearest),
            "triangle" => Ok(Self::Triangle),
            "catmull_rom" => Ok(Self::CatmullRom),
            "gaussian" => Ok(Self::Gaussian),
            "lanczos3" => Ok(Self::Lanczos3),
            other => Err(format!("`filter` is nearest, triangle, catmull_rom, gaussian or lanczos3, not `{other}`")),
        }
    }

    fn kind(self) -> FilterType {
        match self {
            Self::Nearest => FilterType::Nearest,
            Self::Triangle => FilterType::Triangle,
            Self::CatmullRom => FilterType::CatmullRom,
            Self::Gaussian => FilterType::Gaussian,
            Self::Lanczos3 => FilterType::Lanczos3,
        }
    }
}

/// Format of a copy, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Encoding {
    Jpeg(u8),
    Png,
    Webp(Option<u8>),
    Avif(u8, u8),
}

impl Encoding {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpg",
            Self::Png => "png",
            Self::Webp(_) => "webp",
            Self::Avif(..) => "avif",
        }
    }
}

/// Decides the format of a copy.
pub(super) fn encoding(request: &Request, original: &str, lossless: bool) -> Result<Encoding, String> {
    match original {
        "svg" => return Err("an SVG has no pixels to resize".to_owned()),
        "avif" => {
            return Err("AVIF can be written, not read: resize the picture that this one was made from".to_owned());
        }
        _ => {}
    }
    if request.speed.is_some_and(|s| !(1..=10).contains(&s)) {
        return Err("`speed` is a number from 1 to 10".to_owned());
    }
    let quality = |least: u8, default: u8| match request.quality {
        Some(quality) if !(least..=100).contains(&quality) => Err(format!("`quality` is a number from {least} to 100")),
        quality => Ok(quality.unwrap_or(default)),
    };
    Ok(match request.format {
        Format::Auto if lossless => Encoding::Png,
        Format::Auto | Format::Jpeg => Encoding::Jpeg(quality(1, 75)?),
        // It has no quality, whatever is asked for.
        Format::Png => Encoding::Png,
        Format::Webp => Encoding::Webp(request.quality.map(|_| quality(0, 0)).transpose()?),
        Format::Avif => Encoding::Avif(quality(1, 80)?, request.speed.unwrap_or(5)),
    })
}

/// The size of a copy; `None` when the picture keeps its own.
pub(super) fn size((width, height): (u32, u32), request: &Request) -> Result<Option<(u32, u32)>, String> {
    let both = || match (request.width, request.height) {
        (Some(w), Some(h)) if w > 0 && h > 0 => Ok((w, h)),
        _ => Err("this operation needs `width` and `height`".to_owned()),
    };
    let scaled = |side: u32, by: u32, of: u32| (u64::from(side) * u64::from(by) / u64::from(of.max(1))).max(1) as u32;
    match request.operation {
        Operation::Scale | Operation::Fill => both().map(Some),
        Operation::FitWidth => {
            let w = request.width.filter(|w| *w > 0).ok_or("`fit_width` needs `width`")?;
            Ok(Some((w, scaled(height, w, width))))
        }
        Operation::FitHeight => {
            let h = request.height.filter(|h| *h > 0).ok_or("`fit_height` needs `height`")?;
            Ok(Some((scaled(width, h, height), h)))
        }
        Operation::Fit => {
            let (w, h) = both()?;
            if width <= w && height <= h {
                return Ok(None);
            }
            let wide = u64::from(width) * u64::from(h) > u64::from(height) * u64::from(w);
            Ok(Some(if wide { (w, scaled(height, w, width)) } else { (scaled(width, h, height), h) }))
        }
    }
}

/// The bytes of a copy.
pub(super) fn make(
    source: &Path,
    size: Option<(u32, u32)>,
    crop: bool,
    format: Encoding,
    (filter, weighted): (Filter, bool),
) -> anyhow::Result<Vec<u8>> {
    let reader = ImageReader::open(source)?.with_guessed_format()?;
    let mut decoder = reader.into_decoder()?;
    // What is decoded may tell another size than what was read of it before.
    bounded(decoder.dimensions()).map_err(anyhow::Error::msg)?;
    let profile = decoder.icc_profile().ok().flatten();
    // Of EXIF alone, as for its size: a TIFF says it elsewhere, and Zola does not look there.
    let exif = decoder.exif_metadata()?;
    let orientation = exif.as_deref().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let picture = match size {
        None => picture,
        Some(size) if crop => resized(&middle(&picture, size), size, filter, weighted),
        Some(size) => resized(&picture, size, filter, weighted),
    };
    encode(&picture, format, profile)
}

fn resized(picture: &DynamicImage, (width, height): (u32, u32), filter: Filter, weighted: bool) -> DynamicImage {
    if !weighted || !picture.color().has_alpha() {
        return picture.resize_exact(width, height, filter.kind());
    }
    // Of 16 bits a channel, for products of two of 8.
    let mut pixels = picture.to_rgba16();
    for Rgba([red, green, blue, alpha]) in pixels.pixels_mut() {
        for colour in [red, green, blue] {
            *colour = share(*colour, *alpha, u16::MAX);
        }
    }
    let mut pixels = image::imageops::resize(&pixels, width, height, filter.kind());
    for Rgba([red, green, blue, alpha]) in pixels.pixels_mut() {
        for colour in [red, green, blue] {
            *colour = share(*colour, u16::MAX, *alpha);
        }
    }
    let pixels = DynamicImage::from(pixels);
    match picture.color() {
        ColorType::La8 => pixels.to_luma_alpha8().into(),
        ColorType::Rgba8 => pixels.to_rgba8().into(),
        ColorType::La16 => pixels.to_luma_alpha16().into(),
        ColorType::Rgba32F => pixels.to_rgba32f().into(),
        _ => pixels,
    }
}

/// `colour` times `part` by `whole`, rounded; nothing of nothing.
fn share(colour: u16, part: u16, whole: u16) -> u16 {
    let (part, whole) = (u64::from(part), u64::from(whole));
    (u64::from(colour) * part + whole / 2).checked_div(whole).map_or(0, |share| share.min(u16::MAX.into()) as u16)
}

/// The part in the middle that has the shape of `size`. As in Zola, what is lost is cut before the pixels are made, and a
/// picture of nearly that shape is left whole.
fn middle(picture: &DynamicImage, (width, height): (u32, u32)) -> Cow<'_, DynamicImage> {
    const NEARLY: f32 = 0.1;
    let across = picture.width() as f32 / width as f32;
    let down = picture.height() as f32 / height as f32;
    if (across - down).abs() <= NEARLY {
        return Cow::Borrowed(picture);
    }
    let least = across.min(down);
    let wide = ((least * width as f32).round() as u32).min(picture.width());
    let high = ((least * height as f32).round() as u32).min(picture.height());
    let (left, top) = ((picture.width() - wide) / 2, (picture.height() - high) / 2);
    Cow::Owned(picture.crop_imm(left, top, wide, high))
}

fn encode(picture: &DynamicImage, format: Encoding, profile: Option<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    use image::ImageEncoder;
    let mut bytes = Cursor::new(Vec::new());
    match format {
        Encoding::Jpeg(quality) => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            if let Some(profile) = profile {
                let _ = encoder.set_icc_profile(profile);
            }
            DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder)?;
        }
        Encoding::Png => {
            let mut encoder = PngEncoder::new(&mut bytes);
            if let Some(profile) = profile {
                let _ = encoder.set_icc_profile(profile);
            }
            picture.write_with_encoder(encoder)?;
            bytes = Cursor::new(rows::settle(bytes.into_inner()));
        }
        Encoding::Webp(None) if let Some(profile) = profile => {
            // libwebp's own writer knows no colour profile.
            let mut encoder = WebPEncoder::new_lossless(&mut bytes);
            let _ = encoder.set_icc_profile(profile);
            picture.write_with_encoder(encoder)?;
        }
        Encoding::Webp(quality) => {
            let rgba = DynamicImage::from(picture.to_rgba8());
            let encoder = webp::Encoder::from_rgba(rgba.as_bytes(), rgba.width(), rgba.height());
            let memory = match quality {
                Some(quality) => encoder.encode_simple(false, f32::from(quality)),
                None => encoder.encode_simple(true, 75.0),
            };
            // The format ends at 16,383 pixels a side.
            return memory.map(|memory| memory.to_vec()).map_err(|error| anyhow::anyhow!("WebP refuses: {error:?}"));
        }
        Encoding::Avif(quality, speed) => {
            let encoder = AvifEncoder::new_with_speed_quality(&mut bytes, speed, quality);
            DynamicImage::from(picture.to_rgba8()).write_with_encoder(encoder)?;
        }
    }
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: Operation, width: Option<u32>, height: Option<u32>) -> Request {
        Request {
            width,
            height,
            operation,
            format: Format::Auto,
            quality: None,
            speed: None,
            filter: Filter::default(),
            weighted: false,
        }
    }

    #[test]
    fn sizes_follow_the_operation() {
        let of = |op, w, h| size((24, 12), &request(op, w, h)).unwrap();
        assert_eq!(of(Operation::Fit, Some(10), Some(10)), Some((10, 5)));
        assert_eq!(of(Operation::Fit, Some(100), Some(100)), None);
        assert_eq!(of(Operation::FitWidth, Some(48), None), Some((48, 24)));
        assert_eq!(of(Operation::FitHeight, None, Some(3)), Some((6, 3)));
        assert_eq!(of(Operation::Scale, Some(5), Some(9)), Some((5, 9)));
        assert!(size((24, 12), &request(Operation::FitWidth, None, Some(3))).is_err());
    }

    #[test]
    fn pictures_of_every_format_are_made_small() {
        let folder = tempfile::tempdir().unwrap();
        let picture = DynamicImage::new_rgba8(60, 40);
        for format in ["bmp", "ff", "gif", "hdr", "ico", "jpg", "png", "ppm", "qoi", "tga", "tiff", "webp"] {
            let file = folder.path().join(format!("a.{format}"));
            let picture = match format {
                // JPEG knows nothing to look through.
                "jpg" => DynamicImage::from(picture.to_rgb8()),
                "ff" => DynamicImage::from(picture.to_rgba16()),
                "hdr" => DynamicImage::from(picture.to_rgb32f()),
                _ => picture.clone(),
            };
            picture.save(&file).unwrap();
            // PNG knows no fractions.
            let kind = if format == "hdr" { Encoding::Jpeg(75) } else { Encoding::Png };
            let bytes = make(&file, Some((30, 20)), false, kind, (Filter::Lanczos3, true)).unwrap();
            let small = image::load_from_memory(&bytes).unwrap();
            assert_eq!((small.width(), small.height()), (30, 20), "{format}");
        }
    }

    #[test]
    fn what_is_seen_through_darkens_no_edge() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        // White on nothing, and nothing is black.
        let picture = image::RgbaImage::from_fn(40, 4, |x, _| Rgba(if x < 18 { [255; 4] } else { [0; 4] }));
        picture.save(&file).unwrap();
        let darkest = |weighted| {
            let bytes = make(&file, Some((10, 1)), false, Encoding::Png, (Filter::Lanczos3, weighted)).unwrap();
            let small = image::load_from_memory(&bytes).unwrap().to_rgba8();
            small.pixels().filter(|pixel| pixel.0[3] > 8).map(|pixel| pixel.0[0]).min().unwrap()
        };
        assert_eq!(darkest(true), 255);
        assert!(darkest(false) < 200, "{}", darkest(false));
    }

    #[test]
    fn a_copy_keeps_the_colour_profile() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        let picture = DynamicImage::new_rgb8(6, 4);
        std::fs::write(&file, encode(&picture, Encoding::Png, Some(b"colours".to_vec())).unwrap()).unwrap();
        for format in [Encoding::Jpeg(75), Encoding::Png, Encoding::Webp(None)] {
            let copy = make(&file, Some((3, 2)), false, format, (Filter::Lanczos3, false)).unwrap();
            let reader = ImageReader::new(Cursor::new(copy)).with_guessed_format().unwrap();
            let profile = reader.into_decoder().unwrap().icc_profile().unwrap();
            assert_eq!(profile.as_deref(), Some(&b"colours"[..]), "{format:?}");
        }
    }

    #[test]
    fn a_small_file_that_claims_a_huge_picture_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.ppm");
        std::fs::write(&file, b"P6\n999999 999999\n255\nabc").unwrap();
        let refused = make(&file, Some((3, 2)), false, Encoding::Png, (Filter::Lanczos3, false)).unwrap_err();
        assert!(refused.to_string().contains("999998 million pixels"), "{refused}");
    }

    #[test]
    fn what_is_filled_is_cut_before_it_is_made_small() {
        let picture = |width, height| DynamicImage::new_rgb8(width, height);
        let cut = |of: DynamicImage, size| (middle(&of, size).width(), middle(&of, size).height());
        assert_eq!(cut(picture(60, 40), (25, 25)), (40, 40));
        assert_eq!(cut(picture(60, 40), (130, 20)), (60, 9));
        assert_eq!(cut(picture(41, 40), (20, 20)), (41, 40), "nearly the shape");
        let stripes = image::RgbImage::from_fn(8, 2, |x, _| image::Rgb([x as u8, 0, 0]));
        let middle = middle(&DynamicImage::from(stripes), (2, 1)).to_rgb8();
        let first_row: Vec<u8> = middle.rows().next().unwrap().map(|pixel| pixel.0[0]).collect();
        assert_eq!(first_row, [2, 3, 4, 5]);
    }
}
