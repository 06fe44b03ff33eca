//! Sessions of which a part was not captured.

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;
use serde_json::{Value, json};

use crate::dialogues::{CONTENT, HELLO, MAIL, QUIT};
use crate::driver::{Driver, c, s};

#[test]
fn a_client_alone_and_a_server_alone() {
    let run = |only: Dir| {
        let mut driver = Driver::new(Start::Beginning);
        for step in [&HELLO[..], &MAIL, &CONTENT, &MAIL, &CONTENT, &QUIT].concat() {
            if step.0 == only {
                driver.send(step);
            }
        }
        driver.events().0
    };
    let client = run(Dir::ToServer);
    assert_eq!(client.len(), 2);
    for event in &client {
        assert_eq!(event["smtp"]["rcpt_to"], json!(["bob@example.org"]));
        assert_eq!((&event["smtp"]["subject"], &event["status"]), (&json!("Hello"), &json!("Error")));
        assert_eq!(event["packetbeat"]["unmatched"], "connection_closed");
        assert_eq!(
            event["error"]["message"],
            json!([
                "no reply to the content was seen",
                "recipients whose reply was not seen count as accepted"
            ])
        );
    }
    let server = run(Dir::ToClient);
    assert_eq!(server.len(), 2);
    assert!(
        server
            .iter()
            .all(|event| event["smtp"]["mail_from"].is_null() && event["smtp"]["response"]["code"] == 250)
    );
}

#[test]
fn holes_among_replies_shift_nothing() {
    let mut driver = Driver::new(Start::Beginning);
    for step in HELLO.iter().chain(&MAIL[..3]) {
        driver.send(*step);
    }
    driver.lose(Dir::ToClient, 14);
    for step in MAIL[4..].iter().chain(&CONTENT) {
        driver.send(*step);
    }
    let (events, _) = driver.events();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["smtp"]["rcpt_to"], &events[0]["status"]),
        (&json!(["bob@example.org"]), &json!("OK"))
    );
    assert_eq!(events[0]["error"]["message"], "recipients whose reply was not seen count as accepted");
}

#[test]
fn holes_in_content_leave_the_end_to_be_found() {
    for lost_dot in [false, true] {
        let mut driver = Driver::new(Start::Beginning);
        for step in HELLO.iter().chain(&MAIL) {
            driver.send(*step);
        }
        driver.send(c("Subject: Hello\r\n\r\nbo"));
        driver.lose(Dir::ToServer, 1000);
        if !lost_dot {
            driver.send(c("dy\r\n.\r\n"));
        }
        driver.send(CONTENT[1]);
        for step in MAIL.iter().chain(&CONTENT) {
            driver.send(*step);
        }
        let (events, _) = driver.events();
        assert_eq!(events.len(), 2, "{lost_dot}");
        assert_eq!((&events[0]["smtp"]["subject"], &events[0]["status"]), (&json!("Hello"), &json!("OK")));
        assert_eq!(events[0]["packetbeat"]["bytes_lost"], 1000);
        assert_eq!(events[1]["smtp"]["size"], 60);
    }
}

#[test]
fn holes_among_commands() {
    let mut driver = Driver::new(Start::Beginning);
    for step in HELLO.iter().chain(&MAIL[..2]) {
        driver.send(*step);
    }
    driver.lose(Dir::ToServer, 27);
    for step in MAIL[3..].iter().chain(&CONTENT).chain(&MAIL).chain(&CONTENT) {
        driver.send(*step);
    }
    let (events, _) = driver.events();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["smtp"]["mail_from"], &events[0]["status"]),
        (&json!("ann@example.org"), &json!("OK"))
    );
    assert_eq!(events[1]["smtp"]["response"]["text"], "2.0.0 Ok: queued");
}

#[test]
fn sessions_joined_in_the_middle() {
    let mut driver = Driver::new(Start::Midstream);
    driver.send(c("dy of a mail\r\n.\r\n"));
    driver.send(s(": queued\r\n"));
    for step in MAIL.iter().chain(&CONTENT) {
        driver.send(*step);
    }
    let (events, _) = driver.events();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["smtp"]["size"], &events[0]["status"]), (&json!(60), &json!("OK")));

    let mut driver = Driver::new(Start::Midstream);
    for step in MAIL[2..].iter().chain(&CONTENT) {
        driver.send(*step);
    }
    let (events, _) = driver.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["smtp"]["mail_from"], Value::Null);
    assert_eq!(events[0]["smtp"]["rcpt_to"], json!(["bob@example.org"]));
}

#[test]
fn connections_that_end_within_a_mail() {
    for (steps, note) in [
        (&MAIL[..4], "ended before its content was sent"),
        (&[&MAIL[..], &[c("Subject: x\r\n")]].concat()[..], "ended within its content"),
        (&[&MAIL[..], &CONTENT[..1]].concat()[..], "no reply to the content was seen"),
    ] {
        let mut driver = Driver::new(Start::Beginning);
        for step in HELLO.iter().chain(steps) {
            driver.send(*step);
        }
        driver.close(Close::Reset);
        let (events, _) = driver.events();
        assert_eq!(events.len(), 1);
        assert_eq!((&events[0]["error"]["message"], &events[0]["status"]), (&json!(note), &json!("Error")));
        assert_eq!(events[0]["packetbeat"]["unmatched"], "connection_reset");
    }
}
