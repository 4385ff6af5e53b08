//! Words around media: durations, sizes and dates as French readers expect them ("12 min 41 s", "3,2 Mo"), and [`say`]
//! for the sentences of notes, guides and kits, which stand in the theme's `media.toml`.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::Date;

use crate::config::{Loaded, Translations};
use crate::french;

/// The sentences a site has when its theme does not say them otherwise.
static DEFAULTS: LazyLock<Translations> =
    LazyLock::new(|| toml::from_str(include_str!("../../themes/repere/i18n/fr/media.toml")).unwrap_or_default());

/// A sentence of the site, its theme or the built-in words; `{name}` is replaced by the value beside it.
pub fn say(loaded: &Loaded, lang: &str, key: &str, values: &[(&str, &str)]) -> String {
    let found = loaded.text(lang, key).or_else(|| DEFAULTS.get(key).map(String::as_str));
    let mut text = found.unwrap_or_default().to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// "1er mars 2026", "21 novembre 2026".
pub fn date(date: Date) -> String {
    let (day, month) = (french::day_number(date), french::month(date));
    format!("{day}{NBSP}{month}{NBSP}{}", date.year())
}

/// No-break space: a number never leaves its unit.
const NBSP: char = '\u{a0}';

/// A duration for people: "45 s", "12 min 41 s", "1 h 02 min".
pub fn duration(duration: Duration) -> String {
    let seconds = rounded_seconds(duration);
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (h, m, s) {
        (0, 0, s) => format!("{s}{NBSP}s"),
        (0, m, 0) => format!("{m}{NBSP}min"),
        (0, m, s) => format!("{m}{NBSP}min {s:02}{NBSP}s"),
        (h, 0, _) => format!("{h}{NBSP}h"),
        (h, m, _) => format!("{h}{NBSP}h {m:02}{NBSP}min"),
    }
}

/// Whole seconds, the nearest.
pub fn rounded_seconds(duration: Duration) -> u64 {
    (duration.as_millis() as u64 + 500) / 1000
}

/// A moment of a recording as players show it: "1:23", "1:02:03".
pub fn clock(moment: Duration) -> String {
    let seconds = moment.as_secs();
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// A size for people, in decimal units as phones and data plans count: "812 o", "240 Ko", "3,2 Mo".
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes}{NBSP}o"),
        1_000..999_500 => format!("{}{NBSP}Ko", (bytes + 500) / 1_000),
        999_500..9_950_000 => format!("{}{NBSP}Mo", tenths(bytes, 1_000_000)),
        9_950_000..999_500_000 => format!("{}{NBSP}Mo", (bytes + 500_000) / 1_000_000),
        _ => format!("{}{NBSP}Go", tenths(bytes, 1_000_000_000)),
    }
}

fn tenths(bytes: u64, unit: u64) -> String {
    let tenths = (bytes + unit / 20) / (unit / 10);
    if tenths.is_multiple_of(10) { format!("{}", tenths / 10) } else { format!("{},{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let say = |s: u64| duration(Duration::from_secs(s)).replace(NBSP, " ");
        assert_eq!(say(45), "45 s");
        assert_eq!(say(761), "12 min 41 s");
        assert_eq!(say(600), "10 min");
        assert_eq!(say(65), "1 min 05 s");
        assert_eq!(say(3725), "1 h 02 min");
        assert_eq!(say(7200), "2 h");
    }

    #[test]
    fn dates_are_written_out() {
        assert_eq!(date(jiff::civil::date(2026, 3, 1)).replace(NBSP, " "), "1er mars 2026");
        assert_eq!(date(jiff::civil::date(2026, 11, 21)).replace(NBSP, " "), "21 novembre 2026");
    }

    #[test]
    fn every_default_sentence_is_there() {
        assert_eq!(DEFAULTS["toolkit_kind_guide"], "Guide");
    }

    #[test]
    fn sizes_are_decimal_and_french() {
        let say = |b: u64| size(b).replace(NBSP, " ");
        assert_eq!(say(812), "812 o");
        assert_eq!(say(240_300), "240 Ko");
        assert_eq!(say(999_499), "999 Ko");
        assert_eq!(say(3_200_000), "3,2 Mo");
        assert_eq!(say(2_000_000), "2 Mo");
        assert_eq!(say(18_400_000), "18 Mo");
        assert_eq!(say(1_300_000_000), "1,3 Go");
    }

    #[test]
    fn moments_are_written_like_a_player() {
        assert_eq!(clock(Duration::from_secs(83)), "1:23");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}
