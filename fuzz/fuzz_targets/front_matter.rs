//! Any text as a content file: its front matter is read, or what is wrong with it can be printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere_fuzz::{config::Config, content, diagnostic};

fuzz_target!(|text: &str| {
    let (_, _, problems) = content::read_front_matter("content/a.md", text, &Config::default());
    let _ = diagnostic::render(&problems);
});
