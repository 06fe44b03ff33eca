//! What Redis looks like at its first bytes.
//!
//! A command that is an array is certain. Of answers those are taken that nobody else gives: `+OK` and `-ERR` are also said
//! by others. Commands that are lines are those of many protocols: they are read on Redis' own ports alone.

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

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    match head.first() {
        None => Verdict::NeedMore,
        Some(b'*') => array(head),
        Some(b'$') => string(head),
        Some(b'-' | b'+') => text(head),
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
