//! Drawings as small PNG files: a picture of few colours is written with a palette, a third of what full colour takes.
//!
//! Entry point: [`png`]. The most frequent colours are exact; the few shades at the edges of letters that have no place
//! become their nearest neighbours. A photograph keeps its colours.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Colours of a palette.
const PLACES: usize = 256;
/// More colours than this are a photograph.
const DRAWING: usize = 2048;

type Colour = [u8; 3];

/// The picture as PNG.
pub(super) fn png(pixels: &[Colour], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    match indexed(pixels) {
        Some((palette, indices)) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette.concat());
            encoder.set_compression(png::Compression::High);
            encoder.set_filter(png::Filter::NoFilter);
            encoder.write_header()?.write_image_data(&indices)?;
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            encoder.write_header()?.write_image_data(pixels.as_flattened())?;
        }
    }
    Ok(out)
}

/// Palette, and the place in it of each pixel; `None` for a photograph.
fn indexed(pixels: &[Colour]) -> Option<(Vec<Colour>, Vec<u8>)> {
    let mut counts: BTreeMap<Colour, u32> = BTreeMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
        if counts.len() > DRAWING {
            return None;
        }
    }
    let mut colours: Vec<(Colour, u32)> = counts.into_iter().collect();
    colours.sort_by_key(|(colour, count)| (Reverse(*count), *colour));
    let palette: Vec<Colour> = colours.iter().take(PLACES).map(|(colour, _)| *colour).collect();
    let places: BTreeMap<Colour, u8> =
        colours.iter().map(|(colour, _)| (*colour, nearest(&palette, *colour))).collect();
    let indices = pixels.iter().map(|pixel| places[pixel]).collect();
    Some((palette, indices))
}

fn nearest(palette: &[Colour], colour: Colour) -> u8 {
    let places = (0..=u8::MAX).zip(palette);
    places.min_by_key(|(_, other)| distance(other, colour)).map_or(0, |(place, _)| place)
}

fn distance(one: &Colour, other: Colour) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(png: &[u8]) -> image::RgbImage {
        image::load_from_memory_with_format(png, image::ImageFormat::Png).unwrap().into_rgb8()
    }

    #[test]
    fn few_colours_are_exact_and_some_more_are_near() {
        let few: Vec<Colour> = (0..100_u8).flat_map(|n| [[n, 0, 9]; 100]).collect();
        let drawing = png(&few, (100, 100)).unwrap();
        assert!(read(&drawing).pixels().map(|pixel| pixel.0).eq(few.iter().copied()));
        let more: Vec<Colour> = (0..1000_u16).flat_map(|n| [[(n / 4) as u8, (n % 4) as u8, 0]; 10]).collect();
        let (palette, places) = indexed(&more).unwrap();
        assert_eq!(palette.len(), PLACES);
        let off = |(place, want): (&u8, &Colour)| {
            let got = palette[usize::from(*place)];
            palette.iter().any(|other| distance(other, *want) < distance(&got, *want))
        };
        assert!(!places.iter().zip(&more).any(off), "no nearer colour is there");
    }

    #[test]
    fn a_photograph_keeps_its_colours() {
        let photograph: Vec<Colour> = (0..10_000_u32).map(|n| [(n / 256) as u8, (n % 256) as u8, 7]).collect();
        let written = read(&png(&photograph, (100, 100)).unwrap());
        assert!(written.pixels().map(|pixel| pixel.0).eq(photograph.iter().copied()));
    }
}
