//! Where in a line of JSON addresses stand, found without a tree.
//!
//! ```text
//! {"@timestamp":"…","source":{"ip":"192.0.2.7","port":1},"destination":{"ip":…}, …}
//!                    ─root─    ─leaf─ ─address─        ▲ what is known of it goes here
//! ```

use std::net::IpAddr;

use memchr::{memchr, memchr2, memchr3};

/// Members that are added: where one is already, it is to be replaced, which takes a tree.
const ADDED: [&[u8]; 2] = [b"geo", b"as"];

/// An address that is looked for: `ip` in `source`, at the root of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    root: Vec<u8>,
    leaf: Vec<u8>,
}

impl Wanted {
    /// From a name of two parts; `None` for others.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let (root, leaf) = name.split_once('.')?;
        // Names that JSON writes as they are.
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        (plain(root) && plain(leaf)).then(|| Self { root: root.into(), leaf: leaf.into() })
    }

    /// May both be looked for in one line?
    pub(crate) fn is_apart(&self, other: &Self) -> bool {
        self.root != other.root
    }
}

/// An address, and the end of the object that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) address: IpAddr,
    /// Of the closing brace, from the start of the line.
    pub(crate) end: usize,
}

/// Finds all that is there of what is wanted, in the order of the line; `None` if this takes a tree.
pub(crate) fn find(line: &[u8], wanted: &[Wanted]) -> Option<Vec<Place>> {
    let mut found = Vec::with_capacity(wanted.len());
    let (mut at, mut depth) = (0_usize, 0_usize);
    // The object that is walked through, and the address in it.
    let (mut within, mut address) = (None::<&Wanted>, None);
    while found.len() < wanted.len() {
        let Some(offset) = memchr3(b'"', b'{', b'}', line.get(at..)?) else { break };
        at += offset;
        match line.get(at)? {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 1 {
                    within = None;
                    found.extend(address.take().map(|address| Place { address, end: at }));
                }
            }
            _ => {
                let start = at + 1;
                at = end_of_text(line, start)?;
                let key = line.get(start..at)?;
                let value = match line.get(at + 1..)? {
                    [b':', value @ ..] => value,
                    // No name of a member.
                    _ => &[],
                };
                if !value.is_empty() && depth == 1 {
                    within = root(key, value, wanted)?;
                } else if let Some(wanted) = within.filter(|_| !value.is_empty() && depth == 2) {
                    if key == wanted.leaf {
                        address = Some(address_of(value)?);
                    } else if ADDED.contains(&key) {
                        return None;
                    }
                }
            }
        }
        at += 1;
    }
    Some(found)
}

/// Is this member of the event one that is looked into? `None` if this takes a tree.
fn root<'w>(key: &[u8], value: &[u8], wanted: &'w [Wanted]) -> Option<Option<&'w Wanted>> {
    for one in wanted {
        match key.strip_prefix(one.root.as_slice()) {
            Some([]) => return (value.first() == Some(&b'{')).then_some(Some(one)),
            // Names with dots in them come before nested ones.
            Some([b'.', ..]) => return None,
            _ => {}
        }
    }
    Some(None)
}

/// The address that a text holds.
fn address_of(value: &[u8]) -> Option<IpAddr> {
    let text = value.strip_prefix(b"\"")?;
    let end = memchr(b'"', text)?;
    std::str::from_utf8(text.get(..end)?).ok()?.parse().ok()
}

/// The place of the quote that ends a text.
fn end_of_text(line: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', line.get(at..)?)?;
        if line.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(line: &str) -> Option<Vec<(String, String)>> {
        let wanted: Vec<Wanted> =
            ["source.ip", "server.ip"].iter().filter_map(|name| Wanted::new(name)).collect();
        let found = find(line.as_bytes(), &wanted)?;
        Some(found.iter().map(|place| (place.address.to_string(), line[place.end..].to_owned())).collect())
    }

    fn one(address: &str, rest: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(address.to_owned(), rest.to_owned())])
    }

    #[test]
    fn addresses_are_found_where_they_belong() {
        assert_eq!(places(r#"{"source":{"ip":"192.0.2.1"}}"#), one("192.0.2.1", "}}"));
        assert_eq!(
            places(
                r#"{"t":"\"}{","a":["source",{"ip":"::9"}],"source":{"x":{"ip":"::3"},"ip":"::1","y":"{\\"},"z":1}"#
            ),
            one("::1", "},\"z\":1}")
        );
        assert_eq!(
            places(r#"{"server":{"ip":"::2"},"source":{"ip":"::1"},"related":{"#).unwrap().len(),
            2,
            "what comes later is not looked at"
        );
        for none in [
            "{}",
            r#"{"x":{"source":{"ip":"::1"}}}"#,
            r#"{"source":{"port":1}}"#,
            r#"{"sources":{"ip":"::1"}}"#,
        ] {
            assert_eq!(places(none), Some(vec![]), "{none}");
        }
    }

    #[test]
    fn what_is_not_plain_takes_a_tree() {
        for line in [
            r#"{"source.ip":"::1"}"#,
            r#"{"source":"::1"}"#,
            r#"{"source":{"ip":["::1"]}}"#,
            r#"{"source":{"ip":"::\u0031"}}"#,
            r#"{"source":{"ip":"anna"}}"#,
            r#"{"source":{"geo":{},"ip":"::1"}}"#,
            r#"{"source":{"ip":"::1","as":1}}"#,
            r#"{"source":{"ip":"::1"#,
            "}",
        ] {
            assert_eq!(places(line), None, "{line}");
        }
        for name in ["ip", "a.b.ip", "a.", ".ip", "a.\u{e4}"] {
            assert_eq!(Wanted::new(name), None, "{name}");
        }
    }
}
