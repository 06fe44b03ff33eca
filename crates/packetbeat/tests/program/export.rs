//! What is exported: complete, valid, and what a run uses.

use crate::common::{Packetbeat, capture, without_id};

fn command(args: &str) -> Packetbeat {
    Packetbeat::new().args(args)
}

#[test]
fn the_configuration_is_complete_and_means_the_same() {
    let nothing = command("export config").config("").run().quiet().stdout;
    for line in ["  detect: true", "    - type: http", "        - 8080", "http:", "logging:"] {
        assert!(nothing.lines().any(|other| other.starts_with(line)), "{line}: {nothing}");
    }
    let again = command("export config").config(&nothing).run().quiet().stdout;
    assert_eq!(again, nothing);
    assert_eq!(command("test config").config(&nothing).run().quiet().stdout, "Config OK\n");
    // It gives the events that no configuration gives.
    for name in ["smtp", "http", "dns"] {
        let plain = Packetbeat::new().read(capture(name)).run().quiet().stdout;
        let exported = Packetbeat::new().config(&nothing).read(capture(name)).run().quiet().stdout;
        assert_eq!(without_id(&exported), without_id(&plain), "{name}");
    }
}

#[test]
fn what_was_written_is_in_it_and_secrets_stay_references() {
    let home = tempfile::tempdir().unwrap();
    let keystore = |args: &str, stdin: &str| {
        command("--path.home").arg(home.path()).args("keystore").args(args).stdin(stdin).run().quiet()
    };
    keystore("create", "");
    keystore("add ES_PWD --stdin", "hush-hush");
    let text =
        "tags: [a, \"b: c\"]\noutput.elasticsearch: {hosts: [x], username: u, password: \"${ES_PWD}\"}\n";
    let run = command("--path.home").arg(home.path()).args("export config").config(text);
    let exported = run.run().ok().stdout;
    assert!(exported.contains("password: \"${ES_PWD}\""), "{exported}");
    assert!(exported.contains("  - 'b: c'") || exported.contains("  - \"b: c\""), "{exported}");
    assert!(!exported.contains("hush-hush"));
}

#[test]
fn a_template_has_every_field_and_what_the_configuration_says() {
    let template = |args: &str, config: &str| {
        let outcome = command("export template").args(args).config(config).run().ok();
        serde_json::from_str::<serde_json::Value>(&outcome.stdout).unwrap()
    };
    let plain = template("", "");
    assert_eq!(plain["priority"], 150);
    let properties = &plain["template"]["mappings"]["properties"];
    assert_eq!(properties["source"]["properties"]["ip"]["type"], "ip");
    assert_eq!(properties["dns"]["properties"]["question"]["properties"]["name"]["type"], "keyword");
    assert!(plain["template"]["settings"].to_string().contains("lifecycle"));
    assert!(!template("--noilm", "")["template"]["settings"].to_string().contains("lifecycle"));
    let config = "
setup.template: {name: mine, pattern: 'mine-*', priority: 7, append_fields: [{name: site, type: keyword}]}
setup.template.settings.index.number_of_shards: 3
";
    let mine = template("", config);
    assert_eq!((&mine["priority"], &mine["index_patterns"][0]), (&7.into(), &"mine-*".into()));
    assert_eq!(mine["template"]["mappings"]["properties"]["site"]["type"], "keyword");
    assert_eq!(mine["template"]["settings"]["index"]["number_of_shards"], 3);
    let strict = template("--strict --opensearch.version 2.19.0 --without wildcard,match_only_text", "");
    assert_eq!(strict["template"]["mappings"]["dynamic"], "strict");
    assert!(
        !strict.to_string().contains("\"type\":\"wildcard\"") && !strict.to_string().contains("lifecycle")
    );
    assert!(plain.to_string().contains("\"type\":\"wildcard\""));
    let unknown = command("export template --without ip").config("").run().failed();
    assert!(unknown.contains("nothing takes the place"), "{unknown}");
    let old = command("export template --es.version 6.8.0").config("").run().failed();
    assert!(old.contains("7.8"), "{old}");
}

#[test]
fn everything_else_is_json_or_yaml_and_goes_to_a_folder_when_asked() {
    let policy = command("export ilm-policy").config("").run().quiet().stdout;
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    assert!(policy["policy"]["phases"]["hot"]["actions"]["rollover"].is_object());
    let fields = command("export fields").config("").run().quiet().stdout;
    assert!(fields.contains("- name: dns.id") || fields.contains("name: id"), "{fields}");
    let pattern = command("export index-pattern").config("").run().quiet().stdout;
    assert!(serde_json::from_str::<serde_json::Value>(&pattern).is_ok());
    let boards = command("export dashboard").config("").run().quiet().stdout;
    assert!(boards.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    let unknown = command("export dashboard --id nothing").config("").run().failed();
    assert!(unknown.contains("there is no dashboard \"nothing\"; there are "), "{unknown}");

    let outcome = command("export template --dir out").config("").run().ok();
    assert_eq!(outcome.names("out/template").len(), 1);
    let outcome = command("export dashboard --folder out").config("").run().ok();
    assert!(outcome.names("out").iter().all(|name| name.ends_with(".ndjson")));
}
