//! Files and blocks of documents that are generated from the fields. `UPDATE_GENERATED=1 cargo test -p packetbeat-fields`
//! writes them anew.

use crate::common::{all, path, protocols};
use packetbeat_fields::docs;

const AGAIN: &str = "run UPDATE_GENERATED=1 cargo test -p packetbeat-fields";

/// The file is as it would be generated; or it is, afterwards.
fn hold(name: &str, generate: impl FnOnce(&str) -> String) {
    let update = std::env::var("UPDATE_GENERATED").is_ok_and(|value| value == "1");
    let file = path(name);
    let found = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(_) if update => String::new(),
        Err(error) => panic!("{name}: {error}; {AGAIN}"),
    };
    let wanted = generate(&found);
    if update && found != wanted {
        std::fs::write(&file, &wanted).unwrap();
    }
    if !update && found != wanted {
        let line = found.lines().zip(wanted.lines()).take_while(|(found, wanted)| found == wanted).count();
        let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
        panic!("{name}:{}: is\n  {}\nshould be\n  {}\n{AGAIN}", line + 1, show(&found), show(&wanted));
    }
}

fn hold_block(name: &str, block: &str) {
    hold(name, |text| {
        docs::replace_block(text, "fields", block).unwrap_or_else(|error| panic!("{name}: {error}"))
    });
}

#[test]
fn the_list_of_fields_is_fresh() {
    hold("etc/fields.yml", |_| all().to_yaml());
}

#[test]
fn the_page_of_shared_fields_is_fresh() {
    let all = all();
    hold_block(
        "docs/fields.md",
        &docs::tables(["common", "flows", "enrichment"].map(|key| all.section(key).unwrap())),
    );
}

#[test]
fn the_pages_of_protocols_are_fresh() {
    let all = all();
    for (name, _) in protocols() {
        let section = all.section(&name).unwrap_or_else(|| panic!("{name} declares no fields"));
        hold_block(&format!("docs/protocols/{name}.md"), &docs::table(section));
    }
}
