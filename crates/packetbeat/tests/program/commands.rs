//! Commands besides capturing: each does what its help says, and a wrong one says what is right.

use crate::common::{Packetbeat, capture};

fn command(args: &str) -> Packetbeat {
    Packetbeat::new().args(args)
}

#[test]
fn run_is_the_same_as_no_command() {
    let wanted = command("-N").read(capture("smtp")).run().quiet().events().len();
    assert_eq!(command("run -N").read(capture("smtp")).run().quiet().events().len(), wanted);
    let before = Packetbeat::new().read(capture("smtp")).args("-N run").run().quiet();
    assert_eq!(before.events().len(), wanted);
}

#[test]
fn version_names_program_and_architecture() {
    let wanted = format!("packetbeat version {} ({})\n", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    assert_eq!(command("version").run().quiet().stdout, wanted);
    // The way it was written up to 5.x.
    let old = command("-version").run().ok();
    assert_eq!(old.stdout, wanted);
    assert_eq!(old.stderr, "packetbeat: -version is written `packetbeat version` now\n");
}

#[test]
fn completions_know_commands_and_flags() {
    for (shell, words) in [
        ("bash", ["complete -F", "keystore", "--path.home"]),
        ("zsh", ["#compdef packetbeat", "keystore", "--path.home"]),
        ("fish", ["complete -c packetbeat", "keystore", "path.home"]),
    ] {
        let script = command(&format!("completion {shell}")).run().quiet().stdout;
        for word in words {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let wrong = command("completion tcsh").run().failed();
    assert!(wrong.contains("possible values: bash, elvish, fish"), "{wrong}");
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let page = command("man").run().quiet().stdout;
    assert!(page.contains(".TH packetbeat 1") && page.contains("Exit status"), "{page}");
    let outcome = command("man --dir pages").run().quiet();
    let names = outcome.names("pages");
    for name in ["packetbeat.1", "packetbeat-test-config.1", "packetbeat-keystore-add.1", "packetbeat-run.1"]
    {
        assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
    }
    assert!(outcome.read("pages/packetbeat-export-template.1").contains("es.version"));
}

#[test]
fn a_sound_configuration_is_ok() {
    let outcome =
        command("test config -e").config("packetbeat.protocols: [{type: dns, ports: [53]}]\n").run();
    assert_eq!(outcome.ok().stdout, "Config OK\n");
    // Flags may stand before the command and behind it; the usual file is read without -c.
    let wrong = "packetbeat.worker: 2\n";
    for args in
        ["-c packetbeat.yml test config", "test config -c packetbeat.yml", "test config", "-configtest"]
    {
        let message = command(args).file("packetbeat.yml", wrong).run().failed();
        assert!(message.contains("packetbeat.yml:1:1: packetbeat.worker: unknown"), "{args}: {message}");
        assert!(message.contains("did you mean packetbeat.workers?"), "{args}: {message}");
    }
}

#[test]
fn the_output_is_tried() {
    let console = command("test output").config("output.console: {}\n").run().quiet().stdout;
    assert_eq!(console, "output.console:\n  standard output... OK\n");
    let there = command("test output").config("output.file: {path: .}\n").run().quiet();
    assert!(there.stdout.contains("write to .... OK"), "{}", there.stdout);
    assert_eq!(there.names("."), ["test.yml"], "it leaves nothing behind");
    let new = command("test output").config("output.file: {path: new/folder}\n").run().quiet();
    assert!(new.stdout.contains("is not there yet; a run makes it"), "{}", new.stdout);
    // Not even root can write here.
    let refused = command("test output").config("output.file: {path: /proc/self}\n").run();
    assert_eq!(refused.code, Some(1));
    assert!(refused.stdout.contains("write to /proc/self... ERROR"), "{}", refused.stdout);
}

#[test]
fn an_output_that_is_not_there_is_no_success() {
    let config = "output.logstash.hosts: [localhost]\n";
    for args in ["test output", "setup"] {
        let wrong = command(args).config(config).run().failed();
        assert!(wrong.contains("test.yml:1:1: output.logstash is not there yet"), "{args}: {wrong}");
    }
    assert_eq!(command("setup").config("").run().quiet().stdout, "output.console needs no setup\n");
    let wrong = command("setup --dashboards").config("").run().failed();
    assert!(wrong.contains("nothing to set up for output.console"), "{wrong}");
}

#[test]
fn unknown_commands_and_flags_are_told() {
    for (args, wanted) in [
        ("devcies", "similar subcommand exists: 'devices'"),
        ("test", "config"),
        ("export nothing", "unrecognized subcommand 'nothing'"),
        ("--no-such-flag", "unexpected argument '--no-such-flag'"),
        ("keystore add", "<KEY>"),
        ("-l many", "invalid value 'many' for '-l <COUNT>'"),
    ] {
        let outcome = command(args).run();
        assert!(outcome.code.is_some_and(|code| code != 0), "{args}");
        assert!(outcome.stderr.contains(wanted), "{args}: {}", outcome.stderr);
    }
}
