//! The file: version, base64, salt, initialization vector, sealed content.

use crate::error::Fault;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::DecodeError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Sha512;
use zeroize::Zeroizing;

/// What a file begins with, in plain text.
const VERSION: &[u8] = b"v1";
const SALT: usize = 64;
const IV: usize = 12;
const TAG: usize = 16;
/// Rounds of PBKDF2 in version 1.
pub(crate) const ROUNDS: u32 = 10_000;
/// Beats set no password: what guards the file is its mode.
const PASSWORD: &[u8] = b"";

/// The file that holds `content`, with a new salt and initialization vector.
pub(crate) fn seal(content: &[u8], rounds: u32) -> Result<Vec<u8>, Fault> {
    let mut raw = vec![0; SALT + IV];
    getrandom::fill(&mut raw)
        .map_err(|cause| Fault::System { doing: "no random numbers", cause: cause.into() })?;
    let (salt, iv) = raw.split_at(SALT);
    // GCM seals up to 64 GiB; the error cannot come.
    let sealed = nonce(iv).and_then(|nonce| cipher(salt, rounds).encrypt(&nonce, content).ok());
    let sealed = sealed.ok_or(Fault::TooLong)?;
    raw.extend_from_slice(&sealed);
    let mut file = VERSION.to_vec();
    file.extend_from_slice(STANDARD.encode(&raw).as_bytes());
    Ok(file)
}

/// What a file holds.
pub(crate) fn open(file: &[u8], rounds: u32) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let raw = decode(behind_version(file)?)?;
    let have = raw.len();
    let truncated = Fault::Truncated { have, need: SALT + IV + TAG };
    let Some((salt, rest)) = raw.split_at_checked(SALT) else { return Err(truncated) };
    let Some((iv, sealed)) = rest.split_at_checked(IV) else { return Err(truncated) };
    if sealed.len() < TAG {
        return Err(truncated);
    }
    let nonce = nonce(iv).ok_or(truncated)?;
    cipher(salt, rounds).decrypt(&nonce, sealed).map(Zeroizing::new).map_err(|_| Fault::Undecryptable)
}

fn behind_version(file: &[u8]) -> Result<&[u8], Fault> {
    if file.is_empty() {
        return Err(Fault::Empty);
    }
    if let Some(rest) = file.strip_prefix(VERSION) {
        return Ok(rest);
    }
    match file {
        [b'v', digit @ b'0'..=b'9', ..] => Err(Fault::Version(u32::from(digit - b'0'))),
        _ => Err(Fault::NotOurs),
    }
}

/// Line ends are passed over, as the Beats do: they come of editors and of `echo`.
fn decode(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut kept = Vec::with_capacity(text.len());
    kept.extend(text.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    STANDARD.decode(&kept).map_err(|error| {
        let at = match error {
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. } => at,
            _ => kept.len(),
        };
        Fault::Damaged(place_in_file(text, at))
    })
}

/// Where in the file the base64 character `at` stands, line ends counted.
fn place_in_file(text: &[u8], at: usize) -> usize {
    let mut characters =
        text.iter().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')).map(|(place, _)| place);
    VERSION.len() + characters.nth(at).unwrap_or(text.len())
}

fn nonce(iv: &[u8]) -> Option<Nonce<aes_gcm::aead::consts::U12>> {
    <[u8; IV]>::try_from(iv).ok().map(Into::into)
}

fn cipher(salt: &[u8], rounds: u32) -> Aes256Gcm {
    let mut key = Zeroizing::new([0u8; 32]);
    pbkdf2::pbkdf2_hmac::<Sha512>(PASSWORD, salt, rounds, &mut *key);
    Aes256Gcm::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_that_changes_is_an_error() {
        let file = seal(b"{\"A\":{\"value\":\"c2VjcmV0\"}}\n", 1).unwrap();
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                assert!(open(&changed, 1).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn every_length_that_is_too_short_is_an_error() {
        let file = seal(b"{}\n", 1).unwrap();
        for length in 0..file.len() {
            assert!(open(&file[..length], 1).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn line_ends_are_passed_over() {
        let mut file = seal(b"{}\n", 1).unwrap();
        file.splice(70..70, *b"\r\n");
        file.push(b'\n');
        assert_eq!(&open(&file, 1).unwrap()[..], b"{}\n");
    }

    #[test]
    fn errors_say_what_is_wrong_and_where() {
        let file = seal(b"{}\n", 1).unwrap();
        assert!(matches!(open(b"", 1), Err(Fault::Empty)));
        assert!(matches!(open(b"v2AAAA", 1), Err(Fault::Version(2))));
        assert!(matches!(open(b"\x3f\xd7\x6c\x17", 1), Err(Fault::NotOurs)));
        assert!(matches!(open(b"v1", 1), Err(Fault::Truncated { have: 0, .. })));
        assert!(matches!(open(b"v1AA\nA#", 1), Err(Fault::Damaged(6))));
        assert!(matches!(open(&file[..50], 1), Err(Fault::Truncated { have: 36, .. })));
        assert!(matches!(open(&file, 2), Err(Fault::Undecryptable)), "another key");
    }

    #[test]
    fn the_same_content_is_never_sealed_the_same() {
        assert_ne!(seal(b"{}", 1).unwrap(), seal(b"{}", 1).unwrap());
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(content in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(&open(&seal(&content, 1).unwrap(), 1).unwrap()[..], &content[..]);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(open(&bytes, 1).is_err());
            prop_assert!(open(&[VERSION, &bytes].concat(), 1).is_err());
        }
    }
}
