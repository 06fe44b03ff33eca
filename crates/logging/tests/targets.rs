//! The log of a whole process: each test starts this very program again, for one function alone, and looks at what it writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may stop at the first surprise"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use packetbeat_logging::{FileOptions, Format, Guard, Level, Logging, Options, SyslogOptions, Target};
use serde_json::Value;
use tempfile::TempDir;

/// Names the folder of a test to the child.
const FOLDER: &str = "LOGGING_TEST_FOLDER";
/// More patience than any test takes.
const LONG: Duration = Duration::from_secs(600);

/// The folder, in the child; none in the parent.
fn in_child() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// This program, for one test as a child.
fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::null());
    command
}

fn run(test: &str, folder: &Path) -> Output {
    let output = child(test, folder).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn start(format: Format, targets: Vec<Target>) -> Guard {
    let options = Options { level: Level::Debug, targets, format, patience: LONG, ..Options::default() };
    Logging::start(&options).unwrap()
}

fn files(folder: &Path) -> FileOptions {
    FileOptions { folder: folder.join("logs"), ..FileOptions::default() }
}

fn json(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

fn messages(lines: &str) -> Vec<String> {
    json(lines).iter().map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

/// Names and contents of the log's files, in the order of their names.
fn logs(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder.join("logs")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort_by_key(|path| (path.to_str().unwrap().len(), path.clone()));
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn json_and_text_on_standard_error() {
    if let Some(folder) = in_child() {
        let format = fs::read_to_string(folder.join("format")).unwrap();
        let format = match format.as_str() {
            "text" => Format::Text,
            "json" => Format::Json,
            _ => Format::Auto,
        };
        let _guard = start(format, vec![Target::Stderr]);
        tracing::info!(path = "/x", "hello");
        return;
    }
    let folder = TempDir::new().unwrap();
    for (format, is_json) in [("json", true), ("auto", true), ("text", false)] {
        fs::write(folder.path().join("format"), format).unwrap();
        let output = run("json_and_text_on_standard_error", folder.path());
        let written = String::from_utf8(output.stderr).unwrap();
        if is_json {
            assert_eq!(messages(&written), ["hello"], "{format}");
        } else {
            assert!(written.ends_with("  INFO targets: hello path=/x\n"), "{written}");
        }
    }
}

#[test]
fn files_rotate_and_the_oldest_go() {
    if let Some(folder) = in_child() {
        let files =
            FileOptions { rotate_every_bytes: 1, keep_files: 2, permissions: 0o640, ..files(&folder) };
        let guard = start(Format::Auto, vec![Target::Files(files)]);
        for number in 0..5 {
            tracing::info!("{number}");
        }
        assert_eq!(guard.lost(), 0);
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = run("files_rotate_and_the_oldest_go", folder.path());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let logs = logs(folder.path());
    // Two, and the one that is written.
    let found: Vec<String> = logs.iter().flat_map(|(_, content)| messages(content)).collect();
    assert_eq!(found, ["2", "3", "4"]);
    assert!(logs[0].0.starts_with("packetbeat-2") && logs[0].0.ends_with("-2.ndjson"), "{}", logs[0].0);
    let mode = fs::metadata(folder.path().join("logs").join(&logs[0].0)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777 & !0o640, 0);
}

#[test]
fn a_run_that_says_nothing_makes_no_file() {
    if let Some(folder) = in_child() {
        drop(start(Format::Auto, vec![Target::Files(files(&folder))]));
        return;
    }
    let folder = TempDir::new().unwrap();
    run("a_run_that_says_nothing_makes_no_file", folder.path());
    assert_eq!(logs(folder.path()), []);
}

#[test]
fn without_rotation_on_startup_a_run_goes_on_where_the_last_one_ended() {
    if let Some(folder) = in_child() {
        let files = FileOptions { rotate_on_startup: false, ..files(&folder) };
        let _guard = start(Format::Auto, vec![Target::Files(files)]);
        tracing::info!("again");
        return;
    }
    let folder = TempDir::new().unwrap();
    for _ in 0..2 {
        run("without_rotation_on_startup_a_run_goes_on_where_the_last_one_ended", folder.path());
    }
    let logs = logs(folder.path());
    assert_eq!(logs.len(), 1);
    assert_eq!(messages(&logs[0].1), ["again", "again"]);
}

#[test]
fn standard_error_goes_to_the_file_if_that_is_asked_for() {
    if let Some(folder) = in_child() {
        let files = FileOptions { redirect_stderr: true, ..files(&folder) };
        let _guard = start(Format::Json, vec![Target::Stderr, Target::Files(files)]);
        // An error is written when the call returns.
        tracing::error!("logged");
        writeln!(std::io::stderr(), "said").unwrap();
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = run("standard_error_goes_to_the_file_if_that_is_asked_for", folder.path());
    assert_eq!(messages(&String::from_utf8(output.stderr).unwrap()), ["logged"], "the log keeps its own");
    let logs = logs(folder.path());
    let (first, rest) = logs[0].1.split_once('\n').unwrap();
    assert_eq!(messages(first), ["logged"]);
    assert!(rest.starts_with("said\n"), "{rest}");
}

#[test]
fn a_folder_that_cannot_be_used_is_said_once_and_lines_are_counted() {
    if let Some(folder) = in_child() {
        fs::write(folder.join("logs"), "no folder").unwrap();
        let guard = start(Format::Auto, vec![Target::Files(files(&folder))]);
        for _ in 0..5 {
            tracing::error!("lost");
        }
        assert_eq!(guard.lost(), 5);
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = run("a_folder_that_cannot_be_used_is_said_once_and_lines_are_counted", folder.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("packetbeat: cannot use the folder ") && said.contains("log lines are lost"),
        "{said}"
    );
}

#[test]
fn a_full_disk_loses_lines_and_not_the_program() {
    if let Some(folder) = in_child() {
        let guard = start(Format::Json, vec![Target::Stderr]);
        for _ in 0..3 {
            tracing::error!("lost");
        }
        fs::write(folder.join("count"), guard.lost().to_string()).unwrap();
        return;
    }
    let folder = TempDir::new().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut child = child("a_full_disk_loses_lines_and_not_the_program", folder.path());
    assert!(child.stderr(full).status().unwrap().success());
    assert_eq!(fs::read_to_string(folder.path().join("count")).unwrap(), "3");
}

#[test]
fn a_closed_pipe_loses_lines_and_not_the_program() {
    if let Some(folder) = in_child() {
        // The parent has closed its end when there is something to read.
        std::io::stdin().read_exact(&mut [0]).unwrap();
        let guard = start(Format::Json, vec![Target::Stderr]);
        tracing::error!("lost");
        fs::write(folder.join("count"), guard.lost().to_string()).unwrap();
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut child = child("a_closed_pipe_loses_lines_and_not_the_program", folder.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    child.stdin.take().unwrap().write_all(b"x").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(folder.path().join("count")).unwrap(), "1");
}

#[test]
fn a_pipe_that_nobody_reads_does_not_hold_the_program_up() {
    if let Some(folder) = in_child() {
        let options = Options {
            targets: vec![Target::Stderr],
            format: Format::Json,
            patience: Duration::from_millis(1),
            ..Options::default()
        };
        let guard = Logging::start(&options).unwrap();
        let long = "x".repeat(100_000);
        // Four times what the queue and the pipe hold.
        for _ in 0..200 {
            tracing::info!("{long}");
        }
        assert!(guard.lost() > 0);
        drop(guard);
        fs::write(folder.join("done"), "").unwrap();
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut child: Child = child("a_pipe_that_nobody_reads_does_not_hold_the_program_up", folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The end of the pipe is kept, and not read.
    let kept = child.stderr.take().unwrap();
    assert!(child.wait().unwrap().success());
    assert!(folder.path().join("done").exists());
    drop(kept);
}

#[test]
fn syslog_gets_json_behind_its_head() {
    let socket = |folder: &Path| vec![Target::Syslog(SyslogOptions { socket: folder.join("log") })];
    if let Some(folder) = in_child() {
        let _guard = start(Format::Auto, socket(&folder));
        tracing::error!("error");
        tracing::warn!("warning");
        tracing::info!("info\nand more");
        tracing::debug!("debug");
        return;
    }
    let folder = TempDir::new().unwrap();
    let daemon = UnixDatagram::bind(folder.path().join("log")).unwrap();
    run("syslog_gets_json_behind_its_head", folder.path());
    let mut read = [0; 4096];
    for (priority, message) in
        [("<131>", "error"), ("<132>", "warning"), ("<134>", "info\nand more"), ("<135>", "debug")]
    {
        let len = daemon.recv(&mut read).unwrap();
        let datagram = std::str::from_utf8(&read[..len]).unwrap();
        let (head, json) = datagram.split_once(": ").unwrap();
        assert!(head.starts_with(priority), "{head}");
        // `<131>Nov 21 10:00:00 packetbeat[1234]`
        let head = &head[priority.len()..];
        assert_eq!(head[16..].split('[').next(), Some("packetbeat"), "{head}");
        assert!(head.ends_with(']'), "{head}");
        assert_eq!(messages(json), [message]);
        assert!(!json.contains('\n'));
    }
}

#[test]
fn syslog_of_a_stream_has_a_line_feed_behind_each() {
    let socket = |folder: &Path| vec![Target::Syslog(SyslogOptions { socket: folder.join("log") })];
    if let Some(folder) = in_child() {
        let _guard = start(Format::Auto, socket(&folder));
        tracing::error!("first");
        tracing::error!("second");
        return;
    }
    let folder = TempDir::new().unwrap();
    let daemon = UnixListener::bind(folder.path().join("log")).unwrap();
    run("syslog_of_a_stream_has_a_line_feed_behind_each", folder.path());
    let mut read = String::new();
    daemon.accept().unwrap().0.read_to_string(&mut read).unwrap();
    let found: Vec<String> =
        read.lines().flat_map(|line| messages(line.split_once(": ").unwrap().1)).collect();
    assert_eq!(found, ["first", "second"]);
}

#[test]
fn a_syslog_that_is_started_anew_is_found_again() {
    if let Some(folder) = in_child() {
        let path = folder.join("log");
        let bind = || UnixDatagram::bind(&path).unwrap();
        let receive = |daemon: &UnixDatagram| {
            let mut read = [0; 4096];
            let len = daemon.recv(&mut read).unwrap();
            String::from_utf8(read[..len].to_vec()).unwrap()
        };
        let daemon = bind();
        let _guard = start(Format::Auto, vec![Target::Syslog(SyslogOptions { socket: path.clone() })]);
        tracing::error!("first");
        assert!(receive(&daemon).contains("first"));
        drop(daemon);
        fs::remove_file(&path).unwrap();
        let daemon = bind();
        tracing::error!("second");
        assert!(receive(&daemon).contains("second"));
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = run("a_syslog_that_is_started_anew_is_found_again", folder.path());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_syslog_that_is_not_there_is_said_once() {
    if let Some(folder) = in_child() {
        let syslog = Target::Syslog(SyslogOptions { socket: folder.join("none") });
        let guard = start(Format::Auto, vec![syslog, Target::Files(files(&folder))]);
        for _ in 0..3 {
            tracing::error!("half lost");
        }
        assert_eq!(guard.lost(), 3);
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = run("a_syslog_that_is_not_there_is_said_once", folder.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("packetbeat: syslog at "), "{said}");
    assert_eq!(messages(&logs(folder.path())[0].1).len(), 3, "the other target has them");
}

#[test]
fn a_second_log_is_refused() {
    if in_child().is_some() {
        let _guard = start(Format::Json, vec![Target::Stderr]);
        let error = Logging::start(&Options::default()).unwrap_err();
        assert!(error.to_string().contains("already"), "{error}");
        return;
    }
    let folder = TempDir::new().unwrap();
    run("a_second_log_is_refused", folder.path());
}

#[test]
fn times_are_those_of_the_time_zone() {
    if in_child().is_some() {
        let _guard = start(Format::Json, vec![Target::Stderr]);
        tracing::error!("now");
        return;
    }
    let folder = TempDir::new().unwrap();
    // A zone in POSIX's words needs no data base of zones.
    for (zone, offset) in [("XXX-5:30", "+0530"), ("XXX3", "-0300"), ("UTC0", "Z")] {
        let mut child = child("times_are_those_of_the_time_zone", folder.path());
        let output = child.env("TZ", zone).stderr(Stdio::piped()).output().unwrap();
        let lines = json(&String::from_utf8(output.stderr).unwrap());
        let time = lines[0]["@timestamp"].as_str().unwrap();
        assert_eq!(time.get(23..), Some(offset), "{time}");
    }
}
