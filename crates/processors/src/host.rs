//! What this host is, read from the files that Linux shows. Elsewhere, and where a file is missing, a field is missing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::value::{Object, Value};

/// Bytes of one of these files that are read.
const MOST: u64 = 1 << 20;

/// `host` as `add_host_metadata` writes it, without addresses.
pub(crate) fn host() -> Object {
    let mut host = Object::default();
    let name = name();
    host.insert("hostname", name.as_str().into());
    host.insert("name", name.into());
    host.insert("architecture", std::env::consts::ARCH.into());
    if let Some(id) = first_line("/etc/machine-id") {
        host.insert("id", id.into());
    }
    host.insert("containerized", is_container().into());
    host.insert("os", Value::Object(os()));
    host
}

/// The host's name.
pub(crate) fn name() -> String {
    first_line("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".to_owned())
}

/// `ip` and `mac` of the interfaces that are not the loopback.
pub(crate) fn addresses() -> Object {
    let mut found = Object::default();
    let ips: Vec<Value> = ipv4(&read("/proc/net/fib_trie"))
        .into_iter()
        .map(|ip| Value::Text(ip.to_string()))
        .chain(ipv6(&read("/proc/net/if_inet6")).into_iter().map(|ip| Value::Text(ip.to_string())))
        .collect();
    if !ips.is_empty() {
        found.insert("ip", Value::List(ips));
    }
    let macs: Vec<Value> = macs().into_iter().map(Value::Text).collect();
    if !macs.is_empty() {
        found.insert("mac", Value::List(macs));
    }
    found
}

fn os() -> Object {
    let release = read("/etc/os-release");
    let of = |key: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        let text = line.trim().trim_matches('"').trim_matches('\'');
        (!text.is_empty()).then(|| text.to_owned())
    };
    let platform = of("ID");
    let family = platform.as_deref().map(|id| family(id, of("ID_LIKE").as_deref().unwrap_or_default()));
    let mut os = Object::default();
    let members = [
        ("type", Some(std::env::consts::OS.to_owned())),
        ("platform", platform.clone()),
        ("family", family.map(str::to_owned)),
        ("name", of("NAME")),
        ("version", of("VERSION").or_else(|| of("VERSION_ID"))),
        ("codename", of("VERSION_CODENAME")),
        ("kernel", first_line("/proc/sys/kernel/osrelease")),
    ];
    for (key, value) in members {
        if let Some(value) = value {
            os.insert(key, value.into());
        }
    }
    os
}

/// The family that a distribution is of, as Packetbeat names them.
fn family<'f>(id: &'f str, like: &str) -> &'f str {
    const FAMILIES: [(&str, &[&str]); 4] = [
        ("redhat", &["rhel", "fedora", "centos", "rocky", "almalinux", "ol", "amzn", "redhat"]),
        ("debian", &["debian", "ubuntu", "raspbian", "linuxmint"]),
        ("suse", &["suse", "sles", "opensuse", "opensuse-leap", "opensuse-tumbleweed"]),
        ("arch", &["arch", "archarm", "manjaro"]),
    ];
    let is = |names: &[&str]| names.contains(&id) || like.split_whitespace().any(|one| names.contains(&one));
    FAMILIES.iter().find(|(_, names)| is(names)).map_or(id, |(family, _)| *family)
}

fn is_container() -> bool {
    let groups = read("/proc/1/cgroup");
    ["docker", "kubepods", "containerd", "lxc"].iter().any(|word| groups.contains(word))
        || fs::exists("/.dockerenv").unwrap_or(false)
        || fs::exists("/run/.containerenv").unwrap_or(false)
}

/// Own addresses: in `fib_trie`, what is above `/32 host LOCAL`.
fn ipv4(trie: &str) -> BTreeSet<Ipv4Addr> {
    let mut last = None;
    let mut found = BTreeSet::new();
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line.starts_with("/32 host LOCAL") {
            found.extend(last.filter(|ip| !ip.is_loopback()));
        }
    }
    found
}

/// Own addresses: `if_inet6` begins each line with 32 digits, and ends it with the interface's name.
fn ipv6(table: &str) -> Vec<Ipv6Addr> {
    let address = |line: &str| {
        let bits = u128::from_str_radix(line.split_whitespace().next()?, 16).ok()?;
        Some(Ipv6Addr::from_bits(bits)).filter(|ip| !ip.is_loopback())
    };
    table.lines().filter_map(address).collect()
}

/// `AA-BB-CC-DD-EE-FF`, sorted.
fn macs() -> BTreeSet<String> {
    let folders = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let addresses = folders.filter_map(|folder| fs::read_to_string(folder.path().join("address")).ok());
    addresses
        .map(|text| text.trim().replace(':', "-").to_uppercase())
        .filter(|mac| mac.len() >= 17 && mac.bytes().any(|byte| byte != b'0' && byte != b'-'))
        .collect()
}

fn first_line(path: &str) -> Option<String> {
    read(path).lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

fn read(path: &str) -> String {
    let mut bytes = Vec::new();
    let file = fs::File::open(path);
    // What cannot be read says nothing.
    let _ = file.and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_kernel_are_read() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n        |-- 10.0.0.5\n           /32 host LOCAL\n        |-- 10.0.0.255\n           /32 link BROADCAST\n        |-- 127.0.0.1\n           /32 host LOCAL\n";
        assert_eq!(ipv4(trie).into_iter().collect::<Vec<_>>(), [Ipv4Addr::new(10, 0, 0, 5)]);
        let table = "00000000000000000000000000000001 01 80 10 80       lo\nfe800000000000000042acfffe110002 1f 40 20 80     eth0\nbroken\n";
        assert_eq!(ipv6(table), ["fe80::42:acff:fe11:2".parse::<Ipv6Addr>().unwrap()]);
        assert_eq!(family("ubuntu", "debian"), "debian");
        assert_eq!(family("nixos", ""), "nixos");
    }
}
