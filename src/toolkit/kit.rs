//! A kit as one ZIP: the same files give the same bytes.
//!
//! Entry point: [`zip()`]. A `LISEZ-MOI.txt` lists what is inside with its SHA-256, unless the kit brings its own; then the
//! list stands in `SHA256SUMS.txt` alone, which is always there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use anyhow::Context as _;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The text that explains the kit, when no file of this name is brought.
pub const README: &str = "LISEZ-MOI.txt";
/// The list that `sha256sum -c` reads.
pub const SUMS: &str = "SHA256SUMS.txt";

/// Packs `files` (by name) below the folder `folder`, all dated `date`. `introduction` heads the README.
pub fn zip(
    folder: &str,
    introduction: &str,
    mut files: BTreeMap<String, Vec<u8>>,
    date: Date,
) -> anyhow::Result<Vec<u8>> {
    if !files.contains_key(README) {
        let mut text = format!("{}\n\n", introduction.trim());
        for (name, bytes) in &files {
            let _ = writeln!(text, "- {name} ({})", crate::media::words::size(bytes.len() as u64));
        }
        let _ = writeln!(text, "- {SUMS}");
        files.insert(README.to_owned(), text.into_bytes());
    }
    let mut sums = String::new();
    for (name, bytes) in &files {
        let _ = writeln!(sums, "{}  {name}", hex::encode(Sha256::digest(bytes)));
    }
    files.insert(SUMS.to_owned(), sums.into_bytes());

    let year = u16::try_from(date.year()).unwrap_or(1980);
    let moment = DateTime::from_date_and_time(year, date.month().unsigned_abs(), date.day().unsigned_abs(), 0, 0, 0)
        .map_err(|_| anyhow::anyhow!("{date} is not a date a ZIP can hold"))?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(moment)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &files {
        let path = format!("{folder}/{name}");
        writer.start_file(&path, options).with_context(|| format!("{path} cannot be packed"))?;
        writer.write_all(bytes).with_context(|| format!("{path} cannot be packed"))?;
    }
    Ok(writer.finish().context("the ZIP cannot be finished")?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_kit_is_the_same_every_time_and_can_be_verified() {
        let files = || BTreeMap::from([("b.txt".to_owned(), b"b".to_vec()), ("a.txt".to_owned(), b"a".to_vec())]);
        let date = jiff::civil::date(2026, 11, 21);
        let packed = zip("kit", "Le kit", files(), date).unwrap();
        assert_eq!(packed, zip("kit", "Le kit", files(), date).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
        assert_eq!(names, ["kit/LISEZ-MOI.txt", "kit/SHA256SUMS.txt", "kit/a.txt", "kit/b.txt"]);
        let mut readme = String::new();
        archive.by_name("kit/LISEZ-MOI.txt").unwrap().read_to_string(&mut readme).unwrap();
        assert_eq!(readme.replace('\u{a0}', " "), "Le kit\n\n- a.txt (1 o)\n- b.txt (1 o)\n- SHA256SUMS.txt\n");
        let mut sums = String::new();
        archive.by_name("kit/SHA256SUMS.txt").unwrap().read_to_string(&mut sums).unwrap();
        assert!(sums.contains("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.txt\n"), "{sums}");
    }
}
