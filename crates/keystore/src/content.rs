//! What is sealed: a JSON object of names, each an object whose `value` is the secret in base64.

use crate::error::Fault;
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use zeroize::{Zeroize, Zeroizing};

/// Names and values, in the order of the names.
pub(crate) type Secrets = BTreeMap<String, Secret>;

#[derive(Deserialize)]
struct Stored<'a> {
    /// `null` is what a Beat writes of a value that was never set.
    #[serde(borrow)]
    value: Option<Cow<'a, str>>,
}

/// Reads it; of a name that stands twice the last one counts, as in the Beats.
pub(crate) fn read(json: &[u8]) -> Result<Secrets, Fault> {
    // The parser's own words could quote what was decrypted: only the place is kept.
    let stored: BTreeMap<String, Stored<'_>> = serde_json::from_slice(json)
        .map_err(|error| Fault::Content(format!("at line {}, column {}", error.line(), error.column())))?;
    let mut secrets = Secrets::new();
    for (name, Stored { value }) in stored {
        let mut text = value.unwrap_or_default();
        let bytes = STANDARD.decode(text.as_bytes());
        if let Cow::Owned(copy) = &mut text {
            copy.zeroize();
        }
        match bytes {
            Ok(bytes) => drop(secrets.insert(name, Secret::new(bytes))),
            Err(_) => return Err(Fault::Value(name.escape_debug().to_string())),
        }
    }
    Ok(secrets)
}

/// Writes it, in memory that is overwritten afterwards.
pub(crate) fn write(secrets: &Secrets) -> Zeroizing<Vec<u8>> {
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut json = Zeroizing::new(Vec::with_capacity(room(secrets)));
    json.push(b'{');
    for (name, secret) in secrets {
        if json.len() > 1 {
            json.push(b',');
        }
        json.extend_from_slice(serde_json::Value::from(name.as_str()).to_string().as_bytes());
        json.extend_from_slice(b":{\"value\":\"");
        json.extend_from_slice(Zeroizing::new(STANDARD.encode(secret.bytes())).as_bytes());
        json.extend_from_slice(b"\"}");
    }
    json.extend_from_slice(b"}\n");
    json
}

/// Bytes that suffice: a name at its longest is `\u0000` for each byte, a secret a third longer than it is.
fn room(secrets: &Secrets) -> usize {
    let each = secrets.iter().map(|(name, secret)| 6 * name.len() + secret.bytes().len() * 4 / 3 + 24);
    each.sum::<usize>() + 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_beat_writes_is_read() {
        let json = br#"{"ES_PWD":{"value":"Y2hhbmdlbWU="},"none":{"value":null},"empty":{"value":""}}"#;
        let secrets = read(json).unwrap();
        assert_eq!(secrets["ES_PWD"].text(), Some("changeme"));
        assert_eq!(secrets["none"].bytes(), b"");
        assert_eq!(secrets["empty"].bytes(), b"");
    }

    #[test]
    fn what_is_no_map_of_values_is_an_error_that_quotes_nothing() {
        let deep = "[".repeat(100_000);
        for json in [&b""[..], b"[]", b"{\"hunter2\":1}", b"\"hunter2\"", b"{}{}", b"\xff", deep.as_bytes()] {
            let error = read(json).unwrap_err();
            assert!(matches!(error, Fault::Content(_)), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert!(matches!(read(b"{\"A\":{\"value\":\"*\"}}"), Err(Fault::Value(name)) if name == "A"));
    }

    #[test]
    fn an_escaped_value_is_read_too() {
        let secrets = read(br#"{"A":{"value":"\u0059Q=="}}"#).unwrap();
        assert_eq!(secrets["A"].bytes(), b"a");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(stored in prop::collection::btree_map(any::<String>(), any::<Vec<u8>>(), 0..6)) {
            let secrets: Secrets =
                stored.iter().map(|(name, value)| (name.clone(), Secret::new(value.clone()))).collect();
            let json = write(&secrets);
            let back = read(&json).unwrap();
            let back: BTreeMap<_, _> = back.iter().map(|(name, value)| (name.clone(), value.bytes().to_vec())).collect();
            prop_assert_eq!(back, stored);
        }

        #[test]
        fn the_room_that_was_reckoned_is_enough(names in prop::collection::btree_set("[\\x00-\\x1f\"\\\\a]*", 0..5)) {
            let secrets: Secrets = names.iter().map(|name| (name.clone(), Secret::from("0123456789"))).collect();
            prop_assert!(write(&secrets).len() <= room(&secrets));
        }
    }
}
