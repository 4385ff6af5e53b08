//! Random ids and tokens. Ids are public; tokens are secrets, kept only as their SHA-256.
//!
//! A plain hash is enough: a token has 256 random bits, so there is nothing to guess from.

use sha2::{Digest, Sha256};

/// Letters and digits that cannot be taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A random id of 60 bits in 12 letters and digits: short enough for an address, says nothing.
pub fn fresh_id() -> String {
    random::<12>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A random token of 256 bits, in hexadecimal.
pub fn fresh_token() -> String {
    hex::encode(random::<32>())
}

/// What is kept of a token.
pub(super) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Somebody invited to a session, without saying who: the same address gives another value for another session.
pub(super) fn person(session: &str, email: &str) -> String {
    hash(&format!("{session} {}", email.to_lowercase()))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without the system's randomness no link would be secret: nothing to go on with.
    getrandom::fill(&mut bytes).expect("the system's source of randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_tokens_have_their_shape() {
        assert_eq!(ALPHABET.len(), 32);
        assert_eq!((fresh_id().len(), fresh_token().len()), (12, 64));
        assert_ne!(fresh_token(), fresh_token());
        assert_eq!(hash("a").len(), 64);
    }
}
