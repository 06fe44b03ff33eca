//! What is generated from the tables: the reference configuration and the pages.
// A failed expectation is what a test reports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use packetbeat_settings::{
    LATER_PROTOCOLS, PROCESSORS, examples, later_markdown, options_markdown, reference, reference_markdown,
    root, walk,
};

#[test]
fn the_reference_configuration_is_nothing_but_comments() {
    let text = reference(&[]);
    for line in text.lines() {
        assert!(line.is_empty() || line.trim_start().starts_with('#'), "{line}");
        assert!(line.chars().count() <= 200, "{line}");
        assert_eq!(line.trim_end(), line, "spaces at the end: {line:?}");
    }
}

#[test]
fn every_setting_is_in_the_reference_configuration_and_on_its_page() {
    let (file, page) = (reference(&[]), reference_markdown(&[]));
    for place in walk(root()) {
        let last = place.setting.name;
        assert!(file.contains(last), "{} is not in the file", place.name);
        assert!(page.contains(last), "{} is not on the page", place.name);
    }
    for table in PROCESSORS {
        assert!(
            file.contains(&format!("  #- {}:", table.name))
                && page.contains(&format!("### `{}`\n", table.name))
        );
    }
    for table in LATER_PROTOCOLS {
        assert!(
            file.contains(&format!("  #- type: {}\n", table.name))
                && page.contains(&format!("### `{}`\n", table.name))
        );
    }
}

#[test]
fn examples_hold_what_must_go_along() {
    let examples = examples(&[]);
    let yaml =
        |name: &str| examples.iter().find(|(found, _)| found == name).map(|(_, yaml)| yaml.as_str()).unwrap();
    assert_eq!(yaml("name"), "{name: web-1}");
    assert_eq!(
        yaml("output.file.codec.json.pretty"),
        "{output: {file: {codec: {json: {pretty: true}}, path: /var/log/packetbeat}}}"
    );
    assert_eq!(
        yaml("packetbeat.interfaces.fanout_group"),
        "{packetbeat: {interfaces: [{fanout_group: 7, type: af_packet}]}}"
    );
    assert_eq!(
        yaml("output.kafka.client_id"),
        "{output: {kafka: {client_id: beats, hosts: [\"localhost:9092\"], topic: beats}}}"
    );
    assert_eq!(
        yaml("packetbeat.protocols[amqp].max_body_length"),
        "{packetbeat: {protocols: [{type: amqp, max_body_length: 1000}]}}"
    );
    assert_eq!(
        yaml("processors.rename.fields.from"),
        "{processors: [{rename: {fields: [{from: field1, to: field2}]}}]}"
    );
}

#[test]
fn tables_of_options_are_markdown() {
    let table = options_markdown(LATER_PROTOCOLS.iter().find(|table| table.name == "tls").unwrap().options);
    let rows: Vec<&str> = table.trim().lines().collect();
    assert_eq!(rows[..2], ["| key | default | meaning |", "|---|---|---|"]);
    assert!(rows[2].starts_with("| `send_certificates` | `true` | "), "{}", rows[2]);
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 4), "{table}");
    let later = later_markdown();
    assert!(
        later.contains("`output.kafka.*`")
            && !later.contains("`output.kafka.hosts`")
            && !later.contains("`output.file.path`")
    );
}
