//! The beginning of a head whose end did not come yet, and may never come.

use packetbeat_core::direction::Dir;
use packetbeat_core::stream::{Offset, Window};
use packetbeat_core::time::Stamp;

use crate::scan::METHODS;
use crate::wire;

/// Memory kept between heads.
const KEEP_BYTES: usize = 4 << 10;

/// Why a head stays a beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The direction ended.
    End,
    /// So many bytes behind it are missing: a packet that was lost, or cut by the capture's snap length.
    Hole(u64),
}

/// A copy of what is there of a head; at most [`crate::conn::HEAD_BYTES`].
#[derive(Debug, Default)]
pub struct Partial {
    bytes: Vec<u8>,
    start: Offset,
    at: Stamp,
}

impl Partial {
    /// How many bytes of a head that starts at `start` were searched before.
    #[must_use]
    pub fn known(&self, start: Offset) -> usize {
        if self.start == start { self.bytes.len() } else { 0 }
    }

    /// What is there.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of memory held.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// Keeps a window that begins with an unfinished head; what is known of it is not copied again.
    pub fn keep(&mut self, window: Window<'_>, at: impl FnOnce() -> Stamp) {
        if self.bytes.is_empty() || self.start != window.start {
            self.clear();
            self.start = window.start;
            self.at = at();
        }
        self.bytes.extend_from_slice(window.bytes.get(self.bytes.len()..).unwrap_or_default());
    }

    /// Forgets the head.
    pub fn clear(&mut self) {
        if self.bytes.capacity() > KEEP_BYTES {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
    }

    /// The head's whole lines, ended by hand, and when it began. Behind a hole a first line that is cut counts as well, if it
    /// tells the method and something of the target, or the status.
    #[must_use]
    pub fn mend(&self, dir: Dir, cut: Cut) -> Option<(Stamp, Vec<u8>)> {
        let lines = memchr::memrchr(b'\n', &self.bytes).map_or(0, |end| end + 1);
        let mut whole = self.bytes.get(..lines)?.to_vec();
        if lines > 0 {
            whole.extend_from_slice(b"\r\n");
        } else if cut == Cut::End {
            return None;
        } else if dir == Dir::ToClient {
            wire::status_line(&self.bytes)?;
            whole.extend_from_slice(&self.bytes);
            whole.extend_from_slice(b"\r\n\r\n");
        } else {
            whole.extend_from_slice(method_and_target(&self.bytes)?);
            whole.extend_from_slice(b" HTTP/1.1\r\n\r\n");
        }
        Some((self.at, whole))
    }
}

/// A request line's beginning without what is there of the version.
fn method_and_target(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii_end();
    let method = METHODS.iter().find(|method| {
        text.strip_prefix(method.as_bytes()).is_some_and(|rest| rest.starts_with(b" ") && rest.len() > 1)
    })?;
    let space = memchr::memrchr(b' ', text)?;
    let last = text.get(space + 1..)?;
    if space > method.len() && b"HTTP/1.1".starts_with(last) { text.get(..space) } else { Some(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(dir: Dir, text: &str, cut: Cut) -> Option<String> {
        let mut partial = Partial::default();
        let window = Window { bytes: text.as_bytes(), start: Offset(7), fresh: 0 };
        partial.keep(window, Stamp::default);
        partial.keep(window, Stamp::default);
        assert_eq!((partial.known(Offset(7)), partial.known(Offset(8))), (text.len(), 0));
        partial.mend(dir, cut).map(|(_, whole)| String::from_utf8(whole).unwrap())
    }

    #[test]
    fn cut_heads_are_mended() {
        let hole = Cut::Hole(9);
        let some = |text: &str| Some(text.to_owned());
        let client = |text, cut| mend(Dir::ToServer, text, cut);
        assert_eq!(client("GET /a HTTP/1.0\r\nHost: exa", hole), some("GET /a HTTP/1.0\r\n\r\n"));
        assert_eq!(client("GET /a HTTP/1.0\r\nHost: exa", Cut::End), some("GET /a HTTP/1.0\r\n\r\n"));
        assert_eq!(client("GET /a HTT", hole), some("GET /a HTTP/1.1\r\n\r\n"));
        assert_eq!(client("GET /a", hole), some("GET /a HTTP/1.1\r\n\r\n"));
        assert_eq!(client("GET /a", Cut::End), None);
        assert_eq!(client("GET ", hole), None);
        assert_eq!(client("whatever x", hole), None);
        assert_eq!(mend(Dir::ToClient, "HTTP/1.1 200 O", hole), some("HTTP/1.1 200 O\r\n\r\n"));
        assert_eq!(mend(Dir::ToClient, "HTTP/1.1 20", hole), None);
    }
}
