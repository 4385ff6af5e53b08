//! How many connections there are, in all and by address: nobody takes every place alone.
//!
//! Entry points: [`Guests::room`], then [`Guests::enter`]. Addresses live only in memory and only as long as their
//! connections. The limits are read anew each time: they may change while the host runs.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::limits;
use super::listen::Limits;

/// How often somebody who waits for a place looks whether the limits have changed.
const PATIENCE: Duration = Duration::from_secs(1);

/// Connections in all and by address.
pub(super) struct Guests {
    limits: Limits,
    here: Mutex<Here>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Here {
    all: usize,
    by_address: BTreeMap<String, usize>,
}

/// One connection; its end makes room.
pub(super) struct Guest {
    guests: Arc<Guests>,
    /// `None` for a trusted proxy, whose connections count in all only.
    key: Option<String>,
}

impl Guests {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, here: Mutex::default(), left: Notify::new() })
    }

    /// Waits until there is room for one more connection. Only one may wait: the accept loop.
    pub(super) async fn room(&self) {
        while self.here().all >= (self.limits)().connections.get() {
            // Who left since we looked is remembered: nothing is missed between.
            let _ = tokio::time::timeout(PATIENCE, self.left.notified()).await;
        }
    }

    /// A place for one more connection; `None` when the address has all it may have.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        let limits = (self.limits)();
        let key = (!limits::is_trusted(address, &limits.trusted_proxies)).then(|| limits::key(address));
        let mut here = self.here();
        if let Some(key) = &key {
            let open = here.by_address.entry(key.clone()).or_default();
            if *open >= limits.connections_per_address.get() {
                return None;
            }
            *open += 1;
        }
        here.all += 1;
        Some(Guest { guests: Arc::clone(self), key })
    }

    fn here(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut here = self.guests.here();
        here.all = here.all.saturating_sub(1);
        if let Some(key) = &self.key {
            let left = here.by_address.get(key).map_or(0, |open| open.saturating_sub(1));
            if left == 0 {
                here.by_address.remove(key);
            } else {
                here.by_address.insert(key.clone(), left);
            }
        }
        drop(here);
        self.guests.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use arc_swap::ArcSwap;

    use super::*;
    use crate::config::repere::Host;

    fn guests(limits: Host) -> Arc<Guests> {
        let limits = Arc::new(limits);
        Guests::new(Arc::new(move || Arc::clone(&limits)))
    }

    #[test]
    fn an_address_has_so_many_and_gets_its_places_back() {
        let guests = guests(Host { connections_per_address: 2.try_into().unwrap(), ..Host::default() });
        let far = IpAddr::from([192, 0, 2, 1]);
        let (one, _two) = (guests.enter(far).unwrap(), guests.enter(far).unwrap());
        assert!(guests.enter(far).is_none());
        assert!(guests.enter(IpAddr::from([192, 0, 2, 2])).is_some(), "others are not concerned");
        let proxy: Vec<_> = (0..9).filter_map(|_| guests.enter(IpAddr::from([127, 0, 0, 1]))).collect();
        assert_eq!(proxy.len(), 9);
        drop(one);
        assert!(guests.enter(far).is_some());
        assert_eq!(guests.here().by_address.len(), 1, "who left is forgotten");
    }

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_waits_for_one_or_for_another_limit() {
        let limits = |connections: usize| Host { connections: connections.try_into().unwrap(), ..Host::default() };
        let shown = Arc::new(ArcSwap::from_pointee(limits(1)));
        let guests = Guests::new({
            let shown = Arc::clone(&shown);
            Arc::new(move || shown.load_full())
        });
        let one = guests.enter([127, 0, 0, 1].into()).unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(50), guests.room());
        assert!(waits.await.is_err(), "there is no room");
        shown.store(Arc::new(limits(2)));
        guests.room().await;
        let two = guests.enter([127, 0, 0, 1].into()).unwrap();
        let (entered, ()) = tokio::join!(
            async {
                guests.room().await;
                guests.enter([192, 0, 2, 1].into()).is_some()
            },
            async {
                tokio::task::yield_now().await;
                drop((one, two));
            }
        );
        assert!(entered);
    }
}
