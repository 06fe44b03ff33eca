//! The data of records, type by type: fields of their own where Packetbeat has them, the text of zone files otherwise.
//!
//! Data that does not fit its type, and data of types not known here, is written as RFC 3597 says: `\# 4 0A0B0C0D`.

use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::codes;
use crate::name;
use crate::present;
use crate::svcb;
use crate::wire::Record;

const SHORT: &str = "record data cut short";

/// Writes the fields of a record's data; `data` comes last, and not at all where there is none (as in updates).
pub(crate) fn write<F: Fields>(record: &Record<'_>, buffer: &mut Vec<u8>, to: &mut F) {
    if record.data().is_empty() {
        return;
    }
    if let Some(ip) = record.address() {
        to.ip(key!("data"), ip);
        return;
    }
    buffer.clear();
    if with_fields(record, buffer, to).is_err() {
        buffer.clear();
        if as_text(record, buffer).is_err() {
            buffer.clear();
            present::unknown(record.data(), buffer);
        }
        to.text(key!("data"), &*buffer);
    }
}

/// Types whose parts are fields.
///
/// # Errors
/// The data is not what its type wants, or the type has no such fields; nothing was written.
fn with_fields<F: Fields>(record: &Record<'_>, buffer: &mut Vec<u8>, to: &mut F) -> Result<(), WireError> {
    let mut reader = Reader::starting_at(record.bytes, record.data_at);
    match record.kind {
        codes::NS | codes::CNAME | codes::PTR | 3 | 4 | 7..=9 | 23 | 39 => last_name(&reader, buffer)?,
        codes::MX => {
            let preference = reader.u16_be(SHORT)?;
            last_name(&reader, buffer)?;
            to.unsigned(key!("preference"), preference.into());
        }
        codes::TXT | 99 => texts(&mut reader, buffer)?,
        codes::SOA => return soa(reader, buffer, to),
        codes::SRV => {
            let [priority, weight, port] =
                [reader.u16_be(SHORT)?, reader.u16_be(SHORT)?, reader.u16_be(SHORT)?];
            last_name(&reader, buffer)?;
            to.unsigned(key!("priority"), priority.into());
            to.unsigned(key!("weight"), weight.into());
            to.unsigned(key!("port"), port.into());
        }
        43 | 59 | 32768 | 32769 => {
            let tag = reader.u16_be(SHORT)?;
            let [algorithm, digest] = reader.array(SHORT)?;
            present::hex(reader.rest(), buffer);
            number(to, key!("key_tag"), tag.into());
            to.text(key!("algorithm"), codes::algorithm(algorithm).text());
            to.text(key!("digest_type"), codes::digest(digest).text());
        }
        48 | 60 | 25 => {
            let flags = reader.u16_be(SHORT)?;
            let [protocol, algorithm] = reader.array(SHORT)?;
            present::base64(reader.rest(), buffer);
            number(to, key!("flags"), flags.into());
            number(to, key!("protocol"), protocol.into());
            to.text(key!("algorithm"), codes::algorithm(algorithm).text());
        }
        46 | 24 => return signature(reader, buffer, to),
        47 => {
            let end = name::expand(record.bytes, reader.at(), buffer)?;
            let split = buffer.len();
            present::type_bits(Reader::starting_at(record.bytes, end), buffer)?;
            let (next, types) = buffer.split_at_checked(split).unwrap_or_default();
            to.text(key!("type_bits"), types);
            to.text(key!("data"), next);
            return Ok(());
        }
        50 => return hashed_denial(reader, buffer, to),
        51 => {
            let [hash, flags] = reader.array(SHORT)?;
            let iterations = reader.u16_be(SHORT)?;
            salt(&mut reader, buffer)?;
            to.text(key!("hash"), codes::digest(hash).text());
            number(to, key!("flags"), flags.into());
            number(to, key!("iterations"), iterations.into());
        }
        _ => return Err(WireError::new("no fields for this type", record.data_at)),
    }
    to.text(key!("data"), &*buffer);
    Ok(())
}

/// A number that Packetbeat writes as text.
fn number<F: Fields, const N: usize>(to: &mut F, key: &packetbeat_core::fields::Key<N>, value: u64) {
    to.text(key, itoa::Buffer::new().format(value).as_bytes());
}

/// A name that fills the rest of the data.
fn last_name(reader: &Reader<'_>, buffer: &mut Vec<u8>) -> Result<(), WireError> {
    let end = name::expand(reader.whole(), reader.at(), buffer)?;
    if end == reader.whole().len() { Ok(()) } else { Err(WireError::new("bytes behind a name", end)) }
}

/// Character strings (RFC 1035, 3.3.14) with spaces between them.
fn texts(reader: &mut Reader<'_>, buffer: &mut Vec<u8>) -> Result<(), WireError> {
    let mut first = true;
    while !reader.is_empty() {
        if !first {
            buffer.push(b' ');
        }
        first = false;
        present::characters(present::string(reader)?, buffer);
    }
    Ok(())
}

fn soa<F: Fields>(mut reader: Reader<'_>, buffer: &mut Vec<u8>, to: &mut F) -> Result<(), WireError> {
    let bytes = reader.whole();
    let end = name::expand(bytes, reader.at(), buffer)?;
    let split = buffer.len();
    let end = name::expand(bytes, end, buffer)?;
    reader = Reader::starting_at(bytes, end);
    let mut numbers = [0; 5];
    for value in &mut numbers {
        *value = u64::from(reader.u32_be(SHORT)?);
    }
    let [serial, refresh, retry, expire, minimum] = numbers;
    let (mname, rname) = buffer.split_at_checked(split).unwrap_or_default();
    to.text(key!("rname"), rname);
    to.unsigned(key!("serial"), serial);
    to.unsigned(key!("refresh"), refresh);
    to.unsigned(key!("retry"), retry);
    to.unsigned(key!("expire"), expire);
    to.unsigned(key!("minimum"), minimum);
    to.text(key!("data"), mname);
    Ok(())
}

/// RRSIG (RFC 4034, 3.1).
fn signature<F: Fields>(mut reader: Reader<'_>, buffer: &mut Vec<u8>, to: &mut F) -> Result<(), WireError> {
    let covered = reader.u16_be(SHORT)?;
    let [algorithm, labels] = reader.array(SHORT)?;
    let ttl = reader.u32_be(SHORT)?;
    let [expiration, inception] = [reader.u32_be(SHORT)?, reader.u32_be(SHORT)?];
    let tag = reader.u16_be(SHORT)?;
    let end = name::expand(reader.whole(), reader.at(), buffer)?;
    let split = buffer.len();
    present::base64(Reader::starting_at(reader.whole(), end).rest(), buffer);
    let (signer, signed) = buffer.split_at_checked(split).unwrap_or_default();
    to.text(key!("type_covered"), codes::kind(covered).text());
    to.text(key!("algorithm"), codes::algorithm(algorithm).text());
    number(to, key!("labels"), labels.into());
    number(to, key!("original_ttl"), ttl.into());
    to.text(key!("expiration"), &present::time(expiration));
    to.text(key!("inception"), &present::time(inception));
    number(to, key!("key_tag"), tag.into());
    to.text(key!("signer_name"), signer);
    to.text(key!("data"), signed);
    Ok(())
}

/// NSEC3 (RFC 5155, 3.2).
fn hashed_denial<F: Fields>(
    mut reader: Reader<'_>,
    buffer: &mut Vec<u8>,
    to: &mut F,
) -> Result<(), WireError> {
    let [hash, flags] = reader.array(SHORT)?;
    let iterations = reader.u16_be(SHORT)?;
    salt(&mut reader, buffer)?;
    let salted = buffer.len();
    present::base32hex(present::string(&mut reader)?, buffer);
    let hashed = buffer.len();
    present::type_bits(reader, buffer)?;
    let (rest, types) = buffer.split_at_checked(hashed).unwrap_or_default();
    let (salt, next) = rest.split_at_checked(salted).unwrap_or_default();
    to.text(key!("hash"), codes::digest(hash).text());
    number(to, key!("flags"), flags.into());
    number(to, key!("iterations"), iterations.into());
    to.text(key!("salt"), salt);
    to.text(key!("type_bits"), types);
    to.text(key!("data"), next);
    Ok(())
}

/// A salt in hexadecimal; `-` for none.
fn salt(reader: &mut Reader<'_>, buffer: &mut Vec<u8>) -> Result<(), WireError> {
    let salt = present::string(reader)?;
    if salt.is_empty() {
        buffer.push(b'-');
    }
    present::hex(salt, buffer);
    Ok(())
}

/// Types that are text alone, as in zone files.
///
/// # Errors
/// The data is not what its type wants, or the type is not known here.
fn as_text(record: &Record<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    let mut reader = Reader::starting_at(record.bytes, record.data_at);
    match record.kind {
        13 | 19 | 20 | 27 | 56 | 258 | 261 => {
            while !reader.is_empty() {
                spaced_string(&mut reader, out)?;
            }
        }
        14 | 17 | 58 => {
            let end = name::expand(record.bytes, reader.at(), out)?;
            out.push(b' ');
            last_name(&Reader::starting_at(record.bytes, end), out)?;
        }
        18 | 21 | 36 | 107 => {
            present::decimal(reader.u16_be(SHORT)?.into(), out);
            out.push(b' ');
            last_name(&reader, out)?;
        }
        29 => present::location(&mut reader, out)?,
        35 => {
            present::decimal(reader.u16_be(SHORT)?.into(), out);
            out.push(b' ');
            present::decimal(reader.u16_be(SHORT)?.into(), out);
            for _ in 0..3 {
                spaced_string(&mut reader, out)?;
            }
            out.push(b' ');
            last_name(&reader, out)?;
        }
        37 => {
            let [kind, tag] = [reader.u16_be(SHORT)?, reader.u16_be(SHORT)?];
            let [algorithm] = reader.array(SHORT)?;
            numbers(&[kind.into(), tag.into(), algorithm.into()], out);
            present::base64(reader.rest(), out);
        }
        44 => {
            let [algorithm, kind] = reader.array(SHORT)?;
            numbers(&[algorithm.into(), kind.into()], out);
            present::hex(reader.rest(), out);
        }
        49 | 61 => present::base64(reader.rest(), out),
        52 | 53 => {
            let [usage, selector, matching] = reader.array(SHORT)?;
            numbers(&[usage.into(), selector.into(), matching.into()], out);
            present::hex(reader.rest(), out);
        }
        62 => {
            let serial = reader.u32_be(SHORT)?;
            let flags = reader.u16_be(SHORT)?;
            numbers(&[serial, flags.into()], out);
            present::type_bits(reader, out)?;
        }
        63 => {
            let serial = reader.u32_be(SHORT)?;
            let [scheme, algorithm] = reader.array(SHORT)?;
            numbers(&[serial, scheme.into(), algorithm.into()], out);
            present::hex(reader.rest(), out);
        }
        64 | 65 => svcb::write(&mut reader, out)?,
        108 if record.data().len() == 6 => present::dashed_hex(reader.rest(), out),
        109 if record.data().len() == 8 => present::dashed_hex(reader.rest(), out),
        256 => {
            let [priority, weight] = [reader.u16_be(SHORT)?, reader.u16_be(SHORT)?];
            numbers(&[priority.into(), weight.into()], out);
            quoted(reader.rest(), out);
        }
        257 => {
            let flags = reader.u8(SHORT)?;
            let tag = present::string(&mut reader)?;
            numbers(&[flags.into()], out);
            present::characters(tag, out);
            out.push(b' ');
            quoted(reader.rest(), out);
        }
        _ => return Err(WireError::new("type not known", record.data_at)),
    }
    Ok(())
}

/// Numbers, each with a space behind it.
fn numbers(values: &[u32], out: &mut Vec<u8>) {
    for value in values {
        present::decimal(*value, out);
        out.push(b' ');
    }
}

fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    present::characters(text, out);
    out.push(b'"');
}

/// A character string in quotes, behind a space unless it is the first thing.
fn spaced_string(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    let text = present::string(reader)?;
    if !out.is_empty() {
        out.push(b' ');
    }
    quoted(text, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use packetbeat_core::json::Json;

    use super::*;
    use crate::samples;
    use crate::wire::Message;

    fn json(kind: u16, data: &[u8]) -> String {
        let wire = samples::message(0x8180, &[("example.org", kind)], &[(kind, data)]);
        let message = Message::parse(&wire).unwrap();
        let survey = message.survey(|_| {});
        let mut json = Json::default();
        json.begin_event();
        for record in message.records(survey.sections[0]) {
            write(&record, &mut Vec::new(), &mut json);
        }
        json.end_event();
        String::from_utf8(json.bytes().to_vec()).unwrap().trim_end().replace('"', "'").replace("\\'", "\"")
    }

    fn from_hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn records_with_fields_of_their_own() {
        assert_eq!(json(1, &[192, 0, 2, 1]), "{'data':'192.0.2.1'}");
        assert_eq!(json(28, &[0; 16]), "{'data':'::'}");
        assert_eq!(json(15, b"\x00\x0a\x04mail\xc0\x0c"), "{'preference':10,'data':'mail.example.org'}");
        assert_eq!(
            json(16, b"\x03one\x04t\"\\\xff\x00"),
            "{'data':'one t\\\"\\\\\\\\\\\\255 '}".replace("\\\"", "\\\\\"")
        );
        assert_eq!(
            json(33, b"\x00\x01\x00\x02\x13\xc4\x03sip\xc0\x0c"),
            "{'priority':1,'weight':2,'port':5060,'data':'sip.example.org'}"
        );
        let mut soa = b"\x02ns\xc0\x0c\x04root\xc0\x0c".to_vec();
        for value in 1..=5u32 {
            soa.extend_from_slice(&value.to_be_bytes());
        }
        assert_eq!(
            json(6, &soa),
            "{'rname':'root.example.org','serial':1,'refresh':2,'retry':3,'expire':4,'minimum':5,'data':'ns.example.org'}"
        );
        assert_eq!(
            json(43, &from_hex("7aae 08 02 f78c")),
            "{'key_tag':'31406','algorithm':'RSASHA256','digest_type':'SHA256','data':'F78C'}"
        );
        assert_eq!(
            json(48, &from_hex("0101 03 0d 010203")),
            "{'flags':'257','protocol':'3','algorithm':'ECDSAP256SHA256','data':'AQID'}"
        );
        assert_eq!(
            json(46, &from_hex("0001 0d 03 0000003c 65920080 65e079f0 0539 00 ff")),
            "{'type_covered':'A','algorithm':'ECDSAP256SHA256','labels':'3','original_ttl':'60',\
             'expiration':'20240101000000','inception':'20240229123456','key_tag':'1337','signer_name':'.','data':'/w=='}"
        );
        assert_eq!(json(47, &from_hex("00 0006 400000000003")), "{'type_bits':'A RRSIG NSEC','data':'.'}");
        assert_eq!(
            json(50, &from_hex("01 00 000a 00 02 ffff 0001 40")),
            "{'hash':'SHA1','flags':'0','iterations':'10','salt':'-','type_bits':'A','data':'VVVG'}"
        );
        assert_eq!(
            json(51, &from_hex("01 00 000a 02 abcd")),
            "{'hash':'SHA1','flags':'0','iterations':'10','data':'ABCD'}"
        );
    }

    #[test]
    fn records_as_text() {
        assert_eq!(
            json(13, b"\x06PDP-11\x04UNIX"),
            "{'data':'\\\"PDP-11\\\" \\\"UNIX\\\"'}".replace("\\\"", "\"")
        );
        assert_eq!(json(257, b"\x00\x05issueca.example"), "{'data':'0 issue \"ca.example\"'}");
        assert_eq!(json(256, b"\x00\x0a\x00\x01http://x"), "{'data':'10 1 \"http://x\"'}");
        assert_eq!(
            json(35, b"\x00\x64\x00\x0a\x01u\x07E2U+sip\x00\x00"),
            "{'data':'100 10 \"u\" \"E2U+sip\" \"\" .'}"
        );
        assert_eq!(json(44, &from_hex("04 02 12ab")), "{'data':'4 2 12AB'}");
        assert_eq!(json(52, &from_hex("03 01 01 0d6f")), "{'data':'3 1 1 0D6F'}");
        assert_eq!(json(108, &[0, 1, 2, 3, 4, 0xff]), "{'data':'00-01-02-03-04-ff'}");
    }

    #[test]
    fn what_does_not_fit_its_type_is_hexadecimal() {
        assert_eq!(json(1, &[1, 2, 3]), "{'data':'\\\\# 3 010203'}");
        assert_eq!(json(15, &[1]), "{'data':'\\\\# 1 01'}");
        assert_eq!(json(5, b"\x01a\x00\x00"), "{'data':'\\\\# 4 01610000'}");
        assert_eq!(json(65400, &[10, 11]), "{'data':'\\\\# 2 0A0B'}");
        assert_eq!(json(1, &[]), "{}");
    }

    #[test]
    fn no_type_and_no_length_panics() {
        let mut text = String::new();
        for kind in (0..300).chain([32768, 32769, 65535]) {
            for len in 0..40 {
                for fill in [0u8, 1, 0x3f, 0xc0, 0xff] {
                    let _ = write!(text, "{}", json(kind, &vec![fill; len]).len());
                }
            }
        }
    }
}
