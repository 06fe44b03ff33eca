//! Command lines of the text protocol (memcached, doc/protocol.txt).

use crate::command::{self, Answer, Command, Kind, Shape, number, signed, split, words};
use crate::limits::{KEY_BYTES, VALUE_SIZE};
use crate::message::{Message, Said};

/// Reads a command line without its end. Some: so many bytes of data follow, and a line end behind them.
pub(crate) fn read(line: &[u8], to: &mut Message) -> Option<u64> {
    let Some((command, rest)) = command::find(line) else {
        to.is(&command::UNKNOWN);
        to.say(Said::Line, line);
        return None;
    };
    to.is(command);
    let mut rest = words(rest);
    let numbers = &mut to.numbers;
    match command.shape {
        Shape::Nothing => {}
        Shape::Keys => rest.for_each(|key| to.key(key)),
        Shape::TouchKeys => {
            numbers.exptime = rest.next().and_then(signed);
            rest.for_each(|key| to.key(key));
        }
        Shape::Store | Shape::Cas => return store(rest, command.shape == Shape::Cas, to),
        Shape::Counter => {
            let key = rest.next();
            numbers.delta = rest.next().and_then(number);
            end(key, rest.next(), to);
        }
        Shape::Touch => {
            let key = rest.next();
            numbers.exptime = rest.next().and_then(signed);
            end(key, rest.next(), to);
        }
        Shape::Delete => {
            let (key, last) = (rest.next(), rest.last());
            end(key, last, to);
        }
        Shape::Flush => {
            for word in rest {
                numbers.exptime = numbers.exptime.or_else(|| signed(word));
                to.noreply = Some(is_noreply(word));
            }
            to.noreply = to.noreply.or(Some(false));
        }
        Shape::Verbosity => {
            numbers.verbosity = rest.next().and_then(number);
            to.noreply = Some(rest.last().is_some_and(is_noreply));
        }
        Shape::Reassign => {
            numbers.source_class = rest.next().and_then(signed);
            numbers.dest_class = rest.next().and_then(signed);
        }
        Shape::Automove => numbers.automove = rest.next().and_then(number),
        Shape::Sleep => numbers.sleep_us = rest.next().and_then(number),
        Shape::ToCrawl => numbers.value = rest.next().and_then(number),
        Shape::Raw => {
            let arguments = behind(line, command);
            to.say(Said::Arguments, arguments);
            if command.name == "cache_memlimit" && rest.last().is_some_and(is_noreply) {
                to.noreply = Some(true);
            }
        }
        Shape::Meta | Shape::MetaSet => return meta(behind(line, command), command, to),
    }
    None
}

/// What stands behind the name of a command, as it came.
fn behind<'l>(line: &'l [u8], command: &Command) -> &'l [u8] {
    let mut rest = line;
    for _ in command.name.split(' ') {
        rest = split(rest).1;
    }
    rest.trim_ascii()
}

fn is_noreply(word: &[u8]) -> bool {
    word == b"noreply"
}

fn end(key: Option<&[u8]>, last: Option<&[u8]>, to: &mut Message) {
    if let Some(key) = key {
        to.key(key);
    }
    to.noreply = Some(last.is_some_and(is_noreply));
}

fn store<'l>(mut rest: impl Iterator<Item = &'l [u8]>, cas: bool, to: &mut Message) -> Option<u64> {
    let key = rest.next();
    to.numbers.flags = rest.next().and_then(number);
    to.numbers.exptime = rest.next().and_then(signed);
    let bytes = rest.next().and_then(number);
    if cas {
        to.numbers.cas = rest.next().and_then(number);
    }
    end(key, rest.next(), to);
    // Where a number is wrong, the server says so and takes no data.
    let bytes = bytes.filter(|bytes| *bytes <= VALUE_SIZE && to.numbers.flags.is_some())?;
    to.numbers.exptime?;
    to.count_value(bytes);
    Some(bytes)
}

/// A meta command's key, length and flags.
fn meta(rest: &[u8], command: &Command, to: &mut Message) -> Option<u64> {
    let (key, mut flags) = split(rest);
    to.key(key);
    let mut bytes = None;
    if command.shape == Shape::MetaSet {
        let (len, behind) = split(flags);
        // Older servers take the length as a flag.
        bytes = number(len.strip_prefix(b"S").unwrap_or(len));
        flags = behind;
    }
    if !flags.is_empty() {
        to.say(Said::Arguments, flags);
    }
    for flag in words(flags) {
        let Some((name, token)) = flag.split_first() else { continue };
        let numbers = &mut to.numbers;
        match name {
            b'q' => to.quiet = true,
            b'T' => numbers.exptime = signed(token),
            b'F' => numbers.flags = number(token),
            b'C' => numbers.cas = number(token),
            b'D' if command.kind == Kind::Counter => numbers.delta = number(token),
            b'J' => numbers.initial = number(token),
            _ => {}
        }
    }
    let bytes = bytes.filter(|bytes| *bytes <= VALUE_SIZE)?;
    to.count_value(bytes);
    Some(bytes)
}

/// Whether a line is a command with all that belongs to it: what is looked for where it is not known whose bytes these are.
pub(crate) fn is_sound(line: &[u8]) -> bool {
    let Some((command, rest)) = command::find(line) else { return false };
    let mut rest = words(rest);
    let mut next = || rest.next();
    let is_number = |word: Option<&[u8]>| word.is_some_and(|word| number(word).is_some());
    let is_signed = |word: Option<&[u8]>| word.is_some_and(|word| signed(word).is_some());
    let is_key = |word: Option<&[u8]>| word.is_some_and(is_key);
    let is_end = |word: Option<&[u8]>| word.is_none_or(is_noreply);
    match command.shape {
        Shape::Nothing => next().is_none(),
        Shape::Keys => is_key(next()) && rest.all(self::is_key),
        Shape::TouchKeys => is_signed(next()) && is_key(next()) && rest.all(self::is_key),
        Shape::Store => {
            is_key(next())
                && is_number(next())
                && is_signed(next())
                && is_number(next())
                && is_end(next())
                && next().is_none()
        }
        Shape::Cas => {
            is_key(next())
                && is_number(next())
                && is_signed(next())
                && is_number(next())
                && is_number(next())
                && is_end(next())
                && next().is_none()
        }
        Shape::Counter | Shape::Touch => {
            is_key(next()) && is_signed(next()) && is_end(next()) && next().is_none()
        }
        Shape::Delete => {
            let (key, last) = (next(), next());
            is_key(key) && (last.is_none_or(|last| is_noreply(last) || last == b"0")) && is_end(next())
        }
        Shape::Flush => {
            next().is_none_or(|word| is_noreply(word) || signed(word).is_some()) && is_end(next())
        }
        Shape::Verbosity => is_number(next()) && is_end(next()),
        Shape::Reassign => is_signed(next()) && is_signed(next()),
        Shape::Automove | Shape::Sleep | Shape::ToCrawl => is_number(next()) && next().is_none(),
        // What may follow is told by the server's version alone: words of letters, digits and signs.
        Shape::Raw => command.answer != Answer::Line && rest.all(self::is_key),
        Shape::Meta => is_key(next()) && rest.all(is_flag),
        Shape::MetaSet => {
            let (key, len) = (next(), next());
            is_key(key)
                && is_number(len.map(|len| len.strip_prefix(b"S").unwrap_or(len)))
                && rest.all(is_flag)
        }
    }
}

/// A key: up to 250 bytes without control characters and spaces.
pub(crate) fn is_key(word: &[u8]) -> bool {
    (1..=KEY_BYTES).contains(&word.len()) && word.iter().all(|byte| *byte > b' ' && *byte != 0x7f)
}

/// A flag of a meta command: a letter, perhaps with a token.
fn is_flag(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphabetic) && is_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[u8]) -> (Message, Option<u64>) {
        let mut message = Message::default();
        let data = read(line, &mut message);
        (message, data)
    }

    #[test]
    fn stores_have_data() {
        let (set, data) = parsed(b"set k 5 -1 100 noreply");
        assert_eq!((set.name, set.noreply, data), ("set", Some(true), Some(100)));
        assert_eq!((set.numbers.flags, set.numbers.exptime), (Some(5), Some(-1)));
        let (cas, data) = parsed(b"cas k 0 60 3 77");
        assert_eq!((cas.numbers.cas, cas.noreply, data), (Some(77), Some(false), Some(3)));
        let (ms, data) = parsed(b"ms k S2 T90 q F3");
        assert_eq!((ms.quiet, ms.numbers.exptime, data), (true, Some(90), Some(2)));
        for wrong in [&b"set k 0 0 x"[..], b"set k 0 0", b"set k 0 0 -1", b"set k 0 0 9999999999", b"ms k"] {
            assert_eq!(parsed(wrong).1, None, "{wrong:?}");
        }
    }

    #[test]
    fn others_have_none() {
        let (get, data) = parsed(b"get a  b c");
        assert_eq!((get.keys.len(), data), (3, None));
        assert_eq!(parsed(b"delete k 0 noreply").0.noreply, Some(true));
        assert_eq!(parsed(b"gat 10 k").0.numbers.exptime, Some(10));
        assert_eq!(parsed(b"incr k 3").0.numbers.delta, Some(3));
        assert_eq!(parsed(b"flush_all 5").0.numbers.exptime, Some(5));
        assert_eq!(parsed(b"slabs reassign -1 3").0.numbers.source_class, Some(-1));
        let (stats, _) = parsed(b"stats cachedump 1 100");
        assert_eq!((stats.said, &stats.text[..]), (Said::Arguments, &b"cachedump 1 100"[..]));
        let (unknown, _) = parsed(b"hello world");
        assert_eq!((unknown.name, unknown.said), ("UNKNOWN", Said::Line));
    }

    #[test]
    fn what_is_almost_a_command_is_not_sound() {
        for line in [
            &b"get k"[..],
            b"set k 0 0 1",
            b"cas k 0 0 1 5 noreply",
            b"delete k 0",
            b"stats",
            b"mn",
            b"mg k v q Oabc",
            b"ms k 2 T0",
            b"version",
            b"touch k 10",
        ] {
            assert!(is_sound(line), "{line:?}");
        }
        for line in [
            &b"get"[..],
            b"get k\tv",
            b"set k v",
            b"set k 0 0 1 maybe",
            b"delete k now",
            b"mn k",
            b"version 2",
            b"incr k",
            b"mg k 5",
            b"GET / HTTP/1.1",
            b"shutdown k\x01",
        ] {
            assert!(!is_sound(line), "{line:?}");
        }
    }
}
