//! Passwords stay where they were: not in events, not in the log, not in the ledger.

use crate::common::{CAPTURES, Outcome, Packetbeat, capture};

/// What `tests/record` sends as passwords, and how it looks on the wire: Basic, PLAIN (with the user before it), LOGIN.
const SECRETS: [&str; 8] = [
    "correct horse",
    "wrong horse",
    "alice:secret",
    "alice:wrong",
    "YWxpY2U6c2VjcmV0",
    "YWxpY2U6d3Jvbmc",
    "Y29ycmVjdCBob3JzZQ",
    // "correct horse" behind "\0alice@example.org\0", as much of it as does not depend on what is before
    "Y29ycmVjdCBob3Jz",
];

fn everything(outcome: &Outcome) -> String {
    [outcome.stdout.as_str(), &outcome.stderr, &outcome.read("ledger.json")].concat()
}

fn run(name: &str) -> Packetbeat {
    Packetbeat::new().read(capture(name)).args("-N -e -v -d * --summary ledger.json")
}

fn has_none(name: &str, said: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!said.contains(secret), "{name}: {secret} was written");
    }
}

#[test]
fn nowhere_with_the_defaults() {
    for name in CAPTURES {
        let outcome = run(name).run().ok();
        assert!(!outcome.events().is_empty());
        has_none(name, &everything(&outcome), &SECRETS);
    }
}

#[test]
fn the_user_is_known_and_the_password_is_not() {
    let outcome = run("smtp-session").run().ok();
    let users = outcome.events().iter().filter(|event| event["user"]["name"] == "alice@example.org").count();
    assert!(users >= 3, "{users} mails with their login");
    // The secret half of CRAM-MD5 is no password, yet enough to guess one at leisure.
    let digest = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!outcome.stdout.split(|c: char| !c.is_ascii_alphanumeric()).any(digest));
}

#[test]
fn also_with_the_whole_session_in_the_event() {
    let config = "packetbeat.protocols: [{type: smtp, send_request: true, send_response: true}]";
    let outcome = run("smtp-session").config(config).run().ok();
    assert!(outcome.events().iter().any(|event| event["request"].is_string()));
    has_none("smtp-session", &everything(&outcome), &SECRETS);
}

#[test]
fn a_form_that_is_named_is_hidden() {
    // What a form carries is part of the query; which of its fields are secret is for the configuration to say.
    let config = "
packetbeat.protocols:
- type: http
  send_all_headers: true
  hide_keywords: [password]
  redact_authorization: true
";
    let outcome = run("http").config(config).run().ok();
    let said = everything(&outcome);
    assert!(said.contains("password=xxxxx"), "the form is there");
    has_none("http", &said, &SECRETS);
    has_none("http", &said, &["password=secret"]);
}
