//! The engine with one protocol, and what must hold of every run of it.

use packetbeat_core::event::{Envelope, Precision};
use packetbeat_core::flow::Direction;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_core::plugin::{Kind, Parsers, Protocol};
use packetbeat_core::setting::{Setting, Type, find};
use packetbeat_engine::{Batch, Configured, Registry, Settings, Worker};
use std::time::Duration;

use crate::json;

/// A registry with `P` alone; `all`: every option is turned to what it is not by default.
pub(crate) fn registry<P: Protocol>(all: bool) -> Registry {
    let kind = Kind::of::<P>();
    let parsers: Parsers = if all {
        let common = Common {
            send_request: Some(true),
            send_response: Some(true),
            transaction_timeout: Some(Duration::from_secs(10)),
        };
        (kind.make)(&common, &mut Other(kind.options))
    } else {
        (kind.make)(&Common::default(), &mut Defaults(kind.options))
    };
    let envelope = Envelope { name: kind.name.to_owned(), ..Envelope::default() };
    let protocol = Configured { parsers, ports: kind.ports.to_vec(), envelope };
    let settings = Settings {
        detect: true,
        flush_pending_at_eof: true,
        ignore_outgoing: false,
        precision: Precision::Nanosecond,
    };
    Registry::new(vec![protocol], Box::new(|_, _| Direction::Unknown), settings)
}

/// Packets with their times, as one worker sees them; the events, checked.
///
/// # Panics
/// If an event is no JSON, or the ledger does not close.
pub(crate) fn analyse(registry: &Registry, packets: &[(i64, Vec<u8>)]) -> Vec<String> {
    let mut worker = Worker::new(registry, 0, 1);
    let mut number = 0;
    for (nanos, data) in packets {
        number += 1;
        let wire_len = data.len() as u32;
        worker.packet(&Packet { number, nanos: *nanos, link: LinkType::RAW, wire_len, data });
    }
    worker.finish();
    let mut batch = Batch::default();
    worker.take_batch(&mut batch);
    let mut lines = Vec::new();
    let mut start = 0;
    for event in &batch.ends {
        let line = &batch.json.bytes()[start..event.end as usize];
        start = event.end as usize;
        let shown = || String::from_utf8_lossy(line);
        assert!(
            line.ends_with(b"\n") && line.iter().filter(|byte| **byte == b'\n').count() == 1,
            "one line: {}",
            shown()
        );
        if let Err(wrong) = json::check(line) {
            panic!("{wrong}: {}", shown());
        }
        lines.push(shown().into_owned());
    }
    let wrong = worker.summary().discrepancies(number, lines.len() as u64, 0);
    assert!(wrong.is_empty(), "the ledger does not close: {wrong:?}");
    lines
}

/// Turns everything to what it is not by default, with limits that small inputs meet.
struct Other(&'static [Setting]);

impl Other {
    fn defaults(&self) -> Defaults {
        Defaults(self.0)
    }
}

impl Options for Other {
    fn bool(&mut self, key: &'static str) -> bool {
        !self.defaults().bool(key)
    }

    fn u64(&mut self, key: &'static str) -> u64 {
        let default = self.defaults().u64(key);
        let least = match find(self.0, key).map(|setting| setting.kind) {
            Some(Type::Whole { least, .. }) => least as u64,
            _ => 0,
        };
        (default / 16).max(least)
    }

    fn bytes(&mut self, key: &'static str) -> u64 {
        self.defaults().bytes(key).min(300)
    }

    fn duration(&mut self, key: &'static str) -> Duration {
        self.defaults().duration(key) / 2
    }

    fn text(&mut self, _: &'static str) -> Option<String> {
        Some("x-forwarded-for".to_owned())
    }

    fn list(&mut self, _: &'static str) -> Vec<String> {
        ["text/", "application/", "pass", "cookie", "a"].map(str::to_owned).to_vec()
    }

    fn choice(&mut self, key: &'static str) -> usize {
        let words = match find(self.0, key).map(|setting| setting.kind) {
            Some(Type::Word(words)) => words.len(),
            _ => 1,
        };
        (self.defaults().choice(key) + 1) % words
    }

    fn reject(&mut self, key: &'static str, what: String) {
        panic!("{key}: {what}");
    }
}
