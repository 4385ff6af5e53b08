//! The security headers of every answer. One table; pages, drawings and other files differ only in their policy.
//!
//! Entry point: [`secure`]. A handler that set a header of its own (a stricter referrer policy) keeps it.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

/// Own scripts, styles and media only; forms go nowhere else; nobody frames us.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; \
                    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
                    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/// A drawing opened on its own may style itself and do nothing else.
const DRAWING: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/// The built-in viewers of browsers (PDF, media) stop working under a strict policy.
const FILE: &str = "frame-ancestors 'none'; base-uri 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
];

/// Marks an answer that no policy is put on: pages of the preview, whose themes may do as they like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lax;

/// Completes the headers of an answer. `https` says that visitors reach us over TLS.
pub(super) fn secure(headers: &mut HeaderMap, https: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    let policy = policy(headers.get(CONTENT_TYPE));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    // What other hosts may fetch they may also embed: a cover or an episode in a web player.
    let shared = headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let reach = if shared { "cross-origin" } else { "same-origin" };
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static(reach));
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

fn policy(content_type: Option<&HeaderValue>) -> &'static str {
    let kind = content_type.and_then(|v| v.to_str().ok()).unwrap_or("text/html");
    if kind.starts_with("text/html") {
        PAGE
    } else if kind.starts_with("image/svg") {
        DRAWING
    } else {
        FILE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_get_the_strict_policy_and_keep_their_own_referrer_rule() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        secure(&mut headers, true);
        assert_eq!(headers[REFERRER_POLICY], "same-origin");
        assert!(
            headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'; script-src 'self'")
        );
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    }

    #[test]
    fn no_promise_of_tls_without_tls() {
        let mut headers = HeaderMap::new();
        secure(&mut headers, false);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
