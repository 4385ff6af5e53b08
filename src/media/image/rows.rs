//! What a PNG may say in several ways, said as Zola says it.
//!
//! Entry point: [`settle`]. A row that equals the one above it can be written with several filters, and each leaves nothing.
//! `png` takes the first of them since 0.18.1; Zola, which has 0.18.0, writes the last. The profile of colours is packed
//! by miniz there, here by whatever another crate asks `flate2` for. The picture is the same either way: this gives the
//! file the same bytes, too. It knows the files that `image` writes and no others.

use std::io::Cursor;

/// Length of the signature that every PNG begins with.
const SIGNATURE: usize = 8;

/// In the order in which the encoder tries them: up, sub, average, Paeth.
const FILTERS: [u8; 4] = [2, 1, 3, 4];

/// Where the packed data of a profile of colours begins, as `image` writes its chunk: length, name, title, zero, method.
const PROFILE: usize = 8 + "_".len() + 2;

/// How miniz packs unless it is told otherwise.
const USUAL: u8 = 6;

/// The file with its profile as miniz packs it and its empty rows under the last filter that leaves them empty; what is no
/// such file comes back as it is.
pub(super) fn settle(png: Vec<u8>) -> Vec<u8> {
    let png = with_profile(&png).unwrap_or(png);
    with_rows(&png).unwrap_or(png)
}

fn with_profile(png: &[u8]) -> Option<Vec<u8>> {
    let mut file = png.get(..SIGNATURE)?.to_vec();
    let mut is_found = false;
    for (name, whole) in chunks(png)? {
        if name != b"iCCP" {
            file.extend_from_slice(whole);
            continue;
        }
        is_found = true;
        let profile = fdeflate::decompress_to_vec(whole.get(PROFILE..whole.len() - 4)?).ok()?;
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&profile, USUAL);
        add_chunk(&mut file, b"iCCP", &[&whole[8..PROFILE], &packed].concat())?;
    }
    is_found.then_some(file)
}

/// Adds a chunk: length, name, data, sum.
fn add_chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) -> Option<()> {
    file.extend_from_slice(&u32::try_from(data.len()).ok()?.to_be_bytes());
    let start = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let sum = crc32fast::hash(&file[start..]);
    file.extend_from_slice(&sum.to_be_bytes());
    Some(())
}

fn with_rows(png: &[u8]) -> Option<Vec<u8>> {
    let header = png.get(SIGNATURE + 8..SIGNATURE + 21)?;
    let number = |at: usize| header[at..at + 4].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let channels = [(0, 1), (2, 3), (4, 2), (6, 4)].iter().find(|(kind, _)| *kind == header[9])?.1;
    let pixel = channels * usize::from(header[8]).div_ceil(8);
    let line = number(0) * pixel;

    let mut data = Vec::new();
    let (mut before, mut after) = (png[..SIGNATURE].to_vec(), Vec::new());
    for (name, whole) in chunks(png)? {
        match name {
            b"IDAT" => data.extend_from_slice(&whole[8..whole.len() - 4]),
            _ if data.is_empty() => before.extend_from_slice(whole),
            _ => after.extend_from_slice(whole),
        }
    }
    let mut rows = fdeflate::decompress_to_vec(&data).ok()?;
    if line == 0 || rows.len() != (line + 1) * number(4) || !settle_rows(&mut rows, line, pixel) {
        return None;
    }
    let mut packer = fdeflate::Compressor::new(Cursor::new(Vec::new())).ok()?;
    for row in rows.chunks(line + 1) {
        packer.write_data(row).ok()?;
    }
    let packed = packer.finish().ok()?.into_inner();
    add_chunk(&mut before, b"IDAT", &packed)?;
    before.extend_from_slice(&after);
    Some(before)
}

/// The chunks of a file with their names, each whole: length, name, data, sum.
fn chunks(png: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut rest = png.get(SIGNATURE..)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let whole = rest.get(..length.checked_add(12)?)?;
        found.push((&whole[4..8], whole));
        rest = &rest[whole.len()..];
    }
    Some(found)
}

/// Gives every empty row its filter; false when each had it.
fn settle_rows(rows: &mut [u8], line: usize, pixel: usize) -> bool {
    let (mut above, mut current) = (vec![0; line], vec![0; line]);
    let mut is_changed = false;
    for row in rows.chunks_exact_mut(line + 1) {
        let (filter, left) = row.split_first_mut().expect("a row has a filter");
        for at in 0..line {
            current[at] = left[at].wrapping_add(foretold(*filter, &current, &above, at, pixel));
        }
        if *filter != 0 && left.iter().all(|byte| *byte == 0) {
            let leaves_nothing =
                |with: u8| (0..line).all(|at| current[at] == foretold(with, &current, &above, at, pixel));
            let last = FILTERS.into_iter().rfind(|with| leaves_nothing(*with)).unwrap_or(*filter);
            is_changed |= last != *filter;
            *filter = last;
        }
        std::mem::swap(&mut above, &mut current);
    }
    is_changed
}

/// What a filter expects at a place of a row (PNG, third edition, 9.2).
fn foretold(filter: u8, current: &[u8], above: &[u8], at: usize, pixel: usize) -> u8 {
    let left = if at < pixel { 0 } else { current[at - pixel] };
    let corner = if at < pixel { 0 } else { above[at - pixel] };
    let up = above[at];
    match filter {
        1 => left,
        2 => up,
        3 => left.midpoint(up),
        4 => {
            let sum = i16::from(left) + i16::from(up) - i16::from(corner);
            let [a, b, c] = [left, up, corner].map(|near| (sum - i16::from(near)).abs());
            if a <= b && a <= c {
                left
            } else if b <= c {
                up
            } else {
                corner
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::codecs::png::{PngDecoder, PngEncoder};
    use image::{DynamicImage, ImageDecoder, ImageEncoder, Rgba, RgbaImage};

    use super::{PROFILE, USUAL, chunks, settle};

    fn encoded(picture: &RgbaImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    fn filters(png: &[u8], line: usize) -> Vec<u8> {
        let data = chunks(png).unwrap().into_iter().find(|(name, _)| *name == b"IDAT").unwrap().1;
        let rows = fdeflate::decompress_to_vec(&data[8..data.len() - 4]).unwrap();
        rows.chunks(line + 1).map(|row| row[0]).collect()
    }

    #[test]
    fn rows_like_the_one_above_have_the_last_filter() {
        let stripes =
            RgbaImage::from_fn(9, 6, |x, y| Rgba([x.to_le_bytes()[0] * 28, 7, if y < 3 { 0 } else { 90 }, 255]));
        let png = settle(encoded(&stripes));
        assert_eq!(filters(&png, 36)[1..3], [4, 4]);
        assert_eq!(filters(&png, 36)[4..], [4, 4]);
        assert_eq!(image::load_from_memory(&png).unwrap(), DynamicImage::from(stripes));
    }

    #[test]
    fn what_is_clear_throughout_has_it_from_its_first_row() {
        let clear = RgbaImage::new(5, 4);
        let png = settle(encoded(&clear));
        assert_eq!(filters(&png, 20), [4; 4]);
        assert_eq!(image::load_from_memory(&png).unwrap(), DynamicImage::from(clear));
    }

    #[test]
    fn profiles_are_packed_by_miniz() {
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        let profile: Vec<u8> = (0..3000_u32).map(|n| (n * n % 251).to_le_bytes()[0]).collect();
        encoder.set_icc_profile(profile.clone()).unwrap();
        RgbaImage::new(2, 1).write_with_encoder(encoder).unwrap();
        let png = settle(bytes);
        let whole = chunks(&png).unwrap().into_iter().find(|(name, _)| *name == b"iCCP").unwrap().1;
        assert_eq!(whole[PROFILE..whole.len() - 4], miniz_oxide::deflate::compress_to_vec_zlib(&profile, USUAL));
        let mut decoder = PngDecoder::new(Cursor::new(png)).unwrap();
        assert_eq!(decoder.icc_profile().unwrap(), Some(profile));
    }

    #[test]
    fn other_files_stay() {
        let noise = RgbaImage::from_fn(40, 40, |x, y| {
            Rgba([0, 1, 2, 3].map(|n| (x * 97 + y * 31 * n + x * y * 13).to_le_bytes()[0]))
        });
        for bytes in [encoded(&noise), b"GIF89a".to_vec(), Vec::new(), encoded(&noise)[..90].to_vec()] {
            assert_eq!(settle(bytes.clone()), bytes);
        }
    }
}
