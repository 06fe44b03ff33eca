//! Bytes in order: overlaps, repetitions, wraps, and what comes around the data.
// Tests may stop at the first surprise; their items speak for themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(dead_code, unreachable_pub)] // the rig is shared by several test files

mod common;

use common::{C, Line, Rig, S, bytes, number, raw, segment};
use packetbeat_tcp::limits::{AHEAD, LATE, UNACKNOWLEDGED, WINDOW};
use packetbeat_tcp::{Arrival, Connection};

#[test]
fn a_request_and_its_answer() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.empty(S, 0, 3);
    rig.data(S, 0, 3, b"answer");
    rig.fin(C, 3, 6, b"");
    rig.empty(S, 6, 4);
    assert!(!rig.tcp.is_over());
    rig.fin(S, 6, 4, b"");
    rig.empty(C, 4, 7);
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answer"), Line::End(C), Line::End(S)]);
    assert!(rig.tcp.is_over());
    assert_eq!((rig.tcp.repeated(), rig.tcp.outside()), (0, 0));
    rig.nothing_waits();
}

#[test]
fn every_order_of_six_segments() {
    let stream = b"abCDefGHIjkl";
    let cuts = [0, 2, 4, 6, 9, 11, 12];
    let mut order = [0, 1, 2, 3, 4, 5];
    let mut seen = 0;
    permute(&mut order, 0, &mut |order| {
        seen += 1;
        let mut rig = Rig::new();
        for (turn, &part) in order.iter().enumerate() {
            let (from, to) = (cuts[part], cuts[part + 1]);
            // The last one carries FIN; every second one reaches into its neighbour.
            let to = if turn % 2 == 1 { (to + 2).min(12) } else { to };
            let fin = to == 12;
            rig.arrive(C, Arrival { fin, ..segment(C, from as i64, 0, &stream[from..to]) });
        }
        assert_eq!(rig.take(), [bytes(C, stream), Line::End(C)], "{order:?}");
        rig.nothing_waits();
        assert_eq!(rig.tcp.held_bytes(), 0);
    });
    assert_eq!(seen, 720);
}

fn permute(order: &mut [usize; 6], from: usize, then: &mut impl FnMut(&[usize; 6])) {
    if from == order.len() {
        return then(order);
    }
    for other in from..order.len() {
        order.swap(from, other);
        permute(order, from + 1, then);
        order.swap(from, other);
    }
}

#[test]
fn the_first_of_overlapping_bytes_win() {
    let mut rig = Rig::new();
    rig.data(C, 2, 0, b"cd");
    rig.data(C, 6, 0, b"gh");
    // New in front, between and behind; other bytes where some are known.
    rig.data(C, 0, 0, b"abXXefXXij");
    assert_eq!(rig.take(), [bytes(C, b"abcdefghij")]);
    assert_eq!(rig.tcp.repeated(), 4);
    rig.nothing_waits();
}

#[test]
fn a_retransmission_with_other_boundaries_adds_what_is_new() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"abcd");
    rig.data(C, 2, 0, b"XXef");
    rig.data(C, 0, 0, b"XXXXXXg");
    rig.data(C, 1, 0, b"XXX");
    assert_eq!(rig.take(), [bytes(C, b"abcdefg")]);
    assert_eq!(rig.tcp.repeated(), 2 + 6 + 3);
}

#[test]
fn every_packet_twice() {
    let mut rig = Rig::default();
    for _ in 0..2 {
        rig.syn(C);
    }
    for _ in 0..2 {
        rig.syn_ack(S);
    }
    for _ in 0..2 {
        rig.data(C, 0, 0, b"ask");
    }
    for _ in 0..2 {
        rig.fin(S, 0, 3, b"answer");
    }
    for _ in 0..2 {
        rig.fin(C, 3, 7, b"");
    }
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answer"), Line::End(S), Line::End(C)]);
    assert_eq!(rig.tcp.repeated(), 9);
    assert!(rig.tcp.is_over());
}

#[test]
fn keep_alives_and_window_probes_add_nothing() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    for _ in 0..3 {
        rig.empty(C, 2, 0); // keep-alive
        rig.empty(S, 0, 3);
        rig.data(C, 2, 0, b"\0"); // keep-alive of BSD
        rig.empty(S, 0, 3);
    }
    rig.nothing_waits();
    rig.data(C, 3, 0, b"n"); // a probe of a closed window carries the next byte
    rig.empty(S, 0, 3);
    rig.data(C, 3, 0, b"n");
    rig.data(C, 3, 0, b"next");
    assert_eq!(rig.take(), [bytes(C, b"asknext")]);
    rig.nothing_waits();
}

#[test]
fn sequence_numbers_wrap_many_times() {
    let mut tcp = Connection::default();
    let mut told = Count::default();
    let block = vec![7; 60_000];
    let mut seq = 0xffff_fff0_u32;
    tcp.segment(C, &Arrival { syn: true, ..raw(seq.wrapping_sub(1), None, b"") }, &mut told);
    // Three times around, every other pair of segments in the wrong order.
    let rounds = 3 * (1_u64 << 32) / 120_000;
    for round in 0..rounds {
        let order = if round % 2 == 0 { [0, 60_000] } else { [60_000, 0] };
        for step in order {
            tcp.segment(C, &raw(seq.wrapping_add(step), None, &block), &mut told);
        }
        seq = seq.wrapping_add(120_000);
    }
    assert_eq!(told.0, rounds * 120_000);
    assert_eq!(tcp.told(), told.0);
    assert_eq!((tcp.repeated(), tcp.outside()), (0, 0));
    assert!(!tcp.is_waiting());
}

#[derive(Default)]
struct Count(u64);

impl packetbeat_tcp::Receiver for Count {
    fn bytes(&mut self, _: packetbeat_core::direction::Dir, bytes: &[u8], _: packetbeat_core::time::Stamp) {
        self.0 += bytes.len() as u64;
    }
    fn lost(
        &mut self,
        _: packetbeat_core::direction::Dir,
        count: std::num::NonZeroU64,
        _: packetbeat_core::time::Stamp,
    ) {
        panic!("{count} lost");
    }
    fn end(&mut self, _: packetbeat_core::direction::Dir, _: packetbeat_core::time::Stamp) {}
}

#[test]
fn data_in_the_syn() {
    let mut rig = Rig::default();
    rig.arrive(C, Arrival { syn: true, ..raw(number(C, -1), None, b"early") });
    rig.arrive(S, Arrival { syn: true, ..raw(number(S, -1), Some(number(C, 5)), b"") });
    rig.data(S, 0, 5, b"answer");
    assert_eq!(rig.take(), [bytes(C, b"early"), bytes(S, b"answer")]);
    // A server that did not want it acknowledges the SYN alone, and it comes again.
    let mut rig = Rig::default();
    rig.arrive(C, Arrival { syn: true, ..raw(number(C, -1), None, b"early") });
    rig.syn_ack(S);
    rig.data(C, 0, 0, b"early, and more");
    assert_eq!(rig.take(), [bytes(C, b"early, and more")]);
}

#[test]
fn numbers_outside_of_the_window_are_not_of_the_stream() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.data(C, WINDOW as i64 + 4, 0, b"far");
    rig.data(C, -(WINDOW as i64), 0, b"far");
    rig.cut(C, 10, 0, b"far", u32::MAX);
    assert_eq!(rig.tcp.outside(), 3 + 3 + 3 + u64::from(u32::MAX));
    rig.nothing_waits();
    rig.flush();
    assert_eq!(rig.take(), [bytes(C, b"ask")]);
}

#[test]
fn an_acknowledgment_far_ahead_is_not_believed() {
    let mut rig = Rig::new();
    rig.empty(S, 0, AHEAD as i64 + 1);
    rig.nothing_waits();
    rig.data(S, 0, AHEAD as i64 + 1, b"waits for nothing");
    rig.wait(UNACKNOWLEDGED);
    rig.data(C, 0, 0, b"ask");
    rig.flush();
    assert_eq!(rig.take(), [bytes(S, b"waits for nothing"), bytes(C, b"ask")]);
}

#[test]
fn stray_data_far_ahead_is_dropped_and_not_taken_for_a_loss() {
    let mut rig = Rig::new();
    rig.data(C, AHEAD as i64 + 1, 0, b"stray");
    rig.wait(UNACKNOWLEDGED);
    rig.nothing_waits();
    assert_eq!(rig.tcp.outside(), 5);
    rig.data(C, 0, 0, b"ask");
    rig.data(C, 500_000_000, 0, b"stray");
    rig.flush();
    assert_eq!(rig.take(), [bytes(C, b"ask")]);
    assert_eq!(rig.tcp.outside(), 10);
}

#[test]
fn a_repeated_syn_is_the_same_connection_and_another_is_not() {
    let mut rig = Rig::default();
    assert!(!rig.tcp.is_other(C, number(C, -1)));
    rig.syn(C);
    assert!(!rig.tcp.is_other(C, number(C, -1)));
    assert!(!rig.tcp.is_other(S, 77), "the server's number is not known");
    rig.syn_ack(S);
    rig.data(C, 0, 0, &[1; 1000]);
    assert!(!rig.tcp.is_other(C, number(C, -1)));
    assert!(!rig.tcp.is_other(S, number(S, -1)));
    for other in [0, 1, 999, 1000, 64_000, -1 - LATE as i64 - 1, 1 << 31] {
        assert!(rig.tcp.is_other(C, number(C, other)), "{other}");
        assert!(rig.tcp.is_other(S, number(S, other)), "{other}");
    }
}

#[test]
fn a_syn_of_another_connection_changes_nothing() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.arrive(C, Arrival { syn: true, ..raw(number(C, 70_000), None, b"other") });
    rig.data(C, 3, 0, b"more");
    assert_eq!(rig.take(), [bytes(C, b"askmore")]);
    assert_eq!(rig.tcp.outside(), 5);
}

#[test]
fn the_latest_syn_before_any_data_counts() {
    let mut rig = Rig::default();
    rig.syn(C);
    rig.arrive(S, Arrival { syn: true, ..raw(0x9000_0000, Some(number(C, 0)), b"") });
    rig.syn_ack(S);
    rig.data(C, 0, 0, b"ask");
    rig.data(S, 0, 3, b"answer");
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answer")]);
    rig.nothing_waits();
}

#[test]
fn data_before_its_syn() {
    let mut rig = Rig::default();
    rig.data(C, 0, 0, b"ask");
    assert!(!rig.tcp.is_other(C, number(C, -1)));
    rig.syn(C);
    rig.syn_ack(S);
    rig.data(C, 3, 0, b"more");
    assert_eq!(rig.take(), [bytes(C, b"askmore")]);
    // The second segment first: the SYN in front of both is still of this connection.
    let mut rig = Rig::default();
    rig.data(C, 3, 0, b"more");
    assert!(!rig.tcp.is_other(C, number(C, -1)));
    rig.syn(C);
    rig.data(C, 7, 0, b"and more");
    assert_eq!(rig.take(), [bytes(C, b"moreand more")]);
    // Known from the server's acknowledgment: nothing is told out of order.
    let mut rig = Rig::default();
    rig.syn_ack(S);
    rig.data(C, 3, 0, b"more");
    rig.data(C, 0, 0, b"ask");
    rig.syn(C);
    assert_eq!(rig.take(), [bytes(C, b"askmore")]);
}

#[test]
fn time_that_runs_backwards_is_survived() {
    let mut rig = Rig::new();
    rig.now.nanos = i64::MAX;
    rig.data(C, 3, 0, b"more");
    rig.empty(S, 0, 7);
    rig.now.nanos = i64::MIN;
    rig.empty(S, 0, 7);
    rig.wait(0);
    assert_eq!(rig.take(), []);
    rig.data(C, 0, 0, b"ask");
    assert_eq!(rig.take(), [bytes(C, b"askmore")]);
    rig.nothing_waits();
}
