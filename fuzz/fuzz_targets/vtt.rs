//! Any text as WebVTT, and as every form that is made of a transcript.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere::podcast::{transcript, transcript_forms};

fuzz_target!(|text: &str| {
    if let Ok(read) = transcript::parse(text) {
        let _ = (transcript_forms::srt(&read), transcript_forms::json(&read));
    }
});
