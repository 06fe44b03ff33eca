//! A command while it is read, argument by argument. Secrets are left out here, and nowhere else.

use std::ops::Range;

use crate::limits::{COMMAND_BYTES, NAME_BYTES};
use crate::names::{self, Answers, Hints, Key, Secrets, Spec, Upper};
use crate::values::Sink;
use crate::wire::Kind;

/// What stands where a secret was, as in the server's own logs.
pub(crate) const REDACTED: &[u8] = b"(redacted)";
/// What stands where a value was that is not to leave the machine.
pub(crate) const MASKED: &[u8] = b"?";

/// What becomes of the bytes of an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    /// They are written.
    #[default]
    Plainly,
    /// They are a rule of a user's rights: its first byte tells.
    IfNoPassword,
    /// They are left out.
    Not,
}

/// What is known of the command that was named last: the next one often has the same name.
#[derive(Debug, Default)]
struct Known {
    name: Vec<u8>,
    has_two_words: bool,
    spec: Spec,
}

impl Known {
    fn look_up(&mut self, name: &[u8]) {
        if self.name != name {
            let upper = Upper::of(name);
            self.has_two_words = names::has_two_words(upper.bytes());
            self.spec = names::spec(upper.bytes());
            self.name.clear();
            self.name.extend_from_slice(name);
        }
    }
}

/// A command.
#[derive(Debug, Default)]
pub(crate) struct Command {
    /// Its arguments, with a space between them.
    text: Vec<u8>,
    /// Of the text: the name, of so many words.
    name: usize,
    words: u32,
    /// It goes on with a second word.
    has_second_word: bool,
    /// Of the text: the first key.
    key: Range<usize>,
    /// Of the text: the user who logs in.
    user: Range<usize>,
    /// How many arguments it has, the name included.
    pub(crate) count: u64,
    /// Bytes that were too many to be kept.
    pub(crate) cut: bool,
    /// It is no list of strings.
    pub(crate) is_odd: bool,
    spec: Spec,
    /// `CLIENT REPLY`: what it asks for.
    reply: Option<bool>,
    /// `CLIENT REPLY SKIP`.
    skip: bool,
    /// `REPLCONF ACK`: only a replica says so.
    acknowledges: bool,
    /// `CONFIG GET` for what may be secret.
    asks_secret: bool,
    mask: bool,
    known: Known,
    // The argument that is being read.
    index: u32,
    start: usize,
    shown: Shown,
    key_at: Option<u32>,
    secret_at: Option<u32>,
    user_at: Option<u32>,
}

impl Command {
    /// In front of a command. `mask`: values are left out.
    pub(crate) fn clear(&mut self, mask: bool) {
        let (mut text, known) = (std::mem::take(&mut self.text), std::mem::take(&mut self.known));
        text.clear();
        *self = Self { text, mask, known, ..Self::default() };
    }

    /// Its arguments, with a space between them.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// How much of the text is the name.
    pub(crate) const fn name_len(&self) -> usize {
        self.name
    }

    /// Where the first key stands in the text.
    pub(crate) fn key(&self) -> Range<usize> {
        self.key.clone()
    }

    /// Where the user who logs in stands in the text.
    pub(crate) fn user(&self) -> Range<usize> {
        self.user.clone()
    }

    /// What answers it.
    pub(crate) const fn answers(&self) -> Answers {
        if self.asks_secret { Answers::Secret } else { self.spec.answers }
    }

    /// How many confirmations answer it, if it is about channels.
    pub(crate) fn confirmations(&self) -> u64 {
        match self.spec.answers {
            Answers::Subscribe | Answers::Unsubscribe => self.count.saturating_sub(1).max(1),
            _ => 1,
        }
    }

    /// `CLIENT REPLY`: whether answers are wanted from here on.
    pub(crate) const fn reply(&self) -> Option<bool> {
        self.reply
    }

    /// Whether the argument that is being read says how the command is answered: which it is, or what `CLIENT REPLY` asks for.
    pub(crate) fn decides(&self) -> bool {
        let is_name = self.index == 0 || (self.index == 1 && self.has_second_word);
        is_name || self.spec.answers == Answers::Reply
    }

    /// `REPLCONF ACK`, which is not answered: only a replica says so.
    pub(crate) const fn acknowledges(&self) -> bool {
        self.acknowledges
    }

    /// `CLIENT REPLY SKIP`: the next command is not answered.
    pub(crate) const fn skips(&self) -> bool {
        self.skip
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.known.name.capacity()
    }

    /// Takes a command whose arguments are at hand.
    pub(crate) fn take<'a>(&mut self, count: usize, arguments: impl Iterator<Item = &'a [u8]>) {
        self.open(0, Some(count as u64));
        for argument in arguments {
            self.begin(1, Kind::Bulk);
            self.part(argument);
            self.end(1, false);
        }
    }

    /// What becomes of the argument at `index`.
    fn shows(&self, index: u32) -> Shown {
        let secret = match self.spec.secrets {
            Secrets::None => false,
            // A single argument is the password, of several the first is the user.
            Secrets::Auth => index > 1 || (index == 1 && self.count <= 2),
            Secrets::Rules if index > 2 => return Shown::IfNoPassword,
            Secrets::Rules => false,
            Secrets::Hello | Secrets::Config | Secrets::Migrate | Secrets::Sentinel => {
                self.secret_at == Some(index)
            }
        };
        if secret { Shown::Not } else { Shown::Plainly }
    }

    /// Whether the argument at `index`, which is over, is a value that is not to leave the machine.
    fn masks(&self, index: u32) -> bool {
        let is_named = self.key_at == Some(index) || self.user_at == Some(index);
        self.mask && index >= self.words && !is_named && self.shown == Shown::Plainly
    }

    /// The name is known as far as it goes.
    fn named(&mut self, name: usize) {
        self.name = name;
        self.words += 1;
        self.known.look_up(self.text.get(..name).unwrap_or_default());
        self.has_second_word = self.words == 1 && self.known.has_two_words;
        self.spec = self.known.spec;
        self.key_at = match self.spec.key {
            Key::At(at) => Some(at),
            Key::Migrate => Some(3),
            Key::Counted(_) | Key::Behind(_) | Key::None => None,
        };
        if self.spec.secrets == Secrets::Auth && self.count > 2 {
            self.user_at = Some(1);
        }
    }

    /// An argument behind the name is over: what it says about those that follow.
    fn learn(&mut self, index: u32) {
        let text = std::mem::take(&mut self.text);
        let argument = text.get(self.start..).unwrap_or_default();
        self.learn_key(index, argument);
        self.learn_secret(index, argument);
        let is = |word: &[u8]| argument.eq_ignore_ascii_case(word);
        match self.spec.hints {
            Hints::Reply if index == 2 => {
                self.skip = is(b"SKIP");
                self.reply = if is(b"ON") { Some(true) } else { is(b"OFF").then_some(false) };
            }
            Hints::Replica if index == 1 => self.acknowledges = is(b"ACK"),
            Hints::Settings => self.asks_secret |= names::may_be_secret_setting(argument),
            _ => {}
        }
        self.text = text;
    }

    fn learn_key(&mut self, index: u32, argument: &[u8]) {
        let is = |word: &[u8]| argument.eq_ignore_ascii_case(word);
        let next = Some(index + 1);
        match self.spec.key {
            Key::Counted(at) if index + 1 == at && !argument.iter().all(|byte| *byte == b'0') => {
                self.key_at = next;
            }
            Key::Behind(word) if self.key_at.is_none() && is(word) => self.key_at = next,
            Key::Migrate if index == 3 && argument.is_empty() => self.key_at = None,
            Key::Migrate if self.key_at.is_none() && is(b"KEYS") => self.key_at = next,
            _ => {}
        }
    }

    fn learn_secret(&mut self, index: u32, argument: &[u8]) {
        let is = |word: &[u8]| argument.eq_ignore_ascii_case(word);
        match self.spec.secrets {
            Secrets::Hello if is(b"AUTH") && self.user_at.is_none() => {
                (self.user_at, self.secret_at) = (Some(index + 1), Some(index + 2));
            }
            Secrets::Migrate if is(b"AUTH") => self.secret_at = Some(index + 1),
            Secrets::Migrate if is(b"AUTH2") => self.secret_at = Some(index + 2),
            Secrets::Config | Secrets::Sentinel if names::is_secret_setting(argument) => {
                self.secret_at = Some(index + 1);
            }
            _ => {}
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let room = COMMAND_BYTES.saturating_sub(self.text.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.cut |= kept.len() < bytes.len();
        self.text.extend_from_slice(kept);
    }
}

impl Sink for Command {
    fn begin(&mut self, depth: usize, kind: Kind) {
        let is_argument = depth == 1 && kind == Kind::Bulk;
        if !is_argument {
            self.is_odd |= depth > 0 || kind != Kind::Array;
            return;
        }
        if self.index > 0 {
            self.write(b" ");
        }
        self.start = self.text.len();
        self.shown = self.shows(self.index);
        if self.shown == Shown::Not {
            self.write(REDACTED);
        }
    }

    fn part(&mut self, bytes: &[u8]) {
        if self.shown == Shown::IfNoPassword {
            // What the server takes for passwords and hashes, to add and to remove.
            let is_password = matches!(bytes.first(), Some(b'>' | b'<' | b'#' | b'!'));
            self.shown = if is_password { Shown::Not } else { Shown::Plainly };
            if is_password {
                self.write(bytes.get(..1).unwrap_or_default());
                self.write(REDACTED);
            }
        }
        if self.shown == Shown::Plainly {
            self.write(bytes);
        }
    }

    fn room(&self) -> usize {
        match self.shown {
            Shown::Plainly => COMMAND_BYTES.saturating_sub(self.text.len()),
            Shown::IfNoPassword => 1,
            Shown::Not => 0,
        }
    }

    fn skip(&mut self) {
        self.cut |= self.shown == Shown::Plainly;
    }

    fn open(&mut self, depth: usize, count: Option<u64>) {
        self.is_odd |= depth > 0 || count.is_none();
        if depth == 0 {
            self.count = count.unwrap_or(0);
        }
    }

    fn end(&mut self, depth: usize, aggregate: bool) {
        if depth != 1 || aggregate {
            return;
        }
        let (index, end) = (self.index, self.text.len());
        match index {
            0 => self.named(end.min(NAME_BYTES)),
            1 if self.has_second_word && end <= NAME_BYTES => {
                self.named(end);
                if self.count == 2 {
                    // There is nothing else that it could be about.
                    self.key = self.start..end;
                }
            }
            _ if self.spec.has_telling_arguments() => self.learn(index),
            _ => {}
        }
        if self.key_at == Some(index) {
            self.key = self.start..end;
        }
        if self.user_at == Some(index) {
            self.user = self.start..end;
        }
        if self.masks(index) {
            // It was read for what it says about those that follow.
            self.text.truncate(self.start);
            self.write(MASKED);
        }
        // Behind so many arguments nothing is known by its place.
        self.index = index.saturating_add(1).min(u32::MAX - 2);
    }
}

/// Whether a word may be the name of a command: letters, and what modules put between them.
pub(crate) fn may_be_name(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphabetic)
        && word.len() <= NAME_BYTES
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(arguments: &[&str], mask: bool) -> Command {
        let mut command = Command::default();
        command.clear(mask);
        command.take(arguments.len(), arguments.iter().map(|argument| argument.as_bytes()));
        command
    }

    fn parts(line: &str, mask: bool) -> (String, String, String) {
        let command = command(&line.split(' ').collect::<Vec<_>>(), mask);
        let text = String::from_utf8(command.text().to_vec()).unwrap();
        let name = text[..command.name_len()].to_owned();
        let key = text[command.key()].to_owned();
        (text, name, key)
    }

    #[test]
    fn names_and_first_keys() {
        for (line, name, key) in [
            ("get key3", "get", "key3"),
            ("PING", "PING", ""),
            ("select 5", "select", "5"),
            ("config get save", "config get", "save"),
            ("CONFIG", "CONFIG", ""),
            ("COMMAND DOCS", "COMMAND DOCS", "DOCS"),
            ("object ENCODING mykey", "object ENCODING", "mykey"),
            ("BITOP AND dest a b", "BITOP", "dest"),
            ("EVAL code 2 k1 k2 v", "EVAL", "k1"),
            ("EVAL code 0 v", "EVAL", ""),
            ("xread COUNT 2 streams s1 s2 0 0", "xread", "s1"),
            ("ZUNION 2 a b", "ZUNION", "a"),
            ("BLMPOP 0 1 list LEFT", "BLMPOP", "list"),
            ("MIGRATE host 6379  0 5000 KEYS a b", "MIGRATE", "a"),
            ("AUTH name secret", "AUTH", ""),
            ("JSON.SET doc $ 1", "JSON.SET", "doc"),
        ] {
            let (_, found_name, found_key) = parts(line, false);
            assert_eq!((found_name.as_str(), found_key.as_str()), (name, key), "{line}");
        }
    }

    #[test]
    fn secrets_are_left_out() {
        for (line, shown) in [
            ("AUTH secret", "AUTH (redacted)"),
            ("auth alice secret", "auth alice (redacted)"),
            ("AUTH alice secret secret", "AUTH alice (redacted) (redacted)"),
            ("HELLO 3 AUTH alice secret SETNAME app", "HELLO 3 AUTH alice (redacted) SETNAME app"),
            ("CONFIG SET requirepass secret maxmemory 1", "CONFIG SET requirepass (redacted) maxmemory 1"),
            ("config set maxmemory 1 MasterAuth secret", "config set maxmemory 1 MasterAuth (redacted)"),
            (
                "ACL SETUSER al on >secret #0123 ~* +@all",
                "ACL SETUSER al on >(redacted) #(redacted) ~* +@all",
            ),
            ("MIGRATE h 1 k 0 5 AUTH secret", "MIGRATE h 1 k 0 5 AUTH (redacted)"),
            (
                "MIGRATE h 1 k 0 5 COPY auth2 al secret KEYS a",
                "MIGRATE h 1 k 0 5 COPY auth2 al (redacted) KEYS a",
            ),
            ("SENTINEL SET m auth-pass secret", "SENTINEL SET m auth-pass (redacted)"),
        ] {
            assert_eq!(parts(line, false).0, shown);
            assert!(!parts(line, true).0.contains("secret"), "{line}");
        }
        assert_eq!(command(&["config", "get", "*"], false).answers(), Answers::Secret);
        assert_eq!(command(&["config", "get", "save"], false).answers(), Answers::One);
        assert_eq!(command(&["ACL", "GETUSER", "alice"], false).answers(), Answers::Secret);
    }

    #[test]
    fn a_secret_in_parts_is_left_out() {
        let mut command = Command::default();
        command.clear(false);
        command.open(0, Some(4));
        for argument in ["ACL", "SETUSER", "alice", ">secret"] {
            command.begin(1, Kind::Bulk);
            for byte in argument.bytes() {
                command.part(&[byte]);
            }
            command.end(1, false);
        }
        assert_eq!(command.text(), b"ACL SETUSER alice >(redacted)");
    }

    #[test]
    fn values_are_masked() {
        assert_eq!(parts("SET key value EX 10", true).0, "SET key ? ? ?");
        assert_eq!(parts("XREAD COUNT 2 STREAMS s 0", true).0, "XREAD ? ? ? s ?");
        assert_eq!(parts("CONFIG SET save no", true).0, "CONFIG SET save ?");
        assert_eq!(parts("HELLO 3 AUTH alice secret", true).0, "HELLO ? ? alice (redacted)");
    }

    #[test]
    fn answers_are_turned_off_and_on() {
        let reply = |line: &str| {
            let command = command(&line.split(' ').collect::<Vec<_>>(), true);
            (command.reply(), command.skips())
        };
        assert_eq!(reply("client reply off"), (Some(false), false));
        assert_eq!(reply("CLIENT REPLY ON"), (Some(true), false));
        assert_eq!(reply("CLIENT REPLY skip"), (None, true));
        assert_eq!(reply("CLIENT NO-EVICT ON"), (None, false));
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = "x".repeat(2 * COMMAND_BYTES);
        let command = command(&["SET", "key", &long], false);
        assert!(command.cut && command.text().len() == COMMAND_BYTES && command.room() == 0);
    }
}
