//! Addresses of servers as people write them.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// `SCHEME://HOST[:PORT][/PATH]`.
pub(crate) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| is_scheme(scheme) && is_place(scheme, rest))
}

/// `HOST`, with a scheme, a port and a path where wanted.
pub(crate) fn is_host(text: &str) -> bool {
    if text.contains("://") { is_url(text) } else { is_place("", text) }
}

/// The text with `user:password@` made unreadable.
pub(crate) fn without_password(text: &str) -> Cow<'_, str> {
    let start = text.find("://").map_or(0, |at| at + 3);
    match text.rfind('@') {
        Some(at) if at >= start => {
            let (before, after) = (text.get(..start).unwrap_or_default(), text.get(at..).unwrap_or_default());
            Cow::Owned(format!("{before}…{after}"))
        }
        _ => Cow::Borrowed(text),
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn is_place(scheme: &str, rest: &str) -> bool {
    if rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return false;
    }
    // A socket in the file system has no host.
    if matches!(scheme, "unix" | "http+unix" | "npipe" | "file") {
        return !rest.is_empty();
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
    if let Some(inner) = server.strip_prefix('[') {
        let Some((address, port)) = inner.split_once(']') else { return false };
        let address = address.split('%').next().unwrap_or_default();
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    if server.parse::<Ipv6Addr>().is_ok() {
        return true;
    }
    match server.split_once(':') {
        Some((name, port)) => !name.is_empty() && is_port(port),
        None => !server.is_empty(),
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        for good in [
            "localhost",
            "localhost:9200",
            "10.0.0.1:80",
            "[::1]:9200",
            "::1",
            "https://a.example/x?y",
            "redis://:pw@h:6379/1",
            "unix:///run/x.sock",
            "[fe80::1%eth0]:1",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in
            ["", "a b", "h:0", "h:65536", "h:x", "[::1", "[x]:1", "://h", "1http://h", "http://", "a:1:2"]
        {
            assert!(!is_host(bad), "{bad}");
        }
        assert!(is_url("socks5://u:p@h:1") && !is_url("proxy:3128"));
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("http://u:p@h:x"), "http://…@h:x");
        assert_eq!(without_password("u:p@@h"), "…@h");
        assert_eq!(without_password("http://h/x"), "http://h/x");
    }
}
