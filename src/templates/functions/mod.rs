//! The functions templates may call, one file per subject, written once for both engines.
//!
//! Entry point: [`ALL`]. A function takes a [`Call`] and answers with a [`Given`]; the engines do the rest.

mod bibtex;
mod call;
mod data;
mod files;
mod images;
mod library;
mod urls;

pub(crate) use call::{Answer, Call};
pub(super) use data::DataCache;
pub(super) use files::find_source as find_file;
pub(super) use files::{Beforehand, Found, Hashes, locate, places, seen_from};

use super::trace::{Read, note};
use crate::content::Library;

/// A function of templates.
type Function = fn(&Call) -> Answer;

/// Each function by name.
pub(super) const ALL: [(&str, Function); 14] = [
    ("get_url", urls::get_url),
    ("get_hash", files::get_hash),
    ("trans", urls::trans),
    ("text_direction", urls::text_direction),
    ("get_page", library::get_page),
    ("get_section", library::get_section),
    ("get_taxonomy", library::get_taxonomy),
    ("get_taxonomy_term", library::get_taxonomy_term),
    ("get_taxonomy_url", library::get_taxonomy_url),
    ("load_data", data::load_data),
    ("get_image_metadata", images::get_image_metadata),
    ("resize_image", images::resize_image),
    ("now", now),
    ("get_env", get_env),
];

/// `; did you mean …?` for a misspelt word, or nothing.
fn or_near<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: std::collections::BTreeSet<&str> = known.collect();
    crate::diagnostic::did_you_mean(word, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// The same for a file of the content, which may also be a draft.
fn or_draft(path: &str, library: &Library, localized: Option<&str>) -> String {
    let is_draft = [Some(path), localized].into_iter().flatten().any(|path| library.drafts.contains(path));
    match is_draft {
        true => "; it is a draft, or its section is, left out without `--drafts`".to_owned(),
        false => or_near(path, library.by_path.keys().map(String::as_str).filter(|known| *known != path)),
    }
}

/// `now(utc=false, timestamp=false)`: one instant for the whole build.
fn now(call: &Call) -> Answer {
    note(|| Read::Moment);
    let now = &call.shared.now;
    if call.flag("timestamp", false)? {
        return Ok(now.timestamp().as_second().into());
    }
    let now = if call.flag("utc", false)? { now.with_time_zone(jiff::tz::TimeZone::UTC) } else { now.clone() };
    Ok(now.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string().into())
}

/// `get_env(name, default)`.
fn get_env(call: &Call) -> Answer {
    let name = call.must_text("name")?;
    note(|| Read::Variable(name.to_owned()));
    match (std::env::var(name), call.get("default")) {
        (Ok(value), _) => Ok(value.into()),
        (Err(_), Some(default)) => Ok(default.clone().into()),
        (Err(_), None) => Err(format!("the environment variable `{name}` is not set")),
    }
}
