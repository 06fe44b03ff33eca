//! What follows a line or a header: kept as far as the event wants it, passed over otherwise.

use crate::binary::{Header, SASL_AUTH};
use crate::command::number;
use crate::config::Config;
use crate::limits::{TEXT_BYTES, VALUES_BYTES};
use crate::list::Most;
use crate::message::{Message, Said};

/// Bytes of a login that are looked at for the user's name.
const LOGIN_BYTES: usize = 512;
/// Bytes of a counter as text.
const DIGITS: usize = 24;

/// What data are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sink {
    /// Nothing.
    #[default]
    Drop,
    /// A value.
    Value,
    /// A counter, as eight bytes or as digits.
    Counter,
    /// An error's text, or the version.
    Text(Said),
    /// A statistic; its name stands in front of the value.
    Stat { name: usize },
    /// A login by name and password: the name alone is kept.
    Login,
}

/// Data that are to come, or do.
#[derive(Debug, Default)]
pub(crate) struct Body {
    left: u64,
    room: usize,
    sink: Sink,
    kept: Vec<u8>,
    active: bool,
    /// Bytes of it are not in the capture.
    broken: bool,
    /// The message is whole behind it.
    pub(crate) last: bool,
}

impl Body {
    /// `len` bytes follow, and a line end in the text protocol.
    pub(crate) fn begin(&mut self, len: u64, line_end: bool, sink: Sink, of: &Message, config: &Config) {
        self.kept.clear();
        let most = match sink {
            Sink::Drop => 0,
            Sink::Value if of.values.len() >= config.max_values => 0,
            Sink::Value => config.max_value_bytes.min(VALUES_BYTES.saturating_sub(of.values.bytes())),
            Sink::Counter => DIGITS,
            Sink::Text(_) | Sink::Stat { .. } => TEXT_BYTES,
            Sink::Login => LOGIN_BYTES,
        };
        self.room = usize::try_from(len).unwrap_or(usize::MAX).min(most);
        self.left = len + if line_end { 2 } else { 0 };
        self.sink = if self.room == 0 && sink == Sink::Value && len > 0 { Sink::Drop } else { sink };
        (self.active, self.broken) = (true, false);
    }

    /// The name of a statistic, in front of its value.
    pub(crate) fn keep_name(&mut self, name: &[u8]) {
        self.kept.extend_from_slice(name.get(..TEXT_BYTES).unwrap_or(name));
        self.sink = Sink::Stat { name: self.kept.len() };
    }

    /// Whether data are to come; none may be left of them.
    pub(crate) const fn is_active(&self) -> bool {
        self.active
    }

    /// Bytes that are still to come.
    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// Whether the next byte is to be kept.
    pub(crate) const fn wants_more(&self) -> bool {
        self.room > 0
    }

    /// Takes what is there of it: how many bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let kept = bytes.get(..count.min(self.room)).unwrap_or_default();
        self.kept.extend_from_slice(kept);
        self.room -= kept.len();
        self.left -= count as u64;
        count
    }

    /// So many bytes passed unseen.
    pub(crate) const fn pass(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
        self.broken |= self.room > 0;
        self.room = 0;
    }

    /// All has come: into the message with it, if that is still there.
    pub(crate) fn finish(&mut self, to: Option<&mut Message>, config: &Config) {
        self.active = false;
        if let Some(to) = to.filter(|_| !self.broken) {
            self.give(to, config);
        }
        if self.sink == Sink::Login {
            self.kept.fill(0);
        }
        self.kept.clear();
    }

    fn give(&self, to: &mut Message, config: &Config) {
        let kept = &self.kept[..];
        match self.sink {
            Sink::Drop => {}
            Sink::Value if to.may_be_login && is_login(kept) => {}
            Sink::Value => to.values.push(kept, Most { items: config.max_values, bytes: VALUES_BYTES }),
            Sink::Counter => {
                to.numbers.value = match kept.try_into() {
                    Ok(bytes) if to.binary.is_some() => Some(u64::from_be_bytes(bytes)),
                    _ => number(kept),
                }
            }
            Sink::Text(said) => to.say(said, kept),
            Sink::Stat { name } => {
                if let Some((name, value)) = kept.split_at_checked(name) {
                    to.stat(name, value);
                }
            }
            Sink::Login => {
                // RFC 4616: authorization identity, user, password, with zeros between them.
                let mut parts = kept.split(|byte| *byte == 0);
                if let (Some(_), Some(user), Some(_)) = (parts.next(), parts.next(), parts.next()) {
                    to.user.extend_from_slice(user);
                }
            }
        }
    }

    /// Forgets it all.
    pub(crate) fn clear(&mut self) {
        self.finish(None, &Config::NOTHING);
        (self.left, self.room) = (0, 0);
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.kept.capacity()
    }
}

/// Whether a value looks like `user password`: the first thing that is stored over a connection may be a login.
fn is_login(value: &[u8]) -> bool {
    value.iter().filter(|byte| **byte == b' ').count() == 1
        && value.iter().all(|byte| (b' '..0x7f).contains(byte) || *byte >= 0x80)
}

/// What the data of a message of the binary protocol are for.
pub(crate) fn sink_of(header: &Header, to: &Message) -> Sink {
    use crate::command::Kind;
    match (header.is_request, to.kind) {
        (true, Kind::Auth) if header.opcode == SASL_AUTH && to.keys.first() == Some(b"PLAIN") => Sink::Login,
        (_, Kind::Auth) => Sink::Drop,
        (false, _) if header.vbucket_or_status != 0 => Sink::Text(Said::Error),
        (false, Kind::Counter) => Sink::Counter,
        (false, Kind::Stats) => Sink::Stat { name: 0 },
        (false, Kind::Info) => Sink::Text(Said::Version),
        _ => Sink::Value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(len: u64, sink: Sink, config: &Config, bytes: &[u8]) -> Message {
        let mut to = Message::default();
        let mut body = Body::default();
        body.begin(len, false, sink, &to, config);
        let (head, tail) = bytes.split_at(bytes.len() / 2);
        assert_eq!(body.take(head) + body.take(tail), bytes.len());
        body.finish(Some(&mut to), config);
        assert!(!body.is_active());
        to
    }

    #[test]
    fn keeps_what_is_asked_for() {
        let config = Config { max_values: 1, max_value_bytes: 4, ..Config::NOTHING };
        assert_eq!(body(6, Sink::Value, &config, b"abcdef").values.first(), Some(&b"abcd"[..]));
        assert!(body(6, Sink::Value, &Config::NOTHING, b"abcdef").values.is_empty());
        assert_eq!(body(3, Sink::Counter, &Config::NOTHING, b"117").numbers.value, Some(117));
        let to = body(11, Sink::Login, &Config::NOTHING, b"\0ann\0secret");
        assert_eq!((to.user, to.values.is_empty()), (b"ann".to_vec(), true));
    }

    #[test]
    fn a_login_is_no_value() {
        assert!(is_login(b"ann secret") && !is_login(b"ann") && !is_login(b"a b c") && !is_login(b"a \0"));
    }
}
