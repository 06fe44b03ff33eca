use std::sync::{Arc, Mutex};
use std::time::Duration;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};

use super::Network;
use crate::backoff::BackoffOptions;
use crate::delivery::{Deliver, Delivery, Takes, Trouble};
use crate::event::Event;
use crate::publisher::Publisher;
use crate::queue::{Full, GRACE, QueueOptions};

/// A server: what it does with each batch, in turn; the last goes on for ever.
type Script = Box<dyn FnMut(Vec<Event>) -> Delivery + Send>;

struct Server {
    script: Script,
    takes: Takes,
}

impl Deliver for Server {
    fn takes(&self) -> Takes {
        self.takes
    }

    fn deliver(&mut self, batch: Vec<Event>) -> Delivery {
        (self.script)(batch)
    }
}

fn lines(events: std::ops::Range<usize>) -> Lines {
    let mut block = Json::default();
    let mut pieces = Vec::new();
    for number in events.clone() {
        let start = block.len() as u32;
        block.raw(format!("{{\"n\":{number}}}\n").as_bytes());
        pieces.push(Piece { block: 0, start, end: block.len() as u32 });
    }
    Lines { blocks: vec![block], pieces, events: events.len() as u64 }
}

fn server(script: impl FnMut(Vec<Event>) -> Delivery + Send + 'static) -> Box<dyn Deliver> {
    Box::new(Server { script: Box::new(script), takes: Takes { events: 10, bytes: 1 << 20 } })
}

fn network(outputs: Vec<Box<dyn Deliver>>, full: Full) -> Network {
    let queue = QueueOptions {
        events: 25,
        min_events: 10,
        flush: Duration::from_millis(10),
        full,
        ..QueueOptions::default()
    };
    let backoff = BackoffOptions { init: Duration::from_millis(1), max: Duration::from_millis(4) };
    Network { queue, backoff, outputs, give_up_after: Some(3) }
}

fn taken(batch: &[Event]) -> Delivery {
    Delivery { acknowledged: batch.len() as u64, ..Delivery::default() }
}

fn trouble(lasting: Option<&'static str>) -> Option<Trouble> {
    Some(Trouble { message: "the server is away".to_owned(), lasting })
}

#[test]
fn all_events_arrive_once_and_in_order() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let its = Arc::clone(&seen);
    let output = server(move |batch| {
        assert!(batch.len() <= 10);
        its.lock().unwrap().extend(batch.iter().map(|event| (event.number, event.json().to_vec())));
        taken(&batch)
    });
    let publisher = Publisher::network(network(vec![output], Full::Block)).unwrap();
    for start in (0..1000).step_by(40) {
        publisher.send(lines(start..start + 40)).unwrap();
    }
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped.len()), (1000, 0));
    let wanted: Vec<_> = (0..1000).map(|n| (n, format!("{{\"n\":{n}}}").into_bytes())).collect();
    assert_eq!(*seen.lock().unwrap(), wanted);
}

#[test]
fn what_comes_back_goes_first_and_none_is_lost_among_several_outputs() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let flaky = |every: usize| {
        let its = Arc::clone(&seen);
        let mut turn = 0;
        server(move |mut batch| {
            turn += 1;
            let again = if turn % every == 0 { batch.split_off(batch.len() / 2) } else { Vec::new() };
            its.lock().unwrap().extend(batch.iter().map(|event| event.number));
            Delivery { trouble: if again.is_empty() { None } else { trouble(None) }, again, ..taken(&batch) }
        })
    };
    let publisher = Publisher::network(network(vec![flaky(2), flaky(3), flaky(5)], Full::Block)).unwrap();
    let watch = publisher.watch();
    for start in (0..3000).step_by(30) {
        publisher.send(lines(start..start + 30)).unwrap();
        let (filled, events) = watch.figures().filled.unwrap();
        assert!(filled.waiting + filled.in_flight <= events, "{filled:?}");
    }
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped.len()), (3000, 0));
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..3000).collect::<Vec<_>>());
    assert!(watch.figures().again > 0 && watch.figures().troubles > 0);
}

#[test]
fn a_full_queue_drops_by_name_where_nobody_waits() {
    let (go, gate) = crossbeam_channel::bounded::<()>(0);
    let output = server(move |batch| {
        let _ = gate.recv();
        taken(&batch)
    });
    let publisher = Publisher::network(network(vec![output], Full::DropNewest)).unwrap();
    publisher.send(lines(0..100)).unwrap();
    assert_eq!(publisher.dropped(), 75);
    // Whoever waited in vain does not wait again: a server that hangs would slow the capture down.
    let started = crate::clock::now();
    for _ in 0..100 {
        publisher.send(lines(0..1)).unwrap();
    }
    assert!(started.elapsed() < 100 * GRACE / 2, "{:?}", started.elapsed());
    assert_eq!(publisher.dropped(), 175);
    drop(go);
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped), (25, vec![("queue_full", 175)]));
}

#[test]
fn a_server_that_hangs_does_not_hold_the_end() {
    let (hold, gate) = crossbeam_channel::bounded::<()>(0);
    let output = server(move |batch| {
        let _ = gate.recv();
        taken(&batch)
    });
    let publisher = Publisher::network(network(vec![output], Full::Block)).unwrap();
    publisher.send(lines(0..20)).unwrap();
    let started = crate::clock::now();
    assert!(!publisher.drain(Duration::from_millis(50)));
    publisher.abandon();
    let report = publisher.finish();
    assert!(started.elapsed() < Duration::from_secs(20), "it waited for the server");
    assert_eq!((report.published, report.dropped), (0, vec![("shutdown", 20)]));
    drop(hold);
}

#[test]
fn trouble_that_lasts_ends_a_run_that_may_not_wait_for_ever() {
    let output = server(|batch| Delivery {
        again: batch,
        trouble: trouble(Some("certificate")),
        ..Delivery::default()
    });
    let publisher = Publisher::network(network(vec![output], Full::Block)).unwrap();
    // More than the queue holds: the sender is let go when the output has ended.
    assert!(publisher.send(lines(0..100)).is_err());
    assert!(publisher.is_closed());
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped), (0, vec![("certificate", 100)]));
    assert_eq!(report.error.unwrap().to_string(), "output: the server is away");
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let mut turns = 0;
    let output = server(move |batch| {
        turns += 1;
        if turns < 20 {
            return Delivery { again: batch, trouble: trouble(None), ..Delivery::default() };
        }
        taken(&batch)
    });
    let publisher = Publisher::network(network(vec![output], Full::Block)).unwrap();
    publisher.send(lines(0..60)).unwrap();
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped.len(), report.error.is_none()), (60, 0, true));
}

#[test]
fn an_output_that_forgets_an_event_is_found_out() {
    let output = server(|batch| Delivery { acknowledged: batch.len() as u64 - 1, ..Delivery::default() });
    let publisher = Publisher::network(network(vec![output], Full::Block)).unwrap();
    publisher.send(lines(0..10)).unwrap();
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped), (9, vec![("forgotten", 1)]));
}

#[test]
fn a_burst_is_no_loss_where_the_server_keeps_up() {
    let output = server(|batch| taken(&batch));
    let publisher = Publisher::network(network(vec![output], Full::DropNewest)).unwrap();
    publisher.send(lines(0..2000)).unwrap();
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped), (2000, vec![]));
}
