//! Any text as WebVTT.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere_fuzz::transcript;

fuzz_target!(|text: &str| {
    if let Err(error) = transcript::parse(text) {
        assert!(!error.message.is_empty());
    }
});
