//! Beginnings and ends: the first event, interfaces that go and come back, a signal under load, and what cannot begin.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::run::{PROTOCOLS, Run, listening, packetbeat};
use crate::world::{SERVER, World, ip, output, until};

const KINDS: [&str; 2] = ["af_packet", "pcap"];

fn config(kind: &str) -> String {
    format!("packetbeat.interfaces: {{device: sv, type: {kind}}}\n{PROTOCOLS}")
}

/// One request, and its answer.
fn ask(world: &World, query: &str) {
    let url = format!("http://{SERVER}/small.txt?live={query}");
    let done = output(world.there("curl").args(["-sS", "--retry", "5", "--retry-connrefused", &url]));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "small\n", "{}", String::from_utf8_lossy(&done.stderr));
}

/// Until the event of the request is in the output, while the program goes on.
fn told(run: &Run, query: &str) {
    let wanted = format!("\"query\":\"live={query}\"");
    until(&format!("the event of {query}"), || run.lines().contains(&wanted));
}

#[test]
fn an_event_comes_while_the_wire_is_silent() {
    let mut world = World::new();
    world.nginx();
    for kind in KINDS {
        let run = Run::start(&world, kind, &config(kind), &[], 1);
        ask(&world, "first");
        told(&run, "first");
        ask(&world, "second");
        told(&run, "second");
        assert_eq!(run.end().balanced().events.len(), 2);
    }
}

#[test]
fn an_interface_that_goes_and_comes_back_does_not_end_the_capture() {
    let mut world = World::new();
    world.nginx();
    for kind in KINDS {
        let run = Run::start(&world, kind, &config(kind), &[], 1);
        ask(&world, "before");
        told(&run, "before");
        ip("link set sv down");
        ip("link set sv up");
        until("the capture after it was down", || listening() == 1);
        // The kernel takes the addresses of IPv6 away from an interface that goes down; those of IPv4 stay.
        ask(&world, "between");
        told(&run, "between");
        ip("link del sv");
        until("its end", || listening() == 0);
        world.wire();
        until("the capture of the new one", || listening() == 1);
        ask(&world, "after");
        told(&run, "after");
        let outcome = run.end();
        assert_eq!(outcome.balanced().events.len(), 3, "{}", outcome.log);
        assert!(outcome.log.contains("sv"), "{}", outcome.log);
    }
}

/// Clients that never stop asking.
struct Load(Child);

impl Load {
    fn start(world: &World) -> Self {
        let url = format!("http://{SERVER}/small.txt?live=[1-1000000]");
        let mut curl = world.there("curl");
        curl.args(["-sS", "-o", "/dev/null", &url]).stdout(Stdio::null()).stderr(Stdio::null());
        Self(curl.spawn().unwrap())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // nsenter has become curl: nothing is left.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_signal_under_load_leaves_whole_events_and_a_closed_ledger() {
    let mut world = World::new();
    world.nginx();
    for (kind, workers) in [("af_packet", "1"), ("af_packet", "2"), ("pcap", "1")] {
        let sockets = if kind == "pcap" { 1 } else { workers.parse().unwrap() };
        // A machine that tests is busy, and the program was built without haste.
        let config = config(kind).replace("device: sv", "device: sv, buffer_size_mb: 256");
        let run = Run::start(&world, &format!("{kind}-{workers}"), &config, &["--workers", workers], sockets);
        let load = Load::start(&world);
        told(&run, "500");
        let outcome = run.end();
        drop(load);
        let counts = outcome.balanced().counts();
        // Of the last request, the answer may have been on its way.
        assert!(counts.len() >= 500);
        let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        for number in 1..=500 {
            let key = ("http".to_owned(), format!("GET /small.txt?live={number}"));
            assert!(counts.contains_key(&key), "{kind} {workers}: {number} is missing");
        }
    }
}

#[test]
fn another_user_keeps_what_interfaces_that_come_back_take() {
    let mut world = World::new();
    world.nginx();
    for kind in KINDS {
        let config = format!("{}\npacketbeat.user: nobody\n", config(kind));
        let run = Run::start(&world, kind, &config, &[], 1);
        ask(&world, "before");
        told(&run, "before");
        let status = fs::read_to_string(format!("/proc/{}/status", run.pid())).unwrap();
        let user = status.lines().find_map(|line| line.strip_prefix("Uid:\t")).unwrap();
        assert!(user.split('\t').all(|id| id == "65534"), "{user}");
        ip("link del sv");
        until("its end", || listening() == 0);
        world.wire();
        until("the capture of the new one", || listening() == 1);
        ask(&world, "after");
        told(&run, "after");
        assert_eq!(run.end().balanced().events.len(), 2);
    }
}

#[test]
fn several_interfaces_and_all_of_them() {
    let mut world = World::new();
    world.nginx();
    let several = "packetbeat.interfaces: [{device: sv}, {device: lo}]\n";
    let all = "packetbeat.interfaces: {device: any, type: pcap}\n";
    let route = "packetbeat.interfaces: {device: default_route_ipv4}\n";
    ip("route add default via 192.0.2.1 dev sv");
    for (name, interfaces, sockets) in [("several", several, 2), ("all", all, 1), ("route", route, 1)] {
        let run = Run::start(&world, name, &format!("{interfaces}{PROTOCOLS}"), &[], sockets);
        ask(&world, name);
        told(&run, name);
        assert_eq!(run.end().balanced().events.len(), 1, "{name}");
    }
}

#[test]
fn places_of_clients_follow_a_database_that_is_replaced() {
    let mut world = World::new();
    world.nginx();
    let databases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../processors/tests/geoip");
    let (used, new) = (world.folder().join("used.mmdb"), world.folder().join("new.mmdb"));
    fs::copy(databases.join("country.mmdb"), &used).unwrap();
    let geoip = format!(
        "processors: [{{geoip: {{databases: [{}], properties: [country_iso_code, city_name], reload: 10ms}}}}]",
        used.display()
    );
    let run = Run::start(&world, "geoip", &format!("{}\n{geoip}\n", config("af_packet")), &[], 1);
    ask(&world, "old");
    told(&run, "old");
    fs::copy(databases.join("city.mmdb"), &new).unwrap();
    fs::rename(&new, &used).unwrap();
    until("the new database", || run.log().contains("was replaced and read again"));
    ask(&world, "new");
    told(&run, "new");
    let places: Vec<_> =
        run.end().balanced().events.iter().map(|event| event["client"]["geo"].clone()).collect();
    assert_eq!(
        serde_json::to_string(&places).unwrap(),
        r#"[{"country_iso_code":"US"},{"city_name":"Munich","country_iso_code":"DE"}]"#
    );
}

#[test]
fn what_the_kernel_drops_is_counted_and_the_capture_goes_on() {
    let mut world = World::new();
    world.nginx();
    for kind in KINDS {
        let config = config(kind).replace("device: sv", "device: sv, buffer_size_mb: 1");
        let run = Run::start(&world, kind, &config, &[], 1);
        ask(&world, "before");
        told(&run, "before");
        run.signal("STOP");
        let url = format!("http://{SERVER}/large.bin?live=[1-30]");
        assert!(output(world.there("curl").args(["-sS", "-o", "/dev/null", &url])).status.success());
        run.signal("CONT");
        ask(&world, "after");
        told(&run, "after");
        let outcome = run.end();
        let ledger = &outcome.ledger;
        assert_eq!(ledger["closed"], true, "{ledger}");
        assert!(ledger["capture"]["dropped_by_kernel"].as_u64() > Some(0), "{ledger}");
        assert_eq!(ledger["events"]["published"], outcome.events.len(), "{ledger}");
    }
}

/// What a run says that cannot begin: one line.
fn refused(mut command: Command) -> String {
    let done = output(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let text = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn who_may_not_capture_is_told_which_right_is_missing() {
    let world = World::new();
    for kind in KINDS {
        let (_, folder) = packetbeat(&world, kind, &config(kind));
        // Where the program was built, nobody may have no business.
        let program = folder.join("packetbeat");
        fs::copy(env!("CARGO_BIN_EXE_packetbeat"), &program).unwrap();
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"])
            .arg(&program)
            .args(["-e", "-c", "test.yml", "-E", "logging.format=text", "-E", "path.data=/nonexistent"])
            .current_dir(&folder);
        let text = refused(command);
        assert!(text.contains("cannot capture from sv: the right CAP_NET_RAW is missing"), "{text}");
        assert!(text.contains("setcap cap_net_raw,cap_net_admin=eip"), "{text}");
    }
}

#[test]
fn a_filter_that_is_none_is_told_at_the_start() {
    let world = World::new();
    for kind in KINDS {
        let config = config(kind).replace("device: sv", "device: sv, bpf_filter: tcp port nowhere");
        let (command, _) = packetbeat(&world, kind, &config);
        let text = refused(command);
        assert!(text.contains("tcp port nowhere"), "{text}");
    }
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let world = World::new();
    for kind in KINDS {
        let (command, _) = packetbeat(&world, kind, &config(kind).replace("device: sv", "device: sw"));
        let text = refused(command);
        assert!(text.contains("sw") && text.contains("sv"), "what there is helps: {text}");
    }
}
