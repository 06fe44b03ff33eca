//! What is lost, and when; the order between the directions; beginnings that were not captured.
// Tests may stop at the first surprise; their items speak for themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(dead_code, unreachable_pub)] // the rig is shared by several test files

mod common;

use common::{C, Line, Rig, S, bytes};
use packetbeat_core::time::{MILLISECOND, SECOND};
use packetbeat_tcp::limits::{GRACE, ONE_SIDED, UNACKNOWLEDGED};

#[test]
fn an_acknowledged_hole_is_lost_after_the_grace() {
    let mut rig = Rig::new();
    rig.data(C, 3, 0, b"def");
    rig.empty(S, 0, 6);
    assert_eq!(rig.tcp.deadline(0), Some(GRACE));
    rig.wait(GRACE - 1);
    assert_eq!(rig.take(), []);
    rig.wait(1);
    assert_eq!(rig.take(), [Line::Lost(C, 3), bytes(C, b"def")]);
    rig.data(C, 0, 0, b"abc");
    assert_eq!((rig.take(), rig.tcp.repeated()), (vec![], 3), "too late");
}

#[test]
fn a_hole_that_nobody_acknowledged_waits_for_its_retransmission() {
    let mut rig = Rig::new();
    rig.data(C, 3, 0, b"def");
    rig.empty(S, 0, 0);
    rig.wait(UNACKNOWLEDGED - 1);
    assert_eq!(rig.take(), []);
    // The retransmission comes, but its acknowledgment is captured first: the grace begins now.
    rig.empty(S, 0, 6);
    rig.wait(GRACE - 1);
    assert_eq!(rig.take(), []);
    rig.data(C, 0, 0, b"abc");
    assert_eq!(rig.take(), [bytes(C, b"abcdef")]);
    // And once more, acknowledged in part.
    rig.data(C, 10, 0, b"klm");
    rig.wait(30 * SECOND);
    rig.empty(S, 0, 8);
    rig.wait(GRACE - 1);
    assert_eq!(rig.take(), []);
    rig.wait(1);
    assert_eq!(rig.take(), [Line::Lost(C, 2)]);
    rig.wait(UNACKNOWLEDGED);
    rig.wait(UNACKNOWLEDGED);
    assert_eq!(rig.take(), [Line::Lost(C, 2), bytes(C, b"klm")]);
}

#[test]
fn one_side_alone_is_not_waited_for() {
    for dir in [C, S] {
        let mut rig = Rig::default();
        rig.data(dir, 0, 0, b"one");
        rig.data(dir, 3, 100, b"two"); // acknowledges what is not in the capture
        assert_eq!(rig.take(), [bytes(dir, b"onetwo")]);
        rig.nothing_waits();
        rig.data(dir, 9, 200, b"four");
        rig.now.nanos += 500 * MILLISECOND;
        rig.data(dir, 16, 200, b"six");
        rig.wait(ONE_SIDED - 500 * MILLISECOND);
        assert_eq!(rig.take(), [Line::Lost(dir, 3), bytes(dir, b"four")]);
        rig.wait(500 * MILLISECOND);
        assert_eq!(rig.take(), [Line::Lost(dir, 3), bytes(dir, b"six")], "its time ran along");
        rig.fin(dir, 19, 300, b"");
        assert_eq!(rig.take(), [Line::End(dir)]);
        assert!(rig.tcp.is_over());
        rig.flush();
        assert_eq!(rig.take(), [], "nothing is lost of what is not captured");
    }
}

#[test]
fn several_acknowledged_holes_are_over_at_once() {
    let mut rig = Rig::new();
    for hole in 0..50 {
        rig.data(C, hole * 4 + 3, 0, b"d");
    }
    rig.empty(S, 0, 200);
    rig.wait(GRACE);
    assert_eq!(rig.take().len(), 100);
    rig.nothing_waits();
}

#[test]
fn holes_in_both_directions_at_once() {
    let mut rig = Rig::new();
    rig.data(C, 3, 3, b"def");
    rig.data(S, 3, 6, b"DEF");
    rig.wait(GRACE);
    assert_eq!(rig.take(), [Line::Lost(C, 3), Line::Lost(S, 3), bytes(C, b"def"), bytes(S, b"DEF")]);
    rig.nothing_waits();
}

#[test]
fn a_direction_that_leaves_the_capture_is_lost_as_it_is_acknowledged() {
    let mut rig = Rig::new();
    rig.data(S, 0, 0, b"here");
    for step in 0..100 {
        rig.data(C, step * 3, 1000 * step + 4, b"ask");
        rig.wait(GRACE);
    }
    assert_eq!(rig.told.bytes.to_server.len(), 300);
    rig.data(S, 99_004, 300, b"back");
    let lines = rig.take();
    assert_eq!(lines.iter().filter(|line| matches!(line, Line::Lost(S, 1000))).count(), 99);
    assert_eq!(lines.last(), Some(&bytes(S, b"back")));
}

#[test]
fn taps_of_different_delay_lose_nothing() {
    // Acknowledgments are always captured a millisecond before what they acknowledge.
    let mut rig = Rig::new();
    for step in 0..1000 {
        rig.empty(S, 0, step * 4 + 8);
        rig.data(C, step * 4, 0, b"data");
        rig.wait(MILLISECOND);
    }
    assert_eq!(rig.take(), [bytes(C, &b"data".repeat(1000))]);
}

#[test]
fn an_answer_captured_before_its_question_waits() {
    let mut rig = Rig::new();
    rig.data(S, 0, 3, b"answer");
    assert_eq!(rig.take(), []);
    assert!(rig.tcp.is_waiting());
    assert_eq!(rig.tcp.deadline(0), Some(GRACE));
    rig.data(C, 0, 0, b"ask");
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answer")]);
    rig.nothing_waits();
    // The question is not in the capture.
    rig.data(S, 6, 10, b"answer");
    rig.wait(GRACE);
    assert_eq!(rig.take(), [Line::Lost(C, 7), bytes(S, b"answer")]);
}

#[test]
fn pipelined_answers_come_after_their_questions() {
    let mut rig = Rig::new();
    rig.data(S, 0, 1, b"1");
    rig.data(S, 1, 3, b"3");
    rig.data(C, 2, 0, b"c");
    rig.data(S, 2, 3, b"4");
    rig.data(C, 0, 0, b"a");
    rig.data(C, 1, 0, b"b");
    assert_eq!(
        rig.take(),
        [bytes(C, b"a"), bytes(S, b"1"), bytes(C, b"bc"), bytes(S, b"34")],
        "in the order of the capture as far as acknowledgments allow"
    );
    rig.nothing_waits();
}

#[test]
fn each_waiting_for_the_other_ends() {
    let mut rig = Rig::new();
    rig.data(C, 0, 3, b"abc");
    rig.data(S, 0, 3, b"ABC");
    assert_eq!(rig.take(), []);
    rig.wait(UNACKNOWLEDGED);
    rig.flush();
    assert_eq!(rig.take(), [bytes(C, b"abc"), bytes(S, b"ABC")], "the earlier packet first");
    assert!(!rig.tcp.is_waiting());
}

#[test]
fn what_the_snap_length_cut_off_is_lost_at_its_turn() {
    let mut rig = Rig::new();
    rig.cut(C, 0, 0, b"ab", 4);
    assert_eq!(rig.take(), [bytes(C, b"ab"), Line::Lost(C, 4)]);
    rig.cut(C, 0, 0, b"ab", 4); // again
    rig.cut(C, 4, 0, b"ef", 3); // again, and more
    assert_eq!(rig.take(), [Line::Lost(C, 3)]);
    rig.cut(C, 12, 0, b"mn", 2); // before its turn
    rig.data(C, 9, 0, b"jkl");
    assert_eq!(rig.take(), [bytes(C, b"jklmn"), Line::Lost(C, 2)]);
    rig.cut(C, 12, 0, b"mn", 3);
    rig.data(C, 17, 0, b"rs");
    assert_eq!(rig.take(), [Line::Lost(C, 1), bytes(C, b"rs")]);
    rig.nothing_waits();
    // Bytes that waited fill what was cut off before.
    rig.data(C, 21, 0, b"vw");
    rig.cut(C, 19, 0, b"t", 6);
    assert_eq!(rig.take(), [bytes(C, b"t"), Line::Lost(C, 1), bytes(C, b"vw"), Line::Lost(C, 3)]);
}

#[test]
fn joined_in_the_middle() {
    // The answer first, then more of it from before what the client acknowledged.
    let mut rig = Rig::default();
    rig.data(C, 0, 100, b"ask");
    rig.data(S, 90, 0, b"the rest of an answer");
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"the rest of an answer")]);
    rig.nothing_waits();
    // Data that an empty segment overtook.
    let mut rig = Rig::default();
    rig.empty(C, 10, 0);
    rig.data(C, 4, 0, b"before");
    rig.data(C, 10, 0, b"after");
    assert_eq!(rig.take(), [bytes(C, b"beforeafter")]);
    // The server's side first.
    let mut rig = Rig::default();
    rig.data(S, 7, 3, b"answer");
    rig.data(C, 3, 13, b"ask");
    assert_eq!(rig.take(), [bytes(S, b"answer"), bytes(C, b"ask")]);
    rig.nothing_waits();
    // Numbers that have nothing to do with what was acknowledged: the sender's own count.
    let mut rig = Rig::default();
    rig.data(C, 0, 0, b"ask");
    rig.data(S, 1 << 31, 3, b"answer");
    rig.data(S, (1 << 31) + 6, 3, b"more");
    assert_eq!(rig.take(), [bytes(C, b"ask"), bytes(S, b"answermore")]);
    rig.nothing_waits();
}

#[test]
fn joined_at_a_keep_alive() {
    for probe in [&b""[..], b"\0"] {
        let mut rig = Rig::default();
        rig.data(C, 9, 50, probe);
        rig.empty(S, 50, 10);
        rig.nothing_waits();
        rig.data(C, 10, 50, b"ask");
        rig.data(S, 50, 13, b"answer");
        let mut asked = probe.to_vec();
        asked.extend(b"ask");
        assert_eq!(rig.take(), [bytes(C, &asked), bytes(S, b"answer")]);
        rig.nothing_waits();
    }
    // Of the other side, without the answer to it, and with a byte.
    let mut rig = Rig::default();
    rig.empty(S, 49, 10);
    rig.data(S, 50, 10, b"hello");
    assert_eq!(rig.take(), [bytes(S, b"hello")]);
    let mut rig = Rig::default();
    rig.empty(C, 10, 50);
    rig.data(S, 49, 10, b"\0");
    rig.data(S, 50, 10, b"hello");
    assert_eq!(rig.take(), [bytes(S, b"hello")]);
    rig.nothing_waits();
}

#[test]
fn a_direction_that_comes_into_the_capture_late() {
    let mut rig = Rig::default();
    rig.data(C, 0, 0, b"ask");
    for step in 1..100 {
        rig.empty(C, 3, step * 10_000_000); // nearly 1 GB, of which nothing is captured
    }
    rig.nothing_waits();
    rig.data(S, 990_000_000, 3, b"answer");
    rig.wait(GRACE);
    assert_eq!(rig.take().last(), Some(&bytes(S, b"answer")));
    // Little of it was missed: it is told.
    let mut rig = Rig::default();
    rig.syn(C);
    rig.data(C, 0, 0, b"ask");
    rig.empty(C, 3, 100);
    rig.data(S, 100, 3, b"answer");
    rig.wait(GRACE);
    assert_eq!(rig.take(), [bytes(C, b"ask"), Line::Lost(S, 100), bytes(S, b"answer")]);
}

#[test]
fn waiting_bytes_are_bounded() {
    use packetbeat_tcp::limits::{PENDING_BYTES, PENDING_PIECES};
    // Whole segments behind a hole.
    let mut rig = Rig::new();
    for step in 0..4000 {
        rig.data(C, 1 + step * 1460, 0, &[7; 1460]);
        assert!(rig.tcp.held_bytes() <= PENDING_BYTES);
    }
    assert_eq!(rig.take(), [Line::Lost(C, 1), bytes(C, &vec![7; 4000 * 1460])]);
    // Single bytes with holes between, backwards, both directions waiting for each other.
    let mut rig = Rig::new();
    let mut most = 0;
    for step in (0..400_000).rev() {
        rig.data(C, step * 2 + 1, 0, b"c");
        rig.data(S, step * 2 + 1, 0, b"s");
        most = most.max(rig.tcp.held_bytes());
    }
    assert!(most <= 2 * PENDING_BYTES && most > 2 * PENDING_PIECES, "{most}");
    rig.flush();
    let told = rig.told.bytes.to_server.len() + rig.told.bytes.to_client.len();
    assert_eq!(told as u64 + rig.tcp.repeated() + rig.tcp.outside(), 800_000);
}

#[test]
fn what_is_full_does_not_give_up_the_other_direction_without_need() {
    let mut rig = Rig::new();
    rig.data(S, 3, 0, b"waits for its hole");
    for step in 0..4200 {
        rig.data(C, 1 + step, 0, b"x");
    }
    assert_eq!(rig.take(), [Line::Lost(C, 1), bytes(C, &[b'x'; 4200])]);
    // With need: the order between the directions is kept.
    for step in 0..4200 {
        rig.data(C, 4202 + step, 3, b"y");
    }
    let lines = rig.take();
    assert_eq!(lines[0], Line::Lost(S, 3));
    assert_eq!(lines[1], bytes(S, b"waits for its hole"));
    assert_eq!(lines[2], Line::Lost(C, 1));
}
