//! `geoip` with databases of our own making: what they say, what happens when they are replaced, and when they are broken.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use packetbeat_config::{Errors, Loader};
use packetbeat_processors::{Event, Object, Outcome, Processors, Rewritten};
use proptest::prelude::*;

fn database(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/geoip").join(format!("{name}.mmdb"))
}

fn build(files: &[PathBuf], more: &str) -> Result<Processors, Errors> {
    let files: Vec<String> = files.iter().map(|file| format!("{:?}", file.display().to_string())).collect();
    let yaml = format!("processors: [{{geoip: {{databases: [{}]{more}}}}}]", files.join(", "));
    let config = Loader::new().text("test.yml", yaml).load(&|_| None)?;
    Processors::build(config.processors.as_ref(), "processors")
}

fn with(names: &[&str], more: &str) -> Processors {
    let files: Vec<PathBuf> = names.iter().map(|name| database(name)).collect();
    build(&files, more).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The event that the processors make of one, which is the same whether a tree is made of it or not.
fn run(processors: &Processors, json: &str) -> String {
    let mut event = Event::parse(json.as_bytes(), 0).unwrap();
    assert_eq!(processors.run(&mut event), Outcome::Keep);
    let mut tree = Vec::new();
    event.write(&mut tree);
    let tree = String::from_utf8(tree).unwrap();

    let plan = processors.plan(&mut Object::default(), &|_| true);
    let (line, mut bytes) = (format!("{json}\n"), Vec::new());
    let rewritten = processors.rewrite(&plan, 0, line.as_bytes(), &mut bytes);
    match rewritten {
        Rewritten::Same => assert_eq!(line, tree),
        Rewritten::Written => assert_eq!(String::from_utf8(bytes).unwrap(), tree),
        Rewritten::Dropped(_) => panic!("{json}"),
    }
    tree.trim_end().to_owned()
}

/// What `source` becomes when it has this address alone.
fn source(processors: &Processors, address: &str) -> String {
    let line = run(processors, &format!(r#"{{"source":{{"ip":"{address}"}}}}"#));
    let rest = line.strip_prefix(&format!(r#"{{"source":{{"ip":"{address}""#)).unwrap_or(&line);
    rest.strip_suffix("}}").unwrap_or(rest).trim_start_matches(',').to_owned()
}

const MUNICH: &str = r#""geo":{"city_name":"Munich","continent_code":"EU","continent_name":"Europe","country_iso_code":"DE","country_name":"Germany","location":{"lat":48.1374,"lon":11.5755},"postal_code":"80331","region_iso_code":"DE-BY","region_name":"Bavaria","timezone":"Europe/Berlin"}"#;
const ONE: &str = r#""as":{"number":64496,"organization":{"name":"Example \"One\" GmbH"}}"#;

#[test]
fn places_and_networks_are_added_to_all_four() {
    let list = with(&["city", "asn"], "");
    let event = r#"{"source":{"ip":"192.0.2.7","port":1},"destination":{"ip":"10.1.2.3"},"client":{"ip":"192.0.2.7"},"server":{"ip":"2001:db8:1::5"},"x":1}"#;
    let oxford = r#""geo":{"city_name":"Oxford","continent_code":"EU","continent_name":"Europe","country_iso_code":"GB","country_name":"United Kingdom","location":{"lat":51.75,"lon":-1.25},"region_iso_code":"GB-OXF","region_name":"Oxfordshire","timezone":"Europe/London"}"#;
    let two = r#""as":{"number":64497,"organization":{"name":"Example Two"}}"#;
    assert_eq!(
        run(&list, event),
        format!(
            r#"{{"source":{{"ip":"192.0.2.7","port":1,{MUNICH},{ONE}}},"destination":{{"ip":"10.1.2.3"}},"client":{{"ip":"192.0.2.7",{MUNICH},{ONE}}},"server":{{"ip":"2001:db8:1::5",{oxford},{two}}},"x":1}}"#
        )
    );
    assert_eq!(list.failures(), []);
}

#[test]
fn what_is_not_known_is_left_out() {
    let list = with(&["city", "asn"], "");
    for unknown in ["10.0.0.1", "127.0.0.1", "fe80::1", "::", "203.0.113.9", "255.255.255.255"] {
        assert_eq!(source(&list, unknown), "", "{unknown}");
    }
    assert_eq!(source(&list, "198.51.100.1"), r#""as":{"number":4200000000}"#);
    let america = r#""geo":{"continent_code":"NA","continent_name":"North America","country_iso_code":"US","country_name":"United States"}"#;
    assert_eq!(source(&list, "192.0.2.128"), format!("{america},{ONE}"));
    // An address of IPv4 in clothes of IPv6 is what it is.
    assert_eq!(source(&list, "::ffff:192.0.2.1"), format!("{MUNICH},{ONE}"));
}

#[test]
fn of_what_several_databases_know_the_first_one_says_it() {
    let first = source(&with(&["country", "city"], ""), "192.0.2.7");
    assert!(
        first.contains(r#""city_name":"Munich""#) && first.contains(r#""country_iso_code":"US""#),
        "{first}"
    );
    assert!(first.contains(r#""region_iso_code":"DE-BY""#), "{first}");
    // A database of IPv4 alone has no answer, which is no error.
    let list = with(&["country"], "");
    assert_eq!((source(&list, "2001:db8:1::5"), list.failures()), (String::new(), vec![]));
}

#[test]
fn flat_layouts_are_read_alike() {
    let list = with(&["flat"], "");
    let one = r#""as":{"number":64496,"organization":{"name":"Example One"}}"#;
    assert_eq!(source(&list, "192.0.2.7"), format!("{MUNICH},{one}"));
    assert_eq!(
        source(&list, "198.51.100.7"),
        r#""geo":{"continent_code":"EU","continent_name":"Europe","country_iso_code":"DE","country_name":"Germany"}"#
    );
}

#[test]
fn options_say_what_and_where() {
    let list = with(&["city", "asn"], ", properties: [country_name, city_name], language: de");
    assert_eq!(source(&list, "192.0.2.7"), r#""geo":{"city_name":"München","country_name":"Deutschland"}"#);
    assert_eq!(
        source(&list, "2001:db8:1::"),
        r#""geo":{"city_name":"Oxford","country_name":"United Kingdom"}"#
    );
    let list = with(&["asn"], ", properties: [as], fields: [{from: a.b.ip}, {from: ip}, {from: z, to: x.y}]");
    let two = r#""as":{"number":64497,"organization":{"name":"Example Two"}}"#;
    assert_eq!(
        run(&list, r#"{"a":{"b":{"ip":"2001:db8::1"}},"ip":"2001:db8::2","z":"2001:db8::3"}"#),
        format!(
            r#"{{"a":{{"b":{{"ip":"2001:db8::1",{two}}}}},"ip":"2001:db8::2","z":"2001:db8::3",{two},"x":{{"y":{{{two}}}}}}}"#
        )
    );
}

#[test]
fn what_goes_wrong_leaves_the_event_as_it_was() {
    let list = with(&["city"], ", ignore_missing: false");
    let line = run(&list, r#"{"source":{"ip":"192.0.2.7"}}"#);
    assert_eq!(
        line,
        r#"{"source":{"ip":"192.0.2.7"},"error":{"message":"geoip: destination.ip: not there"}}"#
    );
    let list = with(&["city"], "");
    let line = run(&list, r#"{"source":{"ip":"192.0.2.7"},"client":{"ip":"anna"}}"#);
    assert_eq!(
        line,
        r#"{"source":{"ip":"192.0.2.7"},"client":{"ip":"anna"},"error":{"message":"geoip: client.ip: no address"}}"#
    );
    let list = with(&["city"], ", fields: [{from: source.ip}, {from: client.ip, to: type}]");
    let event = r#"{"source":{"ip":"192.0.2.7"},"client":{"ip":"192.0.2.8"},"type":"dns"}"#;
    let line = run(&list, event);
    assert!(line.starts_with(event.trim_end_matches('}')), "{line}");
    // By both ways.
    assert_eq!(list.failures(), [("geoip", 2)]);
}

#[test]
fn a_file_that_is_no_database_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let error = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = build(std::slice::from_ref(&path), "").err().unwrap().to_string();
        assert!(error.starts_with("test.yml:1:34: processors[0].geoip.databases: "), "{error}");
        let (before, after) = error.split_once(&path.display().to_string()).unwrap();
        format!("{}{after}", before.rsplit("databases: ").next().unwrap())
    };
    let none = ": no database in MaxMind's format, or a damaged one: ";
    assert!(error("empty.mmdb", b"").starts_with(none));
    assert!(error("text.mmdb", "hello ".repeat(100_000).as_bytes()).starts_with(none));
    let whole = fs::read(database("city")).unwrap();
    for part in [whole.len() / 2, whole.len() - 1, whole.len() - 60] {
        assert!(error("half.mmdb", &whole[..part]).starts_with(none), "{part}");
    }
    assert!(error("end.mmdb", &whole[whole.len() / 2..]).starts_with(none));
    assert_eq!(
        error("GeoLiteCity.dat", b"old"),
        ": the format of .dat files ended in 2018: name a file in today's format, .mmdb"
    );
    let missing = build(&[folder.path().join("none.mmdb")], "").err().unwrap().to_string();
    assert!(missing.contains("none.mmdb: No such file"), "{missing}");
    let one_of_two = build(&[database("city"), folder.path().to_owned()], "").err().unwrap().to_string();
    assert!(one_of_two.contains("directory"), "{one_of_two}");
}

/// What is said of the address now.
fn now(list: &Processors) -> String {
    let mut event = Event::parse(br#"{"source":{"ip":"192.0.2.7"}}"#, 0).unwrap();
    assert_eq!(list.run(&mut event), Outcome::Keep);
    let mut line = Vec::new();
    event.write(&mut line);
    String::from_utf8(line).unwrap()
}

/// Waits until an address is told to be somewhere.
fn until(list: &Processors, wanted: &str) {
    // Nothing is ever sent.
    let (_sender, pause) = mpsc::channel::<()>();
    for _ in 0..2000 {
        let now = now(list);
        if now.contains(wanted) {
            return;
        }
        let _ = pause.recv_timeout(Duration::from_millis(10));
    }
    panic!("after 20 s still {}", now(list));
}

#[test]
fn a_file_that_was_replaced_is_read_again_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (used, new) = (folder.path().join("used.mmdb"), folder.path().join("new.mmdb"));
    fs::copy(database("country"), &used).unwrap();
    let list = build(&[used.clone(), database("asn")], ", reload: 1ms").unwrap();
    until(&list, "United States");
    let replace = |bytes: &[u8]| {
        fs::write(&new, bytes).unwrap();
        fs::rename(&new, &used).unwrap();
    };
    replace(&fs::read(database("city")).unwrap());
    until(&list, "Munich");
    // Whatever stands there now, what was read last is in use, until it is a database again.
    let city = fs::read(database("city")).unwrap();
    for broken in [&city[..100], b"".as_slice()] {
        replace(broken);
        for _ in 0..50 {
            assert!(now(&list).contains("Munich"));
        }
    }
    fs::remove_file(&used).unwrap();
    assert!(now(&list).contains("Munich"));
    replace(&fs::read(database("flat")).unwrap());
    until(&list, "Example One");
    // In place: cut and written by somebody who does not rename.
    fs::write(&used, fs::read(database("country")).unwrap()).unwrap();
    until(&list, "United States");
}

proptest! {
    /// Bytes that are wrong make a database that cannot be opened, or answers, or fails; nothing else.
    #[test]
    fn damage_is_an_error_and_nothing_worse(
        name in prop_oneof![Just("city"), Just("flat"), Just("asn")],
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        addresses in prop::collection::vec(any::<u32>(), 1..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged.mmdb");
        let mut bytes = fs::read(database(name)).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        fs::write(&path, bytes).unwrap();
        if let Ok(list) = build(&[path], ", language: de") {
            let fixed = [0xC000_0201, 0xC000_0280, 0xC633_6401_u32];
            for address in addresses.into_iter().chain(fixed) {
                source(&list, &std::net::Ipv4Addr::from(address).to_string());
            }
            source(&list, "2001:db8:1::1");
        }
    }
}
