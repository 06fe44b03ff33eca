//! What Redis looks like at its first bytes.
//!
//! A command that is an array is certain. Of answers those are taken that nobody else gives: `+OK` and `-ERR` are also said
//! by others. Of commands that are lines those are taken that no other protocol has, or not with so many arguments (`set key value`
//! is none of Memcached's); the others (`PING`, `GET key`) are known by their answers, or not at all.

use packetbeat_core::probe::{Role, Verdict};

use crate::search::{self, Found};
use crate::wire::{self, Begins, Head};

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
const SERVER: Verdict = Verdict::Match { sender: Role::Server };

/// Errors that only Redis has; each begins the text.
const ERRORS: &[&[u8]] = &[
    b"-NOAUTH Authentication required",
    b"-WRONGPASS ",
    b"-WRONGTYPE Operation against",
    b"-DENIED Redis ",
    b"-LOADING Redis ",
    b"-READONLY You can't write",
    b"-NOPERM ",
    b"-CLUSTERDOWN ",
    b"-NOREPLICAS ",
    b"-MASTERDOWN ",
    b"-ERR unknown command",
    b"-ERR wrong number of arguments",
    b"-ERR max number of clients",
    b"+PONG\r\n",
];

/// Commands that are lines of nobody else's, and how many arguments they have then.
const LINES: &[(&[u8], usize, usize)] = &[
    (b"CONFIG", 2, 9),
    (b"DBSIZE", 0, 0),
    (b"DECR", 1, 1),
    (b"EXISTS", 1, 9),
    (b"EXPIRE", 2, 3),
    (b"FLUSHALL", 0, 1),
    (b"FLUSHDB", 0, 1),
    (b"HGET", 2, 2),
    (b"HGETALL", 1, 1),
    (b"HSET", 3, 99),
    (b"INCR", 1, 1),
    (b"INFO", 0, 1),
    (b"KEYS", 1, 1),
    (b"LLEN", 1, 1),
    (b"LPUSH", 2, 99),
    (b"LRANGE", 3, 3),
    (b"MSET", 2, 99),
    (b"REPLICAOF", 2, 2),
    (b"RPUSH", 2, 99),
    (b"SADD", 2, 99),
    (b"SET", 2, 2),
    (b"SLAVEOF", 2, 2),
    (b"SLOWLOG", 1, 2),
    (b"SMEMBERS", 1, 1),
    (b"TTL", 1, 1),
    (b"ZADD", 3, 99),
    (b"ZRANGE", 3, 5),
];

/// Bytes of a line that is looked at.
const LINE: usize = 512;

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    match head.first() {
        None => Verdict::NeedMore,
        Some(b'*') => array(head),
        Some(b'$') => string(head),
        Some(b'-' | b'+') => text(head),
        Some(first) if first.is_ascii_alphabetic() => line(head),
        Some(_) => Verdict::Reject,
    }
}

/// A command, or an answer, or a message of a channel.
fn array(head: &[u8]) -> Verdict {
    match (search::unasked(head), search::command(head)) {
        (Found::Yes, _) => SERVER,
        (Found::Perhaps, _) | (_, Found::Perhaps) => Verdict::NeedMore,
        (_, Found::Yes) => CLIENT,
        (Found::No, Found::No) => Verdict::Reject,
    }
}

/// A string with what its length promises.
fn string(head: &[u8]) -> Verdict {
    let (len, taken) = match wire::begins(head) {
        Begins::Head(Head::String { len, .. }, taken) => (len, taken),
        Begins::Needs => return Verdict::NeedMore,
        _ => return Verdict::Reject,
    };
    let Some(len) = usize::try_from(len).ok().filter(|len| *len <= packetbeat_core::limits::PROBE_BYTES / 2)
    else {
        return Verdict::Reject;
    };
    match head.get(taken + len..) {
        None | Some([] | [b'\r']) => Verdict::NeedMore,
        Some([b'\r', b'\n', ..]) => SERVER,
        Some(_) => Verdict::Reject,
    }
}

/// A command that is a line.
fn line(head: &[u8]) -> Verdict {
    let shown = head.get(..LINE).unwrap_or(head);
    let end = shown.iter().position(|byte| *byte == b'\n');
    let text = shown.get(..end.unwrap_or(shown.len())).unwrap_or_default();
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let word = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let name = text.get(..word).unwrap_or_default();
    let names_it = |known: &&(&[u8], usize, usize)| known.0.eq_ignore_ascii_case(name);
    let Some((_, least, most)) = LINES.iter().find(names_it) else {
        let begins =
            |known: &[u8]| known.get(..name.len()).is_some_and(|known| known.eq_ignore_ascii_case(name));
        let may_become = word == text.len() && end.is_none() && LINES.iter().any(|known| begins(known.0));
        return if may_become { Verdict::NeedMore } else { Verdict::Reject };
    };
    let arguments = text.get(word..).unwrap_or_default();
    let count = arguments.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count();
    // As what NATS says first: `INFO {…}`.
    let is_json = arguments.trim_ascii_start().starts_with(b"{");
    // As requests of HTTP and its likes end: `SUBSCRIBE /event HTTP/1.1`.
    let last = text.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let is_version = last.first().is_some_and(u8::is_ascii_uppercase) && last.contains(&b'/');
    let printable = !is_json && text.iter().all(|byte| (b' '..0x7f).contains(byte));
    let quotes = text.iter().any(|byte| matches!(byte, b'"' | b'\''));
    match end {
        _ if !printable => Verdict::Reject,
        None if shown.len() >= LINE => Verdict::Reject,
        None => Verdict::NeedMore,
        Some(_) if is_version || (!quotes && count > *most) => Verdict::Reject,
        Some(_) if count >= *least => CLIENT,
        Some(_) => Verdict::Reject,
    }
}

fn text(head: &[u8]) -> Verdict {
    if ERRORS.iter().any(|known| head.starts_with(known)) {
        SERVER
    } else if ERRORS.iter().any(|known| known.starts_with(head)) {
        Verdict::NeedMore
    } else {
        Verdict::Reject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_is_recognised() {
        for head in
            [&b"*1\r\n$4\r\nPING\r\n"[..], b"*3\r\n$3\r\nset\r\n$4\r\nkey3", b"*2\r\n$8\r\nJSON.GET\r\n"]
        {
            assert_eq!(probe(head), CLIENT, "{head:?}");
        }
        for head in [
            &b"$5\r\nhello\r\n"[..],
            b"$0\r\n\r\n",
            b"-NOAUTH Authentication required.\r\n",
            b"+PONG\r\n",
            b"*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n",
        ] {
            assert_eq!(probe(head), SERVER, "{head:?}");
        }
    }

    #[test]
    fn the_verdict_does_not_change_as_bytes_come() {
        for whole in [
            &b"*1\r\n$4\r\nPING\r\n"[..],
            b"$5\r\nhello\r\n",
            b"-NOAUTH Authentication required.\r\n",
            b"*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n",
            b"*2\r\n$3\r\nfoo\r\n:1\r\n",
            b"set key value\r\n",
            b"set key 0 60 5\r\n",
            b"hgetall x\n",
            b"set A/1 value\n",
            b"set a b c \"d\"\n",
        ] {
            let last = probe(whole);
            for len in 0..whole.len() {
                let verdict = probe(&whole[..len]);
                assert!(verdict == Verdict::NeedMore || verdict == last, "{len} of {whole:?}: {verdict:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_redis_is_not() {
        for head in [
            &b"PING\r\n"[..],
            b"+OK\r\n",
            b"-ERR 'Unknown Protocol Operation'\r\n",
            b"+OK POP3 ready\r\n",
            b"* OK IMAP4 ready\r\n",
            b"*1\n$4\nPING\n",
            b"*1\r\n$4\r\nPINGX\r\n",
            b"*0\r\n",
            b"*-1\r\n",
            b"*1\r\n:1\r\n",
            b"*1\r\n$4\r\nP NG\r\n",
            b"*x\r\n",
            b"*1\r\n$0\r\n\r\n",
            b"*1\r\n$99\r\n",
            b"$5\r\nhello!!",
            b"$-1\r\n",
            b"$5 off\r\n",
            b":1\r\n",
            b"_\r\n",
            b"-NOPE\r\n",
            b"get key\r\n",
            b"set key 0 60 5\r\nvalue\r\n",
            b"incr key 1\r\n",
            b"INFO {\"server_id\": \"x\"} \r\n",
            b"SUBSCRIBE\nid:0\n",
            b"SUBSCRIBE /WANIPConnection HTTP/1.1\r\n",
            b"INFO sip:bob@example.org SIP/2.0\r\n",
            b"SET /a HTTP/1.1\r\n",
            b"CONNECT\nhost:x\n",
            b"flush_all\r\n",
            b"USER anonymous\r\n",
            b"AUTH TLS\r\n",
            b"SETUP rtsp://x RTSP/1.0\r\n",
            b"KEYS\r\n",
            b"VALUE a 0 1\r\n",
            b"GET / HTTP/1.1\r\n",
            b"\x16\x03\x01\x02\0\x01\0\x01",
            b"220 mx ESMTP\r\n",
            b"INFO {\"server_id\":\"x\"}\r\n",
            b"$GPGGA,1,2\r\n",
            b"*** Welcome ***\r\n",
        ] {
            assert_eq!(probe(head), Verdict::Reject, "{head:?}");
        }
    }
}
