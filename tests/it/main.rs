//! The one integration test crate. One module per subject; what they share is in `*_kit.rs`.

mod architecture;
mod build;
mod calendar;
mod calendar_kit;
mod checks;
mod cli;
mod conformance;
mod content;
mod host_calendar;
mod host_http;
mod host_life;
mod mail;
mod mistakes;
mod podcast;
mod podcast_feed;
mod podcast_host;
mod podcast_hostile;
mod podcast_tags;
mod postgres_kit;
mod serve;
mod store;
mod store_erase;
mod store_letters;
mod toolkit;
mod video;
