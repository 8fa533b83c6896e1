//! The networks that this machine itself is in. With IPv6 a television at home has an address of the public internet, and
//! only the routes tell that it is next door.
use std::{fs::File, io::Read, net::Ipv4Addr};

use crate::config::IpBlock;

/// The most that is read of each table.
const MOST_BYTES: u64 = 256 * 1024;
/// A route without a router to networks larger than this is a tunnel to everywhere, and no network at home.
const SHORTEST_V4: u32 = 8;
const SHORTEST_V6: u8 = 16;

/// The networks as they are now. Where the system does not tell, none.
pub(super) fn networks() -> Vec<IpBlock> {
    parse(&Tables {
        if_inet6: &read("if_inet6"),
        ipv6_route: &read("ipv6_route"),
        route: &read("route"),
        fib_trie: &read("fib_trie"),
    })
}

fn read(table: &str) -> String {
    let mut bytes = Vec::new();
    let read = File::open(format!("/proc/self/net/{table}"))
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    // What was read of a table that breaks off is true as well.
    drop(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The tables below `/proc/self/net` (proc_net(5)), which is there where only processes are shown (`ProcSubset=pid`).
struct Tables<'a> {
    /// The own IPv6 addresses, with the lengths of their prefixes.
    if_inet6: &'a str,
    /// The IPv6 routes: prefixes that a router announced as on the link stand only here.
    ipv6_route: &'a str,
    /// The IPv4 routes.
    route: &'a str,
    /// Among the rest, the own IPv4 addresses.
    fib_trie: &'a str,
}

fn parse(tables: &Tables<'_>) -> Vec<IpBlock> {
    let v6 = tables.if_inet6.lines().filter_map(own_v6).chain(tables.ipv6_route.lines().filter_map(route_v6));
    let v4 = tables.route.lines().filter_map(route_v4);
    v6.chain(v4).chain(own_v4(tables.fib_trie)).collect()
}

/// Address, index, length of the prefix, …
fn own_v6(line: &str) -> Option<IpBlock> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    block_v6(fields.first()?, fields.get(2)?)
}

/// Destination, its length, source, its length, next hop, metric, references, use, flags, device.
fn route_v6(line: &str) -> Option<IpBlock> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let has_router = fields.get(4)?.bytes().any(|b| b != b'0');
    if has_router { None } else { block_v6(fields.first()?, fields.get(1)?) }
}

fn block_v6(address: &str, prefix: &str) -> Option<IpBlock> {
    let address = u128::from_str_radix(address, 16).ok()?;
    let prefix = u8::from_str_radix(prefix, 16).ok().filter(|prefix| (SHORTEST_V6..=128).contains(prefix))?;
    IpBlock::new(std::net::Ipv6Addr::from_bits(address).into(), prefix)
}

/// Device, destination, router, flags, references, use, metric, mask, …; numbers as they lie in memory.
fn route_v4(line: &str) -> Option<IpBlock> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| u32::from_str_radix(fields.get(at)?, 16).ok().map(u32::to_be);
    let prefix = number(7)?.leading_ones();
    let is_on_link = number(2)? == 0 && prefix >= SHORTEST_V4;
    is_on_link.then(|| IpBlock::new(Ipv4Addr::from_bits(number(1)?).into(), u8::try_from(prefix).ok()?))?
}

/// Pairs of lines: `|-- 192.0.2.1`, `/32 host LOCAL`.
fn own_v4(table: &str) -> Vec<IpBlock> {
    let lines: Vec<&str> = table.lines().map(str::trim).collect();
    let own = lines.windows(2).filter(|pair| pair[1] == "/32 host LOCAL");
    own.filter_map(|pair| pair[0].strip_prefix("|-- ")?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Tables<'static> = Tables { if_inet6: "", ipv6_route: "", route: "", fib_trie: "" };

    fn told(tables: &Tables<'_>) -> Vec<String> {
        parse(tables).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_networks_of_the_own_addresses_are_found() {
        let if_inet6 = "fe80000000000000ba27ebfffe000001 02 40 20 80    wlan0\n\
                        20010db8000100020000000000000005 02 40 00 00    wlan0\n\
                        20010db8000100020000000000000006 02 80 00 00    wlan0\n";
        assert_eq!(
            told(&Tables { if_inet6, ..NONE }),
            ["fe80::ba27:ebff:fe00:1/64", "2001:db8:1:2::5/64", "2001:db8:1:2::6/128"]
        );
        let fib_trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
                        Local:\n        |-- 198.51.100.7\n           /32 host LOCAL\n\
                        \u{20}       |-- 198.51.100.255\n           /32 link BROADCAST\n";
        assert_eq!(told(&Tables { fib_trie, ..NONE }), ["198.51.100.7/32"]);
    }

    #[test]
    fn routes_without_a_router_lead_next_door_unless_they_lead_everywhere() {
        let hop = "00000000000000000000000000000000 00 00000000000000000000000000000000";
        let router = "00000000000000000000000000000000 00 fe800000000000000000000000000001";
        let rest = "00000100 00000001 00000000 00000001    wlan0";
        let ipv6_route = format!(
            "20010db8000900000000000000000000 40 {hop} {rest}\n\
             20010db8000a00000000000000000000 40 {router} {rest}\n\
             20000000000000000000000000000000 03 {hop} {rest}\n\
             00000000000000000000000000000000 00 {hop} {rest}\n"
        );
        assert_eq!(told(&Tables { ipv6_route: &ipv6_route, ..NONE }), ["2001:db8:9::/64"]);
        let route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
                     wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
                     wlan0\t006433C6\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n\
                     wg0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n";
        // (on a machine of the other byte order the table is written the other way round, too)
        if cfg!(target_endian = "little") {
            assert_eq!(told(&Tables { route, ..NONE }), ["198.51.100.0/24"]);
        }
    }

    #[test]
    fn noise_is_no_network() {
        for text in
            ["", "\n\n", "x y z", "zz 0 40 0", "/32 host LOCAL", "20010db8 02 99 00 00 x", "ü ü ü ü ü"]
        {
            let tables = Tables { if_inet6: text, ipv6_route: text, route: text, fib_trie: text };
            assert_eq!(told(&tables), [""; 0], "{text}");
        }
    }

    #[test]
    fn this_machine_is_in_a_network() {
        // loopback at least
        assert!(networks().iter().any(|block| block.contains("127.0.0.1".parse().unwrap())));
    }
}
