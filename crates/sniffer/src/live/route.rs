//! The interface that the default route leads through.
//!
//! Source: `Documentation/networking/ip-sysctl` says nothing of these files; their columns are those of `fib_trie.c`
//! (`fib_route_seq_show`) and `ip6_route` (`rt6_info_route`) of the Linux kernel.

use crate::device::{devices, find_device};
use crate::{DeviceError, device};

/// Which default route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteFamily {
    /// That of IPv4 or, if there is none, that of IPv6.
    Any,
    /// That of IPv4.
    Ipv4,
    /// That of IPv6.
    Ipv6,
}

impl RouteFamily {
    /// What a configured device asks for, if it is no name.
    #[must_use]
    pub fn of_device(device: &str) -> Option<Self> {
        Some(match device.trim() {
            "default_route" => Self::Any,
            "default_route_ipv4" => Self::Ipv4,
            "default_route_ipv6" => Self::Ipv6,
            _ => return None,
        })
    }
}

/// The name of the interface that a configured device means: a name, a number in the list of
/// [`devices`](crate::devices), `any` or one of the default routes.
///
/// # Errors
///
/// If there is no such interface or no default route; the error names those interfaces that there are.
pub fn resolve(wanted: &str) -> Result<String, DeviceError> {
    let Some(family) = RouteFamily::of_device(wanted) else {
        return find_device(&devices()?, wanted).map(|device| device.name.clone());
    };
    default_route(family)?.ok_or_else(|| DeviceError::NoDefaultRoute {
        wanted: wanted.trim().to_owned(),
        known: devices().map(|devices| device::known(&devices)).unwrap_or_default(),
    })
}

/// The interface that the default route with the least metric leads through; none if there is no such route.
///
/// # Errors
///
/// Where the system keeps its routes elsewhere than Linux.
pub fn default_route(family: RouteFamily) -> Result<Option<String>, DeviceError> {
    if !cfg!(target_os = "linux") {
        return Err(DeviceError::RoutesUnknown);
    }
    let v4 = || ipv4(&table("route"));
    let v6 = || ipv6(&table("ipv6_route"));
    Ok(match family {
        RouteFamily::Any => v4().or_else(v6),
        RouteFamily::Ipv4 => v4(),
        RouteFamily::Ipv6 => v6(),
    })
}

/// A table of the network namespace of this thread. A system without IPv6 has no table of it: no routes.
fn table(name: &str) -> String {
    ["/proc/thread-self/net", "/proc/net"]
        .iter()
        .find_map(|folder| std::fs::read_to_string(format!("{folder}/{name}")).ok())
        .unwrap_or_default()
}

/// Flags of a route that is in use (`RTF_UP`), and of one that refuses packets (`RTF_REJECT`).
const UP: u32 = 1;
const REJECT: u32 = 0x200;

/// Lines `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT` below one with these words.
fn ipv4(table: &str) -> Option<String> {
    let routes = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let [device, "00000000", _, flags, _, _, metric, "00000000", ..] = columns[..] else { return None };
        usable(flags).then_some(())?;
        Some((metric.parse::<u32>().ok()?, device))
    });
    // Of equals the first: the kernel would take it.
    routes.min_by_key(|(metric, _)| *metric).map(|(_, device)| device.to_owned())
}

/// Lines of destination, its length, source, its length, next hop, metric, references, uses, flags, interface; numbers
/// in hexadecimal.
fn ipv6(table: &str) -> Option<String> {
    let routes = table.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let [destination, "00", _, _, _, metric, _, _, flags, device] = columns[..] else { return None };
        let is_default = destination.bytes().all(|digit| digit == b'0');
        // The kernel lists a route over `lo` that refuses what has no route.
        (is_default && usable(flags) && device != "lo").then_some(())?;
        Some((u32::from_str_radix(metric, 16).ok()?, device))
    });
    routes.min_by_key(|(metric, _)| *metric).map(|(_, device)| device.to_owned())
}

fn usable(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & UP != 0 && flags & REJECT == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IPV4: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
off0\t00000000\t0100A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0
blackhole\t00000000\t0100A8C0\t0203\t0\t0\t0\t00000000\t0\t0\t0
";

    const IPV6: &str = "\
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000002 000000ff 00000001 00000000 00000003     wlan0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";

    #[test]
    fn the_least_metric_wins() {
        assert_eq!(ipv4(IPV4).as_deref(), Some("eth0"));
        // 0xff is less than 0x400.
        assert_eq!(ipv6(IPV6).as_deref(), Some("wlan0"));
    }

    #[test]
    fn no_route_and_nonsense() {
        for text in ["", "\n\n", "Iface\teth0\n", "eth0 00000000\n", "x\ny\nz 00000000 0 zz 0 0 0 00000000\n"]
        {
            assert_eq!((ipv4(text), ipv6(text)), (None, None), "{text:?}");
        }
        let lines: Vec<&str> = IPV6.lines().collect();
        assert_eq!(ipv6(&[lines[0], lines[3]].join("\n")), None);
        let lines: Vec<&str> = IPV4.lines().collect();
        assert_eq!(ipv4(&[lines[0], lines[1], lines[5], lines[6]].join("\n")), None);
    }

    proptest! {
        /// Whatever a table says, the answer is a word of it.
        #[test]
        fn whatever_a_table_says(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "0", "1", "3", "00", "ff", "00000000", "00000003", "00000203", "ffffffff", "fffffffff", "eth0", "lo", "-1", "é",
                    "00000000000000000000000000000000", "\n", "\n", " ",
                ]),
                0..60,
            ),
            noise in any::<String>(),
        ) {
            for text in [words.join(" "), words.join("\t"), noise] {
                for device in [ipv4(&text), ipv6(&text)].into_iter().flatten() {
                    prop_assert!(text.split_ascii_whitespace().any(|word| word == device), "{device:?} of {text:?}");
                }
            }
        }
    }

    #[test]
    fn names_of_routes() {
        assert_eq!(RouteFamily::of_device(" default_route "), Some(RouteFamily::Any));
        assert_eq!(RouteFamily::of_device("default_route_ipv6"), Some(RouteFamily::Ipv6));
        assert_eq!(RouteFamily::of_device("default"), None);
    }
}
