//! What a server sends its replica: all it has, then every change.
//!
//! ```text
//!  C  PSYNC ? -1
//!  S  +FULLRESYNC 8371b… 1\r\n
//!  S  \n \n                          while it writes its data down
//!  S  $18446\r\n REDIS0010…          the data, no line end behind them; or
//!  S  $EOF:0123…\r\n REDIS… 0123…    data up to 40 random characters
//!  S  *1\r\n$4\r\nPING\r\n …         every change
//!  C  REPLCONF ACK 15                not answered
//! ```
//!
//! (Redis documentation, "Redis replication".)

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::stream::Window;

use crate::commands::Said;
use crate::config::Config;
use crate::conn::Conn;
use crate::event::{Exchange, Pushed, Told};
use crate::limits::MAX_STRING;
use crate::waiting::{Asked, Shown};
use crate::wire;

/// Characters of the mark behind the data.
const MARK: usize = 40;
/// Bytes of the line in front of the data, at most.
const LINE: usize = 64;

/// What the server sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Answers, and messages.
    #[default]
    Answers,
    /// In front of all it has.
    Ready,
    /// All it has, up to this mark.
    Marked([u8; MARK]),
    /// Changes.
    Changes,
}

impl Stage {
    /// Whether the client is a replica: its commands are not answered.
    pub(crate) const fn is_replica(self) -> bool {
        !matches!(self, Self::Answers)
    }
}

/// How data are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Of(u64),
    UpTo([u8; MARK]),
}

/// The line in front of the data, and its length. `None`: it is not complete.
pub(crate) fn data_head(bytes: &[u8]) -> Option<Result<(Data, usize), &'static str>> {
    const BAD: &str = "data without their length";
    let shown = bytes.get(..LINE).unwrap_or(bytes);
    let Some(end) = memchr::memchr(b'\n', shown) else {
        return (shown.len() == LINE).then_some(Err(BAD));
    };
    let word = shown.get(..end).and_then(|line| line.strip_prefix(b"$")).map(<[u8]>::trim_ascii_end);
    let data = word.and_then(|word| match word.strip_prefix(b"EOF:") {
        Some(mark) => mark.try_into().ok().map(Data::UpTo),
        None => wire::number(word, MAX_STRING).map(Data::Of),
    });
    Some(data.map(|data| (data, end + 1)).ok_or(BAD))
}

impl Conn {
    /// In front of all the server has.
    pub(crate) fn read_data_head(&mut self, window: Window<'_>) -> (usize, Said) {
        if window.bytes.first() == Some(&b'\n') {
            return (1, Said::Nothing);
        }
        match data_head(window.bytes) {
            None => (0, Said::Needs(1)),
            Some(Err(why)) => (0, Said::Bad(why)),
            Some(Ok((Data::Of(len), taken))) => {
                self.stage = Stage::Changes;
                (taken, if len == 0 { Said::Nothing } else { Said::Skip(len) })
            }
            Some(Ok((Data::UpTo(mark), taken))) => {
                self.stage = Stage::Marked(mark);
                (taken, Said::Nothing)
            }
        }
    }

    /// Within all the server has.
    pub(crate) fn read_marked(&mut self, window: Window<'_>, mark: &[u8; MARK]) -> (usize, Said) {
        match memchr::memmem::find(window.bytes, mark) {
            Some(at) => {
                self.stage = Stage::Changes;
                (at + MARK, Said::Nothing)
            }
            None => (window.bytes.len().saturating_sub(MARK - 1), Said::Needs(1)),
        }
    }

    /// A change.
    pub(crate) fn read_change(
        &mut self,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> (usize, Said) {
        let (taken, said) = self.others.read(Dir::ToClient, window, config.mask, cx);
        if said == Said::Command {
            self.emit_other(Pushed::Replication, config, cx);
        }
        (taken, said)
    }

    /// A command that somebody else sent is an event.
    pub(crate) fn emit_other(&mut self, why: Pushed, config: &Config, cx: &mut Cx<'_>) {
        let Self { others, scratch, user, .. } = self;
        let mut asked = Asked::default();
        asked.fill(0, &others.command, others.half, others.lost);
        let shown: Shown<'_> = asked.shown(others.command.text());
        let told = Told { half: others.half, lost: others.lost, cut: others.command.cut, ..Told::default() };
        cx.emit(&Exchange::pushed(config, scratch, why, shown, told, user.bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_data() {
        assert_eq!(data_head(b"$176\r\nREDIS"), Some(Ok((Data::Of(176), 6))));
        let mark = [b'a'; MARK];
        let line = [b"$EOF:", &mark[..], b"\r\nREDIS"].concat();
        assert_eq!(data_head(&line), Some(Ok((Data::UpTo(mark), 47))));
        assert_eq!(data_head(b"$17"), None);
        assert!(data_head(b"$EOF:short\r\n").is_some_and(|head| head.is_err()));
        assert!(data_head(&[b'$'; LINE]).is_some_and(|head| head.is_err()));
    }
}
