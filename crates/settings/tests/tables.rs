//! The tables: whole, consistent, and with every name of Packetbeat's reference configuration.
// A failed expectation is what a test reports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use packetbeat_core::setting::{Default, Setting, Type, find};
use packetbeat_settings::{COMMON, LATER_PROTOCOLS, PROCESSORS, root, walk};

/// Every table that stands by itself, with its name.
fn tables() -> Vec<(String, &'static [Setting])> {
    let mut tables = vec![("root".to_owned(), root()), ("common".to_owned(), COMMON)];
    tables.extend(LATER_PROTOCOLS.iter().map(|table| (table.name.to_owned(), table.options)));
    tables.extend(PROCESSORS.iter().map(|table| (table.name.to_owned(), table.options)));
    tables
}

#[test]
fn names_are_single_and_unique() {
    for (table, settings) in tables() {
        let mut names: Vec<String> = walk(settings).into_iter().map(|place| place.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{table} has a name twice");
        for place in walk(settings) {
            assert!(!place.setting.name.contains('.'), "{table}: {} has a dot", place.name);
        }
    }
    let is_sorted = |names: Vec<&str>| names.is_sorted_by(|left, right| left < right);
    assert!(is_sorted(PROCESSORS.iter().map(|table| table.name).collect()));
    assert!(is_sorted(LATER_PROTOCOLS.iter().map(|table| table.name).collect()));
}

#[test]
fn defaults_are_of_their_types() {
    for (table, settings) in tables() {
        for place in walk(settings) {
            let setting = place.setting;
            assert!(fits(setting.kind, setting.default), "{table}: {}", place.name);
            assert!(
                !setting.required || setting.default == Default::Unset,
                "{table}: {}: required, and has a default",
                place.name
            );
        }
    }
}

fn fits(kind: Type, default: Default) -> bool {
    match (kind, default) {
        (_, Default::Unset) | (Type::Bool, Default::Bool(_)) => true,
        (Type::Whole { least, most }, Default::Whole(number)) => (least..=most).contains(&number),
        (Type::Bytes { least, most }, Default::Whole(number)) => {
            u64::try_from(number).is_ok_and(|number| (least..=most).contains(&number))
        }
        (Type::Port, Default::Whole(number)) => (1..=65_535).contains(&number),
        (Type::Permissions, Default::Whole(number)) => (0..=0o777).contains(&number),
        (Type::Duration { least, .. }, Default::Duration(length)) => length >= least,
        (Type::Duration { or_never, .. }, Default::Never) => or_never,
        (Type::Word(words), Default::Word(place)) => place < words.len(),
        (Type::List(Type::Word(words)), Default::List(items)) => {
            items.iter().all(|item| words.contains(item))
        }
        (Type::List(_), Default::List(_)) => true,
        (
            Type::Text
            | Type::Secret
            | Type::Path
            | Type::Url
            | Type::Host
            | Type::Network
            | Type::Regexp
            | Type::Format
            | Type::Filter,
            Default::Text(_),
        ) => true,
        _ => false,
    }
}

#[test]
fn every_row_says_what_it_is_for() {
    for (table, settings) in tables() {
        for place in walk(settings) {
            let about = place.setting.about;
            assert!(about.ends_with(['.', ')']) && !about.contains('\n'), "{table}: {}: {about}", place.name);
            let shown = place.setting.default != Default::Unset || place.setting.example.is_some();
            let nested = matches!(
                place.setting.kind,
                Type::Section(_) | Type::List(Type::Section(_)) | Type::Processors | Type::Protocols
            );
            assert!(shown || nested, "{table}: {} has neither default nor example", place.name);
        }
    }
}

#[test]
fn names_of_the_reference_configuration_are_there() {
    // What the list has and is no setting: examples, and values that were taken for names.
    const NONE: &[&str] = &["packetbeat.protocols[memcache].ports.maxvalue"];
    let names = include_str!("reference-names.txt");
    let names: Vec<&str> = names.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(names.len() > 500, "the list is not whole");
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| !NONE.contains(name))
        .filter(|name| {
            if let Some(option) = name.strip_prefix("packetbeat.protocols[") {
                let (protocol, option) = option.split_once("].").expect("a name in brackets");
                // Those of protocols that are there are in their crates, and tested with the program.
                let Some(table) = LATER_PROTOCOLS.iter().find(|table| table.name == protocol) else {
                    return false;
                };
                return find(table.options, option).is_none() && find(COMMON, option).is_none();
            }
            if let Some(option) = name.strip_prefix("processors.") {
                let (processor, option) = option.split_once('.').unwrap_or((option, ""));
                let Some(table) = PROCESSORS.iter().find(|table| table.name == processor) else {
                    return true;
                };
                let option = option.replace("from.to", "to");
                return !option.is_empty()
                    && !option.starts_with("when")
                    && find(table.options, &option).is_none();
            }
            !known(name)
        })
        .collect();
    assert!(missing.is_empty(), "missing: {missing:#?}");
}

/// In the table, or below a setting that takes whatever the user likes.
fn known(name: &str) -> bool {
    if find(root(), name).is_some() {
        return true;
    }
    let mut above = name;
    while let Some((rest, _)) = above.rsplit_once('.') {
        if let Some(setting) = find(root(), rest) {
            return matches!(setting.kind, Type::Map(_) | Type::List(Type::Map(_)) | Type::Any);
        }
        above = rest;
    }
    false
}
