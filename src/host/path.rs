//! The path of a request, made plain once, before anything is looked up.
//!
//! Entry point: [`read`]. After it, routes and pages see the same decoded path: no doubled slashes, no dot segments,
//! no encoded separators. Guards that other servers lose to `//` or `%2F` cannot be lost here. Pure.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What must be escaped in a path segment of a redirect.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'\\');

/// What became of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Path {
    /// The decoded path, beginning with exactly one slash.
    Plain(String),
    /// The same place has a plainer address: encoded, path-absolute, never another host.
    Elsewhere(String),
    /// Nothing can be there: separators in disguise, control characters, broken encoding.
    Nowhere,
}

/// Reads the raw path of a request target.
pub(super) fn read(raw: &str) -> Path {
    let mut segments: Vec<String> = Vec::new();
    let mut plain = raw.starts_with('/');
    let mut pieces = raw.trim_start_matches('/').split('/').peekable();
    plain &= !raw.starts_with("//");
    let mut folder = raw.is_empty() || raw == "/";
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let Some(segment) = decode(piece) else { return Path::Nowhere };
        match segment.as_str() {
            "" if last => folder = true,
            "" => plain = false,
            "." | ".." => {
                plain = false;
                folder = last;
                if segment == ".." {
                    segments.pop();
                }
            }
            _ => segments.push(segment),
        }
    }
    if plain { Path::Plain(decoded(&segments, folder)) } else { Path::Elsewhere(encoded(&segments, folder)) }
}

/// A decoded path as a redirect may carry it.
pub(super) fn encode(path: &str) -> String {
    path.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string()).collect::<Vec<_>>().join("/")
}

fn decode(piece: &str) -> Option<String> {
    let segment = percent_decode_str(piece).decode_utf8().ok()?;
    let disguised = segment.chars().any(|c| c == '/' || c == '\\' || c.is_control());
    (!disguised && segment.len() <= 255).then(|| segment.into_owned())
}

fn decoded(segments: &[String], folder: bool) -> String {
    let mut path = String::from("/");
    path.push_str(&segments.join("/"));
    if folder && !segments.is_empty() {
        path.push('/');
    }
    path
}

fn encoded(segments: &[String], folder: bool) -> String {
    encode(&decoded(segments, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(path: &str) -> Path {
        Path::Plain(path.to_owned())
    }

    fn elsewhere(path: &str) -> Path {
        Path::Elsewhere(path.to_owned())
    }

    #[test]
    fn plain_paths_are_decoded() {
        assert_eq!(read("/"), plain("/"));
        assert_eq!(read("/ados/"), plain("/ados/"));
        assert_eq!(read("/ados"), plain("/ados"));
        assert_eq!(read("/%C3%A9t%C3%A9.html"), plain("/été.html"));
    }

    #[test]
    fn other_spellings_lead_to_the_plain_one() {
        assert_eq!(read("//ados//x"), elsewhere("/ados/x"));
        assert_eq!(read("//evil.example/"), elsewhere("/evil.example/"));
        assert_eq!(read("/a/./b"), elsewhere("/a/b"));
        assert_eq!(read("/a/%2e%2e/b/"), elsewhere("/b/"));
        assert_eq!(read("/../../etc/passwd"), elsewhere("/etc/passwd"));
        assert_eq!(read("/a//%C3%A9%3F"), elsewhere("/a/é%3F".replace('é', "%C3%A9").as_str()));
        assert_eq!(read("/a/.."), elsewhere("/"));
    }

    #[test]
    fn separators_in_disguise_lead_nowhere() {
        for path in ["/a%2fb", "/a%5cb", "/a\\b", "/%00", "/%ff", "/a%0d%0ab"] {
            assert_eq!(read(path), Path::Nowhere, "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_redirect_is_on_this_host_and_final(raw in "/[a-z./%25e2f\\\\]{0,30}") {
            if let Path::Elsewhere(to) = read(&raw) {
                prop_assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'));
                prop_assert!(matches!(read(&to), Path::Plain(_)), "{raw} → {to}");
            }
        }
    }
}
