//! Events, the output towards stand-ins, and what became of all events.

use std::time::Duration;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_elasticsearch::{Connection, Host, Login, Options, Proxy, Selector};
use packetbeat_publisher::{Deliver, Delivery, Event, Trouble};

/// So many events.
pub(crate) fn events(count: usize) -> Vec<Event> {
    let mut block = Json::default();
    for number in 0..count {
        let line = format!(
            "{{\"@timestamp\":\"2026-01-02T03:04:05.000Z\",\"@metadata\":{{\"beat\":\"packetbeat\"}},\"type\":\"dns\",\"n\":{number}}}\n"
        );
        block.raw(line.as_bytes());
    }
    let end = u32::try_from(block.len()).unwrap();
    let pieces = vec![Piece { block: 0, start: 0, end }];
    Event::of(Lines { blocks: vec![block], pieces, events: count as u64 }, 0).collect()
}

/// The output towards these addresses, with limits of time that suit a test.
pub(crate) fn options(urls: &[String]) -> Options {
    let hosts = urls.iter().map(|url| Host { url: url.clone(), login: Login::None }).collect();
    let mut connection = Connection::new(hosts);
    connection.proxy = Proxy::Off;
    connection.timeout = Duration::from_secs(20);
    let mut options = Options::new(connection);
    options.index = Selector::constant("test");
    options
}

/// What became of all events after several attempts.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) acknowledged: u64,
    pub(crate) duplicates: u64,
    pub(crate) dead: u64,
    pub(crate) dropped: Vec<(&'static str, u64)>,
    pub(crate) too_many: u64,
    pub(crate) troubles: Vec<Trouble>,
    /// Events that were still to be tried again at the end.
    pub(crate) left: usize,
}

impl Sum {
    /// All events that were given, by what became of them.
    pub(crate) fn total(&self) -> u64 {
        let dropped: u64 = self.dropped.iter().map(|(_, count)| count).sum();
        self.acknowledged + self.duplicates + self.dead + dropped + self.left as u64
    }

    pub(crate) fn add(&mut self, delivery: Delivery) -> Vec<Event> {
        self.acknowledged += delivery.acknowledged;
        self.duplicates += delivery.duplicates;
        self.dead += delivery.dead;
        self.dropped.extend(delivery.dropped);
        self.too_many += delivery.too_many;
        self.troubles.extend(delivery.trouble);
        delivery.again
    }
}

/// Gives a worker its events until it wants none again, or so many times.
pub(crate) fn deliver(worker: &mut dyn Deliver, events: Vec<Event>, times: usize) -> Sum {
    let (mut sum, mut waiting) = (Sum::default(), events);
    let given = waiting.len() as u64;
    for _ in 0..times {
        if waiting.is_empty() {
            break;
        }
        let delivery = worker.deliver(waiting);
        waiting = sum.add(delivery);
    }
    sum.left = waiting.len();
    assert_eq!(sum.total(), given, "every event is in one count: {sum:?}");
    sum
}
