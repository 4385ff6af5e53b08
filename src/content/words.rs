//! How long a text is, and how long it takes to read.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::config::Dialect;

/// Words of a text without its fenced blocks (characters, in Chinese and Japanese), and the minutes they take to read.
pub fn reading(text: &str, lang: &str, dialect: Dialect) -> (usize, usize) {
    let whole = lang.to_ascii_lowercase();
    let language = match dialect {
        Dialect::Zola022 => "",
        Dialect::Zola023 => whole.split(['-', '_']).next().unwrap_or_default(),
    };
    let by_character = matches!(language, "zh" | "ja");
    let outside_fences = text.split("```").step_by(2);
    let words: usize = outside_fences
        .flat_map(str::unicode_words)
        .map(|word| if by_character && !word.is_ascii() { word.chars().count() } else { 1 })
        .sum();
    (words, words.div_ceil(per_minute(language)))
}

/// Reading speeds of Zola 0.23: words a minute, characters where words are not spaced. Zola 0.22 has one for all.
fn per_minute(language: &str) -> usize {
    match language {
        "en" => 238,
        "ko" => 202,
        "ja" => 653,
        "zh" => 439,
        _ => 200,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_fences_do_not_count() {
        assert_eq!(reading("un deux\n```\ntrois quatre\n```\ncinq", "fr", Dialect::Zola023), (3, 1));
        assert_eq!(reading("", "fr", Dialect::Zola023), (0, 0));
    }

    #[test]
    fn japanese_is_counted_by_character() {
        assert_eq!(reading("パンは。", "ja", Dialect::Zola023).0, 3);
    }
}
