//! Registered domains, by the public suffix list (<https://publicsuffix.org>).

use packetbeat_core::text::Text;
use psl::Psl as _;

/// What a name is made of: `subdomain.registered`, where all behind the registered domain's first dot is `suffix`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Domain<'n> {
    /// The public suffix and one label.
    pub(crate) registered: Text<'n>,
    /// The public suffix.
    pub(crate) suffix: Text<'n>,
    /// What stands before the registered domain; empty if nothing does.
    pub(crate) subdomain: Text<'n>,
}

/// Bytes at a name's end that are looked at: more than the longest public suffix and a label.
const TAIL: usize = 192;

impl<'n> Domain<'n> {
    /// The parts of a name; `None` if it is a public suffix itself, or the root.
    pub(crate) fn of(name: Text<'n>) -> Option<Self> {
        let bytes = name.bytes();
        let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
        // All of them are looked at, which is less work than to stop at the first.
        let has_uppercase = tail.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase());
        let suffix = if has_uppercase {
            let mut room = [0; TAIL];
            let lower = room.get_mut(..tail.len())?;
            lower.copy_from_slice(tail);
            lower.make_ascii_lowercase();
            suffix_len(lower)
        } else {
            suffix_len(tail)
        };
        let dot = bytes.len().checked_sub(suffix + 1)?;
        if suffix == 0 || dot == 0 || !is_border(bytes, dot) {
            return None;
        }
        let before = bytes.get(..dot).unwrap_or_default();
        let start = if name.is_plain() {
            before.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1)
        } else {
            (0..dot).rev().find(|at| is_border(bytes, *at)).map_or(0, |dot| dot + 1)
        };
        Some(Self {
            registered: name.part(start..bytes.len()),
            suffix: name.part(dot + 1..bytes.len()),
            subdomain: name.part(0..start.saturating_sub(1)),
        })
    }
}

/// Length of the public suffix of a name in lower case.
fn suffix_len(name: &[u8]) -> usize {
    psl::List.find(name.rsplit(|byte| *byte == b'.')).len
}

/// Whether the byte at `at` is a dot between labels: one that no backslash makes part of a label.
#[inline]
fn is_border(name: &[u8], at: usize) -> bool {
    if name.get(at) != Some(&b'.') {
        return false;
    }
    let before = name.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> Option<[String; 3]> {
        let domain = Domain::of(name.into())?;
        Some(
            [domain.subdomain, domain.registered, domain.suffix]
                .map(|text| String::from_utf8(text.bytes().to_vec()).unwrap()),
        )
    }

    #[test]
    fn registered_domains() {
        for (name, want) in [
            ("www.example.com", ["www", "example.com", "com"]),
            ("example.com", ["", "example.com", "com"]),
            ("a.b.example.co.uk", ["a.b", "example.co.uk", "co.uk"]),
            ("WwW.eXaMpLe.CO.UK", ["WwW", "eXaMpLe.CO.UK", "CO.UK"]),
            ("host.local", ["", "host.local", "local"]),
            ("4.3.2.1.in-addr.arpa", ["4.3.2", "1.in-addr.arpa", "in-addr.arpa"]),
            ("x.y.kawasaki.jp", ["", "x.y.kawasaki.jp", "y.kawasaki.jp"]),
            ("a\\.b.example.org", ["a\\.b", "example.org", "org"]),
            ("a\\.b.org", ["", "a\\.b.org", "org"]),
        ] {
            assert_eq!(parts(name), Some(want.map(String::from)), "{name}");
        }
    }

    #[test]
    fn suffixes_and_the_root_have_none() {
        for name in ["com", "co.uk", ".", "", "localhost", "x\\.com"] {
            assert_eq!(parts(name), None, "{name}");
        }
    }

    #[test]
    fn a_long_name_is_looked_at_from_its_end() {
        let name = format!("{}.example.com", "\\255".repeat(250));
        assert_eq!(parts(&name).unwrap()[1], "example.com");
    }
}
