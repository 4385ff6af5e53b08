//! Waiting for a change of the sources.
//!
//! Every folder of the site is watched, also one that comes later and one that a link leads to, but those that hold no
//! source. A change too many costs a build that finds nothing to do; so a system that cannot watch is asked every second.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Folders beside the sources that hold none, and much else.
const NEVER: [&str; 3] = [".git", "node_modules", "target"];
/// How often sources are looked at when changes are not told.
const EVERY: Duration = Duration::from_secs(1);

/// What changed.
#[derive(Debug)]
pub(super) enum Touched {
    /// These files and folders, and nothing else.
    These(BTreeSet<PathBuf>),
    /// Nobody can tell.
    Anything,
}

impl Touched {
    fn add(&mut self, event: notify::Result<Event>) {
        match (self, event) {
            (Self::These(paths), Ok(event)) if !event.need_rescan() => paths.extend(event.paths),
            (own, _) => *own = Self::Anything,
        }
    }
}

/// Tells when sources changed.
pub(super) struct Watch {
    root: PathBuf,
    more: Vec<PathBuf>,
    watcher: Option<RecommendedWatcher>,
    events: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
    ignored: Vec<PathBuf>,
}

impl Watch {
    /// Watches a site and `more` paths; what changes below `ignored` does not count.
    pub(super) fn new(root: &Path, more: Vec<PathBuf>, ignored: Vec<PathBuf>) -> Self {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(sender);
        let (root, watched) = (root.to_owned(), BTreeSet::new());
        let mut watch = Self { root, more, watcher: watcher.ok(), events, watched, ignored };
        watch.look_around();
        watch
    }

    /// Has changes below another folder not count.
    pub(super) fn ignore(&mut self, folder: Option<PathBuf>) {
        self.ignored.extend(folder.filter(|folder| !self.ignored.contains(folder)));
    }

    /// Waits for a change, then until nothing more changes for `quiet`; at most until the site is `due`. Tells what
    /// changed; `None` when no change can come any more.
    pub(super) fn wait(&mut self, quiet: Duration, due: Option<SystemTime>) -> Option<Touched> {
        let mut touched = Touched::These(BTreeSet::new());
        loop {
            let left = due.map(|due| due.duration_since(SystemTime::now()).unwrap_or_default());
            let event = match (&self.watcher, left) {
                (Some(_), None) => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                (Some(_), Some(left)) => self.events.recv_timeout(left),
                (None, _) => self.events.recv_timeout(EVERY),
            };
            match event {
                Ok(event) => {
                    self.forget(&event);
                    if self.matters(&event) {
                        touched.add(event);
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.watcher.is_some() => return Some(Touched::Anything),
                Err(_) if self.watcher.is_some() => return None,
                Err(_) => {
                    std::thread::sleep(EVERY);
                    return Some(Touched::Anything);
                }
            }
        }
        while let Ok(event) = self.events.recv_timeout(quiet) {
            self.forget(&event);
            if self.matters(&event) {
                touched.add(event);
            }
        }
        // What an editor left beside is no source.
        if let Touched::These(paths) = &mut touched {
            paths.retain(|path| self.is_source(path));
        }
        Some(touched)
    }

    /// A folder that was moved or removed is watched anew when it comes back.
    fn forget(&mut self, event: &notify::Result<Event>) {
        let Ok(event) = event else { return };
        if !matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
            return;
        }
        for path in event.paths.iter().filter(|path| **path != self.root) {
            if let (true, Some(watcher)) = (self.watched.remove(path), &mut self.watcher) {
                let _ = watcher.unwatch(path);
            }
        }
    }

    /// Watches folders that are not watched yet, and tells whether there was one: what happened in it meanwhile was not
    /// seen. What cannot be watched is looked at every second, with everything else.
    pub(super) fn look_around(&mut self) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let before = self.watched.len();
        let mut wanted = vec![(self.root.clone(), RecursiveMode::NonRecursive)];
        let entries = std::fs::read_dir(&self.root).into_iter().flatten().filter_map(Result::ok).map(|e| e.path());
        let folders = entries.filter(|path| path.is_dir() && !is_foreign(path) && !self.ignored.contains(path));
        for folder in folders.chain(self.more.iter().cloned()) {
            let links = walkdir::WalkDir::new(&folder).into_iter().filter_map(Result::ok);
            let links = links.filter(walkdir::DirEntry::path_is_symlink);
            let targets: Vec<PathBuf> = links.filter_map(|link| link.path().canonicalize().ok()).collect();
            wanted.extend(targets.into_iter().map(|target| (target, RecursiveMode::Recursive)));
            wanted.push((folder, RecursiveMode::Recursive));
        }
        self.watched.retain(|path| path.exists());
        for (path, mode) in wanted {
            if self.watched.contains(&path) {
                continue;
            }
            if let Err(error) = watcher.watch(&path, mode) {
                eprintln!("{} cannot be watched ({error}): sources are looked at every second", path.display());
                self.watcher = None;
                return true;
            }
            self.watched.insert(path);
        }
        self.watched.len() > before
    }

    fn matters(&self, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| self.is_source(path))
    }

    fn is_source(&self, path: &Path) -> bool {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let leftover = name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") || name == "4913";
        let beside = name.starts_with(".repere-") || path.parent() == Some(self.root.as_path()) && is_foreign(path);
        !leftover && !beside && !self.ignored.iter().any(|ignored| path.starts_with(ignored))
    }
}

fn is_foreign(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| NEVER.iter().any(|never| name == *never) || name.to_string_lossy().starts_with('.'))
}
