//! The reference configuration and the pages of options are what the tables of settings give, and the program loads them.
//!
//! `UPDATE_GENERATED=1 cargo test -p packetbeat --test reference` makes them anew.
// A failed expectation is what a test reports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::PathBuf;

use packetbeat::Builder;
use packetbeat_config::{Config, Errors, Loader};
use packetbeat_core::plugin::Kind;
use packetbeat_core::setting::find;
use packetbeat_fields::docs::replace_block;
use packetbeat_settings::{
    COMMON, LATER_PROTOCOLS, ProtocolTable, examples, options_markdown, reference, reference_markdown,
};

/// The protocols that the program is built with.
fn kinds() -> Vec<Kind> {
    Builder::new().kinds().to_vec()
}

fn tables() -> Vec<ProtocolTable> {
    kinds().iter().map(ProtocolTable::from).collect()
}

fn in_repository(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(in_repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Holds a file to what the tables give, or makes it anew.
fn hold(name: &str, there: &str, wanted: &str) {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(in_repository(name), wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
        return;
    }
    let differing = there.lines().zip(wanted.lines()).position(|(there, wanted)| there != wanted);
    let line = differing.unwrap_or_else(|| there.lines().count().min(wanted.lines().count())) + 1;
    assert!(
        there == wanted,
        "{name} is not what the tables give, from line {line} on. \
         Made anew by: UPDATE_GENERATED=1 cargo test -p packetbeat --test reference"
    );
}

fn load(text: &str) -> Result<Config, Errors> {
    Loader::new().protocols(&kinds()).text("packetbeat.yml", text).load(&|_| None)
}

#[test]
fn generated_files_are_what_the_tables_give() {
    let files = [
        ("etc/packetbeat.reference.yml", reference(&tables())),
        ("docs/reference.md", reference_markdown(&tables())),
    ];
    for (name, wanted) in files {
        let there = fs::read_to_string(in_repository(name)).unwrap_or_default();
        hold(name, &there, &wanted);
    }
}

#[test]
fn a_protocol_that_is_there_is_not_promised_for_later() {
    for kind in kinds() {
        let promised = LATER_PROTOCOLS.iter().any(|table| table.name == kind.name);
        assert!(!promised, "{} is there: take its row out of crates/settings/src/later.rs", kind.name);
    }
}

#[test]
fn protocols_know_the_options_that_packetbeat_shows() {
    // A comment in Packetbeat's file, not a setting.
    const NONE: &[&str] = &["packetbeat.protocols[memcache].ports.maxvalue"];
    let names = include_str!("../../settings/tests/reference-names.txt");
    for kind in kinds() {
        let own = format!("packetbeat.protocols[{}].", kind.name);
        for option in
            names.lines().filter(|name| !NONE.contains(name)).filter_map(|name| name.strip_prefix(&own))
        {
            let known = find(kind.options, option).is_some() || find(COMMON, option).is_some();
            assert!(known, "{} lacks {option}", kind.name);
        }
    }
}

#[test]
fn pages_of_protocols_have_their_options() {
    for table in tables().iter().filter(|table| !table.options.is_empty()) {
        let name = format!("docs/protocols/{}.md", table.name);
        let there = read(&name);
        let wanted = replace_block(&there, "options", &options_markdown(table.options))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        hold(&name, &there, &wanted);
    }
}

#[test]
fn loading_the_reference_configuration_is_loading_nothing() {
    let config = load(&reference(&tables())).expect("the reference configuration loads");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.to_yaml(), load("").unwrap().to_yaml());
}

#[test]
fn every_setting_that_the_reference_shows_loads() {
    let mut wrong = Vec::new();
    let examples = examples(&tables());
    for (name, yaml) in &examples {
        if let Err(errors) = load(yaml) {
            wrong.push(format!("{name}: {yaml}\n{errors}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} do not load:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}

#[test]
fn all_of_the_reference_configuration_is_yaml_when_the_signs_are_taken_away() {
    // Of this only the form counts: several outputs and both kinds of queue at once are errors of another kind.
    let text: String = reference(&tables()).lines().map(uncommented).collect();
    let settings = Loader::new().text("packetbeat.yml", text).settings(&|_| None);
    assert!(settings.is_ok(), "{}", settings.unwrap_err());
}

#[test]
fn the_configuration_to_start_from_loads_as_it_is_and_with_all_that_it_offers() {
    let text = read("etc/packetbeat.yml");
    let config = load(&text).expect("it loads");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let all: String = text.lines().map(uncommented).collect();
    let one_output = |loader: Loader| {
        let loader = loader.set("output.console.enabled=false").set("output.elasticsearch.enabled=false");
        loader.load(&|name| (name == "ES_PASSWORD").then(|| "secret".to_owned()))
    };
    let config = one_output(Loader::new().protocols(&kinds()).text("packetbeat.yml", all));
    assert!(config.is_ok(), "{}", config.unwrap_err());
}

/// A line with its setting, if it is one: nothing stands between the sign and the name.
fn uncommented(line: &str) -> String {
    let setting = line
        .split_once('#')
        .filter(|(before, after)| before.trim().is_empty() && !after.is_empty() && !after.starts_with(' '));
    setting.map_or_else(|| format!("{line}\n"), |(before, after)| format!("{before}{after}\n"))
}
