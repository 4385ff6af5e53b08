//! The description of the published files with a few of them changed, without understanding all of it.
//!
//! Entry points: [`Described::instead`], [`write`].

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;

/// What is told of a file that was made anew; its type stays.
pub(super) struct Described {
    pub(super) hash: [u8; 32],
    pub(super) size: u64,
}

/// Bytes instead of others.
pub(super) struct Patch {
    place: Range<usize>,
    bytes: Vec<u8>,
}

impl Described {
    /// What to write in the manifest instead of what it says of the file of a path. None when it does not say that.
    pub(super) fn instead(&self, manifest: &[u8], path: &str) -> Option<Patch> {
        const BETWEEN: &[u8] = b"\",\n      \"size\": ";
        let name = serde_json::to_string(path).ok()?;
        let before = format!("\n    {name}: {{\n      \"hash\": \"");
        let start = memchr::memmem::find(manifest, before.as_bytes())? + before.len();
        let rest = manifest.get(start + 2 * self.hash.len()..)?.strip_prefix(BETWEEN)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut bytes = hex::encode(self.hash).into_bytes();
        bytes.extend_from_slice(BETWEEN);
        bytes.extend_from_slice(self.size.to_string().as_bytes());
        Some(Patch { place: start..manifest.len() - rest.len() + digits, bytes })
    }
}

/// Writes the manifest with these bytes; only them, when nothing moves.
pub(super) fn write(file: &Path, manifest: &[u8], mut patches: Vec<Patch>) -> std::io::Result<()> {
    if patches.iter().all(|patch| patch.place.len() == patch.bytes.len()) {
        let mut file = File::options().write(true).open(file)?;
        for patch in patches {
            file.seek(SeekFrom::Start(patch.place.start as u64))?;
            file.write_all(&patch.bytes)?;
        }
        return Ok(());
    }
    std::fs::write(file, patched(manifest, &mut patches))
}

fn patched(manifest: &[u8], patches: &mut [Patch]) -> Vec<u8> {
    patches.sort_by_key(|patch| patch.place.start);
    let (mut bytes, mut at) = (Vec::with_capacity(manifest.len() + 16), 0);
    for patch in patches {
        bytes.extend_from_slice(&manifest[at..patch.place.start]);
        bytes.extend_from_slice(&patch.bytes);
        at = patch.place.end;
    }
    bytes.extend_from_slice(&manifest[at..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Manifest, Output};

    #[test]
    fn it_is_what_would_be_written() {
        let described = |texts: [&str; 3]| {
            let paths = ["a/index.html", "b\"c.txt", "index.html"];
            let outputs: Vec<Output> =
                paths.iter().zip(texts).map(|(path, text)| Output::bytes(*path, text, "x")).collect();
            serde_json::to_vec_pretty(&Manifest::describe(&outputs, |_| None).unwrap()).unwrap()
        };
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("manifest.json");
        for (one, two) in [("neuf", "un autre"), ("un peu plus long", "de"), ("neuf", "dix")] {
            let before = described(["vieux", "deux", "trois"]);
            std::fs::write(&file, &before).unwrap();
            let of =
                |text: &str| Described { hash: *blake3::hash(text.as_bytes()).as_bytes(), size: text.len() as u64 };
            let patches = vec![
                of(two).instead(&before, "index.html").unwrap(),
                of(one).instead(&before, "a/index.html").unwrap(),
            ];
            write(&file, &before, patches).unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), described([one, "deux", two]));
        }
        let before = described(["a", "b", "c"]);
        assert!(Described { hash: [0; 32], size: 0 }.instead(&before, "c.txt").is_none());
        for cut in 0..before.len() {
            let _ = Described { hash: [0; 32], size: 0 }.instead(&before[..cut], "index.html");
        }
    }
}
