//! Content codings: which one a client prefers, and the compressed forms made when the site is loaded.
//!
//! Entry points: [`choose`] (pure) and [`compress`]. Bodies are never compressed while answering.

use std::io::Write as _;

use bytes::Bytes;

/// A content coding we can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    /// Brotli, the smallest for text.
    Brotli,
    /// Zstandard.
    Zstd,
    /// gzip, for everybody.
    Gzip,
}

impl Coding {
    /// Our order of preference among codings the client likes equally.
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// The name in `Content-Encoding` and at the end of the entity tag.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// The coding to send among `available`, `None` for the bytes as they are.
///
/// A client that refuses even identity gets identity: RFC 9110 §12.5.3 allows it, and a page helps more than a 406.
pub(super) fn choose(accept: Option<&str>, available: impl Fn(Coding) -> bool) -> Option<Coding> {
    let weights = Weights::read(accept?);
    let identity = weights.of("identity").unwrap_or(1);
    Coding::ALL
        .into_iter()
        .filter(|coding| available(*coding))
        .map(|coding| (weights.of(coding.name()).unwrap_or(0), coding))
        .filter(|(weight, _)| *weight > 0 && (*weight >= identity || !weights.named("identity")))
        // `max_by_key` keeps the last of equals: reversed, the last is our first choice.
        .rev()
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, coding)| coding)
}

/// The weights of an `Accept-Encoding` header in thousandths.
struct Weights(Vec<(String, u16)>);

impl Weights {
    fn read(header: &str) -> Self {
        let entries = header.split(',').filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
            let name = if name == "x-gzip" { "gzip".to_owned() } else { name };
            let weight =
                parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(1000, thousandths);
            Some((name, weight))
        });
        Self(entries.collect())
    }

    fn of(&self, name: &str) -> Option<u16> {
        self.exact(name).or_else(|| self.exact("*"))
    }

    fn named(&self, name: &str) -> bool {
        self.exact(name).is_some()
    }

    fn exact(&self, name: &str) -> Option<u16> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight)
    }
}

/// `0.85` as 850; nonsense counts as a refusal.
fn thousandths(q: &str) -> u16 {
    let value: f32 = q.parse().unwrap_or(0.0);
    if value.is_finite() { (value.clamp(0.0, 1.0) * 1000.0) as u16 } else { 0 }
}

/// The compressed form, `None` when it would not be smaller by a worthwhile margin.
pub(super) fn compress(coding: Coding, bytes: &[u8]) -> Option<Bytes> {
    let mut out = Vec::with_capacity(bytes.len() / 3);
    let written = match coding {
        Coding::Brotli => brotli_into(bytes, &mut out),
        Coding::Zstd => zstd::stream::copy_encode(bytes, &mut out, 12),
        Coding::Gzip => gzip_into(bytes, &mut out),
    };
    (written.is_ok() && out.len() + out.len() / 20 < bytes.len()).then(|| out.into())
}

/// Quality 9 for pages; large indexes get 5, because the start of the server must stay quick.
fn brotli_into(bytes: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let quality = if bytes.len() <= 256 * 1024 { 9 } else { 5 };
    brotli::CompressorWriter::new(out, 4096, quality, 22).write_all(bytes)
}

fn gzip_into(bytes: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(accept: &str) -> Option<&'static str> {
        choose(Some(accept), |_| true).map(Coding::name)
    }

    #[test]
    fn the_client_decides_and_we_break_ties() {
        assert_eq!(choose(None, |_| true), None);
        assert_eq!(all(""), None);
        assert_eq!(all("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(all("gzip;q=1.0, br;q=0.9"), Some("gzip"));
        assert_eq!(all("GZIP"), Some("gzip"));
        assert_eq!(all("br;q=0, *"), Some("zstd"));
        assert_eq!(all("*;q=0"), None);
        assert_eq!(all("identity;q=0"), None);
        assert_eq!(all("identity, gzip;q=0.5"), None);
        assert_eq!(all("snappy"), None);
        assert_eq!(choose(Some("br, gzip"), |c| c == Coding::Gzip), Some(Coding::Gzip));
    }

    #[test]
    fn what_is_compressed_can_be_read_back() {
        let text = "Tu peux en parler. ".repeat(100).into_bytes();
        let gzip = compress(Coding::Gzip, &text).unwrap();
        let mut back = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut back).unwrap();
        assert_eq!(back, text);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &compress(Coding::Brotli, &text).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, text);
        assert_eq!(zstd::decode_all(&compress(Coding::Zstd, &text).unwrap()[..]).unwrap(), text);
        assert_eq!(compress(Coding::Gzip, b"short"), None);
    }
}
