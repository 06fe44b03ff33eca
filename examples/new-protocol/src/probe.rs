//! Recognising Quote by its first bytes.

use packetbeat_core::probe::{Role, Verdict};

use crate::wire::{self, Verb};

/// The first bytes of one direction of a connection.
pub(crate) fn stream(head: &[u8]) -> Verdict {
    match wire::line(head, 0) {
        Ok(Some((line, _))) => whole(line),
        Ok(None) if may_become(head) => Verdict::NeedMore,
        Ok(None) | Err(_) => Verdict::Reject,
    }
}

/// A datagram.
pub(crate) fn datagram(bytes: &[u8]) -> Verdict {
    wire::numbered(bytes).map_or(Verdict::Reject, |(_, line)| whole(line))
}

fn whole(line: &[u8]) -> Verdict {
    // `OK` alone is said by many.
    let says_more = line.len() > 3;
    if wire::request(line).is_ok() {
        Verdict::Match { sender: Role::Client }
    } else if says_more && wire::answer(line).is_ok() {
        Verdict::Match { sender: Role::Server }
    } else {
        Verdict::Reject
    }
}

/// Whether a line that begins like this may turn out to be one of ours.
pub(crate) fn may_become(head: &[u8]) -> bool {
    let words = Verb::ALL.map(Verb::name).into_iter().chain(["OK", "ERR"]);
    words.map(str::as_bytes).any(|word| match head.strip_prefix(word) {
        Some(rest) => matches!(rest, [] | [b' ' | b'\r', ..]),
        None => word.starts_with(head),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_and_what_almost_is() {
        assert_eq!(stream(b"GET color\n"), Verdict::Match { sender: Role::Client });
        assert_eq!(stream(b"OK blue\r\n"), Verdict::Match { sender: Role::Server });
        assert_eq!(stream(b"GE"), Verdict::NeedMore);
        assert_eq!(stream(b"GET / HTTP/1.1\r\n"), Verdict::Reject);
        assert_eq!(stream(b"OK\r\n"), Verdict::Reject);
        assert_eq!(stream(b"GETTY\n"), Verdict::Reject);
        assert_eq!(datagram(b"17 GET color"), Verdict::Match { sender: Role::Client });
        assert_eq!(datagram(b"GET color"), Verdict::Reject);
    }
}
