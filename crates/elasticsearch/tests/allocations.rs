//! In the steady state an event costs no allocation on its way into a request.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::alloc::System;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_elasticsearch::{Bodies, Connection, Idempotent, Options};
use packetbeat_publisher::Event;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn events(count: usize) -> Vec<Event> {
    let mut block = Json::default();
    for number in 0..count {
        let line = format!(
            "{{\"@timestamp\":\"2026-01-02T03:04:05.000Z\",\"@metadata\":{{\"beat\":\"packetbeat\"}},\"agent\":{{\"ephemeral_id\":\"run\"}},\"n\":{number}}}\n"
        );
        block.raw(line.as_bytes());
    }
    let end = u32::try_from(block.len()).unwrap();
    let pieces = vec![Piece { block: 0, start: 0, end }];
    Event::of(Lines { blocks: vec![block], pieces, events: count as u64 }, 0).collect()
}

// One test in this file: the counts are those of the whole process.
#[test]
fn a_body_is_one_allocation() {
    let mut options = Options::new(Connection::new(Vec::new()));
    for ids in [false, true] {
        options.idempotent = ids.then(|| Idempotent { salt: Vec::new(), volatile: Some("run".to_owned()) });
        let mut bodies = Bodies::new(&options);
        bodies.of(&mut events(1), |_| {});
        for count in [1, 1000] {
            let mut events = events(count);
            let region = Region::new(ALLOCATOR);
            let body = bodies.of(&mut events, |_| {});
            assert_eq!(region.change().allocations, 1, "{count} events, with ids: {ids}");
            assert_eq!(region.change().reallocations, 0);
            assert_eq!(body.iter().filter(|&&byte| byte == b'\n').count(), 2 * count);
        }
    }
}
