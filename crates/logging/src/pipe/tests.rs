use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Drain, Pipe};
use crate::clock::monotonic;
use crate::limits::QUEUE_BYTES;
use crate::options::Level;
use crate::sink::{Entry, Failure, Sink};

/// A patience that no test outlives, and none at all.
const LONG: Duration = Duration::from_secs(600);
const NONE: Duration = Duration::ZERO;

/// Writes when it is allowed to: each permit is for one call, and says how many lines are taken.
struct Gated {
    permits: Receiver<usize>,
    written: Arc<Mutex<Vec<String>>>,
}

impl Sink for Gated {
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure> {
        // Without a gatekeeper all goes through.
        let take = self.permits.recv().unwrap_or(usize::MAX).min(lines.len());
        let text = |entry: &Entry| String::from_utf8(entry.bytes.clone()).unwrap();
        self.written.lock().unwrap().extend(lines.iter().take(take).map(text));
        if take == lines.len() {
            return Ok(());
        }
        Err(Failure { written: take, cause: "full".to_owned(), tell: false })
    }
}

struct Test {
    pipe: Pipe,
    drain: Drain,
    gate: Sender<usize>,
    written: Arc<Mutex<Vec<String>>>,
}

fn test(patience: Duration) -> Test {
    let (gate, permits) = channel();
    let written = Arc::<Mutex<Vec<String>>>::default();
    let sink = Gated { permits, written: Arc::clone(&written) };
    let notice = Box::new(|lost: u64, cause: &str| entry(&format!("{lost} lost: {cause}")));
    let (pipe, drain) = Pipe::start("test", sink, notice, patience).unwrap();
    Test { pipe, drain, gate, written }
}

fn entry(text: &str) -> Entry {
    Entry { bytes: text.as_bytes().to_vec(), level: Level::Info }
}

impl Test {
    /// Lets all through, ends, and gives what was written and the number of lost lines.
    fn end(self) -> (Vec<String>, u64) {
        let Self { pipe, mut drain, gate, written } = self;
        drop(gate);
        drain.close();
        drain.finish(monotonic() + LONG);
        drop(pipe);
        let written = written.lock().unwrap().clone();
        (written, drain.lost())
    }
}

#[test]
fn lines_keep_their_order() {
    let test = test(LONG);
    let lines: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    for line in &lines {
        test.pipe.push(entry(line));
        test.gate.send(usize::MAX).unwrap();
    }
    assert_eq!(test.end(), (lines, 0));
}

#[test]
fn a_target_that_is_stuck_loses_what_has_no_room_and_says_so_when_it_moves() {
    let test = test(NONE);
    let long = "x".repeat(QUEUE_BYTES / 2);
    for _ in 0..5 {
        test.pipe.push(entry(&long));
    }
    assert_eq!(test.drain.lost(), 3);
    let (written, lost) = test.end();
    assert_eq!(lost, 3);
    assert_eq!(written.iter().filter(|line| **line == long).count(), 2);
    // When the thread first looked decides how many lines they are told with.
    let told = written.iter().filter_map(|line| line.strip_suffix(" lost: nobody took them in time"));
    assert_eq!(told.map(|number| number.parse::<u64>().unwrap()).sum::<u64>(), 3);
}

#[test]
fn a_line_that_is_larger_than_the_queue_is_taken_when_it_is_alone() {
    let test = test(NONE);
    let huge = "x".repeat(QUEUE_BYTES + 1);
    test.pipe.push(entry(&huge));
    test.pipe.push(entry("small"));
    let (written, lost) = test.end();
    assert_eq!((written.contains(&huge), written.len(), lost), (true, 2, 1));
}

#[test]
fn who_is_patient_waits_for_room() {
    let test = test(LONG);
    let long = "x".repeat(QUEUE_BYTES);
    test.pipe.push(entry(&long));
    // The second has no room before the first is written.
    test.gate.send(usize::MAX).unwrap();
    test.pipe.push(entry(&long));
    let (written, lost) = test.end();
    assert_eq!((written.len(), lost), (2, 0));
}

#[test]
fn a_target_that_fails_and_recovers_says_how_many_are_missing() {
    let test = test(LONG);
    for (line, taken) in [("a", 1), ("b", 0), ("c", 0), ("d", 2)] {
        test.pipe.push(entry(line));
        test.gate.send(taken).unwrap();
        test.pipe.flush();
    }
    assert_eq!(test.end(), (vec!["a".to_owned(), "2 lost: full".to_owned(), "d".to_owned()], 2));
}

#[test]
fn what_was_lost_last_is_said_at_the_end() {
    let test = test(LONG);
    test.pipe.push(entry("a"));
    test.gate.send(0).unwrap();
    test.pipe.flush();
    assert_eq!(test.end(), (vec!["1 lost: full".to_owned()], 1));
}

#[test]
fn a_notice_that_is_written_alone_is_not_written_again() {
    let test = test(LONG);
    // Of the notice and the line, the notice alone is taken.
    for (line, taken) in [("a", 0), ("b", 1), ("c", 2)] {
        test.pipe.push(entry(line));
        test.gate.send(taken).unwrap();
        test.pipe.flush();
    }
    let written = ["1 lost: full", "1 lost: full", "c"].map(str::to_owned).to_vec();
    assert_eq!(test.end(), (written, 2));
}

#[test]
fn a_target_that_never_answers_does_not_hold_the_end_up() {
    let mut test = test(NONE);
    test.pipe.push(entry("a"));
    test.pipe.flush();
    test.drain.close();
    test.drain.finish(monotonic());
    test.pipe.push(entry("b"));
    assert_eq!(test.drain.lost(), 1, "after the end nothing is taken");
}
