//! Content codings (RFC 9110, 8.4.1): gzip and deflate, with bounded output.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Codings applied one over the other; more are not believed.
const CODINGS: usize = 4;

/// Decodes `body` into `to`, at most `limit` bytes. False if it could not be decoded to its end; `to` then holds what could
/// be, or the body as it came where the coding is not known.
pub fn decode(codings: &[u8], body: &[u8], limit: usize, to: &mut Vec<u8>) -> bool {
    to.clear();
    let list = || codings.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|name| !name.is_empty());
    if list().count() > CODINGS {
        to.extend_from_slice(body);
        return false;
    }
    to.extend_from_slice(body);
    let mut good = true;
    // The coding named last was applied last.
    for name in list().rev() {
        let input = std::mem::take(to);
        good &= one(name, input, limit, to);
    }
    good
}

fn one(name: &[u8], input: Vec<u8>, limit: usize, to: &mut Vec<u8>) -> bool {
    let is = |names: [&str; 2]| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    let limit = limit as u64;
    if is(["gzip", "x-gzip"]) {
        MultiGzDecoder::new(&*input).take(limit).read_to_end(to).is_ok()
    } else if is(["deflate", "x-deflate"]) {
        // RFC 9110 means zlib; some servers send the bare stream.
        if ZlibDecoder::new(&*input).take(limit).read_to_end(to).is_ok() {
            return true;
        }
        let partial = std::mem::take(to);
        let bare = DeflateDecoder::new(&*input).take(limit).read_to_end(to).is_ok();
        if !bare && partial.len() > to.len() {
            *to = partial;
        }
        bare
    } else {
        *to = input;
        name.eq_ignore_ascii_case(b"identity")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::bufread::{DeflateEncoder, GzEncoder, ZlibEncoder};

    fn packed(mut reader: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn codings_alone_and_combined() {
        let text = b"one two three one two three one two three";
        let level = Compression::default();
        let gzip = packed(GzEncoder::new(&text[..], level));
        let zlib = packed(ZlibEncoder::new(&text[..], level));
        let raw = packed(DeflateEncoder::new(&text[..], level));
        let both = packed(GzEncoder::new(&zlib[..], level));
        let mut out = Vec::new();
        for (codings, body) in [
            ("gzip", &gzip),
            ("X-GZip", &gzip),
            ("deflate", &zlib),
            ("deflate", &raw),
            ("deflate, gzip", &both),
        ] {
            assert!(decode(codings.as_bytes(), body, 1000, &mut out), "{codings}");
            assert_eq!(out, text, "{codings}");
        }
        assert!(decode(b"gzip", &gzip, 10, &mut out));
        assert_eq!(out, &text[..10]);
        assert!(!decode(b"br", b"abc", 10, &mut out));
        assert_eq!(out, b"abc");
        assert!(!decode(b"gzip", &gzip[..20], 1000, &mut out));
        assert!(!decode(b"gzip", b"no gzip", 1000, &mut out));
    }
}
