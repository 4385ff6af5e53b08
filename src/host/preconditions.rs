//! Conditional requests in the order of RFC 9110 §13.2.2. Pure: headers and validators in, a verdict out.
//!
//! Entry points: [`evaluate`] and [`range_still_valid`] (the `If-Range` step). Entity tags are strong everywhere in
//! this program; a weak one from a client never matches where strength is required.

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

/// What the client may hold us to: the validators of the chosen representation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validators<'a> {
    /// The strong entity tag, quotes included.
    pub(super) etag: &'a str,
    /// When the bytes last changed, when known.
    pub(super) modified: Option<SystemTime>,
}

/// The outcome for a GET or HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer normally.
    Proceed,
    /// The client's copy is still good: 304.
    NotModified,
    /// The client's condition does not hold: 412.
    Failed,
}

/// Evaluates the conditions of a GET or HEAD.
pub(super) fn evaluate(headers: &HeaderMap, current: Validators<'_>) -> Verdict {
    if headers.contains_key(IF_MATCH) {
        if !listed(headers, IF_MATCH, |tag| tag == "*" || tag == current.etag) {
            return Verdict::Failed;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, IF_UNMODIFIED_SINCE), current.modified)
        && whole_seconds(modified) > since
    {
        return Verdict::Failed;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        let same = listed(headers, IF_NONE_MATCH, |tag| tag == "*" || tag.trim_start_matches("W/") == current.etag);
        return if same { Verdict::NotModified } else { Verdict::Proceed };
    }
    match (date(headers, IF_MODIFIED_SINCE), current.modified) {
        (Some(since), Some(modified)) if whole_seconds(modified) <= since => Verdict::NotModified,
        _ => Verdict::Proceed,
    }
}

/// True when a `Range` header may be honoured: no `If-Range`, or one that names exactly these bytes.
///
/// A date is a strong validator only when the bytes are old enough that they cannot have changed twice in its second
/// (RFC 9110 §8.8.2.2), hence `now`.
pub(super) fn range_still_valid(headers: &HeaderMap, current: Validators<'_>, now: SystemTime) -> bool {
    let Some(value) = headers.get(IF_RANGE) else { return true };
    let Ok(value) = value.to_str().map(str::trim) else { return false };
    if value.starts_with('"') || value.starts_with("W/") {
        return value == current.etag;
    }
    let (Ok(date), Some(modified)) = (httpdate::parse_http_date(value), current.modified) else { return false };
    let old_enough = now.duration_since(modified).is_ok_and(|age| age >= Duration::from_secs(60));
    old_enough && date == whole_seconds(modified)
}

/// True when one entity tag of a list header satisfies `matches`.
fn listed(headers: &HeaderMap, name: axum::http::HeaderName, matches: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).flat_map(split_tags).any(matches)
}

/// Splits a list of entity tags; a comma inside quotes does not separate.
fn split_tags(list: &str) -> Vec<&str> {
    let mut quoted = false;
    list.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|tag| !tag.is_empty())
    .collect()
}

/// A date header; one that cannot be read is as if it were not there.
fn date(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// HTTP dates know no fractions of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"abc,d\"";

    fn check(pairs: &[(axum::http::HeaderName, &str)]) -> Verdict {
        evaluate(&map(pairs), Validators { etag: TAG, modified: Some(at(1_000_000)) })
    }

    fn map(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn none_match_compares_weakly_and_beats_the_date() {
        assert_eq!(check(&[(IF_NONE_MATCH, "\"x\", W/\"abc,d\"")]), Verdict::NotModified);
        assert_eq!(check(&[(IF_NONE_MATCH, "*")]), Verdict::NotModified);
        let later = httpdate::fmt_http_date(at(2_000_000));
        assert_eq!(check(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, &later)]), Verdict::Proceed);
        assert_eq!(check(&[(IF_MODIFIED_SINCE, &later)]), Verdict::NotModified);
        assert_eq!(check(&[(IF_MODIFIED_SINCE, "yesterday")]), Verdict::Proceed);
    }

    #[test]
    fn match_needs_a_strong_tag() {
        assert_eq!(check(&[(IF_MATCH, TAG)]), Verdict::Proceed);
        assert_eq!(check(&[(IF_MATCH, "W/\"abc,d\"")]), Verdict::Failed);
        let earlier = httpdate::fmt_http_date(at(10));
        assert_eq!(check(&[(IF_UNMODIFIED_SINCE, &earlier)]), Verdict::Failed);
        assert_eq!(check(&[(IF_MATCH, TAG), (IF_UNMODIFIED_SINCE, &earlier)]), Verdict::Proceed);
    }

    #[test]
    fn a_range_resumes_only_the_same_bytes() {
        let current = Validators { etag: TAG, modified: Some(at(1_000_000)) };
        let date = httpdate::fmt_http_date(at(1_000_000));
        let valid = |value: &str, now| range_still_valid(&map(&[(IF_RANGE, value)]), current, now);
        assert!(valid(TAG, at(1_000_000)));
        assert!(!valid("W/\"abc,d\"", at(1_000_000)));
        assert!(!valid("\"old\"", at(1_000_000)));
        assert!(valid(&date, at(1_000_100)));
        assert!(!valid(&date, at(1_000_010)), "too fresh to be a strong validator");
        assert!(!valid(&httpdate::fmt_http_date(at(5)), at(1_000_100)));
    }
}
