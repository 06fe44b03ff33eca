//! Connections as captures have them, through a whole worker.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

mod common;

use common::{Talk, registry, run, told};
use packetbeat_core::direction::Dir;

#[test]
fn an_exchange_has_the_times_of_its_first_bytes() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().ask("Q on").ask("e\nQ two\n").say("A one\nA t").say("wo\n");
    talk.packet(Dir::ToServer, "FA", b"").packet(Dir::ToClient, "FA", b"").packet(Dir::ToServer, "A", b"");
    let (events, summary) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q one ok", "Q two ok"]);
    assert_eq!(events[0]["event"]["start"], "1970-01-01T00:00:00.004Z");
    assert_eq!(events[0]["event"]["duration"], 2_000_000);
    assert_eq!(events[1]["source"]["bytes"], 6);
    assert_eq!(events[1]["event"]["end"], "1970-01-01T00:00:00.006Z");
    assert_eq!((summary.bytes.in_all, summary.bytes.parsed), (24, 24));
}

#[test]
fn a_request_without_its_answer_leaves_with_the_reason() {
    type Ending = fn(&mut Talk) -> &mut Talk;
    let endings: [(&str, Ending); 3] = [
        ("capture_end", |talk| talk),
        ("connection_reset", |talk| talk.packet(Dir::ToClient, "RA", b"")),
        ("connection_closed", |talk| talk.packet(Dir::ToServer, "FA", b"").packet(Dir::ToClient, "FA", b"")),
    ];
    for (reason, ending) in endings {
        let mut talk = Talk::new(4000, 7777);
        talk.handshake().ask("Q one\n");
        ending(&mut talk);
        let (events, _) = run(&registry(false), &talk.frames);
        assert_eq!(told(&events), [format!("Q one {reason}")]);
    }
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().ask("Q one\n").wait(301_000);
    let mut other = Talk::new(4001, 7777);
    other.clock = talk.clock;
    other.handshake();
    talk.frames.extend(other.frames);
    let (events, summary) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q one idle"]);
    assert_eq!(summary.connections.idle, 1);
}

#[test]
fn a_lost_packet_costs_its_own_exchange_and_no_other() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake();
    for n in 0..6 {
        talk.ask(&format!("Q {n}\n")).say(&format!("A {n}\n"));
        if n == 2 {
            talk.unseen();
        }
    }
    let (events, summary) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q 0 ok", "Q 1 ok", "Q 2 gap", "Q 3 ok", "Q 4 ok", "Q 5 ok"]);
    assert_eq!(summary.bytes.lost, 4);
}

#[test]
fn a_hole_in_skipped_bytes_is_a_note() {
    let mut talk = Talk::new(4000, 7777);
    let body = "b".repeat(100);
    talk.handshake()
        .ask("Q skip 300\n")
        .say("A\n")
        .say(&body)
        .say(&body)
        .unseen()
        .say(&body)
        .ask("Q next\n")
        .say("A\n");
    let (events, summary) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q skip 300 ok", "Q next ok"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 100);
    assert_eq!(events[0]["destination"]["bytes"], 302);
    assert_eq!((summary.bytes.skipped, summary.bytes.lost), (200, 100));
}

#[test]
fn joined_in_the_middle_the_next_message_is_found_and_roles_are_told() {
    // The server's half of a line comes first, from a port that is lower than the client's and not configured.
    let mut talk = Talk::new(900, 5000);
    talk.say("rest of an answer\n").ask("Q one\n").say("A one\n");
    let (events, _) = run(&registry(true), &talk.frames);
    assert_eq!(told(&events), ["Q one ok"]);
    assert_eq!(events[0]["destination"]["port"], 5000);
    assert_eq!(events[0]["client"]["port"], 900);
}

#[test]
fn content_is_found_on_any_port_only_when_asked_for() {
    let mut talk = Talk::new(4000, 1234);
    talk.handshake().ask("Q ").ask("one\n").say("A one\n");
    assert_eq!(told(&run(&registry(true), &talk.frames).0), ["Q one ok"]);
    let (events, summary) = run(&registry(false), &talk.frames);
    assert!(events.is_empty());
    assert_eq!((summary.bytes.opaque, summary.connections.unrecognised), (12, 1));
}

#[test]
fn an_upgrade_hands_the_rest_of_both_directions_on() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().ask("Q upgrade\n").say("A yes\nA early\n").ask("Q one\n").say("A one\n");
    let (events, _) = run(&registry(true), &talk.frames);
    assert_eq!(told(&events), ["Q upgrade ok", "Q one ok"]);
}

#[test]
fn malformed_bytes_end_the_parser_and_are_counted() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().ask("Q one\nX\n").say("A one\n");
    let (events, summary) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q one malformed"]);
    assert_eq!(summary.tallies[0].malformed_count(), 1);
    assert_eq!(summary.bytes.opaque, 6);
}

#[test]
fn ports_are_used_again_and_syns_repeat() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().ask("Q one\n").say("A one\n").packet(Dir::ToServer, "FA", b"").packet(
        Dir::ToClient,
        "FA",
        b"",
    );
    let again = talk.frames[0].1.clone();
    talk.frames.push((talk.clock, again));
    let mut second = Talk::new(4000, 7777);
    second.clock = talk.clock;
    second.handshake().ask("Q two\n").say("A two\n");
    // Another initial number, as a new connection has it.
    let (events, summary) = {
        let mut other = Talk::new(4000, 7777);
        other.clock = talk.clock;
        other.ask("padding of the sequence numbers").unseen().handshake().ask("Q two\n").say("A two\n");
        talk.frames.extend(other.frames);
        run(&registry(false), &talk.frames)
    };
    assert_eq!(told(&events), ["Q one ok", "Q two ok"]);
    assert_eq!(summary.connections.seen, 2);
}

#[test]
fn a_reset_that_its_sender_does_not_keep_to_was_none() {
    let mut talk = Talk::new(4000, 7777);
    talk.handshake().packet(Dir::ToServer, "RA", b"").ask("Q one\n").say("A one\n");
    let (events, _) = run(&registry(false), &talk.frames);
    assert_eq!(told(&events), ["Q one ok"]);
}
