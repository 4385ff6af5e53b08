//! The rooms that hostile texts go through, compiled alone: nothing in them points to a room further down, so a fuzzer
//! needs neither the host nor the database.

#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/content/mod.rs"]
pub mod content;
#[path = "../../src/diagnostic.rs"]
pub mod diagnostic;
#[path = "../../src/markdown/mod.rs"]
pub mod markdown;
#[path = "../../src/memory/mod.rs"]
pub mod memory;
#[path = "../../src/podcast/transcript.rs"]
pub mod transcript;
