//! FIN, half-close, RST.
// Tests may stop at the first surprise; their items speak for themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(dead_code, unreachable_pub)] // the rig is shared by several test files

mod common;

use common::{C, Line, Rig, S, bytes};
use packetbeat_tcp::limits::{AHEAD, GRACE, ONE_SIDED, UNACKNOWLEDGED};

#[test]
fn a_fin_before_missing_data_waits_for_it() {
    let mut rig = Rig::new();
    rig.fin(C, 6, 0, b"");
    rig.fin(C, 3, 0, b"def");
    assert_eq!(rig.take(), []);
    rig.data(C, 0, 0, b"abc");
    assert_eq!(rig.take(), [bytes(C, b"abcdef"), Line::End(C)]);
    rig.fin(C, 3, 0, b"def");
    rig.fin(C, 6, 0, b"");
    assert_eq!(rig.take(), []);
    rig.nothing_waits();
}

#[test]
fn the_peer_sends_on_for_long_after_a_fin() {
    let mut rig = Rig::new();
    rig.fin(C, 0, 0, b"ask");
    for block in 0..1000 {
        rig.data(S, block * 10, 4, b"0123456789");
        rig.empty(C, 4, block * 10 + 10);
    }
    rig.fin(S, 10_000, 4, b"");
    assert_eq!(rig.told.bytes.to_client.len(), 10_000);
    assert_eq!(rig.take().len(), 4);
    assert!(rig.tcp.is_over());
    assert_eq!(rig.tcp.outside(), 0);
    rig.nothing_waits();
}

#[test]
fn the_acknowledgment_of_a_fin_that_is_not_captured_is_no_lost_byte() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.data(S, 0, 4, b"answer"); // acknowledges a FIN, or a byte that comes late
    assert_eq!(rig.take(), [bytes(C, b"ask")]);
    assert!(rig.tcp.is_waiting());
    rig.wait(GRACE);
    assert_eq!(rig.take(), [bytes(S, b"answer")]);
    rig.data(S, 6, 4, b" and more");
    rig.empty(C, 4, 15);
    assert_eq!(rig.take(), [bytes(S, b" and more")]);
    rig.nothing_waits();
    rig.flush();
    assert_eq!(rig.take(), []);
}

#[test]
fn one_byte_that_was_acknowledged_and_came_late() {
    let mut rig = Rig::new();
    rig.data(S, 0, 1, b"answer");
    rig.data(C, 0, 0, b"a");
    assert_eq!(rig.take(), [bytes(C, b"a"), bytes(S, b"answer")]);
    // It was a byte after all, and it is lost.
    rig.data(S, 6, 2, b"answer");
    rig.wait(GRACE);
    rig.data(C, 2, 12, b"c");
    assert_eq!(rig.take(), [bytes(S, b"answer")]);
    rig.empty(S, 12, 3);
    rig.wait(GRACE);
    assert_eq!(rig.take(), [Line::Lost(C, 1), bytes(C, b"c")]);
}

#[test]
fn the_acknowledgment_of_a_fin_before_the_fin() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.fin(S, 0, 4, b"answer");
    rig.fin(C, 3, 0, b"");
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answer"), Line::End(S), Line::End(C)]);
    rig.nothing_waits();
}

#[test]
fn a_fin_that_was_counted_as_a_lost_byte_still_ends() {
    let mut rig = Rig::new();
    rig.empty(S, 0, 4);
    rig.wait(GRACE);
    rig.fin(C, 3, 0, b"");
    rig.fin(C, 3, 0, b"");
    assert_eq!(rig.take(), [Line::Lost(C, 4), Line::End(C)]);
    rig.nothing_waits();
}

#[test]
fn joined_at_the_end() {
    // The FIN of a direction of which nothing else was seen, and its acknowledgment, either first.
    for fin_first in [true, false] {
        let mut rig = Rig::default();
        rig.empty(C, 0, 0);
        if fin_first {
            rig.fin(C, 0, 6, b"");
        }
        rig.data(S, 0, 1, b"answer");
        rig.fin(S, 6, 1, b"");
        if !fin_first {
            rig.fin(C, 0, 6, b"");
        }
        let mut lines = rig.take();
        lines.sort_by_key(|line| !matches!(line, Line::Bytes(..)));
        assert_eq!(lines[0], bytes(S, b"answer"));
        assert!(lines.len() == 3 && rig.tcp.is_over(), "{lines:?}");
        rig.nothing_waits();
    }
}

#[test]
fn an_end_is_told_after_what_it_acknowledges() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.fin(C, 3, 6, b"");
    assert_eq!(rig.take(), [bytes(C, b"ask")]);
    rig.data(S, 0, 3, b"answer");
    assert_eq!(rig.take(), [bytes(S, b"answer"), Line::End(C)]);
}

#[test]
fn bytes_behind_the_fin_are_not_of_the_stream() {
    let mut rig = Rig::new();
    rig.data(C, 8, 0, b"behind");
    rig.fin(C, 0, 0, b"abc");
    rig.data(C, 2, 0, b"cde");
    rig.data(C, 3, 0, b"de");
    assert_eq!(rig.take(), [bytes(C, b"abc"), Line::End(C)]);
    assert_eq!((rig.tcp.outside(), rig.tcp.repeated()), (6 + 2 + 2, 1));
    rig.nothing_waits();
    assert_eq!(rig.tcp.held_bytes(), 0);
}

#[test]
fn a_stray_fin_is_replaced() {
    let mut rig = Rig::new();
    rig.fin(C, 1000, 0, b"");
    rig.fin(C, AHEAD as i64 * 2, 0, b"");
    rig.nothing_waits();
    rig.fin(C, 0, 0, b"abc");
    assert_eq!(rig.take(), [bytes(C, b"abc"), Line::End(C)]);
}

#[test]
fn data_that_never_came_before_a_fin_is_lost() {
    for (acked, wait) in [(false, UNACKNOWLEDGED), (true, GRACE)] {
        let mut rig = Rig::new();
        rig.fin(C, 5, 0, b"");
        if acked {
            rig.empty(S, 0, 6);
        }
        rig.wait(wait - 1);
        assert_eq!(rig.take(), []);
        rig.wait(1);
        assert_eq!(rig.take(), [Line::Lost(C, 5), Line::End(C)]);
    }
    let mut rig = Rig::default();
    rig.syn(C);
    rig.fin(C, 5, 0, b"");
    rig.wait(ONE_SIDED);
    assert_eq!(rig.take(), [Line::Lost(C, 5), Line::End(C)]);
    assert!(rig.tcp.is_over(), "the other direction is not in the capture");
}

#[test]
fn a_reset_tells_everything_in_the_order_of_the_capture() {
    let mut rig = Rig::new();
    rig.data(S, 3, 9, b"def"); // packet 4: holes in both directions
    rig.data(C, 6, 0, b"ghi"); // packet 5
    rig.data(C, 12, 0, b"mno"); // packet 6
    rig.data(S, 9, 9, b"jkl"); // packet 7
    rig.flush();
    let told = [
        Line::Lost(C, 6),
        bytes(C, b"ghi"),
        Line::Lost(S, 3),
        bytes(S, b"def"),
        Line::Lost(C, 3),
        bytes(C, b"mno"),
        Line::Lost(S, 3),
        bytes(S, b"jkl"),
    ];
    assert_eq!(rig.take(), told);
}

#[test]
fn a_loss_at_the_very_end_is_told_at_the_end_of_the_capture() {
    let mut rig = Rig::new();
    rig.data(C, 0, 0, b"ask");
    rig.empty(S, 0, 10);
    assert!(rig.tcp.is_waiting());
    rig.flush();
    assert_eq!(rig.take(), [bytes(C, b"ask"), Line::Lost(C, 7)]);
}
