//! The recorded captures: every mail that was sent is told, with what the sender said of it, and nothing else.

use crate::driver::Driver;
use packetbeat_core::parser::Start;
use packetbeat_testkit::tcp_conversations;
use serde_json::{Value, json};

const CAPTURES: &str = "../../tests/pcaps";

/// Events of a capture, connection by connection.
fn events(name: &str) -> Vec<Value> {
    let conversations = tcp_conversations(format!("{CAPTURES}/{name}.pcap"), &[25, 587]).unwrap();
    conversations
        .into_iter()
        .flat_map(|conversation| {
            let mut driver = Driver::new(Start::Beginning);
            for piece in &conversation.pieces {
                driver.send((piece.dir, &piece.bytes));
            }
            driver.events().0
        })
        .collect()
}

/// What the sender would say of an event. A code of a refusal before the content is not the content's.
fn told(event: &Value) -> Value {
    let smtp = &event["smtp"];
    if smtp["mail_from"].is_null() {
        return json!({"starttls": smtp["tls"]});
    }
    let list = |name: &str| smtp.get(name).cloned().unwrap_or_else(|| json!([]));
    let code = if smtp["size"].is_null() { Value::Null } else { smtp["response"]["code"].clone() };
    let mut told = json!({
        "mail_from": smtp["mail_from"], "rcpt_to": list("rcpt_to"), "rejected_rcpt_to": list("rejected_rcpt_to"),
        "subject": smtp["subject"], "code": code,
    });
    if let Some(mechanism) = smtp.get("auth") {
        told["auth"] = mechanism["mechanism"].clone();
        told["user"] = event["user"]["name"].clone();
    }
    told
}

#[test]
fn captures_say_what_their_senders_say() {
    for (name, others) in [("smtp", 0), ("smtp-session", 1), ("smtp-starttls", 0)] {
        let expected = std::fs::read_to_string(format!("{CAPTURES}/{name}.expected.jsonl")).unwrap();
        let mut got: Vec<Value> = events(name).iter().map(told).collect();
        for line in expected.lines() {
            let want: Value = serde_json::from_str(line).unwrap();
            let place = got.iter().position(|event| *event == want);
            got.remove(place.unwrap_or_else(|| panic!("{name}: no event for {want} in {got:#?}")));
        }
        // Sessions without a mail have no line, and neither has the sender that was refused for its size.
        got.retain(|event| *event != json!({"starttls": false}));
        assert_eq!(got.len(), others, "{name}: {got:#?}");
    }
}

#[test]
fn no_password_is_in_any_event() {
    for event in events("smtp-session") {
        let text = event.to_string();
        assert!(!text.contains("horse") && !text.contains("aG9yc2"), "{text}");
    }
}
