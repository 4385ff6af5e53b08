//! A sign of life while something takes long: one quiet line on a terminal, nothing anywhere else.
//!
//! Entry point: [`during`]. It says how long it has taken, not how much is left: nobody knows that.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Work shorter than this is not talked about.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does the work. When it takes longer than a second and a person is watching, a line counts the seconds; it is wiped
/// away before this returns.
pub(super) fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let start = Instant::now();
            let mut shown = false;
            while let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(PATIENCE) {
                eprint!("\r{what} {} s", start.elapsed().as_secs());
                let _ = std::io::stderr().flush();
                shown = true;
            }
            if shown {
                wipe();
            }
        });
        let made = work();
        drop(done);
        made
    })
}

/// Wipes the line away, when a person may see one.
pub(super) fn wipe() {
    if std::io::stderr().is_terminal() {
        eprint!("\r{}\r", " ".repeat(40));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_done_and_its_value_comes_back() {
        assert_eq!(during("counting", || (1..=4).sum::<u32>()), 10);
    }
}
