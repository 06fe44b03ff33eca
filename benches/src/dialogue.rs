//! A protocol without the engine: from window, or datagram, to encoded event.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::{Direction, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::parser::Start;
use packetbeat_core::session::{Session, UdpSession};
use packetbeat_core::stamps::Stamps;
use packetbeat_core::stream::{Offset, Progress, SkipLen, Skipped, Window};
use packetbeat_core::time::{MILLISECOND, SECOND, Stamp};

use crate::capture::ends;
use crate::lab::{Discard, parsers};

/// What all calls into a protocol share.
struct Desk {
    flow: Flow,
    now: Stamp,
    tally: Tally,
    sink: Discard,
}

impl Desk {
    fn new(name: &str, transport: Transport) -> Self {
        let Both { to_server: client, to_client: server } = ends(0, 4000);
        Self {
            flow: Flow::new(transport, client, server, Direction::Unknown),
            now: Stamp { packet: 0, nanos: 1_700_000_000 * SECOND },
            tally: Tally::default(),
            sink: Discard::new(name),
        }
    }

    fn next_packet(&mut self) {
        self.now.packet += 1;
        self.now.nanos += MILLISECOND;
    }

    fn cx<'d>(&'d mut self, stamps: Option<Both<&'d Stamps>>) -> Cx<'d> {
        Cx::new(&self.flow, ProtocolId(0), self.now, stamps, &mut self.tally, &mut self.sink)
    }
}

/// A connection whose messages come whole, a window each.
pub struct Dialogue {
    desk: Desk,
    session: Box<dyn Session>,
    starts: Both<Offset>,
    stamps: Both<Stamps>,
}

impl Dialogue {
    /// A connection of the protocol called `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            desk: Desk::new(name, Transport::Tcp),
            session: parsers(name).tcp.unwrap().open(Start::Beginning),
            starts: Both::default(),
            stamps: Both::default(),
        }
    }

    /// Events so far, encoded and dropped.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.desk.sink.events
    }

    /// One window. The protocol must consume all of it.
    pub fn say(&mut self, dir: Dir, bytes: &[u8]) {
        self.desk.next_packet();
        self.stamps[dir].push(self.starts[dir].plus(bytes.len()), self.desk.now);
        let mut window = Window { bytes, start: self.starts[dir], fresh: 0 };
        while !window.bytes.is_empty() {
            let stamps = Both { to_server: &self.stamps.to_server, to_client: &self.stamps.to_client };
            let progress = self.session.data(dir, window, &mut self.desk.cx(Some(stamps)));
            window = window.after(progress.consumed());
            match progress {
                Progress::Await { .. } => break,
                Progress::Skip { then: SkipLen::Exactly(count), .. } => {
                    let at = self.desk.now;
                    let report = Skipped { bytes: count.get(), lost: 0, complete: true, at };
                    window = window.after(usize::try_from(count.get()).unwrap());
                    self.session.skipped(dir, report, &mut self.desk.cx(Some(stamps)));
                }
                Progress::Skip { .. } | Progress::Finish { .. } => panic!("{progress:?} of a whole message"),
            }
        }
        assert!(window.bytes.is_empty(), "{} bytes of a whole message were left", window.bytes.len());
        self.starts[dir] = window.start;
        self.stamps[dir].forget_before(window.start);
    }
}

/// Datagrams of a protocol.
pub struct Datagrams {
    desk: Desk,
    session: Box<dyn UdpSession>,
}

impl Datagrams {
    /// The state of one shard of the protocol called `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { desk: Desk::new(name, Transport::Udp), session: parsers(name).udp.unwrap().state() }
    }

    /// Events so far, encoded and dropped.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.desk.sink.events
    }

    /// One datagram.
    pub fn say(&mut self, dir: Dir, bytes: &[u8]) {
        self.desk.next_packet();
        self.session.datagram(dir, bytes, &mut self.desk.cx(None)).unwrap();
    }
}
