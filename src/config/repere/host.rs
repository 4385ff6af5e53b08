//! `[host]`: the listener and its limits.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// `[host]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Host {
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks (`10.0.0.0/8`). The machine itself when absent.
    pub trusted_proxies: Vec<Network>,
    /// The most connections at once; more wait.
    pub connections: NonZeroUsize,
    /// The most connections at once from one address (one /64 network of IPv6); more are closed. Trusted proxies may
    /// have as many as there are.
    pub connections_per_address: NonZeroUsize,
}

impl Default for Host {
    fn default() -> Self {
        let loopback = |address: IpAddr, prefix| Network { address, prefix };
        Self {
            trusted_proxies: vec![
                loopback([127, 0, 0, 0].into(), 8),
                loopback(std::net::Ipv6Addr::LOCALHOST.into(), 128),
            ],
            connections: NonZeroUsize::new(2048).unwrap_or(NonZeroUsize::MIN),
            // A school behind one address, six connections a browser.
            connections_per_address: NonZeroUsize::new(256).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// An address, or all that begin like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address is one of its own.
    pub fn contains(&self, other: IpAddr) -> bool {
        let same = |a: u128, b: u128, bits: u32| {
            let beyond = bits - u32::from(self.prefix).min(bits);
            beyond == 128 || a >> beyond == b >> beyond
        };
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
            _ => false,
        }
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("{text:?} is neither an address nor a network like \"10.0.0.0/8\"");
        let (address, prefix) = text.split_once('/').map_or((text.as_str(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.trim().parse().map_err(|_| wrong()))?;
        if prefix <= longest { Ok(Self { address, prefix }) } else { Err(wrong()) }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses() {
        let host: Host = toml::from_str("trusted_proxies = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7']").unwrap();
        let trusted = |address: &str| host.trusted_proxies.iter().any(|n| n.contains(address.parse().unwrap()));
        for address in ["10.9.8.7", "fd12::1", "192.0.2.7", "::ffff:10.1.1.1"] {
            assert!(trusted(address), "{address}");
        }
        for address in ["11.0.0.1", "fe80::1", "192.0.2.8", "127.0.0.1"] {
            assert!(!trusted(address), "{address}");
        }
        assert!(Host::default().trusted_proxies.iter().any(|n| n.contains([127, 0, 0, 5].into())));
        for wrong in ["trusted_proxies = ['proxy']", "trusted_proxies = ['10.0.0.0/33']", "connections = 0"] {
            assert!(toml::from_str::<Host>(wrong).is_err(), "{wrong}");
        }
    }
}
