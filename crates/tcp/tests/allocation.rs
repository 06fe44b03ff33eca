//! Counts what is allocated: nothing in order, and within the limits whatever comes.
// Tests may stop at the first surprise; their items speak for themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::alloc::System;
use std::num::NonZeroU64;

use packetbeat_core::direction::Dir;
use packetbeat_core::time::Stamp;
use packetbeat_tcp::limits::PENDING_BYTES;
use packetbeat_tcp::{Arrival, Connection, Receiver};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Default)]
struct Sum(u64);

impl Receiver for Sum {
    fn bytes(&mut self, _: Dir, bytes: &[u8], _: Stamp) {
        self.0 += bytes.len() as u64;
    }
    fn lost(&mut self, _: Dir, count: NonZeroU64, _: Stamp) {
        self.0 += count.get();
    }
    fn end(&mut self, _: Dir, _: Stamp) {}
}

fn arrival(seq: u32, ack: u32, payload: &[u8], packet: u64) -> Arrival<'_> {
    let stamp = Stamp { packet, nanos: packet as i64 };
    Arrival { seq, ack: Some(ack), syn: false, fin: false, payload, cut: 0, stamp }
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn memory() {
    in_order_nothing_is_allocated();
    single_bytes_in_any_order_stay_within_the_limits();
}

fn in_order_nothing_is_allocated() {
    let (mut tcp, mut sum) = (Connection::default(), Sum::default());
    let (mut client, mut server) = (77, 0x8000_0000_u32);
    let block = [1; 1460];
    let region = Region::new(ALLOCATOR);
    for packet in 0..10_000 {
        tcp.segment(Dir::ToServer, &arrival(client, server, &block[..100], packet), &mut sum);
        client += 100;
        tcp.segment(Dir::ToClient, &arrival(server, client, &block, packet), &mut sum);
        server = server.wrapping_add(1460);
        tcp.segment(Dir::ToServer, &arrival(client, server, &[], packet), &mut sum);
        assert!(!tcp.is_waiting() && tcp.deadline(packet as i64).is_none());
    }
    assert_eq!(region.change().allocations, 0);
    assert_eq!(sum.0, 15_600_000);
}

fn single_bytes_in_any_order_stay_within_the_limits() {
    let (mut tcp, mut sum) = (Connection::default(), Sum::default());
    let region = Region::new(ALLOCATOR);
    tcp.segment(Dir::ToServer, &arrival(0, 0, b"x", 0), &mut sum);
    let mut random = 1_u32;
    for packet in 1..1_000_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let dir = if random & 1 == 0 { Dir::ToServer } else { Dir::ToClient };
        tcp.segment(dir, &arrival((random >> 8) % 16_000_000, 0, b"x", packet), &mut sum);
        if packet % 64 == 0 {
            let change = region.change();
            let held = change.bytes_allocated - change.bytes_deallocated;
            assert!(held <= tcp.held_bytes() + 4096, "{held} in truth, {} told", tcp.held_bytes());
            assert!(held <= 2 * PENDING_BYTES);
        }
    }
    tcp.flush(Stamp::default(), &mut sum);
    assert_eq!(sum.0, tcp.told());
    let change = region.change();
    // The harness allocates a little meanwhile.
    assert!(change.bytes_allocated - change.bytes_deallocated < 4096);
}
