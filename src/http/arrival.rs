//! How a request came here. Behind a proxy every request seems to come from the proxy, which says
//! in headers what it has seen; anybody else can write such headers too. So they count only where
//! they come from a proxy that the settings trust.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
    web::Data,
};

use crate::settings::TrustedProxies;

/// How a request came here, as far as somebody says so whom we believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// From which address.
    pub address: Option<IpAddr>,
    /// For which host, perhaps with a port.
    pub host: String,
    /// Whether a trusted proxy passed it on.
    pub passed_on: bool,
    /// Whether it came to that proxy by HTTPS.
    pub is_https: bool,
}

impl Arrival {
    /// That of a request.
    pub fn of(request: &HttpRequest) -> Arrival {
        let headers = request.headers();
        let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
        let trusted = request.app_data::<Data<TrustedProxies>>();
        match (peer, trusted) {
            (Some(peer), Some(trusted)) if trusted.contains(peer) => {
                Arrival::through(headers, peer, trusted)
            }
            _ => Arrival {
                address: peer,
                host: first(headers, header::HOST.as_str()).unwrap_or_default(),
                passed_on: false,
                is_https: false,
            },
        }
    }

    fn through(headers: &HeaderMap, peer: IpAddr, trusted: &TrustedProxies) -> Arrival {
        let forwarded = Forwarded::read(headers);
        let x_for: Vec<String> = values(headers, "x-forwarded-for").collect();
        let by_x = client(x_for.iter().map(String::as_str), peer, trusted);
        let by_forwarded = client(forwarded.addresses.iter().map(String::as_str), peer, trusted);
        // A proxy writes one of the two and passes on the other as the client sent it. Where they
        // differ, neither is known to be the proxy's.
        let address = match (x_for.is_empty(), forwarded.addresses.is_empty()) {
            (_, true) => by_x,
            (true, false) => by_forwarded,
            (false, false) if by_x == by_forwarded => by_x,
            (false, false) => peer,
        };
        let scheme = first(headers, "x-forwarded-proto").or(forwarded.scheme);
        let host = first(headers, "x-forwarded-host").or(forwarded.host);
        Arrival {
            address: Some(address),
            host: host.or_else(|| first(headers, header::HOST.as_str())).unwrap_or_default(),
            passed_on: true,
            is_https: scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")),
        }
    }
}

/// The nearest address that is none of the trusted proxies, from the last hop back to the first.
/// What lies behind a hop that does not tell its address is not known to anybody we trust.
fn client<'a>(
    hops: impl DoubleEndedIterator<Item = &'a str>,
    peer: IpAddr,
    trusted: &TrustedProxies,
) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.rev() {
        let Some(address) = address(hop) else { break };
        nearest = address;
        if !trusted.contains(address) {
            break;
        }
    }
    nearest
}

/// An address as proxies write it: bare, with a port, in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()));
    parsed.map(|address: IpAddr| address.to_canonical())
}

/// What the header `Forwarded` (RFC 7239) says.
#[derive(Default)]
struct Forwarded {
    addresses: Vec<String>,
    /// Of the first hop, which is what the client asked for.
    scheme: Option<String>,
    host: Option<String>,
}

impl Forwarded {
    fn read(headers: &HeaderMap) -> Forwarded {
        let mut read = Forwarded::default();
        for hop in values(headers, "forwarded") {
            for pair in hop.split(';') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                let value = value.trim().trim_matches('"').to_owned();
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => read.addresses.push(value),
                    "proto" => read.scheme = read.scheme.or(Some(value)),
                    "host" => read.host = read.host.or(Some(value)),
                    _ => {}
                }
            }
        }
        read
    }
}

/// The parts of a header that is a list, in their order, whatever lines they came in.
fn values(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    let lines = headers.get_all(name).filter_map(|line| line.to_str().ok());
    let parts = lines.flat_map(|line| line.split(','));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty())
}

fn first(headers: &HeaderMap, name: &str) -> Option<String> {
    values(headers, name).next()
}
