//! One-time codes of an authenticator app (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, as every app knows them.
//!
//! Entry points: [`accepted`] and [`address`]. The secret is base32 text; the clock comes in.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use crate::calendar::Epoch;

/// Seconds that a code is shown.
pub const STEP: Epoch = 30;
/// Clocks differ, and typing takes time: the code before and the one after count too.
const AROUND: i64 = 1;

/// The step a code belongs to, when it is right now and newer than `last`: a code works once. `None` otherwise.
pub fn accepted(secret: &str, code: &str, now: Epoch, last: i64) -> Option<i64> {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let here = now.div_euclid(STEP);
    let mut found = None;
    for step in here - AROUND..=here + AROUND {
        let good = bool::from(digits(&key, step).as_bytes().ct_eq(typed.as_bytes()));
        if good && step > last {
            found = Some(step);
        }
    }
    found
}

/// What an authenticator app reads from the QR code.
pub fn address(secret: &str, email: &str, issuer: &str) -> String {
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let issuer = escape(issuer);
    format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", escape(email))
}

/// The secret of 160 bits made from what is already secret.
pub fn secret_from(seed: &[u8; 32]) -> String {
    BASE32_NOPAD.encode(&seed[..20])
}

/// The code of a secret at an instant: what the app shows. For tests and tools.
pub fn code(secret: &str, now: Epoch) -> Option<String> {
    Some(digits(&BASE32_NOPAD.decode(secret.as_bytes()).ok()?, now.div_euclid(STEP)))
}

fn digits(key: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    let number = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, in the six last digits; the secret is the ASCII text 12345678901234567890.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (at, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(RFC, at).as_deref(), Some(digits));
        }
    }

    #[test]
    fn a_code_is_good_for_a_minute_and_once() {
        let now = 1_234_567_890;
        assert_eq!(accepted(RFC, "005 924", now, 0), Some(now / 30));
        assert!(accepted(RFC, "005924", now + 30, 0).is_some() && accepted(RFC, "005924", now + 61, 0).is_none());
        assert_eq!(accepted(RFC, "005924", now, now / 30), None, "used already");
        assert_eq!(accepted(RFC, "", now, 0), None);
        assert_eq!(accepted("pas du base32", "005924", now, 0), None);
    }

    #[test]
    fn the_address_names_the_site_and_the_person() {
        assert_eq!(
            address("ABC", "a@b.fr", "Repères"),
            "otpauth://totp/Rep%C3%A8res:a%40b%2Efr?secret=ABC&issuer=Rep%C3%A8res"
        );
    }
}
