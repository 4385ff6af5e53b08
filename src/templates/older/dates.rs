//! Dates that Tera 1's filter `date` ends the program at: they are told before it is asked.
//!
//! Entry point: [`before`]. What that filter refuses by itself is left to it.

use std::collections::HashMap;

use serde_json::Value as Json;

/// The first and the last second that chrono has a day for.
const SECONDS: std::ops::RangeInclusive<i64> = -8_334_601_228_800..=8_210_266_876_799;

/// The parts of a format that tell a time zone.
const ZONES: [&str; 7] = [":::z", "::z", ":z", "#z", "z", "Z", "+"];

/// Why `date` cannot be asked, if so.
pub(super) fn before(filter: &str, value: &Json, args: &HashMap<String, Json>) -> Result<(), String> {
    let ("date", Some(seconds)) = (filter, value.as_i64()) else { return Ok(()) };
    if !SECONDS.contains(&seconds) {
        return Err(format!("`date`: the second {seconds} is in no year that can be written"));
    }
    let format = args.get("format").and_then(Json::as_str).unwrap_or_default();
    if tells_zone(format) && !args.contains_key("timezone") {
        return Err(format!("`date`: `{format}` tells a time zone, and a number of seconds has none: add `timezone`"));
    }
    Ok(())
}

fn tells_zone(format: &str) -> bool {
    let mut rest = format;
    while let Some((_, item)) = rest.split_once('%') {
        if ZONES.iter().any(|zone| item.starts_with(zone)) {
            return true;
        }
        rest = item.strip_prefix('%').unwrap_or(item);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_wherever_it_stands() {
        assert!(tells_zone("%z") && tells_zone("%H %:::z") && tells_zone("%%%+") && tells_zone("%#z"));
        assert!(!tells_zone("%%z") && !tells_zone("%Y:z") && !tells_zone("%") && !tells_zone(""));
    }
}
