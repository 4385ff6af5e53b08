//! Copies in the cache that nobody asks for any more: of pictures that changed or went, or made by an older program. They
//! stay a while, for a site that is still served may show them.
//!
//! Entry point: [`sweep`]. A list beside the copies says when each was asked for; without it nothing is removed for
//! another month.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

/// Name of the list.
const LIST: &str = "used.json";
const DAY: u64 = 24 * 3600;
/// After how many seconds a copy that nobody asked for is removed.
const UNUSED: u64 = 30 * DAY;

/// Ending of a copy that is being written.
pub(super) const PART: &str = "part";
/// After how many seconds it is nobody's: it is written in one go.
const STALE: u64 = 3600;

/// Notes that the copies with these names are `used`, and removes those that were not for thirty days. What cannot be
/// read or removed only takes room.
pub(super) fn sweep(cache: &Path, used: &BTreeSet<String>, now: SystemTime) {
    let today = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / DAY * DAY;
    let list = cache.join(LIST);
    let read = std::fs::read(&list).ok();
    let before: BTreeMap<String, u64> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut days = BTreeMap::new();
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name == LIST {
            continue;
        }
        if Path::new(&name).extension().is_some_and(|ending| ending == PART) {
            let written = entry.metadata().and_then(|about| about.modified());
            let age = written.ok().and_then(|written| now.duration_since(written).ok());
            if age.is_some_and(|age| age.as_secs() > STALE) {
                let _ = std::fs::remove_file(entry.path());
            }
            continue;
        }
        let day = if used.contains(&name) { today } else { before.get(&name).copied().unwrap_or(today) };
        if today.saturating_sub(day) > UNUSED {
            let _ = std::fs::remove_file(entry.path());
        } else {
            days.insert(name, day);
        }
    }
    if days != before
        && let Err(error) = write(cache, &list, &days)
    {
        tracing::debug!("the list of used copies of images cannot be written: {error}");
    }
}

fn write(cache: &Path, list: &Path, days: &BTreeMap<String, u64>) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(cache)?;
    serde_json::to_writer(&mut file, days)?;
    file.persist(list)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_a_killed_build_was_writing_goes_after_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("a.4711.part");
        std::fs::write(&part, "a").unwrap();
        let now = SystemTime::now();
        sweep(folder.path(), &BTreeSet::new(), now);
        assert!(part.is_file(), "another build may be at it");
        sweep(folder.path(), &BTreeSet::new(), now + Duration::from_secs(STALE + 60));
        assert!(!part.is_file());
    }

    #[test]
    fn a_copy_that_nobody_asks_for_goes_after_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let there = |name: &str| folder.path().join(name).is_file();
        for name in ["a.webp", "b.webp"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let used = BTreeSet::from(["a.webp".to_owned()]);
        let day = |n: u64| SystemTime::UNIX_EPOCH + Duration::from_secs((20_000 + n) * DAY);
        sweep(folder.path(), &used, day(0));
        sweep(folder.path(), &used, day(30));
        assert!(there("a.webp") && there("b.webp"));
        sweep(folder.path(), &used, day(31));
        assert!(there("a.webp") && !there("b.webp"), "thirty days and no longer");
        // A copy that is asked for again, and one that the list does not know, begin a new month.
        sweep(folder.path(), &BTreeSet::new(), day(61));
        std::fs::remove_file(folder.path().join(LIST)).unwrap();
        sweep(folder.path(), &BTreeSet::new(), day(90));
        assert!(there("a.webp"));
        sweep(folder.path(), &BTreeSet::new(), day(121));
        assert!(!there("a.webp"));
    }
}
