//! The program on the servers' interface.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::world::{World, output, until};

/// A run that goes on. It is killed when it is dropped before its end.
pub(crate) struct Run {
    child: Child,
    folder: PathBuf,
}

/// What came of a run that was asked to end.
pub(crate) struct Outcome {
    pub(crate) events: Vec<Value>,
    pub(crate) ledger: Value,
    pub(crate) log: String,
}

/// The usual protocols on their ports, and a file.
pub(crate) const PROTOCOLS: &str = "
packetbeat.protocols:
- {type: http, ports: [80]}
- {type: dns, ports: [53]}
- {type: smtp, ports: [25]}
- {type: mysql, ports: [3306]}
- {type: redis, ports: [6379]}
output.file: {path: out, filename: events, permissions: 0644}
";

/// The command in a folder of its own, with this configuration.
pub(crate) fn packetbeat(world: &World, name: &str, config: &str) -> (Command, PathBuf) {
    let folder = world.subfolder(name);
    fs::write(folder.join("test.yml"), config).unwrap();
    // The output is opened by whoever the program becomes.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", env!("CARGO_BIN_EXE_packetbeat"), "-e", "-c", "test.yml"])
        .args(["-E", "logging.format=text", "--summary", "ledger.json"])
        .current_dir(&folder)
        .stdin(Stdio::null());
    (command, folder)
}

impl Run {
    /// Starts, and waits until it captures through so many sockets.
    pub(crate) fn start(world: &World, name: &str, config: &str, arguments: &[&str], sockets: usize) -> Self {
        let (mut command, folder) = packetbeat(world, name, config);
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = command.args(arguments).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut run = Self { child, folder };
        until("the capture", || {
            assert_eq!(run.child.try_wait().unwrap(), None, "{}", run.log());
            listening() == sockets
        });
        run
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Whole lines of the output so far.
    pub(crate) fn lines(&self) -> String {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join("out"))
            .map(|files| files.map(|file| file.unwrap().path()).collect())
            .unwrap_or_default();
        files.sort();
        let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        text.rsplit_once('\n').map(|(whole, _)| format!("{whole}\n")).unwrap_or_default()
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = output(Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]));
        assert!(sent.status.success());
    }

    /// Asks the program to end, and takes what it leaves. It has a minute for it: how long it takes is measured elsewhere.
    pub(crate) fn end(mut self) -> Outcome {
        self.signal("TERM");
        let mut status = None;
        until("the end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let log = self.log();
        assert!(status.unwrap().success(), "{log}");
        let events = self.lines().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ledger = fs::read_to_string(self.folder.join("ledger.json")).unwrap();
        Outcome { events, ledger: serde_json::from_str(&ledger).expect(&log), log }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // One that has ended already needs no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    /// How often each transaction is there, by type and key.
    pub(crate) fn counts(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for event in &self.events {
            *counts.entry(key(event)).or_default() += 1;
        }
        counts
    }

    /// Everything is accounted for, and the kernel dropped nothing.
    pub(crate) fn balanced(&self) -> &Self {
        let ledger = &self.ledger;
        assert_eq!(ledger["closed"], true, "{ledger}\n{}", self.log);
        for dropped in ["dropped_by_kernel", "dropped_by_interface", "ring_full"] {
            assert_eq!(ledger["capture"][dropped], 0, "{dropped}: {ledger}");
        }
        assert_eq!(ledger["packets"]["dropped"], serde_json::json!({}), "{ledger}");
        assert_eq!(ledger["events"]["published"], self.events.len(), "{ledger}");
        self
    }
}

/// What the clients call this transaction.
fn key(event: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&event["type"]);
    let key = match kind.as_str() {
        "dns" => format!("{} {}", text(&event["network"]["transport"]), text(&event["resource"])),
        "http" => {
            let url = &event["url"];
            format!("{} {}?{}", text(&event["method"]), text(&url["path"]), text(&url["query"]))
        }
        "smtp" => text(&event["smtp"]["subject"]),
        _ => text(&event["query"]),
    };
    (kind, key)
}

/// Sockets in this network that take packets.
pub(crate) fn listening() -> usize {
    let table = fs::read_to_string("/proc/thread-self/net/packet").unwrap();
    // Iface is 0 until it is bound; the next one says whether it runs.
    let is_bound = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.get(3) != Some(&"0000") && words.get(5) == Some(&"1")
    };
    table.lines().skip(1).filter(is_bound).count()
}
