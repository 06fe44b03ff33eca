//! Ways to a server: credentials, TLS, proxies, several hosts, and servers that are none.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::drive::{deliver, events, options};
use crate::standin::{StandIn, Step};
use packetbeat_elasticsearch::{Client, Connection, Kind, Login, Method, Options, Proxy, workers};
use packetbeat_keystore::Secret;
use packetbeat_publisher::Trouble;
use packetbeat_tls::{PemSource, client_config};

fn connection(url: &str) -> Connection {
    options(&[url.to_owned()]).connection
}

/// An address where nothing listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn requests_have_credentials_headers_and_the_path() {
    let server = StandIn::start(&[]);
    let mut options = options(&[format!("{}/front", server.url())]);
    let connection = &mut options.connection;
    connection.hosts[0].login =
        Login::Basic { username: "anna".to_owned(), password: Secret::from("pass:word") };
    connection.headers = vec![("X-Found".to_owned(), Secret::from("here"))];
    connection.parameters = vec![("timeout".to_owned(), "30s".to_owned())];
    assert!(!format!("{options:?}").contains("pass:word"));
    let mut worker = workers(&options).unwrap().remove(0);
    assert_eq!(deliver(worker.as_mut(), events(1), 1).acknowledged, 1);
    let requests = server.requests();
    let shown: Vec<(&str, &str)> =
        requests.iter().map(|request| (request.method.as_str(), request.target.as_str())).collect();
    assert_eq!(shown[0], ("GET", "/front/"));
    assert_eq!(shown[1].0, "POST");
    assert!(shown[1].1.starts_with("/front/_bulk?filter_path=") && shown[1].1.ends_with("&timeout=30s"));
    for request in &requests {
        assert_eq!(request.headers["authorization"], "Basic YW5uYTpwYXNzOndvcmQ=");
        assert_eq!(request.headers["x-found"], "here");
    }
}

#[test]
fn a_wrong_password_lasts() {
    let server = StandIn::start(&[]);
    server.state.lock().unwrap().root =
        Some((401, br#"{"error":{"type":"security_exception","reason":"no"}}"#.to_vec()));
    let mut worker = workers(&options(&[server.url()])).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(3), 1);
    assert_eq!((sum.left, sum.troubles[0].lasting), (3, Some("unauthorized")));
    assert!(sum.troubles[0].message.contains("security_exception"), "{}", sum.troubles[0].message);
    // The same where only writing is forbidden.
    let server = StandIn::start(&[Step::Status(403)]);
    let mut worker = workers(&options(&[server.url()])).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(3), 1);
    assert_eq!((sum.left, sum.troubles[0].lasting), (3, Some("unauthorized")));
}

#[test]
fn other_servers_are_refused() {
    let server = StandIn::start(&[]);
    for (body, lasting) in [
        ("<html>It works!</html>", "no_elasticsearch"),
        (r#"{"version":{"number":"6.8.1"},"tagline":"You Know, for Search"}"#, "old_server"),
    ] {
        server.state.lock().unwrap().root = Some((200, body.as_bytes().to_vec()));
        let mut worker = workers(&options(&[server.url()])).unwrap().remove(0);
        assert_eq!(deliver(worker.as_mut(), events(1), 1).troubles[0].lasting, Some(lasting));
    }
    let mut options = options(&[server.url()]);
    options.allow_older_versions = true;
    let mut worker = workers(&options).unwrap().remove(0);
    assert_eq!(deliver(worker.as_mut(), events(1), 1).acknowledged, 1);
}

#[test]
fn errors_say_what_happened() {
    let error = |url: &str| Client::new(&connection(url)).unwrap().server().unwrap_err();
    let refused = error(&nowhere());
    assert_eq!(refused.kind(), Kind::Refused);
    assert!(refused.to_string().contains("connection refused"), "{refused}");
    let unknown = error("http://name.invalid:9200");
    assert_eq!(unknown.kind(), Kind::Resolve, "{unknown}");
    assert!(unknown.to_string().contains("output.elasticsearch.hosts"), "{unknown}");
}

#[test]
fn the_next_host_is_used_when_one_fails() {
    let server = StandIn::start(&[]);
    let mut options = options(&[nowhere(), server.url()]);
    options.load_balance = false;
    options.workers = 2;
    let mut all = workers(&options).unwrap();
    assert_eq!(all.len(), 2);
    for worker in &mut all {
        let sum = deliver(worker.as_mut(), events(10), 2);
        assert_eq!((sum.acknowledged, sum.troubles.len()), (10, 1));
        assert_eq!(deliver(worker.as_mut(), events(10), 1).acknowledged, 10);
    }
}

#[test]
fn with_load_balancing_each_host_has_its_workers() {
    let servers = [StandIn::start(&[]), StandIn::start(&[])];
    let mut options = options(&servers.each_ref().map(StandIn::url));
    options.workers = 2;
    let mut all = workers(&options).unwrap();
    assert_eq!(all.len(), 4);
    all.iter_mut().for_each(|worker| assert_eq!(deliver(worker.as_mut(), events(10), 1).acknowledged, 10));
    assert_eq!(servers.each_ref().map(StandIn::documents), [20, 20]);
}

#[test]
fn what_is_done_first_is_done_once() {
    let server = StandIn::start(&[]);
    let mut options = options(&[server.url()]);
    options.workers = 3;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    options.on_connect = Some(Arc::new(move |client: &Client| {
        assert!(client.request(Method::Put, "/_index_template/x", Some(b"{}")).unwrap().ok());
        let failed = Trouble { message: "not yet".to_owned(), lasting: None };
        if counted.fetch_add(1, Ordering::SeqCst) == 0 { Err(failed) } else { Ok(()) }
    }));
    for worker in &mut workers(&options).unwrap() {
        assert_eq!(deliver(worker.as_mut(), events(1), 2).acknowledged, 1);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(server.documents(), 3);
}

#[test]
fn a_proxy_is_used_and_knows_who_we_are() {
    let proxy = StandIn::start(&[]);
    let mut options = options(&["http://far.invalid:9200".to_owned()]);
    options.connection.proxy = Proxy::Url {
        url: Secret::from(format!("http://u:p@{}", proxy.address).as_str()),
        headers: Vec::new(),
    };
    let mut worker = workers(&options).unwrap().remove(0);
    assert_eq!(deliver(worker.as_mut(), events(1), 1).acknowledged, 1);
    let bulk = &proxy.bulks()[0];
    assert!(bulk.target.starts_with("http://far.invalid:9200/_bulk"), "{}", bulk.target);
    assert_eq!(bulk.headers["proxy-authorization"], "Basic dTpw");
}

#[test]
fn a_proxy_may_refuse() {
    let proxy = StandIn::start(&[]);
    proxy.state.lock().unwrap().root = Some((403, b"no".to_vec()));
    let (server, authority) = with_tls(&["localhost"]);
    let mut options = secured(&server, Some(&authority));
    let url = Secret::from(format!("http://{}", proxy.address).as_str());
    options.connection.proxy = Proxy::Url { url, headers: Vec::new() };
    let error = Client::new(&options.connection).unwrap().server().unwrap_err();
    assert_eq!(error.kind(), Kind::Proxy, "{error}");
    assert_eq!(proxy.requests()[0].method, "CONNECT");
}

#[test]
fn no_time_limit_is_none() {
    let server = StandIn::start(&[]);
    let mut options = options(&[server.url()]);
    options.connection.timeout = std::time::Duration::ZERO;
    options.connection.idle_timeout = std::time::Duration::ZERO;
    let mut worker = workers(&options).unwrap().remove(0);
    assert_eq!(deliver(worker.as_mut(), events(10), 1).acknowledged, 10);
}

/// A server with a certificate for these names, and the certificate of its authority.
fn with_tls(names: &[&str]) -> (StandIn, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (StandIn::start_with(&[], Some(Arc::new(config))), made.cert.pem())
}

fn secured(server: &StandIn, authority: Option<&str>) -> Options {
    let mut tls = packetbeat_tls::Options::new("output.elasticsearch.ssl");
    if let Some(authority) = authority {
        tls.authorities = vec![PemSource::of(authority)];
    }
    let mut options = options(&[format!("https://localhost:{}", server.address.port())]);
    options.connection.tls = Some(client_config(&tls).unwrap().config);
    options
}

#[test]
fn tls() {
    let (server, authority) = with_tls(&["localhost"]);
    let mut worker = workers(&secured(&server, Some(&authority))).unwrap().remove(0);
    assert_eq!(deliver(worker.as_mut(), events(5), 1).acknowledged, 5);
    // Nobody vouches for it.
    let mut worker = workers(&secured(&server, None)).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(5), 1);
    assert_eq!((sum.left, sum.troubles[0].lasting), (5, Some("certificate")));
    let message = &sum.troubles[0].message;
    assert!(
        message.starts_with("https://localhost:") && message.contains("output.elasticsearch.ssl"),
        "{message}"
    );
}

#[test]
fn a_certificate_for_another_name() {
    let (server, authority) = with_tls(&["elsewhere.example"]);
    let mut worker = workers(&secured(&server, Some(&authority))).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(5), 1);
    assert_eq!((sum.left, sum.troubles[0].lasting), (5, Some("certificate")));
    assert!(sum.troubles[0].message.contains("elsewhere.example"), "{}", sum.troubles[0].message);
}

#[test]
fn https_where_http_is_spoken_is_a_guess() {
    let (server, _) = with_tls(&["localhost"]);
    let error = Client::new(&connection(&server.url())).unwrap().server().unwrap_err();
    assert_eq!(error.kind(), Kind::Answer, "{error}");
    assert!(error.to_string().contains("https://?"), "{error}");
    // Others close the connection without a word.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let closing = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        std::io::Read::read(&mut client, &mut [0; 4096]).unwrap()
    });
    let error = Client::new(&connection(&url)).unwrap().server().unwrap_err();
    assert_eq!(error.kind(), Kind::Cut, "{error}");
    assert!(error.to_string().contains("https://?"), "{error}");
    assert!(closing.join().unwrap() > 0);
}

#[test]
fn http_and_https_are_told_apart() {
    let plain = StandIn::start(&[]);
    let (_, authority) = with_tls(&["localhost"]);
    let options = secured(&plain, Some(&authority));
    let error = Client::new(&options.connection).unwrap().server().unwrap_err();
    assert_eq!(error.kind(), Kind::Tls);
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}
