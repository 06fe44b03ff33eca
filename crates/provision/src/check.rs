//! `test output`: what works of the way to each server, step by step.

mod report;
mod rights;
mod secure;

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use packetbeat_elasticsearch::{Client, Connection, Host, Proxy};
use reqwest::Url;

pub use report::{Outcome, Report, Step};

/// The longest that a connection is waited for, in case `timeout` is longer: somebody sits in front of the screen.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `test output` asks.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Names or patterns of what events are written to; for the question whether that is allowed.
    pub indices: Vec<String>,
}

/// Tries each host of a connection: the address, its name, TCP, TLS, who answers, whether it may be written to. After a step
/// that fails the host's further ones are left out. Nothing is written.
#[must_use]
pub fn check(connection: &Connection, check: &Check) -> Report {
    let mut report = Report::default();
    let name = connection.setting.rsplit('.').next().unwrap_or_default();
    for host in &connection.hosts {
        report.section(0, format!("{name}: {}", shown(&host.url)));
        // A step that failed has been reported; there is nothing to add.
        let _ = of_host(connection, host, check, &mut report);
    }
    if connection.hosts.is_empty() {
        report.failed(0, name, format!("no host: set {}.hosts", connection.setting));
    }
    report
}

/// A step failed, and says so in the report.
struct Failed;

fn of_host(connection: &Connection, host: &Host, check: &Check, report: &mut Report) -> Result<(), Failed> {
    let url = match Url::parse(&host.url) {
        Ok(url) => report.ok(1, "parse url", url),
        Err(error) => {
            return report.stop(
                1,
                "parse url",
                format!("{error}: write {}.hosts as http://name:9200", connection.setting),
            );
        }
    };
    if let Some(proxy) = proxy(connection) {
        report.skipped(1, "connection", format!("{proxy} makes it; names are looked up there"));
        if url.scheme() == "http" {
            report.warning(1, "TLS", "secure connection disabled");
        }
    } else {
        report.section(1, "connection".to_owned());
        let address = dns(connection, &url, report)?;
        let stream = dial(connection, &address, report)?;
        if url.scheme() == "https" {
            report.section(1, "TLS".to_owned());
            secure::handshake(connection, &url, stream, report)?;
        } else {
            report.warning(1, "TLS", "secure connection disabled");
        }
    }
    talk(connection, host, check, report)
}

fn dns(connection: &Connection, url: &Url, report: &mut Report) -> Result<Vec<SocketAddr>, Failed> {
    let setting = &connection.setting;
    let Some(name) = url.host_str().filter(|name| !name.is_empty()) else {
        return report.stop(2, "parse host", format!("no host: write {setting}.hosts as http://name:9200"));
    };
    report.ok(2, "parse host", ());
    // Brackets are of the URL, not of the address.
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(9200);
    let addresses: Vec<SocketAddr> = match (name, port).to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            let what = format!("{name} has no address ({error}): check {setting}.hosts, and this host's DNS");
            return report.stop(2, "dns lookup", what);
        }
    };
    report.ok(2, "dns lookup", ());
    let listed: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    report.info(2, "addresses", listed.join(", "));
    Ok(addresses)
}

fn dial(connection: &Connection, addresses: &[SocketAddr], report: &mut Report) -> Result<TcpStream, Failed> {
    let patience = connection.timeout.min(PATIENCE).max(Duration::from_millis(1));
    let mut last = "no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(address, patience) {
            Ok(stream) => {
                // A socket that takes no deadline only makes a dead server take longer.
                let _ = stream.set_read_timeout(Some(patience));
                let _ = stream.set_write_timeout(Some(patience));
                return Ok(report.ok(2, "dial up", stream));
            }
            Err(error) => last = format!("{address}: {error}"),
        }
    }
    report.stop(
        2,
        "dial up",
        format!("{last}: is the server running, is the port right, does a firewall stand between?"),
    )
}

fn talk(connection: &Connection, host: &Host, check: &Check, report: &mut Report) -> Result<(), Failed> {
    let alone = Connection {
        hosts: vec![host.clone()],
        timeout: connection.timeout.min(PATIENCE),
        ..connection.clone()
    };
    let client = match Client::new(&alone) {
        Ok(client) => client,
        Err(error) => return report.stop(1, "talk to server", error.to_string()),
    };
    let server = match client.server() {
        Ok(server) => report.ok(1, "talk to server", server),
        Err(error) => return report.stop(1, "talk to server", error.what().to_owned()),
    };
    let version = if server.version.is_empty() { "not told".to_owned() } else { server.version.clone() };
    report.info(1, "version", version);
    let kind = if server.serverless { " serverless" } else { "" };
    report.info(1, "product", format!("{}{kind}", server.flavor.name()));
    if let Some(oldest) = server.too_old() {
        report.warning(1, "age", format!("{oldest} is the oldest version that is known to work"));
    }
    rights::check(&client, &server, check, report)
}

/// The proxy between us and the servers, if there is one.
fn proxy(connection: &Connection) -> Option<String> {
    match &connection.proxy {
        Proxy::Off => None,
        Proxy::Url { .. } => Some(format!("the proxy of {}.proxy_url", connection.setting)),
        Proxy::Environment => {
            ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
                .iter()
                .find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
                .map(|name| format!("the proxy of {name}"))
        }
    }
}

/// An address without what stands in front of an @.
fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        (_, None) => url.to_owned(),
    }
}
