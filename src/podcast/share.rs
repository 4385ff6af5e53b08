//! A square code that a telephone's camera reads, for the page where one subscribes.
//!
//! Entry point: [`qr`]. Drawn at build; nothing is asked of anybody.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::{Value, json};

/// Light modules around a code, as ISO/IEC 18004 asks.
const QUIET: i32 = 4;

/// `{ size, path }`: the side in modules, margin included, and the dark modules as one SVG path; null for a text that is
/// too long for a code.
pub fn qr(text: &str) -> Value {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Value::Null };
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    json!({ "size": code.size() + 2 * QUIET, "path": path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_its_margin() {
        let code = qr("https://reperes.example/podcast/#s-abonner");
        let size = code["size"].as_u64().unwrap();
        assert_eq!((size - 8 - 17) % 4, 0, "a code has 17 + 4n modules a side");
        let path = code["path"].as_str().unwrap();
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        let right = size - 4 - 7;
        assert!(path.contains(&format!("M{right} 4h7v1h-7z")) && path.contains(&format!("M4 {}h7", size - 5)));
        assert_eq!(qr(&"x".repeat(5000)), Value::Null);
    }
}
