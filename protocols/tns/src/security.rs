//! Native network encryption: what the server chose of what the client offered.
//!
//! ```text
//!  de ad be ef │ length u16 │ version u32 │ services u16 │ flags │ per service: kind u16, fields u16, error u32,
//!                                                         │          per field: length u16, type u16, bytes
//! ```

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::call::SECURITY;

/// What was agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// The cipher; `None` if nothing is encrypted.
    pub(crate) encryption: Option<&'static str>,
    /// The hash; `None` if payloads have no checksums.
    pub(crate) integrity: Option<&'static str>,
    /// Bytes behind each payload from now on.
    pub(crate) trailer: usize,
}

/// Reads the server's answer.
///
/// # Errors
/// Which part is missing.
pub(crate) fn agreed(payload: &[u8]) -> Result<Agreed, WireError> {
    const ENCRYPTION: u16 = 2;
    const INTEGRITY: u16 = 3;
    /// Services and their fields are few: bounds of what is read.
    const MOST: u16 = 16;
    /// The type of a field of one byte.
    const BYTE: u16 = 2;
    let mut reader = Reader::new(payload);
    if reader.array::<4>("short agreement")? != SECURITY {
        return Err(WireError::new("no agreement", 0));
    }
    reader.take(6, "short agreement")?;
    let services = reader.u16_be("services")?;
    reader.u8("flags")?;
    let mut agreed = Agreed::default();
    for _ in 0..services.min(MOST) {
        let service = reader.u16_be("service")?;
        let fields = reader.u16_be("fields")?;
        reader.u32_be("error")?;
        let mut chosen = 0;
        for _ in 0..fields.min(MOST) {
            let len = usize::from(reader.u16_be("length of field")?);
            let kind = reader.u16_be("type of field")?;
            let field = reader.take(len, "field")?;
            if let (BYTE, [choice]) = (kind, field) {
                chosen = *choice;
            }
        }
        match service {
            ENCRYPTION => agreed.encryption = cipher(chosen),
            INTEGRITY => (agreed.integrity, agreed.trailer) = hash(chosen),
            _ => {}
        }
    }
    Ok(agreed)
}

const fn cipher(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => return None,
        1 => "RC4_40",
        2 => "DES56C",
        3 => "DES40C",
        6 => "RC4_256",
        8 => "RC4_56",
        10 => "RC4_128",
        11 => "3DES112",
        12 => "3DES168",
        15 => "AES128",
        16 => "AES192",
        17 => "AES256",
        _ => "unknown",
    })
}

/// The name, and the bytes behind a payload: the checksum, and one that says whether the key changes.
const fn hash(code: u8) -> (Option<&'static str>, usize) {
    match code {
        0 => (None, 0),
        1 => (Some("MD5"), 17),
        3 => (Some("SHA1"), 21),
        4 => (Some("SHA512"), 65),
        5 => (Some("SHA256"), 33),
        6 => (Some("SHA384"), 49),
        _ => (Some("unknown"), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(kind: u16, choice: u8) -> Vec<u8> {
        let mut bytes = kind.to_be_bytes().to_vec();
        bytes.extend([0, 2, 0, 0, 0, 0, 0, 4, 0, 5, 0x17, 0, 0, 0, 0, 1, 0, 2, choice]);
        bytes
    }

    #[test]
    fn the_choice_of_the_server_is_read() {
        let mut bytes = vec![0xde, 0xad, 0xbe, 0xef, 0, 55, 0, 0, 0, 0, 0, 2, 0];
        bytes.extend(service(2, 17));
        bytes.extend(service(3, 5));
        let agreed_on = agreed(&bytes).unwrap();
        assert_eq!(agreed_on, Agreed { encryption: Some("AES256"), integrity: Some("SHA256"), trailer: 33 });
        bytes[13 + 20] = 0;
        assert_eq!(agreed(&bytes).unwrap().encryption, None);
        for len in 0..bytes.len() {
            assert!(agreed(&bytes[..len]).is_err());
        }
    }
}
