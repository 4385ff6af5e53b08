//! Passwords: what is accepted, how it is kept.
//!
//! Entry points: [`hash_password`], [`verify_password`], [`password_problem`]. The first two take about 50 ms of a core on
//! purpose: callers in async code run them in `spawn_blocking`. No character class is asked for and nothing expires: what
//! everybody tries first is refused instead.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Shortest password accepted, in characters.
pub const SHORTEST_PASSWORD: usize = 12;
/// Longest password accepted, in bytes.
pub const LONGEST_PASSWORD: usize = 256;

/// Words that leaked passwords are made of, the most frequent ones (from Django's list of common passwords, BSD), with
/// those of this trade. A password that is one of them with digits and signs around it is refused, so that the list
/// stands for many times its length of passwords.
static COMMON: LazyLock<BTreeSet<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// The argon2id hash of a password, as a PHC string (RFC 9106 second choice: 19 MiB, 2 passes).
pub fn hash_password(password: &str) -> String {
    let hash = Argon2::default().hash_password(password.as_bytes());
    // It fails only for passwords over 4 GiB or without a source of randomness; neither is a state to go on in.
    hash.expect("argon2 with its default parameters").to_string()
}

/// Whether `password` is the one of `hash`. Without a hash it takes the same time, so that an answer does not tell which
/// addresses exist.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    let Some(hash) = hash else {
        hash_password(password);
        return false;
    };
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

/// The translation key of what is wrong with a new password, if anything. `own` are words that the person's own password
/// must not be made of: name and address.
pub fn password_problem(password: &str, own: &[&str]) -> Option<&'static str> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Some("calendar_error_password_short");
    }
    if password.len() > LONGEST_PASSWORD {
        return Some("calendar_error_password_long");
    }
    is_guessable(password, own).then_some("calendar_error_password_common")
}

fn is_guessable(password: &str, own: &[&str]) -> bool {
    let distinct: BTreeSet<char> = password.chars().collect();
    if distinct.len() < 5 || password.chars().all(|c| !c.is_alphabetic()) {
        return true;
    }
    let lower = password.to_lowercase();
    let own: Vec<String> =
        own.iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic())).map(str::to_lowercase).collect();
    let known = |word: &str| COMMON.contains(word) || own.iter().any(|own| own.len() > 3 && own == word);
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2).collect();
    if words.len() <= 2 && words.iter().all(|word| known(word)) {
        return true;
    }
    let core = core(&lower);
    [core.to_owned(), plain(core)].iter().any(|word| known(word) || known(repeated(word)))
}

/// Without the digits and signs around it.
fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphabetic())
}

/// Digits and signs that stand for letters, as letters.
fn plain(word: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    word.chars().map(letter).collect()
}

/// What is said several times in a row, once.
fn repeated(word: &str) -> &str {
    let ends = word.char_indices().map(|(at, _)| at).filter(|at| *at > 3 && word.len().is_multiple_of(*at));
    let mut parts = ends.filter(|at| word == word[..*at].repeat(word.len() / at));
    parts.next().map_or(word, |at| &word[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_verified_and_an_unknown_person_is_not() {
        let hash = hash_password("la lune est haute");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("la lune est haute", Some(&hash)));
        assert!(!verify_password("la lune est basse", Some(&hash)));
        assert!(!verify_password("la lune est haute", None));
    }

    #[test]
    fn weak_passwords_are_named() {
        assert!(COMMON.len() > 3000);
        let problem =
            |password: &str| password_problem(password, &["Claire Morel-Lefebvre", "claire.morel@exemple.fr"]);
        assert_eq!(problem("court"), Some("calendar_error_password_short"));
        let long = "a b c d e ".repeat(30);
        assert_eq!(problem(&long), Some("calendar_error_password_long"));
        for common in [
            "123456789012",
            "motdepasse2026",
            "PasswordPassword",
            "P@ssw0rd!2026",
            "ababababababab",
            "soleilsoleil12",
            "2026!Formation!",
            "morel-lefebvre93",
            "Claire formation",
            "azertyuiopqsdfghjklm",
        ] {
            assert_eq!(problem(common), Some("calendar_error_password_common"), "{common}");
        }
        for good in ["phare dans la brume", "trois chats et un radis", "x7!Lq 42 vélo", "ÉÈÀ ça ù ïü öœ"] {
            assert_eq!(problem(good), None, "{good}");
        }
    }
}
