//! How often somebody may try: one bucket of tries per address, refilled with time, kept only in memory.
//!
//! Entry points: [`Limits::allow`] and [`visitor`]. Nothing is logged and nothing survives a restart.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;

use crate::config::repere::Network;

/// More addresses than this are not remembered: the fullest buckets are forgotten first.
const MOST: usize = 20_000;

/// Tries by key.
#[derive(Debug)]
pub(super) struct Limits {
    burst: f64,
    every: Duration,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limits {
    /// `burst` tries at once, then one more `every` so often.
    pub(super) fn new(burst: u32, every: Duration) -> Self {
        Self { burst: f64::from(burst), every, buckets: Mutex::default() }
    }

    /// Takes one try; false when none is left.
    pub(super) fn allow(&self, key: &str, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
        }
        if buckets.len() >= MOST {
            buckets.clear();
        }
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { left: self.burst, at: now });
        let left = self.filled(*bucket, now);
        let allowed = left >= 1.0;
        *bucket = Bucket { left: if allowed { left - 1.0 } else { left }, at: now };
        allowed
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let waited = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + waited / self.every.as_secs_f64()).min(self.burst)
    }
}

/// Whom a connection counts as. `None` for a trusted proxy that does not say for whom it asks: everybody behind it would
/// share one bucket.
pub(super) fn visitor(peer: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> Option<String> {
    let address = if is_trusted(peer.ip(), trusted) { forwarded(headers, trusted)? } else { peer.ip() };
    Some(key(address))
}

/// One person or household as far as addresses tell: an IPv4 address, or the /64 of an IPv6 one.
pub(super) fn key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:?}", &v6.segments()[..4]),
    }
}

pub(super) fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

/// The last hop that is no proxy of ours; earlier ones could be anybody's invention.
fn forwarded(headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    for hop in lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')) {
        let address: IpAddr = hop.trim().parse().ok()?;
        if !is_trusted(address, trusted) {
            return Some(address);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::repere::Host;

    #[test]
    fn tries_run_out_and_come_back() {
        let limits = Limits::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        assert!(limits.allow("a", start) && limits.allow("a", start));
        assert!(!limits.allow("a", start));
        assert!(limits.allow("b", start));
        assert!(!limits.allow("a", later(5)));
        assert!(limits.allow("a", later(11)));
    }

    #[test]
    fn a_proxy_on_this_machine_speaks_for_its_clients() {
        let local = SocketAddr::from(([127, 0, 0, 1], 1));
        let far = SocketAddr::from(([192, 0, 2, 9], 1));
        let mut headers = HeaderMap::new();
        let trusted = Host::default().trusted_proxies;
        assert_eq!(visitor(local, &headers, &trusted), None);
        headers.insert("x-forwarded-for", "203.0.113.5, 192.0.2.1".parse().unwrap());
        assert_eq!(visitor(local, &headers, &trusted), Some("192.0.2.1".to_owned()));
        assert_eq!(visitor(far, &headers, &trusted), Some("192.0.2.9".to_owned()));
        // A second proxy of ours is looked through; without trust nobody is believed.
        headers.append("x-forwarded-for", "127.0.0.1".parse().unwrap());
        assert_eq!(visitor(local, &headers, &trusted), Some("192.0.2.1".to_owned()));
        assert_eq!(visitor(local, &headers, &[]), Some("127.0.0.1".to_owned()));
    }
}
