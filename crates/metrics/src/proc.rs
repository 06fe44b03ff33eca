//! Texts of Linux' `/proc`, as proc(5) describes them.

/// Clock ticks a second where the kernel does not say: `USER_HZ`, 100 on every platform that Rust runs on.
pub(crate) const USER_HZ: u64 = 100;

/// What `/proc/self/stat` says of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Processor time in user mode, in clock ticks.
    pub(crate) user: u64,
    /// Processor time in kernel mode, in clock ticks.
    pub(crate) system: u64,
    /// Number of threads.
    pub(crate) threads: u64,
}

/// Reads `/proc/self/stat`. The name in parentheses may have spaces and parentheses itself.
pub(crate) fn stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    // The first field here is the third of the file; utime is its 14th.
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let user = fields.next()?.parse().ok()?;
    let system = fields.next()?.parse().ok()?;
    let threads = fields.nth(4)?.parse().ok()?;
    Some(Stat { user, system, threads })
}

/// Bytes of a line of `/proc/self/status` such as `VmRSS:     1234 kB`.
pub(crate) fn status_bytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let kib = line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?;
    kib.checked_mul(1024)
}

/// Soft and hard limit of open files of `/proc/self/limits`; `None` for "unlimited".
pub(crate) fn open_files(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut numbers = line.split_ascii_whitespace();
    Some((numbers.next()?.parse().ok(), numbers.next()?.parse().ok()))
}

/// The loads of 1, 5 and 15 minutes of `/proc/loadavg`.
pub(crate) fn loads(text: &str) -> Option<[f64; 3]> {
    let mut numbers =
        text.split_ascii_whitespace().map(|word| word.parse::<f64>().ok().filter(|load| load.is_finite()));
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4242 (a ) b (c) S 1 4242 4242 0 -1 4194560 1 0 0 0 250 31 0 0 20 0 7 0 12345 1 2 3";

    #[test]
    fn the_stat_line_is_read_behind_its_name() {
        assert_eq!(stat(STAT), Some(Stat { user: 250, system: 31, threads: 7 }));
        assert_eq!(stat("4242 (name) S 1 2"), None);
        assert_eq!(stat(""), None);
    }

    #[test]
    fn memory_is_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nRssAnon:\t 512 kB\n";
        assert_eq!(status_bytes(status, "VmRSS"), Some(1_048_576));
        assert_eq!(status_bytes(status, "VmHWM"), Some(2_097_152));
        assert_eq!(status_bytes(status, "VmSwap"), None);
        assert_eq!(status_bytes("VmRSS: 18446744073709551615 kB", "VmRSS"), None);
    }

    #[test]
    fn limits_may_be_none() {
        let text = "Limit                     Soft Limit           Hard Limit           Units\n\
                    Max open files            1024                 unlimited            files\n";
        assert_eq!(open_files(text), Some((Some(1024), None)));
        assert_eq!(open_files("Limit\n"), None);
    }

    #[test]
    fn loads_are_three_numbers() {
        assert_eq!(loads("0.50 1.25 2.00 1/345 6789\n"), Some([0.5, 1.25, 2.0]));
        assert_eq!(loads("0.50 nan 2.00"), None);
        assert_eq!(loads("0.50"), None);
    }
}
