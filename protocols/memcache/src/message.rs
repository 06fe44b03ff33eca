//! A message, request or reply, as it is kept until its event.

use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::binary::Header;
use crate::command::{self, Answer, Command, Kind};
use crate::limits::{KEY_BYTES, KEYS, KEYS_BYTES, RAW_BYTES, STATS, STATS_BYTES, TEXT_BYTES};
use crate::list::{List, Most};
use crate::reply::Sort;

/// What a text is that was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Said {
    /// None was kept.
    #[default]
    Nothing,
    /// What stood behind a command's name, or a meta command's key.
    Arguments,
    /// A whole line that is not known.
    Line,
    /// What is wrong.
    Error,
    /// The server's version.
    Version,
}

/// Numbers of a message, where it has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) flags: Option<u64>,
    pub(crate) exptime: Option<i64>,
    /// Bytes of its values.
    pub(crate) bytes: Option<u64>,
    pub(crate) cas: Option<u64>,
    pub(crate) delta: Option<u64>,
    pub(crate) initial: Option<u64>,
    pub(crate) value: Option<u64>,
    pub(crate) verbosity: Option<u64>,
    pub(crate) sleep_us: Option<u64>,
    pub(crate) source_class: Option<i64>,
    pub(crate) dest_class: Option<i64>,
    pub(crate) automove: Option<u64>,
    /// How many values it has.
    pub(crate) count_values: Option<u64>,
}

/// A message.
#[derive(Debug)]
pub(crate) struct Message {
    /// `command` of the event.
    pub(crate) name: &'static str,
    /// `type` of the event.
    pub(crate) kind: Kind,
    /// What may answer a request.
    pub(crate) answer: Answer,
    /// What a text reply is.
    pub(crate) sort: Sort,
    /// Of the binary protocol.
    pub(crate) binary: Option<Header>,
    /// Where a text command may ask for no reply: whether it does.
    pub(crate) noreply: Option<bool>,
    /// It may stay without a reply, which says something too.
    pub(crate) quiet: bool,
    pub(crate) numbers: Numbers,
    pub(crate) keys: List,
    /// Names and values in turn.
    pub(crate) stats: List,
    pub(crate) values: List,
    pub(crate) text: Vec<u8>,
    pub(crate) said: Said,
    /// Lines as they came, if the event is to have them.
    pub(crate) raw: Vec<u8>,
    /// Who logs in.
    pub(crate) user: Vec<u8>,
    pub(crate) half: Half,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
    /// It has no event of its own.
    pub(crate) hidden: bool,
    /// Its value may be a password: the first command of a connection may be a login.
    pub(crate) may_be_login: bool,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            name: command::UNKNOWN.name,
            kind: Kind::Unknown,
            answer: Answer::Line,
            sort: Sort::Unknown,
            binary: None,
            noreply: None,
            quiet: false,
            numbers: Numbers::default(),
            keys: List::default(),
            stats: List::default(),
            values: List::default(),
            text: Vec::new(),
            said: Said::Nothing,
            raw: Vec::new(),
            user: Vec::new(),
            half: Half::default(),
            lost: 0,
            hidden: false,
            may_be_login: false,
        }
    }
}

impl Message {
    /// Is this command.
    pub(crate) const fn is(&mut self, command: &'static Command) {
        (self.name, self.kind, self.answer) = (command.name, command.kind, command.answer);
    }

    /// Adds a key.
    pub(crate) fn key(&mut self, key: &[u8]) {
        let kept = key.get(..KEY_BYTES).unwrap_or(key);
        self.keys.push(kept, Most { items: KEYS, bytes: KEYS_BYTES });
    }

    /// Adds a statistic.
    pub(crate) fn stat(&mut self, name: &[u8], value: &[u8]) {
        // Both or neither, so that names and values stay pairs.
        if self.stats.bytes() + name.len() + value.len() <= STATS_BYTES {
            for item in [name, value] {
                self.stats.push(item, Most { items: 2 * STATS, bytes: STATS_BYTES });
            }
        }
    }

    /// Keeps a text.
    pub(crate) fn say(&mut self, said: Said, text: &[u8]) {
        self.said = said;
        self.text.clear();
        self.text.extend_from_slice(text.get(..TEXT_BYTES).unwrap_or(text));
    }

    /// Keeps a line as it came.
    pub(crate) fn keep_raw(&mut self, line: &[u8]) {
        let room = RAW_BYTES.saturating_sub(self.raw.len());
        if !self.raw.is_empty() && room > 0 {
            self.raw.push(b'\n');
        }
        self.raw.extend_from_slice(line.get(..room).unwrap_or(line));
    }

    /// Counts a value of so many bytes.
    pub(crate) fn count_value(&mut self, bytes: u64) {
        let numbers = &mut self.numbers;
        numbers.count_values = Some(numbers.count_values.unwrap_or(0).saturating_add(1));
        numbers.bytes = Some(numbers.bytes.unwrap_or(0).saturating_add(bytes));
    }

    /// What its reply is read as.
    pub(crate) const fn waits_for(&self) -> Answer {
        match self.kind {
            Kind::Counter => Answer::Number,
            _ => self.answer,
        }
    }

    /// Whether no reply comes, whatever becomes of it.
    pub(crate) fn wants_no_reply(&self) -> bool {
        self.noreply == Some(true) || self.answer == Answer::Nothing
    }
}

impl Pending for Message {
    fn clear(&mut self) {
        let Self { keys, stats, values, text, raw, user, .. } = self;
        keys.clear();
        stats.clear();
        values.clear();
        text.clear();
        raw.clear();
        user.clear();
        self.is(&command::UNKNOWN);
        self.sort = Sort::Unknown;
        self.binary = None;
        self.noreply = None;
        self.quiet = false;
        self.numbers = Numbers::default();
        self.said = Said::Nothing;
        self.half = Half::default();
        self.lost = 0;
        self.hidden = false;
        self.may_be_login = false;
    }

    fn heap_bytes(&self) -> usize {
        self.keys.heap_bytes()
            + self.stats.heap_bytes()
            + self.values.heap_bytes()
            + self.text.capacity()
            + self.raw.capacity()
            + self.user.capacity()
    }
}
