//! The network address of the client, also behind trusted proxies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The client's address, in the extensions of a request. An IPv4 address is never written as IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Self {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        Self(client_address(peer, request.headers(), trusted))
    }
}

/// The last address that is not a trusted proxy, from the peer back through `X-Forwarded-For`. Entries that a client added
/// itself come before that address, so they are ignored.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !is_trusted(peer) {
        return peer;
    }
    let lines: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut nearest = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = parse(hop.trim()) else { break };
        nearest = address;
        if !is_trusted(address) {
            break;
        }
    }
    nearest
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    bare.parse()
        .or_else(|_| hop.parse().map(|with_port: SocketAddr| with_port.ip()))
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn client_ip(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 4000));
        for line in forwarded {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        ClientIp::of(&request.to_http_request(), &trusted).0.to_string()
    }

    #[test]
    fn the_header_counts_only_behind_a_trusted_proxy() {
        assert_eq!(client_ip("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(
            client_ip("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            client_ip("10.0.0.1", &["198.51.100.1"], &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(client_ip("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn addresses_that_the_client_added_are_ignored() {
        let trusted = &["10.0.0.0/8", "192.0.2.7/32"];
        assert_eq!(
            client_ip("10.0.0.1", &["1.2.3.4, 198.51.100.1"], trusted),
            "198.51.100.1"
        );
        assert_eq!(
            client_ip("10.0.0.1", &["1.2.3.4, 198.51.100.1, 192.0.2.7,10.0.0.3"], trusted),
            "198.51.100.1"
        );
        assert_eq!(
            client_ip("10.0.0.1", &["1.2.3.4", "198.51.100.1", "10.0.0.3"], trusted),
            "198.51.100.1"
        );
        assert_eq!(client_ip("10.0.0.1", &["10.0.0.4, 10.0.0.3"], trusted), "10.0.0.4");
    }

    #[test]
    fn an_invalid_address_ends_the_search() {
        assert_eq!(
            client_ip("10.0.0.1", &["1.2.3.4, unknown, 10.0.0.3"], &["10.0.0.0/8"]),
            "10.0.0.3"
        );
        assert_eq!(client_ip("10.0.0.1", &[""], &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_read() {
        assert_eq!(
            client_ip("::ffff:10.0.0.1", &["198.51.100.1:555"], &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(client_ip("::1", &["[2001:db8::5]:555"], &["::1/128"]), "2001:db8::5");
        assert_eq!(client_ip("::1", &["[2001:db8::5]"], &["::1/128"]), "2001:db8::5");
        assert_eq!(client_ip("::1", &["::ffff:198.51.100.1"], &["::1/128"]), "198.51.100.1");
    }
}
