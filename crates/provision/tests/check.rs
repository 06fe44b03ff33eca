//! What `test output` says, against a stand-in.
// Tests stop at the first surprise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code
)]

mod common;

use common::{StandIn, elasticsearch, failure, opensearch};
use packetbeat_elasticsearch::{Connection, Host, Login, Proxy};
use packetbeat_provision::{Check, Outcome, Report, check};
use packetbeat_tls::{Options, client_config};
use serde_json::{Value, json};

fn run(connection: Connection) -> Report {
    // Whatever the environment of the tests says of proxies.
    let connection = Connection { proxy: Proxy::Off, ..connection };
    check(&connection, &Check { indices: vec!["packetbeat-9.9.9".to_owned()] })
}

fn to(url: &str) -> Connection {
    Connection::new(vec![Host { url: url.to_owned(), login: Login::None }])
}

fn rights(create_doc: bool, templates: bool) -> Value {
    json!({
        "username": "beat", "has_all_requested": create_doc && templates,
        "cluster": { "monitor": true, "manage_index_templates": templates, "manage_ilm": true },
        "index": { "packetbeat-9.9.9": { "create_doc": create_doc, "auto_configure": true } },
    })
}

fn with_rights(told: Value) -> StandIn {
    StandIn::new(elasticsearch()).rule(move |request| {
        (request.path == "/_security/user/_has_privileges").then(|| {
            assert_eq!(request.json()["index"][0]["names"], json!(["packetbeat-9.9.9"]));
            (200, told.clone())
        })
    })
}

#[test]
fn all_steps_of_a_server_that_works() {
    let server = with_rights(rights(true, true));
    let report = run(server.connection());
    let url = &server.url;
    assert_eq!(
        report.to_string(),
        format!(
            "elasticsearch: {url}...
  parse url... OK
  connection...
    parse host... OK
    dns lookup... OK
    addresses: 127.0.0.1
    dial up... OK
  TLS... WARN secure connection disabled
  talk to server... OK
  version: 9.1.0
  product: Elasticsearch
  rights...
    user: beat
    write to packetbeat-9.9.9... OK
    monitor... OK
    manage_index_templates... OK
    manage_ilm... OK
"
        )
    );
    assert!(!report.has_failed());
    assert_eq!(report.steps()[0].outcome, Outcome::Section);
}

#[test]
fn missing_rights_are_named() {
    let report = run(with_rights(rights(false, false)).connection());
    let text = report.to_string();
    assert!(report.has_failed());
    assert!(
        text.contains("write to packetbeat-9.9.9... ERROR the user lacks the index privilege create_doc"),
        "{text}"
    );
    assert!(
        text.contains(
            "manage_index_templates... WARN the user lacks this cluster privilege: the index template"
        ),
        "{text}"
    );
    // Who cannot load templates can write events.
    assert!(!run(with_rights(rights(true, false)).connection()).has_failed());
}

#[test]
fn servers_without_security_are_not_asked_further() {
    for root in [elasticsearch(), opensearch()] {
        let server = StandIn::new(root).with(|state| state.lacks = vec!["/_security", "/_plugins"]);
        let report = run(server.connection());
        assert!(!report.has_failed());
        let text = report.to_string();
        assert!(text.contains("  rights... not checked: the server has no security plugin"), "{text}");
        assert!(server.lines_written().iter().all(|line| line == "POST /_security/user/_has_privileges"));
    }
}

#[test]
fn wrong_credentials_end_the_check() {
    let server = StandIn::new(elasticsearch())
        .rule(|_| Some((401, failure(401, "security_exception", "unable to authenticate user [beat]"))));
    let report = run(server.connection());
    let text = report.to_string();
    assert!(report.has_failed());
    assert!(
        text.contains("talk to server... ERROR") && text.contains("unable to authenticate user [beat]"),
        "{text}"
    );
    assert!(text.contains("output.elasticsearch.username"), "{text}");
    assert!(!text.contains("rights"), "{text}");
}

#[test]
fn each_step_of_the_way_may_fail() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, wanted) in [
        (format!("http://{closed}"), "dial up... ERROR 127.0.0.1"),
        (
            "http://no-such-host.invalid:9200".to_owned(),
            "dns lookup... ERROR no-such-host.invalid has no address",
        ),
        ("http://[::1".to_owned(), "parse url... ERROR"),
    ] {
        let report = run(to(&url));
        let text = report.to_string();
        assert!(report.has_failed() && text.contains(wanted), "{text}");
        assert!(!text.contains("talk to server"), "{text}");
    }
    assert!(run(Connection::new(Vec::new())).has_failed());
}

#[test]
fn every_host_is_tried() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = with_rights(rights(true, true));
    let mut connection = to(&format!("http://user:secret@{closed}"));
    connection.hosts.extend(server.connection().hosts);
    let text = run(connection).to_string();
    assert!(text.contains("dial up... ERROR") && text.contains("talk to server... OK"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn a_proxy_makes_the_connection_itself() {
    let proxy = with_rights(rights(true, true));
    let url = packetbeat_keystore::Secret::from(proxy.url.as_str());
    let connection =
        Connection { proxy: Proxy::Url { url, headers: Vec::new() }, ..to("http://es.invalid:9200") };
    let text = check(&connection, &Check { indices: vec!["packetbeat-9.9.9".to_owned()] }).to_string();
    assert!(
        text.contains("connection... not checked: the proxy of output.elasticsearch.proxy_url"),
        "{text}"
    );
}

#[test]
fn tls_says_what_was_agreed_or_whose_certificate_was_refused() {
    let server = common::tls::serve();
    let mut options = Options::new("output.elasticsearch.ssl");
    options.authorities = vec![packetbeat_tls::PemSource::of(&server.authority)];
    let secured = |url: &str, options: &Options| Connection {
        tls: Some(client_config(options).unwrap().config),
        ..to(url)
    };
    let text = run(secured(&format!("https://localhost:{}", server.port), &options)).to_string();
    assert!(
        text.contains("  TLS...\n    handshake... OK\n    TLS version: TLSv1.3\n    cipher suite: "),
        "{text}"
    );

    let text = run(secured(&format!("https://127.0.0.1:{}", server.port), &options)).to_string();
    assert!(
        text.contains("handshake... ERROR the certificate of 127.0.0.1 (CN=node1")
            && text.contains("is valid for localhost, not for 127.0.0.1")
            && text.contains("output.elasticsearch.ssl.verification_mode: certificate"),
        "{text}"
    );
    let plain = with_rights(rights(true, true));
    let text = run(secured(&plain.url.replace("http:", "https:"), &options)).to_string();
    assert!(
        text.contains("handshake... ERROR") && text.contains("does the server speak TLS on this port?"),
        "{text}"
    );
    let text = run(to(&format!("https://localhost:{}", server.port))).to_string();
    assert!(text.contains("handshake... ERROR no TLS is configured"), "{text}");
}
