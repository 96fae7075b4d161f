//! Which addresses may be called: the public internet, and what the person who runs Hobnob has named.
//! A name is judged by the addresses it resolves to, at the moment of connecting, so that a name that changes its mind gains nothing.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use url::{Host, Url};

use super::Reach;
use crate::{Answer, NetworkError};

/// The most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 16;

/// Ports on which something other than the web listens and could be talked into mischief; the list of the Fetch standard.
const PORTS_SHUT: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115,
    117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
    636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697, 10080, 11211,
];

/// How a checked address may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Only where it leads to a public address.
    Public,
    /// Wherever it leads: it was named by the person who runs Hobnob.
    Named,
}

/// A name that leads to no public address; told apart from a failed look-up.
#[derive(Debug)]
pub(super) struct Private;

impl std::fmt::Display for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name leads to a private address")
    }
}
impl std::error::Error for Private {}

pub(super) fn forbidden(why: &str) -> NetworkError {
    NetworkError::Forbidden(why.to_owned())
}

/// Judges an address by its words alone; names are judged again when they are resolved.
pub(super) fn check(url: &Url, reach: &Reach) -> Answer<Pass> {
    if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
        return Err(forbidden("only http and https addresses are called"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(forbidden("an address with a name or password inside is not called"));
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(forbidden("the address names no server"));
    };
    if is_named(&host, port, reach) {
        return Ok(Pass::Named);
    }
    if PORTS_SHUT.contains(&port) {
        return Err(forbidden("that port is not called"));
    }
    let is_fine = match host {
        Host::Ipv4(ip) => is_public(IpAddr::V4(ip)),
        Host::Ipv6(ip) => is_public(IpAddr::V6(ip)),
        Host::Domain(name) => !is_local_name(name),
    };
    if is_fine { Ok(Pass::Public) } else { Err(forbidden("a private address is not called")) }
}

/// Ports on which mail servers take letters in.
const MAIL_PORTS: &[u16] = &[25, 465, 587, 2465, 2525, 2587];

/// Judges a mail server by its words alone; a name is judged again when it is resolved.
pub(super) fn check_mail(name: &str, port: u16, reach: &Reach) -> Answer<Pass> {
    let host = Host::parse(name).map_err(|_| forbidden("that is no name of a server"))?;
    let host = match &host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => Host::Ipv6(*ip),
    };
    if is_named(&host, port, reach) {
        return Ok(Pass::Named);
    }
    if !MAIL_PORTS.contains(&port) {
        return Err(forbidden("mail servers listen on port 465, 587 or 25; HOBNOB_ALLOW_PRIVATE can name another"));
    }
    let is_fine = match host {
        Host::Ipv4(ip) => is_public(IpAddr::V4(ip)),
        Host::Ipv6(ip) => is_public(IpAddr::V6(ip)),
        Host::Domain(name) => !is_local_name(name),
    };
    if is_fine {
        Ok(Pass::Public)
    } else {
        Err(forbidden("a mail server at a private address is not called; HOBNOB_ALLOW_PRIVATE can name it"))
    }
}

/// Judges where a redirect leads. A named host may lead on inside the house; anything out there may not lead in.
pub(super) fn check_onward(from: Pass, to: &Url, reach: &Reach) -> Answer<()> {
    match (from, check(to, reach)?) {
        (Pass::Public, Pass::Named) => Err(forbidden("it leads to a private address")),
        _ => Ok(()),
    }
}

/// Names that mean this machine or this house, whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.is_empty() || name == "localhost" || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
}

/// Whether the person who runs Hobnob has named this very host, or host and port.
fn is_named(host: &Host<&str>, port: u16, reach: &Reach) -> bool {
    reach.private_hosts.iter().any(|rule| {
        let (name, rule_port) = split_rule(rule.trim());
        let is_same = match name.parse::<Ipv6Addr>() {
            Ok(ip) => *host == Host::<&str>::Ipv6(ip),
            Err(_) => Host::parse(name).is_ok_and(|h| h == host.to_owned()),
        };
        is_same && rule_port.is_none_or(|p| p == port)
    })
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or a bare v6 address.
fn split_rule(rule: &str) -> (&str, Option<u16>) {
    if let Some((host, port)) = rule.rsplit_once(':') {
        let is_whole_host = !host.contains(':') || host.ends_with(']');
        if let (true, Ok(port)) = (is_whole_host, port.parse()) {
            return (host, Some(port));
        }
    }
    (rule, None)
}

/// Whether an address belongs to the public internet, also by what it carries inside.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _) // shared by a carrier's customers
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2) // protocol assignments, documentation
            | (192, 88, 99) // relays of the past
            | (192, 168, _)
            | (198, 18 | 19, _) // measuring
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _) // to many, kept back, to all
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // A v4 address in v6 clothes, and one behind the well-known translator.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inside(high, low),
        [0x2002, high, low, ..] if !inside(high, low) => false,
        // An interface that carries a v4 address.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] if !inside(high, low) => false,
        // Protocol assignments with tunnels and measuring; documentation, twice.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Only this eighth of the whole is given out for public use.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

pub(super) type Looking = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;
/// How names become addresses: the system's way, or a test's.
pub(super) type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;

pub(super) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.map(|a| a.ip()).take(ADDRESSES_MAX).collect()) })
    })
}

/// Resolves a name, and keeps only the addresses it may be called at.
pub(super) async fn resolve(lookup: &Lookup, name: &str, pass: Pass) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let mut found = lookup(name.to_owned()).await?;
    if pass == Pass::Public && !found.is_empty() {
        found.retain(|ip| is_public(*ip));
        if found.is_empty() {
            return Err(Box::new(Private));
        }
    }
    Ok(found)
}

/// The resolver of one client.
pub(super) struct Resolver {
    pub lookup: Lookup,
    pub pass: Pass,
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (lookup, pass) = (self.lookup.clone(), self.pass);
        Box::pin(async move {
            let found = resolve(&lookup, name.as_str(), pass).await?;
            let addresses: reqwest::dns::Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(url: &str, named: &[&str]) -> Option<Pass> {
        let reach = Reach { private_hosts: named.iter().map(|s| s.to_string()).collect() };
        check(&Url::parse(url).expect(url), &reach).ok()
    }

    #[test]
    fn every_kind_of_private_address_is_refused() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.7",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::1",
            "2001::1",
            "2001:0:5ef5:79fb::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
            "2606:4700::5efe:a00:1",
            "2606:4700::200:5efe:c0a8:1",
        ] {
            assert!(!is_public(ip.parse().expect(ip)), "{ip}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::8a",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "2001:4860::8888",
            "2400::1",
            "3ffe::1",
        ] {
            assert!(is_public(ip.parse().expect(ip)), "{ip}");
        }
    }

    #[test]
    fn addresses_in_other_spellings_are_seen_through() {
        for url in [
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://[::ffff:7f00:1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://printer.local/",
            "http://metadata.google.internal/",
            "http://①②⑦.0.0.1/",
            "ws://127.0.0.1/",
            "http://0/",
            "http://[::]/",
        ] {
            assert_eq!(judged(url, &[]), None, "{url}");
        }
    }

    #[test]
    fn schemes_names_in_the_address_and_shut_ports_are_refused() {
        for url in [
            "ftp://social.example/",
            "file:///etc/passwd",
            "gopher://social.example/",
            "data:text/plain,x",
            "http://ada@social.example/",
            "http://ada:pw@social.example/",
            "http://:pw@social.example/",
            "http://social.example:22/",
            "http://social.example:6379/",
            "http://social.example:0/",
            "unix:/run/x",
        ] {
            assert_eq!(judged(url, &[]), None, "{url}");
        }
        for url in ["http://social.example/", "https://social.example:8443/x?y#z", "wss://social.example/", "http://1.1.1.1:8080/"] {
            assert_eq!(judged(url, &[]), Some(Pass::Public), "{url}");
        }
    }

    #[test]
    fn a_named_host_is_let_through_and_no_other() {
        let named = ["127.0.0.1:4000", "nas.local", "[::1]:81", "fd00::5"];
        for url in ["http://127.0.0.1:4000/x", "http://nas.local/", "https://NAS.local:9999/", "http://[::1]:81/", "http://[fd00::5]/"] {
            assert_eq!(judged(url, &named), Some(Pass::Named), "{url}");
        }
        for url in [
            "http://127.0.0.1/",
            "http://127.0.0.1:4001/",
            "http://127.0.0.2:4000/",
            "http://x.nas.local/",
            "http://[::1]/",
            "http://[fd00::6]/",
        ] {
            assert_eq!(judged(url, &named), None, "{url}");
        }
        let reach = Reach { private_hosts: vec!["nas.local".into()] };
        let onward = |from, to: &str| check_onward(from, &Url::parse(to).expect(to), &reach).is_ok();
        assert!(onward(Pass::Named, "http://nas.local/") && onward(Pass::Named, "https://blog.example/"));
        assert!(onward(Pass::Public, "https://blog.example/") && !onward(Pass::Public, "http://nas.local/"));
        assert_eq!(judged("http://ada@nas.local/", &named), None);
        assert_eq!(judged("ftp://nas.local/", &named), None);
    }

    #[tokio::test]
    async fn a_name_is_judged_by_where_it_leads() {
        let to = |ips: &[&str]| -> Lookup {
            let ips: Vec<IpAddr> = ips.iter().map(|i| i.parse().expect("an address")).collect();
            Arc::new(move |_| {
                let ips = ips.clone();
                Box::pin(async move { Ok(ips) })
            })
        };
        let rebound = resolve(&to(&["127.0.0.1", "::1"]), "blog.example", Pass::Public).await;
        assert!(rebound.expect_err("no public address").is::<Private>());
        let mixed = resolve(&to(&["127.0.0.1", "1.1.1.1"]), "blog.example", Pass::Public).await.expect("one is public");
        assert_eq!(mixed, ["1.1.1.1".parse::<IpAddr>().expect("an address")]);
        assert_eq!(resolve(&to(&["127.0.0.1"]), "nas.local", Pass::Named).await.expect("named").len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_inside_decides(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let [a, b] = [(bits >> 16) as u16, bits as u16];
            for v6 in [v4.to_ipv6_mapped(), Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b), Ipv6Addr::new(0x2002, a, b, 0, 0, 0, 0, 1)] {
                prop_assert_eq!(is_public(v6.into()), is_public(v4.into()));
            }
        }

        #[test]
        fn nothing_the_library_calls_private_passes(bits: u32) {
            let ip = Ipv4Addr::from(bits);
            if ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_documentation() || ip.is_broadcast() {
                prop_assert!(!is_public(ip.into()));
            }
        }

        #[test]
        fn only_global_unicast_of_v6(bits: u128) {
            let ip = Ipv6Addr::from(bits);
            if is_public(ip.into()) {
                let first = ip.segments()[0];
                prop_assert!(first & 0xe000 == 0x2000 || ip.to_ipv4_mapped().is_some() || first == 0x64);
            }
        }

        #[test]
        fn no_spelling_of_a_url_gets_a_private_literal_through(text in "\\PC{0,60}") {
            if let Ok(url) = Url::parse(&format!("http://{text}"))
                && check(&url, &Reach::default()).is_ok() {
                match url.host() {
                    Some(Host::Ipv4(ip)) => prop_assert!(is_public(ip.into())),
                    Some(Host::Ipv6(ip)) => prop_assert!(is_public(ip.into())),
                    Some(Host::Domain(name)) => prop_assert!(!name.is_empty()),
                    None => prop_assert!(false, "no host"),
                }
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }
    }
}
