//! Where to listen.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

use crate::error::Error;

/// Where the endpoint listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// On all addresses of a name or on one address.
    Tcp {
        /// A name, an IPv4 address or an IPv6 address without brackets.
        host: String,
        /// 0 takes any that is free.
        port: u16,
    },
    /// On a Unix socket.
    Unix(PathBuf),
}

impl Listen {
    /// Reads `http.host` and `http.port`.
    ///
    /// The host is a name, an address (IPv6 with or without brackets), `http://host` with or without a port, or
    /// `unix:///path`. A port in the host wins, as in Packetbeat.
    ///
    /// # Errors
    ///
    /// [`Error::NamedPipe`] for `npipe://…` and `\\.\pipe\…`, [`Error::Host`] for anything else. The empty host is one
    /// of them: it would be all addresses, and who wants that says `0.0.0.0` or `::`.
    pub fn parse(host: &str, port: u16) -> Result<Self, Error> {
        let wrong = |problem| Error::Host { host: host.to_owned(), problem };
        if host.starts_with("npipe:") || host.starts_with(r"\\.\pipe\") {
            return Err(Error::NamedPipe(host.to_owned()));
        }
        if let Some(path) = host.strip_prefix("unix://") {
            return if path.starts_with('/') {
                Ok(Self::Unix(PathBuf::from(path)))
            } else {
                Err(wrong("has no absolute path (three slashes)"))
            };
        }
        let (name, port) = match host.strip_prefix("http://") {
            Some(authority) => authority_of(authority.trim_end_matches('/'), port).map_err(wrong)?,
            None if host.contains("://") => return Err(wrong("has a scheme that is not known")),
            None => (host, port),
        };
        let name = unbracketed(name);
        match name {
            "" => Err(wrong("is empty")),
            _ if name.parse::<Ipv6Addr>().is_ok() => Ok(Self::Tcp { host: name.to_owned(), port }),
            _ if name.contains(':') => Err(wrong("has a port, which http.port sets")),
            _ if name.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#@[]".contains(c)) => {
                Err(wrong("is no name"))
            }
            _ => Ok(Self::Tcp { host: name.to_owned(), port }),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// `host:port`, `[v6]:port`, or either without port.
fn authority_of(authority: &str, port: u16) -> Result<(&str, u16), &'static str> {
    let (name, text) = match authority.rsplit_once(':') {
        Some((name, text)) if !text.contains(']') => (name, text),
        _ => return Ok((authority, port)),
    };
    let port = text.parse().map_err(|_| "has no port behind its last colon")?;
    Ok((name, port))
}

fn unbracketed(name: &str) -> &str {
    name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Listen {
        Listen::Tcp { host: host.to_owned(), port }
    }

    #[test]
    fn all_forms_of_a_host() {
        for (host, expected) in [
            ("localhost", tcp("localhost", 5066)),
            ("127.0.0.1", tcp("127.0.0.1", 5066)),
            ("::1", tcp("::1", 5066)),
            ("[::1]", tcp("::1", 5066)),
            ("http://localhost", tcp("localhost", 5066)),
            ("http://localhost:99/", tcp("localhost", 99)),
            ("http://[::1]:99", tcp("::1", 99)),
            ("http://[::1]", tcp("::1", 5066)),
            ("unix:///run/packetbeat.sock", Listen::Unix("/run/packetbeat.sock".into())),
        ] {
            assert_eq!(Listen::parse(host, 5066).unwrap(), expected, "{host}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (host, part) in [
            ("npipe:///packetbeat", "only Windows"),
            (r"\\.\pipe\packetbeat", "only Windows"),
            ("unix://relative", "absolute path"),
            ("https://localhost", "scheme"),
            ("", "empty"),
            ("localhost:5066", "http.port"),
            ("http://localhost:port", "no port"),
            ("a b", "no name"),
        ] {
            let message = Listen::parse(host, 5066).unwrap_err().to_string();
            assert!(message.contains(part), "{host}: {message}");
        }
    }

    #[test]
    fn an_address_reads_as_it_is_written_in_urls() {
        assert_eq!(tcp("::1", 1).to_string(), "[::1]:1");
        assert_eq!(tcp("localhost", 1).to_string(), "localhost:1");
        assert_eq!(Listen::Unix("/a".into()).to_string(), "unix:///a");
    }
}
