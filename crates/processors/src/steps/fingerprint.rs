//! `fingerprint`: a hash of fields, in the order of their names: `|NAME|VALUE` for each, and `|` at the end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use packetbeat_config::Section;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};
use twox_hash::XxHash64;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};

pub(crate) struct Fingerprint {
    fields: Vec<String>,
    target: String,
    method: fn(&[u8]) -> Vec<u8>,
    encoding: fn(&[u8]) -> String,
    ignore_missing: bool,
}

impl Fingerprint {
    pub(crate) fn read(options: &Section) -> Self {
        let mut fields = options.list("fields");
        fields.sort_unstable();
        fields.dedup();
        Self {
            fields,
            target: text(options, "target_field"),
            method: match options.word("method") {
                "md5" => digest::<Md5>,
                "sha1" => digest::<Sha1>,
                "sha384" => digest::<Sha384>,
                "sha512" => digest::<Sha512>,
                "xxhash" => |bytes| XxHash64::oneshot(0, bytes).to_be_bytes().to_vec(),
                _ => digest::<Sha256>,
            },
            encoding: match options.word("encoding") {
                "base32" => base32,
                "base64" => |bytes| STANDARD.encode(bytes),
                _ => |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            },
            ignore_missing: options.bool("ignore_missing"),
        }
    }
}

impl Processor for Fingerprint {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let mut hashed = String::new();
        for field in &self.fields {
            let Some(value) = event.get(field) else {
                if self.ignore_missing {
                    continue;
                }
                return Err(Fault::missing(field));
            };
            hashed.push('|');
            hashed.push_str(field);
            hashed.push('|');
            hashed.push_str(&value.to_text().ok_or(Fault::new(field, "no scalar"))?);
        }
        hashed.push('|');
        put(event, &self.target, (self.encoding)(&(self.method)(hashed.as_bytes())).into())?;
        Ok(Verdict::Keep)
    }
}

fn digest<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

/// RFC 4648, section 6, with padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for block in bytes.chunks(5) {
        let mut bits = [0; 8];
        // Eight bytes, the last five of which are the block.
        for (to, from) in bits.iter_mut().skip(3).zip(block) {
            *to = *from;
        }
        let bits = u64::from_be_bytes(bits);
        let digits = (block.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit = ALPHABET.get((bits >> (35 - 5 * place) & 31) as usize).copied().unwrap_or(b'=');
            out.push(if place < digits { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base32;
    use crate::testing::{event, processors};

    /// Values that other programs give for `|a|1|b|x|`.
    #[test]
    fn methods_and_encodings() {
        for (options, wanted) in [
            ("method: md5", "2445fa1f79d3e892167cf80961e837bb"),
            ("method: sha1", "e9ee95551d3eb14da6c8f2dc8d1d45a9a2466ac1"),
            ("method: sha256", "5a21083f56374ae618c500dbeebd075a79e3ff6024ff847b0899deaf151c8b91"),
            ("method: xxhash", "7fb89cd096058245"),
            ("method: sha1, encoding: base64", "6e6VVR0+sU2myPLcjR1FqaJGasE="),
            ("method: sha1, encoding: base32", "5HXJKVI5H2YU3JWI6LOI2HKFVGREM2WB"),
        ] {
            let mut one = event(r#"{"b":"x","a":1}"#);
            processors(&format!("[{{fingerprint: {{fields: [b, a, b], {options}}}}}]")).run(&mut one);
            assert_eq!(one.text("fingerprint"), Some(wanted), "{options}");
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_of_the_standard() {
        for (text, wanted) in [
            ("", ""),
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ] {
            assert_eq!(base32(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn what_cannot_be_hashed() {
        let yaml = "[{fingerprint: {fields: [a, b]}}]";
        assert!(crate::testing::run(yaml, r#"{"a":1}"#).contains("b: not there"));
        assert!(crate::testing::run(yaml, r#"{"a":1,"b":{}}"#).contains("b: no scalar"));
    }
}
