//! Options and what they say.

use crate::common::{Packetbeat, capture, capture_bytes, pcap, without_id};

#[test]
fn help() {
    let outcome = Packetbeat::new().args("--help").run().quiet();
    for words in [
        "-I <FILE>",
        "-c <FILE>",
        "-E <KEY=VALUE>",
        "-N",
        "-e",
        "--summary <FILE>",
        "Examples:",
        "tcpdump -w - |",
    ] {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 100), "{}", outcome.stdout);
    assert_eq!(
        Packetbeat::new().args("-h").run().quiet().stdout.lines().next(),
        outcome.stdout.lines().next()
    );
}

#[test]
fn version() {
    let wanted = format!("packetbeat {}\n", env!("CARGO_PKG_VERSION"));
    for args in ["--version", "-V"] {
        assert_eq!(Packetbeat::new().args(args).run().quiet().stdout, wanted);
    }
}

#[test]
fn details_of_a_part() {
    let run = |args: &str| Packetbeat::new().read(capture("smtp")).args("-N").args(args).run().ok();
    for args in ["-d smtp", "-e -d smtp", "-d dns,smtp", "-d dns -d smtp", "-d *"] {
        let outcome = run(args);
        let line =
            outcome.stderr.lines().find(|line| line.contains("DEBUG") && line.contains("smtp: ")).unwrap();
        assert!(line.contains("Quarterly report"), "{args}: {line}");
        assert_eq!(outcome.events().len(), 1);
    }
    for args in ["-d http", "-d nonsense", "-d ,", "-v", "-e"] {
        let outcome = run(args);
        assert!(!outcome.stderr.contains("Quarterly report"), "{args}: {}", outcome.stderr);
        assert_eq!(outcome.events().len(), 1);
    }
}

#[test]
fn the_log_says_as_much_as_is_asked() {
    let run = |args: &str| Packetbeat::new().read(capture("smtp")).args(args).run().ok().stderr;
    assert_eq!(run(""), "");
    assert!(run("-v").contains("INFO"));
    assert!(!run("-v").contains("accounted for"));
    assert!(run("-e").contains("INFO") && run("-e").contains("accounted for"));
    let quiet = run("-e -E logging.level=error");
    assert!(!quiet.contains("INFO") && quiet.contains("accounted for"), "{quiet}");
    // Colours are for terminals.
    assert!(!run("-e -v -d *").contains('\u{1b}'));
}

#[test]
fn packetbeats_command_line_is_taken() {
    let plain = without_id(&Packetbeat::new().read(capture("dns")).run().quiet().stdout);
    let run = Packetbeat::new().read(capture("dns")).args(
        "-t -N -e -v --path.home . --path.config . --path.data data --path.logs logs --strict.perms=false \
         -E logging.level=error",
    );
    let outcome = run.run().ok();
    assert_eq!(without_id(&outcome.stdout), plain);
    assert_eq!(outcome.names("."), [] as [&str; 0], "folders that nobody needs");
}

#[test]
fn a_file_is_read_with_the_defaults_wherever_it_stands() {
    let run = || Packetbeat::new().file("packetbeat.yml", "packetbeat.protocols: [{type: dns}]\n");
    assert_eq!(run().read(capture("smtp")).run().quiet().events().len(), 1);
    let named = run().read(capture("smtp")).args("-c packetbeat.yml").run().quiet();
    assert_eq!(named.stdout, "");
}

#[test]
fn the_usual_configuration_is_read_where_no_capture_is_named() {
    let config = format!("packetbeat.interfaces.file: {}\ntags: [usual]\n", capture("smtp").display());
    let events = Packetbeat::new().file("packetbeat.yml", &config).run().quiet().events();
    assert_eq!(events[0]["tags"], serde_json::json!(["usual"]));
}

#[test]
fn later_configurations_are_laid_upon_earlier_ones() {
    let run = Packetbeat::new()
        .file("a.yml", "name: first\nfields: {a: 1, b: 1}\n")
        .file("b.yml", "fields: {b: 2}\n")
        .args("-c a.yml -c b.yml -E fields.c=3");
    let event = run.read(capture("smtp")).run().quiet().events().remove(0);
    assert_eq!(event["agent"]["name"], "first");
    assert_eq!(event["fields"], serde_json::json!({"a": 1, "b": 2, "c": 3}));
}

#[test]
fn what_is_not_there_yet_is_named_once() {
    let config = "
packetbeat.protocols: [{type: smtp}, {type: sip, ports: [5060]}, {type: thrift}]
packetbeat.flows: {timeout: 30s}
processors: [{add_docker_metadata: ~}, {drop_fields: {fields: [ecs]}}]
";
    let outcome = Packetbeat::new().config(config).read(capture("smtp")).run().ok();
    let told: Vec<_> = outcome.stderr.lines().filter_map(|line| line.split_once("test.yml:")).collect();
    assert_eq!(
        told.iter().map(|(_, line)| *line).collect::<Vec<_>>(),
        [
            "2:45: packetbeat.protocols: accepted, but not analysed by this version yet: sip, thrift",
            "3:1: packetbeat.flows: accepted, but not acted on yet",
            "4:15: processors[0].add_docker_metadata: accepted, but not acted on yet",
        ]
    );
    assert_eq!(outcome.events().len(), 1);
}

#[test]
fn names_with_blanks_and_odd_letters() {
    let bytes = capture_bytes("smtp");
    for name in ["two words.pcap", "-dash.pcap", "grün.pcap", "x.txt"] {
        let outcome = Packetbeat::new().file(name, &bytes).arg(format!("-I{name}")).run().quiet();
        assert_eq!(outcome.events().len(), 1, "{name}");
    }
}

#[test]
fn outgoing_traffic_is_left_out_and_counted() {
    // The client of this one has a link-local address: what it says is outgoing.
    let mut packets = pcap::read(&capture_bytes("smtp"));
    for packet in &mut packets {
        for address in packet.data[26..34].chunks_exact_mut(4) {
            if address == [192, 0, 2, 10] {
                address.copy_from_slice(&[169, 254, 0, 10]);
            }
        }
    }
    let run = || Packetbeat::new().stdin(pcap::write(&packets)).args("-I - -e");
    assert_eq!(run().run().ok().events()[0]["network"]["direction"], "egress");
    let outcome = run().args("-E packetbeat.ignore_outgoing=true").run().ok();
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.contains("1 filtered"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
}

#[test]
fn the_direction_comes_from_the_networks_that_are_inside() {
    let direction = |networks: &str| {
        let setting = format!("packetbeat.interfaces.internal_networks=[{networks}]");
        let run = Packetbeat::new().read(capture("smtp")).set(&setting);
        run.run().quiet().events()[0]["network"]["direction"].clone()
    };
    assert_eq!(direction(""), "unknown");
    assert_eq!(direction("192.0.2.0/24"), "internal");
    assert_eq!(direction("192.0.2.10/32"), "outbound");
    assert_eq!(direction("192.0.2.25/32"), "inbound");
    assert_eq!(direction("private"), "external");
}
