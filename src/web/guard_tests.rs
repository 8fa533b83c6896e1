//! The addresses that must never be read from, and those that must.
use proptest::prelude::*;

use super::*;

fn guard(allowed: &[&str]) -> Guard {
    let allowed = allowed.iter().map(|block| block.parse().unwrap()).collect();
    // whatever network the test runs in
    Guard { allowed, own_networks: Vec::new }
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

/// Addresses as a page or a redirect can spell them, none of which may be asked for: what is disguised, and how.
#[rustfmt::skip]
const REFUSED: &[(&str, &str)] = &[
    // schemes
    ("ftp", "ftp://example.org/"), ("a file", "file:///etc/passwd"), ("a file by host", "file://localhost/etc/passwd"),
    ("gopher", "gopher://example.org/"), ("data", "data:text/html,x"), ("script", "javascript:alert(1)"),
    ("web socket", "ws://example.org/"), ("ldap", "ldap://example.org/"), ("ssh", "ssh://example.org/"),
    ("view-source", "view-source:http://example.org/"), ("blob", "blob:https://example.org/x"),
    ("dict", "dict://example.org:80/"), ("about", "about:blank"),
    // userinfo
    ("user", "http://user@example.org/"), ("user and password", "http://user:secret@example.org/"),
    ("password", "http://:secret@example.org/"), ("host as user", "http://example.org@192.168.1.1/"),
    ("encoded at", "http://example.org%40@10.0.0.1/"), ("encoded slash before at", "http://example.org%2f@192.168.1.1/"),
    // ports
    ("8080", "http://example.org:8080/"), ("ssh's", "https://example.org:22/"), ("mail's", "http://example.org:25/"),
    ("0", "http://example.org:0/"), ("65535", "http://example.org:65535/"), ("redis", "http://8.8.8.8:6379/"),
    ("postgres", "https://example.org:5432/"), ("leading zeros", "http://example.org:00008000/"),
    // names
    ("localhost", "http://localhost/"), ("capitals and root", "http://LOCALHOST./"), ("below localhost", "http://a.localhost/"),
    ("mDNS", "http://printer.local/"), ("mDNS with root", "http://printer.local./"), ("internal", "http://db.internal/"),
    ("metadata by name", "http://metadata.google.internal/"), ("home network", "http://nas.home.arpa/"),
    ("home network itself", "http://home.arpa/"), ("one label", "http://router/"), ("one label with root", "http://router./"),
    ("full-width localhost", "http://ｌｏｃａｌｈｏｓｔ/"), ("encoded localhost", "http://%6cocalhost/"),
    ("circled letters", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"), ("soft hyphen", "http://local\u{ad}host/"),
    // IPv4, in every spelling
    ("dotted", "http://127.0.0.1/"), ("number", "http://2130706433/"), ("hex number", "http://0x7f000001/"),
    ("octal number", "http://017700000001/"), ("hex part", "http://0x7f.1/"), ("octal part", "http://0177.0.0.1/"),
    ("mixed bases", "http://0xc0.0250.1.1/"), ("two parts", "http://127.1/"), ("three parts", "http://192.168.257/"),
    ("root", "http://127.0.0.1./"), ("zero", "http://0/"), ("zeros", "http://0.0.0.0/"), ("hex zero", "http://0x0/"),
    ("full-width digits", "http://１２７.０.０.１/"), ("ideographic stops", "http://127。0。0。1/"),
    ("encoded digits", "http://%31%32%37.0.0.1/"), ("circled digits", "http://①②⑦.⓪.⓪.①/"),
    ("tab inside", "http://127.0\t.0.1/"), ("line break inside", "http://192.168\n.1.1/"), ("backslashes", "http:\\\\10.0.0.1\\"),
    ("one slash", "http:/192.168.0.1/"), ("no slash", "http:192.168.0.1"), ("many slashes", "http://///10.0.0.1/"),
    ("router", "http://192.168.1.1:443/"), ("ten", "http://10.1.2.3/"), ("172", "http://172.31.255.254/"),
    ("metadata", "http://169.254.169.254/latest/meta-data/"), ("metadata as number", "http://2852039166/"),
    ("other metadata", "http://192.0.0.192/"), ("CGNAT", "http://100.64.0.1/"), ("Alibaba's metadata", "http://100.100.100.200/"),
    ("benchmark", "http://198.18.0.1/"), ("documentation 1", "http://192.0.2.1/"), ("documentation 2", "http://198.51.100.1/"),
    ("documentation 3", "http://203.0.113.1/"), ("6to4 relay", "http://192.88.99.1/"), ("multicast", "http://224.0.0.251/"),
    ("reserved", "http://240.0.0.1/"), ("broadcast", "http://255.255.255.255/"),
    // IPv6, and IPv4 inside it
    ("loopback", "http://[::1]/"), ("loopback in full", "http://[0:0:0:0:0:0:0:1]/"), ("unspecified", "http://[::]/"),
    ("link-local", "http://[fe80::1]/"), ("site-local", "http://[fec0::1]/"), ("unique local", "http://[fd00::1]/"),
    ("metadata of EC2", "http://[fd00:ec2::254]/"), ("multicast to all nodes", "http://[ff02::1]/"),
    ("documentation", "http://[2001:db8::1]/"), ("new documentation", "http://[3fff::1]/"), ("discard", "http://[100::1]/"),
    ("mapped", "http://[::ffff:10.0.0.1]/"), ("mapped in hex", "http://[::ffff:7f00:1]/"), ("compatible", "http://[::127.0.0.1]/"),
    ("translated", "http://[::ffff:0:127.0.0.1]/"), ("NAT64", "http://[64:ff9b::192.168.1.1]/"),
    ("NAT64 of metadata", "http://[64:ff9b::a9fe:a9fe]/"), ("local NAT64", "http://[64:ff9b:1::1]/"),
    ("6to4", "http://[2002:c0a8:101::1]/"), ("6to4 of loopback", "http://[2002:7f00:1::]/"), ("Teredo", "http://[2001::1]/"),
    ("Teredo of a LAN", "http://[2001:0:4136:e378:8000:63bf:3f57:fefe]/"), ("ORCHID", "http://[2001:20::1]/"),
    ("segment routing", "http://[5f00::1]/"), ("not given out", "http://[4000::1]/"),
];

#[test]
fn no_spelling_of_what_is_no_public_page_is_asked_for() {
    let mut passed = Vec::new();
    for (what, text) in REFUSED {
        // what is no address at all is refused before
        if Url::parse(text).is_ok_and(|url| guard(&[]).judge_url(&url).is_ok()) {
            passed.push((what, text));
        }
    }
    assert!(passed.is_empty(), "{passed:?}");
    assert!(REFUSED.len() >= 80, "{}", REFUSED.len());
}

#[test]
fn a_redirect_to_any_of_them_is_refused_too() {
    let page = url("https://example.org/people/ada");
    for (what, text) in REFUSED {
        // relative to a page, “http:192.168.0.1” is a path when the schemes are the same
        let next = page
            .join(text)
            .ok()
            .filter(|next| next.host() != page.host() || !next.path().contains("192.168"));
        assert!(next.is_none_or(|next| guard(&[]).judge_url(&next).is_err()), "{what}: {text}");
    }
    let scheme_relative = page.join("//192.168.1.1/").unwrap();
    assert!(guard(&[]).judge_url(&scheme_relative).is_err());
}

#[test]
fn the_client_goes_to_the_host_that_the_guard_judged() {
    for text in [
        "http://example.org\\@192.168.1.1/",
        "http://example.org#@192.168.1.1/",
        "http://example.org?@192.168.1.1/",
        "http://example.org/@192.168.1.1:80/",
        "http://example.org;@x/",
        "http://exam\tple.org/",
        "http://BÜCHER.example/",
        "http://example.org:080/",
        "http://8.8.8.8./",
        "http://0x8080808/",
    ] {
        let Ok(url) = Url::parse(text) else { continue };
        let uri: Uri = url.as_str().parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(uri.host(), url.host_str(), "{text}");
        assert_eq!(uri.port_u16(), url.port(), "{text}");
    }
}

/// Gives a name a public address first, and a private one whenever it is asked again.
#[derive(Debug, Default)]
struct Rebinding(std::sync::atomic::AtomicUsize);

impl Resolver for Rebinding {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let asked = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let mut addresses = self.empty();
        addresses.push(if asked == 0 { "8.8.8.8:80" } else { "192.168.1.1:80" }.parse().unwrap());
        Ok(addresses)
    }
}

#[test]
fn a_name_is_resolved_once_and_exactly_what_was_judged_is_connected_to() {
    let resolver = GuardedResolver { guard: guard(&[]), system: Rebinding::default() };
    let resolve = || {
        resolver.resolve(
            &"http://rebinding.example/".parse().unwrap(),
            &Config::default(),
            NextTimeout::default(),
        )
    };
    assert_eq!(resolve().unwrap()[..], ["8.8.8.8:80".parse().unwrap()]);
    assert_eq!(resolver.system.0.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert!(resolve().is_err(), "the second answer was taken");
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
fn what_is_next_door_is_refused_although_its_address_is_public() {
    let own_networks = || ["2606:4700:1:2::/64", "8.8.4.4/31"].map(|block| block.parse().unwrap()).to_vec();
    let guard = Guard { allowed: Vec::new(), own_networks };
    for text in [
        "http://[2606:4700:1:2::5]/",
        "http://[2606:4700:1:2:ffff::]/",
        "http://8.8.4.5/",
        "http://[::ffff:8.8.4.4]/",
        "http://[64:ff9b::8.8.4.4]/",
    ] {
        let refused = guard.judge_url(&url(text)).unwrap_err().to_string();
        assert!(refused.contains("this machine's own network"), "{text}: {refused}");
    }
    for text in ["http://[2606:4700:1:3::5]/", "http://8.8.4.6/"] {
        assert_eq!(guard.judge_url(&url(text)), Ok(()), "{text}");
    }
    let name = ["8.8.8.8:80".parse().unwrap(), "[2606:4700:1:2::5]:80".parse().unwrap()];
    assert!(guard.judge_addresses("example.org", &name).is_err());
    let allowed = vec!["2606:4700:1:2::5".parse().unwrap()];
    assert!(Guard { allowed, ..guard }.judge_addresses("example.org", &name).is_ok());
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
        prop_assert!(guard(&[]).judge_url(&url).is_err());
    }

    #[test]
    fn an_address_is_judged_alike_in_every_spelling(ip in any::<u32>()) {
        let [a, b, c, d] = Ipv4Addr::from_bits(ip).octets();
        let expected = oracle_v4(ip);
        prop_assert_eq!(is_public(Ipv4Addr::from_bits(ip).into()), expected, "{}.{}.{}.{}", a, b, c, d);
        for text in [
            format!("{a}.{b}.{c}.{d}"), format!("{ip}"), format!("0x{ip:x}"), format!("0{ip:o}"),
            format!("{a}.{}", ip & 0xff_ffff), format!("{a}.{b}.{}", ip & 0xffff), format!("0x{a:x}.0{b:o}.{c}.{d}."),
            format!("[::ffff:{a}.{b}.{c}.{d}]"), format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        ] {
            let url = Url::parse(&format!("http://{text}/")).unwrap();
            prop_assert_eq!(guard(&[]).judge_url(&url).is_ok(), expected, "{}", text);
        }
    }

    #[test]
    fn of_ipv6_only_what_is_given_out_passes(bits in any::<u128>(), prefix in prop::sample::select(vec![0u128, 0x2000 << 112, 0x2001 << 112, 0x2002 << 112, 0xfe80 << 112, 0x64_ff9b << 96])) {
        for ip in [Ipv6Addr::from_bits(bits), Ipv6Addr::from_bits(prefix | bits >> 32)] {
            let first = ip.segments()[0];
            if is_public(ip.into()) {
                let is_nat64 = ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
                prop_assert!((0x2000..0x4000).contains(&first) || is_nat64 || ip.to_ipv4_mapped().is_some(), "{}", ip);
                prop_assert!(first != 0x2002 && !ip.is_loopback() && !ip.is_multicast() && !ip.is_unspecified(), "{}", ip);
            }
            let url = Url::parse(&format!("http://[{ip}]/")).unwrap();
            prop_assert_eq!(guard(&[]).judge_url(&url).is_ok(), is_public(ip.into()), "{}", ip);
        }
    }

    #[test]
    fn a_host_passes_only_if_each_of_its_addresses_does(ips in prop::collection::vec(any::<u32>(), 1..6)) {
        let addresses: Vec<_> = ips.iter().map(|ip| SocketAddr::new(Ipv4Addr::from_bits(*ip).into(), 443)).collect();
        let all = ips.iter().all(|ip| oracle_v4(*ip));
        prop_assert_eq!(guard(&[]).judge_addresses("example.org", &addresses).is_ok(), all);
    }
}

/// The same rules said another way, from the text of RFC 6890 and not from the table.
fn oracle_v4(ip: u32) -> bool {
    let ranges = [
        "0.0.0.0-0.255.255.255",
        "10.0.0.0-10.255.255.255",
        "100.64.0.0-100.127.255.255",
        "127.0.0.0-127.255.255.255",
        "169.254.0.0-169.254.255.255",
        "172.16.0.0-172.31.255.255",
        "192.0.0.0-192.0.0.255",
        "192.0.2.0-192.0.2.255",
        "192.88.99.0-192.88.99.255",
        "192.168.0.0-192.168.255.255",
        "198.18.0.0-198.19.255.255",
        "198.51.100.0-198.51.100.255",
        "203.0.113.0-203.0.113.255",
        "224.0.0.0-255.255.255.255",
    ];
    let bits = |text: &str| text.parse::<Ipv4Addr>().unwrap().to_bits();
    !ranges.iter().any(|range| {
        let (from, to) = range.split_once('-').unwrap();
        (bits(from)..=bits(to)).contains(&ip)
    })
}
