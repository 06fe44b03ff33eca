//! What a configuration means: merging, expansion, defaults, typed values.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use packetbeat_config::{
    CaptureKind, Codec, Config, Level, Loader, Network, Output, Precision, Range, Value, check_permissions,
};
use packetbeat_core::options::{Common, Options};
use std::path::PathBuf;
use std::time::Duration;

fn env(name: &str) -> Option<String> {
    Some(match name {
        "WORKERS" => "3".to_owned(),
        "HOSTS" => "a, b".to_owned(),
        "LIST" => "[x, 'y,z']".to_owned(),
        "SECRET" => "[not yaml".to_owned(),
        "SPLICED" => "${WORKERS}".to_owned(),
        _ => return None,
    })
}

fn loader() -> Loader {
    Loader::new().protocols(&common::kinds())
}

#[track_caller]
fn load(text: &str) -> Config {
    match loader().text("p.yml", text).load(&env) {
        Ok(config) => config,
        Err(errors) => panic!("{errors}"),
    }
}

#[test]
fn nothing_is_all_defaults() {
    for text in ["", "# nothing\n", "---\n", "~", "{}", "\u{feff}"] {
        let config = load(text);
        assert_eq!(config.output, Output::None);
        assert!(config.protocols.is_none() && config.detect && config.flush_pending_at_eof);
        assert!(!config.flows.enabled && !config.ignore_outgoing && !config.fields_under_root);
        assert_eq!(config.workers, None);
        assert_eq!(config.interfaces.kind, CaptureKind::Pcap);
        assert_eq!((config.interfaces.snaplen, config.interfaces.loop_count), (65_535, 1));
        assert_eq!((config.queue.events, config.queue.min_events), (3200, 1600));
        assert_eq!(config.timestamp_precision, Precision::Millisecond);
        assert_eq!(config.logging.level, Level::Info);
        assert_eq!(config.warnings, []);
    }
}

#[test]
fn nulls_keep_defaults() {
    let config =
        load("{name: ~, tags: null, packetbeat: {workers: , detect: ~, protocols: , flows: ~}, output: }");
    assert!(config.name.is_none() && config.tags.is_empty() && config.protocols.is_none());
    assert!(config.workers.is_none() && config.detect && !config.flows.enabled);
}

#[test]
fn nested_and_dotted_names_mix() {
    let config = load(
        "packetbeat.interfaces.device: eth0\npacketbeat:\n  interfaces: {snaplen: 1500}\n  workers: 2\n\
         queue.mem: {events: 4096, 'flush.min_events': 8}\nqueue.mem.flush: {timeout: 0.1s}\n",
    );
    assert_eq!(config.interfaces.device.as_deref(), Some("eth0"));
    assert_eq!(config.interfaces.snaplen, 1500);
    assert_eq!((config.queue.events, config.queue.min_events), (4096, 8));
    assert_eq!(config.queue.flush_timeout, Duration::from_millis(100));
}

#[test]
fn json_is_yaml() {
    let config = load(
        "{\n \"name\": \"caf\\u00e9\",\n \"tags\": [],\n \"packetbeat.protocols\": [\n  {\"type\": \"http\", \
         \"ports\": [80, \"8080\"]}\n ],\n \"output.file\": {\"path\": \"/x\", \"permissions\": \"0640\"}\n}\n",
    );
    assert_eq!(config.name.as_deref(), Some("café"));
    assert_eq!(config.protocols.unwrap()[0].ports, Some(vec![80, 8080]));
    let Output::File(file) = config.output else { panic!("{:?}", config.output) };
    assert_eq!((file.path, file.permissions), (PathBuf::from("/x"), 0o640));
    assert_eq!(
        (file.filename.as_str(), file.rotate_every_kb, file.number_of_files),
        ("packetbeat", 10_240, 7)
    );
    assert!(file.rotate_on_startup);
    assert_eq!(file.codec, Codec::Json { pretty: false, escape_html: false, local_time: false });
}

#[test]
fn json_as_others_write_it() {
    let config =
        load("{\n\t\"name\": \"\\ud83d\\ude00 a\\/b\",\n\t\"tags\"\n:\t[\n\t\t\"\\u2028\"\n\t]\n}\n");
    assert_eq!(config.name.as_deref(), Some("😀 a/b"));
    assert_eq!(config.tags, ["\u{2028}"]);
}

#[test]
fn later_files_and_overrides_win() {
    let config = loader()
        .text(
            "a.yml",
            "name: a\ntags: [x, y]\npacketbeat.protocols: [{type: dns, ports: [53]}, {type: http}]\n",
        )
        .text("b.yml", "name: b\ntags: [z]\nlogging.level: debug\n")
        .set("logging.level=error")
        .set("packetbeat.protocols.1.ports=[80, 81]")
        .set("packetbeat.flows={timeout: 2s, period: -1s}")
        .load(&env)
        .unwrap();
    assert_eq!((config.name.as_deref(), config.tags), (Some("b"), vec!["z".to_owned()]));
    assert_eq!(config.logging.level, Level::Error);
    let protocols = config.protocols.unwrap();
    assert_eq!((&protocols[0].ports, &protocols[1].ports), (&Some(vec![53]), &Some(vec![80, 81])));
    assert!(config.flows.enabled);
    assert_eq!((config.flows.timeout, config.flows.period), (Duration::from_secs(2), None));
}

#[test]
fn anchors_and_merge_keys() {
    let config = load(
        "packetbeat.protocols:\n- &common {type: http, send_request: true, ports: [80]}\n\
         - {<<: *common, type: dns, ports: [53]}\n- {<<: [{type: sip}, *common], ports: []}\n",
    );
    let protocols = config.protocols.unwrap();
    let kinds: Vec<_> = protocols.iter().map(|p| (p.kind.as_str(), p.ports.clone())).collect();
    assert_eq!(kinds, [("http", Some(vec![80])), ("dns", Some(vec![53])), ("sip", Some(vec![]))]);
    assert!(protocols.iter().all(|p| p.common.send_request == Some(true)));
}

#[test]
fn references_are_expanded() {
    let config = load(
        "packetbeat.workers: ${WORKERS}\nname: \"${NOBODY:me}-${WORKERS}\"\ntags: '${HOSTS}'\n\
         path.home: /opt/pb\noutput.file.path: ${path.data}/out\n\
         fields: {list: '${LIST}', secret: '${SECRET}', literal: 'a$${b}', nested: '${A:${B:c}}', \
         once: '${SPLICED}', quoted: ' ${WORKERS}', number: '${WORKERS}', empty: '${A:}x'}\n",
    );
    assert_eq!(config.workers.map(u16::from), Some(3));
    assert_eq!(config.name.as_deref(), Some("me-3"));
    assert_eq!(config.tags, ["a", "b"]);
    let Output::File(file) = config.output else { panic!("{:?}", config.output) };
    assert_eq!(file.path, PathBuf::from("/opt/pb/data/out"));
    let fields = config.fields.unwrap();
    let text = |key: &str| fields.at_path(key).and_then(|node| node.text()).map(str::to_owned);
    assert_eq!(text("list.1").as_deref(), Some("y,z"));
    assert_eq!(text("secret").as_deref(), Some("[not yaml"));
    assert_eq!(text("literal").as_deref(), Some("a${b}"));
    assert_eq!(text("nested").as_deref(), Some("c"));
    assert_eq!(text("once").as_deref(), Some("${WORKERS}"));
    assert_eq!(text("empty").as_deref(), Some("x"));
    assert_eq!(fields.at_path("quoted").unwrap().value, Value::Str(" 3".to_owned()));
    assert_eq!(fields.at_path("number").unwrap().value, Value::Int(3));
}

#[test]
fn protocols_in_both_forms() {
    let list =
        load("packetbeat.protocols:\n- {type: http, ports: 80, tags: web}\n- {type: icmp, enabled: false}\n");
    let dictionary =
        load("packetbeat.protocols:\n  http: {ports: [80], tags: [web]}\n  icmp.enabled: false\n  dns:\n");
    for config in [list, dictionary] {
        assert!(!config.detect);
        let protocols = config.protocols.unwrap();
        assert_eq!(protocols.len(), 2);
        assert_eq!((protocols[0].kind.as_str(), &protocols[0].ports), ("http", &Some(vec![80])));
        assert_eq!(protocols[0].common.tags, ["web"]);
        assert_eq!(
            (protocols[1].kind.as_str(), protocols[1].enabled, &protocols[1].ports),
            ("icmp", false, &None)
        );
    }
    assert!(load("packetbeat: {protocols: [], detect: true}").detect);
}

#[test]
fn protocols_read_through_the_seam() {
    let config = load(
        "packetbeat.protocols:\n- type: http\n  send_response: true\n  transaction_timeout: 5\n  split_cookie: true\n\
         \x20 max_message_size: 1KiB\n  send_headers: [A, b]\n  redact_headers: ~\n  real_ip_header: X-Real\n",
    );
    let mut section = config.protocols.unwrap().remove(0);
    let common = Common::from(&section.common);
    assert_eq!((common.send_request, common.send_response), (None, Some(true)));
    assert_eq!(common.transaction_timeout, Some(Duration::from_secs(5)));
    let options: &mut dyn Options = &mut section.options;
    assert!(options.bool("split_cookie"));
    assert_eq!(options.bytes("max_message_size"), 1024);
    assert_eq!(options.list("send_headers"), ["A", "b"]);
    assert_eq!(options.list("redact_headers"), Vec::<String>::new());
    assert_eq!(options.text("real_ip_header").as_deref(), Some("X-Real"));
    assert!(options.bool("decode_body"));
    assert_eq!(section.options.finish().unwrap(), []);
}

#[test]
fn usual_ports_give_way() {
    let config =
        load("packetbeat.protocols: [{type: http}, {type: smtp, ports: [8080]}, {type: dns, ports: []}]");
    let ports: Vec<_> = config.protocols.iter().flatten().map(|section| config.ports_of(section)).collect();
    assert_eq!(ports, [vec![80, 8000, 5000, 8002], vec![8080], vec![]]);
}

#[test]
fn interfaces() {
    let config = load(
        "packetbeat.interfaces:\n- device: eth0\n  type: af_packet\n  fanout_group: 7\n  internal_networks: private\n\
         - device: 1\n  internal_networks: [10.0.0.0/8, 'fd00::/8']\n",
    );
    assert_eq!(config.interfaces.kind, CaptureKind::AfPacket);
    assert_eq!(config.interfaces.fanout_group, Some(7));
    assert_eq!(config.interfaces.internal_networks, [Network::Named(Range::Private)]);
    assert_eq!(config.more_interfaces.len(), 1);
    assert_eq!(config.more_interfaces[0].device.as_deref(), Some("1"));
    assert_eq!(config.more_interfaces[0].internal_networks.len(), 2);
}

#[test]
fn outputs() {
    assert_eq!(load("output.discard: {}").output, Output::Discard);
    assert_eq!(load("output.discard.enabled: false").output, Output::None);
    let one = load("output.file: {enabled: false, path: /x}\noutput.console.pretty: true");
    let codec = Codec::Json { pretty: true, escape_html: false, local_time: false };
    assert_eq!(one.output, Output::Console { codec });
    assert_eq!(one.warnings, []);
    let Output::Console { codec: Codec::Format { pattern, .. } } =
        load("output.console.codec.format.string: '%{[message]}'").output
    else {
        panic!("a pattern was given")
    };
    assert_eq!(pattern, "%{[message]}");
    let Output::Unsupported { name, at } = load("name: x\noutput.kafka: {hosts: [a], topic: t}").output
    else {
        panic!("kafka is not there yet")
    };
    assert_eq!((name.as_str(), at.to_string().as_str()), ("kafka", "p.yml:2:1"));
}

#[test]
fn written_out_and_read_again() {
    let text = "name: 'true'\ntags: [a b, '', '0600', 1.50, \"q\\\"\\n\\x01\", 'on', ☃]\n\
                fields: {e: {}, l: [], n: ~, deep: [{a: [1, [2]]}], lit: '$${x}'}\noutput.discard: {}\n";
    let first = load(text).settings;
    let yaml = first.to_yaml();
    let second = load(&yaml).settings;
    assert_eq!(yaml, second.to_yaml());
    assert!(
        yaml.starts_with("name: \"true\"\ntags:\n  - \"a b\"\n  - \"\"\n  - \"0600\"\n  - 1.50\n"),
        "{yaml}"
    );
    assert_eq!(second.at_path("fields.lit").unwrap().text(), Some("${x}"));
    assert_eq!(second.at_path("tags.4").unwrap().text(), Some("q\"\n\u{1}"));
}

#[test]
fn any_name_is_written_out_and_read_again() {
    let long = |length| "n".repeat(length);
    let names =
        [long(1024), long(1025), "é".repeat(1022), "é".repeat(1023), "\u{7}".repeat(200), "<<".into()];
    let mut text = "fields:\n".to_owned();
    for (index, name) in names.iter().enumerate() {
        let quoted: String = name.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
        let value = ["x", "[1, {a: 2}]", "{b: [c]}"][index % 3];
        text += &format!("  ? \"{quoted}\"\n  : {value}\n");
    }
    let first = load(&text).settings;
    let fields = first.at_path("fields").unwrap().as_map().unwrap();
    assert!(fields.entries().iter().map(|entry| &entry.key).eq(&names));
    let yaml = first.to_yaml();
    assert_eq!(yaml.matches("? ").count(), 3);
    assert_eq!(first.to_json(), load(&yaml).settings.to_json());
}

#[test]
fn fields_as_json() {
    let config =
        load("fields: {a.b: [1, -0.5, 1e30, true, ~, .inf, {}], c: \"q\\\"\\\\\\n\\t\\x01é\", 'd': 0600}");
    let json = config.fields.unwrap().to_json();
    let expected = r#"{"a":{"b":[1,-0.5,1e30,true,null,null,{}]},"c":"q\"\\\n\t\u0001é","d":600}"#;
    assert_eq!(json, expected);
}

#[cfg(unix)]
#[test]
fn permissions_of_files() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mode = |mode| file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    check_permissions(file.path()).unwrap();
    mode(0o664);
    let name = file.path().display();
    let expected = format!(
        "{name}: may be written by others than its owner (mode 0664) (put right by: chmod go-w '{name}')"
    );
    assert_eq!(check_permissions(file.path()).unwrap_err().to_string(), expected);
    assert!(check_permissions("no/such/file".as_ref()).is_err());
}

#[test]
fn settings_come_before_the_environment_and_it_before_the_keystore() {
    let text = "name: a\nfields: {one: '${name}', two: '${WORKERS}', three: '${PWD_X}', four: '${NO:d}'}\n";
    let keystore = |name: &str| Some(format!("[secret, ~] {name}")).filter(|_| name != "NO");
    let config = loader().text("p.yml", text).keystore(keystore).load(&env).unwrap();
    let fields = config.fields.unwrap();
    let value = |key: &str| (fields.at_path(key).unwrap().text(), fields.at_path(key).unwrap().reference());
    assert_eq!(value("one"), (Some("a"), None));
    assert_eq!(value("two"), (Some("3"), None));
    assert_eq!(value("three"), (Some("[secret, ~] PWD_X"), Some("${PWD_X}")));
    assert_eq!(value("four"), (Some("d"), None));
}

#[test]
fn places_are_known_before_the_keystore_is_open() {
    let places = |text: &str| loader().home("/usr/share/pb").text("p.yml", text).places(&env).unwrap();
    let usual = places("output.elasticsearch.password: ${SECRET_OF_NOBODY}");
    assert_eq!(usual.config, PathBuf::from("/usr/share/pb"));
    assert_eq!(usual.logs, PathBuf::from("/usr/share/pb/logs"));
    assert_eq!(usual.keystore, PathBuf::from("/usr/share/pb/data/packetbeat.keystore"));
    let own = places("path: {data: '/var/${WORKERS}', home: /opt}\nkeystore.path: ${path.config}/k");
    assert_eq!(own.data, PathBuf::from("/var/3"));
    assert_eq!((own.logs, own.keystore), (PathBuf::from("/opt/logs"), PathBuf::from("/opt/k")));
    assert!(loader().text("p.yml", "a: [").places(&env).is_err());
    let config = loader().home("/h").text("p.yml", "path.data: /d").load(&env).unwrap();
    assert_eq!(config.paths.keystore, PathBuf::from("/d/packetbeat.keystore"));
    assert_eq!(config.logging.files.path, PathBuf::from("/h/logs"));
}

#[test]
fn the_page_and_the_log_are_typed() {
    let config = load(
        "http: {enabled: true, port: '6000', pprof.enabled: on}\nlogging: {to_syslog: true, level: WARN, format: json}\n\
                       logging.files: {keepfiles: 3, interval: 24h, permissions: 0644, rotateeverybytes: 1MiB}\n\
                       setup.template.name: x\n",
    );
    assert_eq!((config.http.port, config.http.enabled, config.http.pprof), (6000, true, true));
    assert_eq!((config.http.host.as_str(), config.http.mem_profile_rate), ("localhost", 524_288));
    assert_eq!((config.logging.level, config.logging.to_syslog), (Level::Warning, true));
    let files = &config.logging.files;
    assert_eq!((files.keep_files, files.permissions, files.rotate_every_bytes), (3, 0o644, 1 << 20));
    assert_eq!(files.interval, Some(Duration::from_secs(86_400)));
    assert_eq!(config.setup.template.text("name").as_deref(), Some("x"));
    assert_eq!(config.setup.ilm.text("policy_name").as_deref(), Some("packetbeat"));
}
