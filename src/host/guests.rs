//! How many connections an address has open: nobody takes every place alone.
//!
//! Entry point: [`Guests::enter`]. Addresses live only in memory and only as long as their connections.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::limits;
use crate::config::repere::{Host, Network};

/// Connections by address.
#[derive(Debug)]
pub(super) struct Guests {
    most: usize,
    trusted: Vec<Network>,
    here: Mutex<BTreeMap<String, usize>>,
}

/// One connection; its end makes room.
#[derive(Debug)]
pub(super) struct Guest {
    guests: Arc<Guests>,
    /// `None` for a trusted proxy, whose connections are not counted.
    key: Option<String>,
}

impl Guests {
    pub(super) fn new(limits: &Host) -> Arc<Self> {
        let most = limits.connections_per_address.get();
        Arc::new(Self { most, trusted: limits.trusted_proxies.clone(), here: Mutex::default() })
    }

    /// A place for one more connection; `None` when the address has all it may have.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        if limits::is_trusted(address, &self.trusted) {
            return Some(Guest { guests: Arc::clone(self), key: None });
        }
        let key = limits::key(address);
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let open = here.entry(key.clone()).or_default();
        if *open >= self.most {
            return None;
        }
        *open += 1;
        Some(Guest { guests: Arc::clone(self), key: Some(key) })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some(key) = &self.key else { return };
        let mut here = self.guests.here.lock().unwrap_or_else(PoisonError::into_inner);
        let left = here.get(key).map_or(0, |open| open.saturating_sub(1));
        if left == 0 {
            here.remove(key);
        } else {
            here.insert(key.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_and_gets_its_places_back() {
        let limits = Host { connections_per_address: 2.try_into().unwrap(), ..Host::default() };
        let guests = Guests::new(&limits);
        let far = IpAddr::from([192, 0, 2, 1]);
        let (one, _two) = (guests.enter(far).unwrap(), guests.enter(far).unwrap());
        assert!(guests.enter(far).is_none());
        assert!(guests.enter(IpAddr::from([192, 0, 2, 2])).is_some(), "others are not concerned");
        let proxy: Vec<_> = (0..9).filter_map(|_| guests.enter(IpAddr::from([127, 0, 0, 1]))).collect();
        assert_eq!(proxy.len(), 9);
        drop(one);
        assert!(guests.enter(far).is_some());
        assert_eq!(guests.here.lock().unwrap().len(), 1, "who left is forgotten");
    }
}
