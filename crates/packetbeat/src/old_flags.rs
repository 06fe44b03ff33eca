//! Flags as they were spelled up to 5.x: one dash before long names, commands as flags.
//!
//! `packetbeat -configtest -path.home /opt` is `packetbeat test config --path.home /opt`. Unit files and habits keep such
//! lines for years; each is understood, and a note says how it is written now.

use std::ffi::{OsStr, OsString};

/// Long flags that once had one dash, and whether a value follows as the next argument.
const LONG: [(&str, bool); 10] = [
    ("path.home", true),
    ("path.config", true),
    ("path.data", true),
    ("path.logs", true),
    ("strict.perms", false),
    ("httpprof", true),
    ("cpuprofile", true),
    ("memprofile", true),
    ("dump", true),
    ("environment", true),
];

/// Flags that have become commands.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("configtest", &["test", "config"]),
    ("devices", &["devices"]),
    ("version", &["version"]),
    ("setup", &["setup"]),
    ("help", &["help"]),
];

/// Flags of which nothing is left to do.
const GONE: [&str; 2] = ["waitstop", "test"];

/// Flags whose value follows: what looks like an old flag behind them is their value.
const TAKES_VALUE: [&str; 5] = ["-c", "-E", "-d", "-I", "-l"];

/// The arguments in their present form, and a note for each that was not.
pub(crate) fn modernise(args: impl IntoIterator<Item = OsString>) -> (Vec<OsString>, Vec<String>) {
    let mut args = args.into_iter();
    let (mut modern, mut command, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    modern.extend(args.next());
    while let Some(arg) = args.next() {
        let is_value = modern.last().and_then(|last: &OsString| last.to_str());
        if is_value.is_some_and(|last| TAKES_VALUE.contains(&last)) {
            modern.push(arg);
            continue;
        }
        if arg == "--" {
            modern.push(arg);
            modern.extend(args.by_ref());
            break;
        }
        match old(&arg) {
            None => modern.push(arg),
            Some(Old::Long(new)) => {
                notes.push(format!("{} is written {new} now", arg.display()));
                let takes_value = LONG.iter().any(|(name, value)| *value && new == format!("--{name}"));
                modern.push(new.into());
                modern.extend(takes_value.then(|| args.next()).flatten());
            }
            Some(Old::Command(words)) => {
                notes.push(format!("{} is written `packetbeat {}` now", arg.display(), words.join(" ")));
                command = words.iter().map(OsString::from).collect();
            }
            Some(Old::Gone) => notes.push(format!("{} has no effect any more", arg.display())),
        }
    }
    // Behind the flags: all that precede a command are known to every command.
    modern.extend(command);
    (modern, notes)
}

enum Old {
    Long(String),
    Command(&'static [&'static str]),
    Gone,
}

fn old(arg: &OsStr) -> Option<Old> {
    let name = arg.to_str()?.strip_prefix('-').filter(|name| !name.starts_with('-'))?;
    let (head, value) = name.split_once('=').map_or((name, None), |(head, value)| (head, Some(value)));
    if LONG.iter().any(|(long, _)| *long == head) {
        return Some(Old::Long(value.map_or(format!("--{head}"), |value| format!("--{head}={value}"))));
    }
    if value.is_none_or(|value| value == "true") {
        if let Some((_, words)) = COMMANDS.iter().find(|(old, _)| *old == head) {
            return Some(Old::Command(words));
        }
        if GONE.contains(&head) {
            return Some(Old::Gone);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modern(line: &str) -> (String, usize) {
        let (args, notes) = modernise(line.split(' ').map(OsString::from));
        let args: Vec<_> = args.iter().map(|arg| arg.to_str().unwrap()).collect();
        (args.join(" "), notes.len())
    }

    #[test]
    fn one_dash_becomes_two() {
        for (old, new, notes) in [
            ("p -path.home /opt -e", "p --path.home /opt -e", 1),
            ("p -path.home=/opt -strict.perms=false", "p --path.home=/opt --strict.perms=false", 2),
            ("p -configtest -c a.yml", "p -c a.yml test config", 1),
            ("p -c -configtest", "p -c -configtest", 0),
            ("p -devices", "p devices", 1),
            ("p -waitstop -I a.pcap", "p -I a.pcap", 1),
            ("p -path.home -devices", "p --path.home -devices", 1),
            ("p -e -d publish -I x.pcap -l 5 -t", "p -e -d publish -I x.pcap -l 5 -t", 0),
            ("p -- -devices", "p -- -devices", 0),
            ("p -dns", "p -dns", 0),
        ] {
            assert_eq!(modern(old), (new.to_owned(), notes), "{old}");
        }
    }
}
