//! Servers that are spoken to by HTTP.
//!
//! As Beats read them: the scheme, the port and the path that a host names count, those of the section otherwise; user and
//! password before an `@` are the host's own.

use crate::login::Login;
use crate::mark::Mark;
use crate::secret::Secret;
use std::fmt;
use std::net::Ipv6Addr;

/// One server.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// How it is spoken to.
    pub scheme: Scheme,
    /// Its name or address; that of IPv6 without brackets.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// What paths of requests begin with: empty, or `/…` without a slash at its end.
    pub path: String,
    /// What stands behind the `?` of the address, as it was written.
    pub query: String,
    /// User and password of the address.
    pub login: Option<Login>,
    /// Where it was written.
    pub at: Mark,
}

/// The scheme of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

/// What a host gets that does not say it itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usual<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) port: u16,
    pub(crate) path: &'a str,
}

impl Scheme {
    /// `http` or `https`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Http, Self::Https].into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(text))
    }
}

impl Host {
    /// The address without user and password: `https://es-1:9200/path?query`.
    #[must_use]
    pub fn url(&self) -> String {
        if self.query.is_empty() { self.to_string() } else { format!("{self}?{}", self.query) }
    }

    /// Reads what [`address::is_host`](crate::address::is_host) accepts; `None` for other schemes than HTTP's.
    pub(crate) fn read(text: &str, at: &Mark, usual: Usual<'_>) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Scheme::read(scheme)?, rest),
            None => (usual.scheme, text),
        };
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at_checked(slash)?,
            None => (rest, ""),
        };
        let (user, server) = match authority.rsplit_once('@') {
            Some((user, server)) => (Some(user), server),
            None => (None, authority),
        };
        let (name, port) = server_parts(server)?;
        // A slash alone says nothing.
        let path = if path.trim_end_matches('/').is_empty() { usual.path } else { path };
        Some(Self {
            scheme,
            name: name.to_owned(),
            port: port.unwrap_or(usual.port),
            path: path_of(path),
            query: query.to_owned(),
            login: user.map(user_info),
            at: at.clone(),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.name())?;
        if self.name.contains(':') {
            write!(f, "[{}]", self.name)?;
        } else {
            f.write_str(&self.name)?;
        }
        write!(f, ":{}{}", self.port, self.path)
    }
}

/// Name and port.
fn server_parts(server: &str) -> Option<(&str, Option<u16>)> {
    if let Some(inner) = server.strip_prefix('[') {
        let (address, behind) = inner.split_once(']')?;
        return match behind.strip_prefix(':') {
            Some(port) => Some((address, Some(port.parse().ok()?))),
            None => Some((address, None)),
        };
    }
    if server.parse::<Ipv6Addr>().is_ok() {
        return Some((server, None));
    }
    match server.split_once(':') {
        Some((name, port)) => Some((name, Some(port.parse().ok()?))),
        None => Some((server, None)),
    }
}

/// With a slash in front and none behind.
fn path_of(path: &str) -> String {
    let inner = path.trim_matches('/');
    if inner.is_empty() { String::new() } else { format!("/{inner}") }
}

fn user_info(text: &str) -> Login {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Login::Basic { username: decoded(user), password: Secret::new(decoded(password)) }
}

/// With `%40` and the like decoded; what is no such code, or no UTF-8, stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = behind.get(if code.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        let usual = Usual { scheme: Scheme::Http, port: 9200, path: "es/" };
        Host::read(text, &Mark::DEFAULT, usual).unwrap()
    }

    #[test]
    fn what_a_host_does_not_say_is_usual() {
        for (text, url) in [
            ("localhost", "http://localhost:9200/es"),
            ("HTTPS://a.example/", "https://a.example:9200/es"),
            ("10.0.0.1:80", "http://10.0.0.1:80/es"),
            ("https://a:1/x/y/?p=1#z", "https://a:1/x/y?p=1"),
            ("::1", "http://[::1]:9200/es"),
            ("http://[fe80::1%eth0]:1/x", "http://[fe80::1%eth0]:1/x"),
            ("u:p%40@h", "http://h:9200/es"),
        ] {
            assert_eq!(host(text).url(), url, "{text}");
        }
        assert_eq!(host("h/x?p=1#z").query, "p=1");
        let usual = Usual { scheme: Scheme::Https, port: 5601, path: "" };
        assert_eq!(Host::read("k", &Mark::DEFAULT, usual).unwrap().url(), "https://k:5601");
        assert!(Host::read("ftp://h", &Mark::DEFAULT, usual).is_none());
    }

    #[test]
    fn user_and_password_of_an_address() {
        let login = |user: &str, password| {
            Some(Login::Basic { username: user.to_owned(), password: Secret::new(password) })
        };
        assert_eq!(host("http://u:p%40%zz@h").login, login("u", "p@%zz"));
        assert_eq!(host("https://u@h").login, login("u", ""));
        assert_eq!(host("h").login, None);
    }
}
