//! The addresses that must never be read from, and those that must.
use proptest::prelude::*;

use super::*;

fn guard(allowed: &[&str]) -> Guard {
    Guard::new(allowed.iter().map(|block| block.parse().unwrap()).collect())
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn addresses_outside_the_public_internet_are_refused() {
    for ip in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "fec0::1",
        "3fff::1",
        "::ffff:127.0.0.1",
        "::ffff:192.168.0.1",
        "::127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001::1",
        "2001:0:4136:e378::1",
        "2001:2::1",
        "100::1",
        "4000::1",
    ] {
        assert!(!is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn addresses_of_the_public_internet_pass() {
    for ip in [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "126.0.0.1",
        "128.0.0.1",
        "169.253.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.0.1",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:200::1",
    ] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn urls_that_are_no_public_page_are_refused_before_any_lookup() {
    for text in [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://:secret@example.org/",
        "http://example.org:8080/",
        "https://example.org:22/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://printer.local/",
        "http://printer.local./",
        "http://db.internal/",
        "http://nas.home.arpa/",
        "http://home.arpa/",
        "http://router/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://192.168.1.1:443/",
        "http://8.8.8.8:8000/",
        "http://0/",
    ] {
        assert!(guard(&[]).judge_url(&url(text)).is_err(), "{text}");
    }
}

#[test]
fn ordinary_urls_pass() {
    for text in [
        "http://example.org/",
        "https://example.org:443/~ada?x=1#y",
        "http://example.org:80/",
        "https://localhost.example/",
        "https://internal.example.org/",
        "https://8.8.8.8/",
        "http://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
    ] {
        assert_eq!(guard(&[]).judge_url(&url(text)), Ok(()), "{text}");
    }
}

#[test]
fn an_allowed_block_opens_itself_with_any_port_and_nothing_else() {
    let guard = guard(&["127.0.0.1", "fd00::/8"]);
    for text in ["http://127.0.0.1:8081/", "http://[fd00::1]:99/", "http://[::ffff:127.0.0.1]:5/"] {
        assert_eq!(guard.judge_url(&url(text)), Ok(()), "{text}");
    }
    for text in ["http://127.0.0.2/", "http://192.168.0.1/", "http://8.8.8.8:8080/", "http://a@127.0.0.1/"] {
        assert!(guard.judge_url(&url(text)).is_err(), "{text}");
    }
}

fn judged(allowed: &[&str], host: &str, addresses: &[&str]) -> bool {
    let addresses: Vec<SocketAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
    guard(allowed).judge_addresses(host, &addresses).is_ok()
}

#[test]
fn one_private_address_among_public_ones_refuses_the_host() {
    assert!(judged(&[], "example.org", &["8.8.8.8:443", "1.1.1.1:443"]));
    assert!(!judged(&[], "example.org", &["8.8.8.8:443", "192.168.0.1:443"]));
    assert!(!judged(&["127.0.0.1"], "example.org", &["127.0.0.1:443", "127.0.0.2:443"]));
}

#[test]
fn local_names_and_other_ports_need_every_address_in_an_allowed_block() {
    assert!(judged(&["127.0.0.1"], "localhost", &["127.0.0.1:8080"]));
    assert!(judged(&["127.0.0.1"], "example.org", &["127.0.0.1:8080"]));
    assert!(!judged(&["127.0.0.1"], "localhost", &["127.0.0.1:8080", "[::1]:8080"]));
    assert!(!judged(&["127.0.0.1"], "example.org", &["8.8.8.8:8080"]));
    assert!(!judged(&["127.0.0.1"], "localhost", &["8.8.8.8:80"]));
}

proptest! {
    #[test]
    fn no_address_of_a_special_block_passes_in_any_disguise(block in prop::sample::select(SPECIAL_V4), low in any::<u32>()) {
        let (network, prefix) = block;
        let ip = Ipv4Addr::from_bits(network.to_bits() | (low & (u32::MAX >> prefix)));
        let [a, b, c, d] = ip.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        prop_assert!(!is_public(ip.into()));
        prop_assert!(!is_public(ip.to_ipv6_mapped().into()));
        for disguise in [[0, 0, 0, 0, 0, 0, high, low], [0x64, 0xff9b, 0, 0, 0, 0, high, low],
            [0x2002, high, low, 0, 0, 0, 0, 1], [0x2001, 0, 1, 1, 0, 0, !high, !low]] {
            prop_assert!(!is_public(Ipv6Addr::from(disguise).into()));
        }
        let url = Url::parse(&format!("http://{ip}/")).unwrap();
        prop_assert!(Guard::new(Vec::new()).judge_url(&url).is_err());
    }
}
