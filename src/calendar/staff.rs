//! People who sign in: coordinators and trainers; their passwords.
//!
//! Entry points: [`hash_password`] and [`verify_password`]. Both take about 50 ms of a core on purpose: callers in async
//! code run them in `spawn_blocking`.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// What somebody who signs in may do.
    pub enum Role {
        /// Everything: sessions, requests, messages, staff.
        Coordinator = "coordinator",
        /// Their own sessions and who is registered there.
        Trainer = "trainer",
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Random text.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// E-mail address, lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// When they were added.
    pub created: Epoch,
}

/// Shortest password accepted.
pub const SHORTEST_PASSWORD: usize = 12;
/// Longest password accepted, in bytes.
pub const LONGEST_PASSWORD: usize = 256;

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

/// The translation key of what is wrong with a new password, if anything.
pub fn password_problem(password: &str) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        return Some("calendar_error_password_short");
    }
    if password.len() > LONGEST_PASSWORD {
        return Some("calendar_error_password_long");
    }
    let first = password.chars().next();
    let all_same = password.chars().all(|c| Some(c) == first);
    let lower = password.to_lowercase();
    if all_same || COMMON.iter().any(|common| lower.trim_end_matches(|c: char| c.is_ascii_digit()) == *common) {
        return Some("calendar_error_password_common");
    }
    None
}

/// The beginnings of long passwords that everybody tries first.
const COMMON: &[&str] =
    &["", "password", "motdepasse", "azerty", "azertyuiop", "qwerty", "qwertyuiop", "administrateur", "bonjour"];

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
        assert_eq!(password_problem("court"), Some("calendar_error_password_short"));
        assert_eq!(password_problem("123456789012"), Some("calendar_error_password_common"));
        assert_eq!(password_problem("motdepasse2026"), Some("calendar_error_password_common"));
        assert_eq!(password_problem("phare dans la brume"), None);
    }
}
