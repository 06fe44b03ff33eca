//! Addresses, credentials and proxies, made ready for requests.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packetbeat_keystore::Secret;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::connection::{Connection, Host, Login, Proxy};
use crate::error::{Error, Kind};

/// Idle connections that are kept to a host: a client has one request at a time.
const IDLE_CONNECTIONS: usize = 1;

/// How long to wait for a connection, at most: it does not take as long as a big request may.
const LONGEST_CONNECT: Duration = Duration::from_secs(30);

/// One host, ready for requests.
pub(crate) struct Target {
    /// For messages.
    pub(crate) shown: String,
    base: Url,
    /// Credentials and configured header fields.
    pub(crate) headers: HeaderMap,
}

impl Target {
    /// All hosts of a connection.
    pub(crate) fn all(connection: &Connection) -> Result<Vec<Self>, Error> {
        let setting = &connection.setting;
        if connection.hosts.is_empty() {
            return Err(Error::new(Kind::Setup, setting, "no host: set it under hosts"));
        }
        connection.hosts.iter().map(|host| Self::new(host, connection)).collect()
    }

    fn new(host: &Host, connection: &Connection) -> Result<Self, Error> {
        let setting = format!("{}.hosts", connection.setting);
        // Where the address cannot be taken apart, a password is whatever stands before the last @.
        let bare = host.url.rsplit_once('@').map_or(host.url.as_str(), |(_, rest)| rest);
        let base = Url::parse(&host.url)
            .map_err(|error| Error::new(Kind::Setup, &setting, format!("{bare} is no address: {error}")))?;
        if !matches!(base.scheme(), "http" | "https") {
            let what = format!("{bare}: neither http:// nor https://");
            return Err(Error::new(Kind::Setup, &setting, what));
        }
        let mut shown = base.clone();
        // An address without a host has neither, and is refused below.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_query(None);
        let shown = shown.as_str().trim_end_matches('/').to_owned();
        if base.scheme() == "https" && connection.tls.is_none() {
            let what = format!("{shown}: https without a configuration of TLS");
            return Err(Error::new(Kind::Setup, &setting, what));
        }
        let mut headers = HeaderMap::new();
        let setting = &connection.setting;
        for (name, value) in &connection.headers {
            let (name, value) = field(name, value, &format!("{setting}.headers"))?;
            headers.append(name, value);
        }
        if let Some(value) = authorization(host, &base, setting)? {
            headers.insert(AUTHORIZATION, value);
        }
        let mut base = base;
        let _ = base.set_username("");
        let _ = base.set_password(None);
        Ok(Self { shown, base, headers })
    }

    /// The URL of a request: the host's path before `path`, and all parameters.
    pub(crate) fn url(&self, path: &str, query: &[(String, String)]) -> Result<Url, Error> {
        let mut url = self.base.clone();
        let (path, own) = path.split_once('?').unwrap_or((path, ""));
        let joined = format!("{}{path}", self.base.path().trim_end_matches('/'));
        url.set_path(&joined);
        let given = self.base.query().unwrap_or_default();
        let all = [given, own].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        url.set_query(Some(all.as_str()).filter(|all| !all.is_empty()));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

/// The client of HTTP below.
pub(crate) fn http(connection: &Connection) -> Result<reqwest::Client, Error> {
    let setting = &connection.setting;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(connection)?)
        .user_agent(concat!("packetbeat/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .pool_idle_timeout(limit(connection.idle_timeout))
        .pool_max_idle_per_host(IDLE_CONNECTIONS);
    if let Some(timeout) = limit(connection.timeout) {
        builder = builder.timeout(timeout).connect_timeout(timeout.min(LONGEST_CONNECT));
    }
    match &connection.proxy {
        Proxy::Environment => {}
        Proxy::Off => builder = builder.no_proxy(),
        Proxy::Url { url, headers } => {
            let name = format!("{setting}.proxy_url");
            // The error of reqwest may quote the address, and it may have a password.
            let wrong = || Error::new(Kind::Setup, &name, "it is no address of a proxy: http://name:port");
            let mut proxy = reqwest::Proxy::all(url.text().unwrap_or_default()).map_err(|_| wrong())?;
            let mut fields = HeaderMap::new();
            for (name, value) in headers {
                let (name, value) = field(name, value, &format!("{setting}.proxy_headers"))?;
                fields.append(name, value);
            }
            if !fields.is_empty() {
                proxy = proxy.headers(fields);
            }
            builder = builder.no_proxy().proxy(proxy);
        }
    }
    builder.build().map_err(|error| Error::new(Kind::Setup, setting, format!("no client: {error}")))
}

/// A limit of time; 0 is none, as in Beats.
fn limit(time: Duration) -> Option<Duration> {
    Some(time).filter(|time| !time.is_zero())
}

/// The configuration of TLS; where none is needed, one that trusts nobody.
fn tls(connection: &Connection) -> Result<rustls::ClientConfig, Error> {
    if let Some(tls) = &connection.tls {
        return Ok(tls.clone());
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(Kind::Setup, &connection.setting, format!("no TLS: {error}")))?;
    Ok(config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// The header field that says who we are.
fn authorization(host: &Host, url: &Url, setting: &str) -> Result<Option<HeaderValue>, Error> {
    let text = match &host.login {
        Login::Basic { username, password } => basic(username.as_bytes(), password.bytes()),
        Login::ApiKey(key) => format!("ApiKey {}", STANDARD.encode(key.bytes())),
        Login::None if !url.username().is_empty() => {
            let decode = |text: &str| percent_decoded(text);
            basic(&decode(url.username()), &decode(url.password().unwrap_or_default()))
        }
        Login::None => return Ok(None),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Error::new(Kind::Setup, setting, "the credentials do not fit into a header field"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn basic(username: &[u8], password: &[u8]) -> String {
    let mut pair = username.to_vec();
    pair.push(b':');
    pair.extend_from_slice(password);
    format!("Basic {}", STANDARD.encode(pair))
}

/// `%40` as `@`; what is no such escape stays.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escape = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) if byte == b'%' => {
                plain.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                plain.push(byte);
                rest = tail;
            }
        }
    }
    plain
}

fn field(name: &str, value: &Secret, setting: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let key = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::new(Kind::Setup, setting, format!("{name} is no name of a header field")))?;
    let mut value = HeaderValue::from_bytes(value.bytes()).map_err(|_| {
        Error::new(
            Kind::Setup,
            setting,
            format!("the value of {name} has characters that no header field may have"),
        )
    })?;
    value.set_sensitive(true);
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str, login: Login) -> Result<Target, Error> {
        let connection = Connection::new(vec![Host { url: url.to_owned(), login }]);
        Target::all(&connection).map(|mut all| all.remove(0))
    }

    #[test]
    fn paths_and_parameters_are_joined() {
        let target = target("http://es1:9200/front/?a=1", Login::None).unwrap();
        let parameters = [("b c".to_owned(), "ü".to_owned())];
        let url = target.url("/_bulk?filter_path=errors", &parameters).unwrap();
        assert_eq!(url.as_str(), "http://es1:9200/front/_bulk?a=1&filter_path=errors&b+c=%C3%BC");
        assert_eq!(target.url("/", &[]).unwrap().as_str(), "http://es1:9200/front/?a=1");
        assert_eq!(target.shown, "http://es1:9200/front");
    }

    #[test]
    fn credentials() {
        let header = |url: &str, login| {
            let target = target(url, login).unwrap();
            assert!(
                !target.shown.contains("p%40ss") && !target.url("/", &[]).unwrap().as_str().contains("ss")
            );
            target.headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(header("http://u:p%40ss@h:1", Login::None).as_deref(), Some("Basic dTpwQHNz"));
        assert_eq!(header("http://h:1", Login::None), None);
        let key = Login::ApiKey(Secret::from("id:key"));
        assert_eq!(header("http://h:1", key).as_deref(), Some("ApiKey aWQ6a2V5"));
    }

    #[test]
    fn wrong_addresses_are_told_without_their_password() {
        for url in ["http://u:secret@", "ftp://u:secret@h", "https://u:secret@h", "u:secret@h:1"] {
            let error = target(url, Login::None).err().unwrap();
            assert_eq!(error.kind(), Kind::Setup);
            assert!(!error.to_string().contains("secret"), "{error}");
            assert!(error.to_string().starts_with("output.elasticsearch.hosts: "), "{error}");
        }
    }
}
