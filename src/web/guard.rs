//! Which addresses pages may be read from.
//!
//! A search result or a redirect can point at the router, at a storage box, or at this daemon itself. So a name is
//! resolved once, every address it has is judged, and the connection goes to exactly the addresses that were judged:
//! a name that changes its address between the check and the connection (DNS rebinding) gains nothing.
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};
use url::{Host, Url};

use super::{on_link, resolve::SystemNames};
use crate::config::IpBlock;

/// Why an address is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// Judges addresses. Public ones pass; others only inside the allowed blocks.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    allowed: Vec<IpBlock>,
    /// The networks that this machine is in; they may change while the program runs.
    own_networks: fn() -> Vec<IpBlock>,
}

impl Guard {
    /// A guard that lets the allowed blocks pass although they are private.
    pub(super) fn new(allowed: Vec<IpBlock>) -> Guard {
        Guard { allowed, own_networks: on_link::networks }
    }

    /// Judges what can be judged before the name is resolved; [`Guard::judge_addresses`] does the rest.
    pub(super) fn judge_url(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused(format!("only http and https are read, not {}", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused("addresses with a user name or a password in them are not read".to_owned()));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Refused("the address names no host".to_owned()));
        };
        match host {
            Host::Ipv4(ip) => self.judge_addresses(&ip.to_string(), &[SocketAddr::new(ip.into(), port)]),
            Host::Ipv6(ip) => self.judge_addresses(&ip.to_string(), &[SocketAddr::new(ip.into(), port)]),
            // With allowed blocks, it depends on where the name leads.
            Host::Domain(name) if self.allowed.is_empty() => judge_endpoint(name, port),
            Host::Domain(_) => Ok(()),
        }
    }

    /// Judges the addresses that a host (a name, or an address) has: all must pass.
    fn judge_addresses(&self, host: &str, addresses: &[SocketAddr]) -> Result<(), Refused> {
        for address in addresses {
            let ip = address.ip();
            if self.allows(ip) {
                continue;
            }
            judge_endpoint(host, address.port())?;
            if !is_public(ip) {
                return Err(Refused(format!(
                    "{host} is at {ip}, which is no address of the public internet"
                )));
            }
            if self.is_next_door(ip) {
                return Err(Refused(format!("{host} is at {ip}, which is in this machine's own network")));
            }
        }
        Ok(())
    }

    fn is_next_door(&self, ip: IpAddr) -> bool {
        let ip = translated(ip);
        (self.own_networks)().iter().any(|block| block.contains(ip))
    }

    fn allows(&self, ip: IpAddr) -> bool {
        self.allowed.iter().any(|block| block.contains(ip) || block.contains(ip.to_canonical()))
    }
}

/// The ports and names that a public host can have.
fn judge_endpoint(host: &str, port: u16) -> Result<(), Refused> {
    if !matches!(port, 80 | 443) {
        return Err(Refused(format!("{host}: only the ports 80 and 443 are read, not {port}")));
    }
    if is_local_name(host) {
        return Err(Refused(format!("{host} is a name of the local network")));
    }
    Ok(())
}

/// Names that lead into the own machine or network by rule (RFC 6761, 6762, 8375; ICANN's `internal`) or by habit
/// (one label).
fn is_local_name(host: &str) -> bool {
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return false;
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.')
        || matches!(last, "localhost" | "local" | "internal")
        || name == "home.arpa"
        || name.ends_with(".home.arpa")
}

/// The address that is reached: IPv4 inside IPv6 as itself. NAT64 (RFC 6052) is how a network without IPv4 reaches the
/// whole IPv4 internet, and its own router.
fn translated(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) if ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = ip.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        ip => ip,
    }
}

/// Whether the address belongs to the public internet.
fn is_public(ip: IpAddr) -> bool {
    match translated(ip) {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The blocks of IANA's special-purpose registry (RFC 6890) that are not for the public, multicast, and the reserved
/// rest: network, length of the prefix.
const SPECIAL_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(network, prefix)| (ip.to_bits() ^ network.to_bits()) >> (32 - prefix) == 0)
}

/// Only 2000::/3 is given out for public use, so everything else is refused without a list: loopback, link-local,
/// unique local, site-local, multicast, and the forms that carry an IPv4 address inside (`::a.b.c.d`, local NAT64).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let global_unicast = s[0] & 0xe000 == 0x2000;
    let protocol_assignments = s[0] == 0x2001 && s[1] < 0x200; // 2001::/23, with Teredo
    let documentation = s[..2] == [0x2001, 0xdb8] || (s[0] == 0x3fff && s[1] < 0x1000);
    let six_to_four = s[0] == 0x2002; // carries an IPv4 address; out of use since RFC 7526
    global_unicast && !protocol_assignments && !documentation && !six_to_four
}

/// Resolves names for the client, and hands on only what the guard lets pass. The client asks it for addresses in
/// the place of names too, and before it takes a connection out of its pool.
#[derive(Debug)]
pub(super) struct GuardedResolver<R = SystemNames> {
    guard: Guard,
    system: R,
}

impl GuardedResolver {
    /// The system's resolver behind the guard.
    pub(super) fn new(guard: Guard) -> GuardedResolver {
        GuardedResolver { guard, system: SystemNames }
    }
}

impl<R: Resolver> Resolver for GuardedResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.system.resolve(uri, config, timeout)?;
        match self.guard.judge_addresses(uri.host().unwrap_or_default(), &addresses) {
            Ok(()) => Ok(addresses),
            Err(refused) => Err(ureq::Error::Other(Box::new(refused))),
        }
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
