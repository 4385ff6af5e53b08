//! Images: what they are, and copies of other sizes.
//!
//! Entry point: [`Images`]. Templates ask for copies while they are rendered ([`Images::request`] only computes the
//! name and the size); [`Images::make`] makes them afterwards, in parallel. What a copy is called in the site is Zola's
//! rule (`name`) and says the path of the original; what it is called in the cache says its content.

mod exif;
mod kept;
mod metadata;
mod name;
mod resize;
mod rows;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::work;

pub use metadata::Metadata;
pub use resize::{Filter, Format, Operation};

/// The copy a template wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// How the picture meets the size.
    pub operation: Operation,
    /// Format of the copy.
    pub format: Format,
    /// 1 to 100; each format has its own default.
    pub quality: Option<u8>,
    /// Speed of the AVIF encoder, 1 to 10.
    pub speed: Option<u8>,
    /// How pixels are made of others.
    pub filter: Filter,
    /// Whether a pixel counts by how much of it is seen: else the colours of what is seen through darken edges.
    pub weighted: bool,
}

/// A copy that will exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its path in the site: `processed_images/NAME.HASH.EXT`.
    pub path: String,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Width of the original, as it is shown.
    pub orig_width: u32,
    /// Height of the original, as it is shown.
    pub orig_height: u32,
}

/// The images of one build.
#[derive(Debug, Default)]
pub struct Images {
    known: Mutex<HashMap<PathBuf, Known>>,
    jobs: Mutex<BTreeMap<String, Order>>,
}

/// What reading an image once told.
#[derive(Debug, Clone)]
struct Known {
    metadata: Metadata,
    hash: blake3::Hash,
}

/// A copy that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Order {
    path: String,
    /// Name in the cache: of what the original holds, and of what is made of it.
    cached: String,
    source: PathBuf,
    size: Option<(u32, u32)>,
    crop: bool,
    format: resize::Encoding,
    filter: Filter,
    weighted: bool,
}

/// A picture of more pixels is not decoded: a file of kilobytes can claim gigabytes.
const MOST_MILLIONS: u64 = 100;
/// Raised when the same order gives other pixels or bytes than before: what is in a cache was made by the old ones.
const ARITHMETIC: u8 = 3;

impl Images {
    /// What an image is; read once per build.
    pub fn metadata(&self, file: &Path) -> Result<Metadata, String> {
        Ok(self.known(file)?.metadata)
    }

    fn known(&self, file: &Path) -> Result<Known, String> {
        if let Some(known) = lock(&self.known).get(file) {
            return Ok(known.clone());
        }
        if std::fs::metadata(file).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            return Err("is no file, but a pipe or a device".to_owned());
        }
        let bytes = std::fs::read(file).map_err(|e| e.to_string())?;
        let known = Known { metadata: metadata::read(&bytes, file)?, hash: blake3::hash(&bytes) };
        lock(&self.known).insert(file.to_owned(), known.clone());
        Ok(known)
    }

    /// Asks for a copy of `file`, which the site calls `source` (`img/a.png`, `content/blog/a.png`): its name and size at
    /// once, its bytes when [`Images::make`] is called; and the order, to ask again.
    pub fn request(&self, file: &Path, source: &str, request: Request) -> Result<(Copied, Order), String> {
        let known = self.known(file)?;
        let original = (known.metadata.width, known.metadata.height);
        bounded(original)?;
        let size = resize::size(original, &request)?;
        if size.is_some_and(|(width, height)| u64::from(width) * u64::from(height) / 1_000_000 > MOST_MILLIONS) {
            return Err(format!("the copy would have more than {MOST_MILLIONS} million pixels"));
        }
        let format = resize::encoding(&request, known.metadata.format, known.metadata.lossless)?;
        let crop = request.operation == Operation::Fill;
        let mut hasher = blake3::Hasher::new();
        hasher.update(known.hash.as_bytes());
        hasher.update(&[ARITHMETIC]);
        let Request { operation, filter, weighted, .. } = request;
        hasher.update(format!("{operation:?} {size:?} {crop} {format:?} {filter:?} {weighted}").as_bytes());
        let cached = format!("{}.{}", &hasher.finalize().to_hex()[..32], format.extension());
        let path = format!("processed_images/{}", name::of(file, source, &request, format));
        let (width, height) = size.unwrap_or(original);
        let source = file.to_owned();
        let order = Order { path: path.clone(), cached, source, size, crop, format, filter, weighted };
        self.again(&order);
        Ok((Copied { path, width, height, orig_width: original.0, orig_height: original.1 }, order))
    }

    /// Asks once more for a copy that an earlier build asked for. The order holds the name in the cache, which tells the
    /// content of the original, so this is right as long as that is what it was.
    pub fn again(&self, order: &Order) {
        lock(&self.jobs).insert(order.path.clone(), order.clone());
    }

    /// Makes every copy asked for, those in `cache` excepted. Gives each path of the site with its file in `cache`.
    pub fn make(&self, cache: &Path) -> Result<Vec<(String, PathBuf)>, String> {
        let jobs = lock(&self.jobs).clone();
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        std::fs::create_dir_all(cache).map_err(|e| format!("{}: {e}", cache.display()))?;
        // Pictures of one content that have several names are one file here: it is made once.
        let orders: BTreeMap<&str, &Order> = jobs.values().map(|job| (job.cached.as_str(), job)).collect();
        orders.par_iter().try_for_each(|(name, job)| {
            let file = cache.join(name);
            if file.is_file() {
                return Ok(());
            }
            let make = || resize::make(&job.source, job.size, job.crop, job.format, (job.filter, job.weighted));
            // It is named when memory ends; it comes to an end by itself, for its pixels are bounded.
            let about = || (job.source.clone(), "making a copy of it".to_owned());
            let bytes = work::job(about, || work::aside(make)).map_err(|e| format!("{}: {e}", job.source.display()))?;
            // Another process may be at the same file.
            let partial = file.with_extension(format!("{}.{}", std::process::id(), kept::PART));
            std::fs::write(&partial, bytes).map_err(|e| format!("{}: {e}", partial.display()))?;
            std::fs::rename(&partial, &file).map_err(|e| format!("{}: {e}", file.display()))
        })?;
        Ok(jobs.into_iter().map(|(path, job)| (path, cache.join(job.cached))).collect())
    }

    /// Removes from `cache` what was asked for neither in this build, which is done, nor in the thirty days before.
    pub fn sweep(&self, cache: &Path, now: SystemTime) {
        let used = lock(&self.jobs).values().map(|job| job.cached.clone()).collect();
        kept::sweep(cache, &used, now);
    }
}

/// Refuses a picture of too many pixels.
fn bounded((width, height): (u32, u32)) -> Result<(), String> {
    let millions = u64::from(width) * u64::from(height) / 1_000_000;
    if millions <= MOST_MILLIONS {
        return Ok(());
    }
    Err(format!("has {millions} million pixels: {MOST_MILLIONS} million are the most that is resized"))
}

/// A poisoned lock holds a map that is still whole: each insertion is one call.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_one_content_are_made_once() {
        let work = tempfile::tempdir().unwrap();
        let images = Images::default();
        let request = Request {
            width: Some(1),
            height: Some(1),
            operation: Operation::Scale,
            format: Format::Auto,
            quality: None,
            speed: None,
            filter: Filter::default(),
            weighted: false,
        };
        for number in 0..64 {
            let file = work.path().join(format!("{number}.pnm"));
            std::fs::write(&file, "P3 2 1 255 255 0 0 0 0 255\n").unwrap();
            images.request(&file, &format!("{number}.pnm"), request).unwrap();
        }
        let made = images.make(&work.path().join("cache")).unwrap();
        assert_eq!(made.len(), 64);
        assert!(made.iter().all(|(_, file)| file.is_file() && *file == made[0].1));
        assert_eq!(std::fs::read_dir(work.path().join("cache")).unwrap().count(), 1);
    }
}
