//! Whatever an event holds, no processor panics, and what must stay stays.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use packetbeat_config::Loader;
use packetbeat_processors::{Event, Object, Outcome, Processors, Value};
use proptest::prelude::*;

/// Every processor that there is, on fields called a, b and c.
const ALL: &str = r#"
- add_fields: {target: b, fields: {c.d: 1}}
- add_tags: {tags: [x], target: c}
- add_labels: {labels: {a: 1}}
- add_id: ~
- add_locale: ~
- add_host_metadata: {replace_fields: false}
- add_observer_metadata: ~
- add_network_direction: {source: a, destination: b, target: c.x, internal_networks: [private]}
- append: {target_field: b, fields: [a, c.a], values: [1], ignore_missing: true, allow_duplicate: false}
- community_id: {fields: {source_ip: a, destination_ip: a, source_port: b, destination_port: c, transport: a.b}}
- convert: {fields: [{from: a, to: c.a, type: long}, {from: b, type: string}, {from: c, type: float}], mode: rename}
- convert: {fields: [{from: a, type: integer}, {from: b, type: boolean}, {from: c, type: ip}], fail_on_error: false}
- decode_base64_field: {field: {from: a, to: b.a}}
- decode_csv_fields: {fields: {a: c.b}, trim_leading_space: true}
- decode_duration: {field: a}
- decode_json_fields: {fields: [a, b, c], max_depth: 3, process_array: true, target: '', overwrite_keys: true, expand_keys: true, add_error_key: true}
- decode_json_fields: {fields: [a.b], target: c}
- detect_mime_type: {field: a, target: b.m}
- dissect: {tokenizer: '%{a} %{+a->},%{?b} %{*k}=%{&k}', field: a, overwrite_keys: true, trim_values: all}
- dissect: {tokenizer: '%{a#3}%{b}', field: b, target_prefix: ''}
- extract_array: {field: b, mappings: {a: 0, c.x: 1}, overwrite_keys: true, omit_empty: true}
- extract_field: {field: a, separator: ' ', index: 1, target: b}
- fingerprint: {fields: [a, b], method: xxhash, encoding: base32, ignore_missing: true}
- lowercase: {fields: [a.b, c], values: [b], alter_full_field: true}
- uppercase: {fields: [B]}
- geoip: {databases: [tests/geoip/city.mmdb], fields: [{from: a}, {from: b.ip, to: c.g}, {from: c, to: b}]}
- geoip: {databases: [tests/geoip/asn.mmdb], fields: [{from: a.ip}], ignore_missing: false}
- registered_domain: {field: a, target_field: b.r, target_subdomain_field: a.s, target_etld_field: c}
- rename: {fields: [{from: a, to: a.b.c}, {from: b, to: c}]}
- copy_fields: {fields: [{from: a, to: b.c}, {from: type, to: b}]}
- replace: {fields: [{field: a, pattern: '.?', replacement: 'xx$0'}]}
- timestamp: {field: a, layouts: ['2006-01-02T15:04:05Z07:00', UNIX, UNIX_MS, 'Jan _2 15:04:05 MST'], ignore_missing: true}
- truncate_fields: {fields: [a, b, c], max_bytes: 5, max_characters: 4}
- urldecode: {fields: [{from: a, to: c.u}]}
- drop_fields: {fields: ['/^a\.b/', b.c, type, '@timestamp']}
- rate_limit: {limit: 1000000/s, fields: [a, b]}
- move_fields: {parent_path: c, to: moved.}
- move_fields: {to: x.}
- include_fields: {fields: [x, '/a/']}
"#;

fn processors() -> Processors {
    let config = Loader::new().text("test.yml", format!("processors:{ALL}")).load(&|_| None);
    Processors::build(config.unwrap().processors.as_ref(), "processors").unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-c.=, %{}\"0-9:TZ+-]{0,30}",
        Just("10.1.2.3".to_owned()),
        Just("www.example.co.uk".to_owned()),
        Just("{\"a\":{\"b.c\":[1,\"{}\"]},\"a\":2,\"type\":null}".to_owned()),
        Just("2019-06-22T16:33:51Z".to_owned()),
        "-?[0-9]{1,25}(\\.[0-9]{0,12})?",
        "([0-9]{1,3}(h|m|s|ms)){1,3}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof!["[a-c]", "[a-c](\\.[a-c]){1,2}", any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec((name, inner), 0..5).prop_map(|members| {
                members.iter().map(|(name, value)| (name.as_str(), value.clone())).collect::<Object>().into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_and_what_must_stay_stays(a in value(), b in value(), c in value(), nanos: i64, alone in 0..37_usize) {
        let root: Object =
            [("@timestamp", "t".into()), ("type", "x".into()), ("a", a), ("b", b), ("c", c)].into_iter().collect();
        let one = ALL.trim().lines().nth(alone).unwrap();
        let config = Loader::new().text("test.yml", format!("processors:\n{one}\n")).load(&|_| None);
        let single = Processors::build(config.unwrap().processors.as_ref(), "processors").unwrap();
        for list in [&single, &processors()] {
            let mut event = Event::new(root.clone(), nanos);
            prop_assert_eq!(list.run(&mut event), Outcome::Keep);
            prop_assert!(matches!(event.get("@timestamp"), Some(Value::Text(_))));
            prop_assert!(matches!(event.root().get("type"), Some(Value::Text(_))));
            let mut line = Vec::new();
            event.write(&mut line);
            // What is written can be read, and means the same.
            let again: serde_json::Value = serde_json::from_slice(&line).unwrap();
            prop_assert!(again["@timestamp"].is_string());
        }
    }

    #[test]
    fn any_line_is_an_event_or_none(line: Vec<u8>) {
        let _ = Event::parse(&line, 0);
    }
}

#[test]
fn all_processors_that_are_there_are_tried() {
    for table in packetbeat_settings::PROCESSORS {
        let tried = ALL.contains(&format!("- {}:", table.name)) || table.name == "drop_event";
        assert_eq!(tried, !table.later, "{}", table.name);
    }
}
