//! `export config`: complete, stable, and free of secrets.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use packetbeat_config::{Config, Loader};

fn load(text: &str) -> Config {
    let kinds = common::kinds();
    let loader = Loader::new().protocols(&kinds).text("p.yml", text);
    let loader = loader.keystore(|name| (name == "ES_PWD").then(|| "s3cret, [x]".to_owned()));
    match loader.load(&|name| (name == "HOST").then(|| "es-1".to_owned())) {
        Ok(config) => config,
        Err(errors) => panic!("{errors}\n{text}"),
    }
}

#[track_caller]
fn exported(text: &str) -> String {
    let first = load(text).to_yaml();
    let again = load(&first);
    assert_eq!(again.to_yaml(), first);
    first
}

#[test]
fn nothing_gives_everything() {
    let yaml = exported("");
    for line in [
        "packetbeat:",
        "  detect: true",
        "    snaplen: 65535",
        "    - type: dns",
        "    - type: http",
        "      max_message_size: 10MiB",
        "      split_cookie: false",
        "tags: []",
        "  level: info",
        "  port: 5066",
        "    permissions: 0600",
        "    rotateeverybytes: 10MiB",
        "    period: 30s",
    ] {
        assert!(yaml.lines().any(|found| found == line), "{line} is missing in\n{yaml}");
    }
    for name in ["flows:", "output:", "disk:", "ssl:", "password:"] {
        assert!(!yaml.lines().any(|found| found.trim() == name), "{name} was not asked for:\n{yaml}");
    }
    let again = load(&yaml);
    assert!(again.warnings.is_empty(), "{:?}", again.warnings);
    let kinds: Vec<_> = again.protocols.unwrap().iter().map(|p| (p.kind.clone(), p.ports.clone())).collect();
    assert_eq!(kinds[0], ("dns".to_owned(), Some(vec![53])));
    assert!(again.detect);
}

#[test]
fn what_was_written_stays() {
    let yaml = exported(
        "packetbeat.protocols: {http: {ports: [81], send_headers: [A]}, sip: {enabled: false}}\ntags: [a, 'b c']\n\
         packetbeat.flows.timeout: 1m\npacketbeat.interfaces: [{device: eth0}, {device: eth1}]\n\
         output.file: {path: /x, codec.format.string: '%{[a]}'}\nqueue.disk.max_size: 1GB\n\
         fields: {a.b: 1, 'on': {c: [x, {d: ~}]}}\nprocessors: [{drop_event.when.equals.http.response.code: 200}]\n",
    );
    for line in [
        "  detect: false",
        "      ports:",
        "        - 81",
        "    timeout: 1m",
        "    - device: eth0",
        "  - \"b c\"",
        "    max_size: 1GB",
        "              code: 200",
        "      enabled: false",
        "        string: \"%{[a]}\"",
    ] {
        assert!(yaml.lines().any(|found| found == line), "{line} is missing in\n{yaml}");
    }
    assert!(!yaml.contains("    mem:") && !yaml.contains("      json:"), "{yaml}");
}

#[test]
fn defaults_give_way_to_what_bounds_them() {
    let general = exported("queue.mem.events: 100\noutput.redis: {hosts: [h], backoff.init: 5m}\n");
    let own = exported("output.redis: {hosts: [h], queue.mem.events: 50}\n");
    assert!(!own.lines().any(|line| line == "queue:"), "{own}");
    let yaml = general + &own;
    for line in ["      min_events: 100", "          min_events: 50", "      max: 5m"] {
        assert!(yaml.lines().any(|found| found == line), "{line} is missing in\n{yaml}");
    }
}

#[test]
fn defaults_give_way_to_a_preset() {
    let yaml = exported("output.elasticsearch: {hosts: [h], preset: throughput, bulk_max_size: 7}\n");
    assert!(yaml.contains("    bulk_max_size: 7\n") && yaml.contains("    bytes: 64MiB\n"), "{yaml}");
    for name in ["worker:", "compression_level:", "min_events:", "idle_connection_timeout:"] {
        assert!(!yaml.contains(name), "{name} is said by the preset:\n{yaml}");
    }
    let again = load(&yaml);
    assert_eq!((again.queue.events, again.queue.flush_timeout.as_secs()), (12_800, 5));
}

#[test]
fn usual_ports_that_another_protocol_has_are_left_out() {
    let yaml = exported("packetbeat.protocols: [{type: http}, {type: smtp, ports: [80, 8080]}]\n");
    assert!(yaml.contains("      ports:\n        - 8000\n        - 5000\n        - 8002\n"), "{yaml}");
}

#[test]
fn secrets_stay_references() {
    let yaml = exported(
        "output.elasticsearch:\n  hosts: ['https://${HOST}:9200']\n  username: u\n  password: ${ES_PWD}\n  \
         headers: {X-A: 'k ${ES_PWD} ${HOST}'}\nname: ${HOST}\n",
    );
    assert!(!yaml.contains("s3cret"), "{yaml}");
    for line in [
        "    password: \"${ES_PWD}\"",
        "      X-A: \"k ${ES_PWD} ${HOST}\"",
        "      - \"https://es-1:9200\"",
        "name: es-1",
    ] {
        assert!(yaml.lines().any(|found| found == line), "{line} is missing in\n{yaml}");
    }
}
