//! Waiting for a change of the sources.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context as _;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Folders of a site whose changes matter.
const FOLDERS: &[&str] = &["content", "episodes", "templates", "static", "sass", "themes"];

/// Tells when sources changed.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    ignored: Vec<PathBuf>,
}

impl Watch {
    /// Watches a site and `more` paths; what changes below `ignored` does not count.
    pub(super) fn new(root: &Path, more: &[PathBuf], ignored: Vec<PathBuf>) -> anyhow::Result<Self> {
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).context("changes of files cannot be followed")?;
        watcher
            .watch(root, RecursiveMode::NonRecursive)
            .with_context(|| format!("{} cannot be watched", root.display()))?;
        let folders = FOLDERS.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir());
        for path in folders.chain(more.iter().cloned()) {
            watcher
                .watch(&path, RecursiveMode::Recursive)
                .with_context(|| format!("{} cannot be watched", path.display()))?;
        }
        Ok(Self { _watcher: watcher, events, ignored })
    }

    /// Waits for a change, then until nothing more changes for `quiet`. False when changes cannot be followed any more.
    pub(super) fn wait(&self, quiet: Duration) -> bool {
        loop {
            match self.events.recv() {
                Ok(event) if self.matters(&event) => break,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        loop {
            match self.events.recv_timeout(quiet) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn matters(&self, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return false };
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| self.is_source(path))
    }

    fn is_source(&self, path: &Path) -> bool {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let temporary = name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") || name == "4913";
        !temporary && !self.ignored.iter().any(|ignored| path.starts_with(ignored))
    }
}
