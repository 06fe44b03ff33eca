//! Which requests are let in.
//!
//! A web page can let a browser ask any host name, also one whose address its owner changes to 127.0.0.1 once the page
//! is loaded (DNS rebinding); the browser then takes our answer for that page's own. Such a request names the page's
//! host in its Host header, so on loopback addresses only names of this machine are taken.

use std::net::{IpAddr, SocketAddr};

use hyper::header::HOST;
use hyper::http::uri::Authority;
use hyper::{Request, Version};

/// Which names a request may have for this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Any: a Unix socket, which no browser opens, or an address that others reach, under names that we do not know.
    Any,
    /// Names of the loopback interface, and the configured one.
    Loopback { configured: String },
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// None, or several, which RFC 9112 section 3.2 answers with 400.
    NoHost,
    /// A name of somebody else.
    OtherHost,
}

impl Hosts {
    pub(crate) fn new(configured: &str, addresses: &[SocketAddr]) -> Self {
        if !addresses.is_empty() && addresses.iter().all(|address| address.ip().to_canonical().is_loopback())
        {
            Self::Loopback { configured: configured.to_owned() }
        } else {
            Self::Any
        }
    }

    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), Refused> {
        let Self::Loopback { configured } = self else { return Ok(()) };
        let mut hosts = request.headers().get_all(HOST).iter();
        let header = match (hosts.next(), hosts.next()) {
            (Some(host), None) => Some(host.to_str().map_err(|_| Refused::OtherHost)?),
            // Browsers speak nothing as old as that.
            (None, _) if request.version() < Version::HTTP_11 => None,
            _ => return Err(Refused::NoHost),
        };
        let target = request.uri().authority().map(Authority::as_str);
        let known = [header, target].into_iter().flatten().all(|host| is_here(host, configured));
        if known { Ok(()) } else { Err(Refused::OtherHost) }
    }
}

/// Whether `name`, `name:port`, `address:port` or `[address]:port` is this machine.
fn is_here(host: &str, configured: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name == configured.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: Version, uri: &str, hosts: &[&str]) -> Request<()> {
        let mut request = Request::builder().version(version).uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap()
    }

    fn loopback() -> Hosts {
        Hosts::new("me", &["127.0.0.1:1".parse().unwrap(), "[::1]:1".parse().unwrap()])
    }

    #[test]
    fn names_of_this_machine_are_let_in() {
        for host in [
            "localhost",
            "LOCALHOST:5066",
            "127.0.0.1:5066",
            "127.8.8.8",
            "[::1]:5066",
            "[::ffff:127.0.0.1]:1",
            "a.localhost.",
            "me:1",
        ] {
            assert_eq!(loopback().check(&request(Version::HTTP_11, "/", &[host])), Ok(()), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[fe80::1]",
            "localhostx",
            "",
            "[",
            "xlocalhost",
        ] {
            let checked = loopback().check(&request(Version::HTTP_11, "/", &[host]));
            assert_eq!(checked, Err(Refused::OtherHost), "{host}");
        }
        let absolute = request(Version::HTTP_11, "http://evil.example/", &["localhost"]);
        assert_eq!(loopback().check(&absolute), Err(Refused::OtherHost));
    }

    #[test]
    fn there_is_one_host() {
        assert_eq!(loopback().check(&request(Version::HTTP_11, "/", &[])), Err(Refused::NoHost));
        assert_eq!(
            loopback().check(&request(Version::HTTP_11, "/", &["localhost", "localhost"])),
            Err(Refused::NoHost)
        );
        assert_eq!(loopback().check(&request(Version::HTTP_10, "/", &[])), Ok(()));
    }

    #[test]
    fn where_others_reach_us_any_name_will_do() {
        let hosts = Hosts::new("0.0.0.0", &["0.0.0.0:1".parse().unwrap()]);
        assert_eq!(hosts, Hosts::Any);
        assert_eq!(hosts.check(&request(Version::HTTP_11, "/", &["monitor.example"])), Ok(()));
        assert_eq!(Hosts::new("", &[]), Hosts::Any);
    }
}
