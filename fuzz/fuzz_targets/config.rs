//! Any texts as `zola.toml` and `repere.toml`, parted by a line of `%%`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere_fuzz::{config, diagnostic};

fuzz_target!(|text: &str| {
    let (zola, ours) = text.split_once("\n%%\n").unwrap_or((text, text));
    let (_, _, problems) = config::read_texts(zola, ours);
    let _ = diagnostic::render(&problems);
});
