//! Interfaces, frames, and what a source gives of them.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use packetbeat_sniffer::{LinkType, LiveChange, LiveSet, LiveSource, Packet, Polled};

const PATIENCE: Duration = Duration::from_millis(100);
/// Calls after which nothing more is expected: 20 s.
const CALLS: usize = 200;

/// Puts this thread, and what it starts, into a network of its own, without IPv6, which speaks by itself.
pub fn namespace() {
    unshare(CloneFlags::CLONE_NEWNET).expect(
        "these tests make network interfaces: run them as root, or with CAP_SYS_ADMIN and CAP_NET_ADMIN",
    );
    // The kernel shows who asks the settings of his own namespace.
    std::fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1").unwrap();
    std::fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1").unwrap();
}

/// Runs a command of words without blanks.
pub fn run(command: &str) -> String {
    let mut words = command.split(' ');
    let output = Command::new(words.next().unwrap()).args(words).output().expect(command);
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Two interfaces that are each other's wire.
pub fn veth(near: &str, far: &str) {
    run(&format!("ip link add name {near} type veth peer name {far}"));
    for name in [near, far] {
        run(&format!("ip link set dev {name} arp off up"));
    }
}

pub fn down(name: &str) {
    run(&format!("ip link set dev {name} down"));
}

/// Somebody who sends frames from an interface.
pub struct Port(pcap::Capture<pcap::Active>);

impl Port {
    pub fn open(name: &str) -> Self {
        Self(pcap::Capture::from_device(name).unwrap().snaplen(96).buffer_size(1 << 20).open().unwrap())
    }

    pub fn send(&mut self, frame: Vec<u8>) -> Vec<u8> {
        self.0.sendpacket(&frame[..]).unwrap();
        frame
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Flow {
    pub tcp: bool,
    pub client: u16,
    pub server: u16,
    /// Last byte of the client's address.
    pub address: u8,
}

impl Flow {
    /// Ports of a frame, the client's first.
    pub fn ends_of(frame: &[u8]) -> (u16, u16, bool) {
        let port = |at| u16::from_be_bytes([frame[at], frame[at + 1]]);
        let back = frame[29] == 99;
        let (client, server) = if back { (port(36), port(34)) } else { (port(34), port(36)) };
        (client, server, Self::is_tcp(frame))
    }

    pub fn is_tcp(frame: &[u8]) -> bool {
        frame[23] == 6
    }

    fn addresses(&self, back: bool) -> [u8; 8] {
        if back { [10, 9, 9, 99, 10, 9, 8, self.address] } else { [10, 9, 8, self.address, 10, 9, 9, 99] }
    }
}

/// A frame of a flow; `back`: from the server. The round makes it different from others.
pub fn frame(flow: &Flow, back: bool, round: u8) -> Vec<u8> {
    let mut frame = vec![2; 12];
    frame.extend([8, 0, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, if flow.tcp { 6 } else { 17 }, 0, 0]);
    frame.extend(flow.addresses(back));
    let (source, destination) = if back { (flow.server, flow.client) } else { (flow.client, flow.server) };
    frame.extend(source.to_be_bytes());
    frame.extend(destination.to_be_bytes());
    frame.extend([0, 40, 0, 0]);
    frame.resize(14 + 59, 0x50);
    frame.push(round);
    frame
}

/// A UDP datagram of a flow in two fragments of IPv4.
pub fn fragments(flow: &Flow, id: u16) -> [Vec<u8>; 2] {
    [(0x2000_u16, 24_usize), (3, 10)].map(|(field, len)| {
        let mut frame = vec![2; 12];
        frame.extend([8, 0, 0x45, 0, 0, 20 + len as u8]);
        frame.extend((id + 1).to_be_bytes());
        frame.extend(field.to_be_bytes());
        frame.extend([64, 17, 0, 0]);
        frame.extend(flow.addresses(false));
        frame.extend(flow.client.to_be_bytes());
        frame.extend(flow.server.to_be_bytes());
        frame.extend([0, 34, 0, 0]);
        frame.resize(34 + len, 1);
        frame
    })
}

/// A UDP packet of IPv6, or a fragment of one.
pub fn udp6(client: u8, fragment: Option<u16>) -> Vec<u8> {
    let mut frame = vec![2; 12];
    let next = if fragment.is_some() { 44 } else { 17 };
    frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, next, 64]);
    for last in [client, 99] {
        frame.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    if let Some(offset) = fragment {
        frame.extend([17, 0]);
        frame.extend((offset << 3 | u16::from(offset == 0)).to_be_bytes());
        frame.extend([0, 0, 0, client]);
    }
    frame.extend([9, client, 0, 53, 0, 40, 0, 0]);
    frame.resize(14 + 40 + 40, 3);
    frame
}

/// The two addresses of a frame, sorted.
pub fn pair_of(frame: &[u8]) -> Vec<u8> {
    let (at, len) = if frame[12] == 8 { (26, 4) } else { (22, 16) };
    let mut ends = [&frame[at..at + len], &frame[at + len..at + 2 * len]];
    ends.sort();
    ends.concat()
}

/// A packet that came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub number: u64,
    pub nanos: i64,
    pub link: LinkType,
    pub wire_len: u32,
    pub data: Vec<u8>,
}

impl Seen {
    fn new(packet: &Packet<'_>) -> Self {
        let Packet { number, nanos, link, wire_len, data } = *packet;
        Self { number, nanos, link, wire_len, data: data.to_vec() }
    }
}

/// At least so many packets, and what comes before the wire is silent.
fn gather(count: usize, mut poll: impl FnMut(&mut Vec<Seen>) -> Polled, others: &AtomicUsize) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut quiet = 0;
    for _ in 0..CALLS * 100 {
        let before = seen.len();
        let polled = poll(&mut seen);
        assert_eq!(polled.change, None);
        assert_eq!(polled.packets as usize, seen.len() - before);
        let all = others.fetch_add(seen.len() - before, Ordering::Relaxed) + seen.len() - before;
        quiet = if polled.quiet_until.is_some() { quiet + 1 } else { 0 };
        if quiet >= if all >= count { 3 } else { CALLS } {
            break;
        }
    }
    seen
}

/// The packets of a source: exactly so many.
pub fn read(source: &mut LiveSource, count: usize) -> Vec<Seen> {
    let poll = |seen: &mut Vec<Seen>| source.poll(PATIENCE, |packet| seen.push(Seen::new(packet)));
    let seen = gather(count, poll, &AtomicUsize::new(0));
    assert_eq!(seen.len(), count, "{seen:?}");
    seen
}

pub fn read_set(set: &mut LiveSet, count: usize) -> Vec<Seen> {
    let poll = |seen: &mut Vec<Seen>| set.poll(PATIENCE, |packet| seen.push(Seen::new(packet)));
    let seen = gather(count, poll, &AtomicUsize::new(0));
    assert_eq!(seen.len(), count, "{seen:?}");
    seen
}

/// The packets of sources, each of which has its thread, until there are so many of all.
pub fn read_all(sources: Vec<LiveSource>, count: usize) -> Vec<Vec<Seen>> {
    let all = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = sources
            .into_iter()
            .map(|mut source| {
                let all = &all;
                scope.spawn(move || {
                    let poll =
                        |seen: &mut Vec<Seen>| source.poll(PATIENCE, |packet| seen.push(Seen::new(packet)));
                    gather(count, poll, all)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The next change; packets before it are passed over.
pub fn until_change(set: &mut LiveSet) -> LiveChange {
    (0..CALLS).find_map(|_| set.poll(PATIENCE, |_| {}).change).expect("a change within 20 s")
}
