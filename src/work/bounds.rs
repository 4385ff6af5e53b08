//! How much memory the program may have and how long a job may take, on this machine, and the sentences for what has more.
//!
//! Two variables of the environment raise them, for they are about the machine and not about the site:
//! `REPERE_MOST_MEMORY` in megabytes, `REPERE_MOST_SECONDS`; 0 is no bound.

use std::path::Path;

use super::Job;
use crate::diagnostic::{Diagnostic, Place};

/// Seconds a job may take: one page, one text, one style sheet. The dearest of a large site take a few.
const MOST_SECONDS: u64 = 60;
/// Seconds more that an engine has to stop by itself before the program ends.
const GRACE: u64 = 1;
/// Bytes that a build may have, whatever the machine has: a hundred thousand pages take two gigabytes.
const MOST_MEMORY: u64 = 8 << 30;
/// Bytes more for each thread: the largest picture that is read, and its copy.
const A_THREAD: u64 = 1 << 30;

/// How to give a job more time.
pub(super) const MORE_TIME: &str =
    "a loop inside loops may have no end; REPERE_MOST_SECONDS=600 in the environment gives each file ten minutes";

/// What is allowed.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Bytes.
    pub(super) memory: u64,
    pub(super) seconds: u64,
}

impl Bounds {
    /// As the environment says, or three quarters of what the machine or its container has, up to a bound.
    pub(super) fn of_this_machine() -> Self {
        let asked = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        let most = MOST_MEMORY + threads * A_THREAD;
        let memory = match asked("REPERE_MOST_MEMORY") {
            Some(0) => u64::MAX,
            Some(megabytes) => megabytes.saturating_mul(1 << 20),
            None => there_is().map_or(most, |there_is| most.min(there_is / 4 * 3)),
        };
        Self {
            memory,
            seconds: match asked("REPERE_MOST_SECONDS") {
                Some(0) => u64::MAX,
                seconds => seconds.unwrap_or(MOST_SECONDS),
            },
        }
    }

    /// Whether a job of so many milliseconds is to stop by itself.
    pub(super) fn has_had_its_time(&self, milliseconds: u64) -> bool {
        milliseconds / 1000 >= self.seconds
    }

    /// Whether it did not.
    pub(super) fn is_over(&self, milliseconds: u64) -> bool {
        milliseconds / 1000 >= self.seconds.saturating_add(GRACE)
    }

    pub(super) fn too_long(&self) -> String {
        format!("this takes longer than {} seconds", self.seconds)
    }

    /// That the program has more memory than it may, and who may be to blame: the oldest job is named first.
    pub(super) fn too_much(&self, jobs: &[Job], now: u64) -> Diagnostic {
        let megabytes = self.memory >> 20;
        let mut fault = Diagnostic::error(format!("this takes more than {megabytes} MB of memory"));
        if let Some(oldest) = jobs.first() {
            fault = fault.at(Place::file(&oldest.file)).help(format!("while {}", oldest.doing));
        }
        for job in jobs.iter().skip(1) {
            let seconds = now.saturating_sub(job.since) / 1000;
            fault = fault.help(format!("or, {seconds} s in, {}: while {}", job.file.display(), job.doing));
        }
        let more = megabytes.saturating_mul(2);
        fault.help(format!(
            "a text or a list that doubles in a loop may have no end; REPERE_MOST_MEMORY={more} in the environment gives more"
        ))
    }
}

/// Bytes of memory that the program has now; `None` where the system does not tell in a file.
pub(super) fn resident() -> Option<u64> {
    kilobytes(&std::fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// Bytes that there are for programs: of the machine with what it may put away, or of its container.
fn there_is() -> Option<u64> {
    let about = std::fs::read_to_string("/proc/meminfo").ok()?;
    let machine = kilobytes(&about, "MemTotal:")? + kilobytes(&about, "SwapTotal:").unwrap_or_default();
    let group = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = group.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let tree = Path::new("/sys/fs/cgroup");
    let above = Path::new(own).ancestors().map(|folder| tree.join(folder).join("memory.max"));
    let limits = above.chain([tree.join("memory/memory.limit_in_bytes")]);
    let limit = limits.filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok()).min();
    Some(limit.map_or(machine, |limit| limit.min(machine)))
}

/// A line of what Linux tells about memory, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells_is_read() {
        assert_eq!(kilobytes("VmPeak:\t  9 kB\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2 << 20));
        assert_eq!(kilobytes("VmRSS:\tmuch\n", "VmRSS:"), None);
    }

    #[test]
    fn all_that_may_be_to_blame_is_told() {
        let bounds = Bounds { memory: 64 << 20, seconds: 60 };
        let job = |file: &str, since| Job { file: file.into(), doing: "x".to_owned(), since, is_waiting: false };
        let told = bounds.too_much(&[job("a", 1), job("b", 4_001)], 9_001);
        assert_eq!(told.message, "this takes more than 64 MB of memory");
        assert_eq!(told.help[..2], ["while x", "or, 5 s in, b: while x"]);
        assert!(told.help[2].contains("REPERE_MOST_MEMORY=128"));
    }

    #[test]
    fn an_engine_has_time_to_stop_before_the_program_does() {
        let bounds = Bounds { memory: 0, seconds: 60 };
        assert!(!bounds.has_had_its_time(59_999) && bounds.has_had_its_time(60_000));
        assert!(!bounds.is_over(60_999) && bounds.is_over(61_000));
    }
}
