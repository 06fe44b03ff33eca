//! The notations of the protocol: strings, lists, maps, values.
//!
//! CQL Binary Protocol v5, section 3 "Notations". Numbers are big endian.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'b> {
    Bytes(&'b [u8]),
    Null,
    /// Left as it is.
    Unset,
}

/// `[int]`.
pub(crate) fn int(from: &mut Reader<'_>, what: &'static str) -> Result<i32, WireError> {
    from.array(what).map(i32::from_be_bytes)
}

/// `[int]` where only what is not negative has a meaning.
pub(crate) fn count(from: &mut Reader<'_>, what: &'static str) -> Result<usize, WireError> {
    let at = from.at();
    usize::try_from(int(from, what)?).map_err(|_| WireError::new(what, at))
}

/// `[string]`, also `[short bytes]`.
pub(crate) fn string<'b>(from: &mut Reader<'b>, what: &'static str) -> Result<&'b [u8], WireError> {
    let len = from.u16_be(what)?;
    from.take(usize::from(len), what)
}

/// `[long string]`; where the bytes end within it, what is there of it, and that it is cut.
pub(crate) fn long_string<'b>(
    from: &mut Reader<'b>,
    what: &'static str,
) -> Result<(&'b [u8], bool), WireError> {
    let len = count(from, what)?;
    let rest = from.rest();
    match rest.get(..len) {
        Some(text) => {
            from.take(len, what)?;
            Ok((text, false))
        }
        None => {
            from.take(rest.len(), what)?;
            Ok((rest, true))
        }
    }
}

/// `[value]`, also `[bytes]`.
pub(crate) fn value<'b>(from: &mut Reader<'b>, what: &'static str) -> Result<Value<'b>, WireError> {
    match int(from, what)? {
        -2 => Ok(Value::Unset),
        negative @ ..0 => {
            // Any other negative length is null, as servers take it.
            let _ = negative;
            Ok(Value::Null)
        }
        len => from.take(usize::try_from(len).unwrap_or(usize::MAX), what).map(Value::Bytes),
    }
}

/// `[value]`; where the bytes end within it, what is there of it, and that it is cut.
pub(crate) fn value_or_start<'b>(
    from: &mut Reader<'b>,
    what: &'static str,
) -> Result<(Value<'b>, bool), WireError> {
    let mut ahead = *from;
    let len = int(&mut ahead, what)?;
    let rest = ahead.rest();
    if usize::try_from(len).is_ok_and(|len| len > rest.len()) {
        ahead.take(rest.len(), what)?;
        *from = ahead;
        return Ok((Value::Bytes(rest), true));
    }
    Ok((value(from, what)?, false))
}

/// `[bytes]`, without any for null.
pub(crate) fn bytes<'b>(from: &mut Reader<'b>, what: &'static str) -> Result<&'b [u8], WireError> {
    Ok(match value(from, what)? {
        Value::Bytes(bytes) => bytes,
        Value::Null | Value::Unset => &[],
    })
}

/// `[inetaddr]`: the address behind its length.
pub(crate) fn address(from: &mut Reader<'_>) -> Result<IpAddr, WireError> {
    const WHAT: &str = "address";
    let at = from.at();
    let len = from.u8(WHAT)?;
    ip(from.take(usize::from(len), WHAT)?).ok_or(WireError::new(WHAT, at))
}

/// The address of 4 or 16 bytes.
pub(crate) fn ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|v6| Ipv6Addr::from(v6).into())
}

/// `[string list]`, read already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strings<'b> {
    bytes: &'b [u8],
    count: u16,
}

impl<'b> Strings<'b> {
    /// Reads a list.
    pub(crate) fn read(from: &mut Reader<'b>, what: &'static str) -> Result<Self, WireError> {
        let count = from.u16_be(what)?;
        let start = from.at();
        for _ in 0..count {
            string(from, what)?;
        }
        Ok(Self { bytes: from.whole().get(start..from.at()).unwrap_or_default(), count })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let mut from = Reader::new(self.bytes);
        (0..self.count).map_while(move |_| string(&mut from, "string").ok())
    }
}

/// `[string map]`, read already: pairs.
pub(crate) fn string_map<'b>(
    from: &mut Reader<'b>,
    mut pair: impl FnMut(&'b [u8], &'b [u8]),
) -> Result<(), WireError> {
    let count = from.u16_be("string map")?;
    for _ in 0..count {
        let key = string(from, "string map")?;
        pair(key, string(from, "string map")?);
    }
    Ok(())
}

/// `[string multimap]`, read already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Multimap<'b> {
    bytes: &'b [u8],
    count: u16,
}

impl<'b> Multimap<'b> {
    /// Reads a map.
    pub(crate) fn read(from: &mut Reader<'b>) -> Result<Self, WireError> {
        let count = from.u16_be("string multimap")?;
        let start = from.at();
        for _ in 0..count {
            string(from, "string multimap")?;
            Strings::read(from, "string multimap")?;
        }
        Ok(Self { bytes: from.whole().get(start..from.at()).unwrap_or_default(), count })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'b [u8], Strings<'b>)> + use<'b> {
        let mut from = Reader::new(self.bytes);
        (0..self.count).map_while(move |_| {
            let key = string(&mut from, "string multimap").ok()?;
            Some((key, Strings::read(&mut from, "string multimap").ok()?))
        })
    }
}

/// `[bytes map]`, read already: its keys alone are of interest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keys<'b> {
    bytes: &'b [u8],
    count: u16,
}

impl<'b> Keys<'b> {
    /// Reads a map.
    pub(crate) fn read(from: &mut Reader<'b>) -> Result<Self, WireError> {
        let count = from.u16_be("custom payload")?;
        let start = from.at();
        for _ in 0..count {
            string(from, "custom payload")?;
            bytes(from, "custom payload")?;
        }
        Ok(Self { bytes: from.whole().get(start..from.at()).unwrap_or_default(), count })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let mut from = Reader::new(self.bytes);
        (0..self.count).map_while(move |_| {
            let key = string(&mut from, "custom payload").ok()?;
            bytes(&mut from, "custom payload").ok()?;
            Some(key)
        })
    }
}

/// The name of a consistency level.
pub(crate) const fn consistency(level: u16) -> &'static str {
    match level {
        0 => "ANY",
        1 => "ONE",
        2 => "TWO",
        3 => "THREE",
        4 => "QUORUM",
        5 => "ALL",
        6 => "LOCAL_QUORUM",
        7 => "EACH_QUORUM",
        8 => "SERIAL",
        9 => "LOCAL_SERIAL",
        10 => "LOCAL_ONE",
        11 => "NODE_LOCAL",
        _ => "UNKNOWN",
    }
}

/// Appends bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], upper: bool, to: &mut Vec<u8>) {
    let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let digit = |nibble: u8| digits.get(usize::from(nibble & 0xf)).copied().unwrap_or(b'0');
    to.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]));
}

/// Appends a UUID as it is usually written.
pub(crate) fn uuid(bytes: &[u8; 16], to: &mut Vec<u8>) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            to.push(b'-');
        }
        hex(&[*byte], false, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_say_when_there_is_none() {
        let mut from = Reader::new(b"\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\x01a\0\0\0\x02b");
        assert_eq!(value(&mut from, "v"), Ok(Value::Null));
        assert_eq!(value(&mut from, "v"), Ok(Value::Unset));
        assert_eq!(value(&mut from, "v"), Ok(Value::Bytes(b"a")));
        assert!(value(&mut from, "v").is_err());
    }

    #[test]
    fn lists_and_maps_are_read_to_their_ends() {
        let bytes = b"\0\x02\0\x01a\0\x02bc\0\x01\0\x01k\0\x02\0\x01v\0\x01w\0\x01\0\x03key\0\0\0\x01x";
        let mut from = Reader::new(bytes);
        let list: Vec<_> = Strings::read(&mut from, "list").unwrap().iter().collect();
        assert_eq!(list, [&b"a"[..], b"bc"]);
        let map = Multimap::read(&mut from).unwrap();
        let (key, values) = map.iter().next().unwrap();
        assert_eq!((key, values.iter().count()), (&b"k"[..], 2));
        let keys = Keys::read(&mut from).unwrap();
        assert_eq!(keys.iter().collect::<Vec<_>>(), [b"key"]);
        assert!(from.is_empty());
        for len in 0..bytes.len() {
            let mut from = Reader::new(&bytes[..len]);
            let all = Strings::read(&mut from, "list").is_ok()
                && Multimap::read(&mut from).is_ok()
                && Keys::read(&mut from).is_ok();
            assert!(!all, "{len}");
        }
    }
}
