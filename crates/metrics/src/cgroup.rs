//! What the control group allows the process and what it has used of it: `beat.cgroup.*`.
//!
//! Version 2 alone (<https://docs.kernel.org/admin-guide/cgroup-v2.html>): one tree under `/sys/fs/cgroup`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::snapshot::Snapshot;

/// Adds what the group of `/proc/self/cgroup` says; nothing on a machine with version 1, or outside of groups.
pub(crate) fn add_to(snapshot: &mut Snapshot, membership: &str, tree: &Path) {
    let Some(path) = path(membership) else { return };
    let id = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("/");
    let Some(folder) = folder(tree, path) else { return };
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();

    if let Ok(bytes) = read("memory.current").trim().parse() {
        snapshot.text("beat.cgroup.memory.id", id).size("beat.cgroup.memory.mem.usage.bytes", bytes);
        snapshot.help("beat.cgroup.memory.mem.usage.bytes", "Memory of the control group, caches included.");
    }
    // "max" is no limit.
    if let Ok(bytes) = read("memory.max").trim().parse() {
        snapshot.size("beat.cgroup.memory.mem.limit.bytes", bytes);
    }
    if let Some((quota, period)) = read("cpu.max").trim().split_once(' ')
        && let (Ok(quota), Ok(period)) = (quota.parse(), period.parse())
    {
        snapshot.size("beat.cgroup.cpu.cfs.quota.us", quota).size("beat.cgroup.cpu.cfs.period.us", period);
    }
    let stat = read("cpu.stat");
    let of = |key: &str| stat.lines().find_map(|line| line.strip_prefix(key)?.trim().parse::<u64>().ok());
    if let (Some(periods), Some(throttled), Some(us)) =
        (of("nr_periods "), of("nr_throttled "), of("throttled_usec "))
    {
        snapshot.text("beat.cgroup.cpu.id", id).counter("beat.cgroup.cpu.stats.periods", periods);
        snapshot.counter("beat.cgroup.cpu.stats.throttled.periods", throttled);
        snapshot.counter("beat.cgroup.cpu.stats.throttled.ns", us.saturating_mul(1000));
        snapshot
            .help("beat.cgroup.cpu.stats.throttled.ns", "How long the group had to wait for its next share.");
    }
}

/// The line of version 2 is `0::/path`.
fn path(membership: &str) -> Option<&str> {
    let path = membership.lines().find_map(|line| line.strip_prefix("0::"))?;
    // Outside of what this namespace sees.
    (path.starts_with('/') && !path.contains("/..")).then_some(path)
}

/// In a container without a namespace of its own the path is the host's, and the tree begins at the group.
fn folder(tree: &Path, path: &str) -> Option<PathBuf> {
    let full = tree.join(path.trim_start_matches('/'));
    [full, tree.to_owned()].into_iter().find(|folder| folder.join("cgroup.controllers").exists())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn group(folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for (file, text) in [
            ("cgroup.controllers", "cpu memory\n"),
            ("memory.current", "41791488\n"),
            ("memory.max", "1073741824\n"),
            ("cpu.max", "200000 100000\n"),
            ("cpu.stat", "usage_usec 9\nnr_periods 80\nnr_throttled 2\nthrottled_usec 48720\n"),
        ] {
            fs::write(folder.join(file), text).unwrap();
        }
    }

    fn told(membership: &str, tree: &Path) -> serde_json::Value {
        let mut snapshot = Snapshot::new();
        add_to(&mut snapshot, membership, tree);
        snapshot.to_json()
    }

    #[test]
    fn a_group_is_told_in_packetbeats_names() {
        let tree = tempfile::tempdir().unwrap();
        group(&tree.path().join("system.slice/packetbeat.service"));
        assert_eq!(
            told("1:name=systemd:/\n0::/system.slice/packetbeat.service\n", tree.path()),
            json!({"beat": {"cgroup": {
                "cpu": {
                    "cfs": {"period": {"us": 100_000}, "quota": {"us": 200_000}},
                    "id": "packetbeat.service",
                    "stats": {"periods": 80, "throttled": {"ns": 48_720_000, "periods": 2}},
                },
                "memory": {
                    "id": "packetbeat.service",
                    "mem": {"limit": {"bytes": 1_073_741_824}, "usage": {"bytes": 41_791_488}},
                },
            }}})
        );
    }

    #[test]
    fn the_tree_of_a_container_begins_at_its_group() {
        let tree = tempfile::tempdir().unwrap();
        group(tree.path());
        fs::write(tree.path().join("memory.max"), "max\n").unwrap();
        let told = told("0::/kubepods/pod1/a\n", tree.path());
        assert_eq!(told["beat"]["cgroup"]["memory"]["mem"], json!({"usage": {"bytes": 41_791_488}}));
    }

    #[test]
    fn what_is_not_there_is_absent() {
        let tree = tempfile::tempdir().unwrap();
        assert_eq!(told("0::/a\n", tree.path()), json!({}));
        group(tree.path());
        for membership in ["", "4:memory:/a\n", "0::/../../b\n", "0::a"] {
            assert_eq!(told(membership, tree.path()), json!({}), "{membership:?}");
        }
    }
}
