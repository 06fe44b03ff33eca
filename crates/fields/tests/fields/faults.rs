//! Events that are not as declared.

use packetbeat_fields::{Fields, Source};
use serde_json::{Value, json};

fn faults(event: &Value) -> Vec<String> {
    let text = "- {name: a.n, type: long}\n- {name: a.k, type: keyword}\n- {name: o, type: object}\n\
                - {name: l, type: object}\n- {name: l.x, type: ip}\n- {name: w.*, type: object}\n\
                - {name: r, type: array}\n- {name: f, type: flattened}\n";
    let fields = Fields::read(&[Source { file: "f.yml", key: "f", title: "F", text }]).unwrap();
    fields.faults(event)
}

#[test]
fn sound_events_have_none() {
    for event in [
        json!({}),
        json!({ "@metadata": { "beat": "packetbeat" } }),
        json!({ "a": { "n": [1, 2], "k": null } }),
        json!({ "a.n": 1 }),
        json!({ "o": { "any": { "thing": 1 } }, "w": { "any": "thing" }, "f": { "any": [1] } }),
        json!({ "l": [{ "x": "192.0.2.1" }, {}], "r": [{ "any": 1 }, 2] }),
    ] {
        assert_eq!(faults(&event), Vec::<String>::new(), "{event}");
    }
}

#[test]
fn others_say_what_and_where() {
    let cases = [
        (json!({ "b": 1 }), "b: no such field is declared"),
        (json!({ "a": { "m": 1 } }), "a.m: no such field is declared"),
        (json!({ "a": 1 }), "a: no such field is declared"),
        (json!({ "a": { "n": ["x"] } }), "a.n: \"x\" does not fit type long"),
        (json!({ "a": { "k": { "x": 1 } } }), "a.k: {\"x\":1} does not fit type keyword"),
        (json!({ "l": [{ "x": "y" }] }), "l.x: \"y\" does not fit type ip"),
        (json!({ "l": [{ "y": 1 }] }), "l.y: no such field is declared"),
        (json!({ "o": "x" }), "o: \"x\" does not fit type object"),
        (json!([1]), "an event is an object, not [1]"),
    ];
    for (event, wanted) in cases {
        assert_eq!(faults(&event), [wanted], "{event}");
    }
}

#[test]
fn a_protocol_describes_its_fields() {
    let error =
        Fields::of_texts(&[("quote", "- name: quote.key\n  type: keyword\n")]).unwrap_err().to_string();
    assert_eq!(error, "fields.yml of quote:1: quote.key: has no description (say what it means)");
}
