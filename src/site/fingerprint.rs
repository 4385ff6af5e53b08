//! Fingerprints: a file that pages fetch gets the hash of its content into its name (`site.3f2a….css`), and what names it
//! is rewritten, so that browsers may keep it for ever.
//!
//! Entry point: [`fingerprint`], over the finished outputs. References are found in tags of HTML and in style sheets
//! (`url(…)`, `@import`), where `references` says. The plain name stays: scripts, feeds and old pages may use it. Links
//! (`<a href>`), sound, films, feeds and pages keep their addresses. A tag with `integrity` keeps the very file whose
//! hash it holds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::references;
use crate::diagnostic::Diagnostic;
use crate::output::{Body, Output};

/// What may be kept for ever when its name says its content.
const ASSETS: [&str; 16] = [
    "css", "js", "mjs", "png", "jpg", "jpeg", "webp", "avif", "gif", "svg", "ico", "woff2", "woff", "ttf", "otf", "cur",
];

/// Hexadecimal digits in a name.
const DIGITS: usize = 16;

/// Adds the named copies and points HTML and style sheets at them.
pub(super) fn fingerprint(mut outputs: Vec<Output>, base_url: &str) -> Result<Vec<Output>, Vec<Diagnostic>> {
    let base = Base::new(base_url);
    let mut names = Names { base: &base, assets: BTreeMap::new(), done: BTreeMap::new(), under_way: BTreeSet::new() };
    names.assets = outputs.iter().filter(|o| is_asset(&o.path)).map(|o| (o.path.as_str(), o)).collect();
    let wanted: BTreeSet<String> = outputs
        .par_iter()
        .filter_map(|output| Some((output, html(output)?)))
        .flat_map_iter(|(output, text)| {
            let found = references::in_html(text).into_iter();
            found.filter_map(|span| base.resolve(&text[span], &output.path)).collect::<Vec<_>>()
        })
        .collect();
    for path in wanted {
        names.name(&path).map_err(|problem| vec![problem])?;
    }
    let Names { done, .. } = names;
    let mut made: Vec<Output> = Vec::new();
    let mut renamed: HashMap<String, String> = HashMap::new();
    for (path, named) in done {
        if let Some(named) = named {
            renamed.insert(path, named.hash);
            made.push(named.output);
        }
    }
    outputs.par_iter_mut().for_each(|output| {
        let Some(text) = html(output) else { return };
        let rewritten = rewrite(text, references::in_html(text), &output.path, &base, &renamed);
        if let Cow::Owned(rewritten) = rewritten {
            output.body = Body::Bytes(rewritten.into_bytes().into());
        }
    });
    outputs.append(&mut made);
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    outputs.dedup_by(|a, b| a.path == b.path);
    Ok(outputs)
}

fn html(output: &Output) -> Option<&str> {
    match &output.body {
        Body::Bytes(bytes) if output.path.ends_with(".html") => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn is_asset(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ASSETS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// A file under its new name.
struct Named {
    hash: String,
    output: Output,
}

/// Gives names; a style sheet after the files it names.
struct Names<'a> {
    base: &'a Base,
    assets: BTreeMap<&'a str, &'a Output>,
    done: BTreeMap<String, Option<Named>>,
    under_way: BTreeSet<String>,
}

impl Names<'_> {
    /// The hash that the file at a path has in its name; nothing for what is no asset, or names itself in a circle.
    fn name(&mut self, path: &str) -> Result<Option<String>, Diagnostic> {
        if let Some(done) = self.done.get(path) {
            return Ok(done.as_ref().map(|named| named.hash.clone()));
        }
        let Some(output) = self.assets.get(path).copied() else { return Ok(None) };
        if !self.under_way.insert(path.to_owned()) {
            return Ok(None);
        }
        let bytes = output.body.read().map_err(|e| Diagnostic::error(format!("`{path}` cannot be read: {e}")))?;
        let sheet = std::str::from_utf8(&bytes).ok().filter(|_| path.ends_with(".css"));
        let body = match sheet {
            None => output.body.clone(),
            Some(sheet) => {
                let found = references::in_css(sheet);
                let mut renamed = HashMap::new();
                for span in &found {
                    let Some(inner) = self.base.resolve(&sheet[span.clone()], path) else { continue };
                    if let Some(hash) = self.name(&inner)? {
                        renamed.insert(inner, hash);
                    }
                }
                match rewrite(sheet, found, path, self.base, &renamed) {
                    Cow::Borrowed(_) => output.body.clone(),
                    Cow::Owned(sheet) => Body::Bytes(sheet.into_bytes().into()),
                }
            }
        };
        let digest = match &body {
            Body::Bytes(bytes) => Sha256::digest(bytes),
            Body::File(_) => Sha256::digest(&bytes),
        };
        let hash = hex::encode(digest)[..DIGITS].to_owned();
        let output = Output { path: with_hash(path, &hash), body, origin: output.origin.clone() };
        self.under_way.remove(path);
        self.done.insert(path.to_owned(), Some(Named { hash: hash.clone(), output }));
        Ok(Some(hash))
    }
}

/// `site.css` as `site.HASH.css`.
fn with_hash(path: &str, hash: &str) -> String {
    match path.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}.{hash}.{ending}"),
        None => format!("{path}.{hash}"),
    }
}

/// A text with its references to renamed files changed.
fn rewrite<'t>(
    text: &'t str,
    found: Vec<Range<usize>>,
    from: &str,
    base: &Base,
    renamed: &HashMap<String, String>,
) -> Cow<'t, str> {
    let mut out = String::new();
    let mut done = 0;
    for span in found {
        let written = &text[span.clone()];
        let Some(hash) = base.resolve(written, from).and_then(|path| renamed.get(&path)) else { continue };
        let (address, fragment) = written.split_once('#').map_or((written, None), |(a, f)| (a, Some(f)));
        let address = address.split('?').next().unwrap_or(address);
        out.push_str(&text[done..span.start]);
        out.push_str(&with_hash(address, hash));
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(fragment);
        }
        done = span.end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Where the site is, to tell its own files from others.
struct Base {
    /// `https://a.test/site`, without a slash at its end.
    url: String,
    /// `/site`, or nothing.
    path: String,
}

impl Base {
    fn new(base_url: &str) -> Self {
        let url = base_url.trim_end_matches('/').to_owned();
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or(String::new(), |at| rest[at..].to_owned()),
            None => url.clone(),
        };
        Self { url, path }
    }

    /// The path of the site that a reference in the file `from` means.
    fn resolve(&self, written: &str, from: &str) -> Option<String> {
        let address = written.trim().split('#').next()?;
        let (address, query) = address.split_once('?').map_or((address, ""), |(a, q)| (a, q));
        // `?h=…` is what `get_url(cachebust=true)` writes: the name says it now.
        if address.is_empty() || address.contains(['&', '\\']) || !(query.is_empty() || is_cachebust(query)) {
            return None;
        }
        let inside = match address.strip_prefix(self.url.as_str()).filter(|_| self.url.contains("://")) {
            Some(rest) => rest.strip_prefix('/')?.to_owned(),
            None if address.contains("://") || address.starts_with("//") => return None,
            None => match address.strip_prefix('/') {
                Some(_) => address.strip_prefix(self.path.as_str())?.strip_prefix('/')?.to_owned(),
                None => join(from, address)?,
            },
        };
        Some(percent_encoding::percent_decode_str(&inside).decode_utf8().ok()?.into_owned())
    }
}

fn is_cachebust(query: &str) -> bool {
    query.strip_prefix("h=").is_some_and(|hash| hash.chars().all(|c| c.is_ascii_hexdigit()))
}

/// A relative address from a file's folder; nothing when it leaves the site or is none (`data:`, `mailto:`).
fn join(from: &str, address: &str) -> Option<String> {
    let first = address.split('/').next().unwrap_or_default();
    if first.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        let outputs = files.iter().map(|(path, text)| Output::bytes(*path, *text, "x")).collect();
        let outputs = fingerprint(outputs, "https://a.test/s/").unwrap();
        let text = |output: &Output| String::from_utf8(output.body.read().unwrap().to_vec()).unwrap();
        outputs.iter().map(|output| (output.path.clone(), text(output))).collect()
    }

    #[test]
    fn names_follow_content_through_style_sheets() {
        let page = "<link rel=stylesheet href=/s/a.css?h=00ff><img src='https://a.test/s/i/p.png#x' srcset=\"../i/p.png 1x, b.png 2x\"><a href=\"/s/i/p.png\">p</a>";
        let sheet = "@import \"b.css\"; p { background: url( 'i/p.png' ) } /* url(i/p.png) */";
        let other = [("b.css", "@import 'a.css';"), ("i/p.png", "P"), ("b.png", "hors"), ("é.css", "")];
        let first = made(&[&[("d/index.html", page), ("a.css", sheet)][..], &other].concat());
        let css = first.iter().find(|(path, _)| path.starts_with("a.") && path.len() > 10).unwrap();
        assert!(
            css.1.contains("url( 'i/p.") && css.1.contains(".png' )") && css.1.ends_with("/* url(i/p.png) */"),
            "{}",
            css.1
        );
        let html = &first["d/index.html"];
        assert!(html.contains(&format!("href=/s/{}>", css.0)), "{html}");
        assert!(html.contains("<a href=\"/s/i/p.png\">") && html.contains(".png#x'"), "{html}");
        assert!(html.contains("b.png 2x"), "another folder's file is no file of the site: {html}");
        assert_eq!(first["a.css"], sheet, "the plain name stays as it was");
        let second =
            made(&[&[("d/index.html", page), ("a.css", sheet)][..], &other[..1], &[("i/p.png", "Q")]].concat());
        assert!(!second.contains_key(css.0), "another image makes another style sheet");
    }

    #[test]
    fn what_holds_a_hash_already_is_left_alone() {
        let page = "<script src=\"/s/a.js\" integrity=\"sha384-x\"></script><script>\"<img src='/s/p.png'>\"</script>";
        let files = made(&[("index.html", page), ("a.js", "1"), ("p.png", "P")]);
        assert_eq!(files["index.html"], page);
        assert_eq!(files.len(), 3);
    }
}
