//! A QR code as a drawing in the page itself: nothing is asked of another server, nothing is stored.
//!
//! Entry point: [`svg`]. The text below the drawing, for who cannot scan it, is the template's business.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// White modules around the code, as the standard asks for.
const QUIET: i32 = 4;

/// The code as an SVG element, black on white in every colour scheme. `None` for a text too long for any code.
pub(super) fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"232\" height=\"232\" role=\"img\" \
         aria-label=\"{label}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_of_black_on_white() {
        let svg = svg("otpauth://totp/A:b?secret=ABC", "Code \"QR\"").unwrap();
        assert!(svg.contains("aria-label=\"Code &quot;QR&quot;\"") && svg.contains("viewBox=\"0 0 37 37\""));
        assert!(svg.contains("M4 4h1v1h-1z"), "the corner of the first finder");
        assert!(super::svg(&"a".repeat(4000), "").is_none());
    }
}
