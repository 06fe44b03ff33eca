//! The conformance kit, on recorded conversations and on some by hand.
#![allow(missing_docs)] // a test

use packetbeat_smtp::Smtp;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations};

packetbeat_testkit::count_allocations!();

fn mail() -> Conversation {
    Conversation::new("a mail")
        .client("MAIL FROM:<ann@example.org>\r\n")
        .server("250 2.1.0 Ok\r\n")
        .client("RCPT TO:<bob@example.org>\r\n")
        .server("250 2.1.5 Ok\r\n")
        .client("RCPT TO:<nobody@example.org>\r\n")
        .server("550 5.1.1 no\r\n")
        .client("DATA\r\n")
        .server("354 go on\r\n")
        .client("Received: by a\r\n\r\n..dot\r\n.\r\n")
        .server("250 2.0.0 queued\r\n")
}

fn mail_with_fields() -> Conversation {
    Conversation::new("a mail with fields")
        .client("MAIL FROM:<ann@example.org>\r\n")
        .server("250 2.1.0 Ok\r\n")
        .client("RCPT TO:<bob@example.org>\r\n")
        .server("250 2.1.5 Ok\r\n")
        .client("DATA\r\n")
        .server("354 go on\r\n")
        .client("From: Ann <ann@example.org>\r\nTo: bob@example.org\r\nSubject: plain words\r\n")
        .client("Date: Thu, 15 Jan 2026 09:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nbody\r\n.\r\n")
        .server("250 2.0.0 queued\r\n")
}

fn opening() -> Conversation {
    Conversation::new("opening")
        .server("220 mx.example.org ESMTP\r\n")
        .client("EHLO client.example.org\r\n")
        .server("250-mx.example.org\r\n250 CHUNKING\r\n")
}

fn by_hand() -> Conversation {
    Conversation::new("by hand")
        .server("220 mx.example.org ESMTP\r\n")
        .client("EHLO client.example.org\r\n")
        .server("250-mx.example.org\r\n250 CHUNKING\r\n")
        .client("MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
        .server("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go on\r\n")
        .client("Subject: one\r\n\r\n..dot\r\n.\r\n")
        .server("250 2.0.0 queued\r\n")
        .client("MAIL FROM:<>\r\n")
        .server("250 2.1.0 Ok\r\n")
        .client("RCPT TO:<carol@example.org>\r\n")
        .server("550 5.1.1 no\r\n")
        .client("RSET\r\n")
        .server("250 ok\r\n")
        .client("MAIL FROM:<ann@example.org>\r\n")
        .server("250 2.1.0 Ok\r\n")
        .client("RCPT TO:<carol@example.org>\r\n")
        .server("250 2.1.5 Ok\r\n")
        .client("BDAT 20\r\nSubject: two\r\n\r\nsome")
        .server("250 more\r\n")
        .client("BDAT 8 LAST\r\n chunks\n")
        .server("250 2.0.0 queued\r\n")
        .client("QUIT\r\n")
        .server("221 2.0.0 Bye\r\n")
}

fn options() -> Options {
    // A session says HELO and logs in once for all its mails.
    Options { remembers: true, ..Options::default() }
}

#[test]
fn conforms() {
    tcp::<Smtp>(options()).conversation(by_hand()).steady(opening(), mail()).check();
}

#[test]
fn recorded_sessions_conform() {
    let talks = tcp_conversations("../../tests/pcaps/smtp-session.pcap", &[25, 587]);
    assert!(talks.is_ok(), "{:?}", talks.err());
    // What `mail-parser` makes of addresses and encoded words are values of their own.
    let options = Options { allocations: Some(16), ..options() };
    tcp::<Smtp>(options)
        .conversations(talks.unwrap_or_default())
        .steady(opening(), mail_with_fields())
        .check();
}
