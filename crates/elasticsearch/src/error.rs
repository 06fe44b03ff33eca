//! What goes wrong on the way to a server.

use std::error::Error as _;
use std::io;
use std::time::Duration;

/// A request that got no answer, or none that can be used. One line: which server, what happened, what to do. It never holds a
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {what}")]
pub struct Error {
    kind: Kind,
    host: String,
    what: String,
}

/// Sorts of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A setting cannot work: an address, a header, a proxy.
    Setup,
    /// The name has no address.
    Resolve,
    /// Nothing listens there.
    Refused,
    /// No way there, or an error of the network that is none of the others.
    Unreachable,
    /// No connection, or no answer, in time.
    Timeout,
    /// The server's certificate is not trusted.
    Certificate,
    /// TLS failed for another reason: versions, a client certificate that is missing, a server that does not speak TLS.
    Tls,
    /// The proxy refused.
    Proxy,
    /// The connection ended before the answer did.
    Cut,
    /// An answer that cannot be understood.
    Answer,
    /// The server wants other credentials.
    Unauthorized,
    /// It is no Elasticsearch and no OpenSearch.
    NoElasticsearch,
}

impl Kind {
    /// For what does not end by itself, the name of the counter under which events are dropped if nobody may wait for ever.
    #[must_use]
    pub const fn lasting(self) -> Option<&'static str> {
        match self {
            Self::Certificate => Some("certificate"),
            Self::Tls => Some("tls"),
            Self::Unauthorized => Some("unauthorized"),
            Self::NoElasticsearch => Some("no_elasticsearch"),
            _ => None,
        }
    }

    /// May another host do better?
    #[must_use]
    pub const fn is_of_host(self) -> bool {
        !matches!(self, Self::Setup)
    }
}

impl Error {
    /// An error about `host`, an address or a setting.
    pub(crate) fn new(kind: Kind, host: &str, what: impl Into<String>) -> Self {
        Self { kind, host: host.to_owned(), what: what.into() }
    }

    /// Its sort.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What happened, without the server's address.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The server's address without credentials, or the name of a setting.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Of a request that failed.
    pub(crate) fn of_request(error: &reqwest::Error, host: &str, setting: &str, limit: Duration) -> Self {
        let (kind, what) = sort(error, setting, limit);
        Self::new(kind, host, what)
    }
}

fn sort(error: &reqwest::Error, setting: &str, limit: Duration) -> (Kind, String) {
    let chain = Chain::of(error);
    if error.is_dns() {
        let why = chain.last;
        return (
            Kind::Resolve,
            format!("the name has no address ({why}): check {setting}.hosts, and this host's DNS"),
        );
    }
    if let Some(what) = packetbeat_tls::explain(error, &format!("{setting}.ssl")) {
        let refused = packetbeat_tls::refusal(error).is_some();
        return (if refused { Kind::Certificate } else { Kind::Tls }, what);
    }
    if error.is_timeout() {
        if error.is_connect() {
            return (
                Kind::Timeout,
                "no connection in time: is the address right, and no firewall in between?".to_owned(),
            );
        }
        let seconds = limit.as_secs_f64();
        return (Kind::Timeout, format!("no answer within {seconds} s ({setting}.timeout)"));
    }
    if chain.text.contains("tunnel") || chain.text.contains("proxy") {
        let why = chain.last;
        return (
            Kind::Proxy,
            format!("the proxy did not connect us ({why}): check {setting}.proxy_url and its credentials"),
        );
    }
    match chain.io {
        Some(io::ErrorKind::ConnectionRefused) => {
            let what =
                "nothing listens there (connection refused): is the server running, and is the port right?";
            (Kind::Refused, what.to_owned())
        }
        Some(
            kind @ (io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionAborted),
        ) => (Kind::Cut, format!("the connection was cut before the answer was complete ({kind})")),
        _ if chain.incomplete => {
            (Kind::Cut, "the connection was closed before the answer was complete".to_owned())
        }
        _ if chain.parse => (
            Kind::Answer,
            format!("the answer is no HTTP ({}): is the port right, and does it want https://?", chain.last),
        ),
        _ if error.is_connect() => (Kind::Unreachable, format!("no connection: {}", chain.last)),
        _ => (Kind::Unreachable, chain.last),
    }
}

/// What is found along the causes of an error.
struct Chain {
    text: String,
    last: String,
    io: Option<io::ErrorKind>,
    incomplete: bool,
    parse: bool,
}

impl Chain {
    fn of(error: &reqwest::Error) -> Self {
        let mut found =
            Self { text: String::new(), last: String::new(), io: None, incomplete: false, parse: false };
        let mut next = error.source();
        while let Some(cause) = next {
            found.last = cause.to_string();
            found.text.push_str(&found.last);
            found.text.push('\n');
            // The kinds of hyper's errors can be told by their texts alone from here.
            found.incomplete |= found.last.contains("before message completed")
                || found.last.contains("unexpected EOF")
                || found.last.contains("error reading a body");
            found.parse |= found.last.contains("invalid HTTP") || found.last.contains("parsed");
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                found.io = Some(io.kind());
            }
            next = cause.source();
        }
        if found.last.is_empty() {
            found.last = "the request failed".to_owned();
        }
        found
    }
}
