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
    let outside_fences = text.split("```").step_by(2);
    let words: usize = match language {
        "zh" | "ja" => outside_fences
            .flat_map(str::unicode_words)
            .map(|word| if word.is_ascii() { 1 } else { word.chars().count() })
            .sum(),
        // A line ends a word: each line is counted alone, most of them the quick way.
        _ => outside_fences
            .flat_map(str::lines)
            .map(|line| latin(line).unwrap_or_else(|| line.unicode_words().count()))
            .sum(),
    };
    (words, words.div_ceil(per_minute(language)))
}

/// What a letter of European texts is to the rules of Unicode (annex 29) for the limits of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Underscore,
    /// Joins letters: `:`.
    BetweenLetters,
    /// Joins digits: `,` and `;`.
    BetweenDigits,
    /// Joins either: `.` and quotes.
    Between,
    Other,
}

/// The class of a sign; `None` for those of other scripts and for rare ones.
fn class(sign: char) -> Option<Class> {
    Some(match sign {
        'a'..='z' | 'A'..='Z' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' => Class::Letter,
        '0'..='9' => Class::Digit,
        '_' => Class::Underscore,
        ':' => Class::BetweenLetters,
        ',' | ';' => Class::BetweenDigits,
        '.' | '\'' | '‘' | '’' => Class::Between,
        '\0'..='\x7f' | '\u{a0}' | '«' | '»' | '×' | '÷' | '–' | '—' | '“' | '”' | '…' | '€' => {
            Class::Other
        }
        _ => return None,
    })
}

/// The words of a line of a European text; `None` when it has signs that only the whole of Unicode knows.
fn latin(line: &str) -> Option<usize> {
    let mut words = 0;
    // The last sign of a word that may go on, and the sign after it that may join it to the next.
    let (mut last, mut between) = (Class::Other, Class::Other);
    let mut is_counted = false;
    for sign in line.chars() {
        let class = class(sign)?;
        let joined = match class {
            Class::Letter | Class::Digit | Class::Underscore if between == Class::Other => last != Class::Other,
            Class::Letter => last == class && between != Class::BetweenDigits,
            Class::Digit => last == class && between != Class::BetweenLetters,
            Class::Underscore => false,
            _ => {
                let may_join = between == Class::Other && matches!(last, Class::Letter | Class::Digit);
                if may_join && class != Class::Other {
                    between = class;
                } else {
                    (last, between) = (Class::Other, Class::Other);
                }
                continue;
            }
        };
        (last, between) = (class, Class::Other);
        is_counted &= joined;
        // Underscores alone are no word.
        if class != Class::Underscore && !is_counted {
            words += 1;
            is_counted = true;
        }
    }
    Some(words)
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

    proptest::proptest! {
        #[test]
        fn the_quick_way_counts_what_unicode_counts(text in "([a-cÀéœɏ]{0,3}|[0-9]|[_:,;.'‘’ «»×–—“”…€\u{a0}#*()/\\[-]){0,12}") {
            proptest::prop_assert_eq!(latin(&text), Some(text.unicode_words().count()), "{:?}", text);
        }
    }

    #[test]
    fn rare_signs_take_the_slow_way() {
        assert_eq!(latin("日本"), None);
        assert_eq!(reading("l’été\n日本 a²\n_ __", "fr", Dialect::Zola023).0, 5);
    }

    #[test]
    fn japanese_is_counted_by_character() {
        assert_eq!(reading("パンは。", "ja", Dialect::Zola023).0, 3);
    }
}
