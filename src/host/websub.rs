//! Telling a WebSub hub that a feed has changed, so that apps need not ask again and again.
//!
//! Entry point: [`tell`], once after the start and after each new build. Only feeds that changed since the hub last took
//! our word are told, and what it took is written down: a restart tells nothing twice. A hub that does not answer is
//! asked again, then left until the next build; nobody waits for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::pages::Site;
use super::podcast::is_feed;

/// Pauses between attempts, in [`Hub::pause`].
const AGAIN: [u32; 3] = [1, 12, 120];
/// How long a hub may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whom to tell, and what it knows.
#[derive(Debug, Clone)]
pub struct Hub {
    /// Address of the hub.
    pub address: String,
    /// Address of our site, without a slash at the end.
    pub base_url: String,
    /// The file that keeps which feeds the hub knows.
    pub record: PathBuf,
    /// The first pause before a hub that did not answer is asked again; the last is two minutes for each of its seconds.
    pub pause: Duration,
}

impl Site {
    /// Every feed of the podcast with the hash of its bytes.
    fn feeds(&self) -> BTreeMap<String, String> {
        let feeds = self.entries().filter(|(path, entry)| is_feed(path, entry));
        feeds.map(|(path, entry)| (path.to_owned(), entry.hash.clone())).collect()
    }
}

/// Tells the hub of every feed that changed; how many it took.
pub async fn tell(hub: Hub, site: Arc<Site>) -> usize {
    let mut known: BTreeMap<String, String> =
        std::fs::read(&hub.record).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut taken = 0;
    for (path, hash) in site.feeds() {
        if known.get(&path) == Some(&hash) {
            continue;
        }
        let feed = format!("{}/{path}", hub.base_url);
        if !publish(&hub, &feed).await {
            continue;
        }
        taken += 1;
        known.insert(path, hash);
        let written = serde_json::to_vec(&known).map_err(std::io::Error::other);
        if let Err(error) = written.and_then(|bytes| std::fs::write(&hub.record, bytes)) {
            tracing::warn!(%error, "what the hub knows could not be written; it will be told again");
        }
    }
    if taken > 0 {
        tracing::info!(feeds = taken, "the hub was told of changed feeds");
    }
    taken
}

async fn publish(hub: &Hub, feed: &str) -> bool {
    for pause in AGAIN.into_iter().map(|times| Some(hub.pause * times)).chain([None]) {
        let (address, body) = (hub.address.clone(), format!("hub.mode=publish&hub.url={}", encoded(feed)));
        let sent = tokio::task::spawn_blocking(move || post(&address, &body)).await;
        let error = match sent {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error,
            Err(error) => error.to_string(),
        };
        match pause {
            Some(pause) => {
                tracing::debug!(error, "the hub did not take a changed feed; asked again");
                tokio::time::sleep(pause).await;
            }
            None => tracing::warn!(error, "the hub did not take a changed feed; told again at the next build"),
        }
    }
    false
}

fn post(hub: &str, body: &str) -> Result<(), String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build();
    let request = ureq::Agent::new_with_config(config).post(hub);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.send(body).map(drop).map_err(|e| e.to_string())
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
