//! The user's name in an Authorization header: Basic (RFC 7617) and Digest (RFC 7616).

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest credentials that are decoded.
const CREDENTIALS: usize = 4096;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Writes the name into `to`; leaves it empty where there is none.
pub fn name(authorization: &[u8], to: &mut Vec<u8>) {
    to.clear();
    let space = memchr::memchr(b' ', authorization).unwrap_or(authorization.len());
    let (scheme, rest) = authorization.split_at_checked(space).unwrap_or((authorization, &[]));
    if scheme.eq_ignore_ascii_case(b"basic") {
        basic(rest.trim_ascii(), to);
    } else if scheme.eq_ignore_ascii_case(b"digest") {
        digest(rest, to);
    }
}

fn basic(credentials: &[u8], to: &mut Vec<u8>) {
    if credentials.len() > CREDENTIALS || LENIENT.decode_vec(credentials, to).is_err() {
        to.clear();
        return;
    }
    // The password behind the colon is not kept.
    to.truncate(memchr::memchr(b':', to).unwrap_or(0));
}

/// `username="…"` or `username=…` among the parameters; a quoted comma or name does not mislead.
fn digest(parameters: &[u8], to: &mut Vec<u8>) {
    let mut rest = parameters;
    loop {
        rest = rest.trim_ascii_start();
        let Some(equals) = memchr::memchr(b'=', rest) else { return };
        let name = rest.get(..equals).unwrap_or_default().trim_ascii();
        let value = rest.get(equals + 1..).unwrap_or_default().trim_ascii_start();
        let wanted = name.eq_ignore_ascii_case(b"username");
        let behind = match value.strip_prefix(b"\"") {
            Some(quoted) => quoted_text(quoted, wanted.then_some(&mut *to)),
            None => {
                let end = memchr::memchr(b',', value).unwrap_or(value.len());
                if wanted {
                    to.extend_from_slice(value.get(..end).unwrap_or_default().trim_ascii());
                }
                value.get(end..).unwrap_or_default()
            }
        };
        if wanted {
            return;
        }
        match memchr::memchr(b',', behind) {
            Some(comma) => rest = behind.get(comma + 1..).unwrap_or_default(),
            None => return,
        }
    }
}

/// Gives what stands behind the closing quote.
fn quoted_text<'t>(text: &'t [u8], mut to: Option<&mut Vec<u8>>) -> &'t [u8] {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let value = match byte {
            b'"' => return text.get(at + 1..).unwrap_or_default(),
            b'\\' => {
                at += 1;
                text.get(at)
            }
            _ => Some(byte),
        };
        if let (Some(to), Some(value)) = (to.as_mut(), value)
            && to.len() < CREDENTIALS
        {
            to.push(*value);
        }
        at += 1;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let user = |text: &str| {
            let mut to = Vec::new();
            name(text.as_bytes(), &mut to);
            String::from_utf8(to).unwrap()
        };
        assert_eq!(user("Basic c2ltcGxlc2ltb246YWJjZDEyMys="), "simplesimon");
        assert_eq!(user("basic YTpi"), "a");
        assert_eq!(user("Basic !!"), "");
        assert_eq!(user("Basic YWJj"), ""); // no colon
        assert_eq!(user("Digest realm=\"a, username=x\", username=\"Mu\\\"fasa\", uri=\"/\""), "Mu\"fasa");
        assert_eq!(user("Digest username=bob, qop=auth"), "bob");
        assert_eq!(user("Bearer abc"), "");
        assert_eq!(user(""), "");
    }
}
