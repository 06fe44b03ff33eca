//! Reply lines of the text protocol (memcached, doc/protocol.txt).

use crate::command::{Answer, Kind, number, split, words};
use crate::limits::VALUE_SIZE;
use crate::message::{Message, Said};
use crate::request::is_key;

/// What a reply is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// No reply that is known; lines within one are not either.
    #[default]
    Unknown,
    Value,
    End,
    /// Of a store: done or not.
    Stored,
    Exists,
    NotFound,
    Touched,
    Deleted,
    Ok,
    /// Something is wrong; fits every command.
    Error,
    Stat,
    Reset,
    Version,
    Number,
    /// A code of two letters, without `VA`.
    Meta,
    MetaValue,
    /// A line of a list of items.
    Line,
}

/// What follows a reply's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing: the reply is whole.
    Done,
    /// More lines.
    Lines,
    /// So many bytes of data and a line end, then more lines.
    Value(u64),
    /// So many bytes of data and a line end.
    Last(u64),
}

/// What a word says: name in the event, type, sort.
const fn sort(word: &[u8]) -> Option<(&'static str, Kind, Sort)> {
    Some(match word {
        b"VALUE" => ("VALUE", Kind::Load, Sort::Value),
        b"END" => ("END", Kind::Load, Sort::End),
        b"STORED" => ("STORED", Kind::Success, Sort::Stored),
        b"NOT_STORED" => ("NOT_STORED", Kind::Fail, Sort::Stored),
        b"EXISTS" => ("EXISTS", Kind::Fail, Sort::Exists),
        b"NOT_FOUND" => ("NOT_FOUND", Kind::Fail, Sort::NotFound),
        b"TOUCHED" => ("TOUCHED", Kind::Success, Sort::Touched),
        b"DELETED" => ("DELETED", Kind::Success, Sort::Deleted),
        b"OK" => ("OK", Kind::Success, Sort::Ok),
        b"RESET" => ("RESET", Kind::Success, Sort::Reset),
        b"ERROR" => ("ERROR", Kind::Fail, Sort::Error),
        b"CLIENT_ERROR" => ("CLIENT_ERROR", Kind::Fail, Sort::Error),
        b"SERVER_ERROR" => ("SERVER_ERROR", Kind::Fail, Sort::Error),
        b"BUSY" => ("BUSY", Kind::Fail, Sort::Error),
        b"BADCLASS" => ("BADCLASS", Kind::Fail, Sort::Error),
        b"NOSPARE" => ("NOSPARE", Kind::Fail, Sort::Error),
        b"NOTFULL" => ("NOTFULL", Kind::Fail, Sort::Error),
        b"UNSAFE" => ("UNSAFE", Kind::Fail, Sort::Error),
        b"SAME" => ("SAME", Kind::Fail, Sort::Error),
        b"STAT" => ("STAT", Kind::Stats, Sort::Stat),
        b"VERSION" => ("VERSION", Kind::Info, Sort::Version),
        b"HD" => ("HD", Kind::Success, Sort::Meta),
        b"VA" => ("VA", Kind::Load, Sort::MetaValue),
        b"EN" => ("EN", Kind::Load, Sort::Meta),
        b"NS" => ("NS", Kind::Fail, Sort::Meta),
        b"EX" => ("EX", Kind::Fail, Sort::Meta),
        b"NF" => ("NF", Kind::Fail, Sort::Meta),
        b"MN" => ("MN", Kind::Success, Sort::Meta),
        b"ME" => ("ME", Kind::Info, Sort::Meta),
        b"ITEM" => ("ITEM", Kind::Stats, Sort::Line),
        b"PREFIX" => ("PREFIX", Kind::Stats, Sort::Line),
        _ => return None,
    })
}

/// Whether a line is a reply with all that belongs to it.
pub(crate) fn is_sound(line: &[u8]) -> bool {
    let (word, rest) = split(line);
    let Some((_, _, sort)) = sort(word) else { return number(line.trim_ascii_end()).is_some() };
    let mut words = words(rest);
    let mut is_number = || words.next().is_some_and(|word| number(word).is_some());
    match sort {
        Sort::Value => {
            let (key, rest) = split(rest);
            let count = self::words(rest).count();
            is_key(key)
                && (2..=3).contains(&count)
                && self::words(rest).all(|word| number(word).is_some_and(|_| word.len() <= 20))
        }
        Sort::MetaValue => is_number(),
        Sort::Stat => words.next().is_some_and(is_key),
        Sort::Error | Sort::Version | Sort::Meta | Sort::Line => line.iter().all(|byte| *byte >= b' '),
        _ => words.next().is_none(),
    }
}

/// Reads a line without its end into a reply: the first one, or, `open`, a further one.
pub(crate) fn read(line: &[u8], open: bool, waits_for: Option<Answer>, to: &mut Message) -> Next {
    let (word, rest) = split(line);
    let found = sort(word);
    if open && !matches!(to.sort, Sort::Value) {
        return within(found.map(|(.., sort)| sort), rest, to);
    }
    let Some((name, kind, sort)) = found else { return other(line, open, waits_for, to) };
    if open && sort == Sort::End {
        return Next::Done;
    }
    (to.name, to.kind, to.sort) = (name, kind, sort);
    match sort {
        Sort::Value => value(rest, to),
        Sort::MetaValue => meta_value(rest, waits_for, to),
        Sort::Stat => {
            stat(rest, to);
            Next::Lines
        }
        Sort::Line => Next::Lines,
        Sort::Meta => {
            if !rest.is_empty() {
                to.say(Said::Arguments, rest);
                flags(rest, to);
            }
            Next::Done
        }
        Sort::Error => {
            if !rest.is_empty() {
                to.say(Said::Error, rest);
            }
            Next::Done
        }
        Sort::Version => {
            to.say(Said::Version, rest);
            Next::Done
        }
        _ => Next::Done,
    }
}

/// A further line of statistics or of a list.
fn within(sort: Option<Sort>, rest: &[u8], to: &mut Message) -> Next {
    match sort {
        Some(Sort::End) => return Next::Done,
        Some(Sort::Stat) => stat(rest, to),
        _ => {}
    }
    Next::Lines
}

/// A number, a line of a list, or something that is not known.
fn other(line: &[u8], open: bool, waits_for: Option<Answer>, to: &mut Message) -> Next {
    if open {
        return Next::Lines;
    }
    if let Some(value) = number(line.trim_ascii_end()) {
        (to.name, to.kind, to.sort) = ("<counter_op_res>", Kind::Counter, Sort::Number);
        to.numbers.value = Some(value);
        return Next::Done;
    }
    if waits_for == Some(Answer::Lines) {
        (to.name, to.kind, to.sort) = ("ITEM", Kind::Stats, Sort::Line);
        return Next::Lines;
    }
    (to.name, to.kind, to.sort) = ("UNKNOWN", Kind::Unknown, Sort::Unknown);
    to.say(Said::Line, line);
    Next::Done
}

/// `key flags bytes [cas]`
fn value(rest: &[u8], to: &mut Message) -> Next {
    let mut words = words(rest);
    if let Some(key) = words.next() {
        to.key(key);
    }
    let mut number = || words.next().and_then(number);
    let (flags, bytes, cas) = (number(), number(), number());
    to.numbers.flags = to.numbers.flags.or(flags);
    to.numbers.cas = to.numbers.cas.or(cas);
    match bytes.filter(|bytes| *bytes <= VALUE_SIZE) {
        Some(bytes) => {
            to.count_value(bytes);
            Next::Value(bytes)
        }
        None => Next::Lines,
    }
}

/// `bytes flag…`
fn meta_value(rest: &[u8], waits_for: Option<Answer>, to: &mut Message) -> Next {
    let (bytes, rest) = split(rest);
    if !rest.is_empty() {
        to.say(Said::Arguments, rest);
        flags(rest, to);
    }
    if waits_for == Some(Answer::Number) {
        to.kind = Kind::Counter;
    }
    match number(bytes).filter(|bytes| *bytes <= VALUE_SIZE) {
        Some(bytes) => {
            to.count_value(bytes);
            Next::Last(bytes)
        }
        None => Next::Done,
    }
}

/// Flags that a meta command gives back.
fn flags(rest: &[u8], to: &mut Message) {
    for flag in words(rest) {
        match flag.split_first() {
            Some((b'k', key)) => to.key(key),
            Some((b'c', cas)) => to.numbers.cas = number(cas),
            Some((b'f', flags)) => to.numbers.flags = number(flags),
            _ => {}
        }
    }
}

fn stat(rest: &[u8], to: &mut Message) {
    let (name, value) = split(rest);
    to.stat(name, value);
}

/// Whether such a reply can be that to such a request.
pub(crate) fn fits(request: &Message, reply: &Message) -> bool {
    let sort = reply.sort;
    if matches!(sort, Sort::Error | Sort::Unknown) {
        return true;
    }
    match request.answer {
        Answer::Values => match sort {
            Sort::Value => is_asked(request, reply),
            _ => sort == Sort::End,
        },
        Answer::Stored => matches!(sort, Sort::Stored | Sort::Exists | Sort::NotFound),
        Answer::Number => matches!(sort, Sort::Number | Sort::NotFound),
        Answer::Touched => matches!(sort, Sort::Touched | Sort::NotFound),
        Answer::Deleted => matches!(sort, Sort::Deleted | Sort::NotFound),
        Answer::Lines => matches!(sort, Sort::Stat | Sort::End | Sort::Line | Sort::Reset | Sort::Ok),
        Answer::Meta => fits_meta(request, reply),
        Answer::Line | Answer::Log => matches!(sort, Sort::Ok | Sort::Version),
        Answer::Nothing => false,
    }
}

/// Whether the first key of the reply is among those of the request.
fn is_asked(request: &Message, reply: &Message) -> bool {
    let Some(key) = reply.keys.first() else { return true };
    request.keys.is_cut() || request.keys.iter().any(|asked| asked == key)
}

fn fits_meta(request: &Message, reply: &Message) -> bool {
    let quiet = request.quiet;
    let code = match (request.name, reply.name) {
        ("mn", code) => code == "MN",
        ("me", code) => matches!(code, "ME" | "EN"),
        ("mg", "EN") | ("ms" | "md" | "ma", "HD") => !quiet,
        ("mg", code) => matches!(code, "VA" | "HD"),
        ("ms", code) => matches!(code, "NS" | "EX" | "NF"),
        // Some servers keep `NF` to themselves, too.
        ("md", code) => matches!(code, "EX" | "NS" | "NF"),
        ("ma", code) => matches!(code, "VA" | "NS" | "EX" | "NF"),
        _ => false,
    };
    code && token(request, b'O') == token(reply, b'O')
        && reply.keys.first().is_none_or(|key| request.keys.first() == Some(key))
}

/// The token of a flag of a meta command or its reply.
fn token(message: &Message, flag: u8) -> Option<&[u8]> {
    if message.said != Said::Arguments {
        return None;
    }
    words(&message.text)
        .find_map(|word| word.split_first().filter(|(name, _)| **name == flag))
        .map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &[&[u8]]) -> (Message, Vec<Next>) {
        let mut message = Message::default();
        let mut open = false;
        let next = lines.iter().map(|line| {
            let next = read(line, open, None, &mut message);
            open = true;
            next
        });
        let next = next.collect();
        (message, next)
    }

    #[test]
    fn values_are_gathered() {
        let (message, next) = reply(&[b"VALUE a 1 100", b"VALUE b 2 30 55", b"END"]);
        assert_eq!(next, [Next::Value(100), Next::Value(30), Next::Done]);
        assert_eq!((message.name, message.keys.len()), ("VALUE", 2));
        assert_eq!((message.numbers.bytes, message.numbers.count_values), (Some(130), Some(2)));
        assert_eq!((message.numbers.flags, message.numbers.cas), (Some(1), Some(55)));
        let (message, next) = reply(&[b"VALUE a 1 100", b"SERVER_ERROR out of memory"]);
        assert_eq!((message.name, next[1]), ("SERVER_ERROR", Next::Done));
    }

    #[test]
    fn statistics_are_pairs() {
        let (message, next) = reply(&[b"STAT pid 1", b"STAT version 1.6 x", b"something", b"END"]);
        assert_eq!(next[3], Next::Done);
        let stats: Vec<_> = message.stats.iter().collect();
        assert_eq!(stats, [&b"pid"[..], b"1", b"version", b"1.6 x"]);
    }

    #[test]
    fn one_line() {
        let (message, next) = reply(&[b"12345 "]);
        assert_eq!((message.numbers.value, next[0]), (Some(12345), Next::Done));
        assert_eq!(reply(&[b"VA 5 t30 kfoo c9"]).1, [Next::Last(5)]);
        let (message, _) = reply(&[b"HD c9 kfoo"]);
        assert_eq!((message.numbers.cas, message.keys.first()), (Some(9), Some(&b"foo"[..])));
        assert_eq!(reply(&[b"VERSION 1.6.18"]).0.text, b"1.6.18");
        assert_eq!(reply(&[b"what is this"]).0.name, "UNKNOWN");
        assert_eq!(reply(&[b"VALUE a 0 99999999999"]).1, [Next::Lines]);
    }

    #[test]
    fn sound_replies() {
        for line in
            [&b"STORED"[..], b"VALUE k 0 5", b"STAT a b", b"17", b"CLIENT_ERROR bad", b"VA 2 k", b"END"]
        {
            assert!(is_sound(line), "{line:?}");
        }
        for line in [&b"STORED x"[..], b"VALUE k 0", b"VALUE k 0 x", b"hello", b"1 7", b"", b"VA x"] {
            assert!(!is_sound(line), "{line:?}");
        }
    }
}
