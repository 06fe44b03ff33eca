//! CPU profiles of the running program, in the format that `go tool pprof`, `pprof` and Speedscope read.
//!
//! ```text
//! SIGPROF, 100 times a second of processor time ──▶ stack of the thread that runs ──▶ counted by stack
//!                                                                                        │ finish
//!                                               gzip ◀── profile.proto ◀── names and lines ◀┘
//! ```
//!
//! [`CpuProfiler::start`] costs nothing until it is called: no signal handler, no memory. While it runs it costs some
//! 20 µs a sample. One profile runs at a time in a process.
//!
//! Stacks are walked by framehop over tables that were read before the first sample: neither memory nor locks are
//! taken within the signal handler. Names and lines come from the program's own debug information when the profile
//! is finished, which takes about a second and 20 MiB.
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
//! of memory: the system's allocator keeps none, and another allocator changes what is measured.
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
