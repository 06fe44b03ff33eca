//! Pieces of the text form of records (RFC 1035, 5.1; RFC 3597, 5; RFC 4034; RFC 1876).

use packetbeat_core::calendar::civil;
use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::codes;
use crate::name::push_byte;

/// A character string: a length octet and as many octets (RFC 1035, 3.3).
///
/// # Errors
/// It is cut short.
pub(crate) fn string<'b>(reader: &mut Reader<'b>) -> Result<&'b [u8], WireError> {
    let len = reader.u8("string cut short")?;
    reader.take(usize::from(len), "string cut short")
}

/// The inside of a quoted text.
pub(crate) fn characters(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        push_byte(out, byte);
    }
}

/// Data of a type that is not known: `\# 2 0A0B` (RFC 3597, 5).
pub(crate) fn unknown(data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\# ");
    decimal(data.len() as u32, out);
    out.push(b' ');
    hex(data, out);
}

/// A number in decimal.
pub(crate) fn decimal(value: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Upper-case hexadecimal.
pub(crate) fn hex(data: &[u8], out: &mut Vec<u8>) {
    out.extend(data.iter().flat_map(|byte| [byte >> 4, byte & 15].map(|digit| nibble(digit, b'A'))));
}

/// Lower-case hexadecimal with dashes, as hardware addresses are written.
pub(crate) fn dashed_hex(data: &[u8], out: &mut Vec<u8>) {
    for (at, byte) in data.iter().enumerate() {
        if at > 0 {
            out.push(b'-');
        }
        out.extend([byte >> 4, byte & 15].map(|digit| nibble(digit, b'a')));
    }
}

const fn nibble(digit: u8, letters: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { letters + digit - 10 }
}

/// Base64 with padding (RFC 4648, 4).
pub(crate) fn base64(data: &[u8], out: &mut Vec<u8>) {
    digits::<6>(data, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", out);
    for _ in 0..(3 - data.len() % 3) % 3 {
        out.push(b'=');
    }
}

/// Base32 with the extended hexadecimal alphabet, without padding (RFC 5155, 3.3).
pub(crate) fn base32hex(data: &[u8], out: &mut Vec<u8>) {
    digits::<5>(data, b"0123456789ABCDEFGHIJKLMNOPQRSTUV", out);
}

fn digits<const BITS: u32>(data: &[u8], alphabet: &[u8], out: &mut Vec<u8>) {
    let (mut held, mut count) = (0u32, 0);
    let digit = |value: u32| alphabet.get(value as usize & ((1 << BITS) - 1)).copied().unwrap_or(b'?');
    for byte in data {
        held = held << 8 | u32::from(*byte); // older bits fall out at the top; at most BITS - 1 + 8 are wanted
        count += 8;
        while count >= BITS {
            count -= BITS;
            out.push(digit(held >> count));
        }
    }
    if count > 0 {
        out.push(digit(held << (BITS - count)));
    }
}

/// The types of a bit map (RFC 4034, 4.1.2), with spaces between them.
///
/// # Errors
/// A window is cut short, empty or longer than it may, or does not come behind the one before.
pub(crate) fn type_bits(mut reader: Reader<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    let (mut next_window, mut first) = (0, true);
    while !reader.is_empty() {
        let window = u16::from(reader.u8("type bits cut short")?);
        let at = reader.at();
        let map = string(&mut reader)?;
        if window < next_window || map.is_empty() || map.len() > 32 {
            return Err(WireError::new("type bits out of order", at));
        }
        next_window = window + 1;
        for (place, byte) in map.iter().enumerate() {
            for bit in (0..8).filter(|bit| byte & 0x80 >> bit != 0) {
                if !first {
                    out.push(b' ');
                }
                first = false;
                let kind = window << 8 | (place as u16) << 3 | bit;
                out.extend_from_slice(codes::kind(kind).bytes());
            }
        }
    }
    Ok(())
}

/// Seconds since 1970 as `YYYYMMDDHHmmSS` (RFC 4034, 3.2).
pub(crate) fn time(seconds: u32) -> [u8; 14] {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Whole numbers of 32 bits end in 2106: none of these is negative or large.
    let (year, month, day) = civil(i64::from(days));
    let (year, month, day) = (year as u32, month as u32, day as u32);
    let digit = |value: u32| b'0' + (value % 10) as u8;
    let two = |value: u32| [digit(value / 10), digit(value)];
    let [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l], [m, n]] =
        [year / 100, year % 100, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60].map(two);
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n]
}

/// A place on the Earth (RFC 1876, 3).
///
/// # Errors
/// It is cut short, or of another version.
pub(crate) fn location(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    let at = reader.at();
    let [version, size, horizontal, vertical] = reader.array("location cut short")?;
    if version != 0 {
        return Err(WireError::new("unknown version of location", at));
    }
    for hemispheres in [[b'N', b'S'], [b'E', b'W']] {
        angle(reader.u32_be("location cut short")?, hemispheres, out);
    }
    let altitude = i64::from(reader.u32_be("location cut short")?) - 10_000_000; // centimetres
    if altitude < 0 {
        out.push(b'-');
    }
    centimetres(altitude.unsigned_abs(), out);
    for precision in [size, horizontal, vertical] {
        out.push(b' ');
        // Mantissa and power of ten; more than 9 of either is not allowed, and wrong no more than that.
        let (mantissa, power) = (u64::from(precision >> 4), u32::from(precision & 15));
        centimetres(mantissa.saturating_mul(10u64.saturating_pow(power)), out);
    }
    Ok(())
}

/// Thousandths of a second of arc above or below 2^31, as degrees, minutes, seconds and hemisphere.
fn angle(value: u32, [positive, negative]: [u8; 2], out: &mut Vec<u8>) {
    const EQUATOR: u32 = 1 << 31;
    let arc = value.abs_diff(EQUATOR);
    for part in [arc / 3_600_000, arc / 60_000 % 60] {
        decimal(part, out);
        out.push(b' ');
    }
    decimal(arc / 1000 % 60, out);
    let thousandths = arc % 1000;
    out.push(b'.');
    out.extend([thousandths / 100, thousandths / 10 % 10, thousandths % 10].map(|digit| b'0' + digit as u8));
    out.extend([b' ', if value >= EQUATOR { positive } else { negative }, b' ']);
}

/// Metres with two digits.
fn centimetres(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value / 100).as_bytes());
    let rest = (value % 100) as u8;
    out.extend([b'.', b'0' + rest / 10, b'0' + rest % 10, b'm']);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn encodings_of_the_standard() {
        for (plain, want) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(text(|out| base64(plain.as_bytes(), out)), want);
        }
        for (plain, want) in [("", ""), ("f", "CO"), ("fo", "CPNG"), ("foobar", "CPNMUOJ1E8")] {
            assert_eq!(text(|out| base32hex(plain.as_bytes(), out)), want);
        }
    }

    #[test]
    fn times_of_signatures() {
        assert_eq!(&time(0), b"19700101000000");
        assert_eq!(&time(1_709_210_096), b"20240229123456");
        assert_eq!(&time(u32::MAX), b"21060207062815");
    }

    #[test]
    fn a_place() {
        // 52° 31' 12" N, 13° 24' 18" E, 34 m, 10 m, 100 m, 10 m
        let mut wire = vec![0, 0x13, 0x14, 0x13];
        wire.extend_from_slice(&(0x8000_0000u32 + 189_072_000).to_be_bytes());
        wire.extend_from_slice(&(0x8000_0000u32 + 48_258_000).to_be_bytes());
        wire.extend_from_slice(&10_003_400u32.to_be_bytes());
        assert_eq!(
            text(|out| location(&mut Reader::new(&wire), out).unwrap()),
            "52 31 12.000 N 13 24 18.000 E 34.00m 10.00m 100.00m 10.00m"
        );
        wire[0] = 1;
        assert!(location(&mut Reader::new(&wire), &mut Vec::new()).is_err());
    }

    #[test]
    fn bit_maps() {
        let map = b"\x00\x06\x40\x01\x00\x00\x00\x03\x01\x01\x40";
        assert_eq!(text(|out| type_bits(Reader::new(map), out).unwrap()), "A MX RRSIG NSEC CAA");
        assert!(type_bits(Reader::new(b"\x01\x01\x40\x00\x01\x40"), &mut Vec::new()).is_err());
        assert!(type_bits(Reader::new(b"\x00\x00"), &mut Vec::new()).is_err());
    }
}
