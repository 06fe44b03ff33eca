//! Whatever bytes a file holds, loading ends, and ends without a panic.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use packetbeat_config::Loader;
use packetbeat_core::plugin::Kind;
use proptest::prelude::*;

fn load(bytes: &[u8]) {
    let kinds = [Kind::of::<packetbeat_dns::Dns>(), Kind::of::<packetbeat_http::Http>()];
    let loader = Loader::new().protocols(&kinds);
    let env = |name: &str| (name.len() < 3).then(|| format!("[{name}, ${{{name}}}]"));
    if let Ok(config) = loader.clone().text("p.yml", bytes).load(&env) {
        let complete = config.to_yaml();
        // What was expanded may look like a reference again; it is not one.
        if !complete.contains("${") {
            let again =
                loader.text("p.yml", complete.clone()).load(&env).expect("what was exported is sound");
            assert_eq!(complete, again.to_yaml());
        }
        for section in config.protocols.into_iter().flatten() {
            let _ = section.options.finish();
        }
        let _ = config.settings.to_yaml();
    }
}

/// Pieces that mean something, so that more than the first byte is looked at.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "packetbeat", ".protocols", "protocols", "type", "http", "ports", "output", ".file", "path", "fields", "tags",
            "name", ": ", ":\n  ", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a", "<<: ", "\"", "'", "${", "}",
            "${A}", "${A:b}", "${name}", "$", "~", "0", "80", "1e9", "-1s", "10MiB", "true", "#", "|\n", ">-\n ", "?", "!",
            "!!str ", "processors", "when", "equals", "and", "drop_event", "elasticsearch", "ssl", "hosts", "console", "pretty", "shipper",
            "interfaces", "logging", "level", "queue", "mem", "disk", "---\n", "...\n", "%YAML 1.2\n", "\t", "\\u00e9", "\u{feff}", "é", "\0", "0.1", "a.b", "..", "@", "`",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        load(&bytes);
    }

    #[test]
    fn nearly_yaml(text in pieces()) {
        load(text.as_bytes());
        let _ = Loader::new().set(text).load(&|_| None);
    }

    #[test]
    fn text_survives_writing_out(text in "\\PC{0,40}", control in any::<char>()) {
        let text = format!("{text}{control}");
        let escaped = text.replace("${", "$${");
        let quoted: String = escaped.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
        let source = format!("fields: {{text: \"{quoted}\"}}");
        let first = Loader::new().text("p.yml", source).settings(&|_| None).unwrap();
        let second = Loader::new().text("p.yml", first.to_yaml()).settings(&|_| None).unwrap();
        for settings in [first, second] {
            prop_assert_eq!(settings.at_path("fields.text").unwrap().text(), Some(text.as_str()));
        }
    }
}
