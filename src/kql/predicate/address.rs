//! Ranges of IP addresses.

use core::net::IpAddr;
use std::fmt;

/// A range in CIDR notation, `10.20.0.0/16` or `2001:db8::/32`; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressRange {
    base: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// Reads a range. `None` if it is none, or if its address has bits beyond the prefix (`10.20.1.1/16`): whoever
    /// wrote that meant something narrower or wider.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => {
                let digits = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
                (address, Some(digits.then(|| prefix.parse::<u8>().ok()).flatten()?))
            }
            None => (text, None),
        };
        let base: IpAddr = address.parse().ok()?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        let range = Self { base, prefix: prefix.unwrap_or(bits) };
        (range.prefix <= bits && range.network(base) == range.network_bits()).then_some(range)
    }

    /// Whether it holds every address of its family.
    pub fn is_everything(self) -> bool {
        self.prefix == 0
    }

    /// Whether it is of IPv4.
    pub fn is_ipv4(self) -> bool {
        self.base.is_ipv4()
    }

    /// Whether an address lies in it. Addresses of the other family never do.
    pub fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.base.is_ipv4() && self.network(address) == self.network_bits()
    }

    /// An address without the bits beyond the prefix.
    fn network(self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits() & u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0)),
            IpAddr::V6(v6) => v6.to_bits() & u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0),
        }
    }

    fn network_bits(self) -> u128 {
        match self.base {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}
