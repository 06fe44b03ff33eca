//! The same bytes cut in other ways, and what stands between messages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub
)] // a test, which does not use all of the driver

mod drive;

use drive::{Drive, ToClient, ToServer, digest, http};
use packetbeat_core::stream::Close;

const GET: &str = "GET /a/b.html?z=1&a=%20x HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8\r\nReferer: http://r/\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")
}

fn ok(code: u16) -> String {
    format!("HTTP/1.1 {code} Fine\r\nContent-Length: 2\r\n\r\nok")
}

#[test]
fn cutting_the_stream_changes_nothing() {
    let post = "\r\nPOST /f HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nb=2&a=1";
    let chunked = "HTTP/1.1 201 Created\nTransfer-Encoding: chunked\n\n5;x=y\r\nhello\r\n006\r\n world\r\n0\r\nT: 1\r\n\r\n";
    let client = [GET, post, &get("/last")].concat();
    let server = [OK, chunked, &ok(204), "\r\n"].concat();
    let mut want = None;
    for size in [1, 2, 3, 7, 16, 100, 10_000] {
        let mut drive = Drive::new(http(|_| ()));
        client.as_bytes().chunks(size).for_each(|part| {
            drive.client(part);
        });
        server.as_bytes().chunks(size).for_each(|part| {
            drive.server(part);
        });
        let mut events = drive.events(Close::Fin);
        for event in &mut events {
            for key in ["event", "@timestamp"] {
                event.as_object_mut().unwrap().remove(key);
            }
        }
        assert_eq!(digest(&events)[..2], ["GET /a/b.html 200", "POST /f 201"]);
        assert_eq!(events[1]["url"]["query"], "a=1&b=2");
        assert_eq!(events[1]["http"]["response"]["body"]["bytes"], 11);
        assert_eq!(events[1]["http"]["response"]["bytes"], chunked.len());
        assert_eq!(events[1]["http"]["response"]["headers"]["content-length"], 11);
        assert_eq!(*want.get_or_insert_with(|| events.clone()), events, "{size}");
    }
}

#[test]
fn the_next_answer_is_looked_for_at_a_bodys_start_alone() {
    let client = [get("/1"), get("/2")].concat();
    let unsaid = "HTTP/1.1 302 Found\r\n\r\n";
    let next = "HTTP/1.1 204 None\r\n\r\n";
    for (body, want, bytes) in [
        ("", ["GET /1 302", "GET /2 204"], None),
        ("some bytes\r\n", ["GET /1 302", "GET /2 -"], Some(12 + next.len())),
        ("HTTP/1.1 2x ", ["GET /1 302", "GET /2 -"], Some(12 + next.len())),
    ] {
        let server = [unsaid, body, next].concat();
        for size in 1..server.len() {
            let mut drive = Drive::new(http(|_| ()));
            drive.client(&client);
            for part in server.as_bytes().chunks(size) {
                drive.server(part);
            }
            drive.fin(ToClient);
            let events = drive.events(Close::Fin);
            assert_eq!(digest(&events), want, "{body:?} {size}");
            assert_eq!(
                events[0]["http"]["response"]["body"]["bytes"].as_u64(),
                bytes.map(|bytes| bytes as u64)
            );
        }
    }
    // The end comes before it is clear.
    let mut drive = Drive::new(http(|_| ()));
    drive.client(&client).server(unsaid).server("HTTP/1.").fin(ToClient);
    assert_eq!(drive.events(Close::Fin)[0]["http"]["response"]["body"]["bytes"], 7);
}

#[test]
fn a_server_that_begins_before_it_is_asked() {
    let (head, rest) = OK.split_at(OK.len() - 5);
    let run = |from_start: bool| {
        let mut drive = Drive::new(http(|_| ()));
        if !from_start {
            drive.lost(ToServer, 10);
        }
        drive.server(head).client(get("/1")).server(rest).client(get("/2")).server(ok(404));
        drive.events(Close::Fin)
    };
    assert_eq!(digest(&run(true)), ["GET /1 200", "GET /2 404"]);
    assert!(run(true)[0]["event"]["duration"].is_null());
    // The request that it answers may be in a hole.
    assert_eq!(digest(&run(false)), ["- 200", "GET /1 404", "GET /2 -"]);
}

#[test]
fn what_stands_in_front_of_the_first_message_costs_itself_alone() {
    let bytes = |text: &[u8], more: &str| [text, more.as_bytes()].concat();
    for (asked, granted) in [
        (&b"\x04\x01\x00P\xc0\x00\x02\x19me\x00"[..], &b"\x00Z\x00P\xc0\x00\x02\x19"[..]),
        (
            b"\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x19\x00P",
            b"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x20\x0a",
        ),
        (b"PROXY TCP4 192.0.2.1 192.0.2.25 40000 80\r\n", b""),
        (b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x19\x9c\x40\x00P", b""),
        (b"hello\r\n", b"hello yourself\r\n"),
        (b"\x00GET x\n{y}", b"HTTP/1.1 x"),
    ] {
        let client = bytes(asked, &[get("/1"), "ANY /2 HTTP/1.1\r\n\r\n".to_owned()].concat());
        let server = bytes(granted, &[ok(200), ok(404)].concat());
        for size in [1, 2, 3, 5, 9, 1000] {
            let mut drive = Drive::new(http(|_| ()));
            for part in client.chunks(size) {
                drive.client(part);
            }
            for part in server.chunks(size) {
                drive.server(part);
            }
            assert_eq!(digest(&drive.events(Close::Fin)), ["GET /1 200", "ANY /2 404"], "{asked:?} {size}");
        }
    }
    // The client speaks something else.
    let mut drive = Drive::new(http(|_| ()));
    drive
        .client(b"\x05\x00\x0b\x03\x10\x00\x00\x00\n")
        .server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["- 400"]);
}

#[test]
fn requests_without_a_version() {
    for size in [1, 2, 7, 100] {
        let mut drive = Drive::new(http(|_| ()));
        for part in b"GET /old?a\r\n\r\nGET /new HTTP/1.1\r\n\r\nGET /older\n".chunks(size) {
            drive.client(part);
        }
        for part in [ok(200), ok(404), "<html>and no head".to_owned()].concat().as_bytes().chunks(size) {
            drive.server(part);
        }
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["GET /old 200", "GET /new 404", "GET /older -"]);
        assert_eq!(
            (&events[0]["http"]["version"], &events[0]["url"]["query"]),
            (&"0.9".into(), &"a=".into())
        );
        assert_eq!(events[0]["http"]["request"]["bytes"], 12);
    }
}

#[test]
fn events_do_not_depend_on_cuts_whatever_is_said() {
    const SAID: [&str; 16] = [
        "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /2 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody",
        "POST /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "0\r\n\r\n",
        "zz\r\n",
        "GET /4\r\n",
        "G",
        "ANY /5 HTTP/1.0\n\n",
        "\x00{x}",
        "PROXY TCP4 a b\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 404 No\r\n\r\n",
        "HTTP/1.1 204 None\r\n\r\n",
        "HTTP/1.1 2",
        "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ];
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for round in 0..400 {
        let mut speech = |from: usize| {
            let count = 1 + random(7);
            (0..count).map(|_| SAID[(from + random(10)) % SAID.len()]).collect::<String>()
        };
        let (client, server) = (speech(0), speech(8));
        let mut want = None;
        for way in 0..6 {
            let mut drive = Drive::new(http(|_| ()));
            for (dir, text) in [(ToServer, &client), (ToClient, &server)] {
                let mut rest = text.as_bytes();
                while !rest.is_empty() {
                    let cut = [rest.len(), 1, 1 + random(5), 1 + random(40), 13, 2][way].min(rest.len());
                    drive.says(dir, &rest[..cut]);
                    rest = &rest[cut..];
                }
            }
            drive.fin(ToServer).fin(ToClient);
            let mut events = drive.events(Close::Fin);
            for event in &mut events {
                for key in ["event", "@timestamp"] {
                    event.as_object_mut().unwrap().remove(key);
                }
            }
            assert_eq!(
                *want.get_or_insert_with(|| events.clone()),
                events,
                "{round} {way}\n{client:?}\n{server:?}"
            );
        }
    }
}

#[test]
fn an_early_answer_waits_until_the_next_head_is_whole() {
    let server = "HTTP/1.0 204 No\r\n\r\nHTTP/1.1 404 Not\r\n";
    let mut want = None;
    for size in [1, 5, 1000] {
        let mut drive = Drive::new(http(|_| ()));
        drive.client(b"POST /x HTTP/1.1\r\nContent-Length: 1\r\n\r\n");
        server.as_bytes().chunks(size).for_each(|part| {
            drive.server(part);
        });
        let messages: Vec<_> =
            drive.events(Close::Fin).iter().map(|event| event["error"]["message"].clone()).collect();
        assert_eq!(*want.get_or_insert_with(|| messages.clone()), messages, "{size}");
    }
}

#[test]
fn what_stands_behind_a_chunk_is_looked_at_however_it_is_cut() {
    let server = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellobroken";
    for size in [1, 4, 1000] {
        let mut drive = Drive::new(http(|_| ()));
        drive.client(get("/").as_bytes());
        server.as_bytes().chunks(size).for_each(|part| {
            drive.server(part);
        });
        let events = drive.events(Close::CaptureEnd);
        assert_eq!(digest(&events), ["GET / 200"], "{size}");
        assert_eq!(events[0]["http"]["response"]["body"]["bytes"], 5, "{size}");
    }
}
