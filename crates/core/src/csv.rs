//! Rows of a result as comma-separated values, as the databases' protocols write them into `response`.
//!
//! RFC 4180 with one line a row: line ends within a value are written as `\n` and `\r`. A value is in quotes where it must be.
//!
//! ```
//! let mut to = Vec::new();
//! for (at, value) in [&b"it's"[..], b"a,b", b"two\nlines"].into_iter().enumerate() {
//!     packetbeat_core::csv::value(value, at == 0, &mut to);
//! }
//! assert_eq!(to, b"it's,\"a,b\",two\\nlines");
//! ```

/// Appends a value, a comma in front of it unless it is the `first` of its row.
pub fn value(value: &[u8], first: bool, to: &mut Vec<u8>) {
    if !first {
        to.push(b',');
    }
    let plain = |byte: &u8| !matches!(*byte, b'"' | b',' | b'\n' | b'\r');
    let spaced = value.first().is_some_and(|first| matches!(*first, b' ' | b'\t' | 0x0b | 0x0c));
    let ends_copy = value == b"\\.";
    if value.iter().all(plain) && !spaced && !ends_copy {
        to.extend_from_slice(value);
        return;
    }
    let quotes = spaced || ends_copy || value.iter().any(|byte| matches!(*byte, b'"' | b','));
    if quotes {
        to.push(b'"');
    }
    for byte in value {
        match byte {
            b'"' => to.extend_from_slice(b"\"\""),
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\r' => to.extend_from_slice(b"\\r"),
            other => to.push(*other),
        }
    }
    if quotes {
        to.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    fn row(values: &[&str]) -> String {
        let mut to = Vec::new();
        for (at, value) in values.iter().enumerate() {
            super::value(value.as_bytes(), at == 0, &mut to);
        }
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(row(&["plain text", "", "it's"]), "plain text,,it's");
        assert_eq!(row(&["a,b", "c"]), "\"a,b\",c");
        assert_eq!(row(&["a\"b"]), "\"a\"\"b\"");
        assert_eq!(row(&[" a", "\tb"]), "\" a\",\"\tb\"");
        assert_eq!(row(&["a\r\nb"]), "a\\r\\nb");
        assert_eq!(row(&["\\."]), "\"\\.\"");
        assert_eq!(row(&["", ""]), ",");
    }
}
