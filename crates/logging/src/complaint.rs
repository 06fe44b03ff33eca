//! A word on standard error when the log itself cannot say it.

use std::io::Write;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::escape;
use crate::throttle::Causes;

/// Says one line, the same at most once in ten minutes, and only if standard error takes it at once.
pub(crate) fn complain(what: &str) {
    static RARELY: Causes<String> = Causes::new(Duration::from_secs(600));
    if RARELY.pass(what.to_owned()).is_none() {
        return;
    }
    let stderr = std::io::stderr();
    let mut ready = [PollFd::new(&stderr, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    if !matches!(poll(&mut ready, Some(&at_once)), Ok(1)) {
        return;
    }
    let mut line = "packetbeat: ".to_owned();
    escape::text(&mut line, what);
    line.push('\n');
    // There is nobody left to tell.
    let _ = stderr.lock().write_all(line.as_bytes());
}
