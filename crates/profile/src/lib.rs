//! CPU profiles of the running program, in the format that `go tool pprof`, `pprof` and Speedscope read.
//!
//! ```text
//! SIGPROF, 100 times a second of processor time ──▶ stack of the thread that runs ──▶ counted by stack
//!                                                                                        │ finish
//!                                               gzip ◀── profile.proto ◀── names and lines ◀┘
//! ```
//!
//! [`CpuProfiler::start`] is all that costs something: before, there is neither a signal handler nor memory. The first one
//! takes about 100 ms, in which it reads the tables of the program and its libraries, and some 70 MiB, which stay. One
//! profile is taken at a time in a process.
//!
//! Stacks are walked by framehop over those tables: neither memory nor locks are taken within the signal handler, but
//! for the one that a second sample at the same moment finds taken, and is left out. Names and lines come from the
//! program's own debug information when the profile is finished.
//!
//! # Limits
//!
//! | what | limit |
//! |---|---|
//! | frames of a stack | 128, the innermost |
//! | stacks in memory | 16,384; rarer ones go to an unlinked file in the folder for temporary files |
//! | length of a profile | none here; who asks for it bounds it |
//!
//! # Left out
//!
//! Time that a thread waits is not in a CPU profile. Libraries loaded after the first profile end a stack. Profiles
//! of memory: the system's allocator keeps none, and an allocator that does (jemalloc) would serve the program always, not
//! only while somebody looks.
//!
//! # Example
//!
//! ```
//! let profiler = packetbeat_profile::CpuProfiler::start()?;
//! let mut profile = Vec::new();
//! profiler.finish(&mut profile)?;
//! assert_eq!(&profile[..2], [0x1f, 0x8b], "gzip");
//! # Ok::<(), packetbeat_profile::Error>(())
//! ```
#![forbid(unsafe_code)]

mod cpu;
mod encode;
mod wire;

pub use cpu::{CpuProfiler, Error, FREQUENCY};
