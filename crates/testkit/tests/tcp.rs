//! The kit passes a good parser and finds what is wrong with each bad one, by the name of its check.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod line;

use line::{Flaw, Line};
use packetbeat_testkit::{Conversation, Options, tcp_parser};

packetbeat_testkit::count_allocations!();

fn talk() -> Conversation {
    Conversation::new("four lines")
        .client("GET one\n")
        .server("OK 1\n")
        .client("GET two\n")
        .client("GET three\n")
        .server("OK 2\nERR none\n")
        .client("GET four\n")
        .server("OK 4\n")
}

/// Without the long runs.
fn quick() -> Options {
    Options { effort: 100_000, rounds: 300, ..Options::default() }
}

fn with(flaw: Flaw) {
    tcp_parser("line", Line(flaw), quick()).conversation(talk()).check();
}

#[test]
fn a_good_parser_passes() {
    tcp_parser("line", Line(Flaw::None), Options::default()).conversation(talk()).check();
}

#[test]
#[should_panic(expected = "check `work`: events without end")]
fn events_without_end() {
    with(Flaw::Spins);
}

#[test]
#[should_panic(expected = "check `allocations`: no conversation")]
fn a_parser_that_gives_nothing() {
    with(Flaw::Hoards);
}

#[test]
#[should_panic(expected = "check `work`: 499500 bytes shown again")]
fn a_parser_that_consumes_nothing() {
    let mut talk = Conversation::new("long");
    for _ in 0..125 {
        talk = talk.client("GET one\n");
    }
    tcp_parser("line", Line(Flaw::Hoards), Options { shown_again: 64, ..quick() }).conversation(talk).check();
}

#[test]
#[should_panic(expected = "check `cuts`")]
fn events_that_depend_on_cuts() {
    with(Flaw::Doubles);
}

#[test]
#[should_panic(expected = "check `ledger`")]
fn a_forgotten_request() {
    with(Flaw::Forgets);
}

#[test]
#[should_panic(expected = "check `bounded`")]
fn a_buffer_without_limit() {
    with(Flaw::Grows);
}

#[test]
#[should_panic(expected = "check `holes`: an event that did not happen looks whole")]
fn answers_shifted_by_a_gap() {
    with(Flaw::Shifts);
}

#[test]
#[should_panic(expected = "check `holes`: the connection was given up")]
fn a_parser_that_gives_up() {
    with(Flaw::Abandons);
}

#[test]
#[should_panic(expected = "check `allocations`")]
fn an_allocation_a_message() {
    with(Flaw::Copies);
}

#[test]
#[should_panic(expected = "check `panic`: index out of bounds")]
fn a_panic() {
    with(Flaw::Panics);
}

#[test]
#[should_panic(expected = "check `json`: `key` twice")]
fn a_name_twice() {
    with(Flaw::Repeats);
}

#[test]
#[should_panic(expected = "check `probe`")]
fn a_probe_that_wavers() {
    with(Flaw::Wavers);
}

#[test]
#[should_panic(expected = "check `contract`")]
fn a_parser_that_overruns() {
    with(Flaw::Overruns);
}

#[test]
#[should_panic(expected = "check `midstream`")]
fn a_parser_that_needs_the_beginning() {
    with(Flaw::Refuses);
}

#[test]
#[should_panic(expected = "check `panic`: something is left")]
fn a_panic_at_the_end() {
    with(Flaw::Trips);
}
