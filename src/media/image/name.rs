//! The name of a copy in the site: `STEM.HASH.EXT`, with the hash that Zola gives it, so that addresses written down
//! elsewhere, and both programs' output, agree.
//!
//! Entry point: [`of`]. The hash is of the words that asked for the copy, not of the picture's content: SipHash-1-3 with
//! a key of zeros over the path, the operation with its sizes, the ending, the quality and the speed.

use std::hash::Hasher as _;
use std::path::Path;

use siphasher::sip::SipHasher13;

use super::Request;
use super::resize::{Encoding, Filter, Operation};

/// What stands for a quality or a speed that a format has not.
const NONE: u16 = u16::MAX;

/// The name of the copy of `file`, which the site calls `source`.
pub(super) fn of(file: &Path, source: &str, request: &Request, format: Encoding) -> String {
    let mut words = source.as_bytes().to_vec();
    let (place, sizes): (u64, &[Option<u32>]) = match request.operation {
        Operation::Scale => (0, &[request.width, request.height]),
        Operation::FitWidth => (1, &[request.width]),
        Operation::FitHeight => (2, &[request.height]),
        Operation::Fit => (3, &[request.width, request.height]),
        Operation::Fill => (4, &[request.width, request.height]),
    };
    words.extend(place.to_le_bytes());
    for size in sizes {
        words.extend(size.unwrap_or_default().to_le_bytes());
    }
    let (quality, speed) = match format {
        Encoding::Png => (NONE, NONE),
        Encoding::Jpeg(quality) => (u16::from(quality), NONE),
        Encoding::Webp(quality) => (quality.map_or(NONE, u16::from), NONE),
        Encoding::Avif(quality, speed) => (u16::from(quality), u16::from(speed)),
    };
    words.extend(format.extension().as_bytes());
    words.extend(quality.to_le_bytes());
    words.extend(speed.to_le_bytes());
    if request.filter != Filter::default() {
        // Zola 0.22 has no other filter; two copies that differ by it alone need two names.
        words.push(request.filter as u8);
    }
    let mut hasher = SipHasher13::new();
    hasher.write(&words);
    let stem = file.file_stem().map(|s| s.to_string_lossy()).unwrap_or_default();
    format!("{stem}.{:016x}.{}", hasher.finish(), format.extension())
}

#[cfg(test)]
mod tests {
    use super::super::resize::{Format, encoding};
    use super::*;

    fn named(
        source: &str,
        operation: &str,
        size: (Option<u32>, Option<u32>),
        format: &str,
        quality: Option<u8>,
    ) -> String {
        let request = Request {
            width: size.0,
            height: size.1,
            operation: Operation::named(operation).unwrap(),
            format: Format::named(format).unwrap(),
            quality,
            speed: None,
            filter: Filter::default(),
            weighted: false,
        };
        of(Path::new(source), source, &request, encoding(&request, "png", true).unwrap())
    }

    /// The names on the right were given by Zola 0.22.0.
    #[test]
    fn copies_are_called_as_zola_calls_them() {
        let both = |side| (Some(side), Some(side));
        assert_eq!(named("large.png", "fill", both(6), "auto", None), "large.59f139c7718a5551.png");
        assert_eq!(named("large.png", "scale", (Some(7), Some(5)), "auto", None), "large.6956c49a5db82d84.png");
        assert_eq!(named("large.png", "fit_width", (Some(8), None), "auto", None), "large.0d05f1ba511d3ebc.png");
        assert_eq!(named("large.png", "fit_height", (None, Some(4)), "auto", None), "large.b795cb0a67cf5e18.png");
        assert_eq!(named("large.png", "fit", both(10), "auto", None), "large.1989133d401cabf8.png");
        assert_eq!(named("a.png", "fill", both(4), "jpg", None), "a.f417119b4d5069f7.jpg");
        assert_eq!(named("a.png", "fill", both(4), "webp", None), "a.4e96a96a65136a74.webp");
        assert_eq!(named("e.png", "fill", both(4), "webp", Some(50)), "e.4fc141b971598edf.webp");
        assert_eq!(named("c.jpg", "fill", both(4), "jpg", Some(10)), "c.f7e9c7d643431b51.jpg");
    }
}
