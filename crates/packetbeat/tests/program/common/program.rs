//! One run of the program. Every wait has a limit; a program that does not end is killed and fails its test.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::json;

/// No run takes nearly as long; a machine that is busy may take its time.
const LIMIT: Duration = Duration::from_secs(240);

/// A run that is put together. It starts in an empty folder of its own, with nothing in its environment.
pub(crate) struct Packetbeat {
    command: Command,
    stdin: Vec<u8>,
    folder: tempfile::TempDir,
}

impl Packetbeat {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_packetbeat"));
        // Nobody looks at a terminal here; what people see there is what most tests are about.
        command.current_dir(folder.path()).env_clear().args(["-E", "logging.format=text"]);
        Self { command, stdin: Vec::new(), folder }
    }

    /// Adds arguments, separated by blanks.
    pub(crate) fn args(mut self, text: &str) -> Self {
        self.command.args(text.split_whitespace());
        self
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds `-I path`.
    pub(crate) fn read(self, path: impl AsRef<Path>) -> Self {
        self.arg("-I").arg(path.as_ref())
    }

    /// Adds `-E setting`.
    pub(crate) fn set(self, setting: &str) -> Self {
        self.arg("-E").arg(setting)
    }

    /// Writes `text` to `name` in the run's folder.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    /// Writes a configuration file, and adds `-c`.
    pub(crate) fn config(self, text: &str) -> Self {
        self.file("test.yml", text).args("-c test.yml")
    }

    /// What comes on standard input; without, it is empty.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Outcome {
        let bytes = std::mem::take(&mut self.stdin);
        let mut running = self.start();
        let mut stdin = running.stdin.take().unwrap();
        // A program that fails early does not read its input; that it failed is seen at its end.
        std::thread::spawn(move || stdin.write_all(&bytes));
        running.end()
    }

    /// Runs to the end, with nothing on standard input and a file for standard output.
    pub(crate) fn run_into(mut self, stdout: std::fs::File) -> Outcome {
        self.command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let errors = rest(child.stderr.take().unwrap());
        let (_, none) = channel();
        Running { child, stdin: None, lines: none, errors, folder: self.folder }.end()
    }

    /// Starts, and keeps standard input open.
    pub(crate) fn start(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().unwrap();
        let stderr = child.stderr.take().unwrap();
        Running { child, stdin, lines: lines(stdout), errors: rest(stderr), folder: self.folder }
    }

    /// Starts with a standard output of which the first line is read and nothing more. Standard input, which must fit
    /// into a pipe, stays open.
    pub(crate) fn start_unread(mut self) -> (Running, Unread) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&self.stdin).unwrap();
        let stdout = child.stdout.take().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, first) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let mut stdout = BufReader::with_capacity(1, stdout);
            stdout.read_line(&mut line).unwrap();
            sender.send(Unread { line, _stdout: stdout })
        });
        let unread = first.recv_timeout(LIMIT).expect("a first line in time");
        let (_, none) = channel();
        let running =
            Running { child, stdin: Some(stdin), lines: none, errors: rest(stderr), folder: self.folder };
        (running, unread)
    }
}

/// A standard output that nobody reads. It closes when this goes.
pub(crate) struct Unread {
    /// Its first line.
    pub(crate) line: String,
    _stdout: BufReader<ChildStdout>,
}

/// A run that goes on.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Receiver<String>,
    folder: tempfile::TempDir,
}

impl Running {
    /// Writes to standard input.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    /// The next line of standard output, with its line feed.
    pub(crate) fn line(&mut self) -> String {
        self.lines.recv_timeout(LIMIT).unwrap_or_else(|_| {
            self.child.kill().unwrap();
            panic!("no line came; on standard error: {}", self.errors.recv().unwrap())
        })
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Sends a signal again and again until the program ends. One that comes before the last was handled is lost.
    pub(crate) fn insist(mut self, name: &str) -> Outcome {
        for _ in 0..600 {
            self.signal(name);
            if let Ok(stderr) = self.errors.recv_timeout(LIMIT / 600) {
                let code = self.child.wait().unwrap().code();
                return Outcome { stdout: String::new(), stderr, code, folder: self.folder };
            }
        }
        self.child.kill().unwrap();
        panic!("the program does not end; on standard error: {}", self.errors.recv().unwrap())
    }

    /// Waits for the end, without more on standard input.
    pub(crate) fn end(mut self) -> Outcome {
        drop(self.stdin.take());
        self.end_with_open_input()
    }

    /// Waits for the end; standard input stays open.
    pub(crate) fn end_with_open_input(mut self) -> Outcome {
        let mut stdout = String::new();
        // Standard error closes with the program.
        let stderr = self.errors.recv_timeout(LIMIT).unwrap_or_else(|_| {
            self.child.kill().unwrap();
            panic!("the program does not end; on standard error: {}", self.errors.recv().unwrap())
        });
        while let Ok(line) = self.lines.recv() {
            stdout.push_str(&line);
        }
        let code = self.child.wait().unwrap().code();
        Outcome { stdout, stderr, code, folder: self.folder }
    }
}

/// What came of a run.
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Exit status; none if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) folder: tempfile::TempDir,
}

impl Outcome {
    /// The run went well.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// The run went well and had nothing to say.
    pub(crate) fn quiet(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""));
        self
    }

    /// The run failed, with nothing on standard output: what it said.
    pub(crate) fn failed(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.stderr);
        self.stderr
    }

    /// Each line of standard output as JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        events(&self.stdout)
    }

    /// A file in the run's folder.
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder of the run's folder, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Each line as JSON, without a name that stands twice.
pub(crate) fn events(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line has no end");
    text.lines().map(|line| json::strict(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        loop {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 || sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn rest(mut stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).unwrap();
        sender.send(String::from_utf8(text).expect("standard error is UTF-8"))
    });
    receiver
}
