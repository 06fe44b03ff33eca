//! Metrics of the process and its machine, under Packetbeat's names.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use crate::cgroup;
use crate::proc;
use crate::snapshot::Snapshot;

/// Who the process is: `beat.info.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Identifier of this run, as in events' `agent.ephemeral_id`.
    pub ephemeral_id: String,
    /// Name of the shipper, `packetbeat` unless it is configured.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// Where metrics of the process come from.
///
/// Everything is read anew from `/proc` in each [`add_to`](Self::add_to): some small files and a folder, some 80 µs.
/// What cannot be read (no `/proc`, or files that belong to root because the program was started with capabilities)
/// is absent.
#[derive(Clone, Debug)]
pub struct Process {
    identity: Identity,
    proc: PathBuf,
    groups: PathBuf,
    begin: Instant,
    cores: u64,
}

impl Process {
    /// To be called when the program starts: `beat.info.uptime.ms` counts from here.
    pub fn new(identity: Identity) -> Self {
        Self::at(identity, Path::new("/proc"))
    }

    #[expect(clippy::disallowed_methods, reason = "how long the process runs is no packet time")]
    fn at(identity: Identity, proc: &Path) -> Self {
        let cores = available_parallelism().map_or(0, |cores| u64::try_from(cores.get()).unwrap_or(0));
        Self {
            identity,
            proc: proc.to_owned(),
            groups: PathBuf::from("/sys/fs/cgroup"),
            begin: Instant::now(),
            cores,
        }
    }

    /// Adds `beat.info`, `beat.cpu`, `beat.memstats`, `beat.handles`, `beat.runtime`, `beat.cgroup` and `system`.
    pub fn add_to(&self, snapshot: &mut Snapshot) {
        self.add_identity(snapshot);
        self.add_processor(snapshot);
        self.add_memory(snapshot);
        self.add_handles(snapshot);
        self.add_system(snapshot);
        if let Some(membership) = self.read("self/cgroup") {
            cgroup::add_to(snapshot, &membership, &self.groups);
        }
    }

    /// How long the program runs.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.begin.elapsed()
    }

    fn add_identity(&self, snapshot: &mut Snapshot) {
        let uptime = u64::try_from(self.uptime().as_millis()).unwrap_or(u64::MAX);
        snapshot.constant("beat.info.ephemeral_id", &self.identity.ephemeral_id);
        snapshot.constant("beat.info.name", &self.identity.name);
        snapshot.constant("beat.info.version", &self.identity.version);
        snapshot.size("beat.info.uptime.ms", uptime);
        snapshot.help("beat.info.uptime.ms", "Milliseconds since the program started.");
    }

    /// `ticks` are milliseconds, as they are in Packetbeat.
    fn add_processor(&self, snapshot: &mut Snapshot) {
        let Some(stat) = self.read("self/stat").and_then(|text| proc::stat(&text)) else { return };
        let ms = |ticks: u64| ticks.saturating_mul(1000 / proc::USER_HZ);
        let (user, system) = (ms(stat.user), ms(stat.system));
        let total = user.saturating_add(system);
        snapshot.size("beat.cpu.user.ticks", user).counter("beat.cpu.user.time.ms", user);
        snapshot.size("beat.cpu.system.ticks", system).counter("beat.cpu.system.time.ms", system);
        snapshot.size("beat.cpu.total.ticks", total).counter("beat.cpu.total.time.ms", total);
        snapshot.size("beat.cpu.total.value", total);
        snapshot.size("beat.runtime.threads", stat.threads);
        snapshot.help("beat.cpu.user.time.ms", "Processor time in user mode, in milliseconds.");
        snapshot.help("beat.cpu.system.time.ms", "Processor time in kernel mode, in milliseconds.");
        snapshot.help("beat.cpu.total.time.ms", "Processor time, in milliseconds.");
        snapshot.help("beat.runtime.threads", "Threads of the process.");
    }

    fn add_memory(&self, snapshot: &mut Snapshot) {
        let Some(status) = self.read("self/status") else { return };
        if let Some(bytes) = proc::status_bytes(&status, "VmRSS") {
            snapshot.size("beat.memstats.rss", bytes);
            snapshot.help("beat.memstats.rss", "Resident memory, mapped files included, in bytes.");
        }
        if let Some(bytes) = proc::status_bytes(&status, "VmHWM") {
            snapshot.size("beat.memstats.rss_peak", bytes);
            snapshot.help("beat.memstats.rss_peak", "Largest resident memory so far, in bytes.");
        }
        if let Some(bytes) = proc::status_bytes(&status, "RssAnon") {
            snapshot.size("beat.memstats.rss_anonymous", bytes);
            snapshot.help("beat.memstats.rss_anonymous", "Resident memory without files, in bytes.");
        }
    }

    fn add_handles(&self, snapshot: &mut Snapshot) {
        if let Ok(open) = fs::read_dir(self.proc.join("self/fd")) {
            snapshot.size("beat.handles.open", u64::try_from(open.count()).unwrap_or(u64::MAX));
        }
        let Some((soft, hard)) = self.read("self/limits").and_then(|text| proc::open_files(&text)) else {
            return;
        };
        if let Some(soft) = soft {
            snapshot.size("beat.handles.limit.soft", soft);
        }
        if let Some(hard) = hard {
            snapshot.size("beat.handles.limit.hard", hard);
        }
    }

    fn add_system(&self, snapshot: &mut Snapshot) {
        if self.cores > 0 {
            snapshot.size("system.cpu.cores", self.cores);
        }
        let Some(loads) = self.read("loadavg").and_then(|text| proc::loads(&text)) else { return };
        let names = [
            ("system.load.1", "system.load.norm.1"),
            ("system.load.5", "system.load.norm.5"),
            ("system.load.15", "system.load.norm.15"),
        ];
        for ((name, norm), load) in names.into_iter().zip(loads) {
            snapshot.float(name, load);
            if let Some(cores) = u32::try_from(self.cores).ok().filter(|cores| *cores > 0) {
                snapshot.float(norm, (load / f64::from(cores) * 10_000.0).round() / 10_000.0);
            }
        }
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.proc.join(file)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Value;

    fn identity() -> Identity {
        Identity { ephemeral_id: "e".to_owned(), name: "n".to_owned(), version: "v".to_owned() }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_all_of_them() {
        let mut snapshot = Snapshot::new();
        Process::new(identity()).add_to(&mut snapshot);
        for name in [
            "beat.info.uptime.ms",
            "beat.cpu.user.ticks",
            "beat.cpu.total.time.ms",
            "beat.cpu.total.value",
            "beat.memstats.rss",
            "beat.handles.open",
            "beat.runtime.threads",
            "system.cpu.cores",
            "system.load.15",
            "system.load.norm.1",
        ] {
            assert!(snapshot.get(name).is_some(), "{name} is missing");
        }
        let Some(Value::Gauge(rss)) = snapshot.get("beat.memstats.rss") else { panic!("no rss") };
        assert!(*rss > 100 * 1024, "{rss} bytes is no process");
        assert_eq!(snapshot.get("beat.info.name"), Some(&Value::Constant("n".to_owned())));
    }

    #[test]
    fn without_proc_they_are_absent() {
        let mut snapshot = Snapshot::new();
        Process::at(identity(), Path::new("/nowhere")).add_to(&mut snapshot);
        assert!(snapshot.get("beat.info.uptime.ms").is_some());
        for name in ["beat.cpu.user.ticks", "beat.memstats.rss", "beat.handles.open", "system.load.1"] {
            assert_eq!(snapshot.get(name), None);
        }
    }
}
