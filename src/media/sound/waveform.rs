//! The shape of a sound, drawn: a few numbers and the outline an SVG shows behind a player.
//!
//! Entry points: [`peaks`] from levels, [`path`] from peaks. Drawn into the page, so that nothing is fetched before play.

use std::fmt::Write as _;

/// Steps of a wave: what a narrow telephone can show.
pub const BINS: usize = 200;
/// Height of the drawing, whose width is [`BINS`].
const HEIGHT: u32 = 40;

/// Levels gathered to [`BINS`] numbers from 0 to 100; the loudest hundredth is 100.
pub fn peaks(levels: &[f32]) -> Vec<u8> {
    if levels.is_empty() {
        return vec![0; BINS];
    }
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    let top = sorted[(sorted.len() - 1) * 99 / 100].max(f32::MIN_POSITIVE);
    (0..BINS)
        .map(|bin| {
            let from = bin * levels.len() / BINS;
            let to = ((bin + 1) * levels.len() / BINS).max(from + 1).min(levels.len());
            let mean = levels[from..to].iter().sum::<f32>() / (to - from) as f32;
            (mean / top * 100.0).round().clamp(0.0, 100.0) as u8
        })
        .collect()
}

/// An outline for `viewBox="0 0 200 40"`, the same above and below the middle.
pub fn path(peaks: &[u8]) -> String {
    let middle = HEIGHT / 2;
    // In tenths, so that no rounding of floats shows in the bytes. A thin line stays where it is silent.
    let reach = |peak: u8| (u32::from(peak) * (middle - 1) / 10).max(5);
    let mut out = String::new();
    for (x, peak) in peaks.iter().enumerate() {
        let y = middle * 10 - reach(*peak);
        let _ = write!(out, "{}{x} {}", if x == 0 { 'M' } else { 'L' }, tenths(y));
    }
    for (x, peak) in peaks.iter().enumerate().rev() {
        let _ = write!(out, "L{x} {}", tenths(middle * 10 + reach(*peak)));
    }
    out.push('Z');
    out
}

fn tenths(value: u32) -> String {
    if value.is_multiple_of(10) { (value / 10).to_string() } else { format!("{}.{}", value / 10, value % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_has_its_loud_and_its_quiet_places() {
        let levels: Vec<f32> = (0..4000).map(|i| if i < 2000 { 0.5 } else { 0.1 }).collect();
        let peaks = peaks(&levels);
        assert_eq!(peaks.len(), BINS);
        assert_eq!((peaks[0], peaks[199]), (100, 20));
        assert_eq!(super::peaks(&[]), vec![0; BINS]);
        assert_eq!(super::peaks(&[0.25]), vec![100; BINS], "shorter than the drawing is wide");
    }

    #[test]
    fn the_outline_is_closed_and_symmetrical() {
        assert_eq!(path(&[100, 0]), "M0 1L1 19.5L1 20.5L0 39Z");
    }
}
