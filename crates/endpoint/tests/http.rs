//! The endpoint over real sockets, with curl and with clients that misbehave.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use packetbeat_endpoint::{Endpoint, Listen, Options, Source, limits};
use packetbeat_metrics::Snapshot;
use serde_json::{Value, json};

struct Program;

impl Source for Program {
    fn info(&self) -> Value {
        json!({"beat": "packetbeat", "version": "0.1.0"})
    }

    fn stats(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        snapshot.counter("libbeat.output.events.acked", 7);
        snapshot.counter_by("packetbeat.drops.packets", "cause", "bad_checksum", 2);
        snapshot
    }

    fn state(&self) -> Value {
        json!({"output": {"name": "file"}})
    }

    fn inputs(&self) -> Value {
        json!([{"id": "a", "input": "af_packet"}, {"id": "b", "input": "pcap"}])
    }

    fn command_line(&self) -> Vec<String> {
        vec!["packetbeat".to_owned(), "-e".to_owned()]
    }
}

/// A process has one profiler, and these tests are threads of one process.
static PROFILER: Mutex<()> = Mutex::new(());

fn start(pprof: bool) -> Endpoint {
    let listen = Listen::parse("127.0.0.1", 0).unwrap();
    Endpoint::start(&Options { listen, pprof }, Arc::new(Program)).unwrap()
}

fn address(endpoint: &Endpoint) -> SocketAddr {
    endpoint.addresses()[0]
}

fn curl(arguments: &[&str]) -> String {
    let output =
        Command::new("curl").args(["-sS", "-m", "60"]).args(arguments).output().expect("curl is needed");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn get(endpoint: &Endpoint, path: &str) -> String {
    curl(&[&format!("http://{}{path}", address(endpoint))])
}

fn get_json(endpoint: &Endpoint, path: &str) -> Value {
    serde_json::from_str(&get(endpoint, path)).unwrap()
}

/// What comes back for these bytes until the connection is closed. A client that is still sending when it is closed may
/// be told so before it has read the answer.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let _ = stream.write_all(bytes);
    read_all(&mut stream)
}

fn read_all(stream: &mut impl Read) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error}"),
        }
    }
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("")
}

#[test]
fn every_page_says_what_the_program_says() {
    let endpoint = start(false);
    assert_eq!(get_json(&endpoint, "/"), Program.info());
    assert_eq!(get_json(&endpoint, "/state"), Program.state());
    assert_eq!(get_json(&endpoint, "/stats"), Program.stats().to_json());
    assert_eq!(get_json(&endpoint, "/dataset"), json!({}));
    assert_eq!(get_json(&endpoint, "/inputs/"), Program.inputs());
    assert_eq!(get_json(&endpoint, "/inputs/?type=pcap"), json!([{"id": "b", "input": "pcap"}]));
    let vars = get_json(&endpoint, "/debug/vars");
    assert_eq!(vars["libbeat.output.events.acked"], 7);
    assert_eq!(vars["packetbeat.drops.packets.bad_checksum"], 2);
    assert_eq!(vars["cmdline"], json!(["packetbeat", "-e"]));
    assert!(
        get(&endpoint, "/metrics").contains("packetbeat_drops_packets_total{cause=\"bad_checksum\"} 2\n")
    );
}

#[test]
fn media_types_are_told() {
    let endpoint = start(false);
    let head = |path| curl(&["-I", &format!("http://{}{path}", address(&endpoint))]).to_ascii_lowercase();
    assert!(head("/stats").contains("content-type: application/json; charset=utf-8\r\n"));
    assert!(head("/metrics").contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert!(head("/stats").contains("cache-control: no-store\r\n"));
}

#[test]
fn pretty_is_indented() {
    let endpoint = start(false);
    assert_eq!(get(&endpoint, "/state?pretty"), "{\n  \"output\": {\n    \"name\": \"file\"\n  }\n}\n");
    assert_eq!(get(&endpoint, "/state"), "{\"output\":{\"name\":\"file\"}}");
}

#[test]
fn head_has_the_length_of_the_body_and_no_body() {
    let endpoint = start(false);
    let answer =
        raw(address(&endpoint), b"HEAD /state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(status(head), "200");
    assert!(head.to_ascii_lowercase().contains("content-length: 26"), "{head}");
    assert_eq!(body, "");
}

#[test]
fn what_is_not_there_lists_what_is() {
    let endpoint = start(false);
    let missing = get_json(&endpoint, "/nothing");
    assert_eq!(missing["status"], 404);
    assert!(missing["routes"].as_array().unwrap().contains(&json!("/stats")));
    let post = curl(&["-i", "-d", "x=y", &format!("http://{}/stats", address(&endpoint))]);
    assert_eq!(status(&post), "405");
    assert!(post.to_ascii_lowercase().contains("allow: get, head\r\n"), "{post}");
    let body = curl(&["-i", "-X", "GET", "-d", "x=y", &format!("http://{}/stats", address(&endpoint))]);
    assert_eq!(status(&body), "413");
}

#[test]
fn profiles_are_off_unless_they_are_switched_on() {
    let off = get_json(&start(false), "/debug/pprof/profile?seconds=1");
    assert_eq!(off["status"], 404);
    assert!(off["error"].as_str().unwrap().contains("http.pprof.enabled"));
    let endpoint = start(true);
    assert!(get(&endpoint, "/debug/pprof/").contains("seconds=N"));
    assert_eq!(get_json(&endpoint, "/debug/pprof/heap")["status"], 501);
    assert_eq!(get_json(&endpoint, "/debug/pprof/goroutine")["status"], 501);
    assert_eq!(get_json(&endpoint, "/debug/pprof/other")["status"], 404);
    assert_eq!(get_json(&endpoint, "/debug/pprof/profile?seconds=0")["status"], 400);
    assert_eq!(get_json(&endpoint, "/debug/pprofile")["status"], 404);
}

#[test]
fn a_profile_is_gzip_and_names_functions_while_other_pages_answer() {
    let _one = PROFILER.lock();
    let endpoint = start(true);
    let mut stream = TcpStream::connect(address(&endpoint)).unwrap();
    let request =
        "GET /debug/pprof/profile?seconds=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(get_json(&endpoint, "/state"), Program.state());
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    let mut profile = Vec::new();
    flate2::read::GzDecoder::new(&answer[end..]).read_to_end(&mut profile).unwrap();
    assert!(String::from_utf8_lossy(&profile).contains("nanoseconds"));
}

#[test]
fn the_host_has_to_be_this_machine() {
    let endpoint = start(false);
    let with = |host: &str| {
        raw(address(&endpoint), format!("GET /stats HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes())
    };
    assert_eq!(status(&with("Host: localhost:5066\r\n")), "200");
    assert_eq!(status(&with("Host: rebound.example\r\n")), "403");
    assert_eq!(status(&with("")), "400");
}

#[test]
fn nonsense_is_refused() {
    let endpoint = start(false);
    let address = address(&endpoint);
    assert_eq!(status(&raw(address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")), "400");
    assert_eq!(status(&raw(address, b"GET / HTTP/9.9\r\n\r\n")), "400");
    assert_eq!(status(&raw(address, b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n")), "400");
    let both = b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n";
    assert_eq!(status(&raw(address, both)), "400");
    assert_eq!(get_json(&endpoint, "/state"), Program.state());
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let endpoint = start(false);
    // Exactly so much that nothing is left unread: a rest would reset the connection under the answer.
    let mut long = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".to_vec();
    long.resize(limits::HEAD_BYTES, b'x');
    assert_eq!(status(&raw(address(&endpoint), &long)), "431");
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(limits::HEADERS));
    assert_eq!(status(&raw(address(&endpoint), many.as_bytes())), "431");
}

#[test]
fn beyond_the_last_place_there_is_503_and_later_there_is_room_again() {
    let endpoint = start(false);
    let mut holders: Vec<TcpStream> = (0..limits::CONNECTIONS)
        .map(|_| {
            let mut stream = TcpStream::connect(address(&endpoint)).unwrap();
            stream.write_all(b"GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            // An answer: the connection has its place.
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            stream
        })
        .collect();
    let mut late = TcpStream::connect(address(&endpoint)).unwrap();
    assert_eq!(status(&read_all(&mut late)), "503");
    let mut first = holders.remove(0);
    first.write_all(b"GET /state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(status(&read_all(&mut first)), "200");
    // The place is free soon after the client has seen the end.
    while status(&raw(address(&endpoint), b"GET /state HTTP/1.0\r\n\r\n")) != "200" {
        thread::yield_now();
    }
}

#[test]
fn many_clients_at_once_are_all_answered() {
    let endpoint = start(false);
    let address = address(&endpoint);
    let clients: Vec<_> = (0..32)
        .map(|_| {
            thread::spawn(move || {
                (0..50).filter(|_| status(&raw(address, b"GET /stats HTTP/1.0\r\n\r\n")) == "200").count()
            })
        })
        .collect();
    assert_eq!(clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>(), 32 * 50);
}

#[test]
fn requests_behind_each_other_are_answered_in_order() {
    let endpoint = start(false);
    let three = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /state HTTP/1.1\r\nHost: localhost\r\n\r\n\
        GET /dataset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = raw(address(&endpoint), three);
    let places: Vec<_> =
        ["\"beat\"", "\"output\"", "{}"].iter().map(|part| answer.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{answer}");
}

#[test]
fn a_source_that_panics_costs_its_request_alone() {
    struct Broken;
    impl Source for Broken {
        fn info(&self) -> Value {
            panic!("on purpose")
        }
        fn stats(&self) -> Snapshot {
            Snapshot::new()
        }
        fn state(&self) -> Value {
            json!({})
        }
    }
    let options = Options { listen: Listen::parse("127.0.0.1", 0).unwrap(), pprof: false };
    let endpoint = Endpoint::start(&options, Arc::new(Broken)).unwrap();
    assert_eq!(raw(address(&endpoint), b"GET / HTTP/1.0\r\n\r\n"), "");
    assert_eq!(get_json(&endpoint, "/state"), json!({}));
}

#[test]
fn a_unix_socket_answers_and_vanishes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packetbeat.sock");
    let listen = Listen::parse(&format!("unix://{}", path.display()), 5066).unwrap();
    let endpoint = Endpoint::start(&Options { listen, pprof: false }, Arc::new(Program)).unwrap();
    assert!(endpoint.addresses().is_empty());
    let answer = curl(&["--unix-socket", path.to_str().unwrap(), "http://unix/state"]);
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), Program.state());
    let mut open = connect_unix(&path);
    endpoint.stop();
    assert!(!path.exists());
    assert_eq!(read_all(&mut open), "");
}

fn connect_unix(path: &Path) -> UnixStream {
    UnixStream::connect(path).unwrap()
}

#[test]
fn stopping_closes_connections_and_frees_the_port() {
    let _one = PROFILER.lock();
    let endpoint = start(true);
    let address = address(&endpoint);
    let mut idle = TcpStream::connect(address).unwrap();
    idle.write_all(b"GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 1024]).unwrap() > 0);
    let mut half = TcpStream::connect(address).unwrap();
    half.write_all(b"GET /state HTT").unwrap();
    let mut profile = TcpStream::connect(address).unwrap();
    profile.write_all(b"GET /debug/pprof/profile?seconds=300 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    endpoint.stop();
    for stream in [&mut idle, &mut half, &mut profile] {
        read_all(stream);
    }
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let listen = Listen::Tcp { host: "127.0.0.1".to_owned(), port: address.port() };
    Endpoint::start(&Options { listen, pprof: false }, Arc::new(Program)).unwrap();
}

#[test]
fn localhost_is_reached_under_all_its_addresses() {
    let listen = Listen::parse("localhost", 0).unwrap();
    let endpoint = Endpoint::start(&Options { listen, pprof: false }, Arc::new(Program)).unwrap();
    for address in endpoint.addresses() {
        assert!(address.ip().is_loopback());
        assert_eq!(address.port(), endpoint.addresses()[0].port());
        assert_eq!(status(&raw(*address, b"GET / HTTP/1.0\r\n\r\n")), "200");
    }
    assert_eq!(endpoint.listen().to_string(), format!("localhost:{}", address(&endpoint).port()));
}
