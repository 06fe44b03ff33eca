//! Captures that are none, captures that are damaged, configurations that are wrong: one clear message each.

use std::os::unix::fs::PermissionsExt as _;

use crate::common::pcap::{self, Packet};
use crate::common::{Packetbeat, capture, capture_bytes, gzip, sorted, timeless};

/// What is said of a capture that cannot be read: one line.
fn refused(run: Packetbeat) -> String {
    let said = run.run().failed();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("packetbeat: "), "{said}");
    said
}

#[test]
fn no_capture() {
    let pdf = [b"%PDF-1.7\n".as_slice(), &[0; 100]].concat();
    let cases: [(&str, &[u8], &str); 6] = [
        ("notes.txt", b"just some notes\nof last night\n", "notes.txt: is text, not a pcap"),
        ("empty.pcap", b"", "empty.pcap: is empty (0 bytes)"),
        (
            "short.pcap",
            &capture_bytes("smtp")[..10],
            "short.pcap: ends after 10 bytes, within the pcap file header of 24",
        ),
        ("paper.pdf", &pdf, "paper.pdf: is "),
        ("notes.gz", &gzip(b"just some notes\nof last night\n"), "notes.gz: "),
        ("broken.gz", &[0x1f, 0x8b, 8, 0, 0], "broken.gz: "),
    ];
    for (name, bytes, message) in cases {
        let said = refused(Packetbeat::new().file(name, bytes).read(name));
        assert!(said.contains(message), "{said}");
        // Also behind one that is good, and before anything of that is written.
        let said = refused(Packetbeat::new().file(name, bytes).read(capture("smtp")).read(name));
        assert!(said.contains(message), "{said}");
        if !bytes.is_empty() {
            let said = refused(Packetbeat::new().stdin(bytes).args("-I -"));
            assert!(said.starts_with("packetbeat: -: "), "{said}");
        }
    }
}

#[test]
fn no_file() {
    let said = refused(Packetbeat::new().args("-I missing.pcap"));
    assert!(said.contains("missing.pcap: cannot be opened: No such file"), "{said}");
    let said = refused(Packetbeat::new().args("-I ."));
    assert!(said.contains(".: is a directory, not a capture"), "{said}");
    let said = refused(Packetbeat::new().args("-I -"));
    assert!(said.contains("-: is empty"), "{said}");
    let said = refused(Packetbeat::new().args("-I - -I -"));
    assert!(said.contains("name it once"), "{said}");
    // Memory that is mapped by nobody cannot be read, not even by root.
    let said = refused(Packetbeat::new().args("-I /proc/self/mem"));
    assert!(said.contains("/proc/self/mem: cannot be read: "), "{said}");
}

#[test]
fn a_file_that_this_user_may_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.pcap");
    std::fs::copy(capture("smtp"), &path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        // Root may read everything.
        assert_eq!(Packetbeat::new().read(&path).run().quiet().events().len(), 1);
    } else {
        let said = refused(Packetbeat::new().read(&path));
        assert!(said.contains("make it readable for this user"), "{said}");
    }
}

#[test]
fn files_in_any_order_and_given_twice() {
    // Time that runs backwards, and packets that were seen before: strange, and no reason to fail.
    let count = |names: &[&str]| {
        let mut run = Packetbeat::new().args("-e");
        for name in names {
            run = run.read(capture(name));
        }
        let outcome = run.run().ok();
        assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
        outcome.events().len()
    };
    let (dns, mail) = (count(&["dns"]), count(&["smtp-session"]));
    assert_eq!(count(&["dns", "smtp-session"]), dns + mail);
    assert_eq!(count(&["smtp-session", "dns"]), dns + mail);
    assert!(count(&["dns", "dns", "smtp-session", "dns"]) >= dns + mail);
}

#[test]
fn control_characters_in_a_name_do_not_reach_the_terminal() {
    let said = refused(Packetbeat::new().read("a\u{1b}[2Jb\nc.pcap"));
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_last_record_that_is_cut_is_a_warning() {
    let whole = Packetbeat::new().read(capture("smtp")).run().quiet();
    let wanted = sorted(whole.events().into_iter().map(timeless));
    let bytes = capture_bytes("smtp");
    let last = pcap::read(&bytes).pop().unwrap().data.len() + 16;
    for missing in [1, last / 2, last - 1] {
        let cut = &bytes[..bytes.len() - missing];
        for (name, file) in [("cut.pcap", cut.to_vec()), ("cut.pcap.gz", gzip(cut))] {
            let outcome = Packetbeat::new().file(name, file).args("-N --workers 2").read(name).run().ok();
            assert_eq!(sorted(outcome.events().into_iter().map(timeless)), wanted);
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
            assert!(outcome.stderr.contains("WARN"), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("the last record is cut short"), "{}", outcome.stderr);
        }
    }
}

#[test]
fn damage_further_on_ends_its_file_and_not_the_run() {
    let whole = Packetbeat::new().read(capture("smtp")).run().quiet();
    let wanted = sorted(whole.events().into_iter().map(timeless));
    let garbage = [capture_bytes("smtp"), vec![0xff; 300]].concat();
    let gzipped = gzip(&capture_bytes("smtp"));
    let cut_gzip = gzipped[..gzipped.len() - 8].to_vec();
    for file in [garbage, cut_gzip] {
        let run = Packetbeat::new().file("bad", file).args("-N -I bad").read(capture("dns"));
        let outcome = run.run().ok();
        assert!(
            outcome.stderr.contains("WARN") && outcome.stderr.contains("bad: byte "),
            "{}",
            outcome.stderr
        );
        let (mails, rest): (Vec<_>, Vec<_>) =
            outcome.events().into_iter().partition(|event| event["type"] == "smtp");
        assert_eq!(sorted(mails.into_iter().map(timeless)), wanted);
        assert!(rest.len() >= 69, "{} events of the next file", rest.len());
    }
}

#[test]
fn the_errors_of_a_configuration_are_told_with_their_places() {
    let config = "\
packetbeat.worker: 2
packetbeat.protocols:
  - type: smtp
    ports: many
output.file:
  path: out
  filenam: x
";
    let said = Packetbeat::new().config(config).read(capture("smtp")).run().failed();
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "packetbeat: test.yml:1:1: packetbeat.worker: unknown setting (did you mean packetbeat.workers?)",
            "packetbeat: test.yml:4:12: packetbeat.protocols[smtp].ports: expected a port from 1 to 65535, found \"many\"",
            "packetbeat: test.yml:7:3: output.file.filenam: unknown setting (did you mean output.file.filename?)",
        ]
    );
}

#[test]
fn wrong_configurations() {
    let cases = [
        ("packetbeat.protocols:\n- type: http\n  send_headrs: [x]\n", "test.yml:3:3: ", "send_headers"),
        ("packetbeat.protocols:\n- type: htp\n  ports: [80]\n", "test.yml:2:", "http"),
        (
            "packetbeat.protocols:\n- type: dns\n  ports: [99]\n- type: http\n  ports: [99]\n",
            "test.yml:5:11: ",
            "TCP port 99 belongs to dns already, at test.yml:3:11",
        ),
        ("packetbeat.workers: 0\n", "test.yml:1:21: ", "1 to 65535"),
        ("packetbeat.detect: maybe\n", "test.yml:1:20: ", "true"),
        ("output: {console: {}, discard: {}}\n", "test.yml:1:", "output"),
        ("a: [1\nb", "test.yml:3:1: ", "not valid YAML"),
        ("name: ${NOWHERE}\n", "test.yml:1:7: ", "NOWHERE"),
    ];
    for (config, place, words) in cases {
        let said = Packetbeat::new().config(config).read(capture("smtp")).run().failed();
        assert!(said.starts_with(&format!("packetbeat: {place}")), "{config}{said}");
        assert!(said.contains(words), "{config}{said}");
    }
}

#[test]
fn a_configuration_that_is_not_there_or_not_safe() {
    let said = Packetbeat::new().args("-c none.yml").read(capture("smtp")).run().failed();
    assert!(said.contains("none.yml: cannot be read: No such file"), "{said}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open.yml");
    std::fs::write(&path, "name: x\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let run = || Packetbeat::new().arg("-c").arg(&path).read(capture("smtp"));
    let said = run().run().failed();
    assert!(said.contains("may be written by others") && said.contains("chmod go-w"), "{said}");
    run().args("--strict.perms=false").run().quiet();
}

#[test]
fn wrong_settings_of_the_command_line() {
    for (args, words) in [
        (
            "-E packetbeat.workers=0",
            "-E packetbeat.workers=0: packetbeat.workers: expected a whole number from 1 to 65535",
        ),
        ("-E packetbeat.workers", "expected key=value"),
        ("-E packetbeat.worker=1", "did you mean packetbeat.workers?"),
        ("--workers 0", "1..=65535"),
        ("--workers many", "invalid"),
        ("--nonsense", "unexpected argument '--nonsense'"),
        ("-E output.file.path=/proc/nowhere", "/proc/nowhere"),
    ] {
        let said = Packetbeat::new().read(capture("smtp")).args(args).run().failed();
        assert!(said.contains(words), "{args}: {said}");
    }
}

#[test]
fn a_capture_without_its_option_is_told_how() {
    for args in ["night.pcap", "-r night.pcap"] {
        let said = Packetbeat::new().args(args).run().failed();
        assert!(said.contains("-I FILE"), "{said}");
    }
}

#[test]
fn bytes_at_random_do_not_matter() {
    // Every byte of a capture in turn, turned over: no crash, and the ledger closes.
    let packets = pcap::read(&capture_bytes("smtp"));
    let mut many = Vec::new();
    for (index, packet) in packets.iter().enumerate() {
        for at in (index % 7..packet.data.len()).step_by(7) {
            let mut packet = packet.clone();
            packet.data[at] ^= 0xff;
            many.push(packet);
        }
        for len in (0..packet.data.len()).step_by(5) {
            many.push(Packet { data: packet.data[..len].to_vec(), ..packet.clone() });
        }
    }
    assert!(many.len() > 500);
    let outcome = Packetbeat::new().stdin(pcap::write(&many)).args("-I - -e --workers 3").run().ok();
    assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
    outcome.events();
}
