//! The profiler of processor time.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use nix::sys::signal::{Signal, raise};
use pprof::{ProfilerGuard, ProfilerGuardBuilder, Report};

use crate::encode::{Function, Line, Profile, Timing};

/// Samples in a second of processor time: as Go's profiler.
pub const FREQUENCY: i32 = 100;

/// A profile that is being taken. Dropping it stops it and throws it away.
pub struct CpuProfiler {
    guard: ProfilerGuard<'static>,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There can be only one.
    #[error("another CPU profile is being taken; wait for its end")]
    Running,
    /// The profiler did not start or did not tell its samples.
    #[error("the CPU profiler failed: {0}; it needs a folder for temporary files that can be written to")]
    Profiler(#[source] pprof::Error),
    /// The profile could not be written.
    #[error("the CPU profile could not be written: {0}")]
    Write(#[from] io::Error),
}

impl CpuProfiler {
    /// Starts to take a profile of all threads of the process.
    ///
    /// # Errors
    ///
    /// [`Error::Running`] if one is being taken, [`Error::Profiler`] if there is no folder for temporary files.
    pub fn start() -> Result<Self, Error> {
        static PRIMED: Mutex<bool> = Mutex::new(false);
        let mut primed = PRIMED.lock().unwrap_or_else(PoisonError::into_inner);
        if !*primed {
            prime()?;
            *primed = true;
        }
        Ok(Self { guard: start(FREQUENCY)? })
    }

    /// Stops it and writes the profile: `profile.proto` in gzip.
    ///
    /// # Errors
    ///
    /// What `out` says, or [`Error::Profiler`].
    pub fn finish(self, out: impl Write) -> Result<(), Error> {
        let report = self.guard.report().build().map_err(Error::Profiler)?;
        drop(self.guard);
        let mut gzip = GzEncoder::new(out, Compression::default());
        gzip.write_all(&encode(&report))?;
        gzip.finish()?.flush()?;
        Ok(())
    }
}

/// Lets the signal handler read its tables where it interrupts nothing.
///
/// They are read at the first sample, which takes memory; a sample that interrupts the allocator would wait for a lock
/// that its own thread holds. At one sample a second of processor time the one that this thread raises is the first.
fn prime() -> Result<(), Error> {
    let _guard = start(1)?;
    raise(Signal::SIGPROF).map_err(|error| Error::Write(error.into()))
}

fn start(frequency: i32) -> Result<ProfilerGuard<'static>, Error> {
    ProfilerGuardBuilder::default().frequency(frequency).build().map_err(|error| match error {
        pprof::Error::Running => Error::Running,
        error => Error::Profiler(error),
    })
}

fn encode(report: &Report) -> Vec<u8> {
    let frequency = u32::try_from(report.timing.frequency).unwrap_or(1).max(1);
    let timing = Timing {
        begin: report.timing.start_time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
        duration: report.timing.duration,
        period: Duration::from_secs(1) / frequency,
    };
    let mut profile = Profile::default();
    for (stack, count) in &report.data {
        let locations: Vec<u64> = stack
            .frames
            .iter()
            .map(|symbols| {
                let lines = symbols.iter().map(|symbol| line(&mut profile, symbol)).collect();
                profile.location(lines)
            })
            .collect();
        profile.sample(
            &locations,
            u64::try_from(*count).unwrap_or(0),
            &stack.thread_name_or_id(),
            timing.period,
        );
    }
    profile.into_bytes(timing)
}

fn line(profile: &mut Profile, symbol: &pprof::Symbol) -> Line {
    let name = profile.string(&symbol.name());
    let mangled = profile.string(&symbol.sys_name());
    let file = profile.string(&symbol.filename());
    let function = profile.function(Function { name, mangled, file });
    Line { function, line: symbol.lineno().into() }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::io::Read;
    use std::sync::Mutex;

    use super::*;

    /// There is one profiler in a process, and tests are threads of one.
    static ONE: Mutex<()> = Mutex::new(());

    #[inline(never)]
    fn spend_time_here(rounds: u64) -> u64 {
        (0..rounds).fold(0, |sum, round| black_box(sum ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    fn unpacked(profile: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(profile).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_takes_time_is_named() {
        let _one = ONE.lock();
        let profiler = CpuProfiler::start().unwrap();
        black_box(spend_time_here(100_000_000));
        let mut profile = Vec::new();
        profiler.finish(&mut profile).unwrap();
        let bytes = unpacked(&profile);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("spend_time_here"));
        assert!(text.contains("nanoseconds"));
    }

    #[test]
    fn one_at_a_time() {
        let _one = ONE.lock();
        let first = CpuProfiler::start().unwrap();
        assert!(matches!(CpuProfiler::start(), Err(Error::Running)));
        drop(first);
        CpuProfiler::start().unwrap().finish(io::sink()).unwrap();
    }

    #[test]
    fn the_allocator_may_be_interrupted() {
        let _one = ONE.lock();
        let profiler = CpuProfiler::start().unwrap();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| {
                    (0..300_000_usize).map(|n| black_box(vec![0_u8; n % 4096]).len()).sum::<usize>()
                })
            })
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap() > 0);
        }
        profiler.finish(io::sink()).unwrap();
    }
}
