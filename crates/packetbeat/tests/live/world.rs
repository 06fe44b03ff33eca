//! Two machines on a wire: network namespaces that a test makes, joined by a veth pair.
//!
//! ```text
//! clients: 192.0.2.10, 2001:db8::10   cl ─────── sv   192.0.2.25, 2001:db8::25: servers, and the program under test
//! ```

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};

pub(crate) const SERVER: &str = "192.0.2.25";
pub(crate) const SERVER6: &str = "2001:db8::25";
const CLIENT: &str = "192.0.2.10";
const CLIENT6: &str = "2001:db8::10";

/// Everything ends when this goes.
pub(crate) struct World {
    /// Keeps the clients' namespace.
    keeper: Child,
    servers: Vec<Child>,
    folder: tempfile::TempDir,
}

impl World {
    /// Puts this thread, and what it starts, where the servers are.
    pub(crate) fn new() -> Self {
        unshare(CloneFlags::CLONE_NEWNET).expect(
            "these tests make network interfaces: run them as root, or leave them out with --skip live",
        );
        let folder = tempfile::tempdir().unwrap();
        // Servers have users of their own.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let keeper = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"])
            .spawn()
            .expect("setpriv and unshare, of util-linux");
        let world = Self { keeper, servers: Vec::new(), folder };
        let other = format!("/proc/{}/ns/net", world.keeper.id());
        let own = fs::read_link("/proc/thread-self/ns/net").unwrap();
        until("the clients' namespace", || fs::read_link(&other).is_ok_and(|name| name != own));
        ip("link set lo up");
        world.wire();
        world
    }

    /// Makes the wire, or makes it anew.
    pub(crate) fn wire(&self) {
        ip(&format!("link add sv type veth peer name cl netns {}", self.keeper.id()));
        ip("link set sv up");
        ip(&format!("addr add {SERVER}/24 dev sv"));
        ip(&format!("addr add {SERVER6}/64 dev sv nodad"));
        for words in [
            "link set cl up".to_owned(),
            format!("addr add {CLIENT}/24 dev cl"),
            format!("addr add {CLIENT6}/64 dev cl nodad"),
        ] {
            let mut command = self.there("ip");
            assert!(command.args(words.split(' ')).status().unwrap().success(), "{words}");
        }
    }

    /// A command on the clients' machine.
    pub(crate) fn there(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.keeper.id().to_string(), "--net", "--", program]);
        command
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A folder of its own.
    pub(crate) fn subfolder(&self, name: &str) -> PathBuf {
        let path = self.folder().join(name);
        fs::create_dir(&path).unwrap();
        path
    }

    /// Starts a server that stays in the foreground, with whatever it starts in a process namespace that ends with it.
    pub(crate) fn server(&mut self, name: &str, command: &[&str]) {
        let log = fs::File::create(self.folder().join(format!("{name}.log"))).unwrap();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"])
            // The first process stays the shell, and with it everything ends: a server that becomes another user forgets
            // that it was to be killed with its parent.
            .args(["sh", "-c", "\"$@\" & wait", "sh"])
            .args(command)
            .current_dir(self.folder())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.servers.push(child);
    }

    /// Until somebody listens.
    pub(crate) fn listens(&self, protocol: &str, port: u16) {
        let filter = format!("sport = :{port}");
        let asks = || output(Command::new("ss").args(["-Hln", protocol, &filter]));
        until(&format!("port {port}; see {}", self.folder().display()), || !asks().stdout.is_empty());
    }

    /// Real clients of these services, to their end: type and key of each transaction, in their order.
    pub(crate) fn clients(&self, services: &[&str]) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/clients.py");
        let mut command = self.there("python3");
        command.arg(script).args([SERVER, SERVER6]).arg(folder.path()).args(services);
        let done = output(&mut command);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let lines = String::from_utf8(done.stdout).unwrap();
        lines.lines().map(|line| pair(&serde_json::from_str(line).unwrap())).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for child in self.servers.iter_mut().chain([&mut self.keeper]) {
            // One that has ended already needs no more.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn pair(line: &serde_json::Value) -> (String, String) {
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    (text("type"), text("key"))
}

/// `ip` on the servers' machine.
pub(crate) fn ip(words: &str) {
    let done = output(Command::new("ip").args(words.split(' ')));
    assert!(done.status.success(), "ip {words}: {}", String::from_utf8_lossy(&done.stderr));
}

pub(crate) fn output(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; scripts/setup installs what is missing"))
}

/// Waits until something is so, for a minute at most.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if is_so() {
            return;
        }
        pause(Duration::from_millis(50));
    }
    panic!("waited in vain for {what}");
}

/// Nothing happens for a while.
pub(crate) fn pause(length: Duration) {
    let (_sender, nobody) = mpsc::channel::<()>();
    let _ = nobody.recv_timeout(length);
}
