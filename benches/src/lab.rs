//! The engine with all protocols, as the program puts it together.

use packetbeat_cassandra::Cassandra;
use packetbeat_core::event::{Encoder, Envelope, Origin, Precision};
use packetbeat_core::flow::Direction;
use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::plugin::{Kind, Parsers};
use packetbeat_core::record::{AnyRecord, Sink};
use packetbeat_dns::Dns;
use packetbeat_engine::{Batch, Configured, Registry, Settings, Worker};
use packetbeat_http::Http;
use packetbeat_memcache::Memcache;
use packetbeat_mongodb::Mongodb;
use packetbeat_mysql::Mysql;
use packetbeat_pgsql::Pgsql;
use packetbeat_redis::Redis;
use packetbeat_smtp::Smtp;
use packetbeat_tns::Tns;

use crate::capture::Capture;

/// Packets between two batches of events, as in the program.
const BATCH_PACKETS: u64 = packetbeat_engine::merge::BATCH_PACKETS;

/// The protocols that are measured.
#[must_use]
pub fn kinds() -> [Kind; 10] {
    [
        Kind::of::<Http>(),
        Kind::of::<Dns>(),
        Kind::of::<Smtp>(),
        Kind::of::<Redis>(),
        Kind::of::<Mysql>(),
        Kind::of::<Pgsql>(),
        Kind::of::<Cassandra>(),
        Kind::of::<Mongodb>(),
        Kind::of::<Memcache>(),
        Kind::of::<Tns>(),
    ]
}

/// The parsers of the protocol called `name`, with its defaults.
#[must_use]
pub fn parsers(name: &str) -> Parsers {
    let kind = kinds().into_iter().find(|kind| kind.name == name).unwrap();
    (kind.make)(&Common::default(), &mut Defaults(kind.options))
}

/// The constant parts of events, as long as those of the program.
#[must_use]
pub fn envelope(name: &str) -> Envelope {
    Envelope {
        head: br#""@metadata":{"beat":"packetbeat","type":"_doc","version":"0.1.0"},"#.to_vec(),
        name: name.to_owned(),
        tail: br#""agent":{"ephemeral_id":"00000000-0000-4000-8000-000000000000","id":"00000000-0000-5000-8000-000000000000","name":"bench","type":"packetbeat","version":"0.1.0"},"ecs":{"version":"8.0.0"},"host":{"name":"bench"},"#.to_vec(),
    }
}

/// All protocols on their usual ports.
#[must_use]
pub fn registry() -> Registry {
    let protocols = kinds().map(|kind| Configured {
        parsers: parsers(kind.name),
        ports: kind.ports.to_vec(),
        envelope: envelope(kind.name),
    });
    let settings = Settings {
        detect: true,
        flush_pending_at_eof: true,
        ignore_outgoing: false,
        precision: Precision::Millisecond,
    };
    Registry::new(protocols.to_vec(), Box::new(|_, _| Direction::Unknown), settings)
}

/// One worker over the capture, events encoded and dropped: how many there were. The ledger must close.
#[must_use]
pub fn run(registry: &Registry, capture: &Capture) -> u64 {
    let mut worker = Worker::new(registry, 0, 1);
    let mut batch = Batch::default();
    let mut packets = 0;
    for packet in &capture.packets {
        worker.packet(&packet);
        packets += 1;
        if packets % BATCH_PACKETS == 0 {
            worker.take_batch(&mut batch);
        }
    }
    worker.finish();
    worker.take_batch(&mut batch);
    let summary = worker.summary();
    let wrong = summary.discrepancies(packets, summary.collected, 0);
    assert!(wrong.is_empty(), "the ledger does not close: {wrong:?}");
    summary.collected
}

/// Encodes events and drops them.
#[derive(Debug)]
pub struct Discard {
    encoder: Encoder,
    /// Events so far.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Discard {
    /// For the events of one protocol, which has the number 0.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { encoder: Encoder::new(&[envelope(name)], Precision::Millisecond), events: 0, bytes: 0 }
    }
}

impl Sink for Discard {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        record.encode(origin, &mut self.encoder);
        self.events += 1;
        self.bytes += self.encoder.json().len() as u64;
        self.encoder.json_mut().clear();
    }
}
