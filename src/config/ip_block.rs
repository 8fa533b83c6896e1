//! Blocks of IP addresses, for the setting ALLOW_PRIVATE_HOSTS.
use std::{fmt, net::IpAddr, str::FromStr};

/// A block of addresses in CIDR notation; a plain address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpBlock {
    network: IpAddr,
    prefix: u8,
}

impl IpBlock {
    /// The block with this address in it, whose first bits are the same; `None` where there are not so many.
    pub fn new(network: IpAddr, prefix: u8) -> Option<IpBlock> {
        let longest = if network.is_ipv4() { 32 } else { 128 };
        (prefix <= longest).then_some(IpBlock { network, prefix })
    }

    /// Whether the address lies in the block. IPv4 and IPv6 never match each other.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(n), IpAddr::V4(a)) => {
                same_prefix(n.to_bits().into(), a.to_bits().into(), 32 - u32::from(self.prefix))
            }
            (IpAddr::V6(n), IpAddr::V6(a)) => {
                same_prefix(n.to_bits(), a.to_bits(), 128 - u32::from(self.prefix))
            }
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, host_bits: u32) -> bool {
    // A shift by all 128 bits overflows; the block then holds every address.
    (a ^ b).checked_shr(host_bits).unwrap_or(0) == 0
}

impl FromStr for IpBlock {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("\"{text}\" is not an IP address or a block like 192.168.0.0/16");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let prefix = match prefix {
            Some(prefix) => prefix.trim().parse().map_err(|_| wrong())?,
            None if network.is_ipv4() => 32,
            None => 128,
        };
        IpBlock::new(network, prefix).ok_or_else(wrong)
    }
}

impl fmt::Display for IpBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        block.parse::<IpBlock>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_block_holds_its_own_addresses_and_no_others() {
        assert!(contains("192.168.0.0/16", "192.168.200.1"));
        assert!(!contains("192.168.0.0/16", "192.169.0.1"));
        assert!(contains("127.0.0.1", "127.0.0.1"));
        assert!(!contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("0.0.0.0/0", "8.8.8.8"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(contains("fd00::/8", "fd12::1"));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in ["", "300.1.1.1", "10.0.0.0/33", "10.0.0.0/-1", "localhost", "::1/129"] {
            assert!(text.parse::<IpBlock>().is_err(), "{text}");
        }
    }
}
