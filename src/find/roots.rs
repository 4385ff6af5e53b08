//! Words as they are compared: without accents, capitals and the usual endings of French.
//!
//! Entry points: [`words`] and [`root`]. The rules are data ([`ENDINGS`], [`SMALL`]) and are published with the index,
//! so that a browser applies the very same ones.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

/// What a word loses at its end, longest first; what remains has four letters or more. Understood alike by Rust and by
/// browsers.
pub const ENDINGS: &str = "^(.{4,}?)(?:issement|issant|issent|issait|atrice|ateur|ation|amment|emment|ement|euse|eur|\
                           rice|aient|erait|eront|era|ante|ant|able|ive|if|ee|ez|er|ir|it|ent|ait|ai|eu|e|i)$";
/// Words that say nothing about a text: asked for only when a question has no other.
pub const SMALL: &str = "le la les de des du un une et en au aux ce ces cet cette sa se son ses que qui quoi on il elle \
                         ils elles je tu nous vous ne pas plus par pour dans sur avec est ai as a ou si ma mon mes ta \
                         ton tes y lui leur leurs";

static ENDING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ENDINGS).ok());

/// The words of a text, plain: `Elle s’inquiète` gives `elle`, `s`, `inquiete`.
pub fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)) {
        let last = words.len() - 1;
        match c {
            'œ' | 'Œ' => words[last].push_str("oe"),
            c if c.is_ascii_alphanumeric() => words[last].push(c.to_ascii_lowercase()),
            _ if words[last].is_empty() => {}
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What stays of a plain word.
pub fn root(word: &str) -> String {
    let mut stem = match word.strip_suffix("aux") {
        Some(rest) if rest.len() >= 3 => format!("{rest}al"),
        _ => word.to_owned(),
    };
    if stem.len() > 3 && stem.ends_with(['s', 'x']) {
        stem.pop();
    }
    if let Some(found) = ENDING.as_ref().and_then(|ending| ending.captures(&stem)) {
        stem = found[1].to_owned();
    }
    // A doubled consonant at the end is written once: `personnel`, `personne`.
    let bytes = stem.as_bytes();
    if let [.., one, two] = bytes
        && one == two
        && bytes.len() > 4
    {
        stem.pop();
    }
    stem
}

/// The telling words of a question, each once; all of them when none tells anything.
pub fn terms(question: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in words(question).into_iter().filter(|word| word.len() > 1) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    let telling: Vec<String> = all.iter().filter(|word| !is_small(word)).cloned().collect();
    if telling.is_empty() { all } else { telling }
}

/// Whether a plain word says nothing about a text.
pub fn is_small(word: &str) -> bool {
    SMALL.split(' ').any(|small| small == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_capitals_and_apostrophes_do_not_count() {
        assert_eq!(words("L’ÉCOUTE, d'un cœur Inquiet : 12"), ["l", "ecoute", "d", "un", "coeur", "inquiet", "12"]);
        assert_eq!(words("e\u{301}cole"), ["ecole"]);
        assert!(words("« … » — !").is_empty());
    }

    #[test]
    fn forms_of_a_word_share_a_root() {
        for forms in [
            "inquiet inquiete inquiets inquietes inquieter",
            "parler parle parles parlez parlait parlent parlera parlaient parlerait",
            "enfant enfants",
            "social sociale sociaux sociales",
            "danger dangers",
            "ecouter ecoute ecoutez ecoutent ecoutant ecoutait",
            "dangereux dangereuse dangereuses",
            "rapide rapidement rapides",
            "personne personnes",
            "educateur educatrice educateurs educatrices",
        ] {
            let roots: Vec<String> = forms.split(' ').map(root).collect();
            assert!(roots.iter().all(|one| *one == roots[0]), "{roots:?}");
        }
        assert_ne!(root("parent"), root("pare"));
        assert_ne!(root("enfant"), root("enfer"));
    }

    #[test]
    fn a_question_keeps_its_telling_words() {
        assert_eq!(terms("Comment parler de la honte, de la HONTE ?"), ["comment", "parler", "honte"]);
        assert_eq!(terms("de la"), ["de", "la"]);
        assert!(terms("? !").is_empty());
    }
}
