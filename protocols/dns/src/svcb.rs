//! Service bindings (RFC 9460): priority, target and parameters, in their text form.

use packetbeat_core::netname;
use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::codes::Code;
use crate::name;
use crate::present;

const SHORT: &str = "service binding cut short";

/// `1 svc.example.org alpn="h2,h3" port="8443"`.
///
/// # Errors
/// It is cut short, or a parameter is not what its key wants.
pub(crate) fn write(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    present::decimal(reader.u16_be(SHORT)?.into(), out);
    out.push(b' ');
    let end = name::expand(reader.whole(), reader.at(), out)?;
    *reader = Reader::starting_at(reader.whole(), end);
    while !reader.is_empty() {
        let key = reader.u16_be(SHORT)?;
        let len = reader.u16_be(SHORT)?;
        let value = reader.sub(usize::from(len), SHORT)?;
        out.push(b' ');
        out.extend_from_slice(key_name(key).bytes());
        if !value.is_empty() {
            out.extend_from_slice(b"=\"");
            parameter(key, value, out)?;
            out.push(b'"');
        }
    }
    Ok(())
}

fn key_name(key: u16) -> Code {
    Code::Known(match key {
        0 => "mandatory",
        1 => "alpn",
        2 => "no-default-alpn",
        3 => "port",
        4 => "ipv4hint",
        5 => "ech",
        6 => "ipv6hint",
        7 => "dohpath",
        8 => "ohttp",
        _ => return Code::number("key", key),
    })
}

fn parameter(key: u16, mut value: Reader<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    let mut first = true;
    let mut comma = |out: &mut Vec<u8>| {
        if !first {
            out.push(b',');
        }
        first = false;
    };
    match key {
        0 => {
            while !value.is_empty() {
                comma(out);
                out.extend_from_slice(key_name(value.u16_be(SHORT)?).bytes());
            }
        }
        1 => {
            while !value.is_empty() {
                comma(out);
                present::characters(present::string(&mut value)?, out);
            }
        }
        3 => present::decimal(value.u16_be(SHORT)?.into(), out),
        4 => {
            while !value.is_empty() {
                comma(out);
                let octets: [u8; 4] = value.array(SHORT)?;
                out.extend_from_slice(netname::ip_text(octets.into()).as_bytes());
            }
        }
        5 => present::base64(value.rest(), out),
        6 => {
            while !value.is_empty() {
                comma(out);
                let octets: [u8; 16] = value.array(SHORT)?;
                out.extend_from_slice(netname::ip_text(octets.into()).as_bytes());
            }
        }
        _ => present::characters(value.rest(), out),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(wire: &[u8]) -> Result<String, WireError> {
        let mut out = Vec::new();
        write(&mut Reader::new(wire), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn parameters_by_their_kind() {
        let wire = b"\x00\x01\x00\x00\x01\x00\x06\x02h2\x02h3\x00\x02\x00\x00\x00\x03\x00\x02\x20\xfb\
            \x00\x04\x00\x04\xc0\x00\x02\x19\x00\x05\x00\x01\xff\x02\x9b\x00\x01x";
        assert_eq!(
            text(wire).unwrap(),
            "1 . alpn=\"h2,h3\" no-default-alpn port=\"8443\" ipv4hint=\"192.0.2.25\" ech=\"/w==\" key667=\"x\""
        );
        assert_eq!(text(b"\x00\x00\x03svc\x00").unwrap(), "0 svc");
    }

    #[test]
    fn lengths_are_held() {
        assert!(text(b"\x00\x01\x00\x00\x01\x00\x06\x02h2").is_err());
        assert!(text(b"\x00\x01\x00\x00\x04\x00\x03\x01\x02\x03").is_err());
    }
}
