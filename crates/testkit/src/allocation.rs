//! Counting allocations. The counts are of the whole process: the kit runs one check at a time and takes the least of several
//! measurements, so that what the test harness does beside it does not count.

use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::failure::Failure;

/// The system's allocator, counting.
pub type Counting = StatsAlloc<System>;

/// The allocator that [`count_allocations!`](crate::count_allocations) installs.
pub static COUNTING: &Counting = &INSTRUMENTED_SYSTEM;

/// Makes the test binary count its allocations; once, at the top of the file.
#[macro_export]
macro_rules! count_allocations {
    () => {
        #[global_allocator]
        static COUNTING_ALLOCATOR: &$crate::allocation::Counting = $crate::allocation::COUNTING;
    };
}

/// Held while a kit runs, so that kits of one binary do not count each other's allocations.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Allocations so far, those that grew in place included.
pub(crate) fn count() -> usize {
    let stats = COUNTING.stats();
    stats.allocations.wrapping_add(stats.reallocations)
}

/// Bytes allocated and not given back.
pub(crate) fn live_bytes() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated.wrapping_sub(stats.bytes_deallocated)
}

/// That the counts mean something.
pub(crate) fn is_installed() -> Result<(), Failure> {
    let before = COUNTING.stats().allocations;
    drop(std::hint::black_box(Box::new(before)));
    if COUNTING.stats().allocations == before {
        return Err(Failure::new(
            "allocations",
            "nothing is counted: put `packetbeat_testkit::count_allocations!();` at the top of the test file",
        ));
    }
    Ok(())
}
