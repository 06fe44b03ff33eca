//! The local syslog.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::limits::SYSLOG_WAIT;
use crate::options::{Level, SyslogOptions};
use crate::sink::{Entry, Failure, Retry, Sink};

/// Facility `local0` (RFC 5424, section 6.2.1), as Beats use it.
const FACILITY: u8 = 16;

/// Lines to the local socket, each `<PRI>Mmm dd hh:mm:ss TAG[PID]: JSON` (RFC 3164, section 4.1, without the host's name,
/// as the C library writes it). When the other end goes away, the next line connects anew.
pub(crate) struct Syslog {
    options: SyslogOptions,
    tag: String,
    zone: TimeZone,
    socket: Option<Socket>,
    retry: Retry,
}

enum Socket {
    Datagrams(UnixDatagram),
    /// Messages end with a line feed.
    Stream(UnixStream),
}

impl Syslog {
    pub(crate) fn new(options: SyslogOptions, service: &str, zone: TimeZone) -> Self {
        // What ends a tag, and control characters, are no part of one.
        let tag: String = service
            .chars()
            .map(|c| if c.is_ascii_graphic() && !matches!(c, '[' | ']' | ':') { c } else { '_' })
            .take(32)
            .collect();
        Self { options, tag, zone, socket: None, retry: Retry::default() }
    }

    fn send(&mut self, line: &Entry) -> io::Result<()> {
        let message = self.message(line);
        // A daemon that was started anew has another socket under the same name.
        let was_open = self.socket.is_some();
        match self.try_send(&message) {
            Err(error) if was_open && !is_about_the_line(&error) => self.try_send(&message),
            result => result,
        }
    }

    fn try_send(&mut self, message: &[u8]) -> io::Result<()> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => Socket::open(&self.options.socket)?,
        };
        let result = match &socket {
            Socket::Datagrams(socket) => socket.send(message).map(drop),
            Socket::Stream(socket) => {
                let mut socket: &UnixStream = socket;
                socket.write_all(message).and_then(|()| socket.write_all(b"\n"))
            }
        };
        // A stream that took part of a line takes no other.
        let keep = match (&result, &socket) {
            (Ok(()), _) => true,
            (Err(error), Socket::Datagrams(_)) => is_about_the_line(error),
            (Err(_), Socket::Stream(_)) => false,
        };
        if keep {
            self.socket = Some(socket);
        }
        result
    }

    fn message(&self, line: &Entry) -> Vec<u8> {
        let now = self.zone.to_datetime(Timestamp::now());
        let mut head = String::with_capacity(64);
        let _ = write!(
            head,
            "<{}>{} {:>2} {:02}:{:02}:{:02} {}[{}]: ",
            FACILITY * 8 + severity(line.level),
            month(now.month()),
            now.day(),
            now.hour(),
            now.minute(),
            now.second(),
            self.tag,
            std::process::id()
        );
        let mut message = head.into_bytes();
        message.extend_from_slice(line.bytes.strip_suffix(b"\n").unwrap_or(&line.bytes));
        message
    }
}

impl Socket {
    fn open(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        match socket.connect(path) {
            Ok(()) => {
                socket.set_write_timeout(Some(SYSLOG_WAIT))?;
                return Ok(Self::Datagrams(socket));
            }
            // EPROTOTYPE, which has no kind of its own: this is a socket of the other sort.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::PROTOTYPE.raw_os_error()) => {}
            Err(error) => return Err(error),
        }
        let socket = UnixStream::connect(path)?;
        socket.set_write_timeout(Some(SYSLOG_WAIT))?;
        Ok(Self::Stream(socket))
    }
}

impl Sink for Syslog {
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure> {
        let failure = |written, cause| Failure { written, cause, tell: true };
        for (written, line) in lines.iter().enumerate() {
            if let Some(cause) = self.retry.too_early()
                && self.socket.is_none()
            {
                return Err(failure(written, cause.to_owned()));
            }
            if let Err(error) = self.send(line) {
                let cause = format!("syslog at {}: {error}", self.options.socket.display());
                self.retry.failed(cause.clone());
                return Err(failure(written, cause));
            }
        }
        Ok(())
    }
}

/// Whether another line may fare better with the same socket: this one is too long, or came while the other end was busy.
fn is_about_the_line(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
        || error.raw_os_error() == Some(rustix::io::Errno::MSGSIZE.raw_os_error())
}

/// RFC 5424, table 2.
const fn severity(level: Level) -> u8 {
    match level {
        Level::Error => 3,
        Level::Warning => 4,
        Level::Info => 6,
        Level::Debug => 7,
    }
}

fn month(month: i8) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(month).ok().and_then(|month| NAMES.get(month.checked_sub(1)?)).copied().unwrap_or("Jan")
}
