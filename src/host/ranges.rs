//! Byte ranges (RFC 9110 §14): from a `Range` header and a length to what is sent. Pure arithmetic.
//!
//! Entry point: [`read`]. Where the RFC leaves a choice we do as nginx does, because podcast clients were written
//! against it: a malformed range is refused (416), an unknown unit is ignored, ranges that add up to more than the
//! whole are answered with the whole.

use std::ops::Range;

/// More ranges than this in one request are answered with the whole: no player asks for so many.
const MOST_RANGES: usize = 16;

/// What a `Range` header means for a representation of a known length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The whole representation, status 200.
    Whole,
    /// One part, status 206.
    One(Range<u64>),
    /// Several parts in the order they were asked for, status 206 as `multipart/byteranges`.
    Several(Vec<Range<u64>>),
    /// Nothing of what was asked exists, status 416.
    Nothing,
}

/// Reads a `Range` header for a representation of `length` bytes.
pub(super) fn read(header: &str, length: u64) -> Wanted {
    let Some((unit, specifiers)) = header.split_once('=') else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || length == 0 {
        return Wanted::Whole;
    }
    let mut ranges = Vec::new();
    let mut total = 0_u64;
    for specifier in specifiers.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        match one(specifier, length) {
            Err(Malformed) => return Wanted::Nothing,
            Ok(None) => {}
            Ok(Some(range)) => {
                total = total.saturating_add(range.end - range.start);
                ranges.push(range);
            }
        }
        if ranges.len() > MOST_RANGES {
            return Wanted::Whole;
        }
    }
    match ranges.len() {
        0 => Wanted::Nothing,
        1 => Wanted::One(ranges.remove(0)),
        _ if total > length => Wanted::Whole,
        _ => Wanted::Several(ranges),
    }
}

struct Malformed;

/// One specifier; `None` when it is well formed but lies outside the representation.
fn one(specifier: &str, length: u64) -> Result<Option<Range<u64>>, Malformed> {
    let (first, last) = specifier.split_once('-').ok_or(Malformed)?;
    if first.is_empty() {
        let suffix = number(last)?;
        return Ok((suffix > 0).then(|| length - suffix.min(length)..length));
    }
    let start = number(first)?;
    if last.is_empty() {
        return Ok((start < length).then_some(start..length));
    }
    let end = number(last)?;
    if end < start {
        return Err(Malformed);
    }
    Ok((start < length).then(|| start..end.saturating_add(1).min(length)))
}

/// A decimal number; one too large to hold is as good as the largest.
fn number(digits: &str) -> Result<u64, Malformed> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed);
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rows_of_the_reference_table() {
        assert_eq!(read("bytes=0-9", 1000), Wanted::One(0..10));
        assert_eq!(read("bytes=-5", 1000), Wanted::One(995..1000));
        assert_eq!(read("bytes=990-", 1000), Wanted::One(990..1000));
        assert_eq!(read("bytes=990-5000", 1000), Wanted::One(990..1000));
        assert_eq!(read("bytes=-5000", 1000), Wanted::One(0..1000));
        assert_eq!(read("bytes=5000-", 1000), Wanted::Nothing);
        assert_eq!(read("bytes=-0", 1000), Wanted::Nothing);
        assert_eq!(read("bytes=0-1,5-6", 1000), Wanted::Several(vec![0..2, 5..7]));
        assert_eq!(read("bytes=0-1,5000-", 1000), Wanted::One(0..2));
        assert_eq!(read("items=0-5", 1000), Wanted::Whole);
        assert_eq!(read("bytes=abc", 1000), Wanted::Nothing);
        assert_eq!(read("bytes=9-1", 1000), Wanted::Nothing);
        assert_eq!(read("bytes=0-", 0), Wanted::Whole);
        assert_eq!(read("bytes=0-18446744073709551616", 1000), Wanted::One(0..1000));
        assert_eq!(read("BYTES = 0-0", 1000), Wanted::One(0..1));
    }

    #[test]
    fn a_thousand_ranges_are_the_whole() {
        let header = format!("bytes={}", vec!["0-"; 1000].join(","));
        assert_eq!(read(&header, 1000), Wanted::Whole);
        assert_eq!(read("bytes=0-800,100-900", 1000), Wanted::Whole);
    }

    proptest! {
        #[test]
        fn what_is_sent_always_lies_inside(header in "bytes=[0-9,\\- ]{0,40}|\\PC{0,40}", length in 0_u64..5000) {
            let parts = match read(&header, length) {
                Wanted::One(range) => vec![range],
                Wanted::Several(ranges) => ranges,
                Wanted::Whole | Wanted::Nothing => vec![],
            };
            let total: u64 = parts.iter().map(|r| r.end - r.start).sum();
            prop_assert!(parts.iter().all(|r| r.start < r.end && r.end <= length));
            prop_assert!(total <= length.max(1) || parts.len() == 1);
        }
    }
}
