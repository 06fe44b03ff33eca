//! Sessions, one by one: what the events say.

use crate::driver::{Driver, c, events, s};
use packetbeat_core::direction::Dir;
use packetbeat_core::options::Common;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::{Finish, Next};
use serde_json::{Value, json};

pub(crate) const HELLO: [(Dir, &[u8]); 3] = [
    (Dir::ToClient, b"220 mx.example.org ESMTP\r\n"),
    (Dir::ToServer, b"EHLO client.example.org\r\n"),
    (Dir::ToClient, b"250-mx.example.org\r\n250-PIPELINING\r\n250 CHUNKING\r\n"),
];
pub(crate) const MAIL: [(Dir, &[u8]); 6] = [
    (Dir::ToServer, b"MAIL FROM:<ann@example.org>\r\n"),
    (Dir::ToClient, b"250 2.1.0 Ok\r\n"),
    (Dir::ToServer, b"RCPT TO:<bob@example.org>\r\n"),
    (Dir::ToClient, b"250 2.1.5 Ok\r\n"),
    (Dir::ToServer, b"DATA\r\n"),
    (Dir::ToClient, b"354 go on\r\n"),
];
pub(crate) const CONTENT: [(Dir, &[u8]); 2] = [
    (Dir::ToServer, b"Subject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\n..dots\r\nbody\r\n.\r\n"),
    (Dir::ToClient, b"250 2.0.0 Ok: queued\r\n"),
];
pub(crate) const QUIT: [(Dir, &[u8]); 2] =
    [(Dir::ToServer, b"QUIT\r\n"), (Dir::ToClient, b"221 2.0.0 Bye\r\n")];

fn dialogue(parts: &[&[(Dir, &[u8])]]) -> Vec<Value> {
    events(&parts.concat())
}

#[test]
fn a_mail_is_one_event() {
    let events = dialogue(&[&HELLO, &MAIL, &CONTENT, &QUIT]);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(
        event["smtp"],
        json!({
            "helo": "client.example.org", "mail_from": "ann@example.org", "rcpt_to": ["bob@example.org"],
            "subject": "Hello", "message_id": "1@example.org", "size": 60, "tls": false,
            "response": {"code": 250, "text": "2.0.0 Ok: queued"},
        })
    );
    assert_eq!(event["email"], json!({"message_id": "1@example.org", "subject": "Hello"}));
    assert_eq!((&event["status"], &event["method"]), (&json!("OK"), &json!("MAIL")));
    assert_eq!(event["query"], "MAIL FROM:<ann@example.org> TO:<bob@example.org>");
    assert_eq!(event["resource"], "ann@example.org");
    assert_eq!(event["source"]["bytes"], 29 + 27 + 6 + 64);
    assert_eq!(event["destination"]["bytes"], 14 + 14 + 11 + 22);
    assert_eq!(event["related"]["hosts"], json!(["client.example.org"]));
    assert_eq!(event["error"], Value::Null);
}

#[test]
fn several_mails_pipelined_across_their_ends() {
    let events = dialogue(&[
        &HELLO,
        &MAIL,
        &[
            c(
                "Subject: 1\r\n\r\n1\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<x@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\n",
            ),
            s("250 first\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n354 go\r\n"),
            c("Subject: 2\r\n\r\n.\r\nQUIT\r\n"),
            s("250 second\r\n221 bye\r\n"),
        ],
    ]);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["smtp"]["response"]["text"], "first");
    assert_eq!(events[1]["smtp"]["response"]["text"], "second");
    assert_eq!(events[1]["smtp"]["mail_from"], "");
    assert_eq!(events[1]["smtp"]["rcpt_to"], json!(["carol@example.org"]));
    assert_eq!(events[1]["smtp"]["rejected_rcpt_to"], json!(["x@example.org"]));
    assert_eq!(events[1]["resource"], "x@example.org");
    assert_eq!(events[1]["status"], "OK");
}

#[test]
fn mails_given_up_and_refused() {
    let events = dialogue(&[
        &HELLO,
        &MAIL[..4],
        &[c("RSET\r\n"), s("250 ok\r\n")],
        &MAIL[..4],
        &[c("EHLO again\r\n"), s("250 ok\r\n")],
        &[c("MAIL FROM:<big@example.org> SIZE=999\r\n"), s("552 5.3.4 too big\r\n")],
        &[
            c("MAIL FROM:<ann@example.org>\r\n"),
            s("250 ok\r\n"),
            c("RCPT TO:<no@example.org>\r\n"),
            s("550 5.1.1 no\r\n"),
        ],
        &[c("DATA\r\n"), s("554 5.5.1 no valid recipients\r\n"), c("RSET\r\n"), s("250 ok\r\n")],
        &MAIL[..4],
        &QUIT,
    ]);
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (event["error"]["message"].as_str().unwrap(), event["smtp"]["response"]["code"].as_u64())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("given up by the client with RSET", None),
            ("given up by the client with a new greeting", None),
            ("the sender was refused", Some(552)),
            ("no recipient was accepted", Some(550)),
            ("given up by the client with QUIT", None),
        ]
    );
    assert!(events.iter().all(|event| event["status"] == "Error" && event["packetbeat"].is_null()));
}

#[test]
fn a_refused_greeting_leaves_the_mail() {
    let events =
        dialogue(&[&HELLO, &MAIL[..2], &[c("EHLO\r\n"), s("501 5.5.4 Syntax\r\n")], &MAIL[2..], &CONTENT]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["status"], "OK");
    assert_eq!(events[0]["smtp"]["helo"], "client.example.org");
}

#[test]
fn refused_data_goes_on_with_commands() {
    let events = dialogue(&[
        &HELLO,
        &[c("RCPT TO:<x@example.org>\r\n"), s("503 need MAIL\r\n"), c("data\r\n"), s("503 need RCPT\r\n")],
        &MAIL,
        &CONTENT,
    ]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["smtp"]["rcpt_to"], json!(["bob@example.org"]));
}

#[test]
fn chunks() {
    let events = dialogue(&[
        &HELLO,
        &MAIL[..4],
        &[
            c("BDAT 15\r\nSubject: multi-"),
            s("250 14 bytes\r\n"),
            c(
                "BDAT 21\r\nchunk\r\n\r\n.\r\nQUIT\r\n.\r\nBDAT 3 LAST\r\n...MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nBDAT 0 LAST\r\n",
            ),
            s("250 20 bytes\r\n250 queued\r\n250 ok\r\n250 ok\r\n554 empty\r\n"),
        ],
    ]);
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["smtp"]["subject"], &events[0]["smtp"]["size"]),
        (&json!("multi-chunk"), &json!(39))
    );
    assert_eq!(events[0]["smtp"]["response"]["text"], "queued");
    assert_eq!(
        (&events[1]["smtp"]["response"]["code"], &events[1]["smtp"]["size"]),
        (&json!(554), &json!(0))
    );
}

#[test]
fn logins_show_the_user_and_never_the_password() {
    // "\0ann\0secret", "ann", "secret"; "ann" and a digest
    let plain = [c("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"), s("235 2.7.0 ok\r\n")];
    let login = [
        c("AUTH LOGIN\r\n"),
        s("334 VXNlcm5hbWU6\r\n"),
        c("YW5u\r\n"),
        s("334 UGFzc3dvcmQ6\r\n"),
        c("c2VjcmV0\r\n"),
        s("235 ok\r\n"),
    ];
    let cram = [
        c("auth cram-md5\r\n"),
        s("334 PDFAZXhhbXBsZT4=\r\n"),
        c("YW5uIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n"),
        s("235 ok\r\n"),
    ];
    for (mechanism, steps) in [("PLAIN", &plain[..]), ("LOGIN", &login[..]), ("CRAM-MD5", &cram[..])] {
        let events = dialogue(&[&HELLO, steps, &MAIL, &CONTENT]);
        assert_eq!(events[0]["smtp"]["auth"]["mechanism"], mechanism);
        assert_eq!(events[0]["user"]["name"], "ann");
        assert_eq!(events[0]["related"]["user"], json!(["ann"]));
    }
    let refused = dialogue(&[&HELLO, &login[..5], &[s("535 5.7.8 no\r\n")], &QUIT]);
    assert_eq!((refused.len(), &refused[0]["status"]), (1, &json!("Error")));
    assert_eq!(
        (&refused[0]["user"]["name"], &refused[0]["error"]["message"]),
        (&json!("ann"), &json!("the login was refused"))
    );
    let mail = dialogue(&[&HELLO, &login[..5], &[s("535 5.7.8 no\r\n")], &MAIL, &CONTENT]);
    assert_eq!((&mail[0]["user"], &mail[0]["smtp"]["auth"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_second_login_changes_nothing() {
    let events = dialogue(&[
        &HELLO,
        &[
            c("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"),
            s("235 2.7.0 ok\r\n"),
            c("AUTH PLAIN AGV2ZQBzZWNyZXQ=\r\n"),
            s("503 already\r\n"),
        ],
        &MAIL,
        &CONTENT,
    ]);
    assert_eq!(events[0]["user"]["name"], "ann");
}

#[test]
fn what_answers_a_password_prompt_is_no_name() {
    let events = dialogue(&[
        &HELLO,
        &[c("AUTH LOGIN\r\n"), s("334 UGFzc3dvcmQ6\r\n"), c("c2VjcmV0\r\n"), s("235 ok\r\n")],
        &QUIT,
    ]);
    assert_eq!(events[0]["user"], Value::Null);
    let mut driver = Driver::new(Start::Beginning);
    driver.send(c("EHLO a\r\nAUTH LOGIN\r\n"));
    driver.lose(Dir::ToServer, 6);
    driver.send(c("c2VjcmV0\r\nQUIT\r\n"));
    assert_eq!(driver.events().0[0]["user"], Value::Null);
}

#[test]
fn mails_time_out_where_that_is_wanted() {
    let timeout = Some(std::time::Duration::from_millis(10));
    let mut driver =
        Driver::with(Start::Beginning, Common { transaction_timeout: timeout, ..Common::default() });
    for step in HELLO.iter().chain(&MAIL).chain(&CONTENT[..1]) {
        driver.send(*step);
    }
    driver.wait(9);
    assert_eq!(driver.tally.events(), 0);
    driver.wait(1);
    assert_eq!(driver.tally.events(), 1);
    driver.send(CONTENT[1]);
    let (events, _) = driver.events();
    assert_eq!((events.len(), &events[0]["packetbeat"]["unmatched"]), (1, &json!("timeout")));
}

#[test]
fn refused_content_that_comes_all_the_same_is_no_end_of_the_session() {
    let spam = "no command at all\r\n".repeat(300);
    let refusals = "500 what?\r\n".repeat(301);
    let events = dialogue(&[
        &HELLO,
        &MAIL[..4],
        &[
            c("DATA\r\n"),
            s("451 4.3.0 later\r\n"),
            (Dir::ToServer, spam.as_bytes()),
            c(".\r\n"),
            (Dir::ToClient, refusals.as_bytes()),
        ],
        &MAIL,
        &CONTENT,
    ]);
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["smtp"]["response"]["code"], &events[1]["smtp"]["response"]["code"]),
        (&json!(451), &json!(250))
    );
}

#[test]
fn no_secret_reaches_an_event() {
    let common = Common { send_request: Some(true), send_response: Some(true), ..Common::default() };
    for server in [true, false] {
        let mut driver = Driver::with(Start::Beginning, common);
        for step in [
            c("EHLO a\r\nMAIL FROM:<ann@example.org>\r\n"),
            s("220 x\r\n250 ok\r\n250 ok\r\n"),
            c("AUTH LOGIN\r\n"),
            s("334 VXNlcm5hbWU6\r\n"),
            c("YW5u\r\n"),
            s("334 UGFzc3dvcmQ6\r\n"),
            c("c2VjcmV0\r\n"),
            s("235 ok\r\n"),
            c("AUTH PLAIN AGFubgBzZWNyZXQ=\r\nAUTH XOAUTH2\r\nc2VjcmV0\r\n"),
            c("Subject: none\r\nQUIT\r\n"),
        ] {
            if server || step.0 == Dir::ToServer {
                driver.send(step);
            }
        }
        let (_, text) = driver.events();
        for secret in ["c2VjcmV0", "secret", "AGFubgBzZWNyZXQ", "VXNlcm5hbWU6"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("MAIL FROM:<ann@example.org>"), "{text}");
    }
}

#[test]
fn starttls_hands_over() {
    for refuse in [false, true] {
        let mut driver = Driver::new(Start::Beginning);
        for step in HELLO {
            driver.send(step);
        }
        if refuse {
            driver.send(c("STARTTLS\r\n"));
            driver.send(s("454 4.7.0 not now\r\n"));
        }
        driver.send(c("staRttLs\r\n"));
        driver.send(s("220 2.0.0 Ready\r\n"));
        assert_eq!(driver.finished, Some(Finish::Upgrade(Next::Named("tls"))));
        let (events, _) = driver.events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["smtp"]["tls"], true);
        assert_eq!(
            (&events[0]["status"], &events[0]["smtp"]["response"]["code"]),
            (&json!("OK"), &json!(220))
        );
    }
    let mut driver = Driver::new(Start::Beginning);
    driver.send(c("EHLO a\r\nSTARTTLS\r\n"));
    driver.send(c("\u{16}\u{3}\u{1}\u{2}"));
    assert_eq!(driver.finished, Some(Finish::Upgrade(Next::Named("tls"))));
}

#[test]
fn sessions_without_a_mail() {
    let quit = dialogue(&[&HELLO, &QUIT]);
    assert_eq!(quit.len(), 1);
    assert_eq!(
        quit[0]["smtp"],
        json!({"helo": "client.example.org", "response": {"code": 221, "text": "2.0.0 Bye"}, "tls": false})
    );
    assert_eq!((&quit[0]["status"], &quit[0]["method"]), (&json!("OK"), &json!("SESSION")));
    let busy = dialogue(&[&[s("421 4.3.2 busy ESMTP\r\n")]]);
    assert_eq!((&busy[0]["status"], &busy[0]["smtp"]["response"]["code"]), (&json!("Error"), &json!(421)));
    let early = dialogue(&[&[c("EHLO a\r\n"), s("220 hello\r\n250 a\r\n")], &QUIT]);
    assert_eq!(early[0]["smtp"]["response"]["code"], 221);
    let ended = dialogue(&[&HELLO, &[c("NOOP\r\n")]]);
    assert_eq!(
        (&ended[0]["status"], &ended[0]["packetbeat"]["unmatched"]),
        (&json!("Error"), &json!("connection_closed"))
    );
    assert!(dialogue(&[]).is_empty());
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let events = dialogue(&[&[
        s("220 lmtp\r\n"),
        c("LHLO a\r\n"),
        s("250 ok\r\n"),
        c(
            "MAIL FROM:<ann@example.org>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nRCPT TO:<d@example.org>\r\nDATA\r\n",
        ),
        s("250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        c("\r\n.\r\nQUIT\r\n"),
        s("452 full\r\n250 delivered\r\n550 gone\r\n221 bye\r\n"),
    ]]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["smtp"]["rcpt_to"], json!(["c@example.org"]));
    assert_eq!(
        events[0]["smtp"]["rejected_rcpt_to"],
        json!(["a@example.org", "b@example.org", "d@example.org"])
    );
    assert_eq!(
        (&events[0]["smtp"]["response"]["text"], &events[0]["status"]),
        (&json!("delivered"), &json!("OK"))
    );
}

#[test]
fn what_is_no_smtp_is_given_back() {
    for bytes in [c("\u{1}\u{2}\u{3}\r\n"), s("+OK POP3\r\n"), s("HTTP/1.1 200\r\n")] {
        let mut driver = Driver::new(Start::Beginning);
        driver.send(bytes);
        assert!(matches!(driver.finished, Some(Finish::Malformed(_))), "{bytes:?}");
        assert!(driver.events().0.is_empty());
    }
}

#[test]
fn long_lines_and_many_windows_stay_linear() {
    let mut driver = Driver::new(Start::Beginning);
    for step in HELLO {
        driver.send(step);
    }
    let long = format!("MAIL FROM:<{}>\r\nQUIT\r\n", "a".repeat(100_000));
    driver.send(c(&long));
    driver.send(s("552 too long\r\n221 bye\r\n"));
    let (events, _) = driver.events();
    assert_eq!(events[0]["smtp"]["mail_from"].as_str().unwrap().len(), 1024);
    assert_eq!(events[0]["smtp"]["response"]["code"], 552);
}
