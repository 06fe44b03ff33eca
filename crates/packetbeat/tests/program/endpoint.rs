//! The endpoint of a running program, asked by curl.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::common::{Packetbeat, capture_bytes, program};

/// What curl gets.
fn get(args: &[&str]) -> String {
    let mut curl = Command::new("curl");
    let output = curl.args(["--silent", "--show-error", "--max-time", "20"]).args(args).output();
    let output = output.expect("curl is installed by scripts/setup");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A run that has read a capture from a pipe that stays open: four events, and it waits.
fn waiting(args: &str) -> program::Running {
    let run = Packetbeat::new().args("-I - -N -e").args(args);
    let mut running = run.start();
    running.write(&capture_bytes("smtp"));
    running.line();
    running
}

#[test]
fn pages_say_what_the_program_counts_while_it_runs() {
    let port = free_port();
    let running = waiting(&format!("-E http.enabled=true -E http.port={port}"));
    let page = |path: &str| get(&[&format!("http://localhost:{port}{path}")]);
    let json = |path: &str| serde_json::from_str::<Value>(&page(path)).unwrap();

    let info = json("/");
    assert_eq!((&info["beat"], &info["version"]), (&"packetbeat".into(), &env!("CARGO_PKG_VERSION").into()));
    let stats = json("/stats?pretty");
    assert_eq!(stats["libbeat"]["output"]["type"], "console");
    assert_eq!(stats["packetbeat"]["protocol"]["requests"]["smtp"], 1);
    assert_eq!(stats["packetbeat"]["packets"]["received"], stats["packetbeat"]["packets"]["analysed"]);
    assert_eq!(stats["libbeat"]["output"]["events"]["acked"], 1);
    assert_eq!(stats["smtp"]["unmatched_requests"], 0);
    assert!(stats["beat"]["memstats"]["rss"].as_u64() > Some(0));
    assert_eq!(json("/state")["output"]["name"], "console");
    let metrics = page("/metrics");
    assert!(metrics.contains("packetbeat_protocol_requests_total{protocol=\"smtp\"} 1"), "{metrics}");
    assert!(metrics.contains("# TYPE packetbeat_packets_received_total counter"), "{metrics}");
    assert!(json("/debug/vars")["cmdline"].is_array());
    let profiles = get(&[
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        &format!("http://localhost:{port}/debug/pprof/"),
    ]);
    assert_eq!(profiles, "404", "profiles are off unless they are asked for");
    running.end().ok();
}

#[test]
fn a_socket_serves_whoever_may_open_it_and_goes_with_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packetbeat.sock");
    let running = waiting(&format!("-E http.enabled=true -E http.host=unix://{}", path.display()));
    let stats = get(&["--unix-socket", path.to_str().unwrap(), "http://localhost/stats"]);
    assert!(stats.contains("\"packets\""), "{stats}");
    running.end().ok();
    assert!(!path.exists());
}

#[test]
fn profiles_are_served_and_written() {
    let port = free_port();
    let running = waiting(&format!("--httpprof localhost:{port} --cpuprofile cpu.pb.gz"));
    // The program's own profile is being taken: a second has to wait for it.
    let address = format!("http://localhost:{port}/debug/pprof/");
    assert!(get(&[&address]).contains("profile"));
    let outcome = running.end().ok();
    let profile = std::fs::read(outcome.folder.path().join("cpu.pb.gz")).unwrap();
    assert_eq!(profile[..2], [0x1f, 0x8b], "gzip");
}

#[test]
fn an_address_that_cannot_be_listened_on_ends_the_run_before_it_begins() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let run = Packetbeat::new().args("-I - -N").stdin(capture_bytes("smtp"));
    let wrong = run.args(&format!("-E http.enabled=true -E http.host=127.0.0.1 -E http.port={port}")).run();
    let wrong = wrong.failed();
    assert!(wrong.contains(&port.to_string()), "{wrong}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "periods of the log have to pass")]
fn the_log_has_the_metrics_now_and_then_and_at_the_end() {
    let run = "-E logging.metrics.period=1s -E logging.format=json";
    let mut running = waiting(run);
    // Two periods, then more of the same: the line says what was added.
    std::thread::sleep(Duration::from_millis(2500));
    running.write(&[]);
    let log = running.end().ok().stderr;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = |text: &str| lines.iter().find(|line| line["message"].as_str().unwrap().starts_with(text));
    let first = found("Non-zero metrics in the last 1s").unwrap();
    assert_eq!(first["log.logger"], "monitoring");
    assert_eq!(first["monitoring"]["metrics"]["packetbeat"]["protocol"]["events"]["smtp"], 1, "{first}");
    assert_eq!(
        found("Total metrics").unwrap()["monitoring"]["metrics"]["libbeat"]["output"]["events"]["acked"],
        1
    );
    assert!(found("Uptime: ").is_some() && found("Ledger of the run").is_some(), "{log}");
}
