//! What a build is at, and how much it may take: a text that doubles forty times, a loop that never ends, a style sheet
//! that calls itself end in a sentence, whoever of the libraries runs them.
//!
//! Entry points: [`watch`] in `build`, `check` and `serve`; [`job`] round each piece of work, [`aside`] round what only
//! waits in it; [`overdue`] for an engine that can stop by itself. The bounds stand in `bounds`. A library's own loop
//! cannot be left from outside: then the program ends, which it may at any moment (nothing is published half).

mod bounds;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Place};
use bounds::Bounds;

/// How often the watch looks: a text that doubles takes some hundred megabytes meanwhile.
const TICK: Duration = Duration::from_millis(50);

/// Milliseconds of watching, from one on; 0 while nobody watches. It stands still while the program is stopped.
static CLOCK: AtomicU64 = AtomicU64::new(0);
/// How many do what must be done whole.
static WHOLE: AtomicU64 = AtomicU64::new(0);
/// Held while the program is being ended, and to begin what must be done whole: one of them is first.
static ENDING: Mutex<()> = Mutex::new(());
/// What is allowed.
static BOUNDS: OnceLock<Bounds> = OnceLock::new();
/// Every thread that has had a job.
static THREADS: Mutex<Vec<Weak<Thread>>> = Mutex::new(Vec::new());

thread_local! {
    static HERE: RefCell<Option<Arc<Thread>>> = const { RefCell::new(None) };
}

/// What a thread is at: the job inside which no other one is, last.
type Thread = Mutex<Vec<Job>>;

#[derive(Debug, Clone)]
struct Job {
    file: PathBuf,
    doing: String,
    /// When it began, by the clock, moved on by all that was no work of its own.
    since: u64,
    /// It waits: for the network, or for a job of another file that its thread took over meanwhile.
    is_waiting: bool,
}

/// Does a piece of work, so that it can be named when it takes too long or too much: the file it is about, and what is
/// done with it (`rendering page.html`). It costs nothing when nobody watches, and little otherwise.
pub fn job<T>(about: impl FnOnce() -> (PathBuf, String), work: impl FnOnce() -> T) -> T {
    let since = CLOCK.load(Ordering::Relaxed);
    if since == 0 {
        return work();
    }
    let thread = here();
    let (file, doing) = about();
    {
        let mut jobs = lock(&thread);
        // The thread may have taken this one while it waits for others to do their part of its own.
        jobs.last_mut().into_iter().for_each(|outer| outer.is_waiting = true);
        jobs.push(Job { file, doing, since, is_waiting: false });
    }
    let _end = End(&thread, since, true);
    work()
}

/// Does what must be done whole once it is begun, as when a site takes the place of the one before: whatever it takes.
pub fn whole<T>(work: impl FnOnce() -> T) -> T {
    /// Puts things right, also when the work panics.
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            WHOLE.fetch_sub(1, Ordering::SeqCst);
        }
    }
    {
        let _ending = lock(&ENDING);
        WHOLE.fetch_add(1, Ordering::SeqCst);
    }
    let _done = Done;
    work()
}

/// Does what is no work of the job it stands in: waiting for another server.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let since = CLOCK.load(Ordering::Relaxed);
    if since == 0 {
        return work();
    }
    let thread = here();
    lock(&thread).last_mut().into_iter().for_each(|job| job.is_waiting = true);
    let _end = End(&thread, since, false);
    work()
}

/// Puts things right when the work is done, also when it panics.
struct End<'t>(&'t Thread, u64, bool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut jobs = lock(self.0);
        if self.2 {
            jobs.pop();
        }
        if let Some(job) = jobs.last_mut() {
            job.since += CLOCK.load(Ordering::Relaxed) - self.1;
            job.is_waiting = false;
        }
    }
}

/// Why the job of this thread should stop now, as a sentence: it has had its time.
pub fn overdue() -> Option<String> {
    let now = CLOCK.load(Ordering::Relaxed);
    let bounds = BOUNDS.get().filter(|_| now > 0)?;
    let since = lock(&here()).last()?.since;
    bounds.has_had_its_time(now - since).then(|| bounds.too_long())
}

fn here() -> Arc<Thread> {
    HERE.with_borrow_mut(|here| {
        let new = || {
            let thread = Arc::new(Thread::default());
            lock(&THREADS).push(Arc::downgrade(&thread));
            thread
        };
        Arc::clone(here.get_or_insert_with(new))
    })
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to watch, for as long as the program runs. `end` is told what goes too far, and ends the program.
pub fn watch(end: fn(Diagnostic)) {
    if CLOCK.swap(1, Ordering::Relaxed) != 0 {
        return;
    }
    // Without a thread to spare nothing is bounded, and everything else works.
    let _ = std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        let bounds = BOUNDS.get_or_init(Bounds::of_this_machine);
        loop {
            std::thread::sleep(TICK);
            let now = CLOCK.fetch_add(TICK.as_millis() as u64, Ordering::Relaxed);
            let ending = lock(&ENDING);
            if WHOLE.load(Ordering::SeqCst) > 0 {
                continue;
            }
            if let Some(fault) = look(bounds, now, bounds::resident()) {
                end(fault);
                drop(ending);
                return;
            }
        }
    });
}

/// What goes too far at this moment.
fn look(bounds: &Bounds, now: u64, resident: Option<u64>) -> Option<Diagnostic> {
    let jobs = under_way();
    if resident.is_some_and(|bytes| bytes > bounds.memory) {
        return Some(bounds.too_much(&jobs, now));
    }
    let late = jobs.iter().find(|job| !job.is_waiting && bounds.is_over(now.saturating_sub(job.since)))?;
    let fault = Diagnostic::error(bounds.too_long()).at(Place::file(&late.file));
    Some(fault.help(format!("while {}", late.doing)).help(bounds::MORE_TIME))
}

/// The jobs of all threads, the oldest first.
fn under_way() -> Vec<Job> {
    let mut threads = lock(&THREADS);
    threads.retain(|thread| thread.strong_count() > 0);
    let mut jobs: Vec<Job> =
        threads.iter().filter_map(Weak::upgrade).filter_map(|thread| lock(&thread).last().cloned()).collect();
    jobs.sort_by(|a, b| (a.since, &a.file).cmp(&(b.since, &b.file)));
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_job(file: &str, since: u64, is_waiting: bool) -> Job {
        Job { file: file.into(), doing: "rendering page.html".to_owned(), since, is_waiting }
    }

    #[test]
    fn what_takes_too_long_is_named_and_what_waits_is_not() {
        let bounds = Bounds { memory: 1 << 30, seconds: 60 };
        let here = here();
        lock(&here).push(a_job("content/a.md", 1_000, true));
        assert!(look(&bounds, 500_000, None).is_none());
        lock(&here)[0].is_waiting = false;
        assert!(look(&bounds, 60_000, None).is_none());
        let told = look(&bounds, 500_000, Some(5)).unwrap();
        assert_eq!(told.message, "this takes longer than 60 seconds");
        assert_eq!(told.place.unwrap().file, PathBuf::from("content/a.md"));
        let told = look(&bounds, 2_000, Some(2 << 30)).unwrap();
        assert!(told.message.contains("more than 1024 MB of memory"), "{}", told.message);
        lock(&here).clear();
    }
}
