//! Each kind of mistake and the exact words for it.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use packetbeat_config::{Loader, Transports, check_ports};

fn env(name: &str) -> Option<String> {
    (name == "PORT").then(|| "5353".to_owned())
}

#[track_caller]
fn fails(text: &str, expected: &[&str]) {
    let errors = Loader::new().text("p.yml", text).load(&env).expect_err("these settings are wrong");
    assert_eq!(errors.to_string().lines().collect::<Vec<_>>(), expected);
}

#[track_caller]
fn warns(text: &str, expected: &[&str]) {
    let config = Loader::new().text("p.yml", text).load(&env).unwrap();
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, expected);
}

#[test]
fn broken_yaml() {
    fails("a: [1, 2\nb: 3\n", &["p.yml:2:2: not valid YAML: illegal placement of ':' indicator"]);
    fails(
        "name: x\n\ttags: y\n",
        &[
            "p.yml:1:7: not valid YAML: while scanning a plain scalar, found a tab (line 2 is indented with a tab; YAML takes spaces)",
        ],
    );
    fails(
        "packetbeat:\n\tdetect: true\n",
        &[
            "p.yml:2:2: not valid YAML: tabs disallowed within this context (block indentation) (line 2 is indented with a tab; YAML takes spaces)",
        ],
    );
    fails(
        "name: 'x\n",
        &["p.yml:1:7: not valid YAML: while scanning a quoted scalar, found unexpected end of stream"],
    );
    fails("name: x\n---\nname: y\n", &["p.yml:2:1: a second YAML document; a configuration is one document"]);
    fails("- a\n- b\n", &["p.yml:1:1: expected settings, found a list"]);
    fails("name: !secret x\n", &["p.yml:1:7: unknown YAML tag !secret"]);
    fails("? [a]\n: b\n", &["p.yml:1:3: a name is expected here, not a list"]);
    fails("a: &x [*x]\n", &["p.yml:1:8: this alias stands inside the value it refers to"]);
    fails("name: *nobody\n", &["p.yml:1:7: not valid YAML: while parsing node, found unknown anchor"]);
    fails("<<: 3\n", &["p.yml:1:5: <<: merges a map or a list of maps"]);
}

#[test]
fn not_text() {
    let errors = Loader::new().text("p.yml", b"name: a\ntags: \xff".as_slice()).load(&env).unwrap_err();
    assert_eq!(errors.to_string(), "p.yml:2:7: not UTF-8");
}

#[test]
fn missing_file() {
    let errors = Loader::new().file("no/such.yml").load(&env).unwrap_err();
    assert_eq!(errors.to_string(), "no/such.yml: cannot be read: No such file or directory (os error 2)");
    assert!(std::error::Error::source(&errors.0[0]).is_some());
}

#[test]
fn written_twice() {
    fails("name: a\nname: b\n", &["p.yml:2:1: name: written twice, first at p.yml:1:1"]);
    fails(
        "packetbeat.detect: true\npacketbeat:\n  detect: false\n",
        &["p.yml:3:3: packetbeat.detect: written twice, first at p.yml:1:1"],
    );
    fails(
        "output.file.path: /x\noutput.file: {path: /y}\n",
        &["p.yml:2:15: output.file.path: written twice, first at p.yml:1:1"],
    );
    fails(
        "output.file: 3\noutput.file.path: /y\n",
        &[
            "p.yml:1:14: output.file: expected a section, found a number",
            "p.yml:2:1: output.file: written twice, first at p.yml:1:1",
        ],
    );
}

#[test]
fn unknown_names() {
    fails(
        "packetbeat.protocol: []\n",
        &["p.yml:1:1: packetbeat.protocol: unknown setting (did you mean packetbeat.protocols?)"],
    );
    fails("protocols: []\n", &["p.yml:1:1: protocols: unknown setting (did you mean packetbeat.protocols?)"]);
    fails("loging.level: info\n", &["p.yml:1:1: loging: unknown setting (did you mean logging?)"]);
    fails(
        "queue.mem: {events: 64, flush: {minevents: 8}}\n",
        &[
            "p.yml:1:33: queue.mem.flush.minevents: unknown setting (did you mean queue.mem.flush.min_events?)",
        ],
    );
    fails(
        "queue.mem.flush.x: 1\n",
        &["p.yml:1:1: queue.mem.flush.x: unknown setting (valid here: min_events, timeout)"],
    );
    fails(
        "setup.template.nmae: x\n",
        &["p.yml:1:1: setup.template.nmae: unknown setting (did you mean setup.template.name?)"],
    );
    fails(
        "queue.mem: 7\n",
        &["p.yml:1:12: queue.mem: expected a section, found a number (valid here: events, flush)"],
    );
    fails(
        "packetbeat.interfaces: [{devise: eth0}]\n",
        &[
            "p.yml:1:26: packetbeat.interfaces.devise: unknown setting (did you mean packetbeat.interfaces.device?)",
        ],
    );
}

#[test]
fn wrong_values() {
    fails(
        "packetbeat:\n  workers: 0\n  detect: maybe\n  publish_timeout: soon\n",
        &[
            "p.yml:2:12: packetbeat.workers: expected a whole number from 1 to 65535, found 0",
            "p.yml:3:11: packetbeat.detect: expected true or false, found \"maybe\"",
            "p.yml:4:20: packetbeat.publish_timeout: expected a duration such as 10s, 400ms or 1h30m, found \"soon\"",
        ],
    );
    fails(
        "timestamp.precision: seconds\n",
        &[
            "p.yml:1:22: timestamp.precision: expected one of millisecond, microsecond, nanosecond, found \"seconds\"",
        ],
    );
    fails("name: [a]\n", &["p.yml:1:7: name: expected text, found a list"]);
    fails("tags: {a: b}\n", &["p.yml:1:7: tags: expected a list, found a section"]);
    fails("tags: [a, [b]]\n", &["p.yml:1:11: tags: expected text, found a list"]);
    fails("fields: x\n", &["p.yml:1:9: fields: expected a section, found \"x\""]);
    fails(
        "packetbeat.flows: {timeout: 10ms, period: 0.5s}\n",
        &[
            "p.yml:1:29: packetbeat.flows.timeout: at least 1s",
            "p.yml:1:43: packetbeat.flows.period: at least 1s",
        ],
    );
    fails(
        "packetbeat.interfaces.internal_networks: [privat, 10.0.0.0/33, 10/8]\n",
        &[
            "p.yml:1:43: packetbeat.interfaces.internal_networks: expected a network such as 10.0.0.0/8 or a \
             range's name, found \"privat\" (did you mean private?)",
            "p.yml:1:51: packetbeat.interfaces.internal_networks: expected a network such as 10.0.0.0/8 or a \
             range's name, found \"10.0.0.0/33\" (names: loopback, global_unicast, unicast, link_local_unicast, \
             interface_local_multicast, link_local_multicast, multicast, unspecified, private, public)",
            "p.yml:1:64: packetbeat.interfaces.internal_networks: expected a network such as 10.0.0.0/8 or a \
             range's name, found \"10/8\" (names: loopback, global_unicast, unicast, link_local_unicast, \
             interface_local_multicast, link_local_multicast, multicast, unspecified, private, public)",
        ],
    );
    fails(
        "packetbeat.interfaces: {fanout_group: 7}\n",
        &["p.yml:1:39: packetbeat.interfaces.fanout_group: works with `type: af_packet` alone"],
    );
    fails(
        "packetbeat.interfaces:\n- device: eth0\n- device: eth0\n",
        &["p.yml:3:3: packetbeat.interfaces: eth0 is captured from twice, first at p.yml:2:3"],
    );
}

#[test]
fn outputs() {
    fails(
        "output.file.path: /x\noutput.console.pretty: true\n",
        &[
            "p.yml:2:1: output.console: a second output; output.file is at p.yml:1:1 (only one may be enabled)",
        ],
    );
    fails("output.flie.path: /x\n", &["p.yml:1:1: output.flie: unknown output (did you mean output.file?)"]);
    fails(
        "output.file: {filename: x}\n",
        &["p.yml:1:1: output.file.path: missing (the directory that events are written to)"],
    );
    fails(
        "output.file: {path: /x, number_of_files: 1, permissions: 600}\n",
        &[
            "p.yml:1:42: output.file.number_of_files: expected a whole number from 2 to 1024, found 1",
            "p.yml:1:58: output.file.permissions: expected permission bits in octal with a leading 0, such as 0600, \
             found 600",
        ],
    );
    fails(
        "output.elasticsearch: {host: x}\n",
        &[
            "p.yml:1:24: output.elasticsearch.host: unknown setting (did you mean output.elasticsearch.hosts?)",
        ],
    );
    fails(
        "output: file\n",
        &[
            "p.yml:1:9: output: expected a section, found text (such as output.file: {path: /var/lib/packetbeat})",
        ],
    );
}

#[test]
fn protocols() {
    fails(
        "packetbeat.protocols:\n- type: htpp\n- ports: [53]\n- type: dns\n  ports: [0, 65536, x, 53]\n",
        &[
            "p.yml:2:9: packetbeat.protocols: unknown protocol \"htpp\" (did you mean http?)",
            "p.yml:3:3: packetbeat.protocols.type: missing (the protocol's name, such as dns)",
            "p.yml:5:11: packetbeat.protocols[dns].ports: expected a port from 1 to 65535, found 0",
            "p.yml:5:14: packetbeat.protocols[dns].ports: expected a port from 1 to 65535, found 65536",
            "p.yml:5:21: packetbeat.protocols[dns].ports: expected a port from 1 to 65535, found \"x\"",
        ],
    );
    fails(
        "packetbeat.protocols: 3\n",
        &[
            "p.yml:1:23: packetbeat.protocols: expected a list, found a number (such as [{type: dns, ports: [53]}])",
        ],
    );
}

#[test]
fn a_protocols_own_options() {
    let text = "packetbeat.protocols:\n- type: http\n  max_message_size: huge\n  send_headres: [a]\n  split_cookie: true\n";
    let config = Loader::new().text("p.yml", text).load(&env).unwrap();
    let mut section = config.protocols.unwrap().remove(0).options;
    assert_eq!(section.bytes("max_message_size", 10), 10);
    assert_eq!(section.list("send_headers"), Vec::<String>::new());
    section.reject("send_headers", "told by the protocol");
    let errors = section.finish().unwrap_err().to_string();
    let expected = [
        "p.yml:3:21: packetbeat.protocols[http].max_message_size: expected a size such as 10485760, 10MiB or 1MB, \
         found \"huge\"",
        "p.yml:2:3: packetbeat.protocols[http].send_headers: told by the protocol",
        "p.yml:4:3: packetbeat.protocols[http].send_headres: unknown setting (did you mean \
         packetbeat.protocols[http].send_headers?)",
    ];
    assert_eq!(errors.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_port_for_two() {
    let text = "packetbeat.protocols:\n- {type: http, ports: [80, 53]}\n- {type: dns, ports: [53]}\n\
                - {type: sip, ports: [80]}\n- {type: tls, enabled: false, ports: [80]}\n";
    let config = Loader::new().text("p.yml", text).load(&env).unwrap();
    let transports = |kind: &str| {
        Some(Transports { tcp: matches!(kind, "http" | "dns" | "tls"), udp: matches!(kind, "dns" | "sip") })
    };
    let errors = check_ports(&config.protocols.unwrap(), transports).unwrap_err();
    let expected =
        "p.yml:3:23: packetbeat.protocols[dns].ports: TCP port 53 belongs to http already, at p.yml:2:28";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn warnings() {
    warns(
        "packetbeat.protocols:\n- {type: dns, ports: [53]}\n- {type: dns, ports: [54]}\n",
        &["p.yml:3:3: packetbeat.protocols[dns]: replaces the section of the same protocol at p.yml:2:3"],
    );
    warns(
        "setup.template.settings:\n  index.number_of_shards: 1\nsetup.kibana:\n  host: x\nmonitoring.enabled: false\n",
        &["p.yml:1:1: setup: known, but not acted on yet"],
    );
    warns("output.file:\n", &["p.yml:1:1: output.file: is null, as if it were not there"]);
    warns("output.kafka: {hosts: [x], topic: y}\n", &[]);
    warns("logging.files.path: /x\n", &["p.yml:1:1: logging.files: known, but not acted on yet"]);
}

#[test]
fn references() {
    fails(
        "name: ${NOBODY}\n",
        &[
            "p.yml:1:7: name: ${NOBODY} is neither in the environment nor a setting; set it, or write ${NOBODY:default}",
        ],
    );
    fails("name: '${X:?say who you are}'\n", &["p.yml:1:7: name: ${X} is not set: say who you are"]);
    fails("name: ${X\n", &["p.yml:1:7: name: `${` without its `}`"]);
    fails("name: x${}\n", &["p.yml:1:7: name: `${}` names nothing"]);
    fails("name: ${tags}\ntags: [a]\n", &["p.yml:1:7: name: ${tags} is a list, not a single value"]);
    fails("name: ${name}\n", &["p.yml:1:7: name: references lead to each other more than 16 levels deep"]);
    fails(
        "packetbeat.workers: ${PORT}${PORT}\n",
        &["p.yml:1:21: packetbeat.workers: expected a whole number from 1 to 65535, found 53535353"],
    );
}

#[test]
fn all_at_once() {
    fails(
        "nmae: x\ntags: [a]\ntags: [b]\n",
        &[
            "p.yml:1:1: nmae: unknown setting (did you mean name?)",
            "p.yml:3:1: tags: written twice, first at p.yml:2:1",
        ],
    );
    fails(
        "nmae: x\npacketbeat.detect: true\npacketbeat: {detect: on, workers: '${NOBODY}'}\nqueue.mem.events: few\n",
        &[
            "p.yml:1:1: nmae: unknown setting (did you mean name?)",
            "p.yml:3:14: packetbeat.detect: written twice, first at p.yml:2:1",
            "p.yml:3:35: packetbeat.workers: ${NOBODY} is neither in the environment nor a setting; set it, or write \
             ${NOBODY:default}",
            "p.yml:4:19: queue.mem.events: expected a whole number from 32 to 16777216, found \"few\"",
        ],
    );
}

#[test]
fn overrides() {
    let fails = |set: &str, expected: &str| {
        let errors = Loader::new().text("p.yml", "name: a").set(set).load(&env).unwrap_err();
        assert_eq!(errors.to_string(), expected);
    };
    fails("name", "-E name: expected key=value");
    fails("nmae=x", "-E nmae=x: nmae: unknown setting (did you mean name?)");
    fails(
        "packetbeat.workers=many",
        "-E packetbeat.workers=many: packetbeat.workers: expected a whole number from 1 to 65535, found \"many\"",
    );
}

#[test]
fn what_is_quoted_stays_on_its_line() {
    let said = |loader: Loader| loader.load(&env).unwrap_err().to_string();
    assert_eq!(said(Loader::new().set(":\n  worker: 2")), "-E :\\n  worker: 2: expected key=value");
    assert_eq!(
        said(Loader::new().text("a\u{1b}[2J.yml", "{\"r\\ne\\e[31m\": 1}")),
        "a\\u{1b}[2J.yml:1:2: r\\ne\\u{1b}[31m: unknown setting"
    );
    fails("{r\n\ne: 1}", &["p.yml:1:2: r\\ne: unknown setting"]);
    fails(
        "name: \"${\\e}\"\n",
        &[
            "p.yml:1:7: name: ${\\u{1b}} is neither in the environment nor a setting; set it, or write ${\\u{1b}:default}",
        ],
    );
    let config = Loader::new().text("a\u{1b}.yml", "packetbeat.protocols: {dns: ~}\n").load(&env).unwrap();
    let said: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert!(!said.is_empty() && said.iter().all(|line| line.starts_with("a\\u{1b}.yml:1:")), "{said:?}");
}

#[test]
fn dotted_names_count_as_levels() {
    let too_deep = |set: &str| {
        let errors = Loader::new().set(set).settings(&env).expect_err("one level too many");
        assert!(errors.to_string().contains("nested deeper than 64 levels, names between dots counted"));
    };
    // The root is the first level.
    let names = |count: usize| vec!["a"; count].join(".");
    for (set, more) in [
        (format!("{}=1", names(64)), format!("{}=1", names(65))),
        (format!("{}=[]", names(63)), format!("{}=[]", names(64))),
        (format!("{}=[[{{a: 1}}]]", names(61)), format!("{}=[[{{a.b: 1}}]]", names(61))),
    ] {
        let deepest = Loader::new().set(&set).settings(&env).unwrap();
        let back = Loader::new().text("p.yml", deepest.to_yaml()).settings(&env).unwrap();
        assert_eq!(deepest.to_json(), back.to_json());
        too_deep(&more);
    }
    // What a variable brings is as deep as its place; too deep, it is text.
    let list = |name: &str| (name == "LIST").then(|| "[[1]]".to_owned());
    for (count, expected) in [(62, "[[1]]"), (63, "\"[[1]]\"")] {
        let settings = Loader::new().set(format!("{}=${{LIST}}", names(count))).settings(&list).unwrap();
        assert!(settings.to_json().contains(expected), "{}", settings.to_json());
    }
}

#[test]
fn limits() {
    let deep = format!("fields: {}{}", "[".repeat(70), "]".repeat(70));
    fails(&deep, &["p.yml:1:72: nested deeper than 64 levels"]);
    let dots = format!("fields.{}: 1", vec!["a"; 500].join("."));
    let too_deep = "p.yml:1:1: nested deeper than 64 levels, names between dots counted";
    fails(&dots, &[too_deep]);

    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        laughs += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
    }
    let errors = Loader::new().text("p.yml", laughs).load(&env).unwrap_err().to_string();
    assert!(errors.contains("more than 200000 values (aliases count what they repeat)"), "{errors}");

    let mut loops = "name: x\n".to_owned();
    for level in 0..12 {
        loops += &format!("fields.a{level}: '{}'\n", format!("${{fields.a{}}}", level + 1).repeat(10));
    }
    loops += "fields.a12: ''\n";
    let errors = Loader::new().text("p.yml", loops).load(&env).unwrap_err().to_string();
    assert!(errors.contains("fields.a0: more than 20000 references"), "{errors}");
}
